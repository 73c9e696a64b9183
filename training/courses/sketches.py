"""What stands in the draft of a course: the parts of a version, each perhaps not said yet. Pure rules, no session. [TR-1]

A sketch is bounded and clean, never refused for what it lacks: `lacking` names that, place by place, until nothing is left.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from training.courses.content import (
    HEADING,
    LANGUAGES,
    LARGEST_LESSON,
    CourseContent,
    Film,
    Picture,
    link_faults,
    pictures_in,
)

Words = Annotated[str, StringConstraints(max_length=600)]
Text = Annotated[str, StringConstraints(max_length=LARGEST_LESSON - 200)]
Said = Annotated[dict[Literal["en", "fr"], Words], Field(default_factory=dict)]
MOST_LESSONS, MOST_QUESTIONS, MOST_ANSWERS, FEWEST_ANSWERS = 20, 200, 6, 2


class Part(BaseModel):
    """A part of a sketch: unknown fields are faults, missing ones are not said yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LessonSketch(Part):
    """A lesson: its title, and its text in Markdown without it."""

    title: Said
    text: Annotated[dict[Literal["en", "fr"], Text], Field(default_factory=dict)]


class AnswerSketch(Part):
    """An answer to a question, and why it is wrong where it is."""

    right: bool = False
    text: Said
    feedback: Said


class QuestionSketch(Part):
    """A question of the pool: its lesson, a scene, and answers."""

    lesson: int = Field(default=1, ge=1, le=MOST_LESSONS)
    text: Said
    answers: Annotated[list[AnswerSketch], Field(max_length=MOST_ANSWERS)] = []


class Sketch(Part):
    """Everything a draft says; spans are in the book's words, `valid_for` empty means for ever."""

    title: Said
    summary: Said
    teaches: Annotated[list[Annotated[str, StringConstraints(max_length=10)]], Field(max_length=40)] = []
    counts_for: Annotated[list[Annotated[str, StringConstraints(max_length=60)]], Field(max_length=40)] = []
    minutes: int = Field(default=10, ge=1, le=120)
    pass_mark: int = Field(default=80, ge=50, le=100)
    draws: int = Field(default=5, ge=1, le=MOST_QUESTIONS)
    attempts: int = Field(default=3, ge=1, le=20)
    pause: Annotated[str, StringConstraints(max_length=30)] = "1 hour"
    time_limit: Annotated[str, StringConstraints(max_length=30)] = "30 minutes"
    valid_for: Annotated[str, StringConstraints(max_length=30)] = "1 year"
    lessons: Annotated[list[LessonSketch], Field(max_length=MOST_LESSONS)] = []
    pictures: Annotated[list[Picture], Field(max_length=100)] = []
    films: Annotated[list[Film], Field(max_length=20)] = []
    questions: Annotated[list[QuestionSketch], Field(max_length=MOST_QUESTIONS)] = []

    def plain(self) -> dict[str, Any]:
        """Give the sketch as plain JSON values; `model_validate` reads it back."""
        return self.model_dump(mode="json")


@dataclass(frozen=True, slots=True)
class Lack:
    """Something a draft still lacks: what, in which part (`lesson` or `question` by its number), in which language, of what name."""

    what: str
    part: str = ""
    number: int = 0
    language: str = ""
    name: str = ""


def sketch_of(content: CourseContent) -> Sketch:
    """Give the sketch that a version would have been sealed from."""
    told = content.document()
    return Sketch.model_validate({
        **{name: told[name] for name in Sketch.model_fields if name in told and name not in {"lessons", "questions", "valid_for"}},
        "valid_for": told["valid_for"] or "",
        "lessons": [
            {"title": one["title"], "text": {code: HEADING.sub("", text, 1).lstrip("\n") for code, text in one["text"].items()}}
            for one in told["lessons"]
        ],
        "questions": [
            {
                "lesson": one["lesson"], "text": one["text"],
                "answers": [
                    {"right": each["right"], "text": each["text"], "feedback": each["feedback"] or {}} for each in one["answers"]
                ],
            }
            for one in told["questions"]
        ],
    })  # fmt: skip


