"""Elevations and the break-glass: asked, taken up, ended, reviewed, documented."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Choice, Form, HistoryRow, State


@dataclass(frozen=True)
class ElevationRow:
    """An elevation in the list, and what I may do with it now."""

    id: str
    who: str
    role: str
    scope: str
    bound_to: str
    reason: str
    start: datetime
    end: datetime
    state: State
    may_take_up: bool = False
    may_end: bool = False
    has_deeds: bool = False


@dataclass(frozen=True)
class Elevations:
    """The elevations I may see, and the form that asks for one."""

    rows: tuple[ElevationRow, ...]
    form: Form
    roles: tuple[Choice, ...]
    hours: tuple[Choice, ...]


@dataclass(frozen=True)
class Deeds:
    """What was done under a privileged role, from the ledger, and its review."""

    id: str
    who: str
    role: str
    bound_to: str
    reason: str
    start: datetime
    end: datetime | None
    state: State
    rows: tuple[HistoryRow, ...]
    total: int
    form: Form
    more: str = ""
    may_review: bool = False
    approved: bool = False
    """Whether who sees this has approved it, and so leaves its review to another."""
    verdict: State | None = None
    reviewer: str = ""
    remark: str = ""


@dataclass(frozen=True)
class GlassRow:
    """A break-glass in the list, and what I may do with it now."""

    id: str
    who: str
    role: str
    bound_to: str
    reason: str
    keepers: str
    asked: datetime
    until: datetime
    state: State
    document: str = ""
    may_confirm: bool = False
    may_end: bool = False
    may_document: bool = False
    may_acknowledge: bool = False


@dataclass(frozen=True)
class BreakGlass:
    """The break-glass: what is asked, open or undocumented, and the first key."""

    rows: tuple[GlassRow, ...]
    form: Form
    roles: tuple[Choice, ...] = ()
    may_ask: bool = False
    blocked: bool = False
