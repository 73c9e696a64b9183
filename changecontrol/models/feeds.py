"""Table of calendar addresses: by which a person's own calendar program reads the windows of changes. [CC-1, PW-4]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from kernel.db import Record, Utc, secret


class CalendarFeed(Record, table=True):
    """An address that was given to a calendar program: of its token, 256 bits, only the SHA-256 is here. A person has one at a time."""

    __tablename__ = "calendar_feed"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("length(handle) = 32", name="calendar_feed_handle"),
        CheckConstraint("ended_at >= made_at", name="calendar_feed_dates"),
        CheckConstraint("(ended_at is null) = (ended_why is null)", name="calendar_feed_ended"),
        Index("calendar_feed_live", "person_id", unique=True, postgresql_where=text("ended_at is null")),
        {"info": {"governed": True}},
    )

    person_id: UUID
    handle: bytes = secret(unique=True)
    made_at: datetime = Field(sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_why: str | None = None
