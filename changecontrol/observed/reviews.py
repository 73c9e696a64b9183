"""The periodic review that only approved changes were made: the reconciliation, a sample that anybody can draw again, a signature. [CC-4]"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlmodel import col, or_, select

from changecontrol.changes import ChangeView
from changecontrol.models import Change, ChangeAuthorisation, ChangeImplementer
from changecontrol.observed.models import ChangeReview, ObservedChange
from changecontrol.observed.reconciliation import ObservedView, Reconciliation, reconciliation, shown, view
from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, Malformed, Refused
from kernel.ledger.entries import canonical
from kernel.reading import reading
from policy import book, duties
from policy.approvals import person_of
from policy.models import ApprovalVote, Duty

RULE = "change-review"
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
Conclusion = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=10_000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


class ReviewView(Answer):
    """A review as a list shows it."""

    id: UUID
    duty_id: UUID
    reviewer_id: UUID
    since: datetime
    until: datetime
    opened_at: datetime
    population: int
    sample: list[str]
    seed: str
    verdicts: dict[str, int]
    digest: str
    answers: dict[str, bool]
    remarks: dict[str, str]
    conclusion: str
    signed_at: datetime | None
    signed_name: str

    @classmethod
    def of(cls, row: ChangeReview) -> "ReviewView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class DrawnView(Answer):
    """One of a sample as it stands now: the change itself, or what was seen."""

    ref: str
    change: ChangeView | None = None
    seen: ObservedView | None = None


class ReviewPage(Answer):
    """A review with what it rests on, as that stands now."""

    review: ReviewView
    reconciliation: Reconciliation
    drawn: list[DrawnView]
    """The sample in the order in which it was drawn."""


@action("change-review.open", scope=HOUSE, answer=ReviewView)
def open_review(work: Work, *, duty_id: UUID) -> ChangeReview:
    """Begin a review that is due: what happened since the last one, and a random sample with its seed on record. [CC-4]"""
    duty = work.get(Duty, duty_id, lock=True)
    reviewer = person_of(work)
    if duty.rule != RULE or duty.state != "open" or not duties.holds(reviewer, duty, work.now, escalated=True):
        raise Refused("CC-4", "This is no review of changes that you are asked for.")
    if work.select(select(ChangeReview.id).where(ChangeReview.duty_id == duty.id)).first() is not None:
        raise Conflict("This review has begun already.")
    since, until = _since(work), work.now
    found = reconciliation(work, since, until)
    refs = population(work, since, until)
    seed = secrets.token_hex(16)
    drawn = draw(refs, seed, book.number("CC-4", "sample_size"))
    _bar(work, reviewer, drawn)
    return work.add(
        ChangeReview(
            duty_id=duty.id, reviewer_id=reviewer, since=since, until=until, opened_at=work.now, seed=seed, sample=drawn,
            population=len(refs), verdicts=found.verdicts,
            digest=hashlib.sha256(canonical(found.model_dump(mode="json"))).hexdigest(),
        )
    )  # fmt: skip


def _since(work: Work) -> datetime:
    """Give the end of the last signed review, but no more than a year back."""
    last: datetime | None = work.select(
        select(ChangeReview.until)
        .where(col(ChangeReview.signed_at).is_not(None))
        .order_by(col(ChangeReview.until).desc())
    ).first()
    earliest = work.now - timedelta(days=366)
    return max(last, earliest) if last is not None else earliest


def population(work: Work, since: datetime, until: datetime) -> list[str]:
    """Name everything of a time that a sample is drawn from: changes that were begun, and changes that were seen."""
    begun = select(Change).where(col(Change.started_at) >= since, col(Change.started_at) < until)
    seen = select(ObservedChange).where(ObservedChange.first_at >= since, ObservedChange.first_at < until)
    return sorted([one.ref for one in work.select(begun)] + [one.ref for one in work.select(seen)])


def draw(refs: list[str], seed: str, size: int) -> list[str]:
    """Draw a sample that anybody can draw again: the first so many in the order of SHA-256 over seed and reference."""
    return sorted(refs, key=lambda ref: hashlib.sha256(f"{seed} {ref}".encode()).hexdigest())[:size]


def _bar(work: Work, reviewer: UUID, drawn: list[str]) -> None:
    """Refuse who asked for, approved or carried out a change of the sample."""
    ids = [UUID(ref.partition(":")[2]) for ref in drawn if ref.startswith("change:")]
    own = [
        select(Change.id).where(
            col(Change.id).in_(ids), or_(Change.requester_id == reviewer, Change.started_by == reviewer)
        ),
        select(ChangeImplementer.id).where(
            col(ChangeImplementer.change_id).in_(ids), ChangeImplementer.person_id == reviewer
        ),
        select(ApprovalVote.id)
        .join(ChangeAuthorisation, col(ChangeAuthorisation.approval_id) == ApprovalVote.approval_id)
        .where(
            col(ChangeAuthorisation.change_id).in_(ids),
            or_(ApprovalVote.voter_id == reviewer, ApprovalVote.principal_id == reviewer),
        ),
    ]
    if any(work.select(one.limit(1)).first() is not None for one in own):
        raise Refused("CC-4", "Who wrote, approved or carried out a change does not review it; another person does.")


@action("change-review.answer", on=ChangeReview, answer=ReviewView)
def answer_sample(work: Work, review: ChangeReview, *, ref: str, in_order: bool, remark: Remark = "") -> ChangeReview:
    """Say of one of the sample whether it is in order; what is not needs a remark. [CC-4]"""
    _open_to(work, review)
    if ref not in review.sample:
        raise Malformed("This is not in the sample.")
    if not in_order and not remark:
        raise Refused("CC-4", "Say what is not in order.")
    review.answers = review.answers | {ref: in_order}
    review.remarks = {key: text for key, text in (review.remarks | {ref: remark}).items() if text}
    return review


@action("change-review.sign", on=ChangeReview, answer=ReviewView)
def sign_review(work: Work, review: ChangeReview, *, name: Name, conclusion: Conclusion) -> ChangeReview:
    """Sign a review with one's own name, typed; all of the sample is answered by then. [CC-4]"""
    _open_to(work, review)
    why = unanswered(review.sample, review.answers)
    if why is not None:
        raise Refused("CC-4", why)
    if name.casefold().split() != work.actor.name.casefold().split():
        raise Refused("CC-4", "A review is signed with one's own name.")
    review.conclusion, review.signed_at, review.signed_name = conclusion, work.now, name
    duties.fulfil_duty(work, work.get(Duty, review.duty_id, lock=True), review.ref)
    work.fact(
        "change-review.signed",
        **{"change-review_id": review.id},
        findings=sum(not ok for ok in review.answers.values()),
    )
    return review


