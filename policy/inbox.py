"""The doors to approvals: what waits for me, one question with all it rests on, my vote. [AC-1, AC-2, AC-9]"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from kernel.action import Work, action
from kernel.db import Answer
from kernel.gate import may
from kernel.reading import reading
from policy import book, voting
from policy.approvals import expire_if_over, person_of, withdraw_approval
from policy.ballots import Sealed
from policy.models import GRANTED, OPEN, Approval, ApprovalRevision, ApprovalVote
from policy.relations import lent_to, spoken_by
from policy.settlements import out_of, question_of, settled, tally_of

Comment = Annotated[str, Field(max_length=2000)]
Reason = Annotated[str, Field(min_length=3, max_length=500)]
Page = Annotated[int, Field(ge=1, le=200)]
SWEPT_AT_ONCE = 80


class ApprovalView(Answer):
    """An approval as a list shows it."""

    id: UUID
    subject_ref: str
    requirement: str
    scope: str
    requested_by: UUID
    requested_at: datetime
    revision: int
    digest: str
    answer_by: datetime
    state: str
    settled_at: datetime | None
    valid_until: datetime | None
    reason: str | None

    @classmethod
    def of(cls, row: Approval) -> "ApprovalView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class VoteView(Answer):
    """A vote with both names: who pressed, and on whose authority."""

    id: UUID
    revision: int
    voter_id: UUID
    principal_id: UUID
    role: str
    yes: bool
    comment: str
    cast_at: datetime
    carried_from: UUID | None
    carry_reason: str | None
    voided_at: datetime | None
    void_reason: str | None

    @classmethod
    def of(cls, row: ApprovalVote) -> "VoteView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class RevisionView(Answer):
    """A revision with its content, unsealed."""

    number: int
    digest: str
    edit: str
    reason: str | None
    made_by: UUID
    made_at: datetime
    content: dict[str, Any]
    implementers: list[UUID]
    subjects: list[UUID]


class ApprovalPage(Answer):
    """Everything an approver needs on one page."""

    approval: ApprovalView
    state: str
    why: str
    missing: list[str]
    barred: dict[UUID, str]
    revisions: list[RevisionView]
    votes: list[VoteView]


@reading("approval.inbox")
def approvals_waiting(work: Work, *, limit: Page = 50) -> list[ApprovalView]:
    """List the questions that wait for your vote, the most urgent first. [AC-1]"""
    mine = or_(col(ApprovalVote.voter_id) == work.actor.id, col(ApprovalVote.principal_id) == work.actor.id)
    voted = select(ApprovalVote.id).where(
        ApprovalVote.approval_id == Approval.id,
        ApprovalVote.revision == Approval.revision,
        col(ApprovalVote.voided_at).is_(None),
        mine,
    )
    asked = select(Approval).where(col(Approval.state) == OPEN, Approval.answer_by > work.now, ~voted.exists())
    concerning = voting.concerns_you.where(Approval, work.actor)  # type: ignore[misc]
    rows = work.select(asked.where(concerning).order_by(col(Approval.answer_by)).limit(5 * limit))
    open_to_me = (row for row in rows if may(work.actor, "approval.cast", row, work.now, work.session).allowed)
    return [ApprovalView.of(row) for _, row in zip(range(limit), open_to_me, strict=False)]


@reading("approval.list")
def list_approvals(
    work: Work,
    *,
    subject_ref: str | None = None,
    state: str | None = None,
    before: UUID | None = None,
    limit: Page = 50,
) -> list[ApprovalView]:
    """List approvals, the newest first; `before` continues after the last one seen. [AC-9]"""
    rows = work.visible(Approval).order_by(col(Approval.id).desc()).limit(limit)
    if subject_ref is not None:
        rows = rows.where(Approval.subject_ref == subject_ref)
    if state is not None:
        rows = rows.where(Approval.state == state)
    if before is not None:
        rows = rows.where(Approval.id < before)
    return [ApprovalView.of(row) for row in work.select(rows)]


@reading("approval.read", on=Approval)
def read_approval(work: Work, approval: Approval) -> ApprovalPage:
    """Show one approval with every revision, vote and what is still missing. [AC-9]"""
    rule = book.requirement(approval.requirement)
    standing = settled(work, approval.subject_ref, approval.requirement)
    revisions = work.select(
        select(ApprovalRevision)
        .where(ApprovalRevision.approval_id == approval.id)
        .order_by(col(ApprovalRevision.number))
    )
    votes = work.select(
        select(ApprovalVote)
        .where(ApprovalVote.approval_id == approval.id)
        .order_by(col(ApprovalVote.cast_at), col(ApprovalVote.id))
    )
    latest = standing.approval_id == approval.id
    return ApprovalPage(
        approval=ApprovalView.of(approval),
        state=standing.state if latest else approval.state,
        why=standing.why if latest else (approval.reason or "It has ended."),
        missing=list(standing.missing) if latest else [],
        barred=out_of(work, approval, rule),
        revisions=[_revision(row) for row in revisions],
        votes=[VoteView.of(row) for row in votes],
    )


class VoiceView(Answer):
    """A voice that is yours to give now: your own, or that of somebody who delegated it."""

    principal_id: UUID
    role: str


@reading("approval.voices", on=Approval)
def voices_of(work: Work, approval: Approval) -> list[VoiceView]:
    """List in whose name you could answer this: your own first, then those who delegated theirs to you. [AC-1]"""
    me, rule = person_of(work), book.requirement(approval.requirement)
    question = question_of(work, approval, rule)
    own = [(me, name) for name in sorted(spoken_by(rule, question, me))]
    found = [(who, name) for who, name in (*own, *lent_to(work, rule, question, me)) if who not in question.out]
    needed = tally_of(work, approval, rule).missing if rule.in_order else ()
    turn = set(needed[0].split(" or ")) if needed else {name for _, name in found}
    return [VoiceView(principal_id=who, role=name) for who, name in found if name in turn]


def _revision(row: ApprovalRevision) -> RevisionView:
    envelope = Sealed(row.sealed, row.digest).opened()
    return RevisionView(
        number=row.number,
        digest=row.digest,
        edit=row.edit,
        reason=row.reason,
        made_by=row.made_by,
        made_at=row.made_at,
        content=envelope["content"],
        implementers=envelope["implementers"],
        subjects=envelope["subjects"],
    )


@action("approval.cast", on=Approval, answer=VoteView)
def cast(
    work: Work,
    approval: Approval,
    *,
    yes: bool,
    digest: str,
    comment: Comment = "",
    role: str | None = None,
    on_behalf_of: UUID | None = None,
) -> ApprovalVote:
    """Say yes or no to the revision you read, named by its digest. [AC-1, AC-2]"""
    return voting.cast_vote(
        work, approval, yes=yes, digest=digest, comment=comment, role=role, on_behalf_of=on_behalf_of
    )


@action("approval.withdraw-vote", on=ApprovalVote, answer=VoteView)
def take_vote_back(work: Work, vote: ApprovalVote, *, reason: Reason) -> ApprovalVote:
    """Take your vote back while the approval has not been used. [AC-1]"""
    return voting.withdraw_vote(work, vote, reason=reason)


@action("approval.withdraw", on=Approval, answer=ApprovalView)
def take_question_back(work: Work, approval: Approval, *, reason: Reason) -> Approval:
    """Take your question back; an approval given to it ends. [AC-1]"""
    return withdraw_approval(work, approval, reason)


def over(now: datetime) -> SelectOfScalar[Approval]:
    """Select the approvals whose time is over: unanswered, or granted and not used in time."""
    unanswered = (col(Approval.state) == OPEN) & (col(Approval.answer_by) <= now)
    unused = (col(Approval.state) == GRANTED) & (col(Approval.valid_until) <= now)
    return select(Approval).where(or_(unanswered, unused))


@action("approval.sweep", scope="house")
def sweep_approvals(work: Work) -> int:
    """End approvals whose time is over: unanswered, or granted and not used in time. [AC-1]"""
    rows = work.select(over(work.now).limit(SWEPT_AT_ONCE).with_for_update(skip_locked=True)).all()
    ended = sum(expire_if_over(work, row) for row in rows)
    work.note("ended", ended)
    return ended
