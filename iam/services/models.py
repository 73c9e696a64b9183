"""Tables of service accounts: the keys that let a program in, and when each was last used. [AC-4, PW-4]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from kernel.db import HOUSE, Record, Utc, secret

TOKEN, ED25519 = "token", "ed25519"


class ServiceKey(Record, table=True):
    """What proves a program: a token of 256 bits, of which only the SHA-256 is here, or an Ed25519 public key. It always ends."""

    __tablename__ = "service_key"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("kind in ('token', 'ed25519')", name="service_key_kind"),
        CheckConstraint("(kind = 'ed25519') = (public_key is not null)", name="service_key_public"),
        CheckConstraint("ends_at > made_at", name="service_key_ends"),
        {"info": {"governed": True}},
    )

    scope: str = HOUSE
    account_id: UUID = Field(foreign_key="account.id", index=True)
    person_id: UUID
    kind: str
    label: str
    handle: bytes = secret(unique=True)
    public_key: bytes | None = None
    made_at: datetime = Field(sa_type=Utc)
    ends_at: datetime = Field(sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_why: str | None = None


class ServiceSeen(SQLModel, table=True):
    """When a key was last used; outside the ledger, since it says nothing that the entries of what was done do not."""

    __tablename__ = "service_seen"
    __table_args__: ClassVar[Any] = {"info": {"governed": False}}

    key_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(index=True)
    seen_at: datetime = Field(sa_type=Utc)
