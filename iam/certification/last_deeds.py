"""When each right was last used: gathered from the ledger, never typed. [AC-10]

A role was used when its holder did something that this role allows and plain membership does not.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, DateTime, Text

from kernel import gate
from kernel.action import Work
from kernel.actor import clerk
from kernel.db import Answer, ledger_session, ungoverned_session
from kernel.reading import reading
from kernel.sweeps import sweep

CLERK = clerk("certification")
CHUNK = 20_000
"""Entries looked at in one reading."""
EVERYBODY = "member"


class Doing(Answer):
    """The last time somebody did something: who, what, when, and the entry's index in the tree."""

    actor: str
    action: str
    at: datetime
    place: int


class Doings(Answer):
    """What was done in a stretch of the ledger, each deed of each person once; `next` is where the next stretch begins."""

    found: list[Doing]
    next: int
    size: int


_STRETCH = text(
    """
    select e.actor, e.action, max(e.at), max(l.leaf_index)
      from ledger.leaf l join ledger.entry e on e.id = l.entry_id
     where l.leaf_index >= :start and l.leaf_index < :reach
       and e.actor like 'person:%' and e.outcome in ('done', 'read')
     group by e.actor, e.action
    """
)
_KEEP = text(
    """
    insert into last_deed as d (actor, action, at, place)
    select * from unnest(:actors, :actions, :times, :places)
    on conflict (actor, action) do update set at = greatest(d.at, excluded.at), place = greatest(d.place, excluded.place)
    """
).bindparams(
    bindparam("actors", type_=ARRAY(Text)),
    bindparam("actions", type_=ARRAY(Text)),
    bindparam("times", type_=ARRAY(DateTime(timezone=True))),
    bindparam("places", type_=ARRAY(BigInteger)),
)
_USES = text(
    """
    select asked.actor, asked.role, max(d.at)
      from unnest(:actors, :roles) as asked (actor, role)
      join unnest(:covering, :covered) as c (role, action) on c.role = asked.role
      join last_deed d on d.actor = asked.actor and d.action = c.action
     group by asked.actor, asked.role
    """
).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("actors", "roles", "covering", "covered")))


@reading("last-deed.gather", scope="house")
def read_doings(work: Work, *, start: Annotated[int, Field(ge=0)]) -> Doings:  # noqa: ARG001 - the frame of readings
    """Read who did what last in a stretch of the ledger. [AC-10]"""
    with ledger_session() as session:
        size = int(session.execute(text("select coalesce((select size from ledger.log_state), 0)")).scalar_one())
        reach = min(start + CHUNK, size)
        rows = session.execute(_STRETCH, {"start": start, "reach": reach}).all() if reach > start else []
    found = [Doing(actor=row[0], action=row[1], at=row[2], place=row[3]) for row in rows]
    return Doings(found=found, next=max(reach, start), size=size)


@sweep("last-deeds", seconds=900)
def gather(now: datetime) -> int:  # noqa: ARG001 - the form of a sweep
    """Bring the last use of every right up to the head of the ledger; returns how many deeds were noted."""
    with ungoverned_session() as conn:
        start = int(conn.execute(text("select coalesce(max(place) + 1, 0) from last_deed")).scalar_one())
    noted = 0
    while True:
        told = read_doings(CLERK, start=start)
        _keep(told.found)
        noted += len(told.found)
        start = told.next
        if start >= told.size:
            return noted


def _keep(found: list[Doing]) -> None:
    if not found:
        return
    with ungoverned_session() as conn:
        conn.execute(
            _KEEP,
            {
                "actors": [one.actor for one in found],
                "actions": [one.action for one in found],
                "times": [one.at for one in found],
                "places": [one.place for one in found],
            },
        )


def last_uses(session: Any, held: Iterable[tuple[str, str]]) -> dict[tuple[str, str], datetime]:
    """Return when each of these (subject, role) was last used, in one query; what was never used is left out."""
    asked = sorted(set(held))
    roles = sorted({role for _, role in asked})
    pairs = [(role, action) for role in roles for action in sorted(own_actions(role))]
    if not asked or not pairs:
        return {}
    rows = session.execute(
        _USES,
        {
            "actors": [actor for actor, _ in asked],
            "roles": [role for _, role in asked],
            "covering": [role for role, _ in pairs],
            "covered": [action for _, action in pairs],
        },
    )
    return {(row[0], row[1]): row[2] for row in rows}


def own_actions(role: str) -> frozenset[str]:
    """Return the actions that a role allows and that not everybody signed in may do to everything anyway."""
    index = gate.current()
    every = {name for rule in _allowing(index, EVERYBODY) if rule.condition is None for name in _covered(index, rule)}
    return frozenset(name for rule in _allowing(index, role) for name in _covered(index, rule)) - every


def _allowing(index: gate.Index, role: str) -> list[gate.Rule]:
    roles = index.closure(role) - ({EVERYBODY} if role != EVERYBODY else set())
    return [rule for rule in index.rules if rule.role in roles and rule.effect == "allow"]


def _covered(index: gate.Index, rule: gate.Rule) -> list[str]:
    return [name for name in index.actions if rule.covers(name)]
