"""Tables of access profiles: what a function needs, in sealed versions, and who holds which profile where. [AC-6, AC-10]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc
from policy.workflow import TRIGGERS, Step, Workflow, never_changed

GOVERNED: dict[str, Any] = {"info": {"governed": True}}


class AccessProfile(Record, table=True):
    """A function of the house and the kind of place it is done in; `current` is the number of its version in force."""

    __tablename__ = "access_profile"
    noun: ClassVar[str] = "profile"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("slug", name="access_profile_slug"),
        CheckConstraint("scope_kind in ('house', 'site', 'client', 'campaign')", name="access_profile_scope_kind"),
        GOVERNED,
    )

    slug: str
    label: str
    job: str = ""
    scope_kind: str
    current: int | None = None
    retired_at: datetime | None = Field(default=None, sa_type=Utc)


class ProfileVersion(Record, table=True):
    """What a profile holds, as one person wrote it; never changed, only moved from draft to in force and on."""

    __tablename__ = "profile_version"
    __table_args__: ClassVar[Any] = (UniqueConstraint("profile_id", "number", name="profile_version_number"), GOVERNED)

    profile_id: UUID = Field(foreign_key="access_profile.id")
    number: int
    roles: list[str] = Field(sa_type=JSONB)
    conflicts: dict[str, str] = Field(sa_type=JSONB)
    """Roles that nobody holds beside this profile, each with the reason."""
    summary: str
    base: int | None = None
    """The version in force when this one was written."""
    written_by: UUID
    written_at: datetime = Field(sa_type=Utc)
    state: str = "draft"
    in_force_at: datetime | None = Field(default=None, sa_type=Utc)
    retired_at: datetime | None = Field(default=None, sa_type=Utc)


VERSION_STEPS = Workflow(
    ProfileVersion,
    "draft",
    [
        Step("draft", "ask", "asked"),
        Step("draft", "drop", "dropped"),
        Step("asked", "publish", "in-force", clause="AC-6"),
        Step("asked", "refuse", "refused"),
        Step("asked", "drop", "dropped"),
        Step("in-force", "retire", "retired"),
    ],
)
TRIGGERS["profile_version"].append(
    """create or replace function wall.sealed_profile_version() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (new.profile_id, new.number, new.roles, new.conflicts, new.summary, new.base, new.written_by, new.written_at)
      is not distinct from (old.profile_id, old.number, old.roles, old.conflicts, old.summary, old.base, old.written_by, old.written_at) then
    return new;
  end if;
  raise exception 'what a version of a profile holds is never changed' using errcode = 'check_violation';
end $$;
create or replace trigger sealed before update or delete on profile_version for each row execute function wall.sealed_profile_version();
alter table profile_version enable always trigger sealed;"""
)


class ProfileHolding(Record, table=True):
    """A person holds a profile in a place; `applied` is the version whose roles were last given, `blocked` why they were not."""

    __tablename__ = "profile_holding"
    __table_args__: ClassVar[Any] = (
        Index(
            "profile_holding_once", "profile_id", "person_id", "scope", unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("profile_holding_person", "person_id", postgresql_where=text("ended_at is null")),
        GOVERNED,
    )  # fmt: skip

    profile_id: UUID = Field(foreign_key="access_profile.id")
    person_id: UUID = Field(foreign_key="person.id")
    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    starts_at: datetime | None = Field(default=None, sa_type=Utc)
    ends_at: datetime | None = Field(default=None, sa_type=Utc)
    given_by: str
    given_at: datetime = Field(sa_type=Utc)
    reason: str
    applied: int = 0
    blocked: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_by: str | None = None


class ProfileGrant(Record, table=True):
    """A role that somebody holds because of a profile: the assignment, the holding it comes by, and the version that gave it."""

    __tablename__ = "profile_grant"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("assignment_id", name="profile_grant_assignment"),
        Index("profile_grant_holding", "holding_id"),
        GOVERNED,
    )

    holding_id: UUID = Field(foreign_key="profile_holding.id")
    assignment_id: UUID = Field(foreign_key="role_assignment.id")
    number: int


never_changed(ProfileGrant)
