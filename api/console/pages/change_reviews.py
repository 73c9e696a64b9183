"""Reviews that only approved changes were made: the list, and one with its figures, its sample and its signature."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.frame import Form, State


@dataclass(frozen=True)
class Row:
    """A review in the list."""

    id: str
    since: datetime
    until: datetime
    reviewer: str
    answered: int
    sample: int
    findings: int
    state: State
    signed: datetime | None


@dataclass(frozen=True)
class Due:
    """A review that is asked of whoever looks and has not begun."""

    id: str
    due: datetime
    late: bool


@dataclass(frozen=True)
class List:
    """The reviews, the newest first, and those that wait to be begun."""

    rows: tuple[Row, ...]
    due: tuple[Due, ...] = ()
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class Figure:
    """How much was seen with one verdict: when the review began, and now."""

    verdict: State
    then: int
    now: int


@dataclass(frozen=True)
class Seen:
    """Something that was seen and is not matched."""

    what: str
    system: str
    verdict: State
    at: datetime


@dataclass(frozen=True)
class Sample:
    """One of the sample: a change, or something that was seen; `state` is its own, `answer` the reviewer's."""

    review: str
    place: int
    title: str
    kind: str
    state: State | None
    number: str = ""
    href: str = ""
    detail: str = ""
    at: datetime | None = None
    answer: State | None = None
    remark: str = ""
    may_answer: bool = False


@dataclass(frozen=True)
class Review:
    """One review with all it rests on."""

    id: str
    since: datetime
    until: datetime
    opened: datetime
    reviewer: str
    state: State
    figures: tuple[Figure, ...]
    begun: int
    """Changes that were begun in the time."""
    population: int
    unmatched: tuple[Seen, ...]
    watched: tuple[str, ...]
    unwatched: tuple[str, ...]
    sample: tuple[Sample, ...]
    left: int
    seed: str
    digest: str
    may_sign: bool = False
    conclusion: str = ""
    signed: datetime | None = None
    signed_name: str = ""
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class SampleRow:
    """One of the sample as it stands after an answer."""

    row: Sample
