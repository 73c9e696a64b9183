"""Log files sent by the browser: the form with its preview, the files of a device, one of them on its way."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.frame import Choice, Form, State


@dataclass(frozen=True)
class Upload:
    """A file on its way: how much of it is here, how far it is read, what became of it."""

    id: str
    device_id: str
    name: str
    size: int
    state: State
    step: str
    begun: datetime
    by: str
    held: int
    parts: int
    read: int
    lines: int
    unread: int
    partial: bool
    why: str = ""
    batch_id: str = ""
    days: tuple[str, ...] = ()
    may_send: bool = False
    may_keep: bool = False
    may_drop: bool = False


@dataclass(frozen=True)
class Uploads:
    """The form by which a file is sent, and what was sent before."""

    device_id: str
    device: str
    zone: str
    formats: str
    years: tuple[Choice, ...]
    part_size: int
    rows: tuple[Upload, ...] = ()
    may_send: bool = False
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class One:
    """One file on its way."""

    device: str
    upload: Upload
    part_size: int
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class Line:
    """A line of the preview, as a format reads it."""

    line: str
    read: bool
    at: datetime | None
    verdict: str
    source: str
    destination: str
    told: str


@dataclass(frozen=True)
class Likely:
    """A format that reads the file, with the first lines as it reads them."""

    name: str
    title: str
    read: int
    lines: int
    rows: tuple[Line, ...]


@dataclass(frozen=True)
class Preview:
    """The beginning of a file as the likeliest formats read it; none: it holds no line."""

    likely: tuple[Likely, ...]
    problem: str = ""
