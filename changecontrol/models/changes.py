"""Tables of changes: the change, its sealed revisions, whom and what it touches, who was asked, and what was done. [CC-1, CC-10, CC-11]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal
from policy.workflow import TRIGGERS, never_changed

GOVERNED: dict[str, Any] = {"info": {"governed": True}}
NORMAL, STANDARD, EMERGENCY, UNAUTHORISED = "normal", "standard", "emergency", "unauthorised"
MODELS = (NORMAL, STANDARD, EMERGENCY, UNAUTHORISED)
KINDS = ("change", "maintenance", "patch", "release", "design", "control")


class ChangeTemplate(Record, table=True):
    """A standard change: what is done the same way each time, authorised once, until a day and so many times."""

    __tablename__ = "change_template"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("used >= 0 and used <= most", name="change_template_count"),
        CheckConstraint("ends_at > written_at", name="change_template_dates"),
        GOVERNED,
    )

    slug: str = Field(unique=True)
    title: str
    content: dict[str, Any] = Field(sa_type=JSONB)
    digest: str
    """SHA-256 of the canonical content."""
    ends_at: datetime = Field(sa_type=Utc)
    most: int
    used: int = 0
    written_by: UUID
    written_at: datetime = Field(sa_type=Utc)
    state: str = "draft"
    ended_why: str | None = None


TRIGGERS.setdefault("change_template", []).append(
    """create or replace function wall.sealed_change_template() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (new.slug, new.title, new.content, new.digest, new.ends_at, new.most, new.written_by, new.written_at)
      is not distinct from (old.slug, old.title, old.content, old.digest, old.ends_at, old.most, old.written_by, old.written_at) then
    return new;
  end if;
  raise exception 'what a template of a change says is never changed' using errcode = 'check_violation';
end $$;
create or replace trigger sealed before update or delete on change_template for each row execute function wall.sealed_change_template();
alter table change_template enable always trigger sealed;"""
)


class Change(Record, table=True):
    """A change from the first draft to its close. `digest` is that of its current revision; columns beside it repeat that revision."""

    __tablename__ = "change"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("number", name="change_number"),
        CheckConstraint(f"model in {MODELS}", name="change_model"),
        CheckConstraint(f"kind in {KINDS}", name="change_kind"),
        CheckConstraint("ends_at > starts_at", name="change_window_dates"),
        CheckConstraint("(model = 'standard') = (template_id is not null)", name="change_standard_has_template"),
        Index("change_time", "starts_at", "ends_at"),
        Index("change_open", "state", "ends_at", postgresql_where=text("state in ('authorise', 'scheduled', 'implementing')")),
        Index("change_requester", "requester_id"),
        Index("change_state", "state", "id"),
        Index("change_meets", text("tstzrange(starts_at, ends_at)"), postgresql_using="gist", postgresql_where=text("starts_at is not null")),
        Index("change_title", "title", postgresql_using="gin", postgresql_ops={"title": "gin_trgm_ops"}),
        Index("change_maintenance", "started_at", "id", postgresql_where=text("kind = 'maintenance'")),
        GOVERNED,
    )  # fmt: skip

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    number: str
    model: str
    kind: str = "change"
    state: str = "draft"
    title: str
    risk: str = "medium"
    revision: int = 0
    digest: str = ""
    requester_id: UUID
    opened_at: datetime = Field(sa_type=Utc)
    starts_at: datetime | None = Field(default=None, sa_type=Utc)
    ends_at: datetime | None = Field(default=None, sa_type=Utc)
    template_id: UUID | None = Field(default=None, foreign_key="change_template.id")
    incident: str | None = None
    normalises_id: UUID | None = Field(default=None, foreign_key="change.id", index=True)
    """The emergency change whose normal design and testing this one is. [CC-7]"""
    authorised_at: datetime | None = Field(default=None, sa_type=Utc)
    started_at: datetime | None = Field(default=None, sa_type=Utc)
    started_by: UUID | None = None
    keys_until: datetime | None = Field(default=None, sa_type=Utc)
    """Until when the implementers' rights were given; None while nobody holds any."""
    finished_at: datetime | None = Field(default=None, sa_type=Utc)
    outcome: str | None = None
    report: str = ""
    documented_at: datetime | None = Field(default=None, sa_type=Utc)
    documented_by: UUID | None = None
    documentation_due: datetime | None = Field(default=None, sa_type=Utc)
    suspended_at: datetime | None = Field(default=None, sa_type=Utc)
    suspended_why: str | None = None
    reviewed_by: UUID | None = None
    review: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_why: str | None = None

    @property
    def window_ref(self) -> str:
        """What elevations, firewalls and collectors call this change."""
        return f"change:{self.number}"


class ChangeRevision(Record, table=True):
    """What a change was at one time; never changed. `digest` is the SHA-256 of the canonical content."""

    __tablename__ = "change_revision"
    __table_args__: ClassVar[Any] = (UniqueConstraint("change_id", "number", name="change_revision_number"), GOVERNED)

    change_id: UUID = Field(foreign_key="change.id")
    number: int
    content: dict[str, Any] = Field(sa_type=JSONB)
    digest: str
    edit: str
    reason: str | None = None
    made_by: UUID
    made_at: datetime = Field(sa_type=Utc)


never_changed(ChangeRevision)


class ChangeSystem(Record, table=True):
    """A system that the current revision of a change touches."""

    __tablename__ = "change_system"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("change_id", "system_id", name="change_system_once"),
        Index("change_system_system", "system_id", "change_id"),
        GOVERNED,
    )

    change_id: UUID = Field(foreign_key="change.id")
    system_id: UUID = Field(foreign_key="system.id")


class ChangeImplementer(Record, table=True):
    """A person whom the current revision of a change names to carry it out."""

    __tablename__ = "change_implementer"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("change_id", "person_id", name="change_implementer_once"),
        Index("change_implementer_person", "person_id", "change_id"),
        GOVERNED,
    )

    change_id: UUID = Field(foreign_key="change.id")
    person_id: UUID


class ChangeAuthorisation(Record, table=True):
    """One of those who must say yes to a revision: an approval of the book, in a scope. A client's is acknowledged as well. [CC-1, CC-10]"""

    __tablename__ = "change_authorisation"
    __table_args__: ClassVar[Any] = (
        Index("change_authorisation_once", "change_id", "requirement", "scope", unique=True, postgresql_where=text("dropped_at is null")),
        Index("change_authorisation_scope", "scope", "change_id", postgresql_where=text("dropped_at is null")),
        GOVERNED,
    )  # fmt: skip

    change_id: UUID = Field(foreign_key="change.id")
    requirement: str
    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    approval_id: UUID | None = Field(default=None, foreign_key="approval.id")
    revision: int
    digest: str = ""
    """The digest of the approval's own seal, which holds the content of the revision."""
    acknowledged_at: datetime | None = Field(default=None, sa_type=Utc)
    acknowledged_by: UUID | None = None
    dropped_at: datetime | None = Field(default=None, sa_type=Utc)


class ChangeWork(Record, table=True):
    """What a person did on a system under a change, written as it was done; never changed. [CC-11]"""

    __tablename__ = "change_work"
    __table_args__: ClassVar[Any] = (Index("change_work_change", "change_id", "at"), GOVERNED)

    change_id: UUID = Field(foreign_key="change.id")
    system_id: UUID = Field(foreign_key="system.id")
    person_id: UUID
    at: datetime = Field(sa_type=Utc)
    what: str = personal()

    def subject(self) -> UUID | None:
        """The words are of the person who worked."""
        return self.person_id


never_changed(ChangeWork)
