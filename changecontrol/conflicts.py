"""Conflicts: changes of the same system whose windows meet, and times in which nothing is changed. [CC-1]

A waiver of CC-1 about the change lets it pass; an emergency is not held by a freeze, only by another change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from changecontrol import reach
from changecontrol.models import Change, ChangeSystem, Freeze, System
from changecontrol.models.changes import EMERGENCY, UNAUTHORISED
from kernel.action import Work
from policy.waivers import waived

CLAUSE = "CC-1"
HELD = ("authorise", "scheduled", "implementing")
"""States in which a change holds its systems for its window."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What stands in the way: a change (its number) or a freeze (its title), and its time."""

    kind: str
    name: str
    starts_at: datetime
    ends_at: datetime


def lock_systems(work: Work, systems: Iterable[UUID]) -> None:
    """Lock systems in one order, so that of two changes that want the same window the second sees the first."""
    list(
        work.select(select(System).where(col(System.id).in_(list(systems))).order_by(col(System.id)).with_for_update())
    )


def rivals(work: Work, change: Change, systems: Iterable[UUID]) -> list[Hindrance]:
    """List the changes that hold one of these systems in a window that meets this one's."""
    if change.starts_at is None or change.ends_at is None:
        return []
    shared = select(ChangeSystem.change_id).where(col(ChangeSystem.system_id).in_(list(systems)))
    rows = work.select(
        select(Change)
        .where(
            col(Change.state).in_(HELD),
            col(Change.starts_at) < change.ends_at,
            col(Change.ends_at) > max(change.starts_at, work.now),
            Change.id != change.id,
            Change.model != UNAUTHORISED,
            col(Change.id).in_(shared),
        )
        .order_by(col(Change.starts_at))
    )
    return [
        Hindrance("change", row.number, row.starts_at, row.ends_at) for row in rows if row.starts_at and row.ends_at
    ]


def freezes(work: Work, change: Change, systems: Iterable[UUID]) -> list[Hindrance]:
    """List the freezes in force that meet the window and touch one of these systems, or whom their work is for."""
    if change.starts_at is None or change.ends_at is None:
        return []
    ids = list(systems)
    places = [*work.select(select(System.scope).where(col(System.id).in_(ids))), *reach.users(work.session, ids)]
    rows = work.select(
        select(Freeze)
        .where(col(Freeze.lifted_at).is_(None), Freeze.starts_at < change.ends_at, Freeze.ends_at > change.starts_at)
        .order_by(col(Freeze.starts_at))
    )
    return [
        Hindrance("freeze", row.title, row.starts_at, row.ends_at) for row in rows if reach.frozen_by(row.about, places)
    ]


def hindrance(work: Work, change: Change, systems: Iterable[UUID]) -> str | None:
    """Say what stands in the way of a change, or None: nothing does, or a waiver of CC-1 about it lets it pass."""
    ids = list(systems)
    if waived(work.session, CLAUSE, [change.ref], work.now) is not None:
        return None
    if rivals(work, change, ids):
        return "Another change holds one of these systems in a window that meets this one."
    if change.model != EMERGENCY and freezes(work, change, ids):
        return "Nothing is changed here in that time: a freeze is in force."
    return None
