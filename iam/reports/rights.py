"""Who can do a thing and why, and what a person could do on a day: judged by the edition and the rights of that time. [AC-9, AC-10]"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints
from sqlalchemy import text
from sqlmodel import col, select

from iam.people.models import Person
from iam.profiles.models import AccessProfile, ProfileGrant, ProfileHolding
from iam.reports.log import names_of
from iam.reports.past import editions_between, index_at, made_at
from kernel import gate
from kernel.access import RoleAssignment
from kernel.action import Work
from kernel.db import HOUSE, Answer, ledger_session
from kernel.errors import NotFound, Refused
from kernel.gate import FOREVER, Assignment, Index, Rule
from kernel.reading import reading
from policy.local_time import midnight

Right = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=100)]
Place = Annotated[str, StringConstraints(pattern=r"^[a-z0-9:_.-]{1,80}$")]


class Reason(Answer):
    """Why a right is held: the rule as the book writes it, the role and place it comes by, until when, under what conditions."""

    rule: str
    role: str
    scope: str
    until: datetime | None
    conditions: list[str]


class Holder(Answer):
    """Somebody who may do a thing, and why; a machine is told by its reference."""

    ref: str
    name: str
    reasons: list[Reason]


class WhoMay(Answer):
    """Who may do an action in a place at a moment, by which edition.

    `needs` is asked of everybody; `everybody` are the rules by which each person who signs in may.
    """

    right: str
    scope: str
    at: datetime
    edition: int
    clause: str | None
    needs: list[str]
    everybody: list[str]
    holders: list[Holder]


class DayRight(Answer):
    """A right a person had on a day: where, from when until when within it, and by which rule of which edition."""

    right: str
    scope: str
    since: datetime
    until: datetime
    edition: int
    reason: Reason


class PersonDay(Answer):
    """What a person could do on a day.

    `here` tells whether they were in the house at all; while `suspended` they could do nothing of it.
    """

    name: str
    day: date
    here: bool
    suspended: list[tuple[datetime, datetime]]
    rights: list[DayRight]


class HeldRole(Answer):
    """A role a person holds, where it comes from, and what it lets them do."""

    id: UUID
    role: str
    scope: str
    since: datetime
    starts_at: datetime | None
    ends_at: datetime | None
    given_by: str
    reason: str
    profile: str
    holding_id: UUID | None
    """The holding of a profile that it comes by."""
    rules: list[str]


@reading("report.who-may", scope="house", watched=True)
def who_may(work: Work, *, right: Right, scope: Place = HOUSE, at: AwareDatetime | None = None) -> WhoMay:
    """Tell who may do an action in a place, now or at an earlier moment, and why each of them may. [AC-9, AC-10]"""
    if at is not None and at > work.now:
        raise Refused("AC-9", "What is to come is not on record.")
    moment = at or work.now
    index = gate.current() if at is None else index_at(work.session, at)
    if right not in index.bits:
        raise NotFound(f"There is no action {right}.")
    if scope not in index.scopes:
        raise NotFound(f"There is no scope {scope}.")
    found = {ref: reasons for ref in sorted(index.assignments) if (reasons := why(index, ref, right, scope, moment))}
    names = names_of(work, found)
    holders = [Holder(ref=ref, name=names.get(ref, ref), reasons=reasons) for ref, reasons in found.items()]
    return WhoMay(
        right=right, scope=scope, at=moment, edition=index.edition, clause=index.clauses.get(right),
        needs=list(index.needs.get(right, ())), everybody=_everybody(index, right), holders=sorted(holders, key=lambda one: (one.name, one.ref)),
    )  # fmt: skip


def _everybody(index: Index, right: str) -> list[str]:
    reach = index.closure(index.implicit["person"])
    return [str(rule) for rule in index.rules if rule.role in reach and rule.effect == "allow" and rule.covers(right)]


def why(index: Index, ref: str, right: str, scope: str, at: datetime) -> list[Reason]:
    """Give the reasons for which a subject may do an action in a scope; none where it may not."""
    masks, bit = index.masks(ref, scope, at), index.bits[right]
    if not (masks.allow >> bit & 1 or bit in masks.conditional):
        return []
    return [
        _reason(rule, by, index.needs.get(right, ()))
        for rule, _, by in index.rules_of(ref, scope, at)
        if rule.effect == "allow" and rule.covers(right)
    ]


def _reason(rule: Rule, by: Assignment, needs: tuple[str, ...]) -> Reason:
    asked = [rule.condition] if rule.condition else []
    until = None if by.end == FOREVER else by.end
    return Reason(rule=str(rule), role=by.role, scope=by.scope, until=until, conditions=[*asked, *needs])


@reading("report.person-day", on=Person, watched=True)
def person_day(work: Work, person: Person, *, day: date) -> PersonDay:
    """Tell what a person could do on a day, judged by the edition of the book and the rights of that day. [AC-9, AC-10]"""
    begin = midnight(day)
    end = min(midnight(day + timedelta(days=1)), work.now)
    if begin >= work.now:
        raise Refused("AC-9", "What is to come is not on record.")
    here = person.joined_at < end and (person.left_at is None or person.left_at > begin)
    rights = list(_merged(_spans(work, person, begin, end))) if here else []
    work.note("day", day.isoformat())
    return PersonDay(
        name=person.name, day=day, here=here, suspended=_suspended(person.ref, begin, end), rights=rights
    )  # fmt: skip


def _suspended(ref: str, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Give the times within a day when a person was suspended, as the ledger tells them."""
    asked = text(
        "select at, action from ledger.entry where target = :ref and outcome = 'done' and at < :end "
        "and action in ('person.suspend', 'person.reactivate', 'person.leave') order by id"
    )
    with ledger_session() as ledger:
        told = ledger.execute(asked, {"ref": ref, "end": end}).all()
    found: list[tuple[datetime, datetime]] = []
    since: datetime | None = None
    for at, action in [*told, (end, "")]:
        if since is not None and at > begin:
            found.append((max(since, begin), at))
        since = at if action == "person.suspend" else None
    return found


