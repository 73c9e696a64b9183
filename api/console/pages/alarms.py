"""Alarms: the list, one with its lines, the rules, who is on call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.frame import Choice, Form, State


@dataclass(frozen=True)
class Row:
    """An alarm in the list."""

    id: str
    title: str
    danger: State
    state: State
    mark: State | None
    device: str
    count: int
    raised: datetime
    last: datetime
    by: str
    """Who has taken it on."""


@dataclass(frozen=True)
class Health:
    """Whether the alarms are watched for, who is on call, and when they were tested last."""

    state: State
    beat: datetime | None
    lag: str
    lines: int
    unread: int
    forgotten: int
    missed: int
    rules: int
    first: tuple[str, ...]
    second: tuple[str, ...]
    tested: datetime | None
    test_late: bool


@dataclass(frozen=True)
class Test:
    """A test and how long each part of its way took."""

    id: str
    alarm: str
    asked: datetime
    raised: str
    answered: str


@dataclass(frozen=True)
class List:
    """The alarms, those that wait first."""

    rows: tuple[Row, ...]
    closed: bool
    health: Health | None = None
    tests: tuple[Test, ...] = ()
    devices: tuple[Choice, ...] = ()
    may_test: bool = False


@dataclass(frozen=True)
class Sending:
    """That somebody was told."""

    step: str
    person: str
    channel: str
    told: datetime
    took: str
    """From the line to the letter that left; empty while it waits."""


@dataclass(frozen=True)
class Alarm:
    """One alarm."""

    row: Row
    about: str
    first: datetime
    lines: tuple[str, ...]
    sendings: tuple[Sending, ...]
    rule: str = ""
    rule_name: str = ""
    acknowledged: datetime | None = None
    next: datetime | None = None
    closed: datetime | None = None
    closed_by: str = ""
    disposition: State | None = None
    words: str = ""
    may_acknowledge: bool = False
    may_close: bool = False
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class RuleRow:
    """A rule in the list."""

    id: str
    slug: str
    name: str
    says: str
    danger: State
    state: State
    alarms: int
    off_until: datetime | None = None
    off_reason: str = ""


@dataclass(frozen=True)
class Rules:
    """The rules."""

    rows: tuple[RuleRow, ...]
    may_write: bool = False


@dataclass(frozen=True)
class Version:
    """A rule as somebody wrote it."""

    number: int
    why: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Trial:
    """How often a rule would have fired."""

    days: int
    fired: int
    again: int
    looked: int
    is_whole: bool
    rows: tuple[tuple[datetime, str, int], ...]


@dataclass(frozen=True)
class Rule:
    """A rule with its form, its versions, and what a trial of it found."""

    form: Form
    row: RuleRow | None = None
    number: int = 0
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    versions: tuple[Version, ...] = ()
    trial: Trial | None = None
    may_write: bool = False
    off_form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class Shift:
    """A shift on the calendar."""

    id: str
    line: str
    person: str
    since: datetime
    until: datetime
    offered: str
    is_mine: bool
    is_offered_to_me: bool
    passed: bool = False


@dataclass(frozen=True)
class Gap:
    """Hours that nobody has."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Day:
    """A day of the calendar: who is called first, and whether hours of it are nobody's."""

    label: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    gap: bool
    today: bool
    passed: bool


@dataclass(frozen=True)
class Calendar:
    """Who is on call, a week or a month of it."""

    title: str
    month: bool
    weekdays: tuple[tuple[str, str], ...]
    weeks: tuple[tuple[Day, ...], ...]
    shifts: tuple[Shift, ...]
    gaps: tuple[Gap, ...]
    before: str
    after: str
    people: tuple[Choice, ...] = ()
    may_plan: bool = False
    may_offer: bool = False
    form: Form = field(default_factory=Form)
