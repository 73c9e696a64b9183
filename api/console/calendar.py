"""The calendar of changes: windows, freezes and what stands in whose way, month by month; and one's own calendar address. [CC-1]"""

import re
from calendar import Calendar
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from urllib.parse import quote

from babel.dates import format_date, format_time, get_day_names
from starlette.responses import Response

from api import formats
from api.console import change_words as words
from api.console import frame, typed_times
from api.console.account import uuid_of
from api.console.pages import calendar as pages
from api.console.pages.frame import Form
from api.console.visit import Visit, problems_of, route
from api.words import language, locale
from changecontrol import feeds, schedule
from changecontrol.schedule import CalendarPage, ClashView
from kernel.errors import Conflict
from kernel.settings import settings
from policy.local_time import local, midnight

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
MOST = 500
IN_A_DAY = 3
"""Items that a day of the table shows; the rest is counted, and stands in the agenda."""


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /changes/calendar."""
    today = typed_times.today(visit.now)
    asked = MONTH.fullmatch(visit.field("month"))
    first = date(int(asked[1]), int(asked[2]), 1) if asked else today.replace(day=1)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    found = schedule.calendar(
        visit.actor, starts_at=midnight(weeks[0][0]), ends_at=midnight(weeks[-1][-1] + timedelta(days=1)), limit=MOST
    )
    items = items_of(found)
    after = (first + timedelta(days=31)).replace(day=1)
    may_make = frame.is_open(visit.actor, "calendar-feed.make")
    feed = feeds.my_feed(visit.actor) if may_make else None
    view = pages.Month(
        title=format_date(first, "LLLL y", locale=locale(language())).capitalize(),
        weekdays=weekdays(),
        weeks=tuple(tuple(_day(each, first, today, items) for each in week) for week in weeks),
        agenda=agenda(items, first, after, today),
        before=f"/changes/calendar?month={(first - timedelta(days=1)):%Y-%m}",
        after=f"/changes/calendar?month={after:%Y-%m}",
        today="" if first == today.replace(day=1) else "/changes/calendar",
        clashes=len({one.change_id for one in found.clashes}),
        cut=len(found.changes) == MOST,
        feed=pages.Feed(str(feed.id), feed.made_at) if feed is not None else None,
        may_make=may_make,
        may_see_freezes=frame.is_open(visit.actor, "freeze.list"),
        form=form or Form(),
    )
    return visit.page("changes/calendar.html", view, status)


def weekdays() -> tuple[tuple[str, str], ...]:
    """Return the names of the days from Monday on, short and long."""
    here = locale(language())
    short, long = (get_day_names(width, locale=here) for width in ("abbreviated", "wide"))
    return tuple((short[day], long[day]) for day in range(7))


def items_of(found: CalendarPage) -> tuple[pages.Item, ...]:
    """Give windows and freezes as the page shows them, in order of time."""
    clashes: dict[object, list[pages.Clash]] = {}
    for one in found.clashes:
        clashes.setdefault(one.change_id, []).append(_clash(one))
    windows = [
        pages.Item(
            one.title, one.starts_at, one.ends_at, one.number, f"/changes/{one.id}", words.STATES[one.state],
            words.MODELS[one.model], clashes=tuple(clashes.get(one.id, ())),
        )
        for one in found.changes
        if one.starts_at is not None and one.ends_at is not None
    ]  # fmt: skip
    frozen = [
        pages.Item(one.title, one.starts_at, one.ends_at, place=frame.place_label(one.about)) for one in found.freezes
    ]
    return tuple(sorted([*frozen, *windows], key=lambda one: (one.starts, one.number)))


def _clash(one: ClashView) -> pages.Clash:
    return pages.Clash(one.name, one.kind == "freeze", one.starts_at, one.ends_at)


def _day(day: date, first: date, today: date, items: Iterable[pages.Item]) -> pages.Day:
    begin, end = midnight(day), midnight(day + timedelta(days=1))
    met = [_shown(one, begin) for one in items if one.starts < end and one.ends > begin]
    outside = day.month != first.month
    more = max(0, len(met) - IN_A_DAY)
    return pages.Day(
        day.day, f"day-{_agenda_day(met[0].item, day, first):%Y-%m-%d}" if met and not outside else "",
        tuple(met[: IN_A_DAY if more == 0 else IN_A_DAY - 1]), more + 1 if more else 0, outside, day == today,
    )  # fmt: skip


def _agenda_day(item: pages.Item, day: date, first: date) -> date:
    """Return the day on which the agenda shows what the table shows on a day: that of its beginning, or the month's first."""
    return min(day, max(first, local(item.starts).date()))


def _shown(one: pages.Item, begin: datetime) -> pages.Shown:
    if one.starts < begin:
        return pages.Shown(one)
    return pages.Shown(one, format_time(local(one.starts), "HH:mm", locale=locale(language())))


def agenda(items: Iterable[pages.Item], first: date, after: date, today: date) -> tuple[pages.AgendaDay, ...]:
    """Give the days of a month on which something begins; what was under way stands on the first."""
    days: dict[date, list[pages.Item]] = {}
    for one in items:
        if one.starts < midnight(after) and one.ends > midnight(first):
            days.setdefault(max(first, local(one.starts).date()), []).append(one)
    return tuple(
        pages.AgendaDay(formats.day(midnight(day)), f"day-{day:%Y-%m-%d}", tuple(met), day == today)
        for day, met in sorted(days.items())
    )


def make(visit: Visit) -> Response:
    """POST /changes/calendar/address: the address is shown once."""
    made = feeds.make_feed(visit.actor)
    address = f"{settings.base_url.rstrip('/')}/changes/calendar.ics?token={quote(made.token)}"
    return visit.page("changes/calendar_address.html", pages.NewFeed(address))


def withdraw(visit: Visit) -> Response:
    """POST /changes/calendar/address/{id}/withdraw."""
    try:
        feeds.withdraw_feed(visit.actor, uuid_of(visit.request.path_params["id"]))
    except Conflict as error:
        return page(visit, Form({}, problems_of(error)), 409)
    return visit.go("/changes/calendar", "done")


ROUTES = [
    route("/changes/calendar", page),
    route("/changes/calendar/address", make, ("POST",)),
    route("/changes/calendar/address/{id}/withdraw", withdraw, ("POST",)),
]
