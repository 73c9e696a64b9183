"""A trainer at work: a course written and approved by another, who is bound and overdue, one excused until a day, and whether it teaches. [TR-1]"""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from api.demo_words import ZONE
from tests.journeys.browsing import TIMEOUT, Window
from tests.journeys.house import House, until
from tests.journeys.newcomers import approve, english

pytestmark = [
    pytest.mark.needs("chromium", "frontend"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(300),
]  # fmt: skip
TRAINER, OFFICER, DIRECTOR = "trainer:Yao", "security-officer:Sena", "technical-director:Jean"
SLUG, TITLE = "codes-by-telephone", "Codes by telephone"
BEFORE, BEFORE_TITLE = "tools-manager", "Who may do what: tools of a manager"
"""A course that is in force already, and asked of managers alone but for our own rule."""
SCENE = "A caller who says he repairs the network asks for the code on your telephone. What do you do?"
LESSON = {
    "title_en": "Whoever asks for it", "text_en": "A **code** is yours alone.\n\n- Nobody of the house asks for it.",
    "title_fr": "Qui que ce soit", "text_fr": "Un **code** est à vous seul.\n\n- Personne de la maison ne le demande.",
}  # fmt: skip
QUESTION = {
    "text_en": SCENE, "text_fr": "Un appelant demande le code de votre téléphone. Que faites-vous ?",
    "answer_0_en": "I read it to him.", "answer_0_fr": "Je le lui lis.",
    "why_0_en": "With it he is you.", "why_0_fr": "Avec lui, il est vous.",
    "answer_1_en": "I hang up and report it.", "answer_1_fr": "Je raccroche et le signale.",
}  # fmt: skip
FACTS = {
    "summary_en": "What one does when somebody asks for a code.", "summary_fr": "Que faire quand on demande un code.", "draws": "1",
}  # fmt: skip
NEW = "The first version, after three calls of this kind."
WHY = "She is away on the client's site until the end of the week."


def test_a_course_from_its_first_word_to_whether_it_teaches(house: House, window) -> None:
    people = bind(house)
    mine, officers = english(window()), english(window())
    page = mine.sign_in(house.people[TRAINER], "/training/courses")
    write(page)
    seal_and_ask(page)
    approve(officers.sign_in(house.people[OFFICER]), "A course", SLUG, NEW)
    until(lambda: state(house) == ["in-force"], "the clerk to publish it")

    learn(house, people["learner"])
    until(lambda: asked(house, people["learner"]), "the course to be asked of whom the rule binds")
    it_is_asked_and_taught(page)
    until(lambda: overdue(house, people["late"]), "the minute that the rule gives", 75)
    excuse(mine, people["late"])
    approve(officers.page, "An excuse", people["late"]["name"], WHY)
    until(lambda: excuses(house, people["late"]) == ["granted"], "the clerk to excuse her")
    nothing_is_overdue_for_her(house, page, people["late"])
    the_report_tells_it(page)


def set_up(house: House, deed: str, **told: Any) -> dict[str, Any]:
    """Have done beside the browser what has no page."""
    sent = {"deed": deed, "director": house.people[DIRECTOR].id, "officer": house.people[OFFICER].id} | told
    found: dict[str, Any] = json.loads(
        house.command(sys.executable, "-m", "tests.journeys.schooling", json.dumps(sent)).stdout
    )
    return found


def bind(house: House) -> dict[str, Any]:
    """Have an edition ask trainees for a course that is there and for one to come, within a minute; one of them joins now."""
    rule = {
        "clause": "TR-1", "title": "Trainees learn two things at once", "duty": "take-tr-1", "courses": [BEFORE, SLUG],
        "within": "1 minute",
    }  # fmt: skip
    number = house.port
    late = {"name": "Rita Sossou", "email": f"rita.{number}@people.example", "phone": f"+22901961{number:05d}"}
    learner = {"name": "Noël Agbo", "email": f"noel.{number}@people.example", "phone": f"+22901962{number:05d}"}
    return set_up(house, "bind", role="trainee", label="Trainee", like="member", rule=rule, late=late, learner=learner)


def learn(house: House, learner: dict[str, str]) -> None:
    """Have the learner be bound too, and fail the quiz once."""
    assert set_up(house, "learn", role="trainee", learner=learner["id"], course=SLUG) == {"score": 0}


def fill(page: Page, values: dict[str, str]) -> None:
    for name, words in values.items():
        page.fill(f"#{name}", words)


def write(page: Page) -> None:
    """Open a course, say its facts, write a lesson, look at it, and a question of the pool."""
    page.click("a[href='/training/courses/new']")
    fill(page, {"title_en": TITLE, "title_fr": "Les codes au téléphone", "slug": SLUG})
    page.click("form[action='/training/courses/new'] button[type=submit]")
    page.wait_for_url(f"**/training/courses/{SLUG}/draft**")
    fill(page, FACTS)
    page.check("input[name=teaches-TR-5]")
    page.click("#do-save")
    page.wait_for_url("**done=saved**")

    page.click("a[href$='/draft/lessons/1']:has-text('Another')")
    fill(page, LESSON)
    page.click("#do-look")
    expect(page.locator("#preview strong").first).to_have_text("code")
    page.click("#do-save")
    page.wait_for_url("**/lessons/1?done=saved**")

    page.goto(f"/training/courses/{SLUG}/draft/questions/1")
    fill(page, QUESTION)
    page.check("input[name=right][value='1']")
    page.click("#do-save")
    page.wait_for_url("**/questions/1?done=saved**")


def seal_and_ask(page: Page) -> None:
    """Seal the draft as a version, which one does not approve oneself, and ask for its approval."""
    page.goto(f"/training/courses/{SLUG}/draft")
    expect(page.locator("#lacking")).to_have_count(0)
    page.fill("#version_summary", NEW)
    page.click("#do-seal")
    page.wait_for_url(f"**/training/courses/{SLUG}?**")
    page.click(f"form[action='/training/courses/{SLUG}/ask'] button")
    expect(page.locator("#version-1")).to_contain_text("Waits for approval", timeout=TIMEOUT)
    page.goto("/approvals")
    expect(page.locator("main")).not_to_contain_text("A course")


def state(house: House) -> list[str]:
    found = house.rows(
        "select v.state from course_version v join course c on c.id = v.course_id where c.slug = %s", SLUG
    )
    return [one for (one,) in found]


def asked(house: House, who: dict[str, str]) -> bool:
    return bool(
        house.rows("select 1 from training_assignment where person_id = %s and course = %s and state = 'open'", who["id"], SLUG)
    )  # fmt: skip


def overdue(house: House, who: dict[str, str]) -> bool:
    return bool(
        house.rows(
            "select 1 from training_assignment where person_id = %s and course = %s and due_at <= now()", who["id"], BEFORE
        )
    )  # fmt: skip


def excuses(house: House, who: dict[str, str]) -> list[str]:
    return [one for (one,) in house.rows("select state from training_excuse where person_id = %s", who["id"])]


def it_is_asked_and_taught(page: Page) -> None:
    """Its page says whom it binds, and how the one attempt at its question went."""
    page.goto(f"/training/courses/{SLUG}")
    expect(page.locator("#version-1")).to_contain_text("In force")
    expect(page.locator("main")).to_contain_text("0 of 2 have it in date")
    row = page.locator("#questions tr", has_text=SCENE)
    expect(row.locator("td")).to_have_text([SCENE, "1", "1", "0 %"])


def excuse(mine: Window, late: dict[str, str]) -> None:
    """Find who is overdue among the team, and ask that she be excused until a day."""
    page = mine.go("/training/team")
    row = page.locator("#late tr", has_text=late["name"]).filter(has_text=BEFORE_TITLE)
    expect(row).to_have_count(1)
    row.locator("a[href^='/training/excuses/']").click()
    expect(page.locator("dl.facts")).to_contain_text(late["name"])
    page.fill("#until", f"{day():%Y-%m-%d}")
    page.fill("#reason", WHY)
    page.click("form[action^='/training/excuses/'] button[type=submit]")
    page.wait_for_url("**/training?done=asked**")


def day() -> datetime:
    """The third day from now, on the house's own clock."""
    return datetime.now(UTC).astimezone(ZoneInfo(ZONE)) + timedelta(days=3)


def nothing_is_overdue_for_her(house: House, page: Page, late: dict[str, str]) -> None:
    """The course comes back with the end of the excuse, and until then it is not overdue."""
    page.goto("/training/team")
    expect(page.locator("#late tr", has_text=late["name"]).filter(has_text=BEFORE_TITLE)).to_have_count(0)
    ((ends, due, open_still),) = house.rows(
        "select e.ends_at, a.due_at, a.state = 'open' from training_excuse e"
        " join training_assignment a on a.id = e.assignment_id where e.person_id = %s",
        late["id"],
    )
    assert (ends.astimezone(ZoneInfo(ZONE)).date(), due, open_still) == (day().date(), ends, True)


def the_report_tells_it(page: Page) -> None:
    """Effectiveness as a report: each question of a course, how often it was answered rightly, what was chosen instead."""
    page.goto(f"/reports/question-difficulty?course={SLUG}")
    row = page.locator("tbody tr", has_text=SCENE)
    expect(row.locator("td")).to_have_text([SCENE, "1", "1", "0 %", "a: 1"])
    page.goto("/reports/training-completion")
    told = page.locator("tbody tr", has_text=TITLE).locator("td").all_inner_texts()
    assert (told[:4], told[5]) == ([TITLE, "2", "0", "0 %"], "0")
