"""A course being written: saved part by part, nobody overwritten unseen, whole before it is sealed, taught only once approved. [TR-1]"""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Conflict, Denied, Malformed, NotFound, Refused
from policy import book
from tests import world
from tests.training.conftest import School
from tests.training.folders import PNG
from training.courses import drafts, publication, readings, versions
from training.courses.content import RESERVED
from training.courses.sketches import Sketch, content_of, lacking, sketch_of


def both(words: str) -> dict[str, str]:
    return {"en": words, "fr": f"{words} (fr)"}


def whole(**more: Any) -> dict[str, Any]:
    """Everything a course needs, as who writes it gives it."""
    questions = [
        {
            "lesson": 1, "text": both(f"What do you do in scene {n}?"),
            "answers": [
                {"right": True, "text": both("I report it."), "feedback": {}},
                {"right": False, "text": both("I wait."), "feedback": both("Waiting costs an hour.")},
            ],
        }
        for n in range(5)
    ]  # fmt: skip
    return {
        "title": both("Codes by telephone"), "summary": both("What one does when somebody asks for a code."),
        "teaches": ["TR-5"], "lessons": [{"title": both("The caller"), "text": both("He asks for a **code**.")}],
        "questions": questions, **more,
    }  # fmt: skip


def begun(school: School, slug: str = "codes-by-telephone") -> Any:
    return drafts.begin_draft(school.trainer.actor, versions.add_course(school.trainer.actor, slug=slug).id)


def edit(school: School, draft: Any, fields: dict[str, Any], seen: int | None = None) -> int:
    return drafts.edit_draft(
        school.trainer.actor, draft.id, fields=fields, seen=draft.version if seen is None else seen
    )


def test_a_course_is_written_sealed_approved_and_taught(school: School) -> None:
    draft = begun(school)
    with pytest.raises(Refused, match="not whole"):
        drafts.seal_draft(school.trainer.actor, draft.id, summary="a course of our own", seen=draft.version)
    seen = edit(school, draft, whole())
    version = drafts.seal_draft(school.trainer.actor, draft.id, summary="a course of our own", seen=seen)
    assert (version.state, version.number, version.written_by) == ("draft", 1, school.trainer.id)
    with pytest.raises(NotFound):
        drafts.read_draft(school.trainer.actor, slug="codes-by-telephone")
    with pytest.raises(Conflict):
        edit(school, draft, {"minutes": 5}, seen + 1)
    versions.ask_publication(school.trainer.actor, version.id)
    school.approve(version.ref)
    publication.publish_approved(version_id=str(version.id))
    course = school.course("codes-by-telephone")
    read = readings.read_course(world.person().actor, course.id)
    assert read.lessons[0].text["en"] == "# The caller\n\nHe asks for a **code**.\n"
    again = drafts.begin_draft(school.trainer.actor, course.id)
    assert Sketch.model_validate(again.content).lessons[0].text["en"].strip() == "He asks for a **code**."
    with pytest.raises(Conflict, match="writing"):
        drafts.begin_draft(school.trainer.actor, course.id)
    drafts.drop_draft(school.trainer.actor, again.id)
    assert drafts.begin_draft(school.trainer.actor, course.id).state == "open"


def test_who_saves_over_words_of_another_is_told(school: School) -> None:
    draft = begun(school)
    seen = edit(school, draft, {"minutes": 12})
    with pytest.raises(Conflict, match="Somebody else saved"):
        edit(school, draft, {"minutes": 15}, draft.version)
    with pytest.raises(Conflict):
        drafts.seal_draft(school.trainer.actor, draft.id, summary="a course of our own", seen=draft.version)
    assert drafts.read_draft(school.trainer.actor, slug="codes-by-telephone").content.minutes == 12
    assert edit(school, draft, {"minutes": 15}, seen) == seen + 1