@dataclass(frozen=True, slots=True)
class _Span:
    since: datetime
    until: datetime
    index: Index
    ref: str


def _spans(work: Work, person: Person, begin: datetime, end: datetime) -> list[_Span]:
    """Cut a day where something changed: a right given, begun, over or taken, or an edition come into force."""
    begin = max(begin, person.joined_at)
    end = min(end, person.left_at or end)
    rows = work.select(select(RoleAssignment).where(RoleAssignment.subject_ref == person.ref)).all()
    edges = {
        edge
        for row in rows
        for edge in (made_at(row.id), row.starts_at, row.ends_at, row.taken_at)
        if edge is not None and begin < edge < end
    }
    cuts = sorted({begin, end, *edges, *editions_between(work.session, begin, end)})
    return [
        _Span(since, until, index_at(work.session, since, person.ref), person.ref) for since, until in pairwise(cuts)
    ]


def _merged(spans: list[_Span]) -> Iterator[DayRight]:
    open_: dict[tuple[str, str, str, int], DayRight] = {}
    for span in spans:
        for one in _rights_of(span):
            key = (one.right, one.scope, one.reason.rule, one.edition)
            before = open_.get(key)
            if before is not None and before.until == one.since:
                open_[key] = before.model_copy(update={"until": one.until})
            else:
                if before is not None:
                    yield before
                open_[key] = one
    yield from sorted(open_.values(), key=lambda one: (one.scope, one.right, one.since, one.reason.rule))


def _rights_of(span: _Span) -> Iterator[DayRight]:
    index = span.index
    for scope in sorted({HOUSE, *(one.scope for one in index.assignments.get(span.ref, ()))}):
        for right in index.actions:
            for reason in why(index, span.ref, right, scope, span.since):
                if reason.scope == scope:
                    yield DayRight(
                        right=right, scope=scope, since=span.since, until=span.until, edition=index.edition,
                        reason=reason,
                    )  # fmt: skip


@reading("person.rights", on=Person)
def rights_of_person(work: Work, person: Person) -> list[HeldRole]:
    """List the roles a person holds, where each comes from, and the rules each brings. [AC-9, AC-10]"""
    rows = work.session.execute(
        select(RoleAssignment, AccessProfile.label, ProfileGrant.number, ProfileGrant.holding_id)
        .outerjoin(ProfileGrant, col(ProfileGrant.assignment_id) == RoleAssignment.id)
        .outerjoin(ProfileHolding, col(ProfileHolding.id) == ProfileGrant.holding_id)
        .outerjoin(AccessProfile, col(AccessProfile.id) == ProfileHolding.profile_id)
        .where(RoleAssignment.subject_ref == person.ref, col(RoleAssignment.taken_at).is_(None))
        .order_by(col(RoleAssignment.scope), col(RoleAssignment.role))
    )
    index = gate.current()
    return [
        HeldRole(
            **held.model_dump(include={"id", "role", "scope", "starts_at", "ends_at", "given_by", "reason"}),
            since=held.starts_at or made_at(held.id),
            profile=f"{label}, {number}" if label else "",
            holding_id=holding_id,
            rules=rules_of(index, held.role),
        )
        for held, label, number, holding_id in rows
        if held.ends_at is None or held.ends_at > work.now
    ]


def rules_of(index: Index, role: str) -> list[str]:
    """List the rules that a role brings, its own and those of the roles it includes, as the book writes them."""
    reach = index.closure(role)
    return [str(rule) for rule in index.rules if rule.role in reach]
