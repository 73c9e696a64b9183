"""Lessons as HTML: nothing that acts gets through, whatever a lesson says; every shipped lesson is sound. [TR-1]"""

import re

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.lessons import lesson_html, line_html
from training.courses.folder import SHIPPED, read_courses

PICTURES = {"door.png": "ab" * 32}
PARTS = st.sampled_from([
    "<script>", "</script>", "<img src=x onerror=alert(1)>", "](javascript:alert(1))", "[a", "![a", "](pictures/door.png)",
    "](//evil.example)", "](data:text/html,x)", '](https://x.example/"onload=1)', "|a|b|\n|:-:|--:|\n|1|2|\n", "`", "```\n",
    "\n\n", "# ", "> ", "- ", "1. ", "**", "*", "&lt;", "&#106;", "\x00", "\\", "<style>", "<", ">", '"', "'", "é", "\u202e",
    "<javascript:x>", "<https://x.example>", "[x]: javascript:y\n", "[x][x]",
])  # fmt: skip


def elements(text: str, *, strict: bool = True) -> list[tuple[str, dict[str, str]]]:
    found = html5lib.HTMLParser(strict=strict, namespaceHTMLElements=False).parseFragment(text)
    return [(one.tag, one.attrib) for one in found.iter() if isinstance(one.tag, str)]


@given(st.lists(st.one_of(PARTS, st.text(max_size=12)), max_size=30).map("".join))
def test_whatever_a_lesson_says_is_text_links_and_known_pictures(text: str) -> None:
    for tag, attributes in elements(lesson_html(text, PICTURES) + line_html(text), strict=False):  # control characters
        assert tag not in {"script", "style", "iframe", "object", "form", "input", "h1"}
        assert set(attributes) <= {"href", "title", "src", "alt", "loading", "class", "start"}, attributes
        if tag == "a":
            address = attributes["href"]
            assert address.startswith(("https://", "pictures/", "/"))
            assert not address.startswith(("//", "/\\"))
        if tag == "img":
            assert attributes["src"] == f"/training/pictures/{PICTURES['door.png']}"


def test_the_title_is_left_to_the_page_and_tables_lists_and_quotations_are_shown() -> None:
    text = "# Title\n\n> **Ama:** *no*\n\n- one\n- `two`\n\n|a|b|\n|:-:|---|\n|1|2|\n\n![A door](pictures/door.png)\n\n[Tell](/report)\n"
    shown = lesson_html(text, PICTURES)
    assert "Title" not in shown
    for part in (
        "<blockquote>",
        "<strong>Ama:</strong>",
        "<li>",
        "<code>two</code>",
        "<table",
        'alt="A door"',
        'href="/report"',
    ):
        assert part in shown, part
    assert "style=" not in shown


@pytest.mark.parametrize("text", ["", "# ", "#\n", "\n" * 1000, "x" * 64_000, "[" * 5000, "> " * 500 + "x", "|" * 3000])
def test_empty_and_huge_lessons_are_shown(text: str) -> None:
    elements(lesson_html(text, {}))


def test_every_shipped_lesson_is_sound_and_leads_only_to_pages_of_the_house() -> None:
    for course in read_courses(SHIPPED):
        pictures = {one.name: one.digest for one in course.pictures}
        for lesson in course.lessons:
            for text in lesson.text.values():
                shown = lesson_html(text, pictures)
                found = elements(shown)
                assert {at["href"] for tag, at in found if tag == "a"} <= {"/report", "/training"}
                assert len(re.findall(r"!\[", text)) == sum(tag == "img" for tag, _ in found)
