"""Reading entries for verification as fast as Python can: binary COPY, each row taken apart at fixed places.

Canonical JSON sorts its keys, so the typed columns stand at both ends of a body: the database compares them there while
Python hashes. Only a body that does not fit at once (it tells why, or holds escaped text) is read as JSON. Where a range of
leaves is long, processes share it: hashing holds the interpreter's lock.
"""

import os
import struct
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from multiprocessing import get_context
from typing import Any

import orjson
import psycopg
from psycopg import pq
from psycopg.errors import error_from_result

from kernel.ledger.audit import Finding, Report

CHUNK = 32_768
DRIFT = timedelta(minutes=10)  # a body carries the application's time, the column the database's when it was written
MOST_PROCESSES = 8
SPARSE = 8
"""A chunk whose entries' ids span so many times its leaves (the order of two epochs) is looked up by id, not by range."""
_LEAF = struct.Struct(">qq32s")
# id, at, the body's time to the minute, whether both ends fit; the body follows, 0x00 before it.
# The pads skip the count of fields and the length of each.
_ROW = struct.Struct(">2x4xq4xq4x16s4x?4x")
_HEADER = len(b"PGCOPY\n\xff\r\n\x00") + 8
_POSTGRES_EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)
_NEAR = (DRIFT + timedelta(minutes=1)) // _MICROSECOND
_COLUMNS = ("action", "action_id", "actor", "outcome", "rows", "scope", "session", "target")
_LEAVES = """
SELECT min(entry_id), max(entry_id), string_agg(int8send(leaf_index) || int8send(entry_id) || leaf_hash, '') FROM
(SELECT * FROM ledger.leaf WHERE leaf_index >= %s AND leaf_index < %s ORDER BY leaf_index) leaves"""
_ENTRIES = r"""
SELECT id, at, substring(body || '\x00000000000000000000000000000000'::bytea FROM octet_length(head) + 1 FOR 16),
    substring(body FOR octet_length(head)) = head
        AND substring(body FROM greatest(1, octet_length(body) + 1 - octet_length(tail))) = tail,
    '\x00'::bytea || body
FROM (SELECT id, at, body,
        textsend('{"action":"' || action || '","action_id":"' || action_id::text || '","actor":"' || actor || '","at":"') AS head,
        textsend(',"outcome":"' || outcome || '","rows":' || rows::text || ',"scope":"' || scope
            || coalesce('","session":"' || session::text, '') || coalesce('","target":"' || target, '') || '","v":1}') AS tail
    FROM ledger.entry WHERE PLACES OFFSET 0) entries"""
_TWICE = """
SELECT DISTINCT ON (e.id) e.id, e.body FROM ledger.entry e JOIN ledger.leaf l ON l.entry_id = e.id
WHERE e.id = ANY(%s) ORDER BY e.id, sha256('\\x00'::bytea || e.body) = l.leaf_hash"""
_NEAR_TOGETHER = "id BETWEEN %(low)s AND %(high)s"
_FAR_APART = "id IN (SELECT entry_id FROM ledger.leaf WHERE leaf_index >= %(start)s AND leaf_index < %(stop)s)"


@dataclass(frozen=True, slots=True)
class Part:
    """What a scan of a range found: the leaf hashes computed anew, how many entries are there, and what is not as it was signed."""

    leaves: list[bytes]
    present: int
    findings: list[Finding]


