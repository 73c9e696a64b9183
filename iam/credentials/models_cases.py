"""Tables of how secrets live: notices that a password is to be changed, and cases of suspected disclosure. [ID-4, PW-5]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal

SUSPECTED, KNOWN = "suspected", "known"


class RotationNotice(Record, table=True):
    """Someone was told, so many days ahead, that a password is to be changed by `due_at`; once for each of the book's days. [ID-4]"""

    __tablename__ = "rotation_notice"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("password_id", "due_at", "days", name="rotation_notice_once"),
        {"info": {"governed": True}},
    )

    scope: str = HOUSE
    account_id: UUID = Field(foreign_key="account.id", index=True)
    person_id: UUID
    password_id: UUID = Field(foreign_key="password.id")
    due_at: datetime = Field(sa_type=Utc)
    days: int
    told_at: datetime = Field(sa_type=Utc)


class Disclosure(Record, table=True):
    """A case: secrets of an account that others know, or may know. [PW-5]

    `signalled_at` is when the house was told, `locked_at` when all of it had ended; what lies between is the figure that is reported.
    """

    __tablename__ = "disclosure"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("kind in ('suspected', 'known')", name="disclosure_kind"),
        CheckConstraint("locked_at >= signalled_at", name="disclosure_order"),
        {"info": {"governed": True}},
    )

    scope: str = HOUSE
    account_id: UUID = Field(foreign_key="account.id", index=True)
    person_id: UUID = Field(foreign_key="person.id")
    kind: str
    note: str = personal(default="")
    signalled_at: datetime = Field(sa_type=Utc)
    locked_at: datetime = Field(sa_type=Utc)
    ended: dict[str, int] = Field(sa_type=JSONB)
    reported_by: str
    state: str = Field(default="open", index=True)
    closed_at: datetime | None = Field(default=None, sa_type=Utc)
    closed_by: str | None = None
    finding: str = personal(default="")

    def subject(self) -> UUID | None:
        """Whose personal data this is."""
        return self.person_id
