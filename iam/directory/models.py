"""Tables of directories (LDAP, Active Directory), of what was last seen in them, and of deviations: wanted against actual. [AC-7, AC-9]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from kernel.db import HOUSE, Record, Utc, personal, secret

OPEN, ACCEPTED, CORRECTED, CLOSED = "open", "accepted", "corrected", "closed"
LIVE = (OPEN, ACCEPTED)
GOVERNED: dict[str, Any] = {"info": {"governed": True}}


class Directory(Record, table=True):
    """A directory the house governs: where it answers, whose certificates it shows, and as whom we bind. [AC-7, AC-11]

    `url` is ldaps://host:port, or ldap://host:port, which asks for StartTLS before anything else is said; `authority` is
    the PEM of who signed its certificate (empty: the machine's own list). `people` and `groups` are where each lie. `system`
    is the name of the system of the register that it is, so that what others change in it is held against what was authorised
    there; empty: nothing is.
    """

    __tablename__ = "directory"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("platform", name="directory_platform"),
        CheckConstraint("kind in ('ldap', 'active-directory')", name="directory_kind"),
        CheckConstraint("url ~ '^ldaps?://'", name="directory_url"),
        GOVERNED,
    )

    scope: str = HOUSE
    platform: str = Field(foreign_key="platform.slug")
    kind: str
    url: str
    authority: str = ""
    bind_dn: str
    sealed_password: bytes | None = secret(default=None)
    people: str
    groups: str
    active: bool = True
    system: str = ""


class DirectoryGroup(Record, table=True):
    """A group of a directory that is a right: whoever holds `role` in `scope` belongs into it, and nobody else.

    Without a role nobody belongs into it: groups of the directory's own administrators. [AC-2, AC-7]
    """

    __tablename__ = "directory_group"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("directory_id", "external_id", name="directory_group_once"),
        GOVERNED,
    )

    directory_id: UUID = Field(foreign_key="directory.id", index=True)
    external_id: str
    name: str
    role: str | None = None
    scope: str = HOUSE


class DirectoryStanding(SQLModel, table=True):
    """How a directory stands and up to where it was read; outside the ledger, since each change of state is told there anyway."""

    __tablename__ = "directory_standing"
    __table_args__: ClassVar[Any] = {"info": {"governed": False}}

    directory_id: UUID = Field(primary_key=True)
    state: str = "new"
    why: str = ""
    asked_at: datetime | None = Field(default=None, sa_type=Utc)
    answered_at: datetime | None = Field(default=None, sa_type=Utc)
    full_at: datetime | None = Field(default=None, sa_type=Utc)
    mark: bytes | None = None
    """What the directory gave us to ask on from: a DirSync cookie, or a time of change."""


class DirectoryLook(SQLModel, table=True):
    """A look at a directory that did something or met a fault, for the history of its page; what it found is on the ledger."""

    __tablename__ = "directory_look"
    __table_args__: ClassVar[Any] = {"info": {"governed": False}}

    directory_id: UUID = Field(primary_key=True)
    at: datetime = Field(primary_key=True, sa_type=Utc)
    seconds: float
    whole: bool
    compared: int
    read: int
    found: int
    settled: int
    state: str
    why: str = ""


class DirectoryEntry(SQLModel, table=True):
    """What a directory last said of a user; outside the ledger, since it is a copy that can be read again at any time."""

    __tablename__ = "directory_entry"
    __table_args__: ClassVar[Any] = (
        Index("directory_entry_name", "directory_id", "name"),
        {"info": {"governed": False}},
    )

    directory_id: UUID = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    dn: str
    name: str
    enabled: bool
    groups: list[str] = Field(sa_type=JSONB)
    given_name: str = ""
    family_name: str = ""
    mail: str = ""
    secret_at: datetime | None = Field(default=None, sa_type=Utc)
    used_at: datetime | None = Field(default=None, sa_type=Utc)
    expires_at: datetime | None = Field(default=None, sa_type=Utc)
    stamp: str
    """The directory's own count of this entry's changes: while it is the same, what stands here is true."""


class Deviation(Record, table=True):
    """A case: what is differs from what the book and the registry want. It has an owner and a limit. [AC-7, AC-9]

    `about_ref` names the thing, `detail` what was found, in words for the case's page and never with a secret; `person_id` is
    whom it is about. It is corrected, closed, or accepted by a waiver, whose end opens it again.
    """

    __tablename__ = "deviation"
    __table_args__: ClassVar[Any] = (
        Index(
            "deviation_one_live",
            "kind",
            "about_ref",
            unique=True,
            postgresql_where=text("state in ('open', 'accepted')"),
        ),
        Index("deviation_due", "due_at", postgresql_where=text("state = 'open'")),
        Index("deviation_platform", "platform", "state"),
        GOVERNED,
    )

    scope: str = HOUSE
    kind: str
    about_ref: str
    platform: str | None = None
    clause: str
    detail: dict[str, Any] = personal(sa_type=JSONB)
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    owner_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    found_at: datetime = Field(sa_type=Utc)
    due_at: datetime = Field(sa_type=Utc)
    state: str = "open"
    waiver_id: UUID | None = Field(default=None, foreign_key="waiver.id")
    asked_by: str | None = None
    asked_at: datetime | None = Field(default=None, sa_type=Utc)
    fault: str | None = None
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    settled_by: str | None = None
    how: str | None = None

    def subject(self) -> UUID | None:
        """Whose personal data this is, where it is known."""
        return self.person_id
