"""Bytes of a connection become lines: octet counting and line ends mixed as they come (RFC 6587, RFC 5425). Pure. [FW-3]

Senders that announce counts do not always mean them: a count that is no count, that is larger than a line may be, or behind which the
next message begins too early, is passed over and the line ends where lines end. However the bytes are split on their way, the
lines are the same.
"""

import re
from typing import Final, NamedTuple

LONGEST: Final = 65_536
"""Bytes of a line that are kept; of a longer one the beginning."""
LINE_FEED: Final = b"#012"
"""What stands for a line feed inside a message, so that a line is a line."""
_COUNT = re.compile(rb"([1-9][0-9]{0,5}) (?=<)")
_COUNT_BEGUN = re.compile(rb"[1-9][0-9]{0,5} ?\Z")
_NEXT_MESSAGE = re.compile(rb"\n(?=(?:[1-9][0-9]{0,5} )?<[0-9]{1,3}>)")
_END = re.compile(rb"\n|\x00(?=[<\r\n\x00])")
_START = re.compile(rb"[\r\n\x00]*")


class Line(NamedTuple):
    """A line as it came, without its end. `cut`: it was longer than the limit, or broken off with its connection."""

    text: bytes
    cut: bool = False


def lines_of_datagram(datagram: bytes) -> list[Line]:
    """Return the message of a datagram; several where the sender put several into one."""
    found = (_line(part) for part in _NEXT_MESSAGE.split(datagram))
    return [one for one in found if one is not None]


class Stream:
    """One connection's bytes on their way to lines. `wrong_counts`: how many counts were not what they said."""

    def __init__(self) -> None:
        self.wrong_counts = 0
        self._bytes = bytearray()
        self._place = 0
        self._scanned = 0
        self._skipping = False

    def feed(self, data: bytes) -> list[Line]:
        """Take bytes and return the lines that are whole with them."""
        self._bytes += data
        return self._lines(closed=False)

    def settle(self) -> list[Line]:
        """Return a line that ends in NUL, when nothing has followed it for a while."""
        if self._bytes.endswith(b"\x00") and not self._skipping and not _COUNT.match(self._bytes):
            self._bytes += b"\n"
        return self._lines(closed=False)

    def close(self) -> list[Line]:
        """Return what is left when the connection is over; what had no end is marked as cut."""
        return self._lines(closed=True)

    def _lines(self, *, closed: bool) -> list[Line]:
        found: list[Line] = []
        while True:
            before = self._place
            line = self._next(closed=closed)
            if line is not None:
                found.append(line)
            elif self._place == before:
                break
        del self._bytes[: self._place]
        self._scanned = max(0, self._scanned - self._place)
        self._place = 0
        return found

    def _next(self, *, closed: bool) -> Line | None:
        """Return the next whole line and step behind it; None without a step: more bytes are needed."""
        if self._skipping:
            self._skip()
            return None
        begun = _START.match(self._bytes, self._place)
        start = begun.end() if begun else self._place
        if start == len(self._bytes):
            self._place = start
            return None
        counted = _COUNT.match(self._bytes, start)
        if counted is None:
            if not closed and _COUNT_BEGUN.match(self._bytes, start):
                return None
            return self._to_end(start, start, closed=closed)
        length = int(counted[1])
        if length <= LONGEST:
            if len(self._bytes) - counted.end() >= length:
                return self._frame(counted.end(), length)
            if not closed:
                return None
        if closed or length > LONGEST:
            return self._to_end(start, counted.end(), closed=closed)
        return None

    def _frame(self, start: int, length: int) -> Line | None:
        frame = bytes(self._bytes[start : start + length])
        early = _NEXT_MESSAGE.search(frame)
        if early is not None:
            self.wrong_counts += 1
            frame = frame[: early.start()]
        self._place = start + len(frame)
        return _line(frame)

    def _to_end(self, begun: int, start: int, *, closed: bool) -> Line | None:
        """Read up to where lines end; `start` is behind a count that is none, where there is one."""
        end = _END.search(self._bytes, max(start, self._scanned))
        if end is None and not closed and len(self._bytes) - start <= LONGEST + 1:
            self._scanned = max(start, len(self._bytes) - 1)
            return None
        self._scanned = 0
        self.wrong_counts += start > begun
        if end is None:
            text, self._place = bytes(self._bytes[start : start + LONGEST]), len(self._bytes)
            self._skipping = not closed
            if self._skipping and self._bytes.endswith(b"\x00"):
                self._place -= 1
            return _line(text, cut=True)
        self._place = end.end()
        return _line(bytes(self._bytes[start : min(end.start(), start + LONGEST)]), cut=end.start() - start > LONGEST)

    def _skip(self) -> None:
        end = _END.search(self._bytes, self._place)
        if end is not None:
            self._place, self._skipping = end.end(), False
        else:
            self._place = len(self._bytes) - self._bytes.endswith(b"\x00")


def _line(text: bytes, *, cut: bool = False) -> Line | None:
    """Return a line without the signs that end lines; None for one of nothing else."""
    plain = text.strip(b"\r\n\x00")
    if len(plain) > LONGEST:
        plain, cut = plain[:LONGEST], True
    return Line(plain.replace(b"\n", LINE_FEED), cut) if plain else None
