"""Deviations: the board, and one case."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Choice, Form, HistoryRow, State


@dataclass(frozen=True)
class Row:
    """A case on the board."""

    id: str
    kind: str
    name: str
    platform: str
    owner: str
    found: datetime
    due: datetime
    late: bool
    state: State


@dataclass(frozen=True)
class Standing:
    """How a directory stands: whether it answers, and when all of it was last compared."""

    platform: str
    state: State
    why: str
    whole: datetime | None


@dataclass(frozen=True)
class Board:
    """The cases one may see, the one due first on top."""

    form: Form
    kinds: tuple[Choice, ...]
    states: tuple[Choice, ...]
    rows: tuple[Row, ...]
    late: int
    directories: tuple[Standing, ...]
    filtered: bool = False
    older: str = ""


@dataclass(frozen=True)
class Case:
    """One deviation: what was found, whose it is, and what may be done about it now."""

    id: str
    kind: str
    meaning: str
    name: str
    state: State
    platform: str
    clause: str
    facts: tuple[tuple[str, str], ...]
    person_href: str
    owner: str
    found: datetime
    due: datetime
    late: bool
    history: tuple[HistoryRow, ...]
    form: Form
    asked: datetime | None = None
    fault: str = ""
    waiver: str = ""
    settled: datetime | None = None
    how: str = ""
    correction: str = ""
    """What a correction writes; empty where none is possible or it may not be asked for."""
    may_accept: bool = False
    may_close: bool = False
    until: datetime | None = None
    """Until when it is accepted."""
    may_end: bool = False
