"""Lines are kept their time and then dropped, day by day; what was dropped stays on the ledger with its digests. [FW-3]

The book says how long. Batches that an open review rests on are held until it is signed. The record comes first: killed in between, the
files go with the next look.
"""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import and_, exists, func, or_
from sqlmodel import col, select

from firewall_audit import place
from firewall_audit.intake.batches import CLERK, BatchName, Days
from firewall_audit.models import LogBatch
from firewall_audit.review.models import SIGNED, LogReview
from kernel.action import Work, action
from kernel.db import HOUSE, read_session
from kernel.errors import NotFound
from kernel.sweeps import sweep
from policy import book
from policy.evidence import Evidence, evidence, found

if TYPE_CHECKING:
    from firewall_audit.store import Store

TOGETHER: Final = 200
LOOKED_AT: Final = 2_000
"""Batches that the evidence looks at, the newest."""
AGAIN: Final = timedelta(days=2)
"""For so long after the record the files are looked for again."""


class Spent(BaseModel):
    """A batch, and its UTC days whose time is over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    batch: BatchName
    days: Days


@action("log-days.drop", scope=HOUSE)
def drop_log_days(
    work: Work, *, before: date, spent: Annotated[list[Spent], Field(min_length=1, max_length=TOGETHER)]
) -> None:
    """Put on record which days of which batches are dropped, because their time is over. [FW-3]"""
    rows: list[LogBatch] = list(
        work.select(select(LogBatch).where(col(LogBatch.batch).in_([one.batch for one in spent])).with_for_update())
    )
    days = {one.batch: one.days for one in spent}
    for row in rows:
        row.dropped = sorted({*row.dropped, *days[row.batch]})
        row.dropped_at = work.now
    work.note("before", before.isoformat())
    work.note("batches", len(rows))
    work.note("days", len({day for one in spent for day in one.days}))
    work.note("lines", sum(row.lines for row in rows))
    work.note("digests", [row.digest for row in rows])
    work.cite("FW-3")


@sweep("log-retention", seconds=3600)
def run(now: datetime) -> None:
    """Drop the days whose time is over, and clear away what somebody who was killed left half-written. [FW-3]"""
    store = place.store()
    before = (now - timedelta(days=book.number("FW-3", "keep_days"))).date()
    while spent := spent_days(before):
        drop_log_days(CLERK, before=before, spent=spent)
        _remove(store, [one.batch for one in spent], before)
    for until, batches in _recorded(now, before).items():
        _remove(store, batches, until)
    if store.work.exists():
        store.sweep()


def spent_days(before: date) -> list[Spent]:
    """Return some batches that have days before one which are not on record as dropped; none that an open review rests on."""
    start = datetime.combine(before, time(), UTC)
    held = exists().where(
        col(LogReview.state) != SIGNED,
        col(LogBatch.first_at) < LogReview.until,
        col(LogBatch.last_at) >= LogReview.since,
    )
    left = func.jsonb_array_length(LogBatch.dropped) < func.jsonb_array_length(LogBatch.days)
    old = and_(col(LogBatch.first_at) < start, left, ~held)
    unread = and_(col(LogBatch.first_at).is_(None), col(LogBatch.taken_at) < start, col(LogBatch.dropped_at).is_(None))
    with read_session() as session:
        rows = list(
            session.scalars(
                select(LogBatch).where(or_(old, unread)).order_by(col(LogBatch.first_at)).limit(TOGETHER * 5)
            )
        )
    told = [Spent(batch=row.batch, days=[one for one in row.days if one < before.isoformat()]) for row in rows]
    dropped = {row.batch: set(row.dropped) for row in rows}
    empty = {row.batch for row in rows if not row.days}
    return [one for one in told if set(one.days) - dropped[one.batch] or one.batch in empty][:TOGETHER]


def _remove(store: "Store", batches: list[str], before: date) -> None:
    for batch in batches:
        try:
            store.drop_batch_days(batch, before)
        except NotFound:  # it went as a whole
            continue


def _recorded(now: datetime, before: date) -> dict[date, list[str]]:
    """Give the batches that were put on record lately, by the day before which they go: what is not on record stays."""
    told: dict[date, list[str]] = {}
    with read_session() as session:
        rows = session.execute(select(LogBatch.batch, LogBatch.dropped).where(col(LogBatch.dropped_at) >= now - AGAIN))
        for batch, dropped in rows:
            until = date.fromisoformat(max(dropped)) + timedelta(days=1) if dropped else before
            told.setdefault(until, []).append(batch)
    return told


@evidence("FW-3", empty_ok=True)
def log_lines_are_kept_their_time(session: Any, now: datetime) -> Evidence:
    """Every batch whose time is not over lies in the store, and no day of it was dropped before its time."""
    before = (now - timedelta(days=book.number("FW-3", "keep_days"))).date()
    start = datetime.combine(before, time(), UTC)
    rows = list(
        session.scalars(
            select(LogBatch)
            .where(col(LogBatch.last_at) >= start)
            .order_by(col(LogBatch.taken_at).desc())
            .limit(LOOKED_AT)
        )
    )
    batches: Path = place.folder() / "batches"
    gone = [
        row.ref
        for row in rows
        if any(day >= before.isoformat() for day in row.dropped) or not (batches / row.batch / "manifest.json").exists()
    ]
    return found((row.ref for row in rows), gone)
