"""How the server reads requests, with bounds: a head of at most 32 kB, whole within 20 seconds, and its body within a minute.

Without them a stranger could fill the memory with one endless header, or hold thousands of connections half open.
"""

import asyncio
from asyncio import TimerHandle

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 32_768
HEAD_SECONDS = 20.0
BODY_SECONDS = 60.0
TOO_LARGE = "The head of this request is too large."


class Bounded(HttpToolsProtocol):
    """One connection of a client."""

    _clock: TimerHandle | None = None
    _in_head = True
    _read = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait(0)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless this head has no end."""
        self._read += len(data) if self._in_head else 0
        super().data_received(data)
        if self._in_head and self._read > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response(TOO_LARGE)

    def on_message_begin(self) -> None:
        """Count a new head."""
        super().on_message_begin()
        self._in_head, self._read = True, 0
        self._wait(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """Pass the head on, unless it is too large."""
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD:
            raise ValueError(TOO_LARGE)  # the parser's caller answers 400
        self._in_head, self._read = False, 0
        self._wait(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait no more: all of it is here."""
        self._wait(0)
        super().on_message_complete()

    def _wait(self, seconds: float) -> None:
        """Hang up unless more has come within so many seconds; 0 waits for nothing."""
        if self._clock is not None:
            self._clock.cancel()
        self._clock = self.loop.call_later(seconds, self.transport.close) if seconds else None
