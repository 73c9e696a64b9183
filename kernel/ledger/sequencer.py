"""The sequencer: puts committed entries into the Merkle tree in one order, and has the head signed.

One sequencer works at a time (advisory lock, and a fence on the size should the lock fail). It takes entries in order of
(epoch, xid, id) below the snapshot's horizon: below it every transaction has ended, so nothing can appear there later.
Entries wait in their table until then; nothing is lost between commit and sequencing.
"""

import logging
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.errors import UniqueViolation

from kernel.clock import monotonic
from kernel.errors import Refused
from kernel.ledger.merkle import Frontier, Tile, Tree
from kernel.ledger.signer import Signer

BATCH = 8192
LOCK = 0x6F6D6E69_6C656467  # "omniledg"; one advisory lock for each database
CHANNEL = "ledger"
_PARTITIONS_EVERY = 3600.0
_log = logging.getLogger(__name__)

# A head that is signed before it is durable would look like a rollback later. The others keep each step's work to its own
# batch whatever the planner believes of tables it has no statistics of yet: generic plans join the whole log, and bitmaps
# and sorts read the whole backlog for every batch of it, where the index gives the batch in its order.
_SETTINGS = """
SET synchronous_commit = on; SET plan_cache_mode = force_custom_plan;
SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off"""
# Entries of the epoch that counts now, behind the cursor and below the horizon. (ORDER BY names the table: a bare "xid"
# would be the text beside it, and 1000 would come before 999.)
_TAKE = """
SELECT e.epoch, e.xid::text, e.id, e.leaf_hash FROM ledger.entry e
WHERE e.epoch = %(epoch)s AND (e.xid, e.id) > (%(xid)s::xid8, %(id)s) AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY e.xid, e.id LIMIT %(limit)s"""
# Entries of epochs that have ended: all their transactions have, whatever their ids; those missing in the tree are few.
_DRAIN = """
SELECT e.epoch, e.xid::text, e.id, e.leaf_hash FROM ledger.entry e
WHERE e.epoch < %(epoch)s AND NOT EXISTS (SELECT FROM ledger.leaf l WHERE l.entry_id = e.id)
ORDER BY e.epoch, e.xid, e.id LIMIT %(limit)s"""
_WAITING = """
SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(e.at)), 0)::float8
FROM ledger.log_state s JOIN ledger.entry e ON (e.epoch, e.xid, e.id) > (s.last_epoch, s.last_xid, s.last_id)"""


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the tree is behind: entries that wait for it, and the age of the oldest in seconds."""

    entries: int
    seconds: float


@dataclass(slots=True)
class _Head:
    """The state of the log as this sequencer knows it."""

    frontier: Frontier
    epoch: int
    last_epoch: int
    last_xid: str
    last_id: int


class Sequencer:
    """Grows the tree over one connection in the role omniwarden_sequencer.

    `connect` gives a new autocommit connection. A checkpoint is signed at most every `checkpoint_seconds`.
    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        signer: Signer,
        *,
        batch: int = BATCH,
        checkpoint_seconds: float = 1.0,
    ) -> None:
        self._connect = connect
        self._signer = signer
        self._batch = batch
        self._checkpoint_seconds = checkpoint_seconds
        self._connection: psycopg.Connection[Any] | None = None
        self._leading = False
        self._head: _Head | None = None
        self._signed_size = 0
        self._signed_at = float("-inf")
        self._partitions_at = float("-inf")

    @property
    def leads(self) -> bool:
        """Whether this one is the sequencer at work, not a standby."""
        return self._leading

    def step(self) -> int:
        """Put one batch into the tree and sign the head if that is due. Returns how many entries; 0 also when another leads.

        Raises Refused when the log is not the one that was signed, or its database was restored into another cluster.
        """
        if not self._lead():
            return 0
        try:
            self._make_partitions()
            head = self._head or self._load()
            taken = self._grow(head)
            self._checkpoint(head)
        except (UniqueViolation, _Overtaken):
            _log.warning("Another sequencer has grown the ledger meanwhile; its head is read anew.")
            self._head = None
            return 0
        except BaseException:
            self._head = None  # what is in memory may be ahead of what was committed
            raise
        return taken

    def run(self, stop: threading.Event, interval: float = 0.1) -> None:
        """Step until `stop` is set, every `interval` seconds while there is little to do. A lost database is waited for."""
        while not stop.is_set():
            try:
                taken = self.step()
            except psycopg.OperationalError as error:
                _log.warning("The ledger's sequencer lost the database and tries again: %s", error)
                self.close()
                taken = 0
                stop.wait(1)
            if taken < self._batch:
                stop.wait(interval)
        self.close()

    def close(self) -> None:
        """Let go of the lock and the connection."""
        self._head, self._leading = None, False
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _lead(self) -> bool:
        """Hold the lock, over a connection that is made when there is none; a standby keeps its connection and asks again."""
        if self._connection is None or self._connection.closed:
            self.close()
            self._connection = self._connect()
            self._connection.execute(_SETTINGS)
        if not self._leading:
            self._leading = _lock(self._connection)
        return self._leading

    def _load(self) -> _Head:
        """Read the head and hold it against the tiles, this database system, and what was signed."""
        # In this order, since another may be signing: what was published was remembered, what is remembered is in the head.
        (self._signed_size,) = self._one("SELECT coalesce(max(size), 0) FROM ledger.checkpoint")
        self._signer.reload()
        size, root, origin, epoch, last_epoch, last_xid, last_id, restarted = self._one(
            "SELECT size, root, origin, epoch, last_epoch, last_xid::text, last_id,"
            " cluster <> (SELECT system_identifier FROM pg_control_system())"
            " OR (epoch = last_epoch AND last_xid >= pg_snapshot_xmax(pg_current_snapshot())) FROM ledger.log_state"
        )
        if restarted:
            raise Refused(
                None,
                "This database was restored into another database system, where transaction ids restart;"
                " let the owner run ledger.begin_epoch() before anything writes to it.",
            )
        if origin == "":
            self._database().execute("UPDATE ledger.log_state SET origin = %s", [self._signer.origin])
        elif origin != self._signer.origin:
            raise Refused(None, f"This database holds the log {origin}, the signer signs for {self._signer.origin}.")
        try:
            frontier = Frontier.load(size, self._tile)
        except ValueError as error:
            raise Refused(None, f"The tiles of the ledger are damaged: {error}.") from error
        if frontier.root() != root:
            raise Refused(None, "The tiles of the ledger do not give the root on record: they were changed.")
        if self._signed_size and not self._signer.signed.size:
            raise Refused(None, "This log has been signed before; bring back its signer's key and state.")
        self._signer.check(size, root, self._prove(size))
        self._head = _Head(frontier, epoch, last_epoch, last_xid, last_id)
        return self._head

    def _grow(self, head: _Head) -> int:
        database = self._database()
        with database.transaction():
            drained = head.last_epoch == head.epoch
            cursor = {"epoch": head.epoch, "xid": head.last_xid, "id": head.last_id, "limit": self._batch}
            rows = database.execute(_TAKE if drained else _DRAIN, cursor, binary=True).fetchall()
            if rows:
                self._append(head, rows)
            elif not drained:
                self._enter_epoch(head)
        return len(rows)

    def _append(self, head: _Head, rows: list[tuple[int, str, int, bytes]]) -> None:
        """Write leaves, tiles and the new head, fenced by the old size, and announce the new size once."""
        database, before = self._database(), head.frontier.size
        tiles = head.frontier.extend([row[3] for row in rows])
        size = head.frontier.size
        head.last_epoch, head.last_xid, head.last_id, _ = rows[-1]
        with database.cursor() as cursor:
            with cursor.copy("COPY ledger.leaf (leaf_index, entry_id, leaf_hash) FROM STDIN (FORMAT binary)") as copy:
                copy.write(_leaves(before, rows))
            cursor.executemany(
                "INSERT INTO ledger.tile (level, n, width, hashes) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (level, n) DO UPDATE SET width = excluded.width, hashes = excluded.hashes",
                [_columns(tile) for tile in tiles],
            )
            cursor.execute(
                "UPDATE ledger.log_state SET size = %s, root = %s, last_epoch = %s, last_xid = %s::xid8, last_id = %s"
                " WHERE size = %s AND epoch = %s",
                [size, head.frontier.root(), head.last_epoch, head.last_xid, head.last_id, before, head.epoch],
            )
            if cursor.rowcount != 1:
                raise _Overtaken
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(size)])

    def _enter_epoch(self, head: _Head) -> None:
        """Every entry of older epochs is in the tree: count in the new epoch's transaction ids from their beginning."""
        head.last_epoch, head.last_xid, head.last_id = head.epoch, "0", 0
        self._database().execute("UPDATE ledger.log_state SET last_epoch = epoch, last_xid = '0', last_id = 0")

    def _checkpoint(self, head: _Head) -> None:
        """Sign what is committed, when it is due; the signer remembers first, so a crash between is made good here later."""
        size = head.frontier.size
        if size == self._signed_size or monotonic() - self._signed_at < self._checkpoint_seconds:
            return
        try:
            note = self._signer.sign(size, head.frontier.root(), self._prove(size))
        except Refused:
            if self._one("SELECT size FROM ledger.log_state") != (size,):
                raise _Overtaken from None
            raise
        self._database().execute(
            "INSERT INTO ledger.checkpoint (size, note) VALUES (%s, %s) ON CONFLICT DO NOTHING", [size, note]
        )
        self._signed_size, self._signed_at = size, monotonic()

    def _make_partitions(self) -> None:
        if monotonic() - self._partitions_at > _PARTITIONS_EVERY:
            self._database().execute("SELECT ledger.ensure_partitions(3)")
            self._partitions_at = monotonic()

    def _prove(self, size: int) -> Callable[[int], list[bytes]]:
        def prove(old: int) -> list[bytes]:
            try:
                return Tree(size, self._tile).consistency(old)
            except ValueError as error:
                raise Refused(None, f"The tiles of the ledger are damaged: {error}.") from error

        return prove

    def _tile(self, level: int, n: int) -> bytes:
        query = "SELECT hashes FROM ledger.tile WHERE level = %s AND n = %s"
        row = self._database().execute(query, [level, n]).fetchone()
        return row[0] if row else b""

    def _database(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            raise psycopg.OperationalError("the sequencer has no connection")
        return self._connection

    def _one(self, query: str) -> tuple[Any, ...]:
        row = self._database().execute(query.encode()).fetchone()
        if row is None:
            raise Refused(None, "The ledger's state is missing; its schema was not laid whole.")
        return tuple(row)


def lag(connection: psycopg.Connection[Any]) -> Lag:
    """How far the tree is behind, asked by anyone who may read the ledger."""
    row = connection.execute(_WAITING).fetchone()
    return Lag(row[0], max(row[1], 0.0)) if row else Lag(0, 0.0)


class _Overtaken(Exception):
    """The head in the database is not the one this sequencer knew."""


def _lock(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
    return row is not None and bool(row[0])


def _columns(tile: Tile) -> tuple[int, int, int, bytes]:
    return tile.level, tile.n, tile.width, tile.hashes


def _leaves(first: int, rows: list[tuple[int, str, int, bytes]]) -> bytes:
    """The rows of ledger.leaf in PostgreSQL's binary COPY format."""
    pack = struct.Struct(">hiqiqi32s").pack
    body = b"".join([pack(3, 8, first + at, 8, row[2], 32, row[3]) for at, row in enumerate(rows)])
    return b"PGCOPY\n\xff\r\n\x00" + bytes(8) + body + b"\xff\xff"
