"""Tables of the alarms: rules with their versions, alarms, who was told, who is on call, tests, and how the evaluator is. [FW-6]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from kernel.db import HOUSE, Record, Utc, personal, secret
from policy.workflow import never_changed

GOVERNED: dict[str, Any] = {"info": {"governed": True}}
OPEN, ACKNOWLEDGED, CLOSED = "open", "acknowledged", "closed"
DANGERS = ("low", "medium", "high")
DISPOSITIONS = ("true-positive", "benign", "false-positive")
LINES = ("first", "second")


class AlarmRule(Record, table=True):
    """A rule of the alarms as it is now; what it was stands in its versions. [FW-6]"""

    __tablename__ = "alarm_rule"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("slug", name="alarm_rule_slug"),
        CheckConstraint("(off_until is null) = (off_reason = '')", name="alarm_rule_off"),
        GOVERNED,
    )

    slug: str
    name: str
    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    shipped: bool = False
    """It came with the house, and nobody has rewritten it."""
    number: int = 1
    """Of the version in force."""
    terms: dict[str, Any] = Field(sa_type=JSONB)
    off_until: datetime | None = Field(default=None, sa_type=Utc)
    """Switched off until then, never for good."""
    off_reason: str = personal(default="")
    off_by: UUID | None = None
    written_at: datetime = Field(sa_type=Utc)

    def is_on(self, now: datetime) -> bool:
        """Tell whether it raises alarms at a moment."""
        return self.off_until is None or self.off_until <= now

    def subject(self) -> UUID | None:
        """Whose words the reason is."""
        return self.off_by


class AlarmRuleVersion(Record, table=True):
    """A rule as somebody wrote it; never changed. [FW-6]"""

    __tablename__ = "alarm_rule_version"
    __table_args__: ClassVar[Any] = (UniqueConstraint("rule_id", "number", name="alarm_rule_version_once"), GOVERNED)

    rule_id: UUID = Field(foreign_key="alarm_rule.id")
    number: int
    name: str
    terms: dict[str, Any] = Field(sa_type=JSONB)
    why: str = ""
    written_by: str
    written_at: datetime = Field(sa_type=Utc)


class Alarm(Record, table=True):
    """Something that somebody must look at now: open until acknowledged, then closed with what it was. [FW-6]"""

    __tablename__ = "alarm"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("key", name="alarm_key"),
        CheckConstraint("state in ('open', 'acknowledged', 'closed')", name="alarm_state"),
        CheckConstraint("danger in ('low', 'medium', 'high')", name="alarm_danger"),
        CheckConstraint("disposition in ('', 'true-positive', 'benign', 'false-positive')", name="alarm_disposition"),
        CheckConstraint("(state = 'open') = (acknowledged_at is null)", name="alarm_acknowledged"),
        CheckConstraint("(state = 'closed') = (closed_at is not null)", name="alarm_closed"),
        CheckConstraint("(state = 'closed') = (disposition <> '')", name="alarm_disposed"),
        Index("alarm_live", "state", "next_at", postgresql_where=text("state <> 'closed'")),
        Index("alarm_group", "rule_id", "about"),
        Index("alarm_raised", "raised_at"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    state: str = OPEN
    rule_id: UUID | None = Field(default=None, foreign_key="alarm_rule.id")
    """None: a test, or the house's own bound."""
    rule_number: int = 0
    key: str
    """Rule, group and the beginning of its quiet time: lines read twice raise nothing twice."""
    kind: str = "rule"
    """`rule`, `test`, or `more`: what a bound held back, counted."""
    name: str = ""
    """What its rule was called when it rang; empty: no rule of the house rang. What it is called is said at reading time, of kind, name and group."""
    about: str = personal(default="")
    """The group: addresses, users, a device."""
    device: str = ""
    danger: str
    count: int = Field(default=1, sa_type=BigInteger)
    first_at: datetime = Field(sa_type=Utc)
    last_at: datetime = Field(sa_type=Utc)
    raised_at: datetime = Field(sa_type=Utc)
    lines: list[str] = secret(default_factory=list, sa_type=JSONB)
    """A few lines that show it; all of them lie in the store."""
    step: int = 0
    """How far up it has been told: a place in the rule's steps."""
    next_at: datetime | None = Field(default=None, sa_type=Utc)
    """When the next are told, where nobody has answered by then."""
    acknowledged_at: datetime | None = Field(default=None, sa_type=Utc)
    acknowledged_by: UUID | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Utc)
    closed_by: UUID | None = None
    disposition: str = ""
    words: str = personal(default="")

    def subject(self) -> UUID | None:
        """Whose words these are."""
        return self.closed_by or self.acknowledged_by


