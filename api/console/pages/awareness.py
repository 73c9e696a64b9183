"""Awareness: what a trial mail's link shows, and the page of who gives reminders, runs trials and follows reported breaches."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Choice, Form, State


@dataclass(frozen=True)
class Trial:
    """What stands behind the link of a trial mail; the same for every link. `course` is the one it leads to, or empty."""

    token: str
    course: str


@dataclass(frozen=True)
class Reminder:
    """The reminder that stands now; `seen` when the reader said that they read it."""

    id: str
    text: str
    at: datetime
    seen: datetime | None


@dataclass(frozen=True)
class TrialRow:
    """A trial with its figures; `draft` when its approval can still be asked for."""

    id: str
    subject: str
    place: str
    at: datetime
    state: State
    sent: int
    followed: int
    reported: int
    draft: bool = False
    waits: bool = False
    """Whether it can still be taken back."""

    def percent(self, count: int) -> int:
        """Give a count in whole percent of the mails sent."""
        return count * 100 // self.sent if self.sent else 0


@dataclass(frozen=True)
class BreachRow:
    """A reported breach as the security officer reads it."""

    id: str
    kind: str
    told: str
    who: str
    at: datetime
    state: State
    open: bool
    outcome: str = ""


@dataclass(frozen=True)
class Awareness:
    """The page of awareness; a part is None where the reader may not see it."""

    form: Form
    reminder: Reminder | None = None
    may_remind: bool = False
    may_plan: bool = False
    may_close: bool = False
    trials: tuple[TrialRow, ...] | None = None
    breaches: tuple[BreachRow, ...] | None = None


@dataclass(frozen=True)
class NewTrial:
    """A trial mail to be drafted, in each language of the house."""

    form: Form
    places: tuple[Choice, ...]
    languages: tuple[Choice, ...]
