"""Carrying out what was granted: by the provisioning clerk, after the voter's commit and never as the voter. [AC-1, AC-2, AC-6]

The approval is spent on exactly the lines it was given for. What can no longer be done is told line by line; the rest is done.
"""

from collections.abc import Callable
from uuid import UUID

from sqlmodel import col, select

from iam.people.joiners import join, leave, move, reactivate, suspend
from iam.people.models import Person
from iam.profiles.holders import hold, prolong, release
from iam.profiles.holdings import standing
from iam.profiles.models import ProfileHolding
from iam.requests import functions
from iam.requests.checks import person_of, why_not
from iam.requests.models import ALLOCATE, AMEND, CREATE, MOVE, REVOKE, SUSPEND, WITHDRAW, AccessLine, AccessRequest
from iam.requests.requests import REQUEST_STEPS, question_name
from iam.requests.voices import lines_of
from iam.requests.wishes import content_of
from kernel import edition
from kernel.access import RoleAssignment
from kernel.action import Fact, Work, action, on_fact
from kernel.actor import clerk
from kernel.errors import Conflict, Denied, Malformed, NotFound, Refused
from kernel.outbox import effect
from policy.approvals import use_approval
from policy.ballots import seal

CLERK = clerk("provisioning")
NO = (Refused, Conflict, NotFound, Denied, Malformed)
"""Answers that will not change by trying again."""


@effect("request.execute")
def carry_out(*, request_id: str) -> None:
    """Carry out a request that was granted; one that no longer is, or is done, is left as it stands."""
    target = UUID(request_id)
    try:
        execute_request(CLERK, target)
    except NO as no:
        fail_request(CLERK, target, why=no.why[:300])


@action("request.execute", on=AccessRequest)
def execute_request(work: Work, request: AccessRequest) -> AccessRequest:
    """Carry out a request that was granted, exactly as it was approved. [AC-1, AC-2]"""
    if request.state != "granted":
        work.note("left", request.state)
        return request
    lines = lines_of(work.session, [request.id])[request.id]
    question = question_name(lines)
    people = {line.person_id for line in lines if line.person_id}
    sealed = seal(request.ref, question, content_of(request.id, request.reason, lines), subjects=people)
    standing = use_approval(work, request.ref, question, sealed.digest)
    work.note("requester", str(request.requested_by))
    work.note("approvers", [str(person) for ballot in standing.ballots for person in sorted(ballot.persons)])
    for line in lines:
        _do(work, request, line)
    failed = [line for line in lines if line.outcome == "failed"]
    REQUEST_STEPS.advance(work, request, "fail" if failed else "execute")
    request.executed_at = work.now
    request.why = f"Line {failed[0].number}: {failed[0].why}" if failed else ""
    work.note("failed", len(failed))
    work.fact("request.executed", request_id=request.id, failed=len(failed))
    return request


@action("request.fail", on=AccessRequest)
def fail_request(work: Work, request: AccessRequest, *, why: str) -> AccessRequest:
    """Note that a request which was granted could not be carried out, and why. [AC-1, AC-2]"""
    if request.state == "granted":
        REQUEST_STEPS.advance(work, request, "fail")
        request.why, request.executed_at = why, work.now
    return request


def _do(work: Work, request: AccessRequest, line: AccessLine) -> None:
    if _is_so(work, line):
        line.outcome = "already"
        return
    why = why_not(work, request, line)
    if why is not None:
        line.outcome, line.why = "failed", why
        return
    DEEDS[line.deed](work, request, line)
    line.outcome = "done"


def _is_so(work: Work, line: AccessLine) -> bool:
    """Tell whether what a line wants is so already: a right taken twice, a person who has left meanwhile."""
    if line.deed == WITHDRAW and line.holding_id is not None:
        holding = work.session.get(ProfileHolding, line.holding_id)
        return holding is not None and (holding.ended_at is not None or (holding.ends_at or work.now) < work.now)
    if line.deed == WITHDRAW:
        held = work.session.get(RoleAssignment, line.assignment_id)
        return held is not None and (held.taken_at is not None or (held.ends_at or work.now) < work.now)
    person = work.session.get(Person, line.person_id) if line.person_id else None
    wanted = {REVOKE: "left", SUSPEND: "suspended"}.get(line.deed)
    return person is not None and person.status == wanted


def _create(work: Work, request: AccessRequest, line: AccessLine) -> None:
    person = join(work, person_of(line, work.now), manager_id=line.manager_id, ends_at=line.ends_at)
    line.person_id = person.id
    _hold(work, request, line, person)


