"""What people look at: their own courses, and for who leads them, who is late and whose rights sleep tomorrow. [TR-1]"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from kernel import gate
from kernel.action import Work
from kernel.db import Answer
from kernel.gate import FOREVER
from kernel.reading import reading
from training.courses.models import Course, CourseVersion
from training.learning.assignments import bound_courses
from training.learning.models import Assignment, Attempt, CoursePass, Learner, LessonRead, Undertaking
from training.standing.condition import planned
from training.standing.memory import read_standings
from training.standing.plans import Standing, passed_until

Days = Annotated[int, Field(ge=1, le=90)]
WORD = "DS-4"
"""The clause whose course asks for an undertaking."""


class MyCourse(Answer):
    """A course as its learner sees it: what is asked, what is passed until when, and what sleeps for want of it.

    `assignment_id`: what asks it, where it is asked. `word_asked`: who passes it gives an undertaking [DS-4]; `word_given_at` is when it was given on the version in force.
    """

    course_id: UUID
    slug: str
    title: dict[str, str]
    summary: dict[str, str]
    minutes: int
    lessons: int
    opened: list[int]
    assignment_id: UUID | None
    due_at: datetime | None
    asked_by: str | None
    passed_until: datetime | None
    ever_passed: bool
    lapsed: bool
    attempt_id: UUID | None
    sleeping: list[str]
    word_asked: bool
    word_given_at: datetime | None


class Falling(Answer):
    """Somebody with actions that sleep soon, or sleep already, and the course that wakes them."""

    person_id: UUID
    place: str
    course: str
    title: str
    at: datetime
    asleep: bool
    actions: list[str]


class Late(Answer):
    """An assignment whose time is over."""

    assignment_id: UUID
    person_id: UUID
    place: str
    course: str
    clause: str
    cause: str
    assigned_at: datetime
    due_at: datetime


@reading("training.mine")
def my_courses(work: Work) -> list[MyCourse]:
    """List the courses asked of you, due first, and those you passed. [TR-1]"""
    me = work.actor.id
    if me is None:
        return []
    standing = read_standings(work.session.connection(), [me])[me]
    asked = {row.course: row for row in work.select(_open().where(Assignment.person_id == me))}
    tried = select(Attempt).where(Attempt.person_id == me, Attempt.state == "open")
    begun = {row.course: row.id for row in work.select(tried)}
    taken = {one.course for one in standing.passes}
    wanted = {*asked, *begun, *taken, *bound_courses(me, standing, work.now)}
    rows = work.session.execute(
        select(Course, CourseVersion)
        .join(CourseVersion, col(CourseVersion.course_id) == Course.id)
        .where(CourseVersion.state == "in-force", col(Course.slug).in_(wanted))
    ).all()
    opened = _opened(work, me)
    given = {row.version_id: row.at for row in work.select(select(Undertaking).where(Undertaking.person_id == me))}
    shown = [
        _mine(
            work, course, version, standing, asked.get(course.slug), begun.get(course.slug), opened,
            given.get(version.id),
        )
        for course, version in rows
    ]  # fmt: skip
    return sorted(shown, key=lambda one: (one.due_at or FOREVER, one.passed_until or FOREVER, one.slug))


def _open() -> SelectOfScalar[Assignment]:
    return select(Assignment).where(Assignment.state == "open")


def _opened(work: Work, person_id: UUID) -> dict[UUID, list[int]]:
    found: dict[UUID, list[int]] = {}
    for row in work.select(select(LessonRead).where(LessonRead.person_id == person_id)):
        found.setdefault(row.version_id, []).append(row.number)
    return found


def _mine(
    work: Work,
    course: Course,
    version: CourseVersion,
    standing: Standing,
    asked: Assignment | None,
    attempt_id: UUID | None,
    opened: dict[UUID, list[int]],
    given: datetime | None,
) -> MyCourse:
    until = passed_until(standing, course.slug)
    lines = planned(standing, work.actor.ref, work.now).lines
    return MyCourse(
        course_id=course.id, slug=course.slug, title=version.content["title"], summary=version.content["summary"],
        minutes=version.content["minutes"], lessons=len(version.content["lessons"]),
        opened=sorted(opened.get(version.id, [])),
        assignment_id=asked.id if asked else None, due_at=asked.due_at if asked else None, asked_by=asked.rule if asked else None,
        passed_until=None if until is None or until == FOREVER else until, ever_passed=until is not None,
        lapsed=until is not None and until <= work.now, attempt_id=attempt_id,
        sleeping=sorted(
            a for a, line in lines.items()
            if line.course == course.slug and line.until <= work.now and _holds(work.actor.ref, a, standing.place, work.now)
        ),
        word_asked=WORD in version.content["teaches"], word_given_at=given,
    )  # fmt: skip


@reading("training.tomorrow")
def falling_asleep(work: Work, *, days: Days = 1) -> list[Falling]:
    """List who has actions that sleep already, or will within some days if they take no course. [TR-1]"""
    people = list(work.select(_led(work, "training.tomorrow")))
    edge, found = work.now + timedelta(days=days), list[Falling]()
    for person_id, standing in read_standings(work.session.connection(), people).items():
        found += _falling(person_id, standing, work.now, edge)
    return sorted(found, key=lambda one: (one.at, one.place, one.person_id, one.course))


def _led(work: Work, right: str) -> SelectOfScalar[UUID]:
    """Select everybody in the house whom the actor's right covers."""
    seen = gate.visible(work.actor, right, Learner, work.now)
    return select(Learner.id).where(col(Learner.left_at).is_(None), seen)


