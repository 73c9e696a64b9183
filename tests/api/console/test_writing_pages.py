"""A course written in its pages by a trainer, from nothing to a version that another may approve. [TR-1]"""

import re
from typing import Any

import pytest

from tests import world
from tests.rows import Worlds
from tests.training.conftest import School, hands, school  # noqa: F401 - fixtures
from tests.training.folders import PNG
from tests.training.test_films import MP4, VTT
from training.courses import drafts, publication

pytestmark = pytest.mark.needs("frontend")
SLUG = "codes-by-telephone"
DRAFT = f"/training/courses/{SLUG}/draft"
FACTS = {
    "title_en": "Codes by telephone", "title_fr": "Les codes au téléphone", "summary_en": "When somebody asks.", "summary_fr": "Quand on demande.",
    "minutes": "8", "draws": "1", "pass_mark": "80", "attempts": "2", "pause": "1 hour", "time_limit": "30 minutes", "valid_for": "", "teaches-TR-5": "on",
}  # fmt: skip
LESSON = {"title_en": "The caller", "title_fr": "Un appel", "text_en": "A **code** is yours.\r\n\r\n<script>x</script>", "text_fr": "Un **code** est à vous.", "then": "save"}  # fmt: skip
QUESTION = {
    "lesson": "1", "text_en": "He asks. What now?", "text_fr": "Il demande. Et alors ?", "right": "1", "then": "save",
    "answer_0_en": "I tell.", "answer_0_fr": "Je dis.", "why_0_en": "Yours alone.", "why_0_fr": "À vous seul.",
    "answer_1_en": "I report.", "answer_1_fr": "Je signale.",
}  # fmt: skip


@pytest.fixture
def trainer(worlds: Worlds) -> world.Somebody:
    return worlds.stand(lambda: world.activated(role="trainer"))


def seen(page: Any, path: str = DRAFT) -> dict[str, str]:
    found = re.search(r'name="seen" value="(\d+)"', page.get(path).text)
    assert found
    return {"seen": found[1]}


def opened(page: Any) -> None:
    sent = {"slug": SLUG, "title_en": "Codes by telephone", "title_fr": "Les codes au téléphone"}
    done = page.post("/training/courses/new", data=sent)
    assert done.headers["location"].startswith(DRAFT)


def test_a_course_is_written_from_nothing_and_sealed_as_a_version(browser_of, trainer, school: School):  # noqa: F811
    page = browser_of(trainer)
    assert 'href="/training/courses/new"' in page.get("/training/courses").text
    opened(page)
    assert "It has no lesson yet." in page.get(DRAFT).text
    assert page.post(DRAFT, data=FACTS | seen(page)).status_code == 303
    looked = page.post(f"{DRAFT}/lessons/1", data=LESSON | seen(page) | {"then": "look"})
    assert "<strong>code</strong>" in looked.text
    assert "&lt;script&gt;x&lt;/script&gt;" in looked.text
    assert "It has no lesson yet." in page.get(DRAFT).text, "looking keeps nothing"
    assert page.post(f"{DRAFT}/lessons/1", data=LESSON | seen(page)).headers["location"] == f"{DRAFT}/lessons/1?done=saved"  # fmt: skip
    assert page.post(f"{DRAFT}/questions/1", data=QUESTION | seen(page)).status_code == 303
    whole = page.get(DRAFT).text
    assert 'id="lacking"' not in whole
    short = page.post(f"{DRAFT}/seal", data={"version_summary": "new"} | seen(page))
    assert short.status_code == 422
    assert 'id="version_summary-problem"' in short.text
    sealed = page.post(f"{DRAFT}/seal", data={"version_summary": "The first of it.", "retake": "on"} | seen(page))
    assert sealed.headers["location"].startswith(f"/training/courses/{SLUG}")
    shown = page.get(f"/training/courses/{SLUG}").text
    assert "Ask for approval" in shown
    assert "takes it again" in shown
    assert 'id="do-begin"' in shown
    assert page.get(DRAFT).status_code == 404
    assert page.post(f"/training/courses/{SLUG}/begin").status_code == 303
    assert "Go on writing" in page.get(f"/training/courses/{SLUG}").text
    assert 'value="30 minutes" selected' in page.get(DRAFT).text


def test_lessons_are_moved_and_taken_out_and_two_who_write_are_told(browser_of, trainer):
    page = browser_of(trainer)
    opened(page)
    for number, title in ((1, "One"), (2, "Two")):
        page.post(f"{DRAFT}/lessons/{number}", data=LESSON | {"title_en": title} | seen(page))
    page.post(f"{DRAFT}/lessons/2", data=LESSON | {"title_en": "Two", "then": "up"} | seen(page))

    def titles() -> list[str]:
        return [one.title["en"] for one in drafts.read_draft(trainer.actor, slug=SLUG).content.lessons]

    assert titles() == ["Two", "One"]
    before = seen(page)
    assert page.post(f"{DRAFT}/lessons/1", data=LESSON | {"then": "delete"} | before).status_code == 303
    assert titles() == ["One"]
    stale = page.post(f"{DRAFT}/lessons/1", data=LESSON | {"title_en": "My own words"} | before)
    assert stale.status_code == 409
    assert "Somebody else saved this draft meanwhile" in stale.text
    assert 'value="My own words"' in stale.text, "nothing typed is lost"
    assert titles() == ["One"]
    assert page.get(f"{DRAFT}/lessons/9").status_code == 404
    assert page.get(f"{DRAFT}/questions/0").status_code == 404


