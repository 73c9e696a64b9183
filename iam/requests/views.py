"""Reading requests: one with everything that a decision rests on, one's own, and what may be asked for. [AC-1, AC-2, AC-9]"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlmodel import col, select

from iam.people.models import Person
from iam.people.roles import RoleView
from iam.requests.checks import Finding, check, requestable
from iam.requests.meaning import gains
from iam.requests.models import ALLOCATE, AccessLine, AccessRequest
from iam.requests.voices import lines_of
from kernel import gate
from kernel.access import RoleAssignment
from kernel.action import Work
from kernel.actor import Actor
from kernel.db import Answer, read_session
from kernel.gate import Ask, condition
from kernel.reading import reading
from policy.models import Approval, ApprovalVote
from policy.voting import concerns_you

Page = Annotated[int, Field(ge=1, le=200)]
Ids = Annotated[list[UUID], Field(max_length=200)]
MOST_DRAFTS = 50
"""Requests that one basket shows."""


class LineView(Answer):
    """A line of a request, with what the person has now and what the right would add."""

    id: UUID
    number: int
    deed: str
    person_id: UUID | None
    name: str
    status: str
    joined_at: datetime | None
    job: str
    manager_id: UUID | None
    role: str | None
    scope: str
    starts_at: datetime | None
    ends_at: datetime | None
    ends_now: datetime | None
    """When the right ends as things stand, of a line that gives it another end."""
    bound_to: str | None
    outcome: str
    why: str
    held: list[RoleView]
    gains: list[str]


class RequestView(Answer):
    """A request with its lines."""

    id: UUID
    basket: UUID
    state: str
    scope: str
    owners: list[str]
    reason: str
    why: str
    requested_by: UUID
    drafted_at: datetime
    asked_at: datetime | None
    settled_at: datetime | None
    executed_at: datetime | None
    approval_id: UUID | None
    lines: list[LineView]


class RequestLine(Answer):
    """A request in a list."""

    id: UUID
    basket: UUID
    state: str
    requested_by: UUID
    drafted_at: datetime
    asked_at: datetime | None
    reason: str
    why: str
    deed: str
    role: str | None
    scope: str
    count: int
    name: str


class DraftView(Answer):
    """A request in the basket, with what stands against it."""

    request: RequestView
    found: list[Finding]


class Choices(Answer):
    """What may be asked for, and where."""

    roles: list[str]
    scopes: list[str]


def _own(model: Any, actor: Actor) -> Any:
    return col(model.requested_by) == actor.id


@condition("own-access-request", where=_own)
def own_access_request(ask: Ask) -> str | None:
    """Tell whether the request is this person's own."""
    own = isinstance(ask.target, AccessRequest) and ask.target.requested_by == ask.actor.id
    return None if own else "it is not your request"


@condition("concerns-your-answer", where=_own)
def concerns_your_answer(ask: Ask) -> str | None:
    """Tell whether this person asked, is asked, or has answered."""
    if not isinstance(ask.target, AccessRequest) or ask.target.requested_by == ask.actor.id:
        return own_access_request.check(ask)
    if ask.session is not None:
        return _asked(ask, ask.session)
    with read_session() as session:
        return _asked(ask, session)


def _asked(ask: Ask, session: Any) -> str | None:
    ref = ask.target.ref if ask.target is not None else ""
    for approval in session.scalars(select(Approval).where(Approval.subject_ref == ref)):
        voted = select(ApprovalVote.id).where(
            ApprovalVote.approval_id == approval.id, ApprovalVote.voter_id == ask.actor.id
        )
        if session.scalars(voted.limit(1)).first() is not None:
            return None
        if concerns_you.check(Ask(ask.actor, "approval.read", approval, ask.now, session)) is None:
            return None
    return "it is neither your request nor asked of you"


@reading("request.read", on=AccessRequest, watched=True)
def read_request(work: Work, request: AccessRequest) -> RequestView:
    """Read a request: who, what, why, since when, and what they have now. [AC-1, AC-2, AC-9]"""
    return _view(work, request)


def _view(work: Work, request: AccessRequest) -> RequestView:
    lines = lines_of(work.session, [request.id])[request.id]
    people = {person.id: person for person in _people(work, lines)}
    held = _held(work, people)
    found = select(Approval.id).where(Approval.subject_ref == request.ref).order_by(col(Approval.id).desc()).limit(1)
    told = request.model_dump(include=set(RequestView.model_fields))
    return RequestView(
        **told, approval_id=work.select(found).first(), lines=[_line(work, line, people, held) for line in lines]
    )


def _people(work: Work, lines: Iterable[AccessLine]) -> Iterable[Person]:
    wanted = {line.person_id for line in lines if line.person_id}
    found: Iterable[Person] = work.select(select(Person).where(col(Person.id).in_(wanted)))
    return found