def unanswered(sample: list[str], answers: dict[str, bool]) -> str | None:
    """Say how much of a sample is not answered; None where all of it is."""
    left = len(set(sample) - answers.keys())
    return f"{left} of the sample are not answered yet." if left else None


def _open_to(work: Work, review: ChangeReview) -> None:
    if review.signed_at is not None:
        raise Conflict("This review is signed and stays as it is.", "CC-4")
    if person_of(work) != review.reviewer_id:
        raise Refused("CC-4", "Another person does this review.")


@reading("change-review.list", scope=HOUSE)
def list_reviews(work: Work) -> list[ReviewView]:
    """List the reviews of changes, the newest first. [CC-4]"""
    return [
        ReviewView.of(row) for row in work.select(select(ChangeReview).order_by(col(ChangeReview.id).desc()).limit(100))
    ]


@reading("change-review.read", on=ChangeReview)
def read_review(work: Work, review: ChangeReview) -> ReviewPage:
    """Show a review and what it rests on. [CC-4]"""
    return ReviewPage(
        review=ReviewView.of(review),
        reconciliation=reconciliation(work, review.since, review.until),
        drawn=_drawn(work, review.sample),
    )


def _drawn(work: Work, refs: list[str]) -> list[DrawnView]:
    ids = [UUID(ref.partition(":")[2]) for ref in refs]
    changes = {row.ref: ChangeView.of(row) for row in work.select(select(Change).where(col(Change.id).in_(ids)))}
    seen = {
        row.ref: view(row, *names)
        for row, *names in work.session.execute(shown().where(col(ObservedChange.id).in_(ids)))
    }
    return [DrawnView(ref=ref, change=changes.get(ref), seen=seen.get(ref)) for ref in refs]
