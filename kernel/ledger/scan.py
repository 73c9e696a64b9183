"""Reading entries for verification as fast as Python can: binary COPY, each row taken apart at fixed places.

Canonical JSON sorts its keys, so the typed columns stand at both ends of a body: the database compares them there while
Python hashes. Only a body that does not fit at once (it tells why, or holds escaped text) is read as JSON.
"""

import struct
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
import psycopg
from psycopg import pq
from psycopg.errors import error_from_result

from kernel.ledger.audit import Report

CHUNK = 32_768
DRIFT = timedelta(minutes=10)  # a body carries the application's time, the column the database's when it was written
# leaf_index, entry_id, leaf_hash, at, the body's time to the minute, whether its end fits; the body follows, 0x00 before it.
# The pads skip the count of fields and the length of each.
_ROW = struct.Struct(">2x4xq4xq4x32s4xq4x16s4x?4x")
_HEADER = len(b"PGCOPY\n\xff\r\n\x00") + 8
_NO_TIME = bytes(16)
_POSTGRES_EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = 60_000_000
_COLUMNS = ("action", "action_id", "actor", "outcome", "rows", "scope", "session", "target")
_HEAD = """convert_to(concat('{"action":"', e.action, '","action_id":"', e.action_id, '","actor":"', e.actor, '","at":"'), 'UTF8')"""
_HEAD_LENGTH = "81 + octet_length(e.action) + octet_length(e.actor)"
_TAIL = """convert_to(concat(',"outcome":"', e.outcome, '","rows":', e.rows, ',"scope":"', e.scope,
    '","session":"' || e.session, '","target":"' || e.target, '","v":1}'), 'UTF8')"""
_TAIL_LENGTH = """39 + octet_length(e.outcome) + octet_length(e.rows::text) + octet_length(e.scope)
    + CASE WHEN e.session IS NULL THEN 0 ELSE 49 END + coalesce(12 + octet_length(e.target), 0)"""
_NOTHING = r"'\x00000000000000000000000000000000'::bytea"
_ROWS = rf"""
SELECT l.leaf_index, l.entry_id, l.leaf_hash, coalesce(e.at, '2000-01-01Z'),
    CASE WHEN substring(e.body FOR {_HEAD_LENGTH}) = {_HEAD}
         THEN substring(e.body || {_NOTHING} FROM {_HEAD_LENGTH} + 1 FOR 16) ELSE {_NOTHING} END,
    coalesce(substring(e.body FROM octet_length(e.body) + 1 - ({_TAIL_LENGTH})) = {_TAIL}, false),
    coalesce('\x00'::bytea || e.body, '')
FROM ledger.leaf l LEFT JOIN ledger.entry e ON e.id = l.entry_id AND e.id BETWEEN %(low)s AND %(high)s
WHERE l.leaf_index >= %(start)s AND l.leaf_index < %(stop)s"""


