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
    wanted = frozenset(roles)
    index = gate.current()
    found: dict[UUID, frozenset[str]] = {}
    for ref in index.assignments:
        kind, _, key = ref.partition(":")
        if kind != "person":
            continue
        held = roles_of(UUID(key), scope, now) & wanted
        if held:
            found[UUID(key)] = held
    return found


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
