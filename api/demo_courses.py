"""The demonstration house's courses: the release's own, asked for by its trainer, approved by its security officer, taken by its agents."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select

from kernel import clock, fresh
from kernel.actor import person
from kernel.db import read_session
from policy import inbox
from training.courses import publication, shipped
from training.courses.content import CourseContent
from training.courses.folder import SHIPPED
from training.courses.models import Course, CourseVersion
from training.courses.versions import CLERK, PUBLISH
from training.learning import assignments, attempts
from training.learning.models import Attempt, CoursePass

ON_THE_FLOOR = (
    "activity-is-logged", "nothing-leaves", "sanctions", "passwords", "lock-your-screen", "the-law", "report-at-once", "tools-agent",
)  # fmt: skip
"""What the desk asks of whoever works there; the refresher is still before them."""
BEGUN = ("activity-is-logged", "lock-your-screen")
"""What the second agent has passed so far; the other courses are still asked of him."""


def seed_courses(trainer: UUID, officer: UUID, agents: Iterable[UUID]) -> None:
    """Put in force what is missing, ask everybody, and have the agents pass; safe to repeat, and to be killed in the middle."""
    _publish(trainer, officer)
    fresh.refresh(force=True)
    assignments.ask_everybody(clock.now())
    for number, agent in enumerate(agents):
        for course, content in _in_force():
            if course.slug in (BEGUN if number else ON_THE_FLOOR):
                _pass(agent, course, content)


def _publish(trainer: UUID, officer: UUID) -> None:
    """Bring the courses in and have them approved one by one: the trainer asks, the security officer answers, the clerk publishes."""
    with read_session() as session:
        known = set(session.scalars(select(Course.slug)))
    for slug in sorted({file.parent.name for file in SHIPPED.glob("*/course.yaml")} - known):
        shipped.bring_in(CLERK, slug=slug)
    with read_session() as session:
        states = set(session.scalars(select(CourseVersion.state)))
    if "draft" in states:
        shipped.ask_shipped(person(trainer, "the trainer", factor_at=clock.now()))
    elif "asked" not in states:
        return
    voter = person(officer, "the security officer", factor_at=clock.now())
    for asked in inbox.approvals_waiting(voter, limit=200):
        if asked.requirement == PUBLISH:
            inbox.cast(voter, asked.id, yes=True, digest=asked.digest)
    with read_session() as session:
        waiting = list(session.scalars(select(CourseVersion.id).where(CourseVersion.state == "asked")))
    for version_id in waiting:
        publication.publish_approved(version_id=str(version_id))


def _in_force() -> list[tuple[Course, CourseContent]]:
    with read_session() as session:
        rows = session.execute(
            select(Course, CourseVersion)
            .join(CourseVersion, col(CourseVersion.course_id) == Course.id)
            .where(CourseVersion.state == "in-force")
            .order_by(col(Course.slug))
        )
        return [(course, version.read()) for course, version in rows]


def _pass(learner: UUID, course: Course, content: CourseContent) -> None:
    """Open the lessons and answer the quiz, as somebody who has read them; what was passed before is left."""
    taken = select(CoursePass.id).where(CoursePass.person_id == learner, CoursePass.course == course.slug)
    with read_session() as session:
        if session.scalars(taken.limit(1)).first() is not None:
            return
        tried = session.scalars(select(Attempt.id).where(Attempt.person_id == learner, Attempt.course == course.slug))
        began = tried.first() is not None
    me = person(learner, "an agent", factor_at=clock.now())
    for lesson in () if began else content.lessons:
        attempts.open_lesson(me, course.id, number=lesson.number)
    begun = attempts.start_attempt(me, course.id)
    for drawn in begun.questions:
        asked = content.question(drawn.id)
        if asked is not None:
            attempts.give_answer(me, begun.id, question=drawn.id, answer=asked.right.id)
    attempts.finish_attempt(me, begun.id)
