"""Training for who leads and who teaches: the team, the courses with their versions, one version to review, an excuse to ask for."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from api.console.pages.frame import Choice, Form, State


@dataclass(frozen=True)
class FallingRow:
    """Somebody whose rights sleep soon, or sleep already, for want of a course."""

    name: str
    href: str
    place: str
    course: str
    at: datetime
    asleep: bool
    deeds: str


@dataclass(frozen=True)
class LateRow:
    """Somebody and a course that is overdue; `excuse` leads to asking for an excuse, or is empty."""

    name: str
    href: str
    place: str
    leader: str
    course: str
    due: datetime
    excuse: str = ""


@dataclass(frozen=True)
class GroupRow:
    """A site or a manager, and how many people and courses are late there."""

    name: str
    people: int
    courses: int


@dataclass(frozen=True)
class DoneRow:
    """A course and how far those whom the book binds are with it."""

    title: str
    bound: int
    in_date: int
    late: int

    @property
    def percent(self) -> int:
        """Give the share that is in date, in whole percent."""
        return self.in_date * 100 // self.bound if self.bound else 0


@dataclass(frozen=True)
class Team:
    """How a team stands; a part is None where the reader may not see it."""

    tabs: tuple[Choice, ...]
    days: str
    spans: tuple[Choice, ...]
    falling: tuple[FallingRow, ...] | None
    late: tuple[LateRow, ...] | None
    late_count: int
    sites: tuple[GroupRow, ...] = ()
    leaders: tuple[GroupRow, ...] = ()
    done: tuple[DoneRow, ...] = ()


@dataclass(frozen=True)
class VersionRow:
    """A version of a course with what can be done with it now."""

    id: str
    number: int
    state: State
    at: datetime
    author: str
    summary: str
    retake: bool
    review: str = ""
    ask: bool = False
    drop: bool = False


@dataclass(frozen=True)
class CourseRow:
    """A course in the trainer's list: the version in force, and a newer one under way."""

    slug: str
    title: str
    current: int | None
    newest: VersionRow | None
    done: DoneRow | None = None


@dataclass(frozen=True)
class Courses:
    """All courses; `drafts` counts shipped ones whose approval nobody has asked for yet."""

    tabs: tuple[Choice, ...]
    courses: tuple[CourseRow, ...]
    drafts: int = 0
    may_add: bool = False


@dataclass(frozen=True)
class QuestionRow:
    """How a question went: how often it was drawn, and the share of right answers."""

    text: str
    number: int
    drawn: int
    percent: int


@dataclass(frozen=True)
class Course:
    """A course with its versions and its questions; `questions` is None where the reader may not see how they went."""

    slug: str
    title: str
    versions: tuple[VersionRow, ...]
    questions: tuple[QuestionRow, ...] | None = None
    done: DoneRow | None = None
    may_begin: bool = False
    written: bool = False
    """Whether somebody is writing the next version."""
    may_retire: bool = False


@dataclass(frozen=True)
class ReviewQuestion:
    """A question with its answers; the right one is marked, and each wrong one has its reason."""

    text: Markup
    answers: tuple[tuple[Markup, bool, Markup], ...]
    lesson: int


@dataclass(frozen=True)
class Review:
    """A version as it is approved: every lesson, and every question with what is right."""

    slug: str
    title: str
    number: int
    state: State
    facts: tuple[tuple[str, str], ...]
    lessons: tuple[tuple[int, str, Markup], ...]
    questions: tuple[ReviewQuestion, ...]


@dataclass(frozen=True)
class Excuse:
    """An excuse to be asked for: of whom, from which course, and until when at most."""

    form: Form
    assignment: str
    name: str
    course: str
    due: datetime
    longest: str
    back: str
