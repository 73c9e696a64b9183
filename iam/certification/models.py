"""Tables of certification: campaigns, the rights they ask about, when each right was last used, and notices of dormancy. [AC-10]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from kernel.db import HOUSE, Record, Utc, personal

GOVERNED: dict[str, Any] = {"info": {"governed": True}}
MANAGER, PLATFORM, ROLE, PERSON = "manager", "platform", "role", "person"


class Certification(Record, table=True):
    """A campaign: who holds which right is said again, by those who answer for it, until a time. [AC-10]

    `kind` is by whom or what it asks (manager, platform, role, person), `about` which one (a person's id, a slug, a role), empty
    for every manager of the scope. After `due_at` comes a grace; at `suspend_at` what nobody decided is suspended.
    """

    __tablename__ = "certification"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("kind in ('manager', 'platform', 'role', 'person')", name="certification_kind"),
        CheckConstraint("due_at > opened_at and suspend_at >= due_at", name="certification_dates"),
        Index("certification_live", "suspend_at", postgresql_where=text("state in ('drawing', 'open')")),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    kind: str
    about: str = ""
    reason: str
    opened_by: str
    opened_at: datetime = Field(sa_type=Utc)
    due_at: datetime = Field(sa_type=Utc)
    suspend_at: datetime = Field(sa_type=Utc)
    state: str = "drawing"
    cursor: UUID | None = None
    asked: int = 0
    left_out: int = 0
    closed_at: datetime | None = Field(default=None, sa_type=Utc)


class CertificationItem(Record, table=True):
    """One right that a campaign asks about: a role of a person, or an account on a platform; who answers, and the answer.

    `rank` puts unused rights first; `reviewer_id` answers, or whoever holds `reviewer_role` while nobody has it by name.
    """

    __tablename__ = "certification_item"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("(assignment_id is null) <> (account_id is null)", name="certification_item_right"),
        CheckConstraint("reviewer_id <> person_id", name="certification_item_own"),
        Index("certification_item_page", "certification_id", "rank", "id"),
        Index("certification_item_mine", "reviewer_id", "rank", "id", postgresql_where=text("state = 'open'")),
        Index("certification_item_assignment", "assignment_id", "decided_at"),
        GOVERNED,
    )

    certification_id: UUID = Field(foreign_key="certification.id")
    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    assignment_id: UUID | None = Field(default=None, foreign_key="role_assignment.id")
    account_id: UUID | None = Field(default=None, foreign_key="account.id")
    right: str
    why: str
    used_at: datetime | None = Field(default=None, sa_type=Utc)
    rank: int
    reviewer_id: UUID | None = Field(default=None, foreign_key="person.id")
    reviewer_role: str
    delegated_by: UUID | None = Field(default=None, foreign_key="person.id")
    delegated_at: datetime | None = Field(default=None, sa_type=Utc)
    delegated_why: str | None = None
    state: str = "open"
    decided_at: datetime | None = Field(default=None, sa_type=Utc)
    decided_by: str | None = None
    reason: str = personal(default="")

    def subject(self) -> UUID | None:
        """Whose right it is."""
        return self.person_id


class LastDeed(SQLModel, table=True):
    """When a person last did an action, gathered from the ledger; outside the ledger's walls, since it repeats what stands there.

    `place` is the index of that entry in the ledger's tree; the greatest is where the gathering goes on.
    """

    __tablename__ = "last_deed"
    __table_args__: ClassVar[Any] = (Index("last_deed_place", "place"), {"info": {"governed": False}})

    actor: str = Field(primary_key=True)
    action: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Utc)
    place: int = Field(sa_type=BigInteger)


class DormancyNotice(Record, table=True):
    """A person was told that an account nobody uses will be suspended, and how it ended. [AC-10]"""

    __tablename__ = "dormancy_notice"
    __table_args__: ClassVar[Any] = (
        Index("dormancy_notice_one", "account_id", unique=True, postgresql_where=text("state = 'open'")),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE)
    account_id: UUID = Field(foreign_key="account.id")
    person_id: UUID = Field(foreign_key="person.id")
    used_at: datetime = Field(sa_type=Utc)
    told_at: datetime = Field(sa_type=Utc)
    suspend_at: datetime = Field(sa_type=Utc)
    state: str = "open"
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_why: str | None = None
