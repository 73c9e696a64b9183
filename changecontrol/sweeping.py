"""The changes clerk: what the clock has passed is marked, however late the sweep comes; rights have ended by then by themselves. [CC-1]"""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from changecontrol import authorisation, keys
from changecontrol.models import Change
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import read_session
from kernel.errors import Conflict
from kernel.sweeps import sweep
from policy import changes

CLERK = clerk("changes")
AT_ONCE = 10


def missed(now: datetime) -> SelectOfScalar[Change]:
    """Select the changes whose window passed before they began."""
    return select(Change).where(
        col(Change.state).in_(["authorise", "scheduled"]), Change.model != "unauthorised", col(Change.ends_at) <= now
    )


def overrun(now: datetime) -> SelectOfScalar[Change]:
    """Select the changes whose window has passed while they are still called being implemented, with rights not taken off."""
    return select(Change).where(
        Change.state == "implementing",
        col(Change.keys_until).is_not(None),
        or_(col(Change.keys_until) <= now, col(Change.ends_at) <= now),
    )


@action("change.sweep", scope="house")
def sweep_changes(work: Work) -> int:
    """End the approvals of changes that never began, and mark those that outlived their window. [CC-1]"""
    late = list(work.select(missed(work.now).limit(AT_ONCE).with_for_update(skip_locked=True)))
    for change in late:
        authorisation.stop(work, change, "cancel", "its window passed and it had not begun")
        work.fact("change.missed", change_id=change.id)
    longer = list(work.select(overrun(work.now).limit(AT_ONCE).with_for_update(skip_locked=True)))
    for change in longer:
        keys.take(work, change)
        changes.end_window(work, change.window_ref, "its time is over")
        work.fact("change.overran", change_id=change.id)
    work.note("missed", len(late))
    work.note("overran", len(longer))
    return len(late) + len(longer)


@sweep("changes", seconds=20)
def run(now: datetime) -> None:
    """Do all that is due; where nothing is due nothing is written."""
    while _first(missed(now)) or _first(overrun(now)):
        try:
            if not sweep_changes(CLERK):
                return
        except Conflict:
            return


def _first(rows: SelectOfScalar[Change]) -> UUID | None:
    with read_session() as session:
        found = session.scalars(rows.limit(1)).first()
        return None if found is None else found.id
