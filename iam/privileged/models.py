"""Tables of privileged access: elevations, openings of the break-glass, and the continuity plans that are active. [AC-5]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal

GOVERNED: dict[str, Any] = {"info": {"governed": True}}


class Elevation(Record, table=True):
    """A role for a time: asked with a reason, bound to a change or an incident, approved, taken up, ended, reviewed. [AC-5]

    `bound_to` is the change or incident it serves (`change:CH-2026-014`), `starts_at` and `ends_at` its window.
    """

    __tablename__ = "elevation"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("ends_at > starts_at", name="elevation_window"),
        Index(
            "elevation_one_live",
            "person_id",
            "role",
            "scope",
            unique=True,
            postgresql_where=text("state in ('asked', 'granted', 'active')"),
        ),
        Index("elevation_ends", "ends_at", postgresql_where=text("state in ('asked', 'granted', 'active')")),
        Index("elevation_bound", "bound_to"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: str
    reason: str
    bound_to: str
    asked_at: datetime = Field(sa_type=Utc)
    starts_at: datetime = Field(sa_type=Utc)
    ends_at: datetime = Field(sa_type=Utc)
    state: str = "asked"
    assignment_id: UUID | None = Field(default=None, foreign_key="role_assignment.id")
    taken_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_why: str | None = None
    reviewed_at: datetime | None = Field(default=None, sa_type=Utc)
    reviewed_by: UUID | None = Field(default=None, foreign_key="person.id")
    verdict: str | None = None
    remark: str = personal(default="")
    seen: int | None = None

    def subject(self) -> UUID | None:
        """Whose words and work this is about."""
        return self.person_id


class BreakGlass(Record, table=True):
    """An emergency role without approval: two keepers turn their keys, or one while a continuity plan is active. [AC-5]

    Its documentation is due in hours, and until it is in there is no next one.
    """

    __tablename__ = "break_glass"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("first_keeper_id <> second_keeper_id", name="break_glass_two_keepers"),
        CheckConstraint("person_id <> first_keeper_id and person_id <> second_keeper_id", name="break_glass_own_key"),
        CheckConstraint(
            "opened_at is null or second_keeper_id is not null or plan is not null", name="break_glass_opened_rightly"
        ),
        Index("break_glass_one_live", "slot", unique=True, postgresql_where=text("slot is not null")),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    slot: str | None = HOUSE
    """Filled while this one is not settled; there is one in the whole house."""
    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: str
    reason: str
    bound_to: str
    state: str = "asked"
    asked_at: datetime = Field(sa_type=Utc)
    first_keeper_id: UUID = Field(foreign_key="person.id")
    second_keeper_id: UUID | None = Field(default=None, foreign_key="person.id")
    plan: str | None = None
    answer_by: datetime = Field(sa_type=Utc)
    opened_at: datetime | None = Field(default=None, sa_type=Utc)
    ends_at: datetime | None = Field(default=None, sa_type=Utc)
    assignment_id: UUID | None = Field(default=None, foreign_key="role_assignment.id")
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_why: str | None = None
    document: str = personal(default="")
    documented_at: datetime | None = Field(default=None, sa_type=Utc)
    documented_by: UUID | None = Field(default=None, foreign_key="person.id")

    def subject(self) -> UUID | None:
        """Whose work this is about."""
        return self.person_id


class ActivePlan(Record, table=True):
    """A continuity plan that was put into effect, as the facts told it; while `ended_at` is empty it is active."""

    __tablename__ = "active_plan"
    __table_args__: ClassVar[Any] = (UniqueConstraint("plan_ref", "began_at", name="active_plan_once"), GOVERNED)

    plan_ref: str
    began_at: datetime = Field(sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
