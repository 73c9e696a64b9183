"""Requests: the basket, what became of each, the form, a list looked at before it is asked for."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.frame import Choice, Form, HistoryRow, State


@dataclass(frozen=True)
class Found:
    """Something that stands against a line: it stops the request, or is to be looked at twice."""

    line: int
    stop: bool
    why: str


@dataclass(frozen=True)
class Line:
    """A line in words."""

    number: int
    title: str
    name: str
    href: str
    start: datetime | None
    end: datetime | None
    bound: str
    outcome: State | None = None
    why: str = ""
    gives: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Foreseen:
    """What a profile would give, what ends by it, and what stands against it; empty where none is chosen."""

    profile: str = ""
    gives: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    gains: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    stop: str = ""


@dataclass(frozen=True)
class Draft:
    """A request in the basket: what it asks, who would answer, and what stands against it."""

    id: str
    title: str
    reason: str
    lines: tuple[Line, ...]
    owners: str
    found: tuple[Found, ...]

    @property
    def stops(self) -> bool:
        """Whether it cannot be sent as it stands."""
        return any(one.stop for one in self.found)


@dataclass(frozen=True)
class Row:
    """A request in the list."""

    id: str
    title: str
    whom: str
    asker: str
    state: State
    at: datetime
    why: str


@dataclass(frozen=True)
class Basket:
    """What is put together, and what was asked."""

    drafts: tuple[Draft, ...]
    rows: tuple[Row, ...]
    older: str = ""
    all_of_them: bool = False
    form: Form = field(default_factory=Form)

    @property
    def sendable(self) -> int:
        """How many drafts nothing stops."""
        return sum(not draft.stops for draft in self.drafts)


@dataclass(frozen=True)
class Ask:
    """The form of one request, for one person."""

    form: Form
    deed: str
    deeds: tuple[Choice, ...]
    title: str
    person: str
    right: str
    profiles: tuple[Choice, ...]
    roles: tuple[Choice, ...]
    scopes: tuple[Choice, ...]
    sites: tuple[Choice, ...]


@dataclass(frozen=True)
class BadLine:
    """A line of a list that cannot be taken."""

    line: int
    why: str


@dataclass(frozen=True)
class List:
    """A list, looked at: `good` lines may be put into the basket, `bad` ones are named."""

    form: Form
    deeds: tuple[Choice, ...]
    profiles: tuple[Choice, ...]
    roles: tuple[Choice, ...]
    scopes: tuple[Choice, ...]
    looked: bool = False
    good: int = 0
    bad: tuple[BadLine, ...] = ()


@dataclass(frozen=True)
class Answered:
    """An answer that was given."""

    name: str
    on_behalf: str
    role: str
    yes: bool
    at: datetime
    comment: str
    void: str = ""


@dataclass(frozen=True)
class Request:
    """A request: what it asks, who has answered, what became of it."""

    id: str
    title: str
    state: State
    reason: str
    why: str
    asker: str
    drafted: datetime
    asked: datetime | None
    settled: datetime | None
    executed: datetime | None
    lines: tuple[Line, ...]
    answers: tuple[Answered, ...]
    missing: tuple[str, ...]
    history: tuple[HistoryRow, ...]
    may_withdraw: bool
    question: str
    form: Form = field(default_factory=Form)
