"""The demonstration house's past: what a house of some months would have behind it, done by the same actions on an earlier day."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from kernel import action, clock, frame, reading
from kernel.ledger.entries import Draft
from policy import book
from policy.recurrence import Period, period_at


@contextmanager
def on(day: datetime) -> Iterator[None]:
    """Live an earlier day: the clock of this process goes on from there, and comes back at the end.

    The ledger is no party to it: an entry says when it was truly written, and notes the day that was lived. [OC-14]
    """
    now, shift, draft_of = clock.now, clock.now() - day, frame.draft_of

    def written(*told: Any) -> Draft:
        draft = draft_of(*told)
        return replace(draft, at=now(), notes=draft.notes | {"lived": draft.at.isoformat()})

    with (
        patch.object(clock, "now", lambda: now() - shift),
        patch.object(action, "draft_of", written),
        patch.object(reading, "draft_of", written),
    ):
        yield


def running(rule: str, at: datetime) -> Period:
    """Give the period of a duty's calendar that runs at a moment. Raises LookupError for one without a calendar."""
    calendar = book.duty_rules()[rule].calendar
    if calendar is None:
        raise LookupError(f"the duty {rule} has no calendar")
    return period_at(calendar.in_zone(book.in_force().house.zone), at)
