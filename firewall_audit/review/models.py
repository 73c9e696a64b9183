"""Tables of the weekly review: the review, its findings, what was accepted until a day, what was reported upwards. [FW-3, FW-4]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal

GOVERNED: dict[str, Any] = {"info": {"governed": True}}
GATHERING, OPEN, SIGNED = "gathering", "open", "signed"
EXPLAINED, ACCEPTED, ESCALATED, INCIDENT = "explained", "accepted", "escalated", "incident"
DISPOSITIONS = (EXPLAINED, ACCEPTED, ESCALATED, INCIDENT)


class LogReview(Record, table=True):
    """The review of one period: what lines it rests on, by digest; a random sample of them; the signature. [FW-3]

    It is gathering until the machine has looked at the period's lines, then open until somebody signs it. The sample can be drawn again
    by anybody who has the lines: the first so many by the SHA-256 of seed, batch and place.
    """

    __tablename__ = "log_review"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("duty_id", name="log_review_duty"),
        CheckConstraint("until > since", name="log_review_time"),
        CheckConstraint("state in ('gathering', 'open', 'signed')", name="log_review_state"),
        CheckConstraint("(state = 'signed') = (signed_at is not null)", name="log_review_signed"),
        Index("log_review_time_order", "since"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    duty_id: UUID = Field(foreign_key="duty.id")
    state: str = GATHERING
    since: datetime = Field(sa_type=Utc)
    until: datetime = Field(sa_type=Utc)
    opened_at: datetime = Field(sa_type=Utc)
    drawn_at: datetime | None = Field(default=None, sa_type=Utc)
    """When the machine last looked at the lines."""
    inputs: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    """Of each device: batches, lines, unparsed, first and last time."""
    inputs_digest: str = ""
    """SHA-256 over every batch looked at, with its own digest and edition: the same lines give the same digest."""
    pack: str = ""
    """Digest of the formats, the thresholds and the lists that were used."""
    suppressed: int = 0
    """Findings that were left out because they are known or accepted."""
    figures: dict[str, Any] = personal(default_factory=dict, sa_type=JSONB)
    """What the pictures show: by day and hour, by device, the same of the period before."""
    tally: dict[str, dict[str, int]] = personal(default_factory=dict, sa_type=JSONB)
    """What the period leaves behind for those after it: the little that says what is usual."""
    seed: str = ""
    sample: list[dict[str, Any]] = personal(default_factory=list, sa_type=JSONB)
    """`{"batch": …, "place": …, "read": …}`: a line drawn at random, and how it was read."""
    answers: dict[str, bool] = Field(default_factory=dict, sa_type=JSONB)
    """By the place in the sample: whether the line was read rightly."""
    remarks: dict[str, str] = personal(default_factory=dict, sa_type=JSONB)
    conclusion: str = personal(default="")
    signed_at: datetime | None = Field(default=None, sa_type=Utc)
    signed_by: UUID | None = None
    signed_name: str = personal(default="")
    signed_digest: str = ""
    """SHA-256 of all that was signed: inputs, findings with their dispositions, sample with its answers, conclusion."""

    def subject(self) -> UUID | None:
        """Whose words these are."""
        return self.signed_by


class LogFinding(Record, table=True):
    """One thing found in one period; `key` is the same for the same thing in every period. [FW-3]"""

    __tablename__ = "log_finding"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("review_id", "key", name="log_finding_once"),
        CheckConstraint("danger in ('info', 'low', 'medium', 'high')", name="log_finding_danger"),
        CheckConstraint("disposition in ('', 'explained', 'accepted', 'escalated', 'incident')", name="log_finding_disposition"),
        CheckConstraint("(disposition = '') = (disposed_at is null)", name="log_finding_disposed"),
        Index("log_finding_key", "key"),
        GOVERNED,
    )  # fmt: skip

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    review_id: UUID = Field(foreign_key="log_review.id")
    key: str
    kind: str
    about: str = personal()
    """An address, a service or a user: what the finding is about."""
    title: str = personal()
    reason: str
    danger: str
    persistent: bool = False
    count: int
    first_at: datetime = Field(sa_type=Utc)
    last_at: datetime = Field(sa_type=Utc)
    device: str = ""
    sources: list[str] = personal(default_factory=list, sa_type=JSONB)
    figures: dict[str, Any] = personal(default_factory=dict, sa_type=JSONB)
    evidence: list[list[Any]] = Field(default_factory=list, sa_type=JSONB)
    """`[batch, place]` of the lines that show it."""
    new: bool = True
    """No earlier period had it."""
    periods: int = 1
    """In how many periods on end it was found, this one among them."""
    gone: bool = False
    """It was found when the lines were looked at first, and no longer when they were looked at again."""
    disposition: str = ""
    remark: str = personal(default="")
    until: datetime | None = Field(default=None, sa_type=Utc)
    incident: str | None = None
    disposed_by: UUID | None = None
    disposed_at: datetime | None = Field(default=None, sa_type=Utc)

    @property
    def needs_answer(self) -> bool:
        """Tell whether a review cannot be signed before something is said of it."""
        return not self.disposition and not self.gone and (self.persistent or self.danger in {"medium", "high"})

    def subject(self) -> UUID | None:
        """Whose words these are."""
        return self.disposed_by


class AcceptedNoise(Record, table=True):
    """A finding that need not be looked at until a day, and who said so; it always ends. [FW-3]"""

    __tablename__ = "accepted_noise"
    __table_args__: ClassVar[Any] = (
        Index("accepted_noise_live", "key", unique=True, postgresql_where=text("ended_at is null")),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    key: str
    kind: str
    finding_id: UUID = Field(foreign_key="log_finding.id")
    reason: str = personal()
    until: datetime = Field(sa_type=Utc)
    given_by: UUID
    given_at: datetime = Field(sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)

    def subject(self) -> UUID | None:
        """Whose words these are."""
        return self.given_by


class FindingReport(Record, table=True):
    """A persistent or dangerous finding put before the technical director, who answers by a day. [FW-4]"""

    noun: ClassVar[str] = "finding-report"
    __tablename__ = "finding_report"
    __table_args__: ClassVar[Any] = (
        Index("finding_report_live", "key", unique=True, postgresql_where=text("state = 'open'")),
        CheckConstraint("state in ('open', 'answered')", name="finding_report_state"),
        CheckConstraint("(state = 'answered') = (answered_at is not null)", name="finding_report_answered"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    state: str = "open"
    key: str
    finding_id: UUID = Field(foreign_key="log_finding.id")
    why: str
    """`dangerous`, `persistent` or `escalated`."""
    reported_at: datetime = Field(sa_type=Utc)
    answer: str = personal(default="")
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Utc)

    def subject(self) -> UUID | None:
        """Whose words these are."""
        return self.answered_by
