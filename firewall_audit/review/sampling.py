"""Lines drawn by chance from what is kept, for whoever checks the machine: with the same seed anybody draws the same. [FW-3, FW-5]"""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, StringConstraints
from sqlmodel import col, select

from firewall_audit import place
from firewall_audit.formats.envelope import decode
from firewall_audit.models import NetworkDevice
from firewall_audit.review.drawing import draw_lines
from firewall_audit.review.models import LogReview
from firewall_audit.review.reviews import RULE
from kernel.action import Work
from kernel.db import HOUSE, Answer, read_session
from kernel.errors import Malformed, NotFound
from kernel.reading import reading
from policy import book
from policy.recurrence import Period, period_at

MOST = 200
Seed = Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z-]{8,64}$")]


class SampleLine(Answer):
    """A line that was drawn: where it lies, when it was written, what was read of it, and the line as it came (None: it was dropped)."""

    batch: str
    place: int
    at: str
    read: dict[str, Any]
    text: str | None


@reading("log-sample.draw", scope=HOUSE, watched=True)
def draw_sample(
    work: Work,
    *,
    since: AwareDatetime,
    until: AwareDatetime,
    seed: Seed,
    device: str = "",
    size: Annotated[int, Field(ge=1, le=MOST)] = 8,
) -> list[SampleLine]:
    """Draw lines of a time by a seed, of one device or of all; a review's own seed and time draw its own sample. [FW-3, FW-5]"""
    from firewall_audit.store import Line, Window, show  # noqa: PLC0415 - the store's libraries are large

    if since >= until:
        raise Malformed("A time ends after it begins.")
    if device and work.select(select(NetworkDevice.id).where(NetworkDevice.slug == device)).first() is None:
        raise NotFound("There is no such device on the register.")
    store = place.store()
    with Window(store, since, until, devices=[device] if device else None) as window:
        drawn = draw_lines(window, seed, size) if window.manifests else []
    lines = show(store, [Line(one["batch"], one["place"]) for one in drawn])
    return [
        SampleLine(**one, text=None if kept.raw is None else decode(kept.raw))
        for one, kept in zip(drawn, lines, strict=True)
    ]


def week_of(day: date) -> Period:
    """Give the period of the weekly review that a day lies in. Raises LookupError where the book has no calendar for it."""
    calendar = book.duty_rules()[RULE].calendar
    if calendar is None:
        raise LookupError(f"the duty {RULE} has no calendar")
    return period_at(calendar.in_zone(book.in_force().house.zone), datetime.combine(day, time(12), UTC))


def recorded_seed(week: Period) -> str:
    """Give the seed on record of the review of a week; empty where there is none."""
    rows = select(LogReview.seed).where(LogReview.since == week.start, LogReview.until == week.end)
    with read_session() as session:
        return session.scalars(rows.order_by(col(LogReview.id).desc())).first() or ""
