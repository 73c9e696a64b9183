"""Attempts at a quiz: resumable, shuffled by a recorded seed, scored by the server alone, every answer kept. [TR-1]

An attempt stays with the version it began. A clock that goes back gives no more time: an attempt's own time never does.
"""

import secrets
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from kernel.action import Work, action
from kernel.conditions import Ask, condition
from kernel.db import read_session
from kernel.errors import Conflict, NotFound, Refused
from kernel.sweeps import sweep
from policy import local_time
from policy.approvals import person_of
from policy.spans import span
from training.courses.content import CourseContent
from training.courses.models import Course, CourseVersion
from training.learning import passes, quiz
from training.learning.assignments import CLERK
from training.learning.learners import learner_of
from training.learning.models import ATTEMPT_STEPS, Attempt, AttemptAnswer, LessonRead
from training.learning.views import AttemptView, drawn_of, given, shown

CLAUSE = "TR-1"
AT_ONCE = 50


@condition("own-attempt", where=lambda model, actor: model.person_id == actor.id)
def own_attempt(ask: Ask) -> str | None:
    """Tell whether the attempt is this person's."""
    mine = isinstance(ask.target, Attempt) and ask.actor.id is not None and ask.target.person_id == ask.actor.id
    return None if mine else "it is not your attempt"


@action("lesson.open", on=Course)
def open_lesson(work: Work, course: Course, *, number: int) -> None:
    """Note that you opened a lesson; the quiz begins once you have opened them all. [TR-1]"""
    version, me = version_in_force(work, course), person_of(work)
    if number not in {lesson["number"] for lesson in version.content["lessons"]}:
        raise NotFound("This course has no such lesson.")
    known = select(LessonRead.id).where(
        LessonRead.person_id == me, LessonRead.version_id == version.id, LessonRead.number == number
    )
    learner_of(work, me)
    if work.select(known).first() is None:
        work.add(LessonRead(person_id=me, version_id=version.id, number=number, at=work.now))


def version_in_force(work: Work, course: Course) -> CourseVersion:
    """Give the version of a course that is in force; raises Refused where there is none."""
    rows = select(CourseVersion).where(CourseVersion.course_id == course.id, CourseVersion.state == "in-force")
    found: CourseVersion | None = work.select(rows).first()
    if found is None:
        raise Refused(CLAUSE, "This course is not in force.")
    return found


@action("attempt.start", on=Course, answer=AttemptView)
def start_attempt(work: Work, course: Course) -> AttemptView:
    """Begin the quiz of a course, or go on with the one you began. [TR-1]"""
    me = person_of(work)
    standing = _open_attempt(work, me, course.slug)
    learner = learner_of(work, me)
    standing = standing or _open_attempt(work, me, course.slug)  # begun elsewhere while this waited for the row
    if standing is not None:
        if moment(standing, work.now) < standing.deadline:
            return shown(work, standing)
        settle(work, standing, standing.deadline)
        work.session.flush()
    version = version_in_force(work, course)
    content = version.read()
    _lessons_first(work, me, version, content)
    now = max([work.now, *_begun(work, me, course.slug)])
    _pause_over(work, me, course.slug, content, now)
    seed = secrets.token_hex(16)
    drawn = [[one.question, list(one.answers)] for one in quiz.draw(content, seed)]
    attempt = work.add(
        Attempt(
            scope=learner.scope, person_id=me, course=course.slug, version_id=version.id, started_at=now,
            deadline=span(content.time_limit).after(now), seen_at=now, seed=seed, drawn=drawn,
        )
    )  # fmt: skip
    work.session.flush()
    return shown(work, attempt)


def moment(attempt: Attempt, now: datetime) -> datetime:
    """Give the time by which an attempt is judged: now, or the latest it has seen if the clock went back."""
    return max(now, attempt.seen_at)


def _open_attempt(work: Work, person_id: UUID, course: str) -> Attempt | None:
    rows = select(Attempt).where(Attempt.person_id == person_id, Attempt.course == course, Attempt.state == "open")
    found: Attempt | None = work.select(rows.with_for_update()).first()
    return found


def _lessons_first(work: Work, person_id: UUID, version: CourseVersion, content: CourseContent) -> None:
    rows = select(LessonRead.number).where(LessonRead.person_id == person_id, LessonRead.version_id == version.id)
    unread = {lesson.number for lesson in content.lessons} - set(work.select(rows))
    if unread:
        raise Refused(
            CLAUSE, f"Read the lessons first; {len(unread)} of {len(content.lessons)} are still to be opened."
        )


