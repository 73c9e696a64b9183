"""Reading requests: one with everything that a decision rests on, one's own, and what may be asked for. [AC-1, AC-2, AC-9]"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlmodel import col, select

from iam.people.models import Person
from iam.people.roles import RoleView
from iam.profiles.holdings import unfit
from iam.profiles.models import AccessProfile, ProfileVersion
from iam.requests import functions
from iam.requests.checks import Finding, check, requestable
from iam.requests.line_views import LineView, ending, gained, labels_of, people_of, views_of
from iam.requests.models import CREATE, AccessLine, AccessRequest
from iam.requests.requests import may_ask_for
from iam.requests.voices import lines_of
from iam.requests.wishes import Identifier
from kernel import gate
from kernel.action import Work
from kernel.actor import Actor
from kernel.db import HOUSE, Answer, read_session, uuid7
from kernel.gate import Ask, condition
from kernel.reading import reading
from policy.approvals import person_of
from policy.models import Approval, ApprovalVote
from policy.voting import concerns_you

Page = Annotated[int, Field(ge=1, le=200)]
Ids = Annotated[list[UUID], Field(max_length=200)]
MOST_DRAFTS = 50
"""Requests that one basket shows."""


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
    profile: str
    scope: str
    count: int
    name: str


class DraftView(Answer):
    """A request in the basket, with what stands against it."""

    request: RequestView
    found: list[Finding]


class ProfileChoice(Answer):
    """An access profile that may be asked for: what it is for, where it is held, the roles of its version in force."""

    id: UUID
    slug: str
    label: str
    job: str
    scope_kind: str
    roles: list[str]


class Choices(Answer):
    """What may be asked for, and where."""

    roles: list[str]
    profiles: list[ProfileChoice]
    scopes: list[str]


class Foreseen(Answer):
    """What a profile would give somebody in a place, what ends by it, and what stands against it."""

    profile: str
    job: str
    place: str
    roles: list[str]
    gains: list[str]
    ends: list[RoleView]
    stop: str | None


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
    found = select(Approval.id).where(Approval.subject_ref == request.ref).order_by(col(Approval.id).desc()).limit(1)
    told = request.model_dump(include=set(RequestView.model_fields))
    return RequestView(**told, approval_id=work.select(found).first(), lines=views_of(work, lines))


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
    return _rows(work, rows, lines)


def _rows(work: Work, rows: list[AccessRequest], lines: dict[UUID, list[AccessLine]]) -> list[RequestLine]:
    every = [one for several in lines.values() for one in several]
    people = {person.id: person for person in people_of(work, every)}
    labels = labels_of(work, every)
    return [_row(row, lines[row.id], people, labels) for row in rows]


def _row(
    request: AccessRequest, lines: list[AccessLine], people: dict[UUID, Person], labels: dict[UUID, str]
) -> RequestLine:
    first = lines[0]
    person = people.get(first.person_id) if first.person_id else None
    told = request.model_dump(include=set(RequestLine.model_fields))
    named = {line.profile_id for line in lines}
    return RequestLine(**told | {
        "deed": first.deed if len({line.deed for line in lines}) == 1 else "several",
        "role": first.role if len({line.role for line in lines}) == 1 else None,
        "profile": labels.get(first.profile_id, "") if len(named) == 1 and first.profile_id else "",
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
    return _rows(work, rows, lines)


@reading("request.choices")
def list_choices(work: Work) -> Choices:
    """List the profiles and roles that may be asked for, and the places where they hold. [AC-2, AC-6]"""
    in_force = (col(ProfileVersion.profile_id) == AccessProfile.id) & (
        col(ProfileVersion.number) == AccessProfile.current
    )
    rows = work.session.execute(
        select(AccessProfile, ProfileVersion)
        .join(ProfileVersion, in_force)
        .where(col(AccessProfile.retired_at).is_(None))
        .order_by(col(AccessProfile.label))
    )
    profiles = [
        ProfileChoice(**profile.model_dump(include=set(ProfileChoice.model_fields)), roles=version.roles)
        for profile, version in rows
    ]
    return Choices(roles=requestable(), profiles=profiles, scopes=sorted(gate.current().scopes))


@reading("request.foresee")
def foresee_profile(
    work: Work,
    *,
    deed: Literal["create", "move", "allocate"],
    profile_id: UUID,
    person_id: UUID | None = None,
    site: Identifier | None = None,
    place: Identifier | None = None,
) -> Foreseen:
    """See what a profile would give somebody, what they would lose by it, and what stands against it, before it is asked for. [AC-2, AC-6]"""
    person = work.get(Person, person_id) if person_id is not None and deed != CREATE else None
    line = AccessLine(request_id=uuid7(), number=1, deed=deed, person_id=person.id if person else None)
    line.scope = site or (person.scope if person else HOUSE)
    if person is not None:
        may_ask_for(work, person_of(work), [line])
    profile = functions.name_profile(work, line, profile_id, place)
    held_at = line.profile_scope or HOUSE
    fits = unfit(profile, held_at) is None
    return Foreseen(
        profile=profile.label, job=profile.job, place=held_at,
        roles=functions.roles_asked(work.session, line) if fits else [], gains=gained(work, line, person) if fits else [],
        ends=[RoleView.of(one) for one in ending(work, line)] if fits else [], stop=functions.why_not_held(work, line),
    )  # fmt: skip
