"""Tables of the access directive and its procedures: documents, their sealed versions, and who acknowledged which. [AC-8]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from kernel.db import Record, Utc
from policy.workflow import TRIGGERS, Step, Workflow, never_changed

GOVERNED: dict[str, Any] = {"info": {"governed": True}}


class Directive(Record, table=True):
    """The access directive, or a procedure under it; `current` is the number of its version in force."""

    __tablename__ = "directive"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("slug", name="directive_slug"),
        CheckConstraint("kind in ('directive', 'procedure')", name="directive_kind"),
        GOVERNED,
    )

    slug: str
    title: str
    kind: str
    current: int | None = None


class DirectiveVersion(Record, table=True):
    """The text of a document as one person wrote it; never changed, only moved from draft to in force and on."""

    __tablename__ = "directive_version"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("directive_id", "number", name="directive_version_number"),
        GOVERNED,
    )

    directive_id: UUID = Field(foreign_key="directive.id")
    number: int
    text: str
    digest: str
    summary: str
    written_by: UUID
    written_at: datetime = Field(sa_type=Utc)
    state: str = "draft"
    in_force_at: datetime | None = Field(default=None, sa_type=Utc)
    retired_at: datetime | None = Field(default=None, sa_type=Utc)


TEXT_STEPS = Workflow(
    DirectiveVersion,
    "draft",
    [
        Step("draft", "ask", "asked"),
        Step("draft", "drop", "dropped"),
        Step("asked", "publish", "in-force", clause="AC-8"),
        Step("asked", "refuse", "refused"),
        Step("asked", "drop", "dropped"),
        Step("in-force", "retire", "retired"),
    ],
)
TRIGGERS["directive_version"].append(
    """create or replace function wall.sealed_directive_version() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (new.directive_id, new.number, new.text, new.digest, new.summary, new.written_by, new.written_at)
      is not distinct from (old.directive_id, old.number, old.text, old.digest, old.summary, old.written_by, old.written_at) then
    return new;
  end if;
  raise exception 'the text of a version is never changed' using errcode = 'check_violation';
end $$;
create or replace trigger sealed before update or delete on directive_version for each row execute function wall.sealed_directive_version();
alter table directive_version enable always trigger sealed;"""
)


class Acknowledgement(Record, table=True):
    """A person says, once and for good, that they read a version."""

    __tablename__ = "acknowledgement"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("version_id", "person_id", name="acknowledgement_once"),
        GOVERNED,
    )

    version_id: UUID = Field(foreign_key="directive_version.id")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    at: datetime = Field(sa_type=Utc)


never_changed(Acknowledgement)
