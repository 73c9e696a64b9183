"""Tables of what leaves the house for a person (mail, text message), and the receipt of each. [ID-5]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal, secret

MAIL, SMS = "mail", "sms"


class Letter(Record, table=True):
    """A message to a person; its text is sealed until it is sent and gone afterwards, so nobody inside can read a code."""

    __tablename__ = "letter"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("channel in ('mail', 'sms')", name="letter_channel"),
        CheckConstraint("state in ('waiting', 'sent', 'void')", name="letter_state"),
        {"info": {"governed": True}},
    )

    scope: str = HOUSE
    person_id: UUID = Field(foreign_key="person.id", index=True)
    account_id: UUID | None = Field(default=None, foreign_key="account.id")
    purpose: str
    channel: str
    address: str = personal()
    sealed: bytes | None = secret(default=None)
    state: str = Field(default="waiting", index=True)
    made_at: datetime = Field(sa_type=Utc)

    def subject(self) -> UUID | None:
        """Whose personal data this is."""
        return self.person_id


class Receipt(Record, table=True):
    """Proof that a letter left: when, by which channel, to which address, and what the carrier answered. [ID-5]"""

    __tablename__ = "receipt"

    scope: str = HOUSE
    letter_id: UUID = Field(foreign_key="letter.id", unique=True)
    person_id: UUID = Field(index=True)
    purpose: str
    channel: str
    address: str = personal()
    carrier: str
    sent_at: datetime = Field(sa_type=Utc)

    def subject(self) -> UUID | None:
        """Whose personal data this is."""
        return self.person_id
