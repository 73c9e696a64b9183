"""Changes: the list, and one change as approver, engineer and auditor read it."""

from dataclasses import dataclass, field
from datetime import datetime

from api.console.pages.applied import Said, Seen
from api.console.pages.frame import Choice, Form, HistoryRow, State
from api.console.pages.urgency import Urgency


@dataclass(frozen=True)
class Row:
    """A change in the list, and who it waits for."""

    id: str
    number: str
    title: str
    model: str
    state: State
    risk: State
    starts: datetime | None
    ends: datetime | None
    waits: str


@dataclass(frozen=True)
class List:
    """The changes one may see, the newest first."""

    form: Form
    states: tuple[Choice, ...]
    models: tuple[Choice, ...]
    rows: tuple[Row, ...]
    filtered: bool = False
    older: str = ""
    may_see_observed: bool = False
    may_draft: bool = False


@dataclass(frozen=True)
class Asked:
    """One who must say yes, and how it stands."""

    question: str
    place: str
    state: State
    why: str = ""
    missing: tuple[str, ...] = ()
    answer: str = ""
    """Where whoever looks gives their answer; empty where it is not asked of them."""
    acknowledged: State | None = None
    """Whether a client has acknowledged; None where it is no client who is asked."""
    acknowledge: str = ""
    """Where whoever looks acknowledges it for their client; empty where they do not."""
    revision: int = 0
    """The revision that was put before them."""


@dataclass(frozen=True)
class Test:
    """A test with its file."""

    what: str
    state: State
    environment: str
    by: str
    at: datetime
    name: str
    digest: str
    href: str = ""


@dataclass(frozen=True)
class Paper:
    """A file that is attached."""

    name: str
    size: int
    digest: str
    by: str
    at: datetime
    href: str = ""


@dataclass(frozen=True)
class Hindrance:
    """What stands in the way: another change, or a freeze."""

    name: str
    is_freeze: bool
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Worked:
    """What was done, on what, by whom."""

    at: datetime
    system: str
    name: str
    what: str


@dataclass(frozen=True)
class Differs:
    """What a revision says otherwise than the one before it."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Revision:
    """A revision: whose, when, of which kind, and what differs from the one before."""

    number: int
    edit: str
    by: str
    at: datetime
    reason: str
    digest: str
    differs: tuple[Differs, ...] = ()


@dataclass(frozen=True)
class Deed:
    """A button: what may be done now, what it means, and which words it wants."""

    name: str
    label: str
    meaning: str
    wants: str = ""
    """The field that is sent with it: reason, report or review; empty for none."""
    least: int = 0
    grave: bool = False


@dataclass(frozen=True)
class Intake:
    """What may be handed in here: files, results of tests; where those were run, and how large a file may be."""

    may_attach: bool = False
    may_test: bool = False
    tested_on: tuple[Choice, ...] = ()
    most_bytes: int = 0
    most_megabytes: int = 0
    accept: str = ""
    zone: str = ""
    now: str = ""
    """Now on the house's clock, as a form wants it."""
    which: str = ""
    """Which of two it is, where the clocks go back."""


@dataclass(frozen=True)
class Change:
    """One change with everything it rests on."""

    id: str
    number: str
    title: str
    model: str
    kind: str
    state: State
    risk: State
    requester: str
    opened: datetime
    starts: datetime | None
    ends: datetime | None
    texts: tuple[tuple[str, str], ...]
    rules: tuple[Said, ...]
    seen: tuple[Seen, ...]
    """What it says at length: label and words."""
    systems: tuple[tuple[str, str], ...]
    """Systems it touches and their environment."""
    clients: tuple[str, ...]
    implementers: tuple[str, ...]
    asked: tuple[Asked, ...]
    tests: tuple[Test, ...]
    papers: tuple[Paper, ...]
    hindrances: tuple[Hindrance, ...]
    work: tuple[Worked, ...]
    revisions: tuple[Revision, ...]
    deeds: tuple[Deed, ...]
    history: tuple[HistoryRow, ...]
    facts: tuple[tuple[str, str], ...] = ()
    notice: str = ""
    works_on: tuple[Choice, ...] = ()
    """The systems on which the reader may write down what they do."""
    form: Form = field(default_factory=Form)
    intake: Intake = field(default_factory=Intake)
    may_edit: bool = False
    may_normalise: bool = False
    """Whether whoever looks may draft the normal change that takes this emergency through design and testing."""
    approved: int = 0
    """The revision that was authorised last; none is 0."""
    since: tuple[Differs, ...] = ()
    """What is said otherwise than in that revision."""
    urgency: Urgency | None = None
