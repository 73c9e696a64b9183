"""Pages of few words: problems, search, the demonstration house's codes, the visitor's chat."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Problem:
    """What happened, what was kept, what to do. `clause` is the rule that refused, `repair` the way to put it right."""

    status: int
    title: str
    what: str
    clause: str = ""
    clause_text: str = ""
    repair: str = ""
    repair_href: str = ""
    reference: str = ""
    ended: tuple[tuple[str, datetime], ...] = ()
    """Rights of this person that ended lately, and when: a door that was open until a moment ago says why it closed."""


@dataclass(frozen=True)
class Hit:
    """Something found."""

    label: str
    detail: str
    href: str
    icon: str


@dataclass(frozen=True)
class Found:
    """What a search found."""

    query: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Code:
    """The current six digits of a person of the demonstration house."""

    name: str
    user_name: str
    role: str
    code: str


@dataclass(frozen=True)
class Codes:
    """Current codes and when they change."""

    password: str
    codes: tuple[Code, ...]
    until: datetime


@dataclass(frozen=True)
class Chat:
    """The visitor's side of a web chat."""

    key: str
    title: str
    greeting: str
    framed: bool
    languages: tuple[tuple[str, str], ...]
