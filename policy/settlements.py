"""Where an approval stands: the current revision, the votes that count, and what is still missing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import select

from kernel.action import Work
from policy import book
from policy.ballots import Ballot, Sealed, Tally, barred, tally
from policy.models import Approval, ApprovalRevision, ApprovalVote
from policy.reading import Requirement
from policy.relations import Question


@dataclass(frozen=True, slots=True)
class Settlement:
    """The answer to: is this approved? `why` is a sentence; `digest` is what exactly was asked or approved.

    `state` is none, open, granted, refused, withdrawn, expired or used.
    """

    state: str
    why: str
    approval_id: UUID | None = None
    revision: int = 0
    digest: str = ""
    valid_until: datetime | None = None
    missing: tuple[str, ...] = ()
    ballots: tuple[Ballot, ...] = ()

    @property
    def granted(self) -> bool:
        """Whether it may be done now."""
        return self.state == "granted"


def revision_of(work: Work, approval: Approval) -> ApprovalRevision:
    """Give the revision that is before the voters."""
    found: ApprovalRevision = work.select(
        select(ApprovalRevision).where(
            ApprovalRevision.approval_id == approval.id, ApprovalRevision.number == approval.revision
        )
    ).one()
    return found


def authors_of(work: Work, approval: Approval) -> set[UUID]:
    """Give everyone who asked for it or wrote any of its revisions."""
    rows = work.select(select(ApprovalRevision.made_by).where(ApprovalRevision.approval_id == approval.id))
    return {approval.requested_by, *rows}


def out_of(work: Work, approval: Approval, rule: Requirement) -> dict[UUID, str]:
    """Name everyone who may not vote on this approval, each with the reason."""
    current = revision_of(work, approval)
    return barred(Sealed(current.sealed, current.digest).opened(), authors_of(work, approval), rule)


def question_of(work: Work, approval: Approval, rule: Requirement) -> Question:
    """Give the question as it is before the voters now, with those who may not answer it."""
    current = revision_of(work, approval)
    envelope = Sealed(current.sealed, current.digest).opened()
    out = barred(envelope, authors_of(work, approval), rule)
    return Question(work.session, envelope, approval.scope, work.now, frozenset(out))


def live_votes(work: Work, approval: Approval) -> list[ApprovalVote]:
    """List the votes on the current revision that stand, in the order they were cast."""
    return list(
        work.select(
            select(ApprovalVote)
            .where(
                ApprovalVote.approval_id == approval.id,
                ApprovalVote.revision == approval.revision,
                ApprovalVote.voided_at.is_(None),  # type: ignore[union-attr]
            )
            .order_by(ApprovalVote.cast_at, ApprovalVote.id)  # type: ignore[arg-type]
        )
    )


def ballots_of(work: Work, approval: Approval) -> list[Ballot]:
    """Give the standing votes as they count; a vote that names another content than the current one does not."""
    return [
        Ballot(vote.voter_id, vote.principal_id, vote.role, vote.yes)
        for vote in live_votes(work, approval)
        if vote.digest == approval.digest
    ]


def tally_of(work: Work, approval: Approval, rule: Requirement) -> Tally:
    """Count the standing votes by the rule in force."""
    return tally(rule, ballots_of(work, approval), out_of(work, approval, rule))


def settled(work: Work, subject_ref: str, requirement: str) -> Settlement:
    """Tell where the approval of a thing stands now: judged by the votes and the clock, not by a mark alone.

    Raises NotFound when the book knows no such approval.
    """
    rule = book.requirement(requirement)
    approval: Approval | None = work.select(
        select(Approval)
        .where(Approval.subject_ref == subject_ref, Approval.requirement == requirement)
        .order_by(Approval.requested_at.desc(), Approval.id.desc())  # type: ignore[attr-defined]
        .limit(1)
    ).first()
    if approval is None:
        return Settlement("none", "Nobody has been asked to approve this.")
    count = tally_of(work, approval, rule)
    state = _state(work, approval, count)
    return Settlement(
        state=state,
        why=_why(state, count, approval),
        approval_id=approval.id,
        revision=approval.revision,
        digest=approval.digest,
        valid_until=approval.valid_until,
        missing=count.missing,
        ballots=tuple(ballots_of(work, approval)),
    )


def _state(work: Work, approval: Approval, count: Tally) -> str:
    if approval.state == "open" and approval.answer_by <= work.now:
        return "expired"
    if approval.state == "granted":
        if approval.valid_until is None or approval.valid_until <= work.now:
            return "expired"
        return "granted" if count.granted else "open"
    return approval.state


def _why(state: str, count: Tally, approval: Approval) -> str:
    if state == "granted":
        return "Approved."
    if state == "open":
        return f"Still needed: yes from {', '.join(count.missing)}." if count.missing else "It waits to be settled."
    said = {
        "refused": "It was refused",
        "withdrawn": "The question was taken back",
        "used": "The approval was used already",
    }
    return f"{said.get(state, 'The approval has ended')}{f': {approval.reason}' if approval.reason else ''}."
