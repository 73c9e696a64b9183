"""Approvals: who must say yes to exactly this, and whether they have. [AC-1, AC-2, CC-1]

An approval binds to the SHA-256 of an immutable revision. A material edit voids the votes; a clerical one carries them over with
its reason. Fields call these functions inside their own actions; `policy.inbox` offers them as actions.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import select

from kernel.action import Fact, Work
from kernel.db import HOUSE
from kernel.errors import Conflict, Refused
from policy import book
from policy.ballots import Sealed, barred, edit_of, reachable, seal
from policy.models import Approval, ApprovalRevision, ApprovalVote
from policy.reading import Requirement
from policy.relations import Question, speakers
from policy.settlements import Settlement, authors_of, live_votes, revision_of, settled, tally_of
from policy.spans import span
from policy.workflow import Step, Workflow, never_changed

APPROVAL_STEPS = Workflow(
    Approval,
    "open",
    [
        Step("open", "grant", "granted"),
        Step("open", "refuse", "refused"),
        Step("granted", "reopen", "open"),
        Step("refused", "reopen", "open"),
        Step("open", "withdraw", "withdrawn"),
        Step("granted", "withdraw", "withdrawn"),
        Step("refused", "withdraw", "withdrawn"),
        Step("open", "expire", "expired"),
        Step("granted", "expire", "expired"),
        Step("granted", "use", "used"),
    ],
)
never_changed(ApprovalRevision)
LIVE = ("open", "granted", "refused")


def ask_approval(
    work: Work,
    subject_ref: str,
    requirement: str,
    content: dict[str, Any],
    *,
    implementers: Iterable[UUID] = (),
    subjects: Iterable[UUID] = (),
    scope: str = HOUSE,
    requester: UUID | None = None,
    reason: str | None = None,
) -> Approval:
    """Ask for approval of a content, or put an edited content before those who are asked already.

    What an edit is, is computed: if only the fields that the book calls clerical differ, votes carry over with `reason`;
    any other difference voids them. Asking again with the same content changes nothing.

    Raises Refused when nobody could approve it, when a clerical edit has no reason, or when the same content was refused.
    """
    asker = requester or person_of(work)
    rule = book.requirement(requirement)
    sealed = seal(subject_ref, requirement, content, implementers=implementers, subjects=subjects)
    approval = _live(work, subject_ref, requirement)
    if approval is not None:
        return _revise(work, approval, rule, sealed, asker, reason)
    _reach(work, rule, scope, sealed, [asker])
    approval = work.add(
        Approval(
            subject_ref=subject_ref,
            requirement=requirement,
            scope=scope,
            requested_by=asker,
            requested_at=work.now,
            digest=sealed.digest,
            answer_by=span(rule.answer_within).after(work.now),
        )
    )
    work.session.flush()
    _write(work, approval, sealed, asker, "first", None)
    work.cite(rule.clause)
    work.fact("approval.asked", approval_id=approval.id, subject_ref=subject_ref, requirement=requirement)
    return approval


def person_of(work: Work) -> UUID:
    """Give the natural person who acts; raises Refused for a machine or a nobody: only people ask and vote."""
    if work.actor.kind != "person" or work.actor.id is None:
        raise Refused("ID-2", "Only a natural person can do this.")
    return work.actor.id


def _live(work: Work, subject_ref: str, requirement: str) -> Approval | None:
    statement = select(Approval).where(
        Approval.subject_ref == subject_ref,
        Approval.requirement == requirement,
        Approval.state.in_(LIVE),  # type: ignore[attr-defined]
    )
    found: Approval | None = work.select(statement.with_for_update()).first()
    if found is not None and expire_if_over(work, found):
        return None
    return found


def expire_if_over(work: Work, approval: Approval) -> bool:
    """Let an approval end whose time is over: unanswered, or granted and not used in time. Tells whether it ended."""
    over = (approval.state == "open" and approval.answer_by <= work.now) or (
        approval.state == "granted" and approval.valid_until is not None and approval.valid_until <= work.now
    )
    if over:
        APPROVAL_STEPS.advance(work, approval, "expire")
        approval.reason = "nobody answered in time" if approval.settled_at is None else "it was not used in time"
        work.session.flush()
        work.fact(
            "approval.expired",
            approval_id=approval.id,
            subject_ref=approval.subject_ref,
            requirement=approval.requirement,
        )
    return over


def _reach(work: Work, rule: Requirement, scope: str, sealed: Sealed, authors: Iterable[UUID]) -> None:
    envelope = sealed.opened()
    out = frozenset(barred(envelope, authors, rule))
    if not reachable(rule, speakers(rule, Question(work.session, envelope, scope, work.now, out))):
        asked = ", ".join(f"{voice.count} x {' or '.join(voice.names)}" for voice in rule.requires)
        raise Refused(
            rule.clause,
            f"Nobody could approve this: it needs {asked}, and those who are that are too few or barred.",
        )


def _write(
    work: Work, approval: Approval, sealed: Sealed, author: UUID, edit: str, reason: str | None
) -> ApprovalRevision:
    return work.add(
        ApprovalRevision(
            approval_id=approval.id,
            number=approval.revision,
            digest=sealed.digest,
            sealed=sealed.text,
            edit=edit,
            reason=reason,
            made_by=author,
            made_at=work.now,
        )
    )


def _revise(
    work: Work, approval: Approval, rule: Requirement, sealed: Sealed, author: UUID, reason: str | None
) -> Approval:
    old = revision_of(work, approval)
    edit = edit_of(Sealed(old.sealed, old.digest).opened(), sealed.opened(), rule.clerical)
    if edit == "none":
        if approval.state == "refused":
            raise Refused(rule.clause, "This was refused as it stands; change it before you ask again.")
        return approval
    if edit == "clerical" and approval.state == "refused":
        raise Refused(rule.clause, "This was refused; a clerical edit does not put it before them again.")
    if edit == "clerical" and not (reason or "").strip():
        raise Refused(rule.clause, "A clerical edit keeps the votes, so it needs its reason.")
    if edit == "material":
        _reach(work, rule, approval.scope, sealed, [*authors_of(work, approval), author])
    votes = live_votes(work, approval)
    if edit == "material" and approval.state != "open":
        APPROVAL_STEPS.advance(work, approval, "reopen")
    approval.revision += 1
    approval.digest = sealed.digest
    work.session.flush()
    _write(work, approval, sealed, author, edit, reason)
    for vote in votes:
        kept = edit == "clerical" and author not in (vote.voter_id, vote.principal_id)
        _leave_behind(work, approval, vote, edit, reason if kept else None)
    work.session.flush()
    if edit == "material":
        approval.settled_at = approval.valid_until = approval.reason = None
        approval.answer_by = span(rule.answer_within).after(work.now)
        work.fact(
            "approval.voided",
            approval_id=approval.id,
            subject_ref=approval.subject_ref,
            requirement=approval.requirement,
        )
    elif approval.state == "granted" and not tally_of(work, approval, rule).granted:
        APPROVAL_STEPS.advance(work, approval, "reopen")
        approval.settled_at = approval.valid_until = None
    work.cite(rule.clause)
    return approval


def _leave_behind(work: Work, approval: Approval, vote: ApprovalVote, edit: str, carry_reason: str | None) -> None:
    vote.voided_at = work.now
    if carry_reason is None:
        vote.void_reason = "the content was edited" if edit == "material" else "the voter edited it"
        return
    vote.void_reason = "carried over to the next revision"
    work.add(
        ApprovalVote(
            approval_id=approval.id,
            revision=approval.revision,
            digest=approval.digest,
            voter_id=vote.voter_id,
            principal_id=vote.principal_id,
            role=vote.role,
            yes=vote.yes,
            cast_at=vote.cast_at,
            carried_from=vote.id,
            carry_reason=carry_reason,
        )
    )


def withdraw_approval(work: Work, approval: Approval, reason: str) -> Approval:
    """Take a question back; what was granted is granted no more."""
    APPROVAL_STEPS.advance(work, approval, "withdraw")
    approval.reason = reason
    work.fact(
        "approval.withdrawn",
        approval_id=approval.id,
        subject_ref=approval.subject_ref,
        requirement=approval.requirement,
    )
    return approval


def withdraw_all(work: Work, subject_ref: str, reason: str) -> None:
    """Take back every question and every unused yes about something: it is no more, or nobody wants it."""
    for approval in live_approvals(work, subject_ref):
        withdraw_approval(work, approval, reason)


def live_approvals(work: Work, subject_ref: str) -> list[Approval]:
    """Return the approvals about something that are open, granted and not used, or refused; locked for change."""
    asked = select(Approval).where(Approval.subject_ref == subject_ref, Approval.state.in_(LIVE))  # type: ignore[attr-defined]
    return list(work.select(asked.with_for_update()))


def subject_of(fact: Fact) -> UUID:
    """Return the id of what an approval is about, from any fact that is told of the approval."""
    return UUID(fact.data["subject_ref"].partition(":")[2])


def use_approval(work: Work, subject_ref: str, requirement: str, digest: str) -> Settlement:
    """Spend a granted approval on exactly the content it was given for; it cannot be used twice.

    Raises Refused with what is missing, Conflict when the content is not the one approved.
    """
    rule = book.requirement(requirement)
    standing = settled(work, subject_ref, requirement)
    if not standing.granted or standing.approval_id is None:
        raise Refused(rule.clause, standing.why)
    if standing.digest != digest:
        raise Conflict("What was approved is not what stands here now; it needs approval anew.", rule.clause)
    approval = work.get(Approval, standing.approval_id)
    APPROVAL_STEPS.advance(work, approval, "use")
    work.cite(rule.clause)
    work.note("approval", str(approval.id))
    return standing
