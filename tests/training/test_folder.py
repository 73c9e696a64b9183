"""Courses on disk: what is whole is read, what is not is refused with file and reason."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import Malformed
from tests.training.folders import PNG, course_yaml, quiz, write_course
from training.courses.content import CourseContent
from training.courses.folder import read_course, read_courses


def test_a_whole_course_is_read_in_both_languages(tmp_path: Path) -> None:
    course = read_course(write_course(tmp_path))
    assert [(lesson.number, lesson.name, lesson.title["fr"]) for lesson in course.lessons] == [
        (1, "scene", "Lesson 1"),
        (2, "rules", "Lesson 2"),
    ]
    assert (len(course.questions), course.questions[0].right.id) == (6, "b")
    assert (course.pictures[0].data, course.pictures[0].media_type) == (PNG, "image/png")
    assert [one.slug for one in read_courses(tmp_path)] == ["passwords"]


def test_the_content_reads_back_as_it_was_without_the_bytes_of_pictures(tmp_path: Path) -> None:
    course = read_course(write_course(tmp_path))
    again = CourseContent.model_validate(course.document())
    assert again.digest() == course.digest()
    assert again.pictures[0].data == b""


def test_one_changed_word_changes_the_digest(tmp_path: Path) -> None:
    first = read_course(write_course(tmp_path / "a"))
    second = read_course(write_course(tmp_path / "b", summary={"en": "Another sentence.", "fr": "Ce qu'on en fait."}))
    assert first.digest() != second.digest()


def bent(folder: Path, file: str, content: bytes) -> Path:
    place = write_course(folder)
    (place / file).write_bytes(content)
    return place


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": {"en": "Only one language"}}, "French"),
        ({"draws": 7}, "draws 7 questions from a pool of 6"),
        ({"pass_mark": 101}, "pass_mark"),
        ({"pause": "soon"}, "not a span"),
        ({"teaches": []}, "teaches"),
        ({"colour": "blue"}, "colour"),
        ({"counts_for": ["passwords"]}, "does not count for itself"),
    ],
)
def test_a_wrong_course_file_is_refused_with_its_reason(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read_course(write_course(tmp_path, **changes))


def two_right(questions: list[Any]) -> None:
    questions[0]["answers"][0]["right"] = True


def none_right(questions: list[Any]) -> None:
    del questions[0]["answers"][1]["right"]


def no_feedback(questions: list[Any]) -> None:
    del questions[0]["answers"][0]["feedback"]


def same_words(questions: list[Any]) -> None:
    questions[0]["text"] = {"en": "what do YOU do in  scene 1?", "fr": "Autre chose"}


def same_id(questions: list[Any]) -> None:
    questions[0]["id"] = "q1"


def lost_lesson(questions: list[Any]) -> None:
    questions[0]["lesson"] = 3


@pytest.mark.parametrize(
    ("bend", "said"),
    [
        (two_right, "exactly one answer is right"),
        (none_right, "no feedback|exactly one"),
        (no_feedback, "no feedback"),
        (same_words, "same words in en"),
        (same_id, "two questions have one id"),
        (lost_lesson, "names lesson 3"),
    ],
)
def test_a_wrong_quiz_is_refused_with_its_reason(tmp_path: Path, bend: Any, said: str) -> None:
    asked = quiz()
    bend(asked["questions"])
    with pytest.raises(Malformed, match=said):
        read_course(write_course(tmp_path, questions=asked))


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("course.yaml", b"", "names and values"),
        ("course.yaml", b"slug: [", "not readable as YAML"),
        ("course.yaml", b"slug: a\nslug: b\n", "written twice"),
        ("course.yaml", "slug: é".encode("latin-1"), "not UTF-8"),
        ("quiz.yaml", b"questions: []\nmore: 1\n", "nothing else"),
        ("lessons/01-scene.en.md", b"", "first line"),
        ("lessons/01-scene.en.md", b"# \n", "first line"),
        ("lessons/01-scene.en.md", b"# T\n" + b"x" * 64_000, "more than 64000 bytes"),
        ("lessons/01-scene.en.md", b"# T\n[click](javascript:alert(1))\n", "leads neither"),
        ("lessons/01-scene.en.md", b"# T\n[click](//evil.example)\n", "leads neither"),
        ("lessons/01-scene.en.md", b"# T\n![](pictures/door.png)\n", "does not say what it shows"),
        ("lessons/01-scene.en.md", b"# T\n![x](pictures/gone.png)\n", "gone.png is not there"),
        ("lessons/03-more.en.md", b"# T\n", "03-more.fr.md is not there"),
        ("lessons/notes.txt", b"", "is not named"),
        ("lessons/pictures/door.png", b"<svg/>", "neither PNG nor JPEG"),
        ("lessons/pictures/door.png", b"", "neither PNG nor JPEG"),
        ("lessons/pictures/door.png", PNG + bytes(150_000), "at most 150000"),
        ("lessons/pictures/other.png", PNG, "no lesson shows"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, file: str, content: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read_course(bent(tmp_path, file, content))


def test_a_folder_of_another_name_is_refused(tmp_path: Path) -> None:
    place = write_course(tmp_path)
    with pytest.raises(Malformed, match="name of the folder"):
        read_course(place.rename(tmp_path / "renamed"))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400))
def test_no_quiz_file_makes_anything_but_malformed(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name, pytest.raises(Malformed):
        read_course(bent(Path(name), "quiz.yaml", content))


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(sorted(course_yaml())), st.none() | st.integers() | st.text(), min_size=1))
def test_no_course_file_makes_anything_but_a_course_or_malformed(changes: dict[str, Any]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        place = write_course(Path(name))
        (place / "course.yaml").write_text(yaml.safe_dump(course_yaml() | changes, allow_unicode=True), "utf-8")
        try:
            assert read_course(place).slug == "passwords"
        except Malformed:
            assert changes
