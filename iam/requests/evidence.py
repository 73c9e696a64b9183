"""What the clauses on requests are proved by: named queries over requests and rights, and guards that are tried. [AC-1, AC-2, AC-6]"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, or_, select

from iam.profiles.models import ProfileGrant
from iam.requests.models import CREATE, GIVING, IDENTITY, AccessLine, AccessRequest
from iam.requests.spells import Spell, clashes
from kernel.access import RoleAssignment
from kernel.action import Work
from kernel.actor import person
from kernel.db import HOUSE, uuid7
from kernel.errors import Refused
from kernel.gate import ALWAYS, FOREVER
from policy import book
from policy.ballots import barred, seal
from policy.evidence import Evidence, evidence, found, probe
from policy.models import Approval, ApprovalVote

DONE = ("executed", "failed")


@evidence("AC-1", empty_ok=True)
def identities_were_asked_for(session: Any, now: datetime) -> Evidence:  # noqa: ARG001 - the frame's own form
    """Every identity changed on request was approved by two other natural persons, and a clerk carried it out."""
    asked = select(AccessLine.request_id).where(col(AccessLine.deed).in_(IDENTITY), AccessLine.outcome == "done")
    requests = session.scalars(select(AccessRequest).where(col(AccessRequest.id).in_(asked))).all()
    return found([one.ref for one in requests], _unapproved(session, requests))


@evidence("AC-2", empty_ok=True)
def rights_were_asked_for(session: Any, now: datetime) -> Evidence:
    """Every right that people hold and that another person gave stands on a request approved by two others."""
    standing = session.scalars(
        select(RoleAssignment).where(
            col(RoleAssignment.taken_at).is_(None),
            or_(col(RoleAssignment.ends_at).is_(None), col(RoleAssignment.ends_at) > now),
            col(RoleAssignment.subject_ref).startswith("person:"),
        )
    ).all()
    lines = _asked_for(session)
    requests = session.scalars(select(AccessRequest).where(col(AccessRequest.id).in_(set(lines.values())))).all()
    wrong = set(_unapproved(session, requests))
    by_hand = [one.ref for one in standing if one.given_by.startswith("person:")]
    unproved = [one.ref for one in standing if one.id in lines and f"request:{lines[one.id]}" in wrong]
    judged = [one.ref for one in standing if one.id in lines or one.given_by.startswith("person:")]
    return found(judged, [*by_hand, *unproved], [one.ref for one in standing if one.ref not in set(judged)])


def _asked_for(session: Any) -> dict[UUID, UUID]:
    """Give the request behind each right that was asked for: a role, or one that came with a profile."""
    asked = select(AccessLine).where(col(AccessLine.outcome) == "done", col(AccessLine.deed).in_(GIVING))
    lines = session.scalars(asked).all()
    found = {line.assignment_id: line.request_id for line in lines if line.assignment_id is not None}
    by_profile = {line.holding_id: line.request_id for line in lines if line.holding_id is not None}
    grants = session.scalars(select(ProfileGrant).where(col(ProfileGrant.holding_id).in_(by_profile)))
    return found | {grant.assignment_id: by_profile[grant.holding_id] for grant in grants}


def _unapproved(session: Any, requests: Sequence[AccessRequest]) -> list[str]:
    """Give the requests whose spent approval does not rest on two natural persons who neither asked nor are concerned."""
    spent = {
        approval.subject_ref: approval
        for approval in session.scalars(
            select(Approval).where(
                col(Approval.subject_ref).in_([one.ref for one in requests]), Approval.state == "used"
            )
        )
    }
    votes: dict[UUID, set[UUID]] = {}
    ids = [approval.id for approval in spent.values()]
    for vote in session.scalars(
        select(ApprovalVote).where(col(ApprovalVote.approval_id).in_(ids), col(ApprovalVote.voided_at).is_(None))
    ):
        if vote.yes:
            votes.setdefault(vote.approval_id, set()).update({vote.voter_id, vote.principal_id})
    concerned: dict[UUID, set[UUID | None]] = {}
    for line in session.scalars(select(AccessLine).where(col(AccessLine.request_id).in_([one.id for one in requests]))):
        if line.deed != CREATE:
            concerned.setdefault(line.request_id, set()).add(line.person_id)
    wrong = []
    for one in requests:
        said = votes.get(spent[one.ref].id, set()) if one.ref in spent else set()
        if len(said) < 2 or said & {one.requested_by, *concerned.get(one.id, set())}:  # noqa: PLR2004 - manager and owner
            wrong.append(one.ref)
    return wrong


@probe("AC-2", guard="nobody-answers-himself")
def own_answer(work: Work) -> None:  # noqa: ARG001 - the frame's own form
    """Who asks, and whom it is about, are barred from answering."""
    asker, subject = person(uuid7(), "who asks"), person(uuid7(), "whom it is about")
    sealed = seal("request:trial", "access.right", {}, subjects=[subject.id] if subject.id else [])
    out = barred(sealed.opened(), [asker.id] if asker.id else [], book.requirement("access.right"))
    if {asker.id, subject.id} <= out.keys():
        raise Refused("AC-2", next(iter(out.values())))


@probe("AC-2", guard="conflict-of-duties")
def toxic_request(work: Work) -> None:
    """A right that conflicts with one held at any moment of its time is refused."""
    pair = book.in_force().toxic[0]
    held = Spell(pair.roles[0], HOUSE, ALWAYS, FOREVER)
    wrong = clashes([held], Spell(pair.roles[1], HOUSE, work.now, FOREVER))
    if wrong:
        raise Refused("AC-6", f"These duties conflict: {wrong[0]}")
