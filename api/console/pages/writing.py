"""Writing a course: the new one, a draft as a whole, one lesson, one question."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from api.console.pages.frame import Choice, Form


@dataclass(frozen=True)
class New:
    """The form that opens a course."""

    form: Form


@dataclass(frozen=True)
class LackRow:
    """Something a draft still lacks, and where it is put right."""

    text: str
    href: str


@dataclass(frozen=True)
class PartRow:
    """A lesson or a question in the list of a draft."""

    number: int
    title: str
    note: str
    whole: bool


@dataclass(frozen=True)
class PictureRow:
    """A picture of a draft; `digest` is its address, `snippet` what one writes in a lesson to show it."""

    name: str
    digest: str
    snippet: str
    used: bool


@dataclass(frozen=True)
class FilmRow:
    """A film of a draft, with the languages that it has captions in."""

    name: str
    digest: str
    snippet: str
    used: bool
    captions: tuple[str, ...]


@dataclass(frozen=True)
class Taught:
    """A clause that a course may teach."""

    id: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class Draft:
    """A draft as a whole: what it lacks, its parts, its facts, and the way to its version."""

    slug: str
    title: str
    seen: int
    by: str
    at: datetime
    form: Form
    lacking: tuple[LackRow, ...]
    lessons: tuple[PartRow, ...]
    questions: tuple[PartRow, ...]
    pictures: tuple[PictureRow, ...]
    taught: tuple[Taught, ...]
    spans: tuple[tuple[str, str, tuple[Choice, ...]], ...]
    """Name, label and choices of each length of time."""
    most_kilobytes: int
    films: tuple[FilmRow, ...] = ()
    film_choices: tuple[Choice, ...] = ()
    languages: tuple[Choice, ...] = ()
    most_megabytes: int = 0


@dataclass(frozen=True)
class Lesson:
    """A lesson as it is written, with how it will look in either language."""

    slug: str
    course: str
    number: int
    count: int
    seen: int
    form: Form
    shown: tuple[tuple[str, str, Markup], ...]
    """Language, title and text of each preview that has any."""
    pictures: tuple[PictureRow, ...]
    is_new: bool = False


@dataclass(frozen=True)
class Question:
    """A question as it is written; `places` are the numbers of its answers."""

    slug: str
    course: str
    number: int
    count: int
    seen: int
    form: Form
    lessons: tuple[Choice, ...]
    places: tuple[int, ...]
    is_new: bool = False


@dataclass(frozen=True)
class Rule:
    """A rule of the book that asks a course: its clause, and what sleeps for want of it."""

    clause: str
    deeds: str


@dataclass(frozen=True)
class Retire:
    """Asking that a course be retired: what rests on it, and how many people it binds."""

    slug: str
    title: str
    form: Form
    rules: tuple[Rule, ...]
    bound: int = 0
    in_date: int = 0
