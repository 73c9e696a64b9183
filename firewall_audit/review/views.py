"""A review, its findings and its reports as a door shows them. [FW-3, FW-4]"""

from datetime import datetime
from typing import Any
from uuid import UUID

from firewall_audit.review.models import AcceptedNoise, FindingReport, LogFinding, LogReview
from kernel.db import Answer


class ReviewView(Answer):
    """A review as a list shows it."""

    id: UUID
    duty_id: UUID
    state: str
    since: datetime
    until: datetime
    opened_at: datetime
    drawn_at: datetime | None
    inputs: list[dict[str, Any]]
    inputs_digest: str
    pack: str
    suppressed: int
    figures: dict[str, Any]
    seed: str
    sample: list[dict[str, Any]]
    answers: dict[str, bool]
    remarks: dict[str, str]
    conclusion: str
    signed_at: datetime | None
    signed_by: UUID | None
    signed_name: str
    signed_digest: str

    @classmethod
    def of(cls, row: LogReview) -> "ReviewView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class FindingView(Answer):
    """A finding, what was said of it, and how long it has been there."""

    id: UUID
    review_id: UUID
    key: str
    kind: str
    about: str
    title: str
    reason: str
    danger: str
    persistent: bool
    count: int
    first_at: datetime
    last_at: datetime
    device: str
    sources: list[str]
    figures: dict[str, Any]
    evidence: list[list[Any]]
    new: bool
    periods: int
    gone: bool
    needs_answer: bool
    disposition: str
    remark: str
    until: datetime | None
    incident: str | None
    disposed_by: UUID | None
    disposed_at: datetime | None

    @classmethod
    def of(cls, row: LogFinding) -> "FindingView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class NoiseView(Answer):
    """Something accepted until a day."""

    id: UUID
    key: str
    kind: str
    finding_id: UUID
    reason: str
    until: datetime
    given_by: UUID
    given_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: AcceptedNoise) -> "NoiseView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class ReportView(Answer):
    """A report upwards, and its answer."""

    id: UUID
    key: str
    finding_id: UUID
    state: str
    why: str
    reported_at: datetime
    answer: str
    answered_by: UUID | None
    answered_at: datetime | None

    @classmethod
    def of(cls, row: FindingReport) -> "ReportView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)
