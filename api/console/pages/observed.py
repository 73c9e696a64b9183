"""What collectors saw in production, and what of it was authorised."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Choice, Form, State


@dataclass(frozen=True)
class Row:
    """Something that was seen, and its verdict."""

    id: str
    system: str
    source: str
    what: str
    before: str
    after: str
    first: datetime
    last: datetime
    since: datetime | None
    count: int
    by: str
    verdict: State
    bound: str
    """The number of the change it speaks of; empty for none."""
    found: str
    """The number of the unauthorised change that was opened for it."""
    found_state: State | None


@dataclass(frozen=True)
class List:
    """What was seen: first what nobody authorised, then what matched."""

    form: Form
    verdicts: tuple[Choice, ...]
    rows: tuple[Row, ...]
    unmatched: bool
    older: str = ""
    may_see_reviews: bool = False
