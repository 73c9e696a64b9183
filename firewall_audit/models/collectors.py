"""Tables of the collectors: how each device's configuration is fetched, and every attempt with what became of it. [FW-2, SW-18]"""

from datetime import datetime
from typing import Any, ClassVar, Final, Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from firewall_audit.models.devices import GOVERNED
from kernel.db import HOUSE, Record, Utc

Way = Literal["ssh", "api"]
Fault = Literal[
    "unreachable", "slow", "untrusted", "changed-key", "credential", "sign-in", "not-allowed", "answer", "too-large", "truncated",
    "not-configuration", "not-taken", "broken-off", "broken",
]  # fmt: skip
"""Why an attempt brought nothing."""
RUNNING, NEW, UNCHANGED, UNTRUSTED, CHANGED_KEY, BROKEN_OFF = (
    "running", "new", "unchanged", "untrusted", "changed-key", "broken-off",
)  # fmt: skip
OUTCOMES: Final = (
    RUNNING, NEW, UNCHANGED, "unreachable", "slow", UNTRUSTED, CHANGED_KEY, "credential", "sign-in", "not-allowed", "answer", "too-large",
    "truncated", "not-configuration", "not-taken", BROKEN_OFF, "broken",
)  # fmt: skip
GOOD: Final = (RUNNING, NEW, UNCHANGED, UNTRUSTED)
"""Outcomes that count as no failure; a key that was never trusted yet waits for a person."""


class Collector(Record, table=True):
    """How the configuration of a device is fetched: where, in which way, and whose key is expected there."""

    __tablename__ = "collector"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("device_id", name="collector_device"),
        CheckConstraint("way in ('ssh', 'api')", name="collector_way"),
        CheckConstraint("port between 1 and 65535 and failures >= 0", name="collector_port"),
        CheckConstraint("(trusted = '') = (trusted_by is null)", name="collector_trusted"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    way: str
    recipe: str
    """What is asked, by the name of its recipe."""
    address: str
    """An address, never a name: nobody who answers for names decides where credentials go."""
    port: int
    authority: str = ""
    """PEM of who signed its certificate; empty: the certificate itself is pinned."""
    tls_name: str = ""
    """The name its certificate is for, where an authority is given; empty: its address."""
    trusted: str = ""
    """Key or certificate that a person has trusted: algorithm and fingerprint."""
    trusted_by: str | None = None
    trusted_at: datetime | None = Field(default=None, sa_type=Utc)
    offered: str = ""
    """What it showed instead, and nobody has trusted yet: until then nothing is collected."""
    offered_at: datetime | None = Field(default=None, sa_type=Utc)
    asked_by: str = ""
    """Who wants it now; empty: the hours of the book decide."""
    running_id: UUID | None = None
    """The attempt that runs."""
    tried_at: datetime | None = Field(default=None, sa_type=Utc)
    outcome: str = ""
    failures: int = 0
    """In a row."""
    failing_since: datetime | None = Field(default=None, sa_type=Utc)


class CollectionAttempt(Record, table=True):
    """One attempt to fetch a configuration: when, how long, at whose wish, and what became of it."""

    __tablename__ = "collection_attempt"
    __table_args__: ClassVar[Any] = (
        CheckConstraint(f"outcome in {OUTCOMES}", name="collection_attempt_outcome"),
        CheckConstraint("(outcome = 'running') = (ended_at is null)", name="collection_attempt_ended"),
        CheckConstraint("(outcome in ('new', 'unchanged')) = (number is not null)", name="collection_attempt_number"),
        Index("collection_attempt_device", "device_id", "begun_at"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    way: str
    asked_by: str = ""
    """Empty: it was time."""
    begun_at: datetime = Field(sa_type=Utc)
    until: datetime = Field(sa_type=Utc)
    """Whoever has not ended it by then was killed."""
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    outcome: str = RUNNING
    size: int = 0
    """Bytes that came."""
    version_id: UUID | None = Field(default=None, foreign_key="configuration_version.id")
    number: int | None = None
    """Of the version that it made, or that it found unchanged."""
