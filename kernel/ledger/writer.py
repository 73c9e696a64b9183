"""Group commit for entries that no business transaction carries: watched reads, denials, refusals, failures.

Callers get a future and let the answer go when it is done: only then is the entry durable. One thread drains what
waits, up to 256 entries, into one transaction. Whoever waits gets the error if the ledger cannot be written.
"""

import select
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

import psycopg
from psycopg import pq
from psycopg.errors import error_from_result

from kernel.errors import Unavailable
from kernel.ledger.entries import Draft, Rendered, render, statement

BATCH = 256
_Waiting = tuple[Draft, "Future[None]"]
_Ready = tuple[Rendered, "Future[None]"]


class Writer:
    """Writes drafts in groups over one connection that may add entries (role omniwarden_app).

    `connect` gives a new autocommit connection; it is called at the first write and after a lost connection.
    The thread starts with the first write, so a process may fork before it.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self._connect = connect
        self._connection: psycopg.Connection[Any] | None = None
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def write(self, draft: Draft) -> "Future[None]":
        """Queue an entry. The future ends when it is durable, or with the error that kept it from being so."""
        waiting: Future[None] = Future()
        # The lock makes "closed" and the queue agree: nothing can be put behind the mark that ends the thread.
        with self._lock:
            if self._closed:
                raise Unavailable("The ledger's writer is closed.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
                self._thread.start()
            self._queue.put((draft, waiting))
        return waiting

    def close(self) -> None:
        """Write what waits, then end the thread and the connection."""
        with self._lock:
            already, self._closed = self._closed, True
            thread = self._thread
            if thread is not None and not already:
                self._queue.put(None)
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        ending = False
        while not ending:
            first = self._queue.get()
            batch = [] if first is None else [first]
            ending = first is None
            while not ending and len(batch) < BATCH and not self._queue.empty():
                item = self._queue.get()
                if item is None:
                    ending = True
                else:
                    batch.append(item)
            self._write(_ready_of(batch))
        self._drop()

    def _write(self, batch: list[_Ready]) -> None:
        """Write a batch in one transaction; when the server refuses it, halve it until the bad row stands alone."""
        if not batch:
            return
        try:
            self._send(statement([rendered for rendered, _ in batch]))
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of anything that went wrong
            if self._connection is not None and len(batch) > 1:
                middle = len(batch) // 2
                self._write(batch[:middle])
                self._write(batch[middle:])
                return
            for _, waiting in batch:
                waiting.set_exception(error)
        else:
            for _, waiting in batch:
                waiting.set_result(None)

    def _send(self, sql: bytes) -> None:
        """Run the statements as one implicit transaction, one message each way; without a connection afterwards if lost.

        A connection lost after sending leaves the outcome unknown; it is not tried again, the waiters get the error.
        """
        try:
            pgconn = self._ready().pgconn
            result = pgconn.exec_(sql)
            if result.status == pq.ExecStatus.COMMAND_OK:
                return
            refusal = error_from_result(result)
        except psycopg.Error as error:
            self._drop()
            raise Unavailable("The ledger cannot be written.") from error
        if pgconn.status != pq.ConnStatus.OK:
            self._drop()
            raise Unavailable("The ledger cannot be written.") from refusal
        raise refusal

    def _ready(self) -> psycopg.Connection[Any]:
        """The connection, made anew if the server has closed it while it was idle (then its socket is readable)."""
        if self._connection is not None and _stale(self._connection):
            self._drop()
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _ready_of(batch: list[_Waiting]) -> list[_Ready]:
    """Render the drafts; leave out, with its error, every one that cannot be written whatever the server says."""
    ready: list[_Ready] = []
    for draft, waiting in batch:
        if not waiting.set_running_or_notify_cancel():
            continue
        try:
            ready.append((render(draft), waiting))
        except Exception as error:  # noqa: BLE001 - one bad draft must not end the thread that all others wait for
            waiting.set_exception(error)
    return ready


def _stale(connection: psycopg.Connection[Any]) -> bool:
    """An idle connection that has something to read has been told goodbye: the writer listens to nothing else."""
    pgconn = connection.pgconn
    return pgconn.status != pq.ConnStatus.OK or bool(select.select([pgconn.socket], [], [], 0)[0])
