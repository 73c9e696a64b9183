"""Tables of the policy floor: proposals of editions, approvals and votes, delegations, duties, waivers, evidence."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnClause, Index, UniqueConstraint, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal

GOVERNED: dict[str, Any] = {"info": {"governed": True}}
OPEN: ColumnClause[str] = literal_column("'open'")
ASKED: ColumnClause[str] = literal_column("'asked'")
GRANTED: ColumnClause[str] = literal_column("'granted'")
"""States as literals: a bound parameter would keep PostgreSQL's generic plans from the partial indexes below."""


class EditionProposal(Record, table=True):
    """A next edition of the book as someone proposes it; published only once another person has approved it. [AC-8]"""

    __tablename__ = "edition_proposal"
    __table_args__: ClassVar[Any] = GOVERNED

    summary: str
    document: dict[str, Any] = Field(sa_type=JSONB)
    digest: str
    base: int
    """The edition in force when it was proposed."""
    proposed_by: UUID
    proposed_at: datetime = Field(sa_type=Utc)
    state: str = "proposed"
    edition: int | None = None


class Approval(Record, table=True):
    """A question put to those whom the book names: may this, exactly as sealed in this revision, be done?"""

    __tablename__ = "approval"
    __table_args__: ClassVar[Any] = (
        Index(
            "approval_one_live",
            "subject_ref",
            "requirement",
            unique=True,
            postgresql_where=text("state in ('open', 'granted', 'refused')"),
        ),
        Index("approval_subject", "subject_ref", "requirement", "requested_at"),
        Index("approval_due", "answer_by", postgresql_where=text("state = 'open'")),
        Index("approval_ends", "valid_until", postgresql_where=text("state = 'granted'")),
        GOVERNED,
    )

    subject_ref: str
    requirement: str
    scope: str = HOUSE
    requested_by: UUID
    requested_at: datetime = Field(sa_type=Utc)
    revision: int = 1
    digest: str
    answer_by: datetime = Field(sa_type=Utc)
    state: str = "open"
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    valid_until: datetime | None = Field(default=None, sa_type=Utc)
    reason: str | None = None


class ApprovalRevision(Record, table=True):
    """What an approval was about at one time, sealed; never changed. `sealed` is the canonical text whose SHA-256 is `digest`."""

    __tablename__ = "approval_revision"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("approval_id", "number", name="approval_revision_number"),
        GOVERNED,
    )

    approval_id: UUID = Field(foreign_key="approval.id")
    number: int
    digest: str
    sealed: str
    edit: str = "first"
    reason: str | None = None
    made_by: UUID
    made_at: datetime = Field(sa_type=Utc)


class ApprovalVote(Record, table=True):
    """One person's yes or no to one revision, on their own authority or on that of who delegated it; both names stand."""

    __tablename__ = "approval_vote"
    __table_args__: ClassVar[Any] = (
        Index(
            "approval_vote_voter",
            "approval_id",
            "revision",
            "voter_id",
            unique=True,
            postgresql_where=text("voided_at is null"),
        ),
        Index(
            "approval_vote_principal",
            "approval_id",
            "revision",
            "principal_id",
            unique=True,
            postgresql_where=text("voided_at is null"),
        ),
        GOVERNED,
    )

    approval_id: UUID = Field(foreign_key="approval.id")
    revision: int
    digest: str
    voter_id: UUID
    principal_id: UUID
    role: str
    yes: bool
    comment: str = personal(default="")
    cast_at: datetime = Field(sa_type=Utc)
    carried_from: UUID | None = None
    carry_reason: str | None = None
    voided_at: datetime | None = Field(default=None, sa_type=Utc)
    void_reason: str | None = None

    def subject(self) -> UUID | None:
        """The comment is the voter's own words."""
        return self.voter_id


class Delegation(Record, table=True):
    """A person lets another vote on their authority in one role, from a time to a time. One hop: it cannot be passed on."""

    __tablename__ = "delegation"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("ends_at > starts_at", name="delegation_dates"),
        CheckConstraint("from_id <> to_id", name="delegation_persons"),
        Index("delegation_to", "to_id", postgresql_where=text("ended_at is null")),
        GOVERNED,
    )

    from_id: UUID
    to_id: UUID
    role: str
    scope: str = HOUSE
    starts_at: datetime = Field(sa_type=Utc)
    ends_at: datetime = Field(sa_type=Utc)
    reason: str
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_by: UUID | None = None


