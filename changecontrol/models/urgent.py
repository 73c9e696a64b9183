"""Tables of what cannot wait: a word given by telephone, and security patches with their day. [CC-5, CC-9]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc

GOVERNED: dict[str, Any] = {"info": {"governed": True}}


class SpokenAuthorisation(Record, table=True):
    """The technical director's word for an emergency, given outside the console: by whom, how, when, who heard it; until it is confirmed."""

    __tablename__ = "spoken_authorisation"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("channel in ('telephone', 'radio', 'video', 'in-person')", name="spoken_authorisation_channel"),
        CheckConstraint(
            "witness_id <> authority_id and witness_id <> recorded_by and recorded_by <> authority_id",
            name="spoken_authorisation_three_persons",
        ),
        CheckConstraint("said_at <= recorded_at", name="spoken_authorisation_dates"),
        Index("spoken_authorisation_change", "change_id"),
        GOVERNED,
    )

    change_id: UUID = Field(foreign_key="change.id")
    revision: int
    authority_id: UUID
    channel: str
    said_at: datetime = Field(sa_type=Utc)
    witness_id: UUID
    recorded_by: UUID
    recorded_at: datetime = Field(sa_type=Utc)
    confirm_by: datetime = Field(sa_type=Utc)
    confirmed_at: datetime | None = Field(default=None, sa_type=Utc)
    denied_at: datetime | None = Field(default=None, sa_type=Utc)


class Patch(Record, table=True):
    """A security patch or fix that a system needs: its severity, its day, the change that brings it. [CC-9]"""

    __tablename__ = "patch"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("severity in ('critical', 'high', 'medium', 'low')", name="patch_severity"),
        CheckConstraint("due_at > released_at", name="patch_dates"),
        CheckConstraint("(state = 'installed') = (installed_at is not null)", name="patch_installed"),
        Index("patch_due", "due_at", postgresql_where=text("state = 'open'")),
        Index("patch_once", "name", "system_id", unique=True, postgresql_where=text("state <> 'dropped'")),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    name: str
    """The vendor's own name of it, such as an advisory's number."""
    severity: str
    system_id: UUID = Field(foreign_key="system.id", index=True)
    released_at: datetime = Field(sa_type=Utc)
    due_at: datetime = Field(sa_type=Utc)
    noted_by: UUID
    noted_at: datetime = Field(sa_type=Utc)
    change_id: UUID | None = Field(default=None, foreign_key="change.id", index=True)
    state: str = "open"
    installed_at: datetime | None = Field(default=None, sa_type=Utc)
    closed_why: str | None = None
