"""Tables of what was seen: the last state of each system by source, and every change seen with its verdict. [CC-4]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal, secret
from policy.matching import VERDICTS

GOVERNED: dict[str, Any] = {"info": {"governed": True}}
NEVER_SEEN, IDLE_SESSION = "never-seen", "idle-session"
ALL_VERDICTS = (*VERDICTS, NEVER_SEEN, IDLE_SESSION)
"""Those of a match, and the other direction: done and nothing was seen of it; privileged for a change and nothing was done."""


class ObservedState(Record, table=True):
    """How a system last looked to one collector; the ledger shows its digest, never the list itself."""

    __tablename__ = "observed_state"
    __table_args__: ClassVar[Any] = (UniqueConstraint("system_id", "source", name="observed_state_once"), GOVERNED)

    system_id: UUID = Field(foreign_key="system.id")
    source: str
    digest: str
    content: dict[str, str] = secret(sa_type=JSONB)
    looked_at: datetime = Field(sa_type=Utc)


class ObservedChange(Record, table=True):
    """A change that was seen: what, when, by whom as far as known, and what of it was authorised. The same again is counted."""

    __tablename__ = "observed_change"
    __table_args__: ClassVar[Any] = (
        CheckConstraint(f"verdict in {ALL_VERDICTS}", name="observed_change_verdict"),
        CheckConstraint("count > 0 and last_at >= first_at", name="observed_change_count"),
        Index("observed_change_same", "fingerprint"),
        Index("observed_change_system", "system_id", "last_at"),
        Index("observed_change_bound", "bound_to"),
        Index("observed_change_found", "found_id"),
        Index("observed_change_alone", "id", postgresql_where=text("found_id is null and verdict <> 'matched'")),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    system_id: UUID | None = Field(default=None, foreign_key="system.id")
    source: str
    kind: str
    what: str
    before: str
    after: str
    fingerprint: str
    since: datetime | None = Field(default=None, sa_type=Utc)
    """The look before, when only that is known: it happened between it and `first_at`."""
    first_at: datetime = Field(sa_type=Utc)
    last_at: datetime = Field(sa_type=Utc)
    count: int = 1
    person_id: UUID | None = None
    account: str = ""
    verdict: str
    bound_to: str | None = None
    """The change it speaks of, such as `change:CH-2026-0014`."""
    found_id: UUID | None = Field(default=None, foreign_key="change.id")
    """The unauthorised change that was opened for it."""
    seen_at: datetime = Field(sa_type=Utc)


class ChangeReview(Record, table=True):
    """A periodic review that only approved changes were made: what it rested on, its sample, each answer, the signature. [CC-4]

    The sample can be drawn again by anybody: the first so many by the SHA-256 of seed and reference.
    """

    __tablename__ = "change_review"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("duty_id", name="change_review_duty"),
        CheckConstraint("until > since", name="change_review_time"),
        CheckConstraint("(signed_at is null) = (signed_name = '')", name="change_review_signed"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    duty_id: UUID = Field(foreign_key="duty.id")
    reviewer_id: UUID
    since: datetime = Field(sa_type=Utc)
    until: datetime = Field(sa_type=Utc)
    opened_at: datetime = Field(sa_type=Utc)
    seed: str
    sample: list[str] = Field(sa_type=JSONB)
    population: int
    verdicts: dict[str, int] = Field(sa_type=JSONB)
    digest: str
    """SHA-256 of the reconciliation as the reviewer had it."""
    answers: dict[str, bool] = Field(default_factory=dict, sa_type=JSONB)
    remarks: dict[str, str] = personal(default_factory=dict, sa_type=JSONB)
    conclusion: str = personal(default="")
    signed_at: datetime | None = Field(default=None, sa_type=Utc)
    signed_name: str = personal(default="")

    def subject(self) -> UUID | None:
        """Whose words these are."""
        return self.reviewer_id
