"""Versions of courses: written by one, approved by another, sealed; retired the same way."""

import base64

import pytest

from kernel import db
from kernel.db import read_session
from kernel.errors import Conflict, Denied, Malformed, Refused
from policy import inbox
from tests import world
from tests.training.conftest import School
from tests.training.folders import PNG, write_course
from training.courses import publication, readings, shipped, versions
from training.courses.folder import read_course


def test_a_version_comes_into_force_only_when_another_has_approved_it(school: School) -> None:
    version = school.draft(school.content("passwords"))
    versions.ask_publication(school.trainer.actor, version.id)
    assert inbox.approvals_waiting(school.trainer.actor) == []
    publication.publish_approved(version_id=str(version.id))
    assert school.course("passwords").current is None
    again = school.draft(school.content("passwords"))
    versions.ask_publication(school.trainer.actor, again.id)
    school.approve(again.ref)
    publication.publish_approved(version_id=str(again.id))
    assert (school.course("passwords").current, school.course("passwords").introduced_at) == (2, school.hands.time)


def test_a_learner_reads_lessons_and_never_the_questions(school: School) -> None:
    course = school.publish("passwords")
    seen = readings.read_course(world.person().actor, course.id)
    assert ([one.number for one in seen.lessons], seen.draws) == ([1, 2], 4)
    assert "right" not in seen.model_dump_json()
    with pytest.raises(Denied):
        readings.review_version(world.person().actor, seen.version_id)
    assert len(readings.review_version(school.officer.actor, seen.version_id).questions) == 6


def test_a_picture_is_read_once_a_version_that_shows_it_is_in_force(school: School) -> None:
    digest = versions.add_picture(school.trainer.actor, data=base64.b64encode(PNG).decode())
    from kernel.errors import NotFound

    with pytest.raises(NotFound):
        readings.read_picture(world.person().actor, digest=digest)
    school.publish("passwords")
    assert readings.read_picture(world.person().actor, digest=digest).data == PNG


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"%PDF-1.4"])
def test_what_is_no_picture_is_refused(school: School, data: bytes) -> None:
    with pytest.raises(Malformed):
        versions.add_picture(school.trainer.actor, data=base64.b64encode(data).decode())


def test_content_that_is_not_whole_or_of_another_course_is_refused(school: School) -> None:
    course = versions.add_course(school.trainer.actor, slug="passwords")
    whole = school.content("passwords").document()
    write = versions.write_version
    with pytest.raises(Malformed, match="draws"):
        write(school.trainer.actor, course.id, content=whole | {"draws": 99}, summary="too many questions")
    with pytest.raises(Refused, match="picture"):
        write(school.trainer.actor, course.id, content=whole, summary="a picture nobody kept")
    with pytest.raises(Refused, match="not of passwords"):
        write(school.trainer.actor, course.id, content=school.content("sanctions").document(), summary="another course")
    with pytest.raises(Conflict):
        versions.add_course(school.trainer.actor, slug="passwords")


def test_the_content_of_a_version_is_never_changed(school: School, database: str) -> None:
    school.publish("passwords")
    for change in ("content = '{}'", "digest = 'x'", "retake = true"):
        with db.connect("none", database) as conn:
            conn.execute("begin; select set_config('app.action_id', gen_random_uuid()::text, true)")
            with pytest.raises(Exception, match="never changed"):
                conn.execute(f"update course_version set {change}")


def test_a_second_version_retires_the_first_and_an_older_one_cannot_come_back(school: School) -> None:
    old = school.draft(school.content("passwords"))
    school.publish("passwords")
    page = next(one for one in readings.list_courses(school.trainer.actor) if one.course.slug == "passwords")
    assert [one.state for one in page.versions] == ["in-force", "draft"]
    with pytest.raises(Refused, match="later version"):
        versions.ask_publication(school.trainer.actor, old.id)
    school.publish("passwords")
    page = next(one for one in readings.list_courses(school.trainer.actor) if one.course.slug == "passwords")
    assert [one.state for one in page.versions] == ["in-force", "retired", "draft"]


def test_a_version_taken_back_takes_its_question_with_it(school: School) -> None:
    version = school.draft(school.content("passwords"))
    versions.ask_publication(school.trainer.actor, version.id)
    versions.drop_version(school.trainer.actor, version.id)
    assert inbox.approvals_waiting(school.officer.actor) == []
    publication.publish_approved(version_id=str(version.id))
    assert school.course("passwords").current is None


def test_a_course_is_retired_only_when_another_has_approved_it(school: School) -> None:
    course = school.publish("passwords")
    publication.ask_retirement(school.trainer.actor, course.id, reason="the house has no passwords any more")
    publication.retire_approved(course_id=str(course.id))
    assert school.course("passwords").retired_at is None
    school.approve(course.ref)
    publication.retire_approved(course_id=str(course.id))
    assert (school.course("passwords").retired_at, school.course("passwords").current) == (school.hands.time, None)
    with pytest.raises(Refused, match="retired"):
        school.draft(school.content("passwords"))


def test_shipped_courses_come_as_drafts_once_and_a_new_text_as_the_next(school: School, monkeypatch) -> None:
    folder = school.folder / "shipped"
    for slug in ("passwords", "sanctions"):
        write_course(folder, slug)
    monkeypatch.setattr(shipped, "SHIPPED", folder)
    assert shipped.bring_in_all() == ["passwords", "sanctions"]
    assert shipped.bring_in_all() == []
    assert shipped.ask_shipped(school.trainer.actor) == 2
    assert len(inbox.approvals_waiting(school.officer.actor)) == 2
    quiz = folder / "passwords" / "course.yaml"
    quiz.write_text(quiz.read_text().replace("minutes: 10", "minutes: 11"))
    assert read_course(folder / "passwords").minutes == 11
    assert shipped.bring_in_all() == ["passwords"]


def test_everybody_but_a_trainer_is_kept_from_writing(school: School) -> None:
    for role in ("agent", "manager", "auditor"):
        with pytest.raises(Denied):
            versions.add_course(world.person(role=role).actor, slug="passwords")
    with read_session() as session:
        assert session.connection().exec_driver_sql("select count(*) from course").scalar_one() == 0
