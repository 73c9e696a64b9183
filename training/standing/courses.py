"""Courses that another field asks for by name: who has them in date, as the database says it now. [CC-3, TR-1]"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.gate import ALWAYS
from policy.courses import Lacking, answered_by
from training.standing.memory import read_standings
from training.standing.plans import Standing, passed_until


@answered_by
def lacking(session: Any, people: Collection[UUID], courses: Collection[str], now: datetime) -> list[Lacking]:
    """Tell who lacks what; a course that is not in force is had by nobody."""
    standings = read_standings(session, people)
    return [
        Lacking(person, course, facts.title if (facts := standings[person].courses.get(course)) else "")
        for course in sorted(courses)
        for person in sorted(people)
        if not _has(standings[person], course, now)
    ]


def _has(standing: Standing, course: str, now: datetime) -> bool:
    """Tell whether a course is passed and in date, or excused; one that is asked anew counts until it is due."""
    if course not in standing.courses:
        return False
    until = passed_until(standing, course) or ALWAYS
    if course in standing.called:
        until = min(until, standing.called[course])
    return now < max(until, standing.excused.get(course, ALWAYS))
