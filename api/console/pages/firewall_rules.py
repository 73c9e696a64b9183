"""Rules of a firewall: what was found in them, one finding, the listing, and what decides of a packet."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.frame import Choice, Form, State


@dataclass(frozen=True)
class Finding:
    """A finding in a list."""

    id: str
    name: str
    sentence: str
    impact: State
    state: State
    filter: str
    line: int
    text: str
    because: tuple[str, ...]
    more: int
    """Rules that cause it and are not named."""
    first: datetime
    due: datetime | None
    """Until when it is accepted, or to be mended."""


@dataclass(frozen=True)
class Use:
    """How long rules were watched, by what, and how many of them can be spoken of."""

    source: str
    since: datetime
    until: datetime
    days: int
    rules: int
    unused: int
    bars: tuple["Bar", ...] = ()


@dataclass(frozen=True)
class Bar:
    """A rule with its hits."""

    label: str
    value: int
    text: str


@dataclass(frozen=True)
class Analysis:
    """What was looked at, and what was not."""

    number: int
    made: datetime
    seconds: str
    complete: bool
    why: str
    not_looked: tuple[str, ...]
    rules: int
    inexact: int
    unweighed: int
    unread: int
    unmodelled: tuple[str, ...]
    not_judged: tuple[str, ...]
    stopped: tuple[str, ...]
    found: int
    uses: tuple[Use, ...]
    unprovable: int
    """Rules of which no counter and no line of ours can tell whether they are used."""


@dataclass(frozen=True)
class Rules:
    """What was found in the rules of a device."""

    id: str
    name: str
    slug: str
    number: int | None
    analysis: Analysis | None
    form: Form
    impacts: tuple[Choice, ...]
    findings: tuple[Finding, ...]
    shown: int
    """Findings of this choice before the page was cut."""
    gone: int
    waiting: bool
    """A newer version, or none, was judged so far."""


@dataclass(frozen=True)
class FindingPage:
    """One finding, what was said of it, and the form to say something."""

    finding: Finding
    device: str
    device_name: str
    because: tuple[str, ...]
    reason: str
    by: str
    at: datetime | None
    mender: str
    change: str
    last: datetime
    version: int
    may_answer: bool
    answered: bool
    longest: datetime
    menders: tuple[Choice, ...]
    form: Form


@dataclass(frozen=True)
class Line:
    """One rule of the listing."""

    filter: str
    place: int
    line: int
    action: State
    traffic: tuple[str, ...]
    more: int
    owner: str
    ticket: str
    ends: datetime | None
    logs: bool
    off: bool
    notes: tuple[str, ...]
    comment: str
    text: str
    owning: str = ""
    """Where it is said who answers for it; empty for whoever may not."""


@dataclass(frozen=True)
class Owning:
    """Who answers for one rule, and the form to say so."""

    id: str
    name: str
    back: str
    rule: str
    row: Line
    registered: bool
    form: Form


@dataclass(frozen=True)
class Listing:
    """The rules in plain words, a page of them."""

    id: str
    name: str
    number: int
    words: str
    found: int
    rows: tuple[Line, ...]
    newer: str
    older: str


@dataclass(frozen=True)
class Decides:
    """A rule that decides of what was asked, or of a part of it."""

    action: State
    line: int
    text: str
    packets: str
    default: bool


@dataclass(frozen=True)
class List:
    """What one list does with it."""

    name: str
    applied: str
    rows: tuple[Decides, ...]
    more: int
    doubtful: tuple[str, ...]
    undecided: bool


@dataclass(frozen=True)
class Question:
    """What decides of a packet."""

    id: str
    name: str
    form: Form
    hooks: tuple[Choice, ...]
    asked: bool
    lists: tuple[List, ...] = field(default=())