@pytest.mark.parametrize(
    "fields",
    [
        {"minutes": 0}, {"minutes": "many"}, {"no_such_field": 1}, {"lessons": [{"title": {"de": "Titel"}}]},
        {"lessons": [{}] * 21}, {"questions": [{}] * 201}, {"title": {"en": "x" * 601}},
        {"pictures": [{"name": "../../etc.png", "media_type": "image/png", "digest": "0" * 64}]},
    ],
)  # fmt: skip
def test_what_no_draft_can_hold_is_refused_and_nothing_is_kept(school: School, fields: dict[str, Any]) -> None:
    draft = begun(school)
    with pytest.raises(Malformed):
        edit(school, draft, fields)
    assert drafts.read_draft(school.trainer.actor, slug="codes-by-telephone").seen == draft.version


def test_pictures_are_those_that_were_kept_and_small_enough(school: School) -> None:
    draft = begun(school)
    picture = {"name": "door.png", "media_type": "image/png", "digest": "0" * 64}
    with pytest.raises(Refused, match="not been kept"):
        edit(school, draft, {"pictures": [picture]})
    most = book.number("TR-1", "picture_kilobytes") * 1024
    with pytest.raises(Refused, match="KiB at most"):
        versions.add_picture(school.trainer.actor, data=base64.b64encode(PNG + bytes(most)).decode())
    picture["digest"] = versions.add_picture(school.trainer.actor, data=base64.b64encode(PNG).decode())
    lesson = {"title": both("A door"), "text": both("![A door](pictures/door.png)")}
    seen = edit(school, draft, whole(lessons=[lesson], pictures=[picture, picture | {"name": "unused.png"}]))
    version = drafts.seal_draft(school.trainer.actor, draft.id, summary="with a picture", seen=seen)
    assert [one.name for one in version.read().pictures] == ["door.png"]


def test_only_who_writes_courses_writes_one(school: School) -> None:
    draft = begun(school)
    for who in (school.officer, world.person(role="agent")):
        with pytest.raises(Denied):
            drafts.edit_draft(who.actor, draft.id, fields={"minutes": 3}, seen=draft.version)
        with pytest.raises(Denied):
            drafts.read_draft(who.actor, slug="codes-by-telephone")


def test_what_a_draft_lacks_is_named_by_its_place() -> None:
    assert [one.what for one in lacking("a-course", Sketch.model_validate({}))] == [
        "title", "title", "summary", "summary", "teaches", "lessons", "pool"
    ]  # fmt: skip
    bent = whole(
        lessons=[{"title": {"en": "One"}, "text": both("![](pictures/a.png) and [a link](http://elsewhere)")}], draws=9
    )
    bent["questions"][0]["answers"][0]["right"] = False
    found = {(one.part, one.number, one.what) for one in lacking("a-course", Sketch.model_validate(bent))}
    assert found >= {
        ("lesson", 1, "title"), ("lesson", 1, "picture"), ("lesson", 1, "link"), ("", 9, "pool"),
        ("question", 1, "right"), ("question", 1, "feedback"),
    }  # fmt: skip
    assert lacking("a-course", Sketch.model_validate(whole())) == []


def test_two_questions_with_the_same_words_are_told_before_it_is_sealed() -> None:
    bent = whole()
    bent["questions"][1]["text"] = bent["questions"][0]["text"]
    assert [one.what for one in lacking("a-course", Sketch.model_validate(bent))] == ["else"]


@given(st.integers(1, 4), st.integers(1, 6), st.text(alphabet="abc é#\n*", max_size=60))
def test_a_sealed_draft_reads_back_as_what_was_written(lessons: int, questions: int, text: str) -> None:
    told = whole(
        lessons=[{"title": both(f"Lesson {n}"), "text": both(f"Begin {text} end")} for n in range(lessons)], draws=1
    )
    told["questions"] = [{**told["questions"][0], "text": both(f"Scene {n}?")} for n in range(questions)]
    sketch = Sketch.model_validate(told)
    content = content_of("a-course", sketch)
    assert content_of("a-course", sketch_of(content)) == content


def test_no_reserved_name_reaches_a_draft(school: School) -> None:
    for slug in RESERVED:
        with pytest.raises(Refused):
            begun(school, slug)
