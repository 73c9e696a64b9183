"""systemd's journal, as `journalctl -o export` writes it, as lines of syslog (RFC 5424). Pure. [FW-3]"""

import re
import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from firewall_audit.intake.framing import LINE_FEED, LONGEST

JOURNAL: Final = re.compile(rb"__CURSOR=|__REALTIME_TIMESTAMP=")
_LENGTH = struct.Struct("<Q")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WORD = re.compile(rb"[^\x21-\x7e]+")
MOST_FIELD: Final = 1 << 20
MOST_NUMBER: Final = 1 << 52
FACILITIES, LEVELS = 24, 8
_USER, _NOTICE = 1, 5


def journal_lines(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield the messages of an export, each with whether it was cut.

    Raises:
        EOFError: the export breaks off in the middle of a field.

    """
    entry: dict[bytes, bytes] = {}
    for name, value in _fields(pieces):
        if name:
            entry.setdefault(name, value)
        elif entry:
            yield from _line(entry)
            entry = {}
    if entry:
        yield from _line(entry)


def _fields(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield names and values; an empty name ends an entry."""
    reader = _Reader(pieces)
    while (line := reader.line()) is not None:
        name, told, value = line.partition(b"=")
        if told or not line:
            yield name, value
            continue
        length = _LENGTH.unpack(reader.exactly(_LENGTH.size))[0]
        if length > MOST_FIELD:
            raise EOFError("a field is longer than any")
        yield name, reader.exactly(length)
        reader.exactly(1)


class _Reader:
    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._bytes = b""
        self._place = 0

    def line(self) -> bytes | None:
        """Return the next line without its end; None when there is no more."""
        while (end := self._bytes.find(b"\n", self._place)) < 0:
            if not self._more():
                if self._place < len(self._bytes):
                    raise EOFError("the export ends within a line")
                return None
        found = self._bytes[self._place : end]
        self._place = end + 1
        return found

    def exactly(self, count: int) -> bytes:
        """Return so many bytes. Raises EOFError."""
        while len(self._bytes) - self._place < count:
            if not self._more():
                raise EOFError("the export ends within a field")
        found = self._bytes[self._place : self._place + count]
        self._place += count
        return found

    def _more(self) -> bool:
        if len(self._bytes) - self._place > 2 * MOST_FIELD:
            raise EOFError("a field is longer than any")
        piece = next(self._pieces, b"")
        self._bytes, self._place = self._bytes[self._place :] + piece, 0
        return bool(piece)


def _line(entry: dict[bytes, bytes]) -> Iterator[tuple[bytes, bool]]:
    message = entry.get(b"MESSAGE")
    if message is None:
        return
    micros = _number(entry.get(b"_SOURCE_REALTIME_TIMESTAMP") or entry.get(b"__REALTIME_TIMESTAMP", b""), -1)
    at = (_EPOCH + timedelta(microseconds=micros)).strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode() if micros >= 0 else b"-"
    priority = _number(entry.get(b"SYSLOG_FACILITY", b""), _USER) % FACILITIES * LEVELS
    priority += _number(entry.get(b"PRIORITY", b""), _NOTICE) % LEVELS
    names = (b"_HOSTNAME", b"SYSLOG_IDENTIFIER", b"_PID")
    host, program, pid = (_WORD.sub(b"_", entry.get(name, b""))[:200] or b"-" for name in names)
    text = b"<%d>1 %s %s %s %s - - %s" % (
        priority,
        at,
        host,
        program,
        pid,
        message.strip(b"\r\n").replace(b"\n", LINE_FEED),
    )
    yield text[:LONGEST], len(text) > LONGEST


def _number(text: bytes, otherwise: int) -> int:
    found = int(text) if text.isdigit() and len(text) < 17 else otherwise  # noqa: PLR2004 - digits of a time
    return found if found < MOST_NUMBER else otherwise
