"""The calendar: the windows and freezes that meet a time, and which of them stand in one another's way. [CC-1]"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlalchemy import func
from sqlmodel import col, select

from changecontrol import conflicts, reach
from changecontrol.changes import ChangeView
from changecontrol.freezes import FreezeView
from changecontrol.models import Change, ChangeSystem, Freeze, System
from changecontrol.models.changes import EMERGENCY, UNAUTHORISED
from kernel import gate
from kernel.action import Work
from kernel.db import HOUSE, Answer
from kernel.errors import Malformed
from kernel.reading import reading
from policy.waivers import waived

MOST_DAYS = 400
PLANNED = ("draft", "assess", *conflicts.HELD)
"""States in which something can still stand in a change's way."""


class ClashView(Answer):
    """What stands in the way of a change that is planned: another change, by its number, or a freeze, by its title."""

    change_id: UUID
    kind: Literal["change", "freeze"]
    name: str
    starts_at: datetime
    ends_at: datetime


class CalendarPage(Answer):
    """The changes and the freezes that meet a time, in order of time, and what stands in whose way."""

    changes: list[ChangeView]
    freezes: list[FreezeView]
    clashes: list[ClashView]


@reading("change.calendar")
def calendar(
    work: Work,
    *,
    starts_at: AwareDatetime,
    ends_at: AwareDatetime,
    states: Literal["live", "all"] = "live",
    limit: Annotated[int, Field(ge=1, le=1000)] = 500,
) -> CalendarPage:
    """Show the windows and freezes that meet a time, in order of time, and which stand in one another's way. [CC-1]"""
    if ends_at <= starts_at or (ends_at - starts_at).days > MOST_DAYS:
        raise Malformed(f"A calendar shows {MOST_DAYS} days at most, and ends after it begins.")
    rows = select(Change).where(
        gate.visible(work.actor, "change.list", Change, work.now),
        col(Change.starts_at) < ends_at,
        col(Change.ends_at) > starts_at,
        func.tstzrange(Change.starts_at, Change.ends_at).bool_op("&&")(func.tstzrange(starts_at, ends_at)),
    )
    if states == "live":
        rows = rows.where(col(Change.state).not_in(["cancelled", "rejected"]))
    met = list(work.select(rows.order_by(col(Change.starts_at), col(Change.id)).limit(limit)))
    frozen = list(
        work.select(
            select(Freeze)
            .where(Freeze.starts_at < ends_at, Freeze.ends_at > starts_at, col(Freeze.lifted_at).is_(None))
            .order_by(col(Freeze.starts_at), col(Freeze.id))
        )
    )
    planned = [one for one in met if one.state in PLANNED and one.model != UNAUTHORISED]
    return CalendarPage(
        changes=[ChangeView.of(one) for one in met],
        freezes=[FreezeView.of(one) for one in frozen],
        clashes=_unwaived(work, planned, [*_rivals(work, planned), *_frozen(work, planned, frozen)]),
    )


def _unwaived(work: Work, planned: list[Change], found: list[ClashView]) -> list[ClashView]:
    """Leave out what a waiver of the clause lets pass."""
    refs = {one.id: one.ref for one in planned}
    passes = {
        change_id
        for change_id in {one.change_id for one in found}
        if waived(work.session, conflicts.CLAUSE, [refs[change_id]], work.now) is not None
    }
    return [one for one in found if one.change_id not in passes]


def _rivals(work: Work, planned: list[Change]) -> list[ClashView]:
    """List the changes that hold a system in a window that meets that of a planned one.

    Two questions and a look in memory: how many windows meet a system is something that PostgreSQL guesses badly.
    """
    times = [(one.starts_at, one.ends_at) for one in planned if one.starts_at and one.ends_at]
    if not times:
        return []
    begin, end = max(work.now, min(start for start, _ in times)), max(stop for _, stop in times)
    holding = list(
        work.session.execute(
            select(Change.id, Change.number, Change.starts_at, Change.ends_at)
            .where(
                col(Change.state).in_(conflicts.HELD),
                Change.model != UNAUTHORISED,
                col(Change.ends_at) > begin,
                col(Change.starts_at) < end,
            )
            .order_by(col(Change.starts_at), col(Change.number))
        )
    )
    touched = _touched(work, {one.id for one in planned} | {one.id for one in holding})
    by_system: dict[UUID, list[int]] = {}
    for place, other in enumerate(holding):
        for system in touched.get(other.id, ()):
            by_system.setdefault(system, []).append(place)
    found = []
    for change in planned:
        shared = {place for system in touched.get(change.id, ()) for place in by_system.get(system, ())}
        found += [(place, change.id) for place in shared if _meets(change, holding[place])]
    return [
        ClashView(change_id=change_id, kind="change", name=one.number, starts_at=one.starts_at, ends_at=one.ends_at)
        for place, change_id in sorted(found)
        if (one := holding[place])
    ]


def _meets(change: Change, other: Any) -> bool:
    inside = (
        change.starts_at and change.ends_at and change.starts_at < other.ends_at and other.starts_at < change.ends_at
    )
    return bool(inside) and other.id != change.id


def _touched(work: Work, changes: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Give the systems of some changes."""
    rows = work.session.execute(
        select(ChangeSystem.change_id, ChangeSystem.system_id).where(col(ChangeSystem.change_id).in_(list(changes)))
    )
    found: dict[UUID, list[UUID]] = {}
    for change_id, system_id in rows:
        found.setdefault(change_id, []).append(system_id)
    return found


def _frozen(work: Work, planned: list[Change], frozen: list[Freeze]) -> list[ClashView]:
    """List the freezes that meet a planned change and touch its systems, or whom their work is for."""
    met = [
        (change, freeze)
        for change in planned
        for freeze in frozen
        if change.model != EMERGENCY and change.starts_at and change.ends_at
        and change.starts_at < freeze.ends_at and freeze.starts_at < change.ends_at
    ]  # fmt: skip
    places = _places(work, {change.id for change, freeze in met if freeze.about != HOUSE})
    return [
        ClashView(
            change_id=change.id, kind="freeze", name=freeze.title, starts_at=freeze.starts_at, ends_at=freeze.ends_at
        )
        for change, freeze in met
        if reach.frozen_by(freeze.about, places.get(change.id, ()))
    ]


def _places(work: Work, changes: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Give where the systems of some changes lie, and whose work rests on them."""
    rows = work.session.execute(
        select(ChangeSystem.change_id, System.id, System.scope)
        .join(System, col(System.id) == ChangeSystem.system_id)
        .where(col(ChangeSystem.change_id).in_(list(changes)))
    )
    found: dict[UUID, set[str]] = {}
    users: dict[UUID, list[str]] = {}
    for change_id, system_id, scope in rows:
        if system_id not in users:
            users[system_id] = reach.users(work.session, [system_id])
        found.setdefault(change_id, set()).update((scope, *users[system_id]))
    return found
