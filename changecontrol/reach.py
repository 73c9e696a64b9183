"""Reach: what rests on a system, and whose work that is; computed from the register, never typed. [CC-10]"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel import gate
from kernel.db import HOUSE

LOCK = text("select pg_advisory_xact_lock(hashtext('changecontrol.register'))")
_UP = """with recursive reached(id) as (
  select cast(unnest(cast(:ids as text[])) as uuid)
  union select d.dependent_id from dependency d join reached r on d.on_id = r.id
)"""
_REACHED = text(f"{_UP} select id from reached")
_USERS = text(f"{_UP} select distinct u.scope from system_use u join reached r on u.system_id = r.id order by 1")
_BELOW = text(
    """with recursive below(id) as (
  select cast(:id as uuid) union select d.on_id from dependency d join below b on d.dependent_id = b.id
) select 1 from below where id = :wanted limit 1"""
)


def reached(session: Any, systems: Iterable[UUID]) -> frozenset[UUID]:
    """Give these systems and all that rest on them, however far up."""
    return frozenset(session.execute(_REACHED, {"ids": [str(one) for one in systems]}).scalars())


def users(session: Any, systems: Iterable[UUID]) -> list[str]:
    """Give the scopes of the clients and campaigns whose work rests on these systems, however far up, in order."""
    return list(session.execute(_USERS, {"ids": [str(one) for one in systems]}).scalars())


def clients(session: Any, systems: Iterable[UUID]) -> list[str]:
    """Give the scopes of the clients that are affected: a campaign stands for the client above it, in order and once each."""
    return sorted({client_of(scope) for scope in users(session, systems)})


def client_of(scope: str) -> str:
    """Give the client that a campaign works for; a campaign without one answers for itself."""
    return next((one for one in gate.current().chain(scope) if one.startswith("client:")), scope)


def would_circle(session: Any, dependent: UUID, on: UUID) -> bool:
    """Tell whether a system would depend on itself through others; the register must be locked (`LOCK`)."""
    return session.execute(_BELOW, {"id": str(on), "wanted": str(dependent)}).first() is not None


def frozen_by(scope: str, places: Iterable[str]) -> bool:
    """Tell whether a freeze about a scope touches something that lies in one of these places."""
    return scope == HOUSE or any(scope in gate.current().chain(place) for place in places)
