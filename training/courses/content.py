"""What a version of a course holds: lessons, pictures and a pool of questions, in French and English. Pure rules, no session. [TR-1]"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from policy.reading import CLAUSE_ID
from policy.spans import SpanText

LANGUAGES = ("en", "fr")
Language = Literal["en", "fr"]
SLUG = r"^[a-z][a-z0-9-]{1,40}$"
RESERVED = frozenset({"ask", "attempts", "courses", "excuses", "films", "new", "pictures", "team"})
"""Names that no course takes: an address of a page begins with them where a course's name would stand."""
LARGEST_LESSON = 64_000
LARGEST_PICTURE = 150_000
DIGEST = r"^[0-9a-f]{64}$"
PICTURE = re.compile(r"!\[([^\]\n]*)\]\(([^)\s]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]*)\)")
HEADING = re.compile(r"\A# (\S.*)\n")
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}

Slug = Annotated[str, StringConstraints(pattern=SLUG)]


def both(most: int) -> Callable[[dict[str, str]], dict[str, str]]:
    """Check words: they stand in exactly both languages, not empty and not longer than so many characters."""

    def check(words: dict[str, str]) -> dict[str, str]:
        if set(words) != set(LANGUAGES) or not all(one.strip() for one in words.values()):
            raise ValueError("words stand in English (en) and in French (fr), and are not empty")
        if any(len(one) > most for one in words.values()):
            raise ValueError(f"words have at most {most} characters")
        return words

    return check


Title = Annotated[dict[str, str], AfterValidator(both(120))]
Sentence = Annotated[dict[str, str], AfterValidator(both(400))]
Choice = Annotated[dict[str, str], AfterValidator(both(300))]
Scene = Annotated[dict[str, str], AfterValidator(both(600))]
Markdown = Annotated[dict[str, str], AfterValidator(both(LARGEST_LESSON))]


class Part(BaseModel):
    """A part of a course: unknown fields and loose types are faults."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Choosable(Part):
    """One answer to a question; a wrong one says why it is wrong."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,20}$")]
    right: bool = False
    text: Choice
    feedback: Sentence | None = None

    @model_validator(mode="after")
    def _told_why(self) -> "Choosable":
        if not self.right and self.feedback is None:
            raise ValueError(f"the wrong answer {self.id} has no feedback")
        return self


class Question(Part):
    """A question of the pool: a scene, and answers of which exactly one is right."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,60}$")]
    lesson: int = Field(ge=1)
    text: Scene
    answers: list[Choosable] = Field(min_length=2, max_length=6)

    @model_validator(mode="after")
    def _one_is_right(self) -> "Question":
        if sum(one.right for one in self.answers) != 1:
            raise ValueError(f"question {self.id}: exactly one answer is right")
        if len({one.id for one in self.answers}) != len(self.answers):
            raise ValueError(f"question {self.id}: two answers have one id")
        _distinct(f"question {self.id}: two answers", [one.text for one in self.answers])
        return self

    def answer(self, answer_id: str) -> Choosable | None:
        """Give an answer by its id; None where there is none."""
        return next((one for one in self.answers if one.id == answer_id), None)

    @property
    def right(self) -> Choosable:
        """The right answer."""
        return next(one for one in self.answers if one.right)


class Lesson(Part):
    """A lesson: its text is Markdown whose first line is its title."""

    number: int = Field(ge=1, le=20)
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")]
    title: Title
    text: Markdown


class Picture(Part):
    """A picture of the lessons, known by the SHA-256 of its bytes; the bytes themselves lie apart."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,80}\.(png|jpe?g)$")]
    media_type: Literal["image/png", "image/jpeg"]
    digest: Annotated[str, StringConstraints(pattern=DIGEST)]
    data: bytes = Field(default=b"", exclude=True, repr=False)