def _begun(work: Work, person_id: UUID, course: str) -> list[datetime]:
    """Give the latest time that the person's attempts have seen, so that a clock gone back makes no earlier one."""
    rows = select(Attempt.seen_at).where(Attempt.person_id == person_id, Attempt.course == course)
    return list(work.select(rows.order_by(col(Attempt.seen_at).desc()).limit(1)))


def _pause_over(work: Work, person_id: UUID, course: str, content: CourseContent, now: datetime) -> None:
    """Refuse an attempt in the pause that follows each row of failed ones since the last pass."""
    rows = select(Attempt).where(Attempt.person_id == person_id, Attempt.course == course, Attempt.state != "open")
    failed: list[Attempt] = []
    for attempt in work.select(rows.order_by(col(Attempt.started_at).desc(), col(Attempt.id).desc())):
        if attempt.state == "passed":
            break
        failed.append(attempt)
    if not failed or len(failed) % content.attempts or failed[0].finished_at is None:
        return
    until = span(content.pause).after(failed[0].finished_at)
    if now < until:
        raise Refused(
            CLAUSE,
            f"{content.attempts} attempts in a row failed; read again and come back after {local_time.local(until):%H:%M}.",
        )


@action("attempt.answer", on=Attempt, answer=AttemptView)
def give_answer(work: Work, attempt: Attempt, *, question: str, answer: str) -> AttemptView:
    """Answer a question; the same answer sent twice is one, and a second thought is kept beside the first. [TR-1]"""
    known = given(work, attempt)
    if known.get(question) == answer:
        return shown(work, attempt)
    if attempt.state != "open":
        raise Conflict("This attempt is finished.", CLAUSE)
    drawn = {one.question: one.answers for one in drawn_of(attempt)}
    if answer not in drawn.get(question, ()):
        raise NotFound("This attempt has no such question or answer.")
    at = moment(attempt, work.now)
    if at >= attempt.deadline:
        raise Refused(CLAUSE, "The time of this attempt is over; what you answered before counts.")
    attempt.seen_at = at
    count = len(work.select(select(AttemptAnswer.id).where(AttemptAnswer.attempt_id == attempt.id)).all())
    work.add(AttemptAnswer(attempt_id=attempt.id, number=count + 1, question=question, answer=answer, at=at))
    work.session.flush()
    return shown(work, attempt)


@action("attempt.finish", on=Attempt, answer=AttemptView)
def finish_attempt(work: Work, attempt: Attempt) -> AttemptView:
    """Hand the quiz in; the server scores it, and finishing twice is once. [TR-1]"""
    learner_of(work, attempt.person_id)
    if attempt.state == "open":
        settle(work, attempt, min(moment(attempt, work.now), attempt.deadline))
    return shown(work, attempt)


def settle(work: Work, attempt: Attempt, at: datetime) -> None:
    """Score an attempt as it stands, inside any action; a pass is written where it reaches the mark."""
    version = work.get(CourseVersion, attempt.version_id)
    content = version.read()
    names = [one.question for one in drawn_of(attempt)]
    points, passed = quiz.score(content, names, given(work, attempt))
    ATTEMPT_STEPS.advance(work, attempt, "pass" if passed else "fail")
    attempt.score, attempt.finished_at, attempt.seen_at = points, at, at
    if passed:
        passes.write_pass(work, attempt, version, content)
    else:
        work.fact("training.failed", person_id=attempt.person_id, course=attempt.course, attempt_id=attempt.id)


@action("attempt.close-late", on=Attempt)
def close_late(work: Work, attempt: Attempt) -> None:
    """Close an attempt whose time is over, by what was answered in time. [TR-1]"""
    learner_of(work, attempt.person_id)
    if attempt.state == "open" and moment(attempt, work.now) >= attempt.deadline:
        settle(work, attempt, attempt.deadline)


@sweep("training-attempts", seconds=60)
def close_all_late(now: datetime) -> None:
    """Close every attempt whose time is over."""
    with read_session() as session:
        late = select(Attempt.id).where(Attempt.state == "open", col(Attempt.deadline) <= now)
        found = list(session.scalars(late.order_by(col(Attempt.deadline)).limit(AT_ONCE)))
    for attempt_id in found:
        close_late(CLERK, attempt_id)
