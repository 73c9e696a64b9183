"""Service accounts: the list, one with its keys and roles, the form that opens one, and a key that was just made."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Choice, Form, HistoryRow, State


@dataclass(frozen=True)
class ServiceRow:
    """A service account in the list."""

    id: str
    name: str
    purpose: str
    owner: str
    owner_is_here: bool
    place: str
    used: datetime | None
    end: datetime | None
    state: State


@dataclass(frozen=True)
class Services:
    """The service accounts one may see."""

    rows: tuple[ServiceRow, ...]
    may_open: bool = False


@dataclass(frozen=True)
class NewService:
    """The form that opens a service account."""

    form: Form
    sites: tuple[Choice, ...]
    longest_days: int


@dataclass(frozen=True)
class Key:
    """A key of a service account."""

    id: str
    label: str
    kind: str
    made: datetime
    end: datetime
    used: datetime | None
    state: State
    may_end: bool = False


@dataclass(frozen=True)
class Role:
    """A role a program holds."""

    label: str
    place: str
    end: datetime | None
    reason: str


@dataclass(frozen=True)
class Service:
    """A service account: whose, what for, its keys, its roles, what may be done now."""

    id: str
    name: str
    platform: str
    purpose: str
    owner: str
    owner_is_here: bool
    place: str
    made: datetime
    end: datetime | None
    used: datetime | None
    state: State
    keys: tuple[Key, ...]
    roles: tuple[Role, ...]
    history: tuple[HistoryRow, ...]
    form: Form
    choices: tuple[Choice, ...] = ()
    may_issue: bool = False
    may_give: bool = False
    may_transfer: bool = False
    may_close: bool = False
    overlap_hours: int = 0


@dataclass(frozen=True)
class NewKey:
    """A token that was just made, shown once."""

    id: str
    name: str
    token: str
    end: datetime
