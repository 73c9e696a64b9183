"""Reading the tree's parts from the database, for everyone who may read the ledger."""

from typing import Any

import psycopg

from kernel.ledger.merkle import TileReader

_SPARSE = 8  # when ids lie this much further apart than the leaves, they are looked up one by one
LEAVES = """
SELECT leaf_index, entry_id FROM ledger.leaf WHERE leaf_index >= %s AND leaf_index < %s ORDER BY leaf_index"""


def read_entries(connection: psycopg.Connection[Any], start: int, stop: int) -> list[tuple[int, int, bytes]]:
    """(leaf index, entry id, body) of the entries from one index up to another; entries retired by retention are left out.

    Entries are found by the range of their ids: their partitions know nothing of leaf indexes.
    """
    leaves = connection.execute(LEAVES, [start, stop]).fetchall()
    if not leaves:
        return []
    ids = [entry_id for _, entry_id in leaves]
    bodies = dict(connection.execute(*entries_query(ids), binary=True).fetchall())
    return [(index, entry_id, bodies[entry_id]) for index, entry_id in leaves if entry_id in bodies]


def entries_query(ids: list[int]) -> tuple[bytes, list[Any]]:
    """The query for (id, body) of entries, with its parameters; it may also bring entries between them."""
    first, last = min(ids), max(ids)
    if last - first > _SPARSE * len(ids):
        return b"SELECT id, body FROM ledger.entry WHERE id = ANY(%s)", [ids]
    return b"SELECT id, body FROM ledger.entry WHERE id BETWEEN %s AND %s", [first, last]


def tile_reader(connection: psycopg.Connection[Any]) -> TileReader:
    """Read tiles from the database; a missing tile is empty."""

    def read(level: int, n: int) -> bytes:
        row = connection.execute("SELECT hashes FROM ledger.tile WHERE level = %s AND n = %s", [level, n]).fetchone()
        return bytes(row[0]) if row else b""

    return read


def checkpoint_note(connection: psycopg.Connection[Any]) -> str | None:
    """The latest signed checkpoint, None before the first."""
    row = connection.execute("SELECT note FROM ledger.checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    return str(row[0]) if row else None
