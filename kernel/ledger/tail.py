"""Following the ledger: every entry in its order, from an index on, and then as it grows.

The sequencer announces each new head once; a lost announcement costs one `wake` at most, because the reader looks anyway.
Connections are autocommit, in the role omniwarden_auditor, and belong to the tail alone.
"""

import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import orjson
import psycopg

from kernel.ledger.lookup import LEAVES, entries_query, read_entries

CHUNK = 512
WAKE = 1.0
_PREPARE = "LISTEN ledger; SET plan_cache_mode = force_custom_plan"
_SIZE = "SELECT size FROM ledger.log_state"
Entry = tuple[int, dict[str, Any]]


def head(connection: psycopg.Connection[Any]) -> int:
    """The number of entries in the tree: the index to begin at for who wants only what is new."""
    row = connection.execute(_SIZE).fetchone()
    return int(row[0]) if row else 0


def follow(
    connection: psycopg.Connection[Any], start: int, stop: threading.Event, wake: float = WAKE
) -> Iterator[Entry]:
    """Yield (leaf index, entry) from an index on, until `stop` is set (noticed within `wake` seconds).

    Raises psycopg.OperationalError when the connection is lost; begin again at the next index with a new one.
    """
    connection.execute(_PREPARE)
    while not stop.is_set():
        size = head(connection)
        while start < size and not stop.is_set():
            reach = min(start + CHUNK, size)
            for index, _, body in read_entries(connection, start, reach):
                yield index, orjson.loads(body)
            start = reach
        if not stop.is_set() and head(connection) == size:
            for _ in connection.notifies(timeout=wake, stop_after=1):
                pass


async def follow_async(
    connection: psycopg.AsyncConnection[Any], start: int, wake: float = WAKE
) -> AsyncIterator[Entry]:
    """Yield as follow does, without end; cancel the task to stop."""
    await connection.execute(_PREPARE)
    while True:
        size = await _head(connection)
        while start < size:
            reach = min(start + CHUNK, size)
            leaves = await (await connection.execute(LEAVES, [start, reach])).fetchall()
            found = await connection.execute(*entries_query([entry_id for _, entry_id in leaves]), binary=True)
            bodies = dict(await found.fetchall())
            for index, entry_id in leaves:
                if entry_id in bodies:
                    yield index, orjson.loads(bodies[entry_id])
            start = reach
        if await _head(connection) == size:
            async for _ in connection.notifies(timeout=wake, stop_after=1):
                pass


async def _head(connection: psycopg.AsyncConnection[Any]) -> int:
    row = await (await connection.execute(_SIZE)).fetchone()
    return int(row[0]) if row else 0
