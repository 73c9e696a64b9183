"""Tables of people and their accounts. The person is shared with the whole house; other fields know it by its id."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal

PLATFORM = "omniwarden"
HUMAN, SERVICE, PRIVILEGED = "human", "service", "privileged"


class Person(Record, table=True):
    """A natural person of the house; `scope` is the site they belong to, `phone` is E.164. [ID-1, AC-3]"""

    __tablename__ = "person"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("status in ('joining', 'active', 'suspended', 'left')", name="person_status"),
        {"info": {"governed": True}},
    )

    scope: str = Field(default=HOUSE, index=True)
    given_name: str = personal()
    family_name: str = personal()
    email: str | None = personal(default=None)
    phone: str | None = personal(default=None)
    language: str = "fr"
    status: str = "joining"
    joined_at: datetime = Field(sa_type=Utc)
    left_at: datetime | None = Field(default=None, sa_type=Utc)

    @property
    def name(self) -> str:
        """How people call them."""
        return f"{self.given_name} {self.family_name}".strip()

    def subject(self) -> UUID | None:
        """Whose personal data this is."""
        return self.id


class Account(Record, table=True):
    """A user id on a platform: one person's for ever, never given again, never deleted. [ID-2, ID-3]"""

    __tablename__ = "account"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("platform", "name", name="account_name_once"),
        CheckConstraint("kind in ('human', 'service', 'privileged')", name="account_kind"),
        CheckConstraint("status in ('pending', 'active', 'suspended', 'revoked')", name="account_status"),
        {"info": {"governed": True}},
    )

    scope: str = Field(default=HOUSE)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    platform: str = PLATFORM
    name: str = personal()
    kind: str = HUMAN
    status: str = "pending"
    made_at: datetime = Field(sa_type=Utc)
    activated_at: datetime | None = Field(default=None, sa_type=Utc)

    def subject(self) -> UUID | None:
        """Whose personal data this is."""
        return self.person_id
