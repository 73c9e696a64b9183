"""Live pages: hints by server-sent events, one follower of the ledger for each process.

A hint says that something changed ("conversation 7, at index 812"), never what; whoever may see it fetches it anew through
the gate. A browser that was away says the last index it knows and gets what it missed.
"""

import asyncio
import contextlib
import json
import logging
import signal
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

import psycopg
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from api.caller import cookie_name
from api.console import frame
from api.door import in_thread
from api.standing import fingerprint, standing
from iam.entry import presence
from kernel import clock, db, gate
from kernel.actor import Actor
from kernel.db import AUDITOR
from kernel.ledger import tail

log = logging.getLogger("omniwarden.web")
KEPT = 4096
BEFORE = 500
"""How far back a new process looks, for pages that were rendered by its predecessor."""
HEARTBEAT = 15.0
LONGEST_INDEX = 18
RETRY = "retry: 1500\n\n"
RIGHTS = "rights"
"""The topic of every change of who holds what; nobody hears it by this name."""
STIRRED, AGAIN, AFTER = 1.5, 0.3, 0.02
"""After such a change, and when it begins, each stream looks for so many seconds, so often, whether its own rights are others: this
process may learn of them, and of the end of a session, a moment after the ledger tells. A right that ends by the clock is looked at
so soon after its end."""

# What somebody must be able to read to hear that a thing of this noun changed.
READS = {
    "conversation": ("conversation.read", "conversation.list"),
    "waiting": ("conversation.list",),
    "floor": ("floor.watch",),
    "person": ("person.read",),
    "alarm": ("alarm.read",),
    "alarms": ("alarm.list",),
}
# Nouns whose changes are told under another name.
ALSO = {"agent-state": "agent", "call": "call"}


@dataclass(frozen=True, slots=True)
class Hint:
    """What an entry changed: topics such as `conversation:<id>`, and the scope it happened in."""

    index: int
    scope: str
    topics: frozenset[str]


def hint_of(index: int, body: dict[str, Any]) -> Hint:
    """Say an entry as a hint. Readings and refusals changed nothing and are silent."""
    topics: set[str] = set()
    if body["outcome"] == "done" and body["rows"]:
        refs = {ref: fields for ref, fields in body["changes"].items() if isinstance(fields, dict)}
        if body.get("target"):
            refs.setdefault(body["target"], {})
        for ref, fields in refs.items():
            topics |= set(_topics(ref, fields))
    return Hint(index, body["scope"], frozenset(topics))


def _topics(ref: str, fields: dict[str, list[Any]]) -> Iterator[str]:
    noun, _colon, key = ref.partition(":")
    yield f"{ALSO.get(noun, noun)}:{key}"
    people = {side for name in ("assignee_id", "agent_id") for side in fields.get(name, ()) if side}
    talks = {side for side in fields.get("conversation_id", ()) if side}
    if noun == "agent-state":
        yield "floor"
    if noun == "alarm":
        yield "alarms"
    if noun == "role-assignment":
        yield RIGHTS
    if noun == "conversation" and {"status", "assignee_id"} & fields.keys():
        yield from ("waiting", "floor")
    for person in people:
        yield f"inbox:{person}"
        if noun in {"call", "conversation", "reservation"}:
            yield f"phone:{person}"
    for talk in talks:
        yield f"conversation:{talk}"


