"""Tables and sessions. PostgreSQL only; the one writable session lives inside `kernel.action`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from pydantic import BaseModel
from sqlalchemy import DateTime, Engine, Table, create_engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session, declared_attr
from sqlmodel import Field, SQLModel

from kernel import clock
from kernel.settings import settings

APP, SEQUENCER, AUDITOR, OWNER = "omniwarden_app", "omniwarden_sequencer", "omniwarden_auditor", "omniwarden_owner"
HOUSE = "house"
BOUNDS = " -c idle_in_transaction_session_timeout=10s"
"""An open transaction holds the ledger's horizon back, so an action that hangs is ended."""
Utc = DateTime(timezone=True)


def uuid7() -> UUID:
    """Return a new UUID version 7 (RFC 9562 section 5.7): time-ordered, 74 random bits."""
    value = clock.milliseconds() << 80 | int.from_bytes(os.urandom(10))
    return UUID(int=value & ~(0xF000 << 64) & ~(0xC000 << 48) | 0x7000 << 64 | 0x8000 << 48)


def secret(**kwargs: Any) -> Any:
    """Return a column whose content the ledger shows as `***`. [PW-4]"""
    return _marked("secret", kwargs)


def personal(**kwargs: Any) -> Any:
    """Return a column of personal data: the ledger holds a salted commitment, the content lies encrypted beside it."""
    return _marked("personal", kwargs)


def _marked(mark: str, kwargs: dict[str, Any]) -> Any:
    column = kwargs.pop("sa_column_kwargs", {})
    return Field(sa_column_kwargs={**column, "info": {**column.get("info", {}), "mark": mark}}, **kwargs)


class Record(SQLModel):
    """A thing of the house: an id in order of time, and a version that refuses two writers at once."""

    noun: ClassVar[str] = ""
    __table_args__: ClassVar[Any] = {"info": {"governed": True}}

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    version: int = Field(default=0)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy calls it with the class
        """Tell SQLAlchemy to check and count the version at each update."""
        return {
            "version_id_col": cls.__table__.c.version,  # type: ignore[attr-defined]
            "version_id_generator": lambda n: (n or 0) + 1,
        }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "noun" not in cls.__dict__:
            cls.noun = str(getattr(cls, "__tablename__", cls.__name__)).lower().replace("_", "-")

    @property
    def ref(self) -> str:
        """What the ledger calls this thing."""
        return f"{self.noun}:{self.id}"

    def place(self) -> str:
        """Return the scope this thing lies in, the house unless it says otherwise."""
        return str(getattr(self, "scope", None) or HOUSE)

    def subject(self) -> UUID | None:
        """Return whose personal data this row holds; their key encrypts what is marked personal."""
        return None


class Answer(BaseModel):
    """What a door hands out: a model of its own, never a table record."""


def dsn_of(url: str) -> str:
    """Return a libpq address for a URL or libpq string as an operator writes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def address_of(role: str) -> str:
    """Return the libpq address a role connects by."""
    own = {SEQUENCER: settings.sequencer_url, AUDITOR: settings.auditor_url}.get(role, "")
    return dsn_of(own or settings.database_url)


def connect(role: str, url: str = "") -> "psycopg.Connection[Any]":
    """Open one connection that acts as a role of the database; the driver begins no transaction by itself."""
    return psycopg.connect(
        dsn_of(url) or address_of(role),
        autocommit=True,
        connect_timeout=settings.database_timeout,
        options=f"-c role={role} -c timezone=UTC" + (BOUNDS if role == APP else ""),
        application_name="omniwarden",
    )


_engines: dict[str, Engine] = {}


def engine(role: str = APP) -> Engine:
    """Return the pool of connections that act as a role of the database.

    Transactions are opened by hand (see `kernel.transaction`), so the driver never begins one by itself.
    """
    made = _engines.get(role)
    if made is None:
        made = _engines[role] = create_engine(
            "postgresql+psycopg://",
            creator=lambda: connect(role),
            isolation_level="AUTOCOMMIT",
            pool_size=settings.threads,
            max_overflow=max(2, settings.threads),
            pool_timeout=settings.database_timeout,
            pool_recycle=1800,
            pool_reset_on_return="rollback",
        )
    return made


def forget_engines() -> None:
    """Close every pool; at shutdown, and between test databases."""
    while _engines:
        _engines.popitem()[1].dispose()


@contextmanager
def connection(role: str = APP) -> Iterator[Connection]:
    """Give a bare connection in a role, for polls and the ledger's own readers; each statement is its own transaction."""
    with engine(role).connect() as conn:
        yield conn


@contextmanager
def read_session(role: str = APP) -> Iterator[Session]:
    """Give a session whose transaction is read-only; PostgreSQL refuses any write in it."""
    with engine(role).connect() as conn:
        conn.execute(text("begin read only"))
        with Session(bind=conn, expire_on_commit=False) as session:
            yield session


@contextmanager
def ledger_session() -> Iterator[Session]:
    """Give a read-only session that may read the ledger; only inside a reading."""
    with read_session(AUDITOR) as session:
        yield session


@contextmanager
def ungoverned_session() -> Iterator[Connection]:
    """Give a connection for the few tables outside the ledger (counters, last seen); the database refuses the others."""
    with engine(APP).connect() as conn:
        yield conn


@event.listens_for(Table, "after_create")
def raise_wall(table: Table, conn: Connection, **_: Any) -> None:
    """Put the two walls on every new table that does not say it is ungoverned (by metadata and by migration alike)."""
    if table.info.get("governed", True) and table.schema is None and table.name != "alembic_version":
        conn.execute(text("select wall.raise_wall(cast(:name as text))"), {"name": table.name})


def utc_column(**kwargs: Any) -> Any:
    """Return a column of time with zone."""
    return Field(sa_type=Utc, **kwargs)


def as_utc(value: datetime) -> str:
    """Return a time as the ledger writes it."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
