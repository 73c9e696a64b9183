"""The one place that speaks Asterisk: ARI over one WebSocket, requests and events in the order they come.

Asterisk replays nothing after a lost socket and keeps the calls as they are, so every (re)connection starts with the
caller's `resync` before the first event is handed on; events that arrive meanwhile wait. A second connection of the same
application takes it away: that ends `serve` with LeadershipLostError. Source: Asterisk 22 ARI documentation.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self
from urllib.parse import quote, unquote, urlencode, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

log = logging.getLogger(__name__)

NOT_FOUND, BAD_REQUEST, CONFLICT = 404, 400, 409
FIRST_ERROR = 400
UNWANTED = ("ChannelVarset", "ChannelDialplan", "ChannelCallerId", "ChannelConnectedLine", "ChannelToneDetected")
LONGEST_PAUSE = 2.0
LARGEST_MESSAGE = 4 * 2**20

Query = Mapping[str, str | int | None]


class AriRefusedError(Exception):
    """Asterisk answered a request with an error status (404: the channel is gone, 409: it exists already, ...)."""

    def __init__(self, status: int, reason: str, request: str) -> None:
        super().__init__(f"{request}: {status} {reason}")
        self.status = status


class AriLostError(ConnectionError):
    """No socket, or it went before the answer came: whether the request was carried out is unknown."""


class LeadershipLostError(Exception):
    """Another process took our application over: stop acting at once."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in Asterisk, as ARI tells it."""

    type: str
    body: dict[str, Any]

    @property
    def channel(self) -> str | None:
        """The id of the channel it is about, where it is about one."""
        return self._id("channel") or self._id("peer")

    @property
    def args(self) -> list[str]:
        """The words given to Stasis() or to an originated channel (StasisStart)."""
        return [str(word) for word in self.body.get("args", [])]

    @property
    def arrives(self) -> bool:
        """Whether a caller has just come into the application."""
        return self.type == "StasisStart" and self.args[:1] == ["inbound"]

    @property
    def playback(self) -> str | None:
        """The id of the playback it is about."""
        return self._id("playback")

    def text(self, *path: str) -> str:
        """A text deep in the body, empty where it is not there."""
        found: Any = self.body
        for name in path:
            found = found.get(name, {}) if isinstance(found, dict) else {}
        return str(found) if isinstance(found, str | int) else ""

    def _id(self, name: str) -> str | None:
        thing = self.body.get(name)
        return str(thing["id"]) if isinstance(thing, dict) and "id" in thing else None