class Scan:
    """Hashes the entries of a range of leaf indexes and compares bytes, columns and recorded hashes on the way."""

    def __init__(self, connection: psycopg.Connection[Any], report: Report, min_index: int) -> None:
        self._connection = connection
        self._report = report
        self._min_index = min_index
        self._minutes: dict[bytes, int] = {}
        self._suspects: list[tuple[int, int]] = []
        self.present = 0

    def leaves(self, start: int, stop: int) -> list[bytes]:
        """The leaf hashes of entries from one index up to another, computed anew from their bytes."""
        if start == stop:
            return []
        low, high = self._ids(start, stop)
        places = {"low": low, "high": high, "start": start, "stop": stop}
        found: list[bytes] = [b""] * (stop - start)
        unpack, fixed, minutes, near = _ROW.unpack_from, _ROW.size, self._minutes, DRIFT // _MICROSECOND + _MINUTE
        for row in _copy_out(self._connection, _ROWS % places):
            index, entry_id, recorded, at, minute, fits = unpack(row)
            digest = sha256(row[fixed:]).digest()
            found[index - start] = digest
            if digest != recorded:
                found[index - start] = self._mismatch(index, entry_id, recorded, row[fixed:])
            elif not fits or minute == _NO_TIME:
                self._suspects.append((index, entry_id))
            elif abs(at - (minutes.get(minute) or self._minute(minute))) > near:
                self._report.add(f"the entry's time is more than {DRIFT} from when it was written", index, entry_id)
        self._check_suspects()
        for at, digest in enumerate(found):
            if not digest:
                self._report.add("the tree has no leaf there", start + at)
        self.present += len(found)
        return found

    def _ids(self, start: int, stop: int) -> tuple[int, int]:
        query = "SELECT coalesce(min(entry_id), 0), coalesce(max(entry_id), 0) FROM ledger.leaf WHERE leaf_index >= %s AND leaf_index < %s"
        row = self._connection.execute(query, [start, stop]).fetchone()
        return (row[0], row[1]) if row else (0, 0)

    def _mismatch(self, index: int, entry_id: int, recorded: bytes, entry: memoryview) -> bytes:
        """What to grow the tree with where bytes and recorded hash differ: an entry that is gone can only be taken as recorded."""
        if entry:
            self._report.add("the entry's bytes do not hash to its leaf", index, entry_id)
            return sha256(entry).digest()
        if index >= self._min_index:
            self._report.add("the entry is gone", index, entry_id)
        self.present -= 1
        return recorded

    def _minute(self, text: bytes) -> int:
        """Microseconds since 2000 of a time's first 16 characters; far from everything when they are no time."""
        try:
            at = datetime.fromisoformat(text.decode() + ":00+00:00")
            self._minutes[text] = (at - _POSTGRES_EPOCH) // _MICROSECOND
        except ValueError:
            self._minutes[text] = -(2**62)
        return self._minutes[text]

    def _check_suspects(self) -> None:
        """Read the bodies that did not fit at once as JSON, and compare with the columns one by one."""
        if not self._suspects:
            return
        places = {entry_id: index for index, entry_id in self._suspects}
        query = f"SELECT id, at, body, {', '.join(_COLUMNS)} FROM ledger.entry WHERE id = ANY(%s)"
        for entry_id, at, body, *columns in self._connection.execute(query.encode(), [list(places)]).fetchall():
            wrong = _differing(body, columns, at)
            if wrong:
                self._report.add(wrong, places[entry_id], entry_id)
        self._suspects.clear()


def _differing(body: bytes, columns: list[Any], written: datetime) -> str | None:
    """What differs between an entry's bytes and its columns, in words."""
    try:
        fields = orjson.loads(body)
        at = datetime.fromisoformat(fields["at"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return "the entry's bytes are no entry"
    for name, value in zip(_COLUMNS, columns, strict=True):
        if fields.get(name) != (value if value is None or isinstance(value, int) else str(value)):
            return f"the column {name} differs from the entry's bytes"
    return None if abs(written - at) <= DRIFT else f"the entry's time is more than {DRIFT} from when it was written"


def _copy_out(connection: psycopg.Connection[Any], query: str) -> Iterator[memoryview]:
    """The rows of a binary COPY, one by one, straight from libpq: psycopg's own reader costs more than all hashing."""
    pgconn = connection.pgconn
    result = pgconn.exec_(f"COPY ({query}) TO STDOUT (FORMAT binary)".encode())
    if result.status != pq.ExecStatus.COPY_OUT:
        raise error_from_result(result)
    skip = _HEADER  # in front of the first row; the trailer after the last is shorter than any row
    while True:
        length, data = pgconn.get_copy_data(0)
        if length < 0:
            break
        if length - skip >= _ROW.size:
            yield data[skip:] if skip else data
        skip = 0
    while last := pgconn.get_result():
        if last.status != pq.ExecStatus.COMMAND_OK:
            raise error_from_result(last)
