"""The access directive and its procedures: the list, one to read and acknowledge, and the next version being written."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import Choice, Form, State


@dataclass(frozen=True)
class DirectiveRow:
    """A document in the list; `read` is when the reader acknowledged the version in force."""

    id: str
    title: str
    kind: str
    number: int | None
    since: datetime | None
    state: State


@dataclass(frozen=True)
class Directives:
    """The documents of the house, and the form that adds one."""

    rows: tuple[DirectiveRow, ...]
    form: Form
    kinds: tuple[Choice, ...] = ()
    may_add: bool = False
    unread: int = 0


@dataclass(frozen=True)
class Version:
    """A version in the list of versions."""

    id: str
    number: int
    state: State
    summary: str
    by: str
    at: datetime
    may_ask: bool = False
    may_drop: bool = False


@dataclass(frozen=True)
class Directive:
    """A document as it is read: its text in paragraphs (`heading` or not), and whether it is acknowledged."""

    id: str
    title: str
    kind: str
    state: State | None
    number: int | None
    version: str
    digest: str
    paragraphs: tuple[tuple[bool, str], ...]
    read: datetime | None
    may_acknowledge: bool
    may_write: bool
    versions: tuple[Version, ...]
    since: datetime | None = None


@dataclass(frozen=True)
class Writing:
    """The next version of a document being written."""

    id: str
    title: str
    number: int
    form: Form
