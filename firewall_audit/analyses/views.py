"""An analysis, its findings and the owners of rules as a door shows them. [FW-1, FW-5]"""

from datetime import datetime
from typing import Any
from uuid import UUID

from firewall_audit.analyses.models import RuleAnalysis, RuleFinding, RuleOwner
from kernel.db import Answer


class FindingView(Answer):
    """A finding with what was said of it."""

    id: UUID
    device_id: UUID
    kind: str
    impact: str
    filter: str
    rule: str
    line: int
    text: str
    detail: str
    because: list[list[Any]]
    count: int
    state: str
    first_number: int
    first_at: datetime
    last_at: datetime
    gone_at: datetime | None
    reason: str
    answered_by: UUID | None
    answered_at: datetime | None
    until: datetime | None
    mender_id: UUID | None
    due_at: datetime | None
    change_ref: str

    @classmethod
    def of(cls, row: RuleFinding) -> "FindingView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class AnalysisView(Answer):
    """What an analysis looked at, and what it did not."""

    id: UUID
    number: int
    made_at: datetime
    took_ms: int
    complete: bool
    why: str
    not_looked: dict[str, int]
    rules: int
    inexact: int
    unweighed: int
    counts: dict[str, int]
    stopped: list[str]
    not_judged: list[str]
    unmodelled: list[list[Any]]
    unread: int
    usage: list[dict[str, Any]]

    @classmethod
    def of(cls, row: RuleAnalysis) -> "AnalysisView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class OwnerView(Answer):
    """Who answers for a rule."""

    filter: str
    rule: str
    owner_id: UUID
    ticket: str
    until: datetime | None
    purpose: str

    @classmethod
    def of(cls, row: RuleOwner) -> "OwnerView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)
