"""Examples of the calendar of changes, of the invented house: (name, template, page, path)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from api.console import freezes as freezing
from api.console.calendar import _day, agenda, weekdays
from api.console.change_words import MODELS, STATES
from api.console.pages import calendar as pages
from api.console.pages import freezes
from api.console.pages.frame import Choice, Form
from tests.api.console.house import NOW, before

FIRST, AFTER, TODAY = date(2026, 11, 1), date(2026, 12, 1), NOW.date()


def at(day: int, hour: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def change(
    number: int, title: str, model: str, state: str, starts: datetime, hours: int, *clashes: pages.Clash
) -> pages.Item:
    return pages.Item(
        title, starts, starts + timedelta(hours=hours), f"CHG-2026-{number:04d}", f"/changes/{number}", STATES[state],
        MODELS[model], clashes=clashes,
    )  # fmt: skip


FREEZE = pages.Item("End of the year: orders of the holidays", at(27), at(4, month=12), place="the house")
ITEMS = (
    change(38, "Move the recordings to the new storage", "normal", "closed", at(5, 22), 5),
    change(39, "Patch of the directory against a remote execution of code", "emergency", "review", at(11, 3), 2),
    change(41, "Rotate the certificates of the web chat", "standard", "scheduled", at(23, 20), 1),
    change(42, "Another version of the telephone switch", "normal", "authorise", at(23, 21), 3, pages.Clash("CHG-2026-0043", is_freeze=False, starts=at(23, 22), ends=at(24, 1))),
    change(43, "More memory for the recorder", "normal", "scheduled", at(23, 22), 3),
    change(44, "Colours of the wall", "normal", "draft", at(23, 23), 1),
    FREEZE,
    change(45, "A queue for Harbour Bank", "standard", "assess", at(30, 6), 1, pages.Clash(FREEZE.title, is_freeze=True, starts=FREEZE.starts, ends=FREEZE.ends)),
)  # fmt: skip
GRID = tuple(
    tuple(_day(date(2026, 10, 26) + timedelta(days=7 * week + day), FIRST, TODAY, ITEMS) for day in range(7))
    for week in range(6)
)
MONTH = pages.Month(
    "November 2026", weekdays(), GRID, agenda(ITEMS, FIRST, AFTER, TODAY), "/changes/calendar?month=2026-10",
    "/changes/calendar?month=2026-12", "", 2, feed=pages.Feed("1", before(60 * 24 * 9)), may_make=True, may_see_freezes=True,
)  # fmt: skip
BARE = tuple(tuple(replace(day, items=(), more=0, anchor="") for day in week) for week in GRID)
FREEZES = freezes.Freezes(
    (
        freezes.Row("1", "Election of the municipal councils", "the house", at(20), at(25), "Koffi Mensah", freezing.NOW, (freezes.Held("CHG-2026-0042", at(23, 21), at(24)),), ("Sales week of Harbour Telecom",), may_lift=True),
        freezes.Row("2", "Sales week of Harbour Telecom", "Harbour Telecom", at(24), at(29), "Esi Owusu", freezing.COMING, (), ("Election of the municipal councils",), may_lift=True),
    ),
    past=False, may_declare=True, form=Form({"about": "house"}), zone="Africa/Porto-Novo",
    places=(Choice("house", "The whole house"), Choice("client:harbour-telecom", "Client: Harbour Telecom"), Choice("system:main-switch", "System: Main Switch")),
)  # fmt: skip
EXAMPLES = (
    ("freezes", "changes/freezes.html", FREEZES, "/changes"),
    (
        "freezes-wrong", "changes/freezes.html",
        replace(FREEZES, rows=(), form=Form({"about": "house", "title": "Now", "starts_at": "2026-10-25T02:30"}, {"title": freezing.TITLE, "starts_at": "The clocks go back on this day, so this time comes twice. Say which of the two."})),
        "/changes",
    ),
    (
        "freezes-past", "changes/freezes.html",
        replace(FREEZES, past=True, may_declare=False, rows=(replace(FREEZES.rows[0], state=freezing.LIFTED, lifted=at(22), held=(), meets=(), may_lift=False),)),
        "/changes",
    ),
    ("calendar", "changes/calendar.html", MONTH, "/changes"),
    (
        "calendar-none", "changes/calendar.html",
        replace(MONTH, weeks=BARE, agenda=(), clashes=0, feed=None, today="/changes/calendar", cut=True),
        "/changes",
    ),
    (
        "calendar-address", "changes/calendar_address.html",
        pages.NewFeed("https://omniwarden.example/changes/calendar.ics?token=omnc_PaV7Jb0k3sQeX9wYz2LrT4uMnA8cDfGhIjKlOpQrStU"),
        "/changes",
    ),
)  # fmt: skip
