"""Reading entries for verification as fast as Python can: binary COPY, each row taken apart by hand.

The database writes beside each body how it must begin and end according to the typed columns (canonical JSON sorts its
keys, so the columns are at both ends); only a body that does not fit is read as JSON.
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
_FIXED = struct.Struct(
    ">hiqiqi32siqi"
)  # field count; length and value of leaf_index, entry_id, leaf_hash, at; length of body
_LENGTH = struct.Struct(">i")
_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_POSTGRES_EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)
_COLUMNS = ("action", "action_id", "actor", "outcome", "rows", "scope", "session", "target")
_ROWS = """COPY (
SELECT l.leaf_index, l.entry_id, l.leaf_hash, coalesce(e.at, '2000-01-01Z'), coalesce(e.body, ''),
       concat('{{"action":"', e.action, '","action_id":"', e.action_id, '","actor":"', e.actor, '","at":"'),
       concat(',"outcome":"', e.outcome, '","rows":', e.rows, ',"scope":"', e.scope,
              '","session":"' || e.session, '","target":"' || e.target, '","v":1')
FROM ledger.leaf l LEFT JOIN ledger.entry e ON e.id = l.entry_id AND e.id BETWEEN {low} AND {high}
WHERE l.leaf_index >= {start} AND l.leaf_index < {stop}) TO STDOUT (FORMAT binary)"""


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
        low, high = self._ids(start, stop)
        query = _ROWS.format(low=low, high=high, start=start, stop=stop)
        found: list[bytes] = [b""] * (stop - start)
        drift = DRIFT // _MICROSECOND + 60_000_000
        for row in _copy_out(self._connection, query):
            _, _, index, _, entry_id, _, recorded, _, at, length = _FIXED.unpack_from(row)
            end = _FIXED.size + length
            body = row[_FIXED.size : end]
            (head,) = _LENGTH.unpack_from(row, end)
            at_start = end + 4 + head
            digest = sha256(b"\x00" + body).digest()
            found[index - start] = digest
            if digest != recorded:
                found[index - start] = self._mismatch(index, entry_id, recorded, body)
            elif not (body.startswith(row[end + 4 : at_start]) and body.endswith(row[at_start + 4 :] + b"}")):
                self._suspects.append((index, entry_id))
            elif abs(at - self._minute(body[head : head + 16])) > drift:
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

    def _mismatch(self, index: int, entry_id: int, recorded: bytes, body: bytes) -> bytes:
        """What to grow the tree with where bytes and recorded hash differ: an entry that is gone can only be taken as recorded."""
        if body:
            self._report.add("the entry's bytes do not hash to its leaf", index, entry_id)
            return sha256(b"\x00" + body).digest()
        if index >= self._min_index:
            self._report.add("the entry is gone", index, entry_id)
        self.present -= 1
        return recorded

    def _minute(self, text: bytes) -> int:
        """Microseconds since 2000 of a time's first 16 characters; far from everything when they are no time."""
        known = self._minutes.get(text)
        if known is None:
            try:
                at = datetime.fromisoformat(text.decode() + ":00+00:00")
                known = (at - _POSTGRES_EPOCH) // _MICROSECOND
            except ValueError:
                known = -(2**62)
            self._minutes[text] = known
        return known

    def _check_suspects(self) -> None:
        """Read the bodies that did not fit at once as JSON, and compare with the columns one by one."""
        if not self._suspects:
            return
        places = {entry_id: index for index, entry_id in self._suspects}
        query = f"SELECT id, body, {', '.join(_COLUMNS)} FROM ledger.entry WHERE id = ANY(%s)"
        for entry_id, body, *columns in self._connection.execute(query.encode(), [list(places)]).fetchall():
            differing = _differing(body, columns)
            if differing:
                self._report.add(f"the column {differing} differs from the entry's bytes", places[entry_id], entry_id)
        self._suspects.clear()


def _differing(body: bytes, columns: list[Any]) -> str | None:
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "body (it is not JSON)"
    for name, value in zip(_COLUMNS, columns, strict=True):
        told = fields.get(name)
        if told != (value if value is None or isinstance(value, int) else str(value)):
            return name
    return None


def _copy_out(connection: psycopg.Connection[Any], query: str) -> Iterator[bytes]:
    """The rows of a binary COPY, one by one, straight from libpq: psycopg's own reader costs more than all hashing."""
    pgconn = connection.pgconn
    result = pgconn.exec_(query.encode())
    if result.status != pq.ExecStatus.COPY_OUT:
        raise error_from_result(result)
    first = True
    while True:
        length, data = pgconn.get_copy_data(0)
        if length < 0:
            break
        row = bytes(data)
        if first:
            row, first = row.removeprefix(_HEADER), False
        if row and row != _TRAILER:
            yield row
    last = pgconn.get_result()
    while last is not None:
        if last.status != pq.ExecStatus.COMMAND_OK:
            raise error_from_result(last)
        last = pgconn.get_result()
