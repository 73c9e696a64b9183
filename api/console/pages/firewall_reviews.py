"""The weekly review of firewall logs: the list, the page that fits a screen, a finding with its lines, a report and its answer."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.frame import Form, State


@dataclass(frozen=True)
class Row:
    """A review in the list."""

    id: str
    since: datetime
    until: datetime
    state: State
    findings: str
    signed: datetime | None
    signed_name: str


@dataclass(frozen=True)
class List:
    """The reviews, the newest period first."""

    rows: tuple[Row, ...]
    reports: int
    """Reports that wait for an answer."""


@dataclass(frozen=True)
class Figure:
    """A number at the head of the page, and how it was in the period before."""

    label: str
    value: int
    before: int | None = None
    grave: bool = False


@dataclass(frozen=True)
class Finding:
    """A line of the list of findings."""

    id: str
    title: str
    kind: str
    danger: State
    marks: tuple[State, ...]
    """New, persistent, gone."""
    periods: int
    count: int
    device: str
    disposition: State | None
    needs_answer: bool


@dataclass(frozen=True)
class Input:
    """What a review rests on of one device."""

    device: str
    rows: int
    unparsed: int
    first: str
    last: str


@dataclass(frozen=True)
class Bar:
    """A row of a ranking: what, how much was refused and let through, and how long its bar is, in hundredths."""

    label: str
    refused: int
    allowed: int
    width: int
    detail: str = ""


@dataclass(frozen=True)
class Cell:
    """An hour of a day: how many were refused, how dark it is, from 0 to 5."""

    text: str
    shade: int


@dataclass(frozen=True)
class HeatRow:
    """A day of the heat map, by the hours of the house's clock."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sample:
    """A line drawn at random: as it came, and as the machine read it."""

    review: str
    place: int
    text: str
    read: tuple[tuple[str, str], ...]
    answer: State | None = None
    remark: str = ""
    may_answer: bool = False


@dataclass(frozen=True)
class Known:
    """A finding that was left out, why, and until when."""

    title: str
    reason: str
    until: str


@dataclass(frozen=True)
class Review:
    """One review, on a page that fits a screen; pictures and the sample below."""

    id: str
    since: datetime
    until: datetime
    due: datetime
    state: State
    figures: tuple[Figure, ...]
    findings: tuple[Finding, ...]
    left: int
    missing: str
    inputs: tuple[Input, ...]
    heat: tuple[HeatRow, ...]
    talkers: tuple[Bar, ...]
    services: tuple[Bar, ...]
    zones: tuple[Bar, ...]
    rules: tuple[Bar, ...]
    sample: tuple[Sample, ...]
    known: tuple[Known, ...]
    seed: str
    digest: str
    pack: str
    gathering: bool = False
    may_answer: bool = False
    may_sign: bool = False
    conclusion: str = ""
    signed: datetime | None = None
    signed_name: str = ""
    signed_digest: str = ""
    dropped: datetime | None = None
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class SampleRow:
    """One line of the sample as it stands after an answer."""

    row: Sample


@dataclass(frozen=True)
class Line:
    """A line of evidence; empty: it was dropped with its day."""

    place: int
    text: str


@dataclass(frozen=True)
class FindingPage:
    """A finding: what it is, why it matters, the lines, what was said of it, and the form to say it."""

    finding: Finding
    review: str
    about: str
    reason: str
    first: datetime
    last: datetime
    sources: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    remark: str
    until: datetime | None
    incident: str
    by: str
    at: datetime | None
    longest: datetime
    may_answer: bool = False
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class ReportRow:
    """A report of something dangerous or persistent."""

    id: str
    title: str
    why: str
    danger: State
    reported: datetime
    due: datetime | None
    late: bool
    state: State


@dataclass(frozen=True)
class Reports:
    """The reports, the newest first."""

    rows: tuple[ReportRow, ...]


@dataclass(frozen=True)
class Report:
    """One report, its finding with its lines, and its answer."""

    row: ReportRow
    finding: str
    reason: str
    count: int
    first: datetime
    last: datetime
    lines: tuple[Line, ...]
    answer: str = ""
    answered: datetime | None = None
    answered_by: str = ""
    may_answer: bool = False
    form: Form = field(default_factory=Form)
