"""The six-monthly audit: the list, the audit as a matrix, a device with its checklist, a finding, the method and its versions."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.frame import Choice, Form, State


@dataclass(frozen=True)
class Row:
    """An audit in the list."""

    id: str
    opened: datetime
    due: datetime
    state: State
    devices: int
    findings: int
    signed: datetime | None
    signed_name: str
    late: bool = False


@dataclass(frozen=True)
class List:
    """The audits, the newest first, and what is due."""

    rows: tuple[Row, ...]
    waiting: datetime | None
    """When the duty is due that has no audit, because no method is approved."""
    method: int | None
    before: datetime | None
    """By when the next must be signed."""
    findings: int = 0
    """Findings that wait for whoever looks."""
    sees: bool = True


@dataclass(frozen=True)
class Cell:
    """An area of a device: how many points are left, how many are not in order; empty where the method asks nothing."""

    left: int
    wrong: int
    asked: int


@dataclass(frozen=True)
class DeviceRow:
    """A device of the matrix."""

    id: str
    slug: str
    name: str
    tools: State
    cells: tuple[Cell, ...]
    sample_left: int
    sample: int
    findings: int
    retired: bool = False


@dataclass(frozen=True)
class Finding:
    """A finding in a list."""

    id: str
    title: str
    detail: str
    danger: State
    state: State
    device: str
    owner: str
    due: datetime
    late: bool


@dataclass(frozen=True)
class Audit:
    """One audit."""

    id: str
    since: datetime
    until: datetime
    due: datetime
    state: State
    method: int
    method_digest: str
    seed: str
    areas: tuple[str, ...]
    devices: tuple[DeviceRow, ...]
    added: tuple[str, ...]
    findings: tuple[Finding, ...]
    missing: str
    gathering: bool = False
    may_sign: bool = False
    conclusion: str = ""
    signed: datetime | None = None
    signed_name: str = ""
    digest: str = ""
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class Check:
    """What a tool of the machine found."""

    tool: str
    state: State
    figures: tuple[tuple[str, str], ...]
    digest: str


@dataclass(frozen=True)
class Point:
    """A point of the checklist with its answer."""

    code: str
    ask: str
    how: str
    tool: str
    danger: State
    answer: str
    words: str


@dataclass(frozen=True)
class Area:
    """The points of an area."""

    code: str
    name: str
    points: tuple[Point, ...]
    left: int


@dataclass(frozen=True)
class Drawn:
    """A rule or a day that was drawn by chance."""

    place: int
    text: str
    facts: tuple[tuple[str, str], ...]
    is_day: bool
    answer: str
    words: str


@dataclass(frozen=True)
class File:
    """A file, and of a scan what it showed."""

    id: str
    name: str
    size: int
    digest: str
    point: str
    at: datetime
    told: str = ""


@dataclass(frozen=True)
class Device:
    """A device in an audit."""

    id: str
    audit: str
    slug: str
    name: str
    state: State
    checks: tuple[Check, ...]
    areas: tuple[Area, ...]
    sample: tuple[Drawn, ...]
    configuration: str
    seed: str
    files: tuple[File, ...]
    zones: tuple[Choice, ...]
    points: tuple[Choice, ...]
    findings: tuple[Finding, ...]
    before: str = ""
    after: str = ""
    may_answer: bool = False
    same: bool | None = None
    """The sample was drawn again: whether it is the same."""
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class FindingPage:
    """A finding with its answer and its verdict."""

    finding: Finding
    said: str
    response: str
    words: str
    change: str
    until: datetime | None
    answered: datetime | None
    verdict: str
    verified: datetime | None
    longest: datetime
    device: str = ""
    """The device's page in the audit, for those who may see it."""
    may_answer: bool = False
    may_judge: bool = False
    may_assign: bool = False
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class Findings:
    """The findings somebody owns."""

    rows: tuple[Finding, ...]


@dataclass(frozen=True)
class Difference:
    """What differs from the version in force: `+` came, `-` went, `~` was changed."""

    sign: str
    text: str


@dataclass(frozen=True)
class MethodRow:
    """A version in the list."""

    id: str
    number: int
    state: State
    written: datetime
    approved: datetime | None
    chosen: bool


@dataclass(frozen=True)
class MethodPoint:
    """A point as it is written."""

    code: str
    area: str
    ask: str
    how: str
    tool: str
    danger: str


@dataclass(frozen=True)
class Method:
    """The versions of the method, and one of them."""

    rows: tuple[MethodRow, ...]
    id: str = ""
    number: int = 0
    state: State | None = None
    text: str = ""
    tools: tuple[str, ...] = ()
    sample_rules: int = 0
    sample_days: int = 0
    points: tuple[MethodPoint, ...] = ()
    areas: tuple[Choice, ...] = ()
    dangers: tuple[Choice, ...] = ()
    sites: tuple[str, ...] = ()
    """Of the sites whose devices are audited, the names; none: all."""
    chosen: tuple[str, ...] = ()
    """The same by their short names."""
    places: tuple[Choice, ...] = ()
    """Sites that can be chosen."""
    digest: str = ""
    differences: tuple[Difference, ...] = ()
    against: int = 0
    may_begin: bool = False
    may_write: bool = False
    may_recall: bool = False
    form: Form = field(default_factory=Form)
