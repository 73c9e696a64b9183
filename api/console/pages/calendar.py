"""The calendar of changes: a month as a table, the same as an agenda, and the address for one's own calendar program."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.frame import Form, State


@dataclass(frozen=True)
class Clash:
    """What stands in the way of a change: another change by its number, or a freeze by its title."""

    name: str
    is_freeze: bool
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Item:
    """A window or a freeze. Without a number it is a freeze, and `place` says where nothing changes."""

    title: str
    starts: datetime
    ends: datetime
    number: str = ""
    href: str = ""
    state: State | None = None
    model: str = ""
    place: str = ""
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True)
class Shown:
    """An item on one of its days: `at` is the hour at which it begins there, empty where it began before."""

    item: Item
    at: str = ""


@dataclass(frozen=True)
class Day:
    """A day of the table; `outside` belongs to the month before or after."""

    number: int
    anchor: str
    items: tuple[Shown, ...] = ()
    more: int = 0
    outside: bool = False
    today: bool = False


@dataclass(frozen=True)
class AgendaDay:
    """A day of the agenda, in full, with what begins on it or was under way when the month began."""

    label: str
    anchor: str
    items: tuple[Item, ...]
    today: bool = False


@dataclass(frozen=True)
class Feed:
    """One's calendar address: since when there is one, never what it is."""

    id: str
    made: datetime


@dataclass(frozen=True)
class Month:
    """A month of changes."""

    title: str
    weekdays: tuple[tuple[str, str], ...]
    """Short and long."""
    weeks: tuple[tuple[Day, ...], ...]
    agenda: tuple[AgendaDay, ...]
    before: str
    after: str
    today: str
    """Address of the month that runs; empty where it is the one that is shown."""
    clashes: int
    cut: bool = False
    """More happens in it than is shown."""
    feed: Feed | None = None
    may_make: bool = False
    may_see_freezes: bool = False
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class NewFeed:
    """A calendar address that was just made: shown now and never again."""

    address: str
