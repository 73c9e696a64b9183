"""A small course on disk, and its parts as a test bends them."""

from pathlib import Path
from typing import Any

import yaml

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def course_yaml(slug: str = "passwords", **changes: Any) -> dict[str, Any]:
    """What course.yaml says."""
    return {
        "slug": slug,
        "title": {"en": f"About {slug}", "fr": f"De {slug}"},
        "summary": {"en": "What a person does with it.", "fr": "Ce qu'on en fait."},
        "teaches": ["TR-5"],
        "minutes": 10,
        "pass_mark": 75,
        "draws": 4,
        "attempts": 2,
        "pause": "1 hour",
        "time_limit": "30 minutes",
        "valid_for": "1 year",
    } | changes


def quiz(count: int = 6) -> dict[str, Any]:
    """A pool of questions whose right answer is always `b`."""
    return {
        "questions": [
            {
                "id": f"q{n}",
                "lesson": 1 + n % 2,
                "text": {"en": f"What do you do in scene {n}?", "fr": f"Que faites-vous dans la scène {n} ?"},
                "answers": [
                    {
                        "id": answer,
                        "text": {"en": f"I do {answer}.", "fr": f"Je fais {answer}."},
                        **(
                            {"right": True}
                            if answer == "b"
                            else {"feedback": {"en": f"Not {answer}.", "fr": f"Pas {answer}."}}
                        ),
                    }
                    for answer in "abcd"
                ],
            }
            for n in range(count)
        ]
    }


def write_course(
    folder: Path, slug: str = "passwords", *, questions: dict[str, Any] | None = None, **changes: Any
) -> Path:
    """Write a course of two lessons, one picture and six questions below a folder; gives its own folder."""
    place = folder / slug
    (place / "lessons" / "pictures").mkdir(parents=True)
    (place / "course.yaml").write_text(yaml.safe_dump(course_yaml(slug, **changes), allow_unicode=True), "utf-8")
    (place / "quiz.yaml").write_text(yaml.safe_dump(questions or quiz(), allow_unicode=True), "utf-8")
    (place / "lessons" / "pictures" / "door.png").write_bytes(PNG)
    for number, name in ((1, "scene"), (2, "rules")):
        for language in ("en", "fr"):
            text = f"# Lesson {number}\n\nRead this.\n\n![A door](pictures/door.png)\n"
            (place / "lessons" / f"{number:02}-{name}.{language}.md").write_text(text, "utf-8")
    return place