class Hub:
    """Follows the ledger in a thread and wakes every stream of this process."""

    def __init__(self) -> None:
        self.hints: deque[Hint] = deque(maxlen=KEPT)
        self.position = 0
        self.open = False
        self._stop = threading.Event()
        self._news = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to follow, on the running loop."""
        self._loop, self.open = asyncio.get_running_loop(), True
        self._stop.clear()
        self._thread = threading.Thread(target=self._follow, name="ledger-follower", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End every stream. Safe in a signal handler, and twice."""
        self.open = False
        self._stop.set()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def join(self) -> None:
        """Wait for the follower to end."""
        if self._thread is not None:
            self._thread.join(timeout=3)

    async def wait(self, seconds: float) -> None:
        """Wait for news, at most so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)

    def after(self, index: int) -> list[Hint] | None:
        """The hints from an index on; None when that is longer ago than this process remembers."""
        if index >= self.position:
            return []
        if not self.hints or self.hints[0].index > index:
            return None
        return [hint for hint in self.hints if hint.index >= index]

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                with db.connect(AUDITOR) as conn:
                    start = self.position if self.hints else max(0, tail.head(conn) - BEFORE)
                    self.position = start
                    for index, body in tail.follow(conn, start, self._stop):
                        self.hints.append(hint_of(index, body))
                        self.position = index + 1
                        if self._loop is not None and not self._loop.is_closed():
                            self._loop.call_soon_threadsafe(self._wake)
            except psycopg.Error as error:
                log.warning("live pages lost the ledger and try again: %s", error)
                self._stop.wait(1.0)


hub = Hub()


def heard(actor: Actor, hint: Hint) -> list[str]:
    """The topics of a hint that somebody may hear of."""
    return sorted(topic for topic in hint.topics if _may_hear(actor, topic, hint.scope))


def _may_hear(actor: Actor, topic: str, scope: str) -> bool:
    noun, _colon, key = topic.partition(":")
    if noun in {"inbox", "phone", "agent"}:
        return key == str(actor.id)
    index = gate.current()
    masks = index.masks(actor.ref, scope, clock.now())
    bits = (index.bits.get(name) for name in READS.get(noun, ()))
    return any(bit is not None and (masks.allow >> bit & 1 or bit in masks.conditional) for bit in bits)


async def live(request: Request) -> Response:
    """GET /live?after=N: hints for whoever is signed in. `Last-Event-ID` wins over `after`."""
    token = request.cookies.get(cookie_name(), "")
    signed = await in_thread(_present, token)
    if signed is None:
        return PlainTextResponse("event: signed-out\ndata: {}\n\n", media_type="text/event-stream")
    last, after = _index(request.headers.get("last-event-id", "")), _index(request.query_params.get("after", ""))
    start = last + 1 if last is not None else after if after is not None else hub.position
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(signed, token, start), media_type="text/event-stream", headers=headers)


def _index(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_INDEX else None


def _present(token: str) -> presence.Signed | None:
    found = presence.who(token, touch=False) if token else None
    return found if found is not None and found.state(clock.now()) == "open" else None


async def _stream(signed: presence.Signed, token: str, start: int) -> AsyncIterator[str]:
    yield RETRY
    mine, checked = f"session:{signed.id}", clock.monotonic() - HEARTBEAT + STIRRED
    told, stirred = None, clock.monotonic() + STIRRED
    while hub.open:
        hints = hub.after(start)
        if hints is None:
            yield f"id: {hub.position - 1}\nevent: too-old\ndata: {{}}\n\n"
            start = hub.position
            continue
        again = clock.monotonic() - checked > HEARTBEAT or any(mine in hint.topics for hint in hints)
        if again:
            checked = clock.monotonic()
            if await in_thread(_present, token) is None:
                yield "event: signed-out\ndata: {}\n\n"
                return
        if any(RIGHTS in hint.topics for hint in hints):
            stirred = clock.monotonic() + STIRRED
        held, edge = standing(gate.current(), signed.actor, clock.now())
        if held != told:
            told = held
            yield f"event: rights\ndata: {fingerprint(signed.actor, held)}\n\n"
        for hint in hints:
            start = hint.index + 1
            topics = heard(signed.actor, hint)
            if topics:
                yield f"id: {hint.index}\ndata: {json.dumps({'index': hint.index, 'topics': topics})}\n\n"
        if not hints:
            yield "event: here\ndata: {}\n\n"
        pause = AGAIN if clock.monotonic() < stirred else HEARTBEAT
        await hub.wait(pause if edge is None else min(edge + AFTER, pause))


@contextlib.asynccontextmanager
async def life() -> AsyncIterator[None]:
    """Follow the ledger while this process serves; at a signal, open streams end before the server waits for them."""
    hub.start()
    frame.follow(lambda: hub.position)
    restore = _wrap_signals()
    try:
        yield
    finally:
        hub.close()
        await asyncio.to_thread(hub.join)
        restore()


def _wrap_signals() -> Any:
    """Close the streams first when the server is told to stop; it would wait for them for ever."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def close_first(number: int, stack: FrameType | None) -> None:
        hub.close()
        old = former[signal.Signals(number)]
        if callable(old):
            old(number, stack)

    for number in former:
        signal.signal(number, close_first)

    def restore() -> None:
        for number, old in former.items():
            signal.signal(number, old)

    return restore


ROUTES = [Route("/live", live)]
