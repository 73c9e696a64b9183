"""Imported detection rules: each with a version for every edit, what a trial of it found, and until when it is on. [FW-3]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc

GOVERNED: dict[str, Any] = {"info": {"governed": True}}


class DetectionRule(Record, table=True):
    """A rule that somebody else wrote. It is on from a version's approval until a day, or until it is switched off. [FW-3]"""

    __tablename__ = "detection_rule"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("key", name="detection_rule_key"),
        CheckConstraint("(on_version is null) = (on_until is null)", name="detection_rule_on"),
        CheckConstraint("(on_version is null) = (on_by is null)", name="detection_rule_by"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    key: str
    """Its id in the text, or one made of its name: what its findings are known by, week after week."""
    title: str
    danger: str
    versions: int = 1
    on_version: int | None = None
    on_until: datetime | None = Field(default=None, sa_type=Utc)
    on_by: UUID | None = None
    on_at: datetime | None = Field(default=None, sa_type=Utc)

    def is_on(self, at: datetime) -> bool:
        """Tell whether it takes part at an instant."""
        return self.on_until is not None and self.on_until > at


class DetectionVersion(Record, table=True):
    """The text of a rule as it was handed in once; it never changes. [FW-3]"""

    __tablename__ = "detection_version"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("rule_id", "number", name="detection_version_once"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    rule_id: UUID = Field(foreign_key="detection_rule.id")
    number: int
    title: str
    danger: str
    text: str
    digest: str
    taken_by: str
    taken_at: datetime = Field(sa_type=Utc)
    tried_at: datetime | None = Field(default=None, sa_type=Utc)
    tried_since: datetime | None = Field(default=None, sa_type=Utc)
    tried_until: datetime | None = Field(default=None, sa_type=Utc)
    tried_events: int = 0
    tried_subjects: int = 0
    tried_lines: list[list[Any]] = Field(default_factory=list, sa_type=JSONB)
    """`[batch, place]` of lines that the trial found."""
