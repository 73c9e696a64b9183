"""Courses as they lie in a folder: course.yaml, quiz.yaml, lessons/NN-name.LANGUAGE.md and lessons/pictures. [TR-1]"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kernel.errors import Malformed
from policy.loading import BookError, plain
from training.courses.content import HEADING, LANGUAGES, LARGEST_LESSON, LARGEST_PICTURE, CourseContent, kind_of

SHIPPED = Path(__file__).parents[1] / "content"
LESSON = re.compile(r"^(\d\d)-([a-z0-9-]+)\.(en|fr)\.md$")
LARGEST_YAML = 1_000_000


def read_courses(folder: Path = SHIPPED) -> list[CourseContent]:
    """Read every course of a folder, in order of their names; raises Malformed."""
    return [read_course(path.parent) for path in sorted(folder.glob("*/course.yaml"))]


def read_course(folder: Path) -> CourseContent:
    """Read one course; raises Malformed naming the file and what is wrong."""
    told = _yaml(folder / "course.yaml")
    quiz = _yaml(folder / "quiz.yaml")
    if told.get("slug") != folder.name:
        raise Malformed(f"{folder.name}/course.yaml: the slug is the name of the folder")
    if set(quiz) != {"questions"}:
        raise Malformed(f"{folder.name}/quiz.yaml: the file holds questions, and nothing else")
    whole = told | quiz | {"lessons": list(_lessons(folder)), "pictures": list(_pictures(folder))}
    try:
        return CourseContent.model_validate(whole)
    except ValidationError as faults:
        raise Malformed(f"{folder.name}: " + "; ".join(_told(fault) for fault in faults.errors())) from faults


def _told(fault: Any) -> str:
    place = ".".join(str(step) for step in fault["loc"])
    return f"{place}: {fault['msg']}" if place else str(fault["msg"])


def _yaml(path: Path) -> dict[str, Any]:
    name = f"{path.parent.name}/{path.name}"
    try:
        content = plain(name, _text(path, LARGEST_YAML))
    except BookError as fault:
        raise Malformed(str(fault)) from fault
    if not isinstance(content, dict):
        raise Malformed(f"{name}: the file holds names and values")
    return content


def _text(path: Path, most: int) -> str:
    name = f"{path.parent.name}/{path.name}"
    if not path.is_file():
        raise Malformed(f"{name} is not there")
    if path.stat().st_size > most:
        raise Malformed(f"{name} has more than {most} bytes")
    try:
        return path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        raise Malformed(f"{name} is not UTF-8") from fault


def _lessons(folder: Path) -> Iterator[dict[str, Any]]:
    found: dict[tuple[int, str], dict[str, str]] = {}
    for path in sorted((folder / "lessons").glob("*")):
        if path.is_dir() and path.name == "pictures":
            continue
        parts = LESSON.match(path.name)
        if parts is None:
            raise Malformed(f"{folder.name}/lessons/{path.name} is not named NN-name.en.md or NN-name.fr.md")
        found.setdefault((int(parts[1]), parts[2]), {})[parts[3]] = _text(path, LARGEST_LESSON)
    for (number, name), text in sorted(found.items()):
        place = f"{folder.name}/lessons/{number:02}-{name}"
        missing = [language for language in LANGUAGES if language not in text]
        if missing:
            raise Malformed(f"{place}.{missing[0]}.md is not there")
        titles = {language: HEADING.match(text[language]) for language in LANGUAGES}
        untitled = [language for language, title in titles.items() if title is None]
        if untitled:
            raise Malformed(f"{place}.{untitled[0]}.md: the first line is “# ” and the lesson's title")
        yield {
            "number": number,
            "name": name,
            "title": {language: title[1].strip() for language, title in titles.items() if title is not None},
            "text": text,
        }


def _pictures(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((folder / "lessons" / "pictures").glob("*")):
        place = f"{folder.name}/lessons/pictures/{path.name}"
        if not path.is_file() or path.stat().st_size > LARGEST_PICTURE:
            raise Malformed(f"{place}: a picture has at most {LARGEST_PICTURE} bytes")
        data = path.read_bytes()
        kind = kind_of(data)
        if kind is None:
            raise Malformed(f"{place} is neither PNG nor JPEG")
        yield {"name": path.name, "media_type": kind, "digest": hashlib.sha256(data).hexdigest(), "data": data}
