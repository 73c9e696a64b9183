"""Tables of sessions and known devices; and four outside the ledger: last seen, tries, used codes, tickets between two steps."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from kernel.db import HOUSE, Record, Utc, secret


class Session(Record, table=True):
    """Someone who is signed in. The token is random, 256 bits; only its SHA-256 is here. [ID-1, PW-4]"""

    __tablename__ = "session"

    scope: str = HOUSE
    digest: bytes = secret(unique=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    account_id: UUID = Field(foreign_key="account.id")
    device_id: UUID | None = Field(default=None, foreign_key="device.id")
    factor: str
    factor_at: datetime = Field(sa_type=Utc)
    agent: str = ""
    # Masked rather than committed under the person's key: the entry carries its pseudonym.
    source: str | None = secret(default=None)
    started_at: datetime = Field(sa_type=Utc)
    ends_at: datetime = Field(sa_type=Utc)
    locked_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_why: str | None = None


class Device(Record, table=True):
    """A browser that its owner signed in with before: strangers' wrong tries elsewhere do not slow it down."""

    __tablename__ = "device"

    scope: str = HOUSE
    digest: bytes = secret(unique=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    account_id: UUID = Field(foreign_key="account.id")
    agent: str = ""
    known_at: datetime = Field(sa_type=Utc)
    ends_at: datetime = Field(sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)


class SessionSeen(SQLModel, table=True):
    """When a session was last used; outside the ledger, since it says nothing that an entry does not."""

    __tablename__ = "session_seen"
    __table_args__: ClassVar[Any] = {"info": {"governed": False}}

    session_id: UUID = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=Utc)


class Throttle(SQLModel, table=True):
    """Failed tries under one key (a fingerprint of account and source, of a source, of a device); outside the ledger."""

    __tablename__ = "throttle"
    __table_args__: ClassVar[Any] = {"info": {"governed": False}}

    key: bytes = Field(primary_key=True)
    tries: int
    last_at: datetime = Field(sa_type=Utc)
    blocked_until: datetime | None = Field(default=None, sa_type=Utc)


class OtpStep(SQLModel, table=True):
    """The last time step used of an authenticator: a code is good once; outside the ledger, as the entry tells its use."""

    __tablename__ = "otp_step"
    __table_args__: ClassVar[Any] = {"info": {"governed": False}}

    totp_id: UUID = Field(primary_key=True)
    step: int = Field(sa_type=BigInteger)


class Ticket(SQLModel, table=True):
    """What one step of signing in hands to the next: known by a random token, good once and for minutes; outside the ledger."""

    __tablename__ = "ticket"
    __table_args__: ClassVar[Any] = {"info": {"governed": False}}

    digest: bytes = Field(primary_key=True)
    purpose: str
    account_id: UUID
    data: dict[str, Any] = Field(sa_type=JSONB)
    expires_at: datetime = Field(sa_type=Utc)
