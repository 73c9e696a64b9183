"""Training: my courses, a course with its lessons, the quiz question by question, its result; a breach to report."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from api.console.pages.awareness import Reminder
from api.console.pages.frame import Choice, Form, State


@dataclass(frozen=True)
class CourseRow:
    """A course in one's list: what is asked until when, what is passed until when, and what sleeps for want of it."""

    slug: str
    title: str
    summary: str
    minutes: int
    lessons: int
    opened: int
    state: State
    due: datetime | None = None
    until: datetime | None = None
    for_ever: bool = False
    asked_for: str = ""
    sleeping: tuple[str, ...] = ()
    attempt: str = ""
    assignment: str = ""


@dataclass(frozen=True)
class Passed:
    """A course one passed, with the code of its certificate."""

    title: str
    code: str
    at: datetime
    until: datetime | None
    score: int
    holds: bool
    slug: str = ""


@dataclass(frozen=True)
class Courses:
    """My courses: what is asked of me, what I have, and my certificates."""

    asked: tuple[CourseRow, ...]
    others: tuple[CourseRow, ...] = ()
    passed: tuple[Passed, ...] = ()
    reminder: Reminder | None = None


@dataclass(frozen=True)
class LessonRow:
    """A lesson in the list of a course."""

    number: int
    title: str
    opened: bool = False
    current: bool = False


@dataclass(frozen=True)
class Promise:
    """The undertaking of a course: asked of who passed it, given by typing one's name."""

    version: str
    digest: str
    form: Form
    name: str
    given: datetime | None = None


@dataclass(frozen=True)
class Course:
    """A course before its lessons are read; `mine` is what it is to the reader, `certificate` the code of their newest one."""

    slug: str
    title: str
    summary: str
    clauses: tuple[str, ...]
    minutes: int
    questions: int
    pass_mark: int
    time_limit: str
    valid_for: str
    lessons: tuple[LessonRow, ...]
    form: Form
    mine: CourseRow | None = None
    promise: Promise | None = None
    certificate: str = ""
    excused: State | None = None
    excused_until: datetime | None = None


@dataclass(frozen=True)
class Lesson:
    """A lesson as it is read, with the ways on and back."""

    slug: str
    course: str
    number: int
    title: str
    text: Markup
    lessons: tuple[LessonRow, ...]

    @property
    def last(self) -> bool:
        """Whether the quiz comes next."""
        return self.number == len(self.lessons)


@dataclass(frozen=True)
class Question:
    """The question that is asked now, with what was chosen before."""

    number: int
    id: str
    text: Markup
    answers: tuple[Choice, ...]
    chosen: str = ""


@dataclass(frozen=True)
class Quiz:
    """An attempt under way: one question, or what was answered so far; `over` when its time has run out."""

    id: str
    slug: str
    title: str
    deadline: datetime
    answered: tuple[bool, ...]
    question: Question | None = None
    over: bool = False


@dataclass(frozen=True)
class Answered:
    """A question of a finished attempt: what was chosen, what is right, and why the choice was wrong."""

    text: Markup
    chosen: Markup
    right: Markup
    was_right: bool
    why: Markup
    lesson: int = 1


@dataclass(frozen=True)
class Result:
    """A finished attempt: its score, its questions, and the certificate where it was passed."""

    slug: str
    title: str
    passed: bool
    score: int
    pass_mark: int
    questions: tuple[Answered, ...]
    code: str = ""
    promise: Promise | None = None


@dataclass(frozen=True)
class Reported:
    """A breach that somebody reported, and what came of it."""

    kind: str
    told: str
    at: datetime
    state: State
    outcome: str = ""


@dataclass(frozen=True)
class Report:
    """Reporting a breach: two fields, and what was reported before."""

    form: Form
    kinds: tuple[Choice, ...]
    mine: tuple[Reported, ...] = ()