def content_of(slug: str, sketch: Sketch) -> CourseContent:
    """Give the content that a sketch makes; pictures that no lesson shows are left out. Raises ValidationError."""
    told = sketch.plain()
    shown = {address for one in sketch.lessons for text in one.text.values() for _, address in pictures_in(text)}  # fmt: skip
    return CourseContent.model_validate({
        **told,
        "slug": slug,
        "valid_for": told["valid_for"].strip() or None,
        "lessons": [_lesson(number, one) for number, one in enumerate(sketch.lessons, 1)],
        "pictures": [one for one in told["pictures"] if f"pictures/{one['name']}" in shown],
        "films": [one for one in told["films"] if f"films/{one['name']}" in shown],
        "questions": [_question(number, one) for number, one in enumerate(told["questions"], 1)],
    })  # fmt: skip


def _lesson(number: int, one: LessonSketch) -> dict[str, Any]:
    title = {code: " ".join(words_in(one.title, code).split()) for code in LANGUAGES}
    name = re.sub(r"[^a-z0-9]+", "-", title["en"].lower()).strip("-")[:60].strip("-") or "lesson"
    text = {code: f"# {title[code]}\n\n{words_in(one.text, code).strip()}\n" for code in LANGUAGES}
    return {"number": number, "name": name, "title": title, "text": text}


def _question(number: int, one: dict[str, Any]) -> dict[str, Any]:
    answers = [
        {"id": chr(ord("a") + place), "right": each["right"], "text": each["text"], "feedback": each["feedback"] if any(each["feedback"].values()) else None}
        for place, each in enumerate(one["answers"])
    ]  # fmt: skip
    return {"id": f"q{number}", "lesson": one["lesson"], "text": one["text"], "answers": answers}


def words_in(words: Mapping[Any, str], code: str) -> str:
    """Give words in a language; empty where they are not said yet."""
    return words.get(code, "")


def lacking(slug: str, sketch: Sketch) -> list[Lack]:
    """Name what a draft lacks before it can be sealed, in the order of its page; empty where nothing does."""
    found = [*_facts_lack(sketch), *_lessons_lack(sketch), *_questions_lack(sketch)]
    if not found:
        try:
            content_of(slug, sketch)
        except ValidationError as faults:
            found = [Lack("else", name=str(one["msg"])[:300]) for one in faults.errors()[:5]]
    return found


def _unsaid(words: Mapping[Any, str]) -> Iterator[str]:
    yield from (code for code in LANGUAGES if not words_in(words, code).strip())


def _facts_lack(sketch: Sketch) -> Iterator[Lack]:
    yield from (Lack("title", language=code) for code in _unsaid(sketch.title))
    yield from (Lack("summary", language=code) for code in _unsaid(sketch.summary))
    if not sketch.teaches:
        yield Lack("teaches")


def _lessons_lack(sketch: Sketch) -> Iterator[Lack]:
    if not sketch.lessons:
        yield Lack("lessons")
    known = {f"pictures/{one.name}" for one in sketch.pictures} | {f"films/{one.name}" for one in sketch.films}
    for number, lesson in enumerate(sketch.lessons, 1):
        yield from (Lack("title", "lesson", number, code) for code in _unsaid(lesson.title))
        yield from (Lack("text", "lesson", number, code) for code in _unsaid(lesson.text))
        for code, text in lesson.text.items():
            for told, address in pictures_in(text):
                if address not in known:
                    yield Lack("picture", "lesson", number, code, address[:80])
                elif not told.strip():
                    yield Lack("picture-words", "lesson", number, code, address)
            if any(True for _ in link_faults(text)):
                yield Lack("link", "lesson", number, code)


def _questions_lack(sketch: Sketch) -> Iterator[Lack]:
    if sketch.draws > len(sketch.questions):
        yield Lack("pool", number=sketch.draws)
    for number, one in enumerate(sketch.questions, 1):
        yield from (Lack("text", "question", number, code) for code in _unsaid(one.text))
        if one.lesson > len(sketch.lessons):
            yield Lack("of-lesson", "question", number)
        if len(one.answers) < FEWEST_ANSWERS:
            yield Lack("answers", "question", number)
        if sum(each.right for each in one.answers) != 1:
            yield Lack("right", "question", number)
        if any(True for each in one.answers for _ in _unsaid(each.text)):
            yield Lack("answer-words", "question", number)
        if any(True for each in one.answers if not each.right for _ in _unsaid(each.feedback)):
            yield Lack("feedback", "question", number)
