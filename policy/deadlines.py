"""The deadlines clerk: finds what the clock has passed, by state and never by a tick. [CC-4, FW-3]

A day of downtime yields late marks, not silence: each sweep asks for every row that is due and not yet marked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from kernel import clock, sweeps
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import as_utc, read_session
from kernel.errors import Conflict
from policy import book, inbox, waivers
from policy.duties import open_duty
from policy.models import OPEN, Duty, DutyCalendar
from policy.reading import Calendar, DutyRule
from policy.recurrence import due_of, period_at

AT_ONCE = 80
"""Duties opened per action, so that one action's facts and locks stay few; each may tell more than one."""
MARKED_AT_ONCE = 150
"""Duties marked per action; each tells one fact, and all of them one more."""
CLERK = clerk("deadlines")


def unreminded(now: datetime) -> SelectOfScalar[Duty]:
    """Select the open duties past three quarters of their time that nobody was reminded of."""
    return (
        select(Duty)
        .where(col(Duty.state) == OPEN, col(Duty.warn_at) <= now, col(Duty.warned_at).is_(None))
        .order_by(col(Duty.warn_at))
    )


def unmarked(now: datetime) -> SelectOfScalar[Duty]:
    """Select the open duties past their time that were not marked late."""
    return (
        select(Duty)
        .where(col(Duty.state) == OPEN, col(Duty.due_at) <= now, col(Duty.fired_at).is_(None))
        .order_by(col(Duty.due_at))
    )


@action("duty.sweep", scope="house")
def mark_duties(work: Work) -> int:
    """Remind of duties at three quarters of their time, and escalate them when it is over; each once. [CC-4, FW-3]"""
    warned = work.select(unreminded(work.now).limit(MARKED_AT_ONCE).with_for_update(skip_locked=True)).all()
    work.write_alike(warned, warned_at=work.now)
    for duty in warned:
        work.fact("duty.reminded", duty_id=duty.id, rule=duty.rule, about_ref=duty.about_ref)
    room = MARKED_AT_ONCE - len(warned)
    late = work.select(unmarked(work.now).limit(room).with_for_update(skip_locked=True)).all() if room else []
    work.write_alike(late, fired_at=work.now)
    for duty in late:
        work.cite(duty.clause)
        work.fact(
            "duty.late", duty_id=duty.id, rule=duty.rule, about_ref=duty.about_ref, escalates_to=duty.escalates_to
        )
    if warned or late:
        work.fact("duties.marked", reminded=[one.id for one in warned], late=[one.id for one in late])
    work.note("reminded", len(warned))
    work.note("late", len(late))
    return len(warned) + len(late)


@action("duty.recur", scope="house")
def open_periods(work: Work, *, only: frozenset[str] = frozenset()) -> int:
    """Open the duties of every calendar period that has begun, those of past downtime among them; `only`: of these rules. [CC-4, FW-3, FW-5]"""
    rules = {name: told for name, told in _calendars().items() if not only or name in only}
    rows = select(DutyCalendar).where(col(DutyCalendar.rule).in_(only)) if only else select(DutyCalendar)
    known = {row.rule: row for row in work.select(rows.with_for_update()).all()}
    for name in known.keys() - rules.keys():
        work.session.delete(known[name])
    opened = moved = 0
    for name, (rule, calendar) in rules.items():
        row = known.get(name)
        if row is None:
            row, moved = _begin(work, name, rule, calendar), moved + 1
        told = _catch_up(work, rule, row, AT_ONCE - opened)
        opened += told
        if row.terms != calendar.model_dump_json() and row.next_at > work.now:
            row.terms, row.next_at, moved = calendar.model_dump_json(), period_at(calendar, work.now).end, moved + 1
    work.note("opened", opened)
    return opened + moved + len(known.keys() - rules.keys())


def _calendars() -> dict[str, tuple[DutyRule, Calendar]]:
    house = book.in_force().house.zone
    return {name: (rule, rule.calendar.in_zone(house)) for name, rule in book.duty_rules().items() if rule.calendar}


def _begin(work: Work, name: str, rule: DutyRule, calendar: Calendar) -> DutyCalendar:
    """Start a calendar with the period that runs now; if its work would be due already, with the next one."""
    period = period_at(calendar, work.now)
    start = period.start if due_of(period, rule.within) > work.now else period.end
    return work.add(DutyCalendar(rule=name, terms=calendar.model_dump_json(), since=work.now, next_at=start))


def _catch_up(work: Work, rule: DutyRule, row: DutyCalendar, room: int) -> int:
    """Open what has begun, by the terms that were in force when it began."""
    calendar = Calendar.model_validate_json(row.terms)
    opened = 0
    while row.next_at <= work.now and opened < room:
        period = period_at(calendar, row.next_at)
        due = due_of(period, rule.within)
        begun = max(period.start, row.since) if row.since < due else period.start
        opened += 1
        open_duty(work, row.rule, about_ref="house", due_at=due, opened_at=begun, period=as_utc(period.start))
        row.next_at = period.end
    return opened


@dataclass(frozen=True, slots=True)
class Swept:
    """How many rows one sweep moved, by kind."""

    opened: int
    marked: int
    waivers: int
    approvals: int


@sweeps.sweep("deadlines", seconds=20)
def sweep(now: datetime | None = None) -> Swept:
    """Do all that is due, in small actions by the deadlines clerk; where nothing is due nothing is written.

    `now` (the clock's if not told) is only where the sweep looks; each action judges by its own time.
    Two sweepers at once share the rows between them: what another holds locked is left to the other.
    """
    at = now or clock.now()
    return Swept(
        opened=_until_done(lambda: _calendar_stirs(at), lambda: open_periods(CLERK)),
        marked=_until_done(lambda: _any(unreminded(at), unmarked(at)), lambda: mark_duties(CLERK), MARKED_AT_ONCE),
        waivers=_until_done(lambda: _any(waivers.over(at)), lambda: waivers.sweep_waivers(CLERK)),
        approvals=_until_done(lambda: _any(inbox.over(at)), lambda: inbox.sweep_approvals(CLERK)),
    )


def _until_done(stirs: Callable[[], bool], act: Callable[[], int], full: int = 1) -> int:
    """Act while something stirs; an act that moved less than a `full` lot has left nothing."""
    moved = 0
    while stirs():
        try:
            done = act()
        except Conflict:
            break
        moved += done
        if done < full:
            break
    return moved


def _any(*statements: SelectOfScalar[Any]) -> bool:
    with read_session() as session:
        return any(session.scalars(one.limit(1)).first() is not None for one in statements)


def _calendar_stirs(at: datetime) -> bool:
    with read_session() as session:
        known = {row.rule: row for row in session.scalars(select(DutyCalendar))}
    rules = _calendars()
    if known.keys() != rules.keys():
        return True
    return any(row.next_at <= at or row.terms != rules[name][1].model_dump_json() for name, row in known.items())
