"""The approvals inbox, and one decision on one screen."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.frame import Choice, Form, State
from api.console.pages.requests import Answered, Found


@dataclass(frozen=True)
class Waiting:
    """A question that waits for somebody's answer."""

    id: str
    title: str
    whom: str
    asker: str
    asked: datetime
    answer_by: datetime
    late: bool


@dataclass(frozen=True)
class Inbox:
    """Everything that waits for somebody, the most urgent first."""

    rows: tuple[Waiting, ...]


@dataclass(frozen=True)
class Right:
    """A right somebody has now."""

    role: str
    place: str
    end: datetime | None


@dataclass(frozen=True)
class Subject:
    """A line as the approver needs it: whom it is about, what they have, what it would add."""

    number: int
    title: str
    name: str
    href: str
    facts: tuple[tuple[str, str], ...]
    joined: datetime | None
    start: datetime | None
    end: datetime | None
    ends_now: datetime | None
    bound: str
    held: tuple[Right, ...]
    meaning: str
    gains: tuple[str, ...]
    found: tuple[Found, ...]
    gives: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """One question with everything a decision rests on, and the two buttons."""

    id: str
    digest: str
    title: str
    kind: str
    state: State
    asker: str
    asked: datetime
    answer_by: datetime
    reason: str
    subjects: tuple[Subject, ...]
    facts: tuple[tuple[str, str], ...]
    revisions: int
    answers: tuple[Answered, ...]
    missing: tuple[str, ...]
    voices: tuple[Choice, ...]
    why_not: str
    form: Form = field(default_factory=Form)
    whole: str = ""
