"""Periods of a calendar: computed from the anchor each time, so that no tick can be missed and no error adds up."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from policy.reading import Calendar
from policy.spans import span

_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25}
WARNS_AT = 0.75
"""A reminder goes out when three quarters of the time have passed; the whole of it escalates."""


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a calendar, in UTC: from `start` until `end`."""

    start: datetime
    end: datetime


def start_of(calendar: Calendar, number: int) -> datetime:
    """Give the start of the period with this number (0 is the anchor), in UTC.

    The hour is that of the zone's wall clock: 09:00 stays 09:00 across a change to summer time.
    """
    local = span(calendar.every).after(datetime.fromisoformat(calendar.anchor), number)
    return local.replace(tzinfo=ZoneInfo(calendar.zone)).astimezone(UTC)


def period_at(calendar: Calendar, moment: datetime) -> Period:
    """Give the period that a moment lies in; before the anchor, the first period."""
    every = span(calendar.every)
    passed = (moment - start_of(calendar, 0)) / timedelta(days=_DAYS[every.unit] * every.count)
    number = max(0, int(passed))
    while number > 0 and start_of(calendar, number) > moment:
        number -= 1
    while start_of(calendar, number + 1) <= moment:
        number += 1
    return Period(start_of(calendar, number), start_of(calendar, number + 1))


def due_of(period: Period, within: str | None) -> datetime:
    """Give when the work of a period is due: at its end, or so long after its start, whichever is sooner."""
    return period.end if within is None else min(period.end, span(within).after(period.start))


def warning_of(opened: datetime, due: datetime) -> datetime:
    """Give when to remind: once three quarters of the time have passed."""
    return opened + (due - opened) * WARNS_AT