def _hold(work: Work, request: AccessRequest, line: AccessLine, person: Person) -> list[UUID]:
    """Give the profile a line names, as long as the contract runs at most; returns the roles that came with it."""
    named = functions.asked_for(work.session, line)
    if named is None:
        return []
    work.session.flush()
    ends = [at for at in (line.ends_at, person.ends_at) if at is not None]
    held = hold(
        work, person, named[0], line.profile_scope or line.scope,
        reason=request.ref, start=line.starts_at, end=min(ends, default=None),
    )  # fmt: skip
    line.holding_id = held.id
    work.session.flush()
    return [one.id for one in standing(work.session, held)]


def _move(work: Work, request: AccessRequest, line: AccessLine) -> None:
    """Move a person: the profiles of the former function end, the new one begins, what is left is looked at again."""
    person, former = _person(work, line), functions.left_behind(work.session, line)
    stays = functions.stays(work.session, line)
    moved = move(
        work, person, site=line.scope, job=line.job or None, manager_id=line.manager_id, ends_at=line.ends_at
    )  # fmt: skip
    for holding in former:
        release(work, holding)
    given = [] if stays else _hold(work, request, line, person)
    if moved or given:
        work.fact("person.moved", person_id=person.id, scope=person.scope, job=person.job, given=given)


def _person(work: Work, line: AccessLine) -> Person:
    return work.session.get_one(Person, line.person_id, with_for_update=True)


def _allocate(work: Work, request: AccessRequest, line: AccessLine) -> None:
    person = _person(work, line)
    if line.profile_id is not None:
        _hold(work, request, line, person)
        return
    ends = [at for at in (line.ends_at, person.ends_at) if at is not None]
    made = edition.give_role(
        work, person.ref, line.role or "", line.scope,
        start=line.starts_at, end=min(ends, default=None), reason=request.ref,
    )  # fmt: skip
    work.session.flush()
    line.assignment_id = made.id
    work.fact("role.given", person_id=person.id, role=made.role, scope=made.scope, assignment_id=made.id)


def _held(work: Work, line: AccessLine) -> RoleAssignment:
    return work.session.get_one(RoleAssignment, line.assignment_id, with_for_update=True)


def _profile_held(work: Work, line: AccessLine) -> ProfileHolding:
    return work.session.get_one(ProfileHolding, line.holding_id, with_for_update=True)


def _amend(work: Work, _: AccessRequest, line: AccessLine) -> None:
    person = _person(work, line)
    ends = [at for at in (line.ends_at, person.ends_at) if at is not None]
    if line.holding_id is not None:
        prolong(work, _profile_held(work, line), min(ends, default=None))
        return
    held = _held(work, line)
    edition.amend_role(work, held, end=min(ends, default=None))
    work.fact("role.amended", assignment_id=held.id, role=held.role, scope=held.scope, subject=held.subject_ref)


def _withdraw(work: Work, _: AccessRequest, line: AccessLine) -> None:
    if line.holding_id is not None:
        release(work, _profile_held(work, line))
    else:
        take(work, _held(work, line))


def take(work: Work, held: RoleAssignment) -> None:
    """Take a role back and tell it."""
    edition.take_role(work, held)
    work.fact("role.taken", assignment_id=held.id, role=held.role, scope=held.scope, subject=held.subject_ref)


def _suspend(work: Work, _: AccessRequest, line: AccessLine) -> None:
    suspend(work, _person(work, line))


def _reactivate(work: Work, _: AccessRequest, line: AccessLine) -> None:
    reactivate(work, _person(work, line))


def _revoke(work: Work, _: AccessRequest, line: AccessLine) -> None:
    leave(work, _person(work, line))


DEEDS: dict[str, Callable[[Work, AccessRequest, AccessLine], None]] = {
    CREATE: _create,
    MOVE: _move,
    SUSPEND: _suspend,
    "reactivate": _reactivate,
    REVOKE: _revoke,
    ALLOCATE: _allocate,
    AMEND: _amend,
    WITHDRAW: _withdraw,
}


@on_fact("change.ended")
@on_fact("incident.ended")
@on_fact("shift.ended")
def end_bound(work: Work, fact: Fact) -> None:
    """Take back what was bound to a change, an incident or a shift that has ended (`bound_to` names it)."""
    bound = (
        select(RoleAssignment)
        .join(AccessLine, col(AccessLine.assignment_id) == RoleAssignment.id)
        .where(AccessLine.bound_to == fact.data["bound_to"], AccessLine.outcome == "done")
        .where(AccessLine.deed == ALLOCATE, col(RoleAssignment.taken_at).is_(None))
    )
    for held in work.select(bound.with_for_update(of=RoleAssignment)).all():
        take(work, held)
