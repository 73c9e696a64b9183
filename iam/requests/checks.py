"""What stands against a request, found before it is sent and again before it is carried out. [AC-1, AC-2, AC-6]

A finding either stops the request or warns those who decide. Its sentence names the line, never the person.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, or_, select

from iam.letters import delivery
from iam.people.joiners import MOST_LEVELS, free_name, roles_of
from iam.people.models import Person
from iam.profiles import holdings
from iam.requests import functions
from iam.requests.models import ALLOCATE, AMEND, CREATE, IDENTITY, LIVE, MOVE, WITHDRAW, AccessLine, AccessRequest
from iam.requests.spells import Spell, clashes
from kernel import gate
from kernel.access import RoleAssignment, Scope
from kernel.action import Work
from kernel.db import Answer
from kernel.errors import OmniError
from kernel.gate import FOREVER
from policy import book

STATES = {
    "suspend": ("active", "joining"),
    "reactivate": ("suspended",),
    "revoke": ("active", "joining", "suspended"),
    "move": ("active", "joining"),
}
"""In which states a person may be for each deed upon an identity."""


class Finding(Answer):
    """Something that stands against a line: `stop` tells whether the request cannot be sent with it."""

    line: int
    stop: bool
    why: str


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
        if person.status not in STATES[line.deed]:
            return f"This person is {person.status}; this cannot be done now."
        return _mover(work, line, person) if line.deed == MOVE else None
    if line.deed == ALLOCATE:
        return _allocate(work, request, line, person, beside)
    return _held(work, line) if line.holding_id is None else functions.why_not_ended(work, line)


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
    return _led(work, line) or functions.why_not_held(work, line)


def _led(work: Work, line: AccessLine) -> str | None:
    """Say why somebody cannot be led so, or be here until then."""
    manager = work.session.get(Person, line.manager_id) if line.manager_id else None
    if line.manager_id and (manager is None or manager.status == "left" or manager.kind == "client-representative"):
        return "This person cannot lead anybody: they have left, or are a client's."
    if line.ends_at is not None and line.ends_at <= work.now:
        return "The end of a contract lies ahead; whoever is to go now leaves."
    return None


def _mover(work: Work, line: AccessLine, person: Person) -> str | None:
    """Try what moving asks for: a site, something that changes, a manager whom they do not lead themselves, a profile that fits."""
    if work.session.get(Scope, line.scope) is None:
        return f"There is no site {line.scope}."
    same = (line.scope, line.job or person.job, line.manager_id or person.manager_id, line.ends_at or person.ends_at)
    if line.profile_id is None and same == (person.scope, person.job, person.manager_id, person.ends_at):
        return "Nothing would change by this."
    if functions.stays(work.session, line) and same == (person.scope, person.job, person.manager_id, person.ends_at):
        return "Nothing would change by this."
    if line.manager_id is not None and leads(work, person.id, line.manager_id):
        return "Nobody leads those who lead him."
    return _led(work, line) or functions.why_not_held(work, line)


def leads(work: Work, person_id: UUID, other_id: UUID) -> bool:
    """Tell whether somebody is another, or stands above them."""
    at: UUID | None = other_id
    for _ in range(MOST_LEVELS):
        if at is None or at == person_id:
            return at is not None
        above = work.session.get(Person, at)
        at = above.manager_id if above is not None else None
    return True


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
    if person.status in {"left", "suspended"}:
        return f"This person is {person.status} and is given no role."
    if line.ends_at is not None and line.ends_at <= max(line.starts_at or work.now, work.now):
        return "The right would end before it starts, or has ended already."
    mine = [
        each
        for other in beside
        if other is not line and other.person_id == person.id
        for each in Spell.asked(work.session, other)
    ]
    if line.profile_id is not None:
        wrong = [each for spell in Spell.asked(work.session, line) for each in clashes(mine, spell)]
        return functions.why_not_held(work, line) or (f"These duties conflict: {wrong[0]}" if wrong else None)
    return _role(work, request, line, person, mine)


def _role(work: Work, request: AccessRequest, line: AccessLine, person: Person, mine: Sequence[Spell]) -> str | None:
    asked = Spell.of(line)
    if asked.role not in requestable():
        return f"The role {asked.role} cannot be asked for."
    if line.scope not in gate.current().scopes:
        return f"There is no scope {line.scope}."
    if person.id == request.requested_by and asked.role in _reserved():
        return f"The role {asked.role} is not asked for by oneself."
    held = [Spell.of(one) for one in roles_of(work, person.id)]
    above = gate.current().chain(line.scope)
    if any(asked.role == one.role and one.scope in above and _covers(one, asked, work.now) for one in held):
        return "This person holds this role there already."
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
    asked = Spell.asked(work.session, line)
    mine = [each for other in others for each in Spell.asked(work.session, other)]
    wrong = dict.fromkeys(each for spell in asked for each in clashes(mine, spell))
    found += [f"With another request under way these duties would conflict: {each}" for each in wrong]
    person = work.session.get(Person, line.person_id) if line.person_id else None
    if line.deed == ALLOCATE and person is not None and (line.ends_at or FOREVER) > (person.ends_at or FOREVER):
        found.append("The contract of this person ends before this right; the right ends with it.")
    if line.deed == MOVE and person is not None:
        found += _of_move(work, line, person)
    if line.deed == CREATE:
        same = select(Person.id).where(or_(col(Person.email) == line.email, col(Person.phone) == line.phone))
        if work.select(same.where(Person.status != "left").limit(1)).first() is not None:
            found.append("Somebody who is here has this mail address or telephone number already.")
    return found


def _of_move(work: Work, line: AccessLine, person: Person) -> list[str]:
    """Say what a move leaves as it is though one might expect otherwise."""
    found = []
    if line.profile_id is None and holdings.live_of(work.session, person.id):
        found.append("No new profile is named: they keep the profiles they hold until the review of the move.")
    end = person.ends_at
    bound = end is not None and any(one.ends_at == end for one in roles_of(work, person.id))
    if bound and end is not None and line.ends_at is not None and line.ends_at > end:
        found.append("Rights that end with the former contract still end then; ask for another end of each.")
    return found


def _key(line: AccessLine) -> tuple[Any, ...]:
    if line.deed in {AMEND, WITHDRAW}:
        return ("right", line.assignment_id or line.holding_id)
    if line.deed == CREATE:
        return (CREATE, (line.email or "").lower())
    return (
        line.deed if line.deed == ALLOCATE else "identity",
        line.person_id,
        line.role or line.profile_id,
        line.scope,
    )
