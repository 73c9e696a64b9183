"""What stands and what may not: privileged roles are never held for good, and the last of the house's guardians is never lost.

An elevation, an open break-glass and a decision that is taken back give a role by `mint`: what stands behind it is the giver,
not the person who pressed the button. [AC-5, AC-10]
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from iam.people.models import HUMAN, PLATFORM, Account, Person
from kernel import edition
from kernel.access import RoleAssignment, Scope
from kernel.action import Fact, Work, on_fact
from kernel.errors import Conflict, NotFound, Refused
from policy import book
from policy.holders import holders

BEHIND = ("elevation:", "break-glass:")


def names(clause: str, parameter: str) -> list[str]:
    """Return a list of the book. Raises NotFound when the parameter is of another kind."""
    found = book.parameter(clause, parameter)
    if not isinstance(found, list):
        raise NotFound(f"Clause {clause}, parameter {parameter} is not a list.")
    return [str(one) for one in found]


def is_privileged(role: str) -> bool:
    """Tell whether the book says that nobody holds this role for good."""
    return role in names("AC-5", "privileged_roles")


def mint(
    work: Work,
    person_id: UUID,
    role: str,
    scope: str,
    *,
    start: datetime | None,
    end: datetime | None,
    behind: str,
    reason: str,
) -> RoleAssignment:
    """Give a role on the authority of what stands behind it; it works everywhere within a second. [AC-2, AC-5]"""
    edition.locked_state(work).counter += 1
    work.refreshes_gate()
    made = work.add(
        RoleAssignment(
            subject_ref=f"person:{person_id}", role=role, scope=scope, starts_at=start, ends_at=end,
            given_by=behind, reason=reason,
        )
    )  # fmt: skip
    work.session.flush()
    work.fact("role.given", person_id=person_id, role=role, scope=scope, assignment_id=made.id)
    return made


def take(work: Work, assignment_id: UUID | None, why: str) -> None:
    """Take a role that was given for a time, unless it was taken already."""
    held = work.session.get(RoleAssignment, assignment_id) if assignment_id is not None else None
    if held is None or held.taken_at is not None:
        return
    edition.take_role(work, held)
    work.note("taken_why", why)
    work.fact("role.taken", assignment_id=held.id, role=held.role, scope=held.scope, subject=held.subject_ref)


def bear(work: Work, person_id: UUID, role: str, scope: str, clause: str) -> Person:
    """Return the person who could be given a role here now.

    Raises Refused for who is not active, or where duties would conflict; Conflict for who holds it already; NotFound for an
    unknown scope.
    """
    if work.session.get(Scope, scope) is None:
        raise NotFound(f"There is no scope {scope}.")
    person = work.get(Person, person_id, lock=True)
    if person.status not in {"active", "joining"}:
        raise Refused(clause, "This person is not active and is given no role.")
    held = list(
        work.select(
            select(RoleAssignment).where(
                RoleAssignment.subject_ref == person.ref, col(RoleAssignment.taken_at).is_(None)
            )
        )
    )
    live = [one for one in held if one.ends_at is None or one.ends_at > work.now]
    if any(one.role == role and one.scope == scope for one in live):
        raise Conflict("This person holds this role there already.")
    conflicts = book.conflicts({role, *(one.role for one in live)})
    if conflicts:
        raise Refused("AC-6", f"These duties conflict: {conflicts[0]}")
    return person


@on_fact("role.given")
def refuse_standing(work: Work, fact: Fact) -> None:
    """Refuse a privileged role that no elevation and no break-glass stands behind. [AC-5]"""
    if not is_privileged(fact.data["role"]):
        return
    work.session.flush()
    held = work.get(RoleAssignment, fact.data["assignment_id"])
    if not held.given_by.startswith(BEHIND) or held.ends_at is None:
        raise Refused(
            "AC-5", "Nobody holds this role for good; it is asked for as an elevation, with its reason and its time."
        )


def is_last_guardian(work: Work, person_id: UUID) -> str | None:
    """Return the role of which this person is the last in the house who is active and can sign in, or None. [AC-10]"""
    work.session.flush()
    for role in names("AC-10", "never_last"):
        able = holders([role], "house", work.now)
        if person_id not in able:
            continue
        active = (
            select(Person.id)
            .join(Account, col(Account.person_id) == Person.id)
            .where(col(Person.id).in_(able), Person.status == "active", Person.id != person_id)
            .where(Account.platform == PLATFORM, Account.kind == HUMAN, Account.status == "active")
        )
        if work.select(active.limit(1)).first() is None:
            return role
    return None
