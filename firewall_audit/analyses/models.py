"""Tables of the analyses of rules: an analysis of one version, its findings and their lives, and who answers for a rule. [FW-1, FW-5]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal

GOVERNED: dict[str, Any] = {"info": {"governed": True}}
OPEN, EXPLAINED, ACCEPTED, TO_MEND, GONE = "open", "explained", "accepted", "to-mend", "gone"
STATES = (OPEN, EXPLAINED, ACCEPTED, TO_MEND, GONE)
ANSWERED = (EXPLAINED, ACCEPTED)
"""States in which a finding stands with somebody's reason."""


class RuleAnalysis(Record, table=True):
    """What was found in one version of a configuration, by which terms, by which edition of the analyser, and what was not looked at. [FW-5]"""

    __tablename__ = "rule_analysis"
    noun: ClassVar[str] = "rule-analysis"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("edition > 0 and number > 0 and took_ms >= 0", name="rule_analysis_numbers"),
        Index("rule_analysis_device", "device_id", "made_at"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    version_id: UUID = Field(foreign_key="configuration_version.id", index=True)
    number: int
    """Of the version."""
    digest: str
    """SHA-256 of the configuration's masked text."""
    terms_digest: str
    """SHA-256 of what the rules were held against: services, patterns, zones, register."""
    edition: int
    """Of the analyser."""
    made_at: datetime = Field(sa_type=Utc)
    took_ms: int
    complete: bool
    why: str = ""
    """Why it is not complete: `time`, `memory`, `unreadable`, `broken`."""
    not_looked: dict[str, int] = Field(default_factory=dict, sa_type=JSONB)
    """Pieces that were not judged, and the rules of each; `everything` when not even the text could be read in time."""
    rules: int
    inexact: int = 0
    unweighed: int = 0
    counts: dict[str, int] = Field(default_factory=dict, sa_type=JSONB)
    """Findings by kind, those that are not told among them."""
    pairs: dict[str, int] = Field(default_factory=dict, sa_type=JSONB)
    stopped: list[str] = Field(default_factory=list, sa_type=JSONB)
    not_judged: list[str] = Field(default_factory=list, sa_type=JSONB)
    unmodelled: list[list[Any]] = Field(default_factory=list, sa_type=JSONB)
    """Line and words of what was not understood, the first of them; `unread` counts all."""
    unread: int = 0
    usage: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    """Of each source (`logs`, `counters`): since, until, days, reset, and the hits of the rules it can speak of."""
    findings: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    """As they were told, the worst first; `analyses.told.findings_of` reads them."""


class RuleFinding(Record, table=True):
    """One thing said of one rule of a device, from when it was first found until it is gone. [FW-1, FW-5]"""

    __tablename__ = "rule_finding"
    noun: ClassVar[str] = "rule-finding"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("device_id", "key", name="rule_finding_once"),
        CheckConstraint(f"state in {STATES}", name="rule_finding_state"),
        CheckConstraint("(state = 'accepted') = (until is not null)", name="rule_finding_until"),
        CheckConstraint("(state = 'to-mend') = (due_at is not null and mender_id is not null)", name="rule_finding_mender"),
        CheckConstraint("(state = 'gone') = (gone_at is not null)", name="rule_finding_gone"),
        CheckConstraint("last_at >= first_at", name="rule_finding_time"),
        Index("rule_finding_state", "state"),
        GOVERNED,
    )  # fmt: skip

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    key: str
    """Kind, list and rule: the same thing keeps it from version to version."""
    kind: str
    impact: str
    filter: str
    rule: str
    """Its id; empty of a list as a whole."""
    line: int
    text: str
    detail: str
    because: list[list[Any]] = Field(default_factory=list, sa_type=JSONB)
    """List, id, line and words of the rules that cause it."""
    count: int = 1
    weight: int = 0
    state: str = OPEN
    analysis_id: UUID = Field(foreign_key="rule_analysis.id")
    """The last in which it was found."""
    first_number: int
    """The version in which it was first found."""
    first_at: datetime = Field(sa_type=Utc)
    last_at: datetime = Field(sa_type=Utc)
    gone_at: datetime | None = Field(default=None, sa_type=Utc)
    reason: str = ""
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Utc)
    until: datetime | None = Field(default=None, sa_type=Utc)
    mender_id: UUID | None = None
    due_at: datetime | None = Field(default=None, sa_type=Utc)
    change_ref: str = ""
    """The change that mends it, such as `change:CH-2026-0014`."""


class RuleOwner(Record, table=True):
    """Who answers for a rule, by which change it came, until when it is wanted; it speaks before the rule's comment. [FW-1]"""

    __tablename__ = "rule_owner"
    noun: ClassVar[str] = "rule-owner"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("device_id", "filter", "rule", name="rule_owner_once"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    filter: str
    rule: str
    owner_id: UUID
    ticket: str = ""
    until: datetime | None = Field(default=None, sa_type=Utc)
    purpose: str = personal(default="")
    given_by: UUID
    given_at: datetime = Field(sa_type=Utc)

    def subject(self) -> UUID | None:
        """Whose words the purpose is."""
        return self.given_by