class Film(Part):
    """A film of the lessons, known by the SHA-256 of its bytes, with its captions by language."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,80}\.(mp4|webm)$")]
    media_type: Literal["video/mp4", "video/webm"]
    digest: Annotated[str, StringConstraints(pattern=DIGEST)]
    captions: dict[Language, Annotated[str, StringConstraints(pattern=DIGEST)]] = {}


class CourseContent(Part):
    """A course as one version of it stands; spans are in the book's words, `valid_for` empty means for ever."""

    slug: Slug
    title: Title
    summary: Sentence
    teaches: list[Annotated[str, StringConstraints(pattern=CLAUSE_ID)]] = Field(min_length=1)
    counts_for: list[Slug] = []
    """Other courses that a pass of this one counts for."""
    minutes: int = Field(ge=1, le=120)
    pass_mark: int = Field(ge=50, le=100)
    draws: int = Field(ge=1)
    attempts: int = Field(ge=1, le=20)
    pause: SpanText
    time_limit: SpanText
    valid_for: SpanText | None = None
    lessons: list[Lesson] = Field(min_length=1, max_length=20)
    pictures: list[Picture] = []
    films: list[Film] = []
    questions: list[Question] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _whole(self) -> "CourseContent":
        for fault in _faults(self):
            raise ValueError(fault)
        return self

    def document(self) -> dict[str, Any]:
        """Give the content as plain JSON values, pictures and films by their digests; `model_validate` reads it back.

        Of a course without films nothing is said of them, so that it has the digest it had before there were any.
        """
        return self.model_dump(mode="json", exclude=None if self.films else {"films"})

    def digest(self) -> str:
        """Give the SHA-256 of the content in one form: keys sorted, no spaces, UTF-8."""
        text = json.dumps(self.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def question(self, question_id: str) -> Question | None:
        """Give a question by its id; None where there is none."""
        return next((one for one in self.questions if one.id == question_id), None)


def kind_of(data: bytes) -> str | None:
    """Tell the media type of a picture by its first bytes; None for anything that is not a PNG or JPEG."""
    return next((kind for start, kind in _KINDS.items() if data.startswith(start)), None)


def pictures_in(text: str) -> list[tuple[str, str]]:
    """List the pictures a lesson shows: what they say they show, and their address."""
    return PICTURE.findall(text)


def _distinct(what: str, texts: list[dict[str, str]]) -> None:
    for language in LANGUAGES:
        told = [" ".join(text[language].casefold().split()) for text in texts]
        if len(set(told)) != len(told):
            raise ValueError(f"{what} have the same words in {language}")


def _faults(course: CourseContent) -> Iterator[str]:
    numbers = [lesson.number for lesson in course.lessons]
    if numbers != list(range(1, len(numbers) + 1)):
        yield "lessons are numbered 1, 2, 3 without a gap"
    if course.draws > len(course.questions):
        yield f"draws {course.draws} questions from a pool of {len(course.questions)}"
    if course.slug in course.counts_for:
        yield "a course does not count for itself"
    if len({one.id for one in course.questions}) != len(course.questions):
        yield "two questions have one id"
    for question in course.questions:
        if question.lesson not in numbers:
            yield f"question {question.id} names lesson {question.lesson}, which is not there"
    _distinct("two questions", [one.text for one in course.questions])
    yield from _lesson_faults(course)


def _lesson_faults(course: CourseContent) -> Iterator[str]:
    pictures = {f"pictures/{picture.name}" for picture in course.pictures}
    films = {f"films/{film.name}" for film in course.films}
    if len(pictures) != len(course.pictures):
        yield "two pictures have one name"
    if len(films) != len(course.films):
        yield "two films have one name"
    used = set[str]()
    for lesson in course.lessons:
        for language in LANGUAGES:
            text, place = lesson.text[language], f"lesson {lesson.number} in {language}"
            heading = HEADING.match(text)
            if heading is None or heading[1].strip() != lesson.title[language]:
                yield f"{place}: the first line is “# ” and the lesson's title"
            used.update(address for _, address in pictures_in(text))
            yield from (f"{place}: {fault}" for fault in (*_picture_faults(text, pictures | films), *link_faults(text)))
    for name in sorted(pictures - used):
        yield f"no lesson shows the picture {name.removeprefix('pictures/')}"


def _picture_faults(text: str, known: set[str]) -> Iterator[str]:
    for shown, address in pictures_in(text):
        if address not in known:
            yield f"the picture {address} is not there"
        if not shown.strip():
            yield f"the picture {address} does not say what it shows"


def link_faults(text: str) -> Iterator[str]:
    """Tell which links of a lesson lead where none may."""
    for address in LINK.findall(text):
        if not address.startswith("https://") and (not address.startswith("/") or address.startswith("//")):
            yield f"the link {address} leads neither to https:// nor to a page of this house"