class Scan:
    """Hashes the entries of ranges of leaf indexes and compares bytes, columns and recorded hashes on the way."""

    def __init__(self, connection: psycopg.Connection[Any], min_index: int) -> None:
        self._connection = connection
        self._min_index = min_index
        self._minutes: dict[bytes, int] = {}
        self._report = Report()
        self._present = 0

    def part(self, start: int, stop: int) -> Part:
        """Return what a range holds; a leaf that is not there is taken as all zeros, and is a finding."""
        self._report, self._present = Report(), 0
        leaves = self._leaves(start, stop) if start < stop else []
        return Part(leaves, self._present, self._report.findings)

    def _leaves(self, start: int, stop: int) -> list[bytes]:
        row = self._connection.execute(_LEAVES, [start, stop], binary=True).fetchone()
        assert row is not None  # noqa: S101 - an aggregate has a row
        low, high, together = row
        indexes, ids, recorded = zip(*_LEAF.iter_unpack(together or b""), strict=True) if together else ((), (), ())
        hashes, suspects = self._entries(start, stop, low or 0, high or 0)
        found = [hashes.get(entry_id, b"") for entry_id in ids]
        for at, (digest, known) in enumerate(zip(found, recorded, strict=True)):
            if digest != known:
                found[at] = self._mismatch(indexes[at], ids[at], known, digest)
        self._present += len(found)
        places = dict(zip(ids, indexes, strict=True))
        if suspects:
            self._check_suspects({entry_id: places[entry_id] for entry_id in suspects & places.keys()})
        if len(found) < stop - start:
            by_index = dict(zip(indexes, found, strict=True))
            for index in range(start, stop):
                if index not in by_index:
                    self._report.add("the tree has no leaf there", index)
            found = [by_index.get(index, bytes(32)) for index in range(start, stop)]
        return found

    def _entries(self, start: int, stop: int, low: int, high: int) -> tuple[dict[int, bytes], set[int]]:
        """Return the hashes of a range's entries by id, and the ids of those that have to be read as JSON."""
        places = _NEAR_TOGETHER if high - low < SPARSE * (stop - start) else _FAR_APART
        query = _ENTRIES.replace("PLACES", places % {"low": low, "high": high, "start": start, "stop": stop})
        hashes: dict[int, bytes] = {}
        suspects: set[int] = set()
        unpack, fixed = _ROW.unpack_from, _ROW.size
        last, since, until, rows = b"", 0, 0, 0
        for rows, row in enumerate(_copy_out(self._connection, query), 1):  # noqa: B007 - read after the loop
            entry_id, at, minute, fits = unpack(row)
            hashes[entry_id] = sha256(row[fixed:]).digest()
            if not fits:
                suspects.add(entry_id)
            elif minute != last or not since <= at <= until:
                known = self._minutes.get(minute) or self._minute(minute)
                last, since, until = minute, known - _NEAR, known + _NEAR
                if not since <= at <= until:
                    suspects.add(entry_id)
        if rows != len(hashes):
            hashes.update(self._second_rows(hashes))
        return hashes, suspects

    def _second_rows(self, hashes: dict[int, bytes]) -> dict[int, bytes]:
        """The wrong hashes of ids that stand twice: the key holds within a month's partition only."""
        rows = self._connection.execute(_TWICE, [list(hashes)]).fetchall()
        return {entry_id: sha256(b"\x00" + body).digest() for entry_id, body in rows}

    def _mismatch(self, index: int, entry_id: int, recorded: bytes, digest: bytes) -> bytes:
        """What to grow the tree with where bytes and recorded hash differ: an entry that is gone can only be taken as recorded."""
        if digest:
            self._report.add("the entry's bytes do not hash to its leaf", index, entry_id)
            return digest
        if index >= self._min_index:
            self._report.add("the entry is gone", index, entry_id)
        self._present -= 1
        return recorded

    def _minute(self, text: bytes) -> int:
        """Microseconds since 2000 of a time's first 16 characters; far from everything when they are no time."""
        try:
            at = datetime.fromisoformat(text.decode() + ":00+00:00")
            self._minutes[text] = (at - _POSTGRES_EPOCH) // _MICROSECOND
        except ValueError:
            self._minutes[text] = -(2**62)
        return self._minutes[text]

    def _check_suspects(self, places: dict[int, int]) -> None:
        """Read the bodies that did not fit at once as JSON, and compare with the columns one by one."""
        query = f"SELECT id, at, body, {', '.join(_COLUMNS)} FROM ledger.entry WHERE id = ANY(%s)"
        for entry_id, at, body, *columns in self._connection.execute(query.encode(), [list(places)]).fetchall():
            wrong = _differing(body, columns, at)
            if wrong:
                self._report.add(wrong, places[entry_id], entry_id)


Connect = Callable[[], psycopg.Connection[Any]]
_worker: list[Scan] = []


def parts(
    connection: psycopg.Connection[Any],
    ranges: Sequence[tuple[int, int]],
    min_index: int,
    connect: Connect | None = None,
) -> Iterator[Part]:
    """Yield the parts of ranges of leaf indexes, in their order.

    With `connect` (a connection like the given one, for each process) and enough to do, all cores share the work.
    """
    processes = min(len(os.sched_getaffinity(0)), MOST_PROCESSES, len(ranges) // 2)
    if connect is None or processes <= 1:
        scan = Scan(connection, min_index)
        yield from (scan.part(start, stop) for start, stop in ranges)
        return
    pool = ProcessPoolExecutor(processes, get_context("fork"), _begin, (connect, min_index))
    try:
        waiting: deque[Future[Part]] = deque()
        for start, stop in ranges:
            waiting.append(pool.submit(_part, start, stop))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(connect: Connect, min_index: int) -> None:
    _worker[:] = [Scan(connect(), min_index)]


def _part(start: int, stop: int) -> Part:
    return _worker[0].part(start, stop)


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
