"""Freshness: no process acts on a right or a session that ended more than a second ago, with or without notifications.

One thread asks every 0.4 s; whoever finds the last confirmation older than a second asks for himself, and fails closed. [PW-5, AC-9]
"""

import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Generic, TypeVar

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kernel import clock, db, gate, rights
from kernel.errors import Unavailable

T = TypeVar("T")
C = TypeVar("C", bound="LiveCache[Any]")
INTERVAL = 0.4
LIMIT = 1.0
FORGET_AFTER = 60.0


class LiveCache(Generic[T]):
    """Rows known by a digest that may end at any time (sessions): from memory while confirmed, else from their row."""

    def __init__(
        self,
        read: Callable[[Connection, list[bytes]], dict[bytes, T]],
        changed: Callable[[Connection, dict[bytes, T]], set[bytes]] | None,
    ) -> None:
        self._read = read
        self._changed = changed
        self._known: dict[bytes, tuple[T, float]] = {}
        self._confirmed = 0.0

    def get(self, digest: bytes) -> T | None:
        """Return what stands behind a digest now, or None where it has ended or never was.

        Raises:
            Unavailable: when neither memory is fresh nor the database answers.

        """
        at = clock.monotonic()
        found = self._known.get(digest)
        if found is not None and at - self._confirmed < LIMIT:
            self._known[digest] = (found[0], at)
            return found[0]
        with _asking() as conn:
            row = self._read(conn, [digest]).get(digest)
        if row is None:
            self._known.pop(digest, None)
        else:
            self._known[digest] = (row, at)
        return row

    def at_hand(self, digest: bytes) -> T | None:
        """Return what memory alone can vouch for now; None where the database must be asked."""
        at = clock.monotonic()
        found = self._known.get(digest)
        if found is None or at - self._confirmed >= LIMIT:
            return None
        self._known[digest] = (found[0], at)
        return found[0]

    def forget(self, digest: bytes) -> None:
        """Forget one digest at once, in the process that ended it."""
        self._known.pop(digest, None)

    def confirm(self, conn: Connection) -> None:
        """Ask again for all that is known; forget what ended and what nobody used for a minute."""
        at = clock.monotonic()
        asked = dict(self._known)
        used = {d: row for d, (row, seen) in asked.items() if at - seen < FORGET_AFTER}
        stale = (set(used) if self._changed is None else self._changed(conn, used)) if used else set()
        rows = self._read(conn, list(stale)) if stale else {}
        for digest, (_, seen) in asked.items():
            if digest in rows:
                self._known[digest] = (rows[digest], seen)
            elif digest in stale or digest not in used:
                self._known.pop(digest, None)
        self._confirmed = at


class _Asking:
    """A connection for one question; what goes wrong is Unavailable."""

    def __enter__(self) -> Connection:
        try:
            self._context = db.connection()
            return self._context.__enter__()
        except (DBAPIError, PoolTimeout, OSError) as error:
            raise Unavailable("The database does not answer; nothing was done.") from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.__exit__(kind, error, trace)
        if isinstance(error, DBAPIError):
            raise Unavailable("The database does not answer; nothing was done.") from error


def _asking() -> _Asking:
    return _Asking()


_caches: list[LiveCache[Any]] = []
_lock = threading.Lock()
_seen: tuple[int, int, int] = (-1, -1, 0)
_confirmed_at = 0.0
_rights = rights.Rights()
_actions: list[Callable[[], Iterable[str]]] = []


def live(
    read: Callable[[Connection, list[bytes]], dict[bytes, T]],
    changed: Callable[[Connection, dict[bytes, T]], set[bytes]] | None = None,
) -> LiveCache[T]:
    """Make a cache that the poll keeps fresh; `changed` tells which of the known rows are no longer so, else all are read anew."""
    return keep(LiveCache(read, changed))


def keep(cache: C) -> C:
    """Have the poll keep a cache fresh, of whatever kind it is."""
    _caches.append(cache)
    return cache


def refresh(conn: Connection | None = None, *, force: bool = False) -> None:
    """Read the counter of rights; load and swap the index where it moved. With `force` everything is read, whatever is known."""
    global _seen, _confirmed_at  # noqa: PLW0603 - the state of this process
    if conn is None:
        with _asking() as own:
            return refresh(own, force=force)
    at = clock.monotonic()
    row = conn.execute(text("select edition, counter from access_state where id = 1")).first()
    names = tuple(n for source in _actions for n in source())
    now_seen = (row.edition, row.counter, len(names)) if row else (0, 0, len(names))
    with _lock:
        if force or now_seen != _seen:
            index, counter = _rights.load(conn, names, anew=force)
            gate.put_in_force(index)
            _seen = (index.edition, counter, len(names))
        _confirmed_at = at
    return None


def confirm() -> None:
    """Make sure the index is not older than a second; the gate calls this before it decides."""
    if clock.monotonic() - _confirmed_at >= LIMIT:
        refresh()


def is_confirmed() -> bool:
    """Tell whether the rights were confirmed within the second, so that a decision needs no question."""
    return clock.monotonic() - _confirmed_at < LIMIT


def forget() -> None:
    """Forget all that is known; between test databases and after a fork."""
    global _seen, _confirmed_at
    _seen, _confirmed_at = (-1, -1, 0), 0.0
    for cache in _caches:
        cache._known.clear()  # noqa: SLF001 - of this file


def know_actions(source: Callable[[], Iterable[str]]) -> None:
    """Tell where the names of all actions come from (the registry stands above this file)."""
    _actions.append(source)


def age() -> float:
    """Return the seconds since the index was last confirmed, for the metrics."""
    return clock.monotonic() - _confirmed_at


class Poll:
    """The thread that confirms rights and sessions every 0.4 s; a failure is told by the growing age and tried again."""

    def __init__(self, on_error: Callable[[Exception], None]) -> None:
        self._stop = threading.Event()
        self._on_error = on_error
        self._thread = threading.Thread(target=self._run, name="fresh", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread and wait for it."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL):
            try:
                with _asking() as conn:
                    refresh(conn)
                    for cache in _caches:
                        cache.confirm(conn)
            except (Unavailable, DBAPIError) as error:
                self._on_error(error)


gate.confirm_with(confirm)
