"""Tables of the intake: what was taken in and with what counts, what no format could read, who sends without being known. [FW-3]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from firewall_audit.models.devices import GOVERNED
from kernel.db import HOUSE, Record, Utc, secret

SOURCES = ("syslog", "file", "upload")
EVENTS = (
    "dropped",
    "silent",
    "heard",
    "full",
    "unknown",
    "missing",
    "twice",
    "restarted",
    "clock",
    "uncollected",
    "collected",
    "host-key",
)


class LogBatch(Record, table=True):
    """Lines of one device that were taken in together; its digest and counts are how a review proves what it looked at. [FW-3]"""

    __tablename__ = "log_batch"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("batch", name="log_batch_once"),
        CheckConstraint("source in ('syslog', 'file', 'upload')", name="log_batch_source"),
        CheckConstraint(
            "lines >= 0 and events >= 0 and unparsed >= 0 and repeated >= 0 and cut >= 0", name="log_batch_counts"
        ),
        Index("log_batch_time", "device_id", "first_at", "last_at"),
        Index("log_batch_taken", "taken_at"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    source: str
    name: str = ""
    """The file's name; of syslog the spool's segment."""
    batch: str
    """Its id in the store of lines."""
    digest: str
    """SHA-256 of the lines, each ended by a line feed: the same for a file and the same file packed."""
    size: int = Field(sa_type=BigInteger)
    """Bytes of the lines."""
    lines: int = Field(sa_type=BigInteger)
    events: int = Field(sa_type=BigInteger)
    """Lines that were read as events."""
    unparsed: int = Field(sa_type=BigInteger)
    repeated: int = Field(sa_type=BigInteger)
    """Events beyond the lines: of `last message repeated N times`."""
    cut: int = Field(sa_type=BigInteger)
    """Lines longer than the limit, of which the beginning was kept."""
    backwards: int = Field(default=0, sa_type=BigInteger)
    """How often the device's clock went back by more than a minute between two lines."""
    partial: bool = False
    """The file was broken off; what was readable of it was kept because that was asked for."""
    first_at: datetime | None = Field(default=None, sa_type=Utc)
    last_at: datetime | None = Field(default=None, sa_type=Utc)
    packs: dict[str, int] = Field(sa_type=JSONB)
    """Versions of the formats that read it."""
    days: list[str] = Field(sa_type=JSONB)
    """UTC days its events lie in."""
    taken_at: datetime = Field(sa_type=Utc)
    read_again_at: datetime | None = Field(default=None, sa_type=Utc)
    dropped: list[str] = Field(default_factory=list, sa_type=JSONB)
    """UTC days whose events were dropped when their time was over."""
    dropped_at: datetime | None = Field(default=None, sa_type=Utc)


class UnparsedSample(Record, table=True):
    """The first lines of a batch that no format could read; all of them lie in the store. [FW-3]"""

    __tablename__ = "unparsed_sample"
    __table_args__: ClassVar[Any] = (UniqueConstraint("batch_id", name="unparsed_sample_batch"), GOVERNED)

    batch_id: UUID = Field(foreign_key="log_batch.id")
    lines: list[Any] = secret(sa_type=JSONB)
    """Pairs of the line's place in the batch and its text."""


class IntakeEvent(Record, table=True):
    """Something about the intake itself that a review has to know: lines lost, a device silent, a stranger. [FW-3, FW-6]"""

    __tablename__ = "intake_event"
    __table_args__: ClassVar[Any] = (
        CheckConstraint(
            "kind in ('dropped', 'silent', 'heard', 'full', 'unknown', 'missing', 'twice', 'restarted', 'clock', 'uncollected', 'collected', 'host-key')",
            name="intake_event_kind",
        ),
        CheckConstraint("count >= 0 and until >= since", name="intake_event_count"),
        Index("intake_event_time", "device_id", "until"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID | None = Field(default=None, foreign_key="network_device.id")
    kind: str
    count: int = Field(default=0, sa_type=BigInteger)
    """Lines, where the kind counts lines."""
    since: datetime = Field(sa_type=Utc)
    until: datetime = Field(sa_type=Utc)
    detail: str = ""


class SenderCount(Record, table=True):
    """How far a sender that numbers its lines has counted, so that a number which never comes is noticed over the end of a batch."""

    __tablename__ = "sender_count"
    __table_args__: ClassVar[Any] = (UniqueConstraint("device_id", "host", name="sender_count_once"), GOVERNED)

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    host: str
    """By which name the lines speak of their sender."""
    highest: int = Field(sa_type=BigInteger)
    waited: list[list[int]] = Field(default_factory=list, sa_type=JSONB)
    """First and last of numbers that may still come: they are missing shortly before the highest."""
    behind: list[int] = Field(default_factory=list, sa_type=JSONB)
    """The number expected next of a sender that may have begun anew, and how many of them came already."""
    counted_at: datetime = Field(sa_type=Utc)


class IntakeStanding(SQLModel, table=True):
    """How a device's lines come in; counters that move all the time, outside the ledger: what follows from them is told there."""

    __tablename__ = "intake_standing"
    __table_args__: ClassVar[Any] = {"info": {"governed": False}}

    device_id: UUID = Field(primary_key=True)
    heard_at: datetime | None = Field(default=None, sa_type=Utc)
    received: int = Field(default=0, sa_type=BigInteger)
    """Lines since the device was first heard."""
    silent: bool = False


class UnknownSender(SQLModel, table=True):
    """Somebody who sends lines and is no device of the register: kept apart and shown. Counters, outside the ledger."""

    __tablename__ = "unknown_sender"
    __table_args__: ClassVar[Any] = {"info": {"governed": False}}

    sender: str = Field(primary_key=True)
    transport: str
    host: str = ""
    """The host name its lines give, as far as they do."""
    first_at: datetime = Field(sa_type=Utc)
    last_at: datetime = Field(sa_type=Utc)
    lines: int = Field(default=0, sa_type=BigInteger)
    sample: str = ""
    """The beginning of its first line."""
