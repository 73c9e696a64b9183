"""Who holds which role now, as the gate knows it; and who may speak for whom by a delegation in force."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import select

from kernel import gate
from kernel.action import Work
from policy.models import Delegation


def roles_of(person_id: UUID, scope: str, now: datetime) -> frozenset[str]:
    """Give every role a person holds in a scope now, those it includes among them."""
    index = gate.current()
    return frozenset(
        role for held in index.held(f"person:{person_id}", scope, now) for role in index.closure(held.role)
    )


def holders(roles: Iterable[str], scope: str, now: datetime) -> dict[UUID, frozenset[str]]:
    """Give every natural person who holds one of these roles in a scope now, with those they hold."""
    wanted, index = frozenset(roles), gate.current()
    chain = index.chain(scope)
    everybody = index.closure(index.implicit["person"]) & wanted if "person" in index.implicit else frozenset()
    counts = {role: index.closure(role) & wanted for role in _roles(index)}
    found: dict[UUID, frozenset[str]] = {}
    for ref, given in index.assignments.items():
        held = everybody
        for one in given:
            if one.scope in chain and one.start <= now < one.end and (also := counts[one.role]):
                held |= also
        if held and ref.startswith("person:"):
            found[UUID(ref.partition(":")[2])] = held
    return found


def _roles(index: gate.Index) -> set[str]:
    return {one.role for given in index.assignments.values() for one in given}


def delegated_to(work: Work, person_id: UUID, scope: str) -> list[Delegation]:
    """List the delegations of this time that let a person speak for others in a scope, the oldest first.

    Each speaks only for what its giver may speak himself (`policy.relations.lent_to`): it cannot be passed on.
    """
    chain = gate.current().chain(scope)
    return list(
        work.select(
            select(Delegation)
            .where(
                Delegation.to_id == person_id,
                Delegation.starts_at <= work.now,
                Delegation.ends_at > work.now,
                Delegation.ended_at.is_(None),  # type: ignore[union-attr]
                Delegation.scope.in_(chain),  # type: ignore[attr-defined]
            )
            .order_by(Delegation.starts_at, Delegation.id)  # type: ignore[arg-type]
        )
    )
