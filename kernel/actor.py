"""Who does it: a person with a session, a program with a key, a named clerk (a machine with its own narrow role), or nobody yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone at a door.

    `ref` is what the ledger and the gate call them; `factor_at` is when they last showed their second factor.
    """

    kind: Literal["person", "service", "clerk", "nobody"]
    ref: str
    name: str
    id: UUID | None = None
    session: UUID | None = None
    factor_at: datetime | None = None


NOBODY = Actor(kind="nobody", ref="nobody", name="nobody")


def person(id: UUID, name: str, session: UUID | None = None, factor_at: datetime | None = None) -> Actor:  # noqa: A002 - the field's own name
    """Return the actor for a natural person. [ID-2]"""
    return Actor(kind="person", ref=f"person:{id}", name=name, id=id, session=session, factor_at=factor_at)


def clerk(name: str) -> Actor:
    """Return the actor for a machine by its name in the book: `clerk("voice")`. [AC-4]"""
    return Actor(kind="clerk", ref=f"clerk:{name}", name=name)


def service(account_id: UUID, name: str) -> Actor:
    """Return the actor for a program that came by its service account's key; it has no factor to show. [AC-4]"""
    return Actor(kind="service", ref=f"account:{account_id}", name=name)