@dataclass(frozen=True, slots=True)
class Address:
    """Where ARI is and who we are there."""

    host: str
    port: int
    token: str
    secure: bool

    @classmethod
    def of(cls, url: str, user: str = "", password: str = "") -> Self:
        """Read `http://host:port`, or `http://user:password@host:port`. Raises ValueError when it is no such address."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("The address of Asterisk is written http://host:port.")
        words = f"{unquote(parts.username or user)}:{unquote(parts.password or password)}"
        return cls(
            parts.hostname, parts.port or 8088, base64.b64encode(words.encode()).decode(), parts.scheme == "https"
        )

    def socket(self, path: str) -> str:
        """The WebSocket address of `path` on this Asterisk."""
        return f"{'wss' if self.secure else 'ws'}://{self.host}:{self.port}{path}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request by plain HTTP, for processes that do not hold the application. Blocks; raises as `Ari.request`."""
        kind = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        connection = kind(self.host, self.port, timeout=5)
        headers = {"Authorization": f"Basic {self.token}", "Content-Type": "application/json"}
        try:
            connection.request(method, f"/ari/{path}", None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as lost:
            raise AriLostError(f"Asterisk does not answer: {lost}") from lost
        finally:
            connection.close()
        if answer.status >= FIRST_ERROR:
            raise AriRefusedError(answer.status, answer.reason, f"{method} {path}")
        return json.loads(text) if text else None


@dataclass(slots=True)
class Ari:
    """The holder of one Stasis application. `serve` runs until cancelled; `request` works while it is connected."""

    address: Address
    app: str
    connections: int = 0
    _socket: ClientConnection | None = None
    _waiting: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    @property
    def connected(self) -> bool:
        """Whether requests can be sent now."""
        return self._socket is not None

    async def serve(self, resync: Callable[[], Awaitable[None]], on_event: Callable[[Event], None]) -> None:
        """Connect, `resync`, then hand each event to `on_event` in order; again after each loss, with growing pauses.

        Raises: LeadershipLostError.
        """
        pause = 0.1
        while True:
            try:
                await self._hold(resync, on_event)
                pause = 0.1
            except (OSError, WebSocketException, TimeoutError, AriRefusedError) as lost:
                log.warning("asterisk is not reachable, trying again", extra={"why": str(lost), "pause": pause})
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries, no secret
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _hold(self, resync: Callable[[], Awaitable[None]], on_event: Callable[[Event], None]) -> None:
        address = self.address.socket(f"/ari/events?{urlencode({'app': self.app})}")
        headers = {"Authorization": f"Basic {self.address.token}"}
        async with connect(
            address, additional_headers=headers, compression=None, proxy=None, max_size=LARGEST_MESSAGE,
            open_timeout=5, ping_interval=5, ping_timeout=5,
        ) as socket:  # fmt: skip
            self._socket = socket
            events: asyncio.Queue[Event] = asyncio.Queue()
            reader = asyncio.create_task(self._read(socket, events))
            worker = asyncio.create_task(self._dispatch(events, resync, on_event))
            try:
                done, _ = await asyncio.wait({reader, worker}, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                self._socket = None
                reader.cancel()
                worker.cancel()
                await asyncio.gather(reader, worker, return_exceptions=True)
                for future in self._waiting.values():
                    if not future.done():
                        future.set_exception(AriLostError("the socket to Asterisk was lost"))
                self._waiting.clear()

    async def _read(self, socket: ClientConnection, events: asyncio.Queue[Event]) -> None:
        async for text in socket:
            message = json.loads(text)
            kind = message.get("type")
            if kind == "RESTResponse":
                future = self._waiting.pop(message.get("request_id", ""), None)
                if future is not None and not future.done():
                    future.set_result(message)
            elif kind == "ApplicationReplaced":
                raise LeadershipLostError("another process holds the application")
            else:
                events.put_nowait(Event(kind, message))
        raise AriLostError("Asterisk closed the socket")

    async def _dispatch(
        self, events: asyncio.Queue[Event], resync: Callable[[], Awaitable[None]], on_event: Callable[[Event], None]
    ) -> None:
        unwanted = [{"type": kind} for kind in UNWANTED]
        await self.request("PUT", f"applications/{self.app}/eventFilter", body={"disallowed": unwanted})
        self.connections += 1
        await resync()
        while True:
            on_event(await events.get())

    async def request(
        self, method: str, path: str, query: Query | None = None, *, body: Any = None, wait: float = 10.0
    ) -> Any:
        """One REST request over the socket; its JSON answer or None.

        Raises: AriRefusedError when Asterisk says no, AriLostError when there is no answer.
        """
        if self._socket is None:
            raise AriLostError("not connected to Asterisk")
        number = str(next(self._numbers))
        words = [{"name": name, "value": str(value)} for name, value in (query or {}).items() if value is not None]
        message = {"type": "RESTRequest", "request_id": number, "method": method, "uri": path, "query_strings": words}
        if body is not None:
            message |= {"content_type": "application/json", "message_body": json.dumps(body)}
        future = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            await self._socket.send(json.dumps(message))
            answer = await asyncio.wait_for(future, wait)
        except (WebSocketException, TimeoutError) as lost:
            raise AriLostError(f"no answer to {method} {path}") from lost
        finally:
            self._waiting.pop(number, None)
        if answer["status_code"] >= FIRST_ERROR:
            raise AriRefusedError(answer["status_code"], answer.get("reason_phrase", ""), f"{method} {path}")
        text = answer.get("message_body")
        return json.loads(text) if text else None

    async def attempt(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        body: Any = None,
        fine: tuple[int, ...] = (NOT_FOUND,),
    ) -> bool:
        """As `request`, but the statuses in `fine` mean "already so": True when carried out now."""
        try:
            await self.request(method, path, query, body=body)
        except AriRefusedError as refused:
            if refused.status not in fine:
                raise
            return False
        return True


def name(text: str) -> str:
    """A name as one part of a request path."""
    return quote(text, safe="")
