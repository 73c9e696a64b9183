"""The frame around every page, and the small shapes that many pages share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

BELONGS: Mapping[str, str] = {
    "/firewalls/audited/": "/firewalls/audits/",
    "/firewalls/audit-findings/": "/firewalls/audits/",
}
"""Paths whose place in the navigation another path names."""


@dataclass(frozen=True)
class State:
    """A state as a word and a colour. `word` is marked for the catalogue and translated where it is shown."""

    word: str
    colour: str = "grey"


@dataclass(frozen=True)
class Choice:
    """One option of a select or a set of radio buttons."""

    value: str
    label: str


@dataclass(frozen=True)
class Form:
    """What a person typed and what is wrong with it, by field name."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    once: str = ""

    def value(self, name: str) -> str:
        """What was typed, empty when nothing was."""
        return self.values.get(name, "")


@dataclass(frozen=True)
class Link:
    """A place of the navigation with the count of what waits there."""

    label: str
    href: str
    icon: str
    count: int = 0
    key: str = ""


@dataclass(frozen=True)
class Group:
    """Places of one job."""

    label: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class AgentState:
    """The agent's own state switch."""

    state: State
    since: datetime
    ready: bool
    offline: bool
    reasons: tuple[Choice, ...]


@dataclass(frozen=True)
class Call:
    """The call that rings or is talked on, or waits for its disposition."""

    phase: str  # ringing, connected, held, wrap-up
    who: str
    number: str
    queue: str
    since: datetime
    conversation: str
    language: str
    dispositions: tuple[Choice, ...] = ()
    wrap_until: datetime | None = None


@dataclass(frozen=True)
class Phone:
    """The browser's telephone: is voice connected at all, and the call in hand."""

    connected: bool
    call: Call | None = None


@dataclass(frozen=True)
class Alarmed:
    """How many alarms of high danger nobody has taken on, and who is on call."""

    count: int
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """What surrounds a page.

    `live` is the ledger index the page was rendered at, None for nobody; `held` the fingerprint of what its reader held then.
    """

    language: str
    now: datetime
    path: str
    theme: str = "system"
    density: str = "comfortable"
    person_id: str = ""
    name: str = ""
    user_name: str = ""
    role: str = ""
    groups: tuple[Group, ...] = ()
    agent: AgentState | None = None
    phone: Phone | None = None
    alarm: Alarmed | None = None
    """None for those who have nothing to do with alarms."""
    live: int | None = None
    held: str = ""
    demo: bool = False
    done: str = ""
    can_search: bool = False

    @property
    def here(self) -> str:
        """The place of the navigation that the page belongs to: of several that hold its path, the nearest."""
        paths = [link.href for group in self.groups for link in group.links]
        path = next(
            (place + self.path.removeprefix(own) for own, place in BELONGS.items() if self.path.startswith(own)),
            self.path,
        )
        return max((one for one in paths if path == one or path.startswith(f"{one}/")), key=len, default="")

    @property
    def initials(self) -> str:
        """First letters of the first and the last name."""
        names = self.name.split()
        return "".join(name[0] for name in (names[:1] + names[-1:] if len(names) > 1 else names)).upper()


@dataclass(frozen=True)
class HistoryRow:
    """One entry of the ledger in a sentence, with the way to its proof."""

    index: int | None
    sentence: str
    at: datetime
    icon: str
    outcome: State
    refused: bool = False
    why: str = ""
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A bar of a chart."""

    label: str
    value: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A bar chart with its title, a sentence that says what it shows, and its figures."""

    id: str
    title: str
    description: str
    columns: tuple[Column, ...] = field(default_factory=tuple)
