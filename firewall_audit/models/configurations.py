"""Tables of configurations: every version that was seen of each device, and every change with what of it was authorised. [FW-2]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, secret
from policy.matching import VERDICTS

GOVERNED: dict[str, Any] = {"info": {"governed": True}}
LATE, PARTLY, LESS, NEVER_SEEN = "late", "partly", "less", "never-seen"
ALL_VERDICTS = (*VERDICTS, LATE, PARTLY, LESS, NEVER_SEEN)
"""Those of a match; an emergency that was authorised afterwards; some rules of the approved text and others; fewer than approved; approved, done and never seen."""
ANSWERED = ("matched", LATE, NEVER_SEEN, LESS)
"""Verdicts that open no unauthorised change."""
DIFFERENCE, EVENT, SIGN_IN, ABSENT = "difference", "event", "sign-in", "absent"
KINDS = (DIFFERENCE, EVENT, SIGN_IN, ABSENT)


class ConfigurationVersion(Record, table=True):
    """One version of a device's configuration, its secrets masked before it was stored. The same text again is only seen again."""

    __tablename__ = "configuration_version"
    noun: ClassVar[str] = "configuration"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("device_id", "number", name="configuration_version_number"),
        CheckConstraint("number > 0 and seen_at >= taken_at and seen > 0", name="configuration_version_seen"),
        CheckConstraint("(baseline_at is null) = (baseline_by is null)", name="configuration_version_baseline"),
        CheckConstraint("source in ('file', 'api', 'collector')", name="configuration_version_source"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    number: int
    kind: str
    """The parser that read it."""
    host: str = ""
    """As the configuration names its device."""
    digest: str
    """SHA-256 of the masked text."""
    handed_in: str
    """Keyed fingerprint of the text as it came: an approved text's digest is compared with it, and nobody can try secrets against it."""
    text: str = secret()
    size: int
    rules: int
    unmodelled: int
    """Rules and lines that are not modelled exactly."""
    secrets: int
    """How many secrets were masked."""
    added: int = 0
    removed: int = 0
    """Rules, against the version before."""
    source: str
    taken_by: str
    """As the ledger calls who handed it in."""
    taken_at: datetime = Field(sa_type=Utc)
    seen_at: datetime = Field(sa_type=Utc)
    seen: int = 1
    baseline_at: datetime | None = Field(default=None, sa_type=Utc)
    baseline_by: UUID | None = None


class RuleCounters(Record, table=True):
    """What a device's own counters said of its rules, from each time that they came with its configuration. [FW-5]"""

    __tablename__ = "rule_counters"
    __table_args__: ClassVar[Any] = (UniqueConstraint("device_id", name="rule_counters_once"), GOVERNED)

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    since: datetime = Field(sa_type=Utc)
    """When they first came."""
    read_at: datetime = Field(sa_type=Utc)
    resets: int = 0
    rules: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    """By list and rule: see `configurations.counters`."""


class ConfigurationDrift(Record, table=True):
    """Something that changed on a device, or was to change and did not: what, between when, by whom as far as known, and the verdict."""

    __tablename__ = "configuration_drift"
    __table_args__: ClassVar[Any] = (
        CheckConstraint(f"kind in {KINDS}", name="configuration_drift_kind"),
        CheckConstraint(f"verdict in {ALL_VERDICTS}", name="configuration_drift_verdict"),
        CheckConstraint("count > 0 and last_at >= first_at", name="configuration_drift_count"),
        Index("configuration_drift_device", "device_id", "last_at"),
        Index("configuration_drift_bound", "bound_to"),
        Index("configuration_drift_found", "found_id"),
        Index("configuration_drift_version", "version_id", unique=True, postgresql_where=text("version_id is not null")),
        Index("configuration_drift_same", "device_id", "fingerprint"),
        Index(
            "configuration_drift_alone", "id",
            postgresql_where=text("found_id is null and kind in ('difference', 'event') and verdict not in ('matched', 'late', 'less', 'never-seen')"),
        ),
        Index("configuration_drift_unchecked", "id", postgresql_where=text("kind = 'difference' and checked_at is null")),
        GOVERNED,
    )  # fmt: skip

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    kind: str
    version_id: UUID | None = Field(default=None, foreign_key="configuration_version.id")
    what: str
    lines: list[str] = Field(default_factory=list, sa_type=JSONB)
    """Rules that came (`+`) and went (`-`), shortened; or places of log lines."""
    fingerprint: str
    since: datetime | None = Field(default=None, sa_type=Utc)
    first_at: datetime = Field(sa_type=Utc)
    last_at: datetime = Field(sa_type=Utc)
    count: int = 1
    accounts: list[str] = Field(default_factory=list, sa_type=JSONB)
    person_id: UUID | None = None
    verdict: str
    bound_to: str | None = None
    """The change it speaks of."""
    unapproved: int = 0
    """Of `partly`: rules that do not stand in the approved text."""
    compared: list[dict[str, str]] = Field(default_factory=list, sa_type=JSONB)
    """What was approved beside what was applied, where the change says rules: see `drift.approved.Pair`."""
    silent: bool | None = None
    """The device tells of its changes, and told nothing of this one. None: not looked at yet, or it never tells."""
    checked_at: datetime | None = Field(default=None, sa_type=Utc)
    found_id: UUID | None = None
    found_ref: str = ""
    """The unauthorised change that was opened for it: its id and number."""
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    seen_at: datetime = Field(sa_type=Utc)


class ConfigurationBatch(Record, table=True):
    """A batch of log lines of which the changes and sign-ins were matched."""

    __tablename__ = "configuration_batch"
    __table_args__: ClassVar[Any] = (UniqueConstraint("batch_id", name="configuration_batch_once"), GOVERNED)

    batch_id: UUID
    events: int
    matched_at: datetime = Field(sa_type=Utc)
