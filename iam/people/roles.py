"""Roles by scope: given and taken back, never to oneself, never beyond what the giver may give. [AC-2, AC-6, AC-10]"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints
from sqlmodel import col, or_, select

from iam.people.joiners import roles_of
from iam.people.models import Person
from kernel import edition, gate
from kernel.access import RoleAssignment
from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, Refused
from kernel.reading import reading
from policy import book

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9:_.-]{1,80}$")]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
LATELY = timedelta(days=1)
"""For how long a door that closed says which right ended."""


class RoleView(Answer):
    """A role a person holds: where, since when, until when, given by whom."""

    id: UUID
    role: str
    scope: str
    starts_at: datetime | None
    ends_at: datetime | None
    given_by: str
    reason: str

    @classmethod
    def of(cls, held: RoleAssignment) -> "RoleView":
        """Return what is shown of an assignment."""
        return cls(**held.model_dump(include=set(cls.model_fields)))


@action("role.give", scope=lambda fields: fields.scope, answer=RoleView)
def give_role(
    work: Work,
    *,
    person_id: UUID,
    role: Identifier,
    scope: Identifier = HOUSE,
    reason: Reason,
    start: AwareDatetime | None = None,
    end: AwareDatetime | None = None,
) -> RoleAssignment:
    """Give a person a role in a scope. Nobody gives what he does not hold unless his role may; never to himself. [AC-2, AC-10]"""
    person = work.get(Person, person_id, lock=True)
    if person.status in {"left", "suspended"}:
        raise Refused("AC-2", f"This person is {person.status} and is given no role.")
    held = roles_of(work, person_id)
    if any(one.role == role and one.scope == scope and (one.ends_at is None or one.ends_at > work.now) for one in held):
        raise Conflict("This person holds this role there already.")
    conflicts = book.conflicts({role, *(one.role for one in held)})
    if conflicts:
        raise Refused("AC-6", f"These duties conflict: {conflicts[0]}")
    _reserved(work, role, scope)
    made = edition.give_role(work, f"person:{person_id}", role, scope, start=start, end=end, reason=reason)
    work.fact("role.given", person_id=person_id, role=role, scope=scope, assignment_id=made.id)
    return made


def _reserved(work: Work, role: str, scope: str) -> None:
    """Refuse the roles of control to givers that the book does not name for them. [AC-6]"""
    reserved = book.parameter("AC-2", "reserved_roles")
    givers = book.parameter("AC-2", "reserved_givers")
    if not isinstance(reserved, list) or role not in reserved or not isinstance(givers, list):
        return
    index = gate.current()
    own = {name for one in index.held(work.actor.ref, scope, work.now) for name in index.closure(one.role)}
    if not own & set(map(str, givers)):
        raise Refused("AC-2", f"The role {role} is given by: {', '.join(map(str, givers))}.")


@action("role.take", on=RoleAssignment)
def take_role(work: Work, held: RoleAssignment) -> None:
    """Take a role back; it stops working everywhere within a second. [AC-2]"""
    if held.subject_ref == work.actor.ref:
        raise Refused("AC-2", "Nobody changes his own rights.")
    edition.take_role(work, held)
    work.fact("role.taken", assignment_id=held.id, role=held.role, scope=held.scope, subject=held.subject_ref)


@reading("role.list", on=Person)
def list_roles(work: Work, person: Person) -> list[RoleView]:
    """List the roles a person holds. [AC-9, AC-10]"""
    found = work.select(
        select(RoleAssignment)
        .where(RoleAssignment.subject_ref == person.ref, col(RoleAssignment.taken_at).is_(None))
        .order_by(col(RoleAssignment.role), col(RoleAssignment.scope))
    )
    return [RoleView.of(held) for held in found if held.ends_at is None or held.ends_at > work.now]


class EndedRole(Answer):
    """A role one held, and when it ended: by the clock, or because it was taken back."""

    role: str
    scope: str
    ended_at: datetime
    taken: bool


@reading("role.lately-ended")
def list_lately_ended(work: Work) -> list[EndedRole]:
    """List your own rights that ended within a day, the last first. [AC-2, AC-9]"""
    since = work.now - LATELY
    rows = work.select(
        select(RoleAssignment).where(
            RoleAssignment.subject_ref == work.actor.ref,
            or_(
                col(RoleAssignment.ends_at).between(since, work.now),
                col(RoleAssignment.taken_at).between(since, work.now),
            ),
        )
    )
    ended = [(one, min(at for at in (one.taken_at, one.ends_at) if at is not None)) for one in rows]
    return [
        EndedRole(role=one.role, scope=one.scope, ended_at=at, taken=at == one.taken_at)
        for one, at in sorted(ended, key=lambda pair: pair[1], reverse=True)
    ]
