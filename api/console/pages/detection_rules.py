"""Imported detection rules: the list with what is handed in, one rule with its versions, trials and its end."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.firewall_reviews import Line
from api.console.pages.frame import Form, State


@dataclass(frozen=True)
class Row:
    """A rule in the list."""

    id: str
    title: str
    danger: State
    state: State
    versions: int
    until: datetime | None
    newer: bool
    """A version is there that came after the one that is on."""


@dataclass(frozen=True)
class Rules:
    """The imported rules, and the form that takes more of them."""

    rows: tuple[Row, ...]
    most_bytes: int
    may_take: bool = False
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class Version:
    """A text of a rule as it was handed in once, and what its trial found."""

    id: str
    number: int
    danger: State
    by: str
    taken: datetime
    text: str
    digest: str
    is_on: bool
    tried: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    events: int = 0
    subjects: int = 0


@dataclass(frozen=True)
class Rule:
    """One rule: its versions, the newest first; whether it is on, who said so, until when."""

    id: str
    key: str
    title: str
    state: State
    versions: tuple[Version, ...]
    lines: tuple[Line, ...]
    """Lines that the trial of the newest version found."""
    until: datetime | None
    by: str
    longest: datetime
    may_try: bool = False
    may_switch: bool = False
    form: Form = field(default_factory=Form)
