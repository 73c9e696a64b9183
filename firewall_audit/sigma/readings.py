"""Readings of imported rules: the list, one rule with its versions, the lines that a trial found. [FW-3]"""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from firewall_audit.models import DetectionRule, DetectionVersion
from firewall_audit.review.readings import LineView, lines_of
from kernel.action import Work
from kernel.db import HOUSE, Answer
from kernel.reading import reading

MOST = 500


class RuleView(Answer):
    """A rule as a list shows it."""

    id: UUID
    key: str
    title: str
    danger: str
    versions: int
    on_version: int | None
    on_until: datetime | None
    on_by: UUID | None
    on_at: datetime | None
    is_on: bool

    @classmethod
    def of(cls, row: DetectionRule, now: datetime) -> "RuleView":
        """Show a row."""
        return cls(
            id=row.id, key=row.key, title=row.title, danger=row.danger, versions=row.versions, on_version=row.on_version, on_until=row.on_until,
            on_by=row.on_by, on_at=row.on_at, is_on=row.is_on(now),
        )  # fmt: skip


class VersionView(Answer):
    """A version of a rule, and what its trial found."""

    id: UUID
    number: int
    title: str
    danger: str
    text: str
    digest: str
    taken_by: str
    taken_at: datetime
    tried_at: datetime | None
    tried_since: datetime | None
    tried_until: datetime | None
    tried_events: int
    tried_subjects: int

    @classmethod
    def of(cls, row: DetectionVersion) -> "VersionView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class RulePage(Answer):
    """A rule with its versions, the newest first."""

    rule: RuleView
    versions: list[VersionView]


@reading("detection-rule.list", scope=HOUSE)
def list_rules(work: Work) -> list[RuleView]:
    """List the imported rules by their titles. [FW-3]"""
    rows = select(DetectionRule).order_by(col(DetectionRule.title), col(DetectionRule.id)).limit(MOST)
    return [RuleView.of(row, work.now) for row in work.select(rows)]


@reading("detection-rule.read", on=DetectionRule)
def read_rule(work: Work, rule: DetectionRule) -> RulePage:
    """Show an imported rule with all its versions. [FW-3]"""
    rows = select(DetectionVersion).where(DetectionVersion.rule_id == rule.id)
    versions = work.select(rows.order_by(col(DetectionVersion.number).desc()).limit(MOST))
    return RulePage(rule=RuleView.of(rule, work.now), versions=[VersionView.of(row) for row in versions])


@reading("detection-version.rule", on=DetectionVersion)
def rule_of(work: Work, version: DetectionVersion) -> UUID:  # noqa: ARG001 - the frame's own form
    """Name the rule that a version is of. [FW-3]"""
    return version.rule_id


@reading("detection-version.lines", on=DetectionVersion, watched=True)
def read_lines(work: Work, version: DetectionVersion) -> list[LineView]:  # noqa: ARG001 - the frame's own form
    """Show lines that the trial of a version found, as they came. [FW-3]"""
    return lines_of([(str(batch), int(place)) for batch, place in version.tried_lines])
