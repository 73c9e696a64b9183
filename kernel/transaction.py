"""The one write transaction: begun with its stamp in one message, ended with its ledger entry in one message."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from psycopg.pq import ConnStatus, ExecStatus
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from kernel import db
from kernel.db import AUDITOR
from kernel.errors import Conflict, Malformed, OmniError, Refused, Unavailable
from kernel.history import History, WriteSession

GONE = "The database does not answer; nothing was done."
_DONE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
KEY_ERASED = "OW011"
UNKEEPABLE = frozenset({"22001", "22003", "22008", "22021", "22P05"})
"""A text too long, a number or time out of range, a character the database has no place for."""
RETRY_STATES = frozenset({"40001", "40P01", "55P03", KEY_ERASED})


def send(raw: "psycopg.Connection[tuple[object, ...]]", statements: bytes) -> None:
    """Send statements as one message (libpq exec; the lock of the interpreter is free while we wait).

    Raises:
        psycopg.Error: what the server answered.

    """
    result = raw.pgconn.exec_(statements)
    if result.status in _DONE:
        return
    error = psycopg.errors.error_from_result(result)
    if raw.pgconn.status != ConnStatus.OK and not isinstance(error, psycopg.OperationalError):
        raise psycopg.OperationalError(f"the connection was lost: {error}") from error
    raise error


@contextmanager
def write_transaction(action_id: UUID) -> Iterator[tuple[WriteSession, "psycopg.Connection[tuple[object, ...]]"]]:
    """Open the transaction of an action, stamped with its id; without `finish` it rolls back."""
    with db.engine().connect() as conn:
        raw = conn.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)  # noqa: S101 - tells the type
        try:
            send(raw, b"begin; select set_config('app.action_id', '%s', true)" % str(action_id).encode())
        except psycopg.OperationalError:
            conn.invalidate()
            raise
        session = WriteSession(bind=conn, expire_on_commit=False)
        session.history = History()
        try:
            yield session, raw
        finally:
            session.expunge_all()
            if raw.closed:
                session.invalidate()
            session.close()


@contextmanager
def read_transaction() -> Iterator[WriteSession]:
    """Open the transaction of a reading: PostgreSQL refuses every write in it."""
    with db.engine().connect() as conn:
        raw = conn.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)  # noqa: S101
        try:
            send(raw, b"begin read only")
        except psycopg.OperationalError:
            conn.invalidate()
            raise
        session = WriteSession(bind=conn, expire_on_commit=False, autoflush=False)
        session.history = History()
        try:
            yield session
        finally:
            session.expunge_all()
            session.close()


def finish(raw: "psycopg.Connection[tuple[object, ...]]", entry: bytes, action_id: UUID) -> None:
    """Write the entry and commit in one message. A commit in doubt is looked up by the action's id before it is called failed.

    Raises:
        psycopg.Error: when the transaction did not commit.

    """
    try:
        send(raw, entry + b"; commit")
    except psycopg.OperationalError:
        if raw.pgconn.status == ConnStatus.OK or not was_written(action_id):
            raise


def was_written(action_id: UUID) -> bool:
    """Tell whether the entry of an action is on the ledger."""
    with db.connection(AUDITOR) as conn:
        return (
            conn.execute(text("select 1 from ledger.entry where action_id = :id limit 1"), {"id": action_id}).first()
            is not None
        )


def told(error: Exception) -> OmniError | None:
    """Return what a database error means in the house's own words; None where it is our own fault."""
    if isinstance(error, StaleDataError):
        return Conflict("Somebody else changed this at the same time; look again and repeat.")
    if isinstance(error, PoolTimeout | OSError):
        return Unavailable(GONE)
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.errors.UniqueViolation):
        return Conflict("This is there already.")
    if isinstance(cause, psycopg.errors.ForeignKeyViolation):
        return Conflict("Something this rests on is not there, or still rests on this.")
    if isinstance(cause, psycopg.errors.CheckViolation):
        return Refused(None, f"The database refuses this: {cause.diag.message_primary}")
    state = getattr(cause, "sqlstate", None) or ""
    if state in UNKEEPABLE or (isinstance(cause, psycopg.DataError) and not state):
        return Malformed(
            "A value that was sent cannot be kept: too large, too long, or a character with no place here."
        )
    if state in RETRY_STATES:
        return Conflict("Somebody else was working on this at the same time; repeat.")
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError) or isinstance(error, OperationalError):
        return Unavailable(GONE)
    return None
