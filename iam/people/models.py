"""Tables of people and their accounts. The person is shared with the whole house; other fields know it by its id."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal
from kernel.errors import Refused

PLATFORM = "omniwarden"
HUMAN, SERVICE, PRIVILEGED = "human", "service", "privileged"
EMPLOYEE, CONTRACTOR, REPRESENTATIVE = "employee", "contractor", "client-representative"


class Person(Record, table=True):
    """A natural person of the house; `scope` is the site or client they belong to, `phone` is E.164. [ID-1, AC-3]

    `job` is their function in the book's words, `manager_id` who leads them, `ends_at` when a contract is over.
    """

    __tablename__ = "person"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("status in ('joining', 'active', 'suspended', 'left')", name="person_status"),
        CheckConstraint("kind in ('employee', 'contractor', 'client-representative')", name="person_kind"),
        CheckConstraint("manager_id <> id", name="person_own_manager"),
        Index("person_ends", "ends_at", postgresql_where=text("ends_at is not null")),
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
    kind: str = EMPLOYEE
    job: str = ""
    manager_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    ends_at: datetime | None = Field(default=None, sa_type=Utc)

    @property
    def name(self) -> str:
        """How people call them."""
        return f"{self.given_name} {self.family_name}".strip()

    def subject(self) -> UUID | None:
        """Whose personal data this is."""
        return self.id


class Platform(Record, table=True):
    """Where accounts are: this service, a directory, the PBX, a firewall, a client's application. [ID-3]

    Its naming convention is data: `forms` are tried in order ("{given}.{family}"), `pattern` is what every id matches.
    """

    __tablename__ = "platform"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("slug", name="platform_slug"),
        CheckConstraint(
            "kind in ('omniwarden', 'ldap', 'active-directory', 'pbx', 'firewall', 'application')", name="platform_kind"
        ),
        {"info": {"governed": True}},
    )

    slug: str
    label: str
    kind: str
    scope: str = HOUSE
    owner_id: UUID | None = Field(default=None, foreign_key="person.id")
    pattern: str
    forms: list[str] = Field(sa_type=JSONB)
    min_length: int
    max_length: int
    has_otp: bool = False
    active: bool = True


class Account(Record, table=True):
    """A user id on a platform: one person's for ever, never given again, never deleted. [ID-2, ID-3]

    A service account's person is its owner; a privileged account's is who holds it. `external_id` is the platform's own key.
    """

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
    purpose: str = ""
    ends_at: datetime | None = Field(default=None, sa_type=Utc)
    used_at: datetime | None = Field(default=None, sa_type=Utc)
    external_id: str | None = Field(default=None, index=True)

    def subject(self) -> UUID | None:
        """Whose personal data this is."""
        return self.person_id


def for_people_only(account: Account) -> None:
    """Refuse a service account whatever lets a person come in: password, authenticator, passkey, code, session. [AC-4]"""
    if account.kind == SERVICE:
        raise Refused("AC-4", "A service account never signs in as a person does; it comes by its keys.")