class Duty(Record, table=True):
    """A piece of human work with a due time. Late is not a state but a fact of the clock, marked once when it is seen."""

    __tablename__ = "duty"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("rule", "about_ref", "period", name="duty_once"),
        CheckConstraint("due_at > opened_at", name="duty_dates"),
        Index("duty_warning", "warn_at", postgresql_where=text("state = 'open' and warned_at is null")),
        Index("duty_fire", "due_at", postgresql_where=text("state = 'open' and fired_at is null")),
        Index("duty_holder", "holder_id", postgresql_where=text("state = 'open'")),
        Index("duty_clause", "clause", "due_at"),
        GOVERNED,
    )

    rule: str
    clause: str
    title: str
    scope: str = HOUSE
    about_ref: str
    period: str
    """What makes this one of its kind: the start of its period, or the action that opened it."""
    holder_id: UUID | None = None
    holder_role: str | None = None
    escalates_to: str
    opened_at: datetime = Field(sa_type=Utc)
    warn_at: datetime = Field(sa_type=Utc)
    due_at: datetime = Field(sa_type=Utc)
    warned_at: datetime | None = Field(default=None, sa_type=Utc)
    fired_at: datetime | None = Field(default=None, sa_type=Utc)
    state: str = "open"
    closed_at: datetime | None = Field(default=None, sa_type=Utc)
    closed_by: str | None = None
    evidence_ref: str | None = None
    reason: str | None = None


class DutyCalendar(Record, table=True):
    """Where the calendar of a recurring duty stands: the start of the next period that is to be opened."""

    __tablename__ = "duty_calendar"
    __table_args__: ClassVar[Any] = (Index("duty_calendar_next", "next_at"), GOVERNED)

    rule: str = Field(unique=True)
    terms: str
    """Anchor, interval and zone as last read from the book; when the book changes them the next start is computed anew."""
    since: datetime = Field(sa_type=Utc)
    next_at: datetime = Field(sa_type=Utc)


class Waiver(Record, table=True):
    """A clause does not hold for something, for a time, by someone else's approval, with something done in its place."""

    __tablename__ = "waiver"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("ends_at > starts_at", name="waiver_dates"),
        Index("waiver_live", "clause", "about_ref", postgresql_where=text("state = 'granted'")),
        Index("waiver_ends", "ends_at", postgresql_where=text("state in ('asked', 'granted')")),
        GOVERNED,
    )

    clause: str
    about_ref: str
    scope: str = HOUSE
    reason: str
    compensation: str
    note: str = ""
    asked_by: UUID
    asked_at: datetime = Field(sa_type=Utc)
    starts_at: datetime = Field(sa_type=Utc)
    ends_at: datetime = Field(sa_type=Utc)
    extends: UUID | None = None
    state: str = "asked"
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_reason: str | None = None


class Evaluation(Record, table=True):
    """One run of a named query for a clause; kept, never overwritten."""

    __tablename__ = "evaluation"
    __table_args__: ClassVar[Any] = (Index("evaluation_latest", "clause", "query", "at"), GOVERNED)

    clause: str
    query: str
    at: datetime = Field(sa_type=Utc)
    population: int
    left_out: int = 0
    violations: list[str] = Field(sa_type=JSONB)
    digest: str
    """SHA-256 of the canonical list of population, exclusions and violations."""
    fault: str | None = None


class ProbeRun(Record, table=True):
    """One attempt that had to be refused, and was or was not."""

    __tablename__ = "probe_run"
    __table_args__: ClassVar[Any] = (Index("probe_run_latest", "clause", "guard", "at"), GOVERNED)

    clause: str
    guard: str
    at: datetime = Field(sa_type=Utc)
    refused: bool
    why: str


class Attestation(Record, table=True):
    """A person's signed statement that a clause holds, until a time; always shown as such."""

    __tablename__ = "attestation"
    __table_args__: ClassVar[Any] = (Index("attestation_clause", "clause", "ends_at"), GOVERNED)

    clause: str
    statement: str
    made_by: UUID
    made_at: datetime = Field(sa_type=Utc)
    ends_at: datetime = Field(sa_type=Utc)
    evidence_ref: str | None = None