class AlarmSending(Record, table=True):
    """That somebody was told of an alarm, at which step, by which channel, and when the letter left. [FW-6]"""

    __tablename__ = "alarm_sending"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("channel in ('console', 'mail', 'sms', 'nobody')", name="alarm_sending_channel"),
        Index("alarm_sending_alarm", "alarm_id"),
        Index("alarm_sending_letter", "letter_id"),
        GOVERNED,
    )

    alarm_id: UUID = Field(foreign_key="alarm.id")
    step: str
    person_id: UUID | None = None
    """None: nobody stands at this step; the next is told at once."""
    channel: str
    letter_id: UUID | None = None
    told_at: datetime = Field(sa_type=Utc)
    left_at: datetime | None = Field(default=None, sa_type=Utc)


class OnCallShift(Record, table=True):
    """Who is called, on the first line or the second, from when until when. [FW-6]"""

    noun: ClassVar[str] = "on-call-shift"
    __tablename__ = "on_call_shift"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("line in ('first', 'second')", name="on_call_shift_line"),
        CheckConstraint("until > since", name="on_call_shift_time"),
        CheckConstraint("(offered_to is null) = (offered_at is null)", name="on_call_shift_offered"),
        Index("on_call_shift_order", "since", "until"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    line: str = "first"
    person_id: UUID
    since: datetime = Field(sa_type=Utc)
    until: datetime = Field(sa_type=Utc)
    planned_at: datetime = Field(sa_type=Utc)
    dropped_at: datetime | None = Field(default=None, sa_type=Utc)
    offered_to: UUID | None = None
    """Who was asked to take it; it is theirs once they have said yes."""
    offered_at: datetime | None = Field(default=None, sa_type=Utc)


class AlarmTest(Record, table=True):
    """A test of the whole way: a line through a device's spool, the alarm it raised, who answered. [FW-6]"""

    __tablename__ = "alarm_test"
    __table_args__: ClassVar[Any] = (GOVERNED,)

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    token_digest: str = secret()
    asked_at: datetime = Field(sa_type=Utc)
    asked_by: str
    alarm_id: UUID | None = Field(default=None, foreign_key="alarm.id")


class AlarmWatch(SQLModel, table=True):
    """How the evaluator is: it moves every second, outside the ledger. One row. [FW-6]"""

    __tablename__ = "alarm_watch"
    __table_args__: ClassVar[Any] = (CheckConstraint("id = 1", name="alarm_watch_one"), {"info": {"governed": False}})

    id: int = Field(default=1, primary_key=True)
    began_at: datetime = Field(sa_type=Utc)
    beat_at: datetime = Field(sa_type=Utc)
    positions: dict[str, int] = Field(default_factory=dict, sa_type=JSONB)
    """Of each segment how many bytes have been judged and what followed from them is on record."""
    lag_ms: int = Field(default=0, sa_type=BigInteger)
    """How long ago the line came in that was judged last, where more wait behind it; else 0."""
    lines: int = Field(default=0, sa_type=BigInteger)
    unread: int = Field(default=0, sa_type=BigInteger)
    forgotten: int = Field(default=0, sa_type=BigInteger)
    """Groups pushed out of memory since it began."""
    missed: int = Field(default=0, sa_type=BigInteger)
    """Segments that were taken in before they had been judged to their end."""
    rules: int = 0


never_changed(AlarmRuleVersion)
