"""What stands against a request, found before it is sent and again before it is carried out. [AC-1, AC-2, AC-6]

A finding either stops the request or warns those who decide. Its sentence names the line, never the person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, or_, select

from iam.letters import delivery
from iam.people.joiners import free_name, roles_of
from iam.people.models import Person
from iam.requests.models import ALLOCATE, AMEND, CREATE, IDENTITY, LIVE, WITHDRAW, AccessLine, AccessRequest
from kernel import gate
from kernel.access import RoleAssignment, Scope
from kernel.action import Work
from kernel.db import Answer
from kernel.errors import OmniError
from kernel.gate import ALWAYS, FOREVER
from policy import book

STATES = {"suspend": ("active", "joining"), "reactivate": ("suspended",), "revoke": ("active", "joining", "suspended")}
"""In which states a person may be for each deed upon an identity."""


class Finding(Answer):
    """Something that stands against a line: `stop` tells whether the request cannot be sent with it."""

    line: int
    stop: bool
    why: str


@dataclass(frozen=True, slots=True)
class Spell:
    """A role held, or to be held, from a time until a time."""

    role: str
    scope: str
    start: datetime
    end: datetime

    @classmethod
    def of(cls, row: RoleAssignment | AccessLine) -> "Spell":
        """Give the spell of a right that is there or that a line asks for."""
        return cls(row.role or "", row.scope, row.starts_at or ALWAYS, row.ends_at or FOREVER)

    def meets(self, other: "Spell") -> bool:
        """Tell whether there is a moment in both."""
        return self.start < other.end and other.start < self.end


def clashes(held: Iterable[Spell], asked: Spell) -> list[str]:
    """List the conflicts of duties that a right would bring at any moment of its time, one sentence each. [AC-6]"""
    beside = {one.role for one in held if one.meets(asked)}
    before = set(book.conflicts(beside))
    return [pair for pair in book.conflicts({*beside, asked.role}) if pair not in before]


def check(work: Work, request: AccessRequest, lines: Sequence[AccessLine]) -> list[Finding]:
    """Find everything that stands against these lines now, line by line."""
    found: list[Finding] = []
    pending = _pending(work, request, lines)
    seen: set[tuple[Any, ...]] = set()
    for line in lines:
        key = _key(line)
        if key in seen:
            found.append(Finding(line=line.number, stop=True, why="Another line asks for the same."))
        seen.add(key)
        stop = why_not(work, request, line, lines)
        if stop is not None:
            found.append(Finding(line=line.number, stop=True, why=stop))
        found += [Finding(line=line.number, stop=False, why=why) for why in _warnings(work, line, pending)]
    return found


def why_not(work: Work, request: AccessRequest, line: AccessLine, beside: Sequence[AccessLine] = ()) -> str | None:
    """Say why a line cannot be carried out as things stand, or None where it can."""
    if line.deed == CREATE:
        return _newcomer(work, line)
    person = work.session.get(Person, line.person_id) if line.person_id else None
    if person is None:
        return "There is no such person."
    if line.deed in IDENTITY:
        if person.id == request.requested_by:
            return "Nobody asks for this for himself."
        fits = person.status in STATES[line.deed]
        return None if fits else f"This person is {person.status}; this cannot be done now."
    if line.deed == ALLOCATE:
        return _allocate(work, request, line, person, beside)
    return _held(work, line)


def _newcomer(work: Work, line: AccessLine) -> str | None:
    """Try what joining asks for: a site, two unlike channels, a name, a manager who may lead."""
    person = person_of(line, work.now)
    if work.session.get(Scope, line.scope) is None:
        return f"There is no site {line.scope}."
    try:
        delivery.channels_of(person)
        free_name(work, person)
    except OmniError as no:
        return no.why
    manager = work.session.get(Person, line.manager_id) if line.manager_id else None
    if line.manager_id and (manager is None or manager.status == "left" or manager.kind == "client-representative"):
        return "This person cannot lead anybody: they have left, or are a client's."
    if line.ends_at is not None and line.ends_at <= work.now:
        return "The end of a contract lies ahead; whoever is to go now leaves."
    return None


def person_of(line: AccessLine, now: datetime) -> Person:
    """Make the person a line would have join; nothing is written by it."""
    return Person(
        scope=line.scope,
        given_name=line.given_name or "",
        family_name=line.family_name or "",
        email=line.email,
        phone=line.phone,
        language=line.language,
        joined_at=now,
        kind=line.kind,
        job=line.job,
    )


def _allocate(
    work: Work, request: AccessRequest, line: AccessLine, person: Person, beside: Sequence[AccessLine]
) -> str | None:
    asked = Spell.of(line)
    if person.status in {"left", "suspended"}:
        return f"This person is {person.status} and is given no role."
    if asked.role not in requestable():
        return f"The role {asked.role} cannot be asked for."
    if line.scope not in gate.current().scopes:
        return f"There is no scope {line.scope}."
    if line.ends_at is not None and line.ends_at <= max(line.starts_at or work.now, work.now):
        return "The right would end before it starts, or has ended already."
    if person.id == request.requested_by and asked.role in _reserved():
        return f"The role {asked.role} is not asked for by oneself."
    held = [Spell.of(one) for one in roles_of(work, person.id)]
    above = gate.current().chain(line.scope)
    if any(asked.role == one.role and one.scope in above and _covers(one, asked, work.now) for one in held):
        return "This person holds this role there already."
    mine = [Spell.of(other) for other in beside if other is not line and other.person_id == person.id and other.role]
    wrong = clashes([*held, *mine], asked)
    return f"These duties conflict: {wrong[0]}" if wrong else None


def _covers(held: Spell, asked: Spell, now: datetime) -> bool:
    return held.start <= max(asked.start, now) and held.end >= asked.end


def _held(work: Work, line: AccessLine) -> str | None:
    held = work.session.get(RoleAssignment, line.assignment_id)
    if held is None:
        return "There is no such right."
    if held.taken_at is not None or (held.ends_at is not None and held.ends_at <= work.now):
        return "This right has ended already."
    if line.deed == AMEND and line.ends_at == held.ends_at:
        return "The right ends then already."
    if line.deed == AMEND and line.ends_at is not None and line.ends_at <= max(held.starts_at or work.now, work.now):
        return "The right would end before it starts, or has ended already."
    return None


def requestable() -> list[str]:
    """List the roles of the book that may be asked for: those of people, not of machines, of everybody, nor of elevations."""
    others = {"nobody", "visitor", "member"} | _words("AC-4", "roles") | _words("AC-5", "privileged_roles")
    return [role for role in book.in_force().roles if role not in others and not role.startswith("clerk-")]


def _reserved() -> set[str]:
    return _words("AC-2", "reserved_roles")


def _words(clause: str, name: str) -> set[str]:
    found = book.parameter(clause, name)
    return {str(word) for word in found} if isinstance(found, list) else set()


def _pending(work: Work, request: AccessRequest, lines: Iterable[AccessLine]) -> dict[UUID, list[AccessLine]]:
    """Give the lines of other live requests about the same people."""
    people = {line.person_id for line in lines if line.person_id}
    asked = (
        select(AccessLine)
        .join(AccessRequest, col(AccessRequest.id) == AccessLine.request_id)
        .where(col(AccessLine.person_id).in_(people), col(AccessLine.dropped_at).is_(None))
        .where(col(AccessRequest.state).in_(LIVE[1:]), AccessRequest.id != request.id)
    )
    found: dict[UUID, list[AccessLine]] = {}
    for line in work.select(asked):
        found.setdefault(line.person_id, []).append(line)
    return found


def _warnings(work: Work, line: AccessLine, pending: dict[UUID, list[AccessLine]]) -> list[str]:
    found = []
    others = pending.get(line.person_id, []) if line.person_id else []
    if any(_key(other) == _key(line) for other in others):
        found.append("Another request that is under way asks for the same.")
    if line.deed == ALLOCATE:
        mine = [Spell.of(other) for other in others if other.deed == ALLOCATE]
        found += [
            f"With another request under way these duties would conflict: {c}" for c in clashes(mine, Spell.of(line))
        ]
        person = work.session.get(Person, line.person_id)
        if person is not None and person.ends_at is not None and (line.ends_at or FOREVER) > person.ends_at:
            found.append("The contract of this person ends before this right; the right ends with it.")
    if line.deed == CREATE:
        same = select(Person.id).where(or_(col(Person.email) == line.email, col(Person.phone) == line.phone))
        if work.select(same.where(Person.status != "left").limit(1)).first() is not None:
            found.append("Somebody who is here has this mail address or telephone number already.")
    return found


def _key(line: AccessLine) -> tuple[Any, ...]:
    if line.deed in {AMEND, WITHDRAW}:
        return ("right", line.assignment_id)
    if line.deed == CREATE:
        return (CREATE, (line.email or "").lower())
    return (line.deed if line.deed == ALLOCATE else "identity", line.person_id, line.role, line.scope)
