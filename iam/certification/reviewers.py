"""Who answers for a right: its person's manager, its platform's or its role's owner; never the person himself. [AC-10, AC-6]"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import col, select

from iam.certification.models import PLATFORM, ROLE, Certification, CertificationItem
from iam.people.models import Person, Platform
from iam.privileged import standing
from kernel import clock, gate
from kernel.action import Work
from kernel.actor import Actor
from kernel.gate import Ask, condition
from policy import book
from policy.holders import roles_of


def reviewers_of(work: Work, certification: Certification, people: Iterable[Person]) -> dict[UUID, UUID | None]:
    """Return who answers for each person's rights by name; None where a role answers. Who is not active answers for nothing."""
    led = list(people)
    wanted: dict[UUID, UUID | None] = {person.id: person.manager_id for person in led}
    if certification.kind == PLATFORM:
        owner = work.select(select(col(Platform.owner_id)).where(Platform.slug == certification.about)).first()
        wanted = dict.fromkeys(wanted, owner)
    if certification.kind == ROLE:
        wanted = dict.fromkeys(wanted)
    named = {one for one in wanted.values() if one is not None}
    active = set(work.select(select(Person.id).where(col(Person.id).in_(named), Person.status == "active")))
    return {person_id: one if one in active and one != person_id else None for person_id, one in wanted.items()}


def role_for(certification: Certification, person_id: UUID, scope: str, now: datetime) -> str:
    """Return the role that answers where nobody does by name: a role's owner, else the first of the book's that is not his own."""
    asked = list(standing.names("AC-10", "reviewer_roles"))
    if certification.kind == ROLE:
        owners = book.clause("AC-2").parameters
        found = owners.get(f"owner_of_{certification.about}", owners.get("owner", asked[0]))
        asked = [*(map(str, found) if isinstance(found, list) else [str(found)]), *asked]
    own = roles_of(person_id, scope, now)
    return next((role for role in asked if role not in own), asked[0])


def answered_by(model: Any, actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return, as a WHERE clause, the items that this person answers: by name, or by a role while nobody has it by name."""
    if actor.id is None:
        return false()
    index = gate.current()
    by_role: list[ColumnElement[bool]] = []
    for held in index.assignments.get(actor.ref, ()):
        if held.start <= now < held.end:
            below = [scope for scope in index.scopes if held.scope in index.chain(scope)]
            by_role.append(and_(model.reviewer_role.in_(index.closure(held.role)), model.scope.in_(below)))
    unnamed = and_(model.reviewer_id.is_(None), model.person_id != actor.id, or_(*by_role)) if by_role else false()
    return or_(model.reviewer_id == actor.id, unnamed)


def _asked(model: Any, actor: Actor) -> ColumnElement[bool]:
    return answered_by(model, actor, clock.now())


@condition("asked-to-certify", where=_asked)
def asked_to_certify(ask: Ask) -> str | None:
    """Tell whether this person answers for the right."""
    item = ask.target
    if not isinstance(item, CertificationItem) or ask.actor.id is None:
        return "only those who are asked may answer"
    if item.person_id == ask.actor.id:
        return "nobody certifies his own rights"
    if item.reviewer_id == ask.actor.id:
        return None
    if item.reviewer_id is None and item.reviewer_role in roles_of(ask.actor.id, item.scope, ask.now):
        return None
    return "another person answers for this right"
