"""How secrets live: cases of disclosure, and letters with their receipts."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Form, State


@dataclass(frozen=True)
class Case:
    """A case of disclosure: whose account, how long until it was locked, what ended."""

    id: str
    who: str
    kind: str
    reported_by: str
    signalled: datetime
    seconds: str
    in_time: bool
    ended: tuple[tuple[str, int], ...]
    state: State
    is_open: bool


@dataclass(frozen=True)
class Cases:
    """The cases of disclosure, the latest first."""

    rows: tuple[Case, ...]
    limit_seconds: int


@dataclass(frozen=True)
class CasePage:
    """One case, with what was said of it and what was found."""

    case: Case
    note: str
    finding: str
    closed: datetime | None
    closed_by: str
    form: Form
    may_close: bool = False


@dataclass(frozen=True)
class LetterRow:
    """A letter and its receipt: to whom, by which channel, what the carrier answered."""

    person: str
    person_id: str
    what: str
    channel: str
    address: str
    made: datetime
    sent: datetime | None
    carrier: str
    state: State


@dataclass(frozen=True)
class Letters:
    """Letters with their receipts, the latest first."""

    rows: tuple[LetterRow, ...]
    waiting: int
    older: str = ""
    may_resend: bool = False
