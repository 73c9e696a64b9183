"""The demonstration house's past: what a house of some months would have behind it, done by the same actions on an earlier day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from kernel import clock
from policy import book
from policy.recurrence import Period, period_at


@contextmanager
def on(day: datetime) -> Iterator[None]:
    """Live an earlier day: the clock of this process goes on from there, and comes back at the end."""
    now, shift = clock.now, clock.now() - day
    with patch.object(clock, "now", lambda: now() - shift):
        yield


def running(rule: str, at: datetime) -> Period:
    """Give the period of a duty's calendar that runs at a moment. Raises LookupError for one without a calendar."""
    calendar = book.duty_rules()[rule].calendar
    if calendar is None:
        raise LookupError(f"the duty {rule} has no calendar")
    return period_at(calendar.in_zone(book.in_force().house.zone), at)