def test_pictures_come_in_by_the_page_and_others_do_not(browser_of, trainer):
    page = browser_of(trainer)
    opened(page)
    sent = page.post(f"{DRAFT}/pictures", data=seen(page), files={"picture": ("../Our Door é.PNG", PNG, "text/html")})
    assert sent.status_code == 303
    shown = page.get(DRAFT).text
    assert "(pictures/our-door.png)" in shown
    address = re.search(r"/training/pictures/[0-9a-f]{64}", shown)
    assert address
    got = page.get(address[0])
    assert (got.content, got.headers["content-type"]) == (PNG, "image/png")
    for content in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", PNG + bytes(600 * 1024)):
        wrong = page.post(f"{DRAFT}/pictures", data=seen(page), files={"picture": ("a.png", content, "image/png")})
        assert wrong.status_code == 422
        assert 'id="picture-problem"' in wrong.text
    assert page.post(f"{DRAFT}/pictures/forget", data={"name": "our-door.png"} | seen(page)).status_code == 303
    assert "our-door.png" not in page.get(DRAFT).text


def test_a_film_comes_in_with_captions_and_is_sought_in_by_ranges(browser_of, trainer):
    page = browser_of(trainer)
    opened(page)
    data = MP4 + bytes(range(256)) * 30_000
    sent = page.post(f"{DRAFT}/films", data=seen(page), files={"film": ("The Call.MP4", data, "video/x-whatever")})
    assert sent.status_code == 303
    orphan = page.post(f"{DRAFT}/films", data=seen(page), files={"film": ("fr.vtt", VTT, "text/vtt")})
    assert (orphan.status_code, 'id="film-problem"' in orphan.text) == (422, True)
    of = {"of": "the-call.mp4", "language": "fr"}
    assert page.post(f"{DRAFT}/films", data=of | seen(page), files={"film": ("fr.vtt", VTT, "text/vtt")}).is_redirect
    shown = page.get(DRAFT).text
    assert "(films/the-call.mp4)" in shown
    assert "Captions: Français" in " ".join(shown.split())
    looked = page.post(f"{DRAFT}/lessons/1", data=LESSON | {"text_en": "![A call](films/the-call.mp4)", "then": "look"}).text  # fmt: skip
    found = re.search(r'<source src="(/training/films/[0-9a-f]{64})" type="video/mp4"><track kind="captions" srclang="fr" label="Français" src="(/training/films/[0-9a-f]{64})">', looked)  # fmt: skip
    assert found
    assert page.get(found[2]).content == VTT
    film = found[1]
    whole = page.get(film)
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, data, "bytes")
    assert "media-src 'self'" in whole.headers["content-security-policy"]
    size, tag = len(data), whole.headers["etag"]
    for asked, first, last in (("0-9", 0, 9), ("100-", 100, 100 + 4_194_304 - 1), ("-5", size - 5, size - 1), (f"{size - 2}-{size + 50}", size - 2, size - 1)):  # fmt: skip
        part = page.get(film, headers={"range": f"bytes={asked}"})
        assert (part.status_code, part.headers["content-range"]) == (206, f"bytes {first}-{last}/{size}")
        assert part.content == data[first : last + 1]
        assert part.headers["content-type"] == "video/mp4"
    for asked in (f"bytes={size}-", "bytes=9-3", "bytes=-0"):
        assert page.get(film, headers={"range": asked}).status_code == 416, asked
    for asked in ("bytes=-", "bytes=0-1,5-9", "lines=1-2", "bytes=a-b"):
        assert page.get(film, headers={"range": asked}).status_code == 200, "what is no range of bytes is not heeded"
    assert page.get(film, headers={"range": "bytes=0-1", "if-range": '"other"'}).status_code == 200
    assert page.get(film, headers={"if-none-match": tag}).status_code == 304
    agent = browser_of(world.activated(role="agent"))
    assert agent.get(film, headers={"range": "bytes=0-1"}).status_code == 404, "no lesson in force shows it"


def test_a_name_that_is_taken_or_none_is_told_and_who_does_not_teach_has_no_such_page(browser_of, trainer):
    page = browser_of(trainer)
    for slug in ("team", "new", "", "Ünfit", "x"):
        wrong = page.post("/training/courses/new", data={"slug": slug, "title_en": "A course", "title_fr": "Un cours"})
        assert wrong.status_code == 422
        assert 'id="slug-problem"' in wrong.text
    opened(page)
    assert page.post("/training/courses/new", data={"slug": SLUG}).status_code == 422
    assert page.post(DRAFT, data=FACTS | seen(page) | {"minutes": "soon"}).status_code == 422
    agent = browser_of(world.activated(role="agent"))
    assert agent.get("/training/courses/new").status_code == 403
    assert agent.get(DRAFT).status_code == 403
    assert agent.post(f"{DRAFT}/lessons/1", data=LESSON).status_code == 403


def test_what_rests_on_a_course_is_seen_before_its_retirement_is_asked(browser_of, trainer, school: School):  # noqa: F811
    course = school.publish("passwords")
    page = browser_of(trainer)
    assert "/training/courses/passwords/retire" in page.get("/training/courses/passwords").text
    shown = page.get("/training/courses/passwords/retire").text
    assert 'href="/policy#TR-5"' in shown
    assert "rest on it no more" in shown
    assert page.post("/training/courses/passwords/retire", data={"reason": "old"}).status_code == 422
    asked = page.post("/training/courses/passwords/retire", data={"reason": "another course says it better"})
    assert asked.status_code == 303
    school.approve(course.ref)
    publication.retire_approved(course_id=str(course.id))
    assert school.course("passwords").retired_at is not None
    assert page.post("/training/courses/passwords/retire", data={"reason": "once more, to be sure"}).status_code == 422
    assert "/retire" not in page.get("/training/courses/passwords").text
    assert browser_of(world.activated(role="agent")).get("/training/courses/passwords/retire").status_code == 403
