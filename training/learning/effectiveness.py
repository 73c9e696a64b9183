"""Does it teach: how hard each question is, how attempts went, and the same as xAPI statements for other systems. [TR-1]"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlmodel import col, select

from kernel.action import Work
from kernel.db import Answer, as_utc
from kernel.reading import reading
from training.courses.models import Course, CourseVersion
from training.learning.models import Attempt, AttemptAnswer
from training.learning.views import AttemptView, drawn_of, shown

ACTIVITY = "urn:omniwarden:course"
VERBS = "http://adlnet.gov/expapi/verbs"


class Difficulty(Answer):
    """How a question of a version went: how often it was drawn, answered rightly, and which wrong answer drew most."""

    number: int
    question: str
    text: dict[str, str]
    drawn: int
    right: int
    percent: int
    chosen: dict[str, int]


@reading("attempt.read", on=Attempt)
def read_attempt(work: Work, attempt: Attempt) -> AttemptView:
    """Look at your attempt, with what was right and why once it is finished. [TR-1]"""
    return shown(work, attempt)


@reading("course.difficulty", on=Course)
def difficulty(work: Work, course: Course) -> list[Difficulty]:
    """Tell how hard each question is, hardest first: by finished attempts, an unanswered question counting as wrong. [TR-1]"""
    versions = {row.id: row for row in work.select(select(CourseVersion).where(CourseVersion.course_id == course.id))}
    finished = select(Attempt).where(Attempt.course == course.slug, Attempt.state != "open")
    attempts = work.select(finished).all()
    answers: dict[UUID, dict[str, str]] = {}
    rows = select(AttemptAnswer).join(Attempt, col(Attempt.id) == AttemptAnswer.attempt_id)
    for row in work.select(rows.where(Attempt.course == course.slug).order_by(col(AttemptAnswer.number))):
        answers.setdefault(row.attempt_id, {})[row.question] = row.answer
    told: dict[tuple[int, str], Difficulty] = {}
    for attempt in attempts:
        _count(told, attempt, versions[attempt.version_id], answers.get(attempt.id, {}))
    for one in told.values():
        one.percent = one.right * 100 // one.drawn
    return sorted(told.values(), key=lambda one: (one.percent, -one.drawn, one.number, one.question))


def _count(
    told: dict[tuple[int, str], Difficulty], attempt: Attempt, version: CourseVersion, answers: dict[str, str]
) -> None:
    questions = {one["id"]: one for one in version.content["questions"]}
    for drawn in drawn_of(attempt):
        asked = questions[drawn.question]
        one = told.setdefault(
            (version.number, drawn.question),
            Difficulty(
                number=version.number, question=drawn.question, text=asked["text"], drawn=0, right=0, percent=0,
                chosen={},
            ),
        )  # fmt: skip
        chosen = answers.get(drawn.question)
        one.drawn += 1
        one.right += any(a["right"] and a["id"] == chosen for a in asked["answers"])
        if chosen is not None:
            one.chosen[chosen] = one.chosen.get(chosen, 0) + 1


@reading("training.statements", watched=True)
def statements(
    work: Work,
    *,
    since: AwareDatetime | None = None,
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000,
) -> str:
    """Give finished attempts as xAPI 1.0.3 statements, one JSON object a line, the oldest first; people are pseudonymous. [TR-1]"""
    rows = (
        select(Attempt, CourseVersion)
        .join(CourseVersion, col(CourseVersion.id) == Attempt.version_id)
        .where(Attempt.state != "open")
        .order_by(col(Attempt.finished_at), col(Attempt.id))
    )
    if since is not None:
        rows = rows.where(col(Attempt.finished_at) >= since)
    found = work.session.execute(rows.limit(limit)).all()
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in _statements(found))


def _statements(rows: Any) -> Iterator[dict[str, Any]]:
    for attempt, version in rows:
        yield statement_of(attempt, version)


def statement_of(attempt: Attempt, version: CourseVersion) -> dict[str, Any]:
    """Make the xAPI statement of a finished attempt; its id is the attempt's, so that an import twice is one."""
    passed = attempt.state == "passed"
    title = version.content["title"]
    return {
        "id": str(attempt.id),
        "actor": {"objectType": "Agent", "account": {"homePage": "urn:omniwarden", "name": str(attempt.person_id)}},
        "verb": {"id": f"{VERBS}/{'passed' if passed else 'failed'}", "display": {"en": attempt.state}},
        "object": {
            "objectType": "Activity",
            "id": f"{ACTIVITY}:{attempt.course}:{version.number}",
            "definition": {"name": {"en": title["en"], "fr": title["fr"]}},
        },
        "result": {
            "score": {"scaled": (attempt.score or 0) / 100, "raw": attempt.score, "min": 0, "max": 100},
            "success": passed,
            "completion": True,
            "duration": _duration(attempt.started_at, attempt.finished_at or attempt.started_at),
        },
        "timestamp": as_utc(attempt.finished_at or attempt.started_at),
        "version": "1.0.3",
    }


def _duration(begin: datetime, end: datetime) -> str:
    """Write a length of time as ISO 8601 does."""
    return f"PT{int((end - begin).total_seconds())}S"
