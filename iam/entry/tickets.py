"""Tickets carry a person from one step to the next (password to factor, code to password, challenge to answer). [ID-1]

A ticket is a random token of 256 bits, kept as its SHA-256, good for one purpose and a few minutes; taking it uses it up.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from iam.entry.models import Ticket
from kernel.db import ungoverned_session
from kernel.errors import Refused

SPENT = "spent"
OVER = "This step has run out. Please begin again."


@dataclass(frozen=True, slots=True)
class Step:
    """What a ticket stands for."""

    account_id: UUID
    data: dict[str, Any]


def digest(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def new_token() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def issue(purpose: str, account_id: UUID, now: datetime, minutes: int, **data: Any) -> str:
    """Make a ticket and return its token."""
    token = new_token()
    with ungoverned_session() as conn:
        conn.execute(
            insert(Ticket).values(
                digest=digest(token),
                purpose=purpose,
                account_id=account_id,
                data=data,
                expires_at=now + timedelta(minutes=minutes),
            )
        )
    return token


def look(token: str, purpose: str, now: datetime) -> Step:
    """Return what a ticket stands for and leave it good. Raises Refused when it is unknown, used or over."""
    with ungoverned_session() as conn:
        row = conn.execute(select(Ticket.account_id, Ticket.data).where(*_good(token, purpose, now))).first()
    return _step(row)


def take(token: str, purpose: str, now: datetime) -> Step:
    """Use a ticket up and return what it stood for; of two who take it at once one gets it. Raises Refused."""
    with ungoverned_session() as conn:
        row = conn.execute(
            delete(Ticket).where(*_good(token, purpose, now)).returning(col(Ticket.account_id), col(Ticket.data))
        ).first()
    return _step(row)


def spend(token: str, now: datetime, minutes: int) -> bool:
    """Use a token up that was never kept (its holder proves it in another way); of two who spend it at once one gets True."""
    with ungoverned_session() as conn:
        kept = insert(Ticket).values(
            digest=digest(token),
            purpose=SPENT,
            account_id=UUID(int=0),
            data={},
            expires_at=now + timedelta(minutes=minutes),
        )
        return conn.execute(kept.on_conflict_do_nothing().returning(col(Ticket.digest))).first() is not None


def drop(token: str) -> None:
    """Forget a ticket that has done its work."""
    with ungoverned_session() as conn:
        conn.execute(delete(Ticket).where(col(Ticket.digest) == digest(token)))


def drop_of(account_id: UUID) -> None:
    """Forget every ticket of an account: what was begun with its former secrets is over."""
    with ungoverned_session() as conn:
        conn.execute(delete(Ticket).where(col(Ticket.account_id) == account_id))


def purge(now: datetime) -> None:
    """Delete tickets that are over."""
    with ungoverned_session() as conn:
        conn.execute(delete(Ticket).where(col(Ticket.expires_at) <= now))


def _good(token: str, purpose: str, now: datetime) -> tuple[Any, ...]:
    return col(Ticket.digest) == digest(token), col(Ticket.purpose) == purpose, col(Ticket.expires_at) > now


def _step(row: Any) -> Step:
    if row is None:
        raise Refused("ID-1", OVER)
    return Step(row[0], dict(row[1]))
