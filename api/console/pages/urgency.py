"""What cannot wait on a change's page: a word given by telephone, the papers of an emergency and their clock."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Choice, State


@dataclass(frozen=True)
class Word:
    """A spoken authorisation: by whom, how, when, who heard it; until when it is confirmed."""

    by: str
    channel: str
    at: datetime
    witness: str
    confirm_by: datetime
    state: State
    settled: datetime | None = None
    answer: str = ""
    """Where whoever looks confirms it; empty where it is not asked of them."""


@dataclass(frozen=True)
class Urgency:
    """What an emergency wants, and what of it whoever looks may do now."""

    word: Word | None = None
    due: datetime | None = None
    documented: datetime | None = None
    is_late: bool = False
    suspended: datetime | None = None
    may_record: bool = False
    may_document: bool = False
    may_see: bool = False
    directors: tuple[Choice, ...] = ()
    channels: tuple[Choice, ...] = ()
    now: str = ""
    """The present time as the field of a form writes it."""
    which: str = ""
    """Which of two it is, where the clocks go back."""
    zone: str = ""