def _held(work: Work, people: dict[UUID, Person]) -> dict[str, list[RoleAssignment]]:
    asked = select(RoleAssignment).where(
        col(RoleAssignment.subject_ref).in_([person.ref for person in people.values()]),
        col(RoleAssignment.taken_at).is_(None),
    )
    found: dict[str, list[RoleAssignment]] = {}
    for held in work.select(asked.order_by(col(RoleAssignment.role))):
        if held.ends_at is None or held.ends_at > work.now:
            found.setdefault(held.subject_ref, []).append(held)
    return found


def _line(
    work: Work, line: AccessLine, people: dict[UUID, Person], rights: dict[str, list[RoleAssignment]]
) -> LineView:
    person = people.get(line.person_id) if line.person_id else None
    held = rights.get(person.ref, []) if person else []
    above = gate.current().chain(line.scope)
    beside = [one.role for one in held if one.scope in above and (one.starts_at is None or one.starts_at <= work.now)]
    present = next((one for one in held if one.id == line.assignment_id), None)
    told = line.model_dump(include=set(LineView.model_fields))
    return LineView(**told | {
        "name": person.name if person else f"{line.given_name} {line.family_name}",
        "status": person.status if person else "",
        "joined_at": person.joined_at if person else None,
        "job": person.job if person else line.job,
        "manager_id": person.manager_id if person else line.manager_id,
        "ends_now": present.ends_at if present else None,
        "held": [RoleView.of(one) for one in held],
        "gains": gains(line.role, line.scope, beside) if line.deed == ALLOCATE and line.role else [],
    })  # fmt: skip


@reading("request.check", on=AccessRequest)
def check_request(work: Work, request: AccessRequest) -> list[Finding]:
    """Show what stands against a request: what stops it, and what to look at twice. [AC-2, AC-6]"""
    return check(work, request, lines_of(work.session, [request.id])[request.id])


@reading("request.list")
def list_requests(
    work: Work, *, state: str | None = None, person_id: UUID | None = None, before: UUID | None = None, limit: Page = 50
) -> list[RequestLine]:
    """List requests, the newest first: your own, or all where your role says so. [AC-9]"""
    asked = select(AccessRequest).where(gate.visible(work.actor, "request.list", AccessRequest, work.now))
    if state is not None:
        asked = asked.where(AccessRequest.state == state)
    if person_id is not None:
        about = select(AccessLine.request_id).where(
            AccessLine.person_id == person_id, col(AccessLine.dropped_at).is_(None)
        )
        asked = asked.where(col(AccessRequest.id).in_(about))
    if before is not None:
        asked = asked.where(AccessRequest.id < before)
    rows = list(work.select(asked.order_by(col(AccessRequest.id).desc()).limit(limit)))
    lines = lines_of(work.session, [row.id for row in rows])
    people = {person.id: person for person in _people(work, [one for several in lines.values() for one in several])}
    return [_row(row, lines[row.id], people) for row in rows]


def _row(request: AccessRequest, lines: list[AccessLine], people: dict[UUID, Person]) -> RequestLine:
    first = lines[0]
    person = people.get(first.person_id) if first.person_id else None
    told = request.model_dump(include=set(RequestLine.model_fields))
    return RequestLine(**told | {
        "deed": first.deed if len({line.deed for line in lines}) == 1 else "several",
        "role": first.role if len({line.role for line in lines}) == 1 else None,
        "count": len(lines),
        "name": person.name if person else f"{first.given_name} {first.family_name}",
    })  # fmt: skip


@reading("request.basket")
def read_basket(work: Work) -> list[DraftView]:
    """Read your basket: every draft with its lines and what stands against them. [AC-2, AC-6]"""
    asked = select(AccessRequest).where(AccessRequest.state == "draft", AccessRequest.requested_by == work.actor.id)
    rows = list(work.select(asked.order_by(col(AccessRequest.id)).limit(MOST_DRAFTS)))
    lines = lines_of(work.session, [row.id for row in rows])
    return [DraftView(request=_view(work, row), found=check(work, row, lines[row.id])) for row in rows]


@reading("request.look-up")
def look_requests_up(work: Work, *, ids: Ids) -> list[RequestLine]:
    """Tell in a line each what requests ask that you asked, are asked about, or have answered. [AC-1]"""
    rows = [
        row
        for row in work.select(select(AccessRequest).where(col(AccessRequest.id).in_(ids)))
        if concerns_your_answer.check(Ask(work.actor, work.action, row, work.now, work.session)) is None
    ]
    lines = lines_of(work.session, [row.id for row in rows])
    people = {person.id: person for person in _people(work, [one for several in lines.values() for one in several])}
    return [_row(row, lines[row.id], people) for row in rows]


@reading("request.choices")
def list_choices(work: Work) -> Choices:  # noqa: ARG001 - the frame's own form
    """List the roles that may be asked for, and the places where they hold. [AC-2]"""
    return Choices(roles=requestable(), scopes=sorted(gate.current().scopes))
