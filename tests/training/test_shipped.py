"""The courses of the release in a house: brought in by the command, approved by another, taken, and waking the rights they gate."""

import pytest

from api import cli
from kernel import gate
from policy import book, inbox
from tests import world
from tests.training.conftest import School
from training.courses import publication, readings, shipped
from training.courses.folder import read_courses
from training.learning import attempts


def test_every_course_the_book_asks_for_is_shipped() -> None:
    asked = {course for rule in book.shipped().training.values() for course in rule.courses}
    assert asked == {course.slug for course in read_courses()}


def test_the_command_brings_them_in_once_and_nothing_is_in_force_before_approval(
    school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.courses()
    assert "15 courses have a new draft" in " ".join(capsys.readouterr().out.split())
    cli.courses()
    assert "No course has a new text" in capsys.readouterr().out
    assert {one.course.current for one in readings.list_courses(school.trainer.actor)} == {None}
    assert shipped.ask_shipped(school.trainer.actor) == 15
    assert inbox.approvals_waiting(school.trainer.actor) == []


def test_an_agent_reads_and_passes_a_shipped_course_and_goes_on_working(school: School) -> None:
    for content in read_courses():
        if content.slug == "passwords":
            shipped.bring_in(shipped.CLERK, slug=content.slug)
            break
    shipped.ask_shipped(school.trainer.actor)
    (version,) = readings.list_courses(school.trainer.actor)[0].versions
    school.approve(f"course-version:{version.id}")
    publication.publish_approved(version_id=str(version.id))
    ama, course = world.person(role="agent"), school.course("passwords")
    school.hands.forward(days=31)
    assert not gate.may(ama.actor, "conversation.serve", gate.ANYWHERE).allowed
    for lesson in readings.read_course(ama.actor, course.id).lessons:
        attempts.open_lesson(ama.actor, course.id, number=lesson.number)
    begun = attempts.start_attempt(ama.actor, course.id)
    for question in begun.questions:
        asked = content.question(question.id)
        assert asked is not None
        attempts.give_answer(ama.actor, begun.id, question=question.id, answer=asked.right.id)
    assert attempts.finish_attempt(ama.actor, begun.id).score == 100
    assert gate.may(ama.actor, "conversation.serve", gate.ANYWHERE).allowed
