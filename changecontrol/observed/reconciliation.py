"""Both directions: what was seen without a word, and what was authorised and never seen; and privileged hours in which nothing was done. [CC-4]"""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlalchemy import exists, func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from changecontrol.models import Change, ChangeSystem, ChangeWork, System
from changecontrol.observed.models import IDLE_SESSION, NEVER_SEEN, ObservedChange, ObservedState
from changecontrol.observed.verdicts import open_for
from kernel.action import Fact, Work, action, on_fact
from kernel.actor import clerk
from kernel.db import HOUSE, Answer, read_session
from kernel.errors import Malformed
from kernel.reading import reading
from kernel.sweeps import sweep
from policy import book

CLERK = clerk("observed")
AT_ONCE = 20
MOST_DAYS = 400


class ObservedView(Answer):
    """A change that was seen, with its verdict."""

    id: UUID
    system: str | None
    source: str
    kind: str
    what: str
    before: str
    after: str
    since: datetime | None
    first_at: datetime
    last_at: datetime
    count: int
    person_id: UUID | None
    account: str
    verdict: str
    bound_to: str | None
    found: str | None
    """The number of the unauthorised change that was opened for it."""
    found_state: str | None


class Reconciliation(Answer):
    """What a review rests on: how much was seen with each verdict in a time, and what is not matched."""

    since: datetime
    until: datetime
    verdicts: dict[str, int]
    changes_done: int
    unmatched: list[ObservedView]
    watched: list[str]
    """Systems of production that a collector looks at, by name."""
    unwatched: list[str]
    """Systems of production of which nobody sees anything."""


def never_seen(now: datetime) -> Any:
    """Select changes, with a watched system, of which nothing was seen though they were done and looks came after."""
    by = now - timedelta(hours=book.number("CC-4", "seen_within_hours"))
    ref: Any = func.concat("change:", col(Change.number))
    seen = exists().where(
        col(ObservedChange.bound_to) == ref, col(ObservedChange.system_id) == col(ChangeSystem.system_id)
    )
    return (
        select(Change, System)
        .join(ChangeSystem, col(ChangeSystem.change_id) == Change.id)
        .join(System, col(System.id) == ChangeSystem.system_id)
        .where(
            Change.outcome == "done",
            col(Change.finished_at) <= by,
            col(Change.state).in_(["review", "closed"]),
            exists().where(
                col(ObservedState.system_id) == System.id,
                col(ObservedState.looked_at) > col(Change.finished_at),
            ),
            ~seen,
        )
        .order_by(col(Change.id), col(System.id))
    )


@action("observed.sweep", scope=HOUSE)
def sweep_observed(work: Work) -> int:
    """Put on record what was called done and never seen, and give an owner to what had none. [CC-4]"""
    missing = list(work.session.execute(never_seen(work.now).limit(AT_ONCE)))
    for change, system in missing:
        work.add(_absent(work, change, system))
        work.fact("change.never-seen", change_id=change.id, system_id=system.id)
    ownerless = list(work.select(_ownerless().limit(AT_ONCE).with_for_update(skip_locked=True)))
    opened = 0
    for system_id in sorted({row.system_id for row in ownerless if row.system_id is not None}):
        rows = [row for row in ownerless if row.system_id == system_id]
        if open_for(work, work.get(System, system_id), rows) is not None:
            opened += len(rows)
    work.note("never_seen", len(missing))
    return len(missing) + opened


def _absent(work: Work, change: Change, system: System) -> ObservedChange:
    done = change.finished_at or work.now
    return ObservedChange(
        scope=system.scope, system_id=system.id, source="reconciliation", kind="absent", what=change.number,
        before="", after="", fingerprint=f"{change.id}:{system.id}", since=change.started_at, first_at=done, last_at=done,
        verdict=NEVER_SEEN, bound_to=change.window_ref, seen_at=work.now,
    )  # fmt: skip


def _ownerless() -> SelectOfScalar[ObservedChange]:
    return (
        select(ObservedChange)
        .where(
            col(ObservedChange.found_id).is_(None), col(ObservedChange.system_id).is_not(None),
            col(ObservedChange.verdict).not_in(["matched", NEVER_SEEN, IDLE_SESSION]),
        )
        .order_by(col(ObservedChange.id))
    )  # fmt: skip


