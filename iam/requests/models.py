"""Tables of requests: what was asked for whom, line by line, and what became of it. [AC-1, AC-2]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal

CREATE, MOVE, SUSPEND, REACTIVATE, REVOKE = "create", "move", "suspend", "reactivate", "revoke"
ALLOCATE, AMEND, WITHDRAW = "allocate", "amend", "withdraw"
IDENTITY = (CREATE, MOVE, SUSPEND, REACTIVATE, REVOKE)
GIVING = (CREATE, MOVE, ALLOCATE)
"""Deeds that may give a right."""
LIVE = ("draft", "asked", "granted")
"""States in which a request may still lead to something."""


class AccessRequest(Record, table=True):
    """A request for identities or rights: one question to one manager and one owner, for one person or for a list."""

    noun: ClassVar[str] = "request"
    __tablename__ = "access_request"
    __table_args__: ClassVar[Any] = (
        Index("access_request_live", "state", postgresql_where=text("state in ('asked', 'granted')")),
        {"info": {"governed": True}},
    )

    scope: str = HOUSE
    """Where its right holds, or where its people are; those who answer hold their roles there."""
    owners: list[str] = Field(sa_type=JSONB)
    """The roles that own its right, as the book said when it was put together."""
    basket: UUID = Field(index=True)
    """What was put together in one basket and sent apart, since its rights have different owners."""
    requested_by: UUID = Field(foreign_key="person.id", index=True)
    drafted_at: datetime = Field(sa_type=Utc)
    asked_at: datetime | None = Field(default=None, sa_type=Utc)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    executed_at: datetime | None = Field(default=None, sa_type=Utc)
    reason: str = personal()
    state: str = "draft"
    why: str = ""
    """Why it was refused, or what could not be done; never personal data."""

    def subject(self) -> UUID | None:
        """The reason is the requester's own words."""
        return self.requested_by


class AccessLine(Record, table=True):
    """One line of a request: what is to be done, for whom, where and until when. A dropped line stays for the record."""

    noun: ClassVar[str] = "request-line"
    __tablename__ = "access_line"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("request_id", "number", name="access_line_number"),
        CheckConstraint(
            "deed in ('create', 'move', 'suspend', 'reactivate', 'revoke', 'allocate', 'amend', 'withdraw')",
            name="access_line_deed",
        ),
        CheckConstraint("(deed = 'create') = (family_name is not null)", name="access_line_newcomer"),
        CheckConstraint(
            "deed <> 'allocate' or (role is not null) <> (profile_id is not null)", name="access_line_role"
        ),
        CheckConstraint(
            "deed not in ('amend', 'withdraw') or assignment_id is not null or holding_id is not null",
            name="access_line_right",
        ),
        CheckConstraint("(profile_id is null) = (profile_number is null)", name="access_line_profile"),
        CheckConstraint("outcome in ('waiting', 'done', 'already', 'failed')", name="access_line_outcome"),
        Index("access_line_bound", "bound_to", postgresql_where=text("bound_to is not null")),
        {"info": {"governed": True}},
    )

    request_id: UUID = Field(foreign_key="access_request.id", index=True)
    number: int
    deed: str
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    """Whom it is about; of a newcomer, who they became."""
    given_name: str | None = personal(default=None)
    family_name: str | None = personal(default=None)
    email: str | None = personal(default=None)
    phone: str | None = personal(default=None)
    language: str = "fr"
    kind: str = "employee"
    job: str = ""
    manager_id: UUID | None = Field(default=None, foreign_key="person.id")
    role: str | None = None
    scope: str = HOUSE
    """Where the right holds; of an identity, the person's site: of one who moves, the new one."""
    profile_id: UUID | None = Field(default=None, foreign_key="access_profile.id")
    profile_number: int | None = None
    """The version of the profile that is asked for: what was approved is what is given."""
    profile_scope: str | None = None
    """Where the profile is held."""
    holding_id: UUID | None = Field(default=None, foreign_key="profile_holding.id", index=True)
    """The profile held that was given, or that is to end or to get another end."""
    assignment_id: UUID | None = Field(default=None, foreign_key="role_assignment.id", index=True)
    starts_at: datetime | None = Field(default=None, sa_type=Utc)
    ends_at: datetime | None = Field(default=None, sa_type=Utc)
    bound_to: str | None = None
    """The change, incident or shift with whose end the right ends."""
    dropped_at: datetime | None = Field(default=None, sa_type=Utc)
    outcome: str = "waiting"
    why: str = ""

    def subject(self) -> UUID | None:
        """Whose personal data this is: the person's; a newcomer has none yet, so the line's own key serves."""
        return self.person_id or self.id