def _falling(person_id: UUID, standing: Standing, now: datetime, edge: datetime) -> Iterable[Falling]:
    ref = f"person:{person_id}"
    by_course: dict[str, Falling] = {}
    for action, line in planned(standing, ref, now).lines.items():
        if line.until > edge or not _holds(ref, action, standing.place, now):
            continue
        known = by_course.get(line.course)
        if known is None:
            known = by_course[line.course] = Falling(
                person_id=person_id, place=standing.place, course=line.course, title=line.title, at=line.until,
                asleep=line.until <= now, actions=[],
            )  # fmt: skip
        known.actions.append(action)
    return by_course.values()


def _holds(ref: str, action: str, place: str, now: datetime) -> bool:
    """Tell whether somebody holds the right at all: what nobody granted cannot fall asleep."""
    index = gate.current()
    bit = index.bits.get(action)
    scopes = {place, *(held.scope for held in index.assignments.get(ref, ()))}
    return bit is not None and any(
        (masks := index.masks(ref, scope, now)).allow >> bit & 1 or bit in masks.conditional for scope in scopes
    )


@reading("training.overdue")
def overdue(work: Work) -> list[Late]:
    """List the assignments whose time is over, by place and then the longest first. [TR-1]"""
    seen = gate.visible(work.actor, "training.overdue", Learner, work.now)
    rows = work.session.execute(
        select(Assignment, Learner)
        .join(Learner, col(Learner.id) == Assignment.person_id)
        .where(Assignment.state == "open", col(Assignment.due_at) <= work.now, seen)
        .order_by(col(Learner.scope), col(Assignment.due_at))
    )
    return [
        Late(
            assignment_id=row.id, person_id=row.person_id, place=learner.scope, course=row.course, clause=row.clause,
            cause=row.cause, assigned_at=row.assigned_at, due_at=row.due_at,
        )
        for row, learner in rows
    ]  # fmt: skip


class Completion(Answer):
    """How far the house is with a course: of those whom the book binds, who has it in date."""

    course: str
    title: str
    bound: int
    in_date: int
    late: int
    passes: int


@reading("training.completion")
def completion(work: Work) -> list[Completion]:
    """Count for each course whom the book binds, who has it in date, and who is late with it. [TR-1]"""
    people = list(work.select(_led(work, "training.completion")))
    standings = read_standings(work.session.connection(), people)
    late = {(row.person_id, row.course) for row in work.select(_open().where(col(Assignment.due_at) <= work.now))}
    passes: dict[str, int] = {}
    for row in work.select(select(CoursePass).where(col(CoursePass.person_id).in_(people))):
        passes[row.course] = passes.get(row.course, 0) + 1
    told: dict[str, Completion] = {}
    for person_id, standing in standings.items():
        for course in bound_courses(person_id, standing, work.now):
            one = told.setdefault(
                course,
                Completion(
                    course=course, title=standing.courses[course].title, bound=0, in_date=0, late=0,
                    passes=passes.get(course, 0),
                ),
            )  # fmt: skip
            one.bound += 1
            one.in_date += (passed_until(standing, course) or work.now) > work.now
            one.late += (person_id, course) in late
    return [told[course] for course in sorted(told)]