@sweep("observed", seconds=300)
def run(now: datetime) -> None:
    """Do all that is due; where nothing is due nothing is written."""
    with read_session() as session:
        due = session.execute(never_seen(now).limit(1)).first() or session.scalars(_ownerless().limit(1)).first()
    if due is not None:
        sweep_observed(CLERK)


@on_fact("elevation.ended")
def note_idle(work: Work, fact: Fact) -> None:
    """Put on record a privilege that was held for a change, and under which nothing was done or seen. [CC-4, AC-5]"""
    bound, person_id, since = fact.data.get("bound_to"), fact.data["person_id"], fact.data.get("since")
    if not bound or not str(bound).startswith("change:") or since is None:
        return
    worked = select(ChangeWork.id).where(ChangeWork.person_id == person_id, ChangeWork.at >= since)
    seen = select(ObservedChange.id).where(ObservedChange.bound_to == bound, ObservedChange.last_at >= since)
    if work.select(worked.limit(1)).first() or work.select(seen.limit(1)).first():
        return
    work.add(
        ObservedChange(
            source="session", kind="absent", what="privileged session", before="", after="",
            fingerprint=str(fact.data["elevation_id"]), since=since, first_at=work.now, last_at=work.now,
            person_id=person_id, verdict=IDLE_SESSION, bound_to=str(bound), seen_at=work.now,
        )
    )  # fmt: skip


@reading("observed.list", scope=HOUSE)
def list_observed(
    work: Work,
    *,
    verdict: str | None = None,
    system: str | None = None,
    unmatched: bool = False,
    before: UUID | None = None,
    limit: Annotated[int, Field(ge=1, le=200)] = 100,
) -> list[ObservedView]:
    """List what was seen, the newest first; `before` continues after the last one read. [CC-4]"""
    rows = shown()
    if verdict is not None:
        rows = rows.where(ObservedChange.verdict == verdict)
    if unmatched:
        rows = rows.where(ObservedChange.verdict != "matched")
    if system is not None:
        rows = rows.where(System.slug == system)
    if before is not None:
        rows = rows.where(ObservedChange.id < before)
    found = work.session.execute(rows.order_by(col(ObservedChange.id).desc()).limit(limit))
    return [view(*row) for row in found]


@reading("observed.reconcile", scope=HOUSE)
def reconcile(work: Work, *, since: AwareDatetime, until: AwareDatetime) -> Reconciliation:
    """Hold what was seen in a time against what was authorised: the review's own page. [CC-4]"""
    return reconciliation(work, since, until)


def reconciliation(work: Work, since: datetime, until: datetime) -> Reconciliation:
    """Build it, inside any action or reading. Raises Malformed for a time that is none."""
    if until <= since or (until - since).days > MOST_DAYS:
        raise Malformed(f"A reconciliation is of {MOST_DAYS} days at most, and ends after it begins.")
    inside = (ObservedChange.last_at >= since, ObservedChange.first_at < until)
    counted = work.session.execute(
        select(ObservedChange.verdict, func.count()).where(*inside).group_by(ObservedChange.verdict)
    )
    done = work.session.execute(
        select(func.count()).where(col(Change.started_at) >= since, col(Change.started_at) < until)
    ).scalar_one()
    open_rows = shown().where(*inside, ObservedChange.verdict != "matched")
    seen = select(ObservedState.system_id)
    production = select(System.slug).where(System.environment == "production", col(System.retired_at).is_(None))
    return Reconciliation(
        since=since,
        until=until,
        verdicts={str(name): int(count) for name, count in counted},
        changes_done=int(done),
        unmatched=[view(*row) for row in work.session.execute(open_rows.order_by(col(ObservedChange.id)).limit(500))],
        watched=list(work.select(production.where(col(System.id).in_(seen)).order_by(col(System.slug)))),
        unwatched=list(work.select(production.where(col(System.id).not_in(seen)).order_by(col(System.slug)))),
    )


def shown() -> Any:
    """Select what was seen, with the name of its system and the change that was opened for it, as `view` takes them."""
    return (
        select(ObservedChange, System.slug, Change.number, Change.state)
        .outerjoin(System, col(System.id) == ObservedChange.system_id)
        .outerjoin(Change, col(Change.id) == ObservedChange.found_id)
    )


def view(row: ObservedChange, system: str | None, number: str | None, state: str | None) -> ObservedView:
    """Show a row with the names beside it."""
    told = row.model_dump(include=set(ObservedView.model_fields))
    return ObservedView(**told, system=system, found=number, found_state=state)
