"""Access review: the campaigns one answers in, and the rights of one campaign."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Choice, Form, State


@dataclass(frozen=True)
class Campaign:
    """A campaign in the list: how much waits, and how much of it for me."""

    id: str
    title: str
    about: str
    reason: str
    due: datetime
    suspend: datetime
    open: int
    mine: int
    asked: int
    left_out: int
    state: State


@dataclass(frozen=True)
class Campaigns:
    """The campaigns one may see, and the form that opens one."""

    rows: tuple[Campaign, ...]
    form: Form
    may_open: bool = False
    kinds: tuple[Choice, ...] = ()
    may_see_closed: bool = False
    closed: bool = False


@dataclass(frozen=True)
class Right:
    """A right before its reviewer. `verdict` is how it was decided, none while it is open."""

    id: str
    person: str
    job: str
    right: str
    scope: str
    why: State
    given: datetime | None
    giver: str
    given_for: str
    ends: datetime | None
    used: datetime | None
    verdict: State | None = None
    reason: str = ""
    may_undo: bool = False
    from_whom: str = ""


@dataclass(frozen=True)
class RightRow:
    """One row, as the house has it now."""

    row: Right


@dataclass(frozen=True)
class Review:
    """One campaign's rights. `open` counts all that wait for me, `rest` those of them on later pages."""

    id: str
    title: str
    rows: tuple[Right, ...]
    open: int
    due: datetime
    suspend: datetime
    form: Form
    decided: bool = False
    next: str = ""

    @property
    def rest(self) -> int:
        """How many wait on the pages after this one."""
        return max(0, self.open - sum(row.verdict is None for row in self.rows))
