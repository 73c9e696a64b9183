"""The ledger browser."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Choice, Form, HistoryRow, State


@dataclass(frozen=True)
class Search:
    """Entries that match, newest first. `older` is the address of the next page."""

    form: Form
    rows: tuple[HistoryRow, ...]
    size: int
    signed: datetime | None
    outcomes: tuple[Choice, ...]
    older: str = ""
    newest: str = ""
    filtered: bool = False


@dataclass(frozen=True)
class Change:
    """A field before and after."""

    thing: str
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Step:
    """A hash on the way from the entry to the root."""

    side: str
    hash: str


@dataclass(frozen=True)
class Proof:
    """Inclusion of the entry in the signed tree."""

    holds: bool
    index: int
    size: int
    leaf: str
    root: str
    path: tuple[str, ...]
    checkpoint: str


@dataclass(frozen=True)
class Entry:
    """One entry: who, what, why it was allowed, what changed, and the proof."""

    index: int | None
    sentence: str
    icon: str
    outcome: State
    at: datetime
    actor: str
    actor_href: str
    session: str
    action: str
    target: str
    target_href: str
    scope: str
    clauses: tuple[tuple[str, str], ...]
    why: str
    edition: int
    changes: tuple[Change, ...]
    notes: tuple[tuple[str, str], ...]
    facts: tuple[str, ...]
    body: str
    proof: Proof | None
    action_id: str
    before: str = ""
    after: str = ""
