"""A line of a request as those see it who ask and who answer: whom it is about, what they have, what it gives and what it ends. [AC-1, AC-2]"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from iam.people.models import Person
from iam.people.roles import RoleView
from iam.profiles.holdings import standing
from iam.requests import functions
from iam.requests.meaning import gains
from iam.requests.models import CREATE, GIVING, MOVE, AccessLine
from kernel import gate
from kernel.access import RoleAssignment
from kernel.action import Work
from kernel.db import HOUSE, Answer


class LineView(Answer):
    """A line of a request, with what the person has now, what it would give and what it would end."""

    id: UUID
    number: int
    deed: str
    person_id: UUID | None
    name: str
    status: str
    joined_at: datetime | None
    job: str
    manager_id: UUID | None
    new_job: str
    """The function somebody is to have who moves, empty where it stays."""
    new_manager_id: UUID | None
    role: str | None
    scope: str
    profile_id: UUID | None
    profile: str
    profile_number: int | None
    place: str
    """Where the right holds: of a profile, where it is held."""
    roles: list[str]
    starts_at: datetime | None
    ends_at: datetime | None
    ends_now: datetime | None
    """When the right ends as things stand, of a line that gives it another end."""
    bound_to: str | None
    outcome: str
    why: str
    held: list[RoleView]
    gains: list[str]
    ends: list[RoleView]
    """What somebody who moves loses with the profiles of the former function."""


def views_of(work: Work, lines: Sequence[AccessLine]) -> list[LineView]:
    """Show lines, with their people, rights and profiles read once for all of them."""
    people = {person.id: person for person in people_of(work, lines)}
    held, labels = _held(work, people), labels_of(work, lines)
    return [_view(work, line, people, held, labels) for line in lines]


def people_of(work: Work, lines: Iterable[AccessLine]) -> Iterable[Person]:
    """Read the people whom lines are about."""
    wanted = {line.person_id for line in lines if line.person_id}
    found: Iterable[Person] = work.select(select(Person).where(col(Person.id).in_(wanted)))
    return found


def labels_of(work: Work, lines: Iterable[AccessLine]) -> dict[UUID, str]:
    """Read what the profiles are called that lines name."""
    return {id_: profile.label for id_, profile in functions.profiles_of(work.session, lines).items()}


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


def _view(
    work: Work,
    line: AccessLine,
    people: dict[UUID, Person],
    rights: dict[str, list[RoleAssignment]],
    labels: dict[UUID, str],
) -> LineView:
    person = people.get(line.person_id) if line.person_id and line.deed != CREATE else None
    named = people.get(line.person_id) if line.person_id else None
    held = rights.get(person.ref, []) if person else []
    present = next((one for one in held if one.id == line.assignment_id), None)
    roles = functions.roles_asked(work.session, line) if line.deed in GIVING else []
    ends = ending(work, line)
    place = line.profile_scope or (line.scope if line.role else HOUSE)
    told = line.model_dump(include=set(LineView.model_fields))
    return LineView(**told | {
        "name": named.name if named else f"{line.given_name} {line.family_name}",
        "status": named.status if named else "",
        "joined_at": named.joined_at if named else None,
        "job": person.job if person else line.job,
        "manager_id": person.manager_id if person else line.manager_id,
        "new_job": line.job if line.deed == MOVE else "",
        "new_manager_id": line.manager_id if line.deed == MOVE else None,
        "profile": labels.get(line.profile_id, "") if line.profile_id else "",
        "place": place,
        "roles": roles,
        "ends_now": present.ends_at if present else None,
        "held": [RoleView.of(one) for one in held],
        "gains": gains(roles, place, _beside(work, held, place, {one.id for one in ends})) if roles else [],
        "ends": [RoleView.of(one) for one in ends],
    })  # fmt: skip


def ending(work: Work, line: AccessLine) -> list[RoleAssignment]:
    """List the roles that end with the profiles somebody leaves behind who moves."""
    return [one for holding in functions.left_behind(work.session, line) for one in standing(work.session, holding)]


def _beside(work: Work, held: Iterable[RoleAssignment], place: str, without: set[UUID]) -> list[str]:
    above = gate.current().chain(place)
    return [
        one.role
        for one in held
        if one.scope in above and one.id not in without and (one.starts_at is None or one.starts_at <= work.now)
    ]


def gained(work: Work, line: AccessLine, person: Person | None) -> list[str]:
    """List in sentences what a line would add to what a person holds where it gives something."""
    held = _held(work, {person.id: person}).get(person.ref, []) if person is not None else []
    place = line.profile_scope or line.scope
    without = {one.id for one in ending(work, line)}
    return gains(functions.roles_asked(work.session, line), place, _beside(work, held, place, without))
