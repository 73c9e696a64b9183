"""Voting: cast and withdraw votes, and the conditions that tell whom an approval concerns. [AC-1, AC-2]"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from kernel import clock
from kernel.action import Work
from kernel.actor import Actor
from kernel.actor import person as acting
from kernel.db import read_session
from kernel.errors import Conflict, Refused
from kernel.gate import Ask, condition, current
from policy import book
from policy.approvals import APPROVAL_STEPS, person_of
from policy.models import Approval, ApprovalVote, Delegation
from policy.reading import Requirement
from policy.relations import RELATIONS, asked_of, lent_to, spoken_by
from policy.settlements import ballots_of, out_of, question_of, tally_of
from policy.spans import span


def cast_vote(
    work: Work,
    approval: Approval,
    *,
    yes: bool,
    digest: str,
    comment: str = "",
    role: str | None = None,
    on_behalf_of: UUID | None = None,
) -> ApprovalVote:
    """Cast a vote on the revision whose digest the voter saw; settle the approval when the count is reached.

    Raises Conflict when another revision is before the voters, Refused when the voter or the one he speaks for is barred,
    holds no role that is asked for, or has voted, and when the question is no longer open.
    """
    voter = person_of(work)
    principal = on_behalf_of or voter
    work.session.refresh(approval, with_for_update=True)
    rule = book.requirement(approval.requirement)
    if approval.state != "open" or approval.answer_by <= work.now:
        raise Refused(rule.clause, "This question is no longer open.")
    if digest != approval.digest:
        raise Conflict("It was changed since you read it; read it again before you vote.", rule.clause)
    out = out_of(work, approval, rule)
    for person in (voter, principal):
        if person in out:
            other = f"The person you speak for may not approve this: {out[person]}."
            raise Refused(rule.clause, f"You may not approve this: {out[person]}." if person == voter else other)
    spoken = _role_for(work, approval, rule, voter, principal, role)
    for ballot in ballots_of(work, approval):
        if ballot.persons & {voter, principal}:
            raise Refused(rule.clause, "One person counts once: you, or the person you speak for, have voted already.")
    vote = work.add(
        ApprovalVote(
            approval_id=approval.id,
            revision=approval.revision,
            digest=approval.digest,
            voter_id=voter,
            principal_id=principal,
            role=spoken,
            yes=yes,
            comment=comment,
            cast_at=work.now,
        )
    )
    work.session.flush()
    work.cite(rule.clause)
    _settle(work, approval, rule)
    return vote


def _role_for(work: Work, approval: Approval, rule: Requirement, voter: UUID, principal: UUID, role: str | None) -> str:
    question, own = question_of(work, approval, rule), principal == voter
    lent = () if own else (name for giver, name in lent_to(work, rule, question, voter) if giver == principal)
    held = spoken_by(rule, question, voter) if own else frozenset(lent)
    fitting = sorted(held if role is None else held & {role})
    if not fitting:
        roles = ", ".join(sorted(asked_of(rule)))
        lent_none = f"You hold no delegation in force for any of the roles that are asked: {roles}."
        raise Refused(rule.clause, f"You hold none of the roles that are asked: {roles}." if own else lent_none)
    needed = tally_of(work, approval, rule).missing
    if rule.in_order and needed:
        turn = [name for name in fitting if name in needed[0].split(" or ")]
        if not turn:
            raise Refused(rule.clause, f"Another is asked before you: {needed[0]}.")
        return turn[0]
    return next((name for name in fitting if any(name in place.split(" or ") for place in needed)), fitting[0])


def _settle(work: Work, approval: Approval, rule: Requirement) -> None:
    count = tally_of(work, approval, rule)
    told = {"approval_id": approval.id, "subject_ref": approval.subject_ref, "requirement": approval.requirement}
    stands = {"granted": count.granted and not count.refused, "refused": count.refused}
    if not stands.get(approval.state, True):
        APPROVAL_STEPS.advance(work, approval, "reopen")
        approval.settled_at = approval.valid_until = approval.reason = None
        work.fact("approval.voided", **told)
    if approval.state == "open" and count.refused:
        APPROVAL_STEPS.advance(work, approval, "refuse")
        approval.settled_at, approval.reason = work.now, "a voter said no"
        work.fact("approval.refused", **told)
    elif approval.state == "open" and count.granted:
        APPROVAL_STEPS.advance(work, approval, "grant")
        approval.settled_at, approval.valid_until = work.now, span(rule.valid_for).after(work.now)
        work.fact("approval.granted", **told)


def withdraw_vote(work: Work, vote: ApprovalVote, *, reason: str) -> ApprovalVote:
    """Take one's own vote back while the approval has not been used; what it settled is open again.

    Raises Refused for another's vote or one that no longer stands.
    """
    approval = work.get(Approval, vote.approval_id)
    work.session.refresh(approval, with_for_update=True)
    work.session.refresh(vote)
    if person_of(work) != vote.voter_id:
        raise Refused(None, "A vote is taken back by the one who cast it.")
    if (
        vote.voided_at is not None
        or vote.revision != approval.revision
        or approval.state not in ("open", "granted", "refused")
    ):
        raise Refused(None, "This vote no longer stands.")
    vote.voided_at, vote.void_reason = work.now, reason
    work.session.flush()
    _settle(work, approval, book.requirement(approval.requirement))
    return vote


def _may_vote(ask: Ask) -> str | None:
    return _may(ask, in_turn=True)


def _may(ask: Ask, *, in_turn: bool) -> str | None:
    if not isinstance(ask.target, Approval) or ask.actor.id is None:
        return "only those who are asked may answer"
    if ask.session is not None:
        return _asked_or_why(ask, ask.target, ask.actor.id, ask.session, in_turn=in_turn)
    with read_session() as session:
        return _asked_or_why(ask, ask.target, ask.actor.id, session, in_turn=in_turn)


def _asked_or_why(ask: Ask, approval: Approval, person: UUID, session: Any, *, in_turn: bool) -> str | None:
    work = Work(ask.actor, ask.action, approval.id, ask.now, session)
    rule = book.requirement(approval.requirement)
    why = out_of(work, approval, rule).get(person)
    if why is not None:
        return f"you may not approve this: {why}"
    question = question_of(work, approval, rule)
    mine = spoken_by(rule, question, person) | {name for _, name in lent_to(work, rule, question, person)}
    if not mine:
        return f"it asks {', '.join(sorted(asked_of(rule)))}, and you are none of them"
    needed = tally_of(work, approval, rule).missing if in_turn and rule.in_order else ()
    return f"another is asked before you: {needed[0]}" if needed and not mine & set(needed[0].split(" or ")) else None


def _concerns(model: Any, actor: Actor) -> ColumnElement[bool]:
    now = clock.now()
    mine = current().assignments.get(actor.ref, ())
    held = {role for given in mine if given.start <= now < given.end for role in current().closure(given.role)}
    parts: list[ColumnElement[bool]] = [model.requested_by == actor.id]
    speaking = [actor, *_lenders(actor, now)]
    for name, rule in book.in_force().approvals.items():
        asked = {role for voice in rule.requires for role in voice.role}
        lent = (
            select(Delegation.id)
            .where(Delegation.to_id == actor.id, col(Delegation.role).in_(asked))
            .where(Delegation.starts_at <= now, Delegation.ends_at > now, col(Delegation.ended_at).is_(None))
            .exists()
        )
        parts.append(model.requirement == name if held & asked else and_(model.requirement == name, lent))
        related = [RELATIONS[who] for voice in rule.requires for who in voice.who if who in RELATIONS]
        for relation in related:
            parts += [and_(model.requirement == name, relation.concerning(model, one)) for one in speaking]
    return or_(*parts)


def _lenders(actor: Actor, now: datetime) -> list[Actor]:
    """Give those who let somebody speak for them now; what may be said for each is looked at question by question."""
    if actor.id is None:
        return []
    lent = select(Delegation.from_id).where(
        Delegation.to_id == actor.id,
        Delegation.starts_at <= now,
        Delegation.ends_at > now,
        col(Delegation.ended_at).is_(None),
    )
    with read_session() as session:
        return [acting(giver, "") for giver in session.scalars(lent.distinct())]


def _concerned(ask: Ask) -> str | None:
    if isinstance(ask.target, Approval) and ask.target.requested_by == ask.actor.id:
        return None
    return _may(ask, in_turn=False)


asked_of_you = condition("asked-of-you")(_may_vote)
concerns_you = condition("concerns-you", where=_concerns)(_concerned)


@condition("own-request", where=lambda model, actor: model.requested_by == actor.id)
def own_request(ask: Ask) -> str | None:
    """Tell whether the approval was asked for by this person."""
    return (
        None
        if isinstance(ask.target, Approval) and ask.target.requested_by == ask.actor.id
        else "it is not your question"
    )


@condition("own-vote", where=lambda model, actor: model.voter_id == actor.id)
def own_vote(ask: Ask) -> str | None:
    """Tell whether the vote was cast by this person."""
    return (
        None if isinstance(ask.target, ApprovalVote) and ask.target.voter_id == ask.actor.id else "it is not your vote"
    )
