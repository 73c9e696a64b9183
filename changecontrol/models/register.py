"""The register: systems and services with their environments, what rests on what, who uses them, and when nothing changes. [CC-8, SW-7, SW-9]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc
from policy.workflow import TRIGGERS

GOVERNED: dict[str, Any] = {"info": {"governed": True}}
DEVELOPMENT, TEST, PRODUCTION = "development", "test", "production"
ENVIRONMENTS = (DEVELOPMENT, TEST, PRODUCTION)


class System(Record, table=True):
    """A component or a service, in one environment; its scope is `system:<slug>`, so that a right can hold on it alone."""

    __tablename__ = "system"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("slug", name="system_slug"),
        CheckConstraint("kind in ('component', 'service')", name="system_kind"),
        CheckConstraint("environment in ('development', 'test', 'production')", name="system_environment"),
        GOVERNED,
    )

    slug: str
    label: str
    kind: str = "component"
    environment: str
    function: str
    """Its one primary function, in a few words. [SW-7]"""
    owner_id: UUID = Field(index=True)
    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    added_at: datetime = Field(sa_type=Utc)
    retired_at: datetime | None = Field(default=None, sa_type=Utc)


class Dependency(Record, table=True):
    """One system works only while another does."""

    __tablename__ = "dependency"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("dependent_id", "on_id", name="dependency_once"),
        CheckConstraint("dependent_id <> on_id", name="dependency_not_on_itself"),
        Index("dependency_on", "on_id"),
        GOVERNED,
    )

    dependent_id: UUID = Field(foreign_key="system.id")
    on_id: UUID = Field(foreign_key="system.id")


TRIGGERS.setdefault("dependency", []).append(
    """create or replace function wall.no_circle() returns trigger language plpgsql as $$
begin
  if exists (
    with recursive below(id) as (
      select new.on_id union select d.on_id from dependency d join below b on d.dependent_id = b.id
    ) select 1 from below where id = new.dependent_id
  ) then
    raise exception 'a system does not depend on itself through others' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create or replace trigger no_circle before insert or update on dependency for each row execute function wall.no_circle();
alter table dependency enable always trigger no_circle;"""
)


class SystemUse(Record, table=True):
    """A client or a campaign (by its scope) whose work rests on a system or service."""

    __tablename__ = "system_use"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("system_id", "scope", name="system_use_once"),
        CheckConstraint("scope ~ '^(client|campaign):'", name="system_use_scope"),
        GOVERNED,
    )

    system_id: UUID = Field(foreign_key="system.id")
    scope: str = Field(foreign_key="scope.id")


class Freeze(Record, table=True):
    """A time in which nothing is changed: in the whole house, on a system, or on what a client's or a campaign's work rests on."""

    __tablename__ = "change_freeze"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("ends_at > starts_at", name="change_freeze_dates"),
        Index("change_freeze_time", "starts_at", "ends_at", postgresql_where=text("lifted_at is null")),
        GOVERNED,
    )

    about: str = Field(default=HOUSE, foreign_key="scope.id")
    title: str
    starts_at: datetime = Field(sa_type=Utc)
    ends_at: datetime = Field(sa_type=Utc)
    declared_by: UUID
    declared_at: datetime = Field(sa_type=Utc)
    lifted_at: datetime | None = Field(default=None, sa_type=Utc)
    lifted_by: UUID | None = None
