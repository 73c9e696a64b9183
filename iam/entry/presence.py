"""Who is there: the session behind a token, its state, its end, and the conditions that ask about it. [ID-1, PW-5]

A token is 256 random bits; its SHA-256 is stored. Each process knows live sessions from memory for at most a second
(see `kernel.fresh`), so one that ended stops working everywhere within that second.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, INTEGER
from sqlalchemy.engine import Connection
from sqlmodel import col, select

from iam.entry.models import Session
from iam.entry.tickets import digest
from iam.people.models import Person
from kernel import clock, fresh
from kernel.action import Work
from kernel.actor import Actor, person
from kernel.db import read_session, ungoverned_session
from kernel.gate import Ask, condition
from policy import book

TOUCH_EVERY = timedelta(seconds=30)
State = Literal["open", "locked", "over"]


@dataclass(frozen=True, slots=True)
class Signed:
    """A session as a door needs it."""

    id: UUID
    person_id: UUID
    account_id: UUID
    name: str
    language: str
    site: str
    started_at: datetime
    ends_at: datetime
    factor_at: datetime
    locked_at: datetime | None
    seen_at: datetime
    version: int
    person_version: int

    @property
    def actor(self) -> Actor:
        """The person, as the kernel knows them."""
        return person(self.person_id, self.name, self.id, self.factor_at)

    def state(self, now: datetime) -> State:
        """Tell whether the session is open, locked (by hand or idle for too long), or over."""
        if now >= self.ends_at:
            return "over"
        idle = timedelta(minutes=book.number("ID-1", "idle_minutes"))
        return "locked" if self.locked_at is not None or now - self.seen_at >= idle else "open"


_LIVE = text(
    """
    select s.digest, s.id, s.person_id, s.account_id, p.given_name, p.family_name, p.language, p.scope,
           s.started_at, s.ends_at, s.factor_at, s.locked_at, coalesce(n.seen_at, s.started_at) as seen_at,
           s.version, p.version
      from session s join person p on p.id = s.person_id left join session_seen n on n.session_id = s.id
     where s.digest = any(:digests) and s.ended_at is null
    """
).bindparams(bindparam("digests", type_=ARRAY(BYTEA)))


def _read(conn: Connection, digests: list[bytes]) -> dict[bytes, Signed]:
    return {
        bytes(row[0]): Signed(row[1], row[2], row[3], f"{row[4]} {row[5]}".strip(), *row[6:])
        for row in conn.execute(_LIVE, {"digests": digests})
    }


# When it was last used is not asked again: whoever uses it here notes that twice a minute, and reads it anew.
_CHANGED = text(
    """
    select k.digest from unnest(:digests, :sessions, :people) as k (digest, session, person)
      left join session s on s.digest = k.digest and s.ended_at is null
      left join person p on p.id = s.person_id
     where s.id is null or s.version <> k.session or p.version <> k.person
    """
).bindparams(
    bindparam("digests", type_=ARRAY(BYTEA)),
    bindparam("sessions", type_=ARRAY(INTEGER)),
    bindparam("people", type_=ARRAY(INTEGER)),
)


def _changed(conn: Connection, known: dict[bytes, Signed]) -> set[bytes]:
    asked = {
        "digests": list(known),
        "sessions": [one.version for one in known.values()],
        "people": [one.person_version for one in known.values()],
    }
    return {bytes(row[0]) for row in conn.execute(_CHANGED, asked)}


LIVE: fresh.LiveCache[Signed] = fresh.live(_read, _changed)


@lru_cache(maxsize=4096)
def _digest(token: str) -> bytes:
    return digest(token)


def who(token: str, *, touch: bool = True) -> Signed | None:
    """Return the session behind a token, or None where there is none, it ended, or its time is over.

    A locked one is returned too: ask its `state`. `touch` notes the use, twice a minute at most. Raises Unavailable.
    """
    known = _digest(token)
    found = LIVE.get(known)
    if found is None:
        return None
    now = clock.now()
    state = found.state(now)
    if state == "over":
        return None
    if touch and state == "open" and now - found.seen_at >= TOUCH_EVERY:
        note_seen(found.id, now)
        LIVE.forget(known)
    return found


def at_hand(token: str, now: datetime) -> Signed | None:
    """Return an open session that memory alone can vouch for and whose use need not be noted yet; else None: ask `who`."""
    found = LIVE.at_hand(_digest(token))
    if found is None or now - found.seen_at >= TOUCH_EVERY or found.state(now) != "open":
        return None
    return found


_SEEN = text(
    """
    insert into session_seen as n (session_id, seen_at) values (:id, :now)
    on conflict (session_id) do update set seen_at = greatest(n.seen_at, excluded.seen_at)
    """
)


def note_seen(session_id: UUID, now: datetime) -> None:
    """Note that a session was used."""
    with ungoverned_session() as conn:
        conn.execute(_SEEN, {"id": session_id, "now": now})


def ended_why(token: str) -> str:
    """Tell whoever still holds a session's token the word with which it was ended; empty where nobody ended it."""
    with read_session() as session:
        told = session.scalars(select(col(Session.ended_why)).where(Session.digest == _digest(token))).first()
    return told or ""


def end(work: Work, sessions: Iterable[Session], why: str) -> int:
    """End sessions; they stop working everywhere within a second, and telephones tied to them are void. Returns how many."""
    ended = 0
    for session in sessions:
        if session.ended_at is None:
            session.ended_at, session.ended_why = work.now, why
            work.fact("session.ended", session_id=session.id, person_id=session.person_id, why=why)
            work.after_commit(partial(LIVE.forget, bytes(session.digest)))
            ended += 1
    return ended


def open_of(work: Work, person_id: UUID, *, but: UUID | None = None) -> list[Session]:
    """Return a person's sessions that have not ended, locked for change, save one."""
    found = work.select(
        select(Session)
        .where(Session.person_id == person_id, col(Session.ended_at).is_(None))
        .order_by(col(Session.id))
        .with_for_update()
    )
    return [session for session in found if session.id != but]


def _owner_is(model: Any, actor: Actor) -> ColumnElement[bool]:
    return col(model.id if model is Person else model.person_id) == actor.id


@condition("own-identity", where=_owner_is)
def is_own(ask: Ask) -> str | None:
    """Fulfilled for what is the person's own: themselves, their accounts, sessions, passkeys."""
    owner = ask.target.id if isinstance(ask.target, Person) else getattr(ask.target, "person_id", None)
    return None if owner is not None and owner == ask.actor.id else "This belongs to another person."


@condition("not-own-identity")
def is_not_own(ask: Ask) -> str | None:
    """Fulfilled for what is another person's: nobody administers himself. [AC-1]"""
    return "Nobody does this for himself." if is_own.check(ask) is None else None


@condition("step-up")
def is_fresh(ask: Ask) -> str | None:
    """Fulfilled while the second factor was shown within the book's minutes; clerks have none to show. [ID-1]"""
    minutes = book.number("ID-1", "step_up_minutes")
    if ask.actor.kind == "clerk":
        return None
    shown = ask.actor.factor_at
    if shown is not None and timedelta(0) <= ask.now - shown < timedelta(minutes=minutes):
        return None
    return f"Show your second factor again; it stays good for {minutes} minutes."
