"""The calendar of who is on call: planned a shift or a rotation at a time, dropped, handed over with the other's consent. [FW-6]"""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlmodel import col, select

from firewall_audit.alarms.gaps import gaps, turns
from firewall_audit.alarms.models import OnCallShift
from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, Malformed, Refused
from kernel.reading import reading
from policy import book
from policy.approvals import person_of
from policy.holders import holders
from policy.local_time import moment

Line = Literal["first", "second"]
LONGEST = timedelta(days=31)
MOST = 1000


class ShiftView(Answer):
    """A shift: whose it is, and who was asked to take it."""

    id: UUID
    line: str
    person_id: UUID
    since: datetime
    until: datetime
    offered_to: UUID | None

    @classmethod
    def of(cls, row: OnCallShift) -> "ShiftView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class GapView(Answer):
    """Hours that nobody has."""

    line: str
    since: datetime
    until: datetime


class CalendarView(Answer):
    """Who is on call between two moments, and when nobody is."""

    shifts: list[ShiftView]
    gaps: list[GapView]


def able(now: datetime) -> set[UUID]:
    """Return who may be on call."""
    roles = book.parameter("FW-6", "on_call_roles")
    return set(holders([str(one) for one in roles] if isinstance(roles, list) else [str(roles)], HOUSE, now))


def _check(work: Work, people: list[UUID]) -> None:
    if not set(people) <= able(work.now):
        raise Refused("FW-6", "Somebody named here holds no role that may be on call.")


@action("on-call-shift.plan", scope=HOUSE)
def plan(work: Work, *, line: Line, person_id: UUID, since: AwareDatetime, until: AwareDatetime) -> OnCallShift:
    """Put somebody on call, from when until when. [FW-6]"""
    if not since < until <= since + LONGEST:
        raise Malformed(f"A shift ends after it begins, and within {LONGEST.days} days.")
    if until <= work.now:
        raise Refused("FW-6", "A shift that has passed is planned no more.")
    _check(work, [person_id])
    return work.add(OnCallShift(line=line, person_id=person_id, since=since, until=until, planned_at=work.now))


@action("on-call-shift.rotate", scope=HOUSE)
def rotate(
    work: Work,
    *,
    line: Line,
    people: Annotated[list[UUID], Field(min_length=1, max_length=50)],
    first: date,
    hour: time,
    weeks: Annotated[int, Field(ge=1, le=104)],
) -> int:
    """Plan a rotation in one step: a week for each in turn, from the same hour on the wall to the same hour. [FW-6]"""
    if hour.tzinfo is not None:
        raise Malformed("The hour is one on the wall of the house.")
    _check(work, people)
    made = 0
    for turn in turns(people, first, hour, weeks, moment):
        if turn.until > work.now:
            work.add(OnCallShift(line=line, planned_at=work.now, **turn._asdict()))
            made += 1
    if not made:
        raise Refused("FW-6", "A shift that has passed is planned no more.")
    work.note("shifts", made)
    return made


@action("on-call-shift.drop", on=OnCallShift)
def drop(work: Work, shift: OnCallShift) -> None:
    """Take a shift off the calendar. [FW-6]"""
    _live(shift, work.now)
    shift.dropped_at = work.now


@action("on-call-shift.offer", on=OnCallShift)
def offer(work: Work, shift: OnCallShift, *, to: UUID) -> None:
    """Ask somebody to take one's own shift; until they say yes it stays one's own. [FW-6]"""
    _live(shift, work.now)
    if person_of(work) != shift.person_id:
        raise Refused("FW-6", "One offers one's own shift.")
    if to == shift.person_id:
        raise Refused("FW-6", "A shift is offered to somebody else.")
    _check(work, [to])
    shift.offered_to, shift.offered_at = to, work.now


@action("on-call-shift.answer", on=OnCallShift)
def answer(work: Work, shift: OnCallShift, *, takes: bool) -> None:
    """Say whether one takes the shift that another offers. [FW-6]"""
    _live(shift, work.now)
    person = person_of(work)
    if shift.offered_to != person:
        raise Refused("FW-6", "This shift was not offered to you.")
    work.note("takes", takes)
    shift.offered_to, shift.offered_at = None, None
    if takes:
        shift.person_id = person


def _live(shift: OnCallShift, now: datetime) -> None:
    if shift.dropped_at is not None or shift.until <= now:
        raise Conflict("This shift has passed, or was taken off the calendar.")


@reading("on-call-shift.list", scope=HOUSE)
def list_shifts(work: Work, *, since: AwareDatetime, until: AwareDatetime) -> CalendarView:
    """Show who is on call, and the hours that nobody has on the first line. [FW-6]"""
    rows = select(OnCallShift).where(
        OnCallShift.since < until, OnCallShift.until > since, col(OnCallShift.dropped_at).is_(None)
    )
    found = list(work.select(rows.order_by(col(OnCallShift.since), col(OnCallShift.line)).limit(MOST)))
    empty = gaps([(one.since, one.until) for one in found if one.line == "first"], max(since, work.now), until)
    return CalendarView(
        shifts=[ShiftView.of(one) for one in found],
        gaps=[GapView(line="first", since=one.since, until=one.until) for one in empty],
    )


@reading("on-call-shift.people", scope=HOUSE)
def list_people(work: Work) -> list[UUID]:
    """List who may be on call. [FW-6]"""
    return sorted(able(work.now))
