"""The telephone exchange: holds Asterisk's application, gives each caller a line, and finds agents for those who wait.

After a lost socket or a restart everything is read anew: what the database says and what Asterisk says are laid side by
side, calls that live are served on, calls that do not are closed, channels nobody knows are hung up. One way of recovery.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from contactcenter.voice import board, calls, phones
from contactcenter.voice.ari import Address, Ari, AriLostError, AriRefusedError, Event
from contactcenter.voice.caller import Changed, Item, PhoneChanged, play_music, send_away
from contactcenter.voice.line import Line
from contactcenter.voice.models import QUEUED, RINGING, Call, PhoneCredential
from contactcenter.voice.site import APP
from kernel import clock
from kernel.actor import clerk
from kernel.errors import Busy, Conflict, Denied, OmniError, Refused, Unavailable

T = TypeVar("T")
log = logging.getLogger(__name__)
VOICE = clerk("voice")
LOOK_EVERY = 0.015
MOVING = {QUEUED, RINGING}
SWEEP_EVERY = 0.4
THREADS = 6


class Exchange:
    """One per process; `serve` runs until cancelled or until another process takes the application over."""

    def __init__(self, address: Address) -> None:
        self.ari = Ari(address, APP)
        self.lines: dict[str, Line] = {}
        self.early: dict[str, asyncio.Queue[Item]] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.online: set[str] = set()
        self.phones_changed = asyncio.Event()
        self.threads = ThreadPoolExecutor(THREADS, "voice")
        self._running: set[asyncio.Future[Any]] = set()

    async def serve(self) -> None:
        """Serve calls. Raises LeadershipLostError."""
        helpers = [asyncio.create_task(run()) for run in (self._watch_rows, self._keep_phones)]
        holder = asyncio.create_task(self.ari.serve(self.resync, self.on_event))
        try:
            done, _ = await asyncio.wait([holder, *helpers], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (holder, *helpers):
                task.cancel()
            await asyncio.gather(holder, *helpers, return_exceptions=True)
            await self._stop_lines()
            self.threads.shutdown(wait=True)

    # --- what the database and its actions need ---

    async def do(self, action: Callable[..., T], *args: Any, tries: int = 6, **fields: Any) -> T:
        """Have an action of ours done in a thread; while the database is away it is tried again and again."""
        pause, patience = 0.05, 6
        while True:
            try:
                return await self._thread(partial(action, VOICE, *args, **fields))
            except Denied:  # a campaign laid elsewhere a moment ago is known here within the second
                patience -= 1
                if patience <= 0:
                    raise
            except (Unavailable, Busy) as away:
                log.warning("an action waits for the database: %s", away.why)
            except Conflict as late:
                tries -= 1
                if tries <= 0:
                    raise
                log.info("an action is tried again: %s", late.why)
            await asyncio.sleep(pause)
            pause = min(2.0, pause * 2)

    async def read(self, reader: Callable[..., T], *args: Any) -> T:
        """Read something in a thread; while the database is away it is tried again and again."""
        while True:
            try:
                return await self._thread(partial(reader, *args))
            except (Unavailable, DBAPIError, PoolTimeout) as away:
                log.warning("a question waits for the database: %s", away)
                await asyncio.sleep(0.5)

    async def _thread(self, call: Callable[[], T]) -> T:
        # Shielded: what has begun in the database is waited for before anything is read anew.
        future = asyncio.get_running_loop().run_in_executor(self.threads, call)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return await asyncio.shield(future)

    # --- lines ---

    async def resync(self) -> None:
        """Lay the database's calls and Asterisk's channels side by side, and go on from there."""
        await self._stop_lines()
        await self.ari.request("POST", f"applications/{APP}/subscription", {"eventSource": "endpoint:PJSIP"})
        endpoints = await self.ari.request("GET", "endpoints/PJSIP")
        self.online = {e["resource"] for e in endpoints if e["state"] == "online"}
        channels = {c["id"]: c for c in await self.ari.request("GET", "channels")}
        bridges = await self.ari.request("GET", "bridges")
        live = await self.read(board.live_calls)
        known = {c.channel for c in live} | {c.leg for c in live}
        standing = {b for c in live for b in (c.hold_bridge, c.talk_bridge)}
        for bridge in bridges:
            if bridge["id"].startswith(("hold-", "talk-")) and bridge["id"] not in standing:
                await self.ari.attempt("DELETE", f"bridges/{bridge['id']}")
        for call in live:
            leg = channels.get(call.leg, {})
            self._open(Line(self, call, leg_up=leg.get("state") == "Up", there=call.channel in channels))
        for channel in channels.values():
            words = channel.get("dialplan", {}).get("app_data", "").split(",")
            if channel["id"] in known or words[0] != APP:
                continue
            if words[1:2] == ["inbound"]:
                self._arrive(channel["id"], words[1:])
            else:
                await self.ari.attempt("DELETE", f"channels/{channel['id']}")
        log.info("asterisk is connected", extra={"calls": len(live), "channels": len(channels)})

    def on_event(self, event: Event) -> None:
        """Hand an event to the line it is about."""
        if event.type in {"EndpointStateChange", "ContactStatusChange", "PeerStatusChange"}:
            self._on_phone(event)
            return
        channel = event.channel or event.text("playback", "target_uri").removeprefix("channel:")
        if event.arrives and channel not in self.lines:
            if channel in self.early:
                self.early[channel].put_nowait(event)
            else:
                self._arrive(channel, event.args)
            return
        bridge = event.text("recording", "target_uri").removeprefix("bridge:")
        line = self._line_of(channel, bridge)
        if channel in self.early:
            self.early[channel].put_nowait(event)
        elif line is not None:
            line.inbox.put_nowait(event)
        elif event.type == "StasisStart" and event.args[:1] == ["agent"]:
            self._background(self.ari.attempt("DELETE", f"channels/{channel}"))

    def _line_of(self, channel: str, bridge: str) -> Line | None:
        if channel in self.lines:
            return self.lines[channel]
        for line in self.lines.values():
            if (channel and channel == line.call.leg) or (bridge and bridge == line.call.talk_bridge):
                return line
        return None

    def _arrive(self, channel: str, words: list[str]) -> None:
        if channel not in self.tasks:
            self.early[channel] = asyncio.Queue()
            self.tasks[channel] = asyncio.create_task(self._answer(channel, words))

    async def _answer(self, channel: str, words: list[str]) -> None:
        """A new caller: he hears music before we know who he is."""
        called, number = [*words[1:], "", ""][:2]
        await self._guard(channel, self._first(channel, called, number))

    async def _first(self, channel: str, called: str, number: str) -> None:
        if not await play_music(self.ari, channel, f"hold-{channel}"):
            await self.ari.attempt("DELETE", f"bridges/hold-{channel}")
            return
        try:
            call = await self.do(calls.arrive, channel=channel, called=called, number=number)
        except Refused as no:
            log.warning("a call is not taken: %s", no.why)
            await send_away(self.ari, channel, f"hold-{channel}")
            return
        line = self.lines[channel] = Line(self, call, on_hold=True, inbox=self.early.pop(channel))
        await line.run()

    def _open(self, line: Line) -> None:
        channel = line.call.channel
        self.lines[channel] = line
        self.tasks[channel] = asyncio.create_task(self._guard(channel, line.run()))

    async def _guard(self, channel: str, run: Any) -> None:
        """Run a line; one that breaks is taken up again from its row, a lost socket is left to the resync."""
        missed = None
        try:
            await run
            missed = self.early.get(channel)
        except AriLostError:
            return
        except OmniError as refused:
            log.exception("a line was refused", extra={"channel": channel, "why": refused.why})
            self._background(self._take_up(channel))
        except Exception:
            log.exception("a line broke", extra={"channel": channel})
            self._background(self._take_up(channel))
        finally:
            self.lines.pop(channel, None)
            self.early.pop(channel, None)
            self.tasks.pop(channel, None)
        # Who was listed a moment before he arrived is not found at first; he came meanwhile.
        while missed is not None and not missed.empty():
            if isinstance(item := missed.get_nowait(), Event) and item.arrives:
                self._arrive(channel, item.args)

    async def _take_up(self, channel: str) -> None:
        await asyncio.sleep(1)
        call: Call | None = await self.read(board.call_by_channel, channel)
        there = await self.ari.attempt("GET", f"channels/{channel}")
        if call is not None and channel not in self.tasks:
            up = await self.ari.attempt("GET", f"channels/{call.leg}")
            self._open(Line(self, call, leg_up=up and call.connected_at is not None, there=there))
        elif call is None and there:
            # The dialplan plays music and brings him again.
            await self.ari.attempt("POST", f"channels/{channel}/continue")

    async def _stop_lines(self) -> None:
        tasks = list(self.tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        while self._running:
            await asyncio.wait(set(self._running))
        self.lines.clear()
        self.early.clear()
        self.tasks.clear()

    def _background(self, run: Any) -> None:
        task = asyncio.ensure_future(run)
        self._running.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("a side task failed: %s", task.exception())

    # --- agents and their phones ---

    async def _watch_rows(self) -> None:
        """Routing and the desk move calls in their own transactions: hand what they wrote to the lines, quickly."""
        slow = 0.0
        while True:
            await asyncio.sleep(LOOK_EVERY)
            moving = any(line.call.phase in MOVING for line in self.lines.values())
            if not self.lines or not (moving or clock.monotonic() - slow > SWEEP_EVERY):
                continue
            slow = clock.monotonic()
            known = {line.call.id: line.call.version for line in self.lines.values()}
            for call in await self.read(board.changed_calls, known):
                line = self.lines.get(call.channel)
                if line is not None and call.version > line.call.version:
                    line.inbox.put_nowait(Changed(call))

    def _on_phone(self, event: Event) -> None:
        name, state = event.text("endpoint", "resource"), event.text("endpoint", "state")
        if state == "online":
            self.online.add(name)
        elif state == "offline":
            self.online.discard(name)
            self._tell(name, "offline")
        self.phones_changed.set()

    def _tell(self, phone: str, why: str) -> None:
        for line in self.lines.values():
            if line.call.phone == phone:
                line.inbox.put_nowait(PhoneChanged(phone, why))

    async def _keep_phones(self) -> None:
        """Have the database know which phones are registered; void ones leave Asterisk, their calls are hung up. [PW-5]"""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.phones_changed.wait(), SWEEP_EVERY)
            self.phones_changed.clear()
            if not self.ari.connected:
                continue
            try:
                for phone in await self.read(board.phones_to_clear):
                    await self._clear(phone)
                for phone in await self.read(board.good_phones):
                    if phone.online != (phone.name in self.online):
                        await self.do(phones.phone_offline if phone.online else phones.phone_online, phone.id)
            except (AriLostError, AriRefusedError, OmniError) as why:
                log.warning("the phones could not be kept: %s", why)

    async def _clear(self, phone: PhoneCredential) -> None:
        self.online.discard(phone.name)
        self._tell(phone.name, "phone-gone")
        for kind in phones.KINDS:
            await self.ari.attempt("DELETE", phones.path(kind, phone.name))
        await self.do(phones.clear_credential, phone.id)
