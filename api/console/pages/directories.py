"""Directories: the list, the form that adds one, a trial, one with its groups and looks, and whose its entries are."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.frame import Choice, Form, HistoryRow, State


@dataclass(frozen=True)
class Row:
    """A directory in the list."""

    id: str
    name: str
    kind: str
    url: str
    state: State
    why: str
    answered: datetime | None
    whole: datetime | None
    entries: int
    deviations: int


@dataclass(frozen=True)
class Directories:
    """The directories the house governs."""

    rows: tuple[Row, ...]
    may_add: bool = False
    needs_elevation: bool = False


@dataclass(frozen=True)
class Trial:
    """How a directory answered when it was tried: step by step, and what is wrong."""

    state: State
    why: str
    remedy: str
    steps: tuple[tuple[str, bool], ...]
    seconds: str
    counts: str = ""
    odd_names: int = 0


@dataclass(frozen=True)
class New:
    """The form that adds a directory; a trial stands beside it once it was asked for."""

    form: Form
    platforms: tuple[Choice, ...]
    trial: Trial | None = None


@dataclass(frozen=True)
class Group:
    """A group that is a right."""

    id: str
    name: str
    role: str
    place: str


@dataclass(frozen=True)
class Look:
    """A look in the history."""

    at: datetime
    what: str
    seconds: str
    told: str
    state: State
    why: str


@dataclass(frozen=True)
class Directory:
    """One directory: how it stands, its numbers, its groups, its looks, and what may be done now."""

    id: str
    name: str
    kind: str
    state: State
    why: str
    remedy: str
    url: str
    bind_dn: str
    people: str
    groups: str
    pattern: str
    authority: str
    active: bool
    asked: datetime | None
    answered: datetime | None
    whole: datetime | None
    entries: int
    bound: int
    unbound_accounts: int
    deviations: tuple[tuple[str, str, int], ...]
    group_rights: tuple[Group, ...]
    looks: tuple[Look, ...]
    history: tuple[HistoryRow, ...]
    form: Form
    trial: Trial | None = None
    system: str = ""
    """The name of the system of the register that it is."""
    systems: tuple[Choice, ...] = ()
    may_look: bool = False
    may_change: bool = False
    needs_elevation: bool = False


@dataclass(frozen=True)
class Groups:
    """The form that makes a group a right; without groups the directory did not tell, and `why` says so."""

    id: str
    name: str
    form: Form
    groups: tuple[Choice, ...]
    roles: tuple[Choice, ...]
    scopes: tuple[Choice, ...]
    why: str = ""


@dataclass(frozen=True)
class Candidate:
    """Whose an entry may be, and why."""

    person: str
    account: str
    name: str
    user_name: str
    agree: str
    is_sure: bool


@dataclass(frozen=True)
class Entry:
    """An entry nobody is bound to."""

    key: str
    name: str
    person: str
    mail: str
    enabled: bool
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Bindings:
    """Entries nobody is bound to, a page of them."""

    id: str
    name: str
    rows: tuple[Entry, ...]
    form: Form
    total: int
    older: str = ""
    is_first: bool = True
    may_import: bool = False


@dataclass(frozen=True)
class OwnPassword:
    """The form that sets one's own password in a directory."""

    form: Form
    id: str
    directory: str
    name: str
    rules: tuple[str, ...] = field(default_factory=tuple)
