"""Tables of what proves who someone is. Everything here is hashed or sealed, and `***` on the ledger. [PW-4]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, secret


class Password(Record, table=True):
    """An argon2id hash; one at most is current, former ones stay to refuse their return. [PW-2, PW-5]"""

    __tablename__ = "password"
    __table_args__: ClassVar[Any] = (
        Index("password_current", "account_id", unique=True, postgresql_where=text("ended_at is null")),
        {"info": {"governed": True}},
    )

    scope: str = HOUSE
    account_id: UUID = Field(foreign_key="account.id", index=True)
    person_id: UUID
    hash: str = secret()
    rules: str
    set_at: datetime = Field(sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_why: str | None = None


class Totp(Record, table=True):
    """A paired authenticator, its secret sealed. [ID-1]"""

    __tablename__ = "totp"
    __table_args__: ClassVar[Any] = (
        Index(
            "totp_current",
            "account_id",
            unique=True,
            postgresql_where=text("confirmed_at is not null and ended_at is null"),
        ),
        {"info": {"governed": True}},
    )

    scope: str = HOUSE
    account_id: UUID = Field(foreign_key="account.id", index=True)
    person_id: UUID
    sealed: bytes = secret()
    made_at: datetime = Field(sa_type=Utc)
    confirmed_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)


class RecoveryCode(Record, table=True):
    """One of ten codes for the day the telephone is lost; good once."""

    __tablename__ = "recovery_code"

    scope: str = HOUSE
    account_id: UUID = Field(foreign_key="account.id", index=True)
    person_id: UUID
    digest: bytes = secret()
    made_at: datetime = Field(sa_type=Utc)
    used_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)


class Passkey(Record, table=True):
    """A WebAuthn credential; `sign_count` must grow where the authenticator counts at all."""

    __tablename__ = "passkey"

    scope: str = HOUSE
    account_id: UUID = Field(foreign_key="account.id", index=True)
    person_id: UUID
    credential_id: bytes = Field(unique=True)
    public_key: bytes
    sign_count: int = Field(default=0)
    label: str = ""
    made_at: datetime = Field(sa_type=Utc)
    used_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)


class Activation(Record, table=True):
    """A one-use code that lets its holder choose a password or pair an authenticator; it runs out. [ID-5]"""

    __tablename__ = "activation"

    scope: str = HOUSE
    account_id: UUID = Field(foreign_key="account.id", index=True)
    person_id: UUID
    purpose: str
    digest: bytes = secret()
    made_at: datetime = Field(sa_type=Utc)
    expires_at: datetime = Field(sa_type=Utc)
    used_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
