"""Who has which course in date: a change names courses, the field that teaches knows who has them; neither imports the other. [CC-3, TR-1]

The field that teaches says at import how it answers, as a condition does. A house in which nobody teaches vouches for nobody.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

Answer = Callable[[Any, Collection[UUID], Collection[str], datetime], list["Lacking"]]


@dataclass(frozen=True, slots=True)
class Lacking:
    """Somebody who has not a course in date. `title` is empty where the house has no such course in force."""

    person_id: UUID
    course: str
    title: str = ""


def _nobody_teaches(_: Any, people: Collection[UUID], courses: Collection[str], __: datetime) -> list[Lacking]:
    return [Lacking(person, course) for course in sorted(courses) for person in sorted(people)]


_answers: list[Answer] = []


def answered_by(answer: Answer) -> Answer:
    """Register who answers; the field that teaches, once. Raises RuntimeError for a second one."""
    if _answers:
        raise RuntimeError("two fields would answer who has which course")
    _answers.append(answer)
    return answer


def lacking(session: Any, people: Collection[UUID], courses: Collection[str], now: datetime) -> list[Lacking]:
    """Tell who of these people has which of these courses not in date, in order of course and person."""
    if not people or not courses:
        return []
    answer = _answers[0] if _answers else _nobody_teaches
    return answer(session, people, courses, now)
