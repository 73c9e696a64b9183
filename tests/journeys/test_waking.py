"""A right that sleeps while a course is asked anew, and wakes by the pass alone: nobody gives it back. [TR-1]"""

import json
import sys
from typing import Any

import orjson
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.authenticator import Authenticator
from tests.journeys.browsing import TIMEOUT, Window
from tests.journeys.house import House, until
from tests.journeys.newcomers import english

pytestmark = [
    pytest.mark.needs("chromium", "frontend"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(300),
]  # fmt: skip
TRAINER, OFFICER, DIRECTOR = "trainer:Yao", "security-officer:Sena", "technical-director:Jean"
SLUG, TITLE = "night-desk", "The desk at night"
RIGHT = {"en": "I tell the guard.", "fr": "J'avertis le gardien."}
SKETCH: dict[str, Any] = {
    "title": {"en": TITLE, "fr": "Le poste de nuit"},
    "summary": {"en": "What is different at night.", "fr": "Ce qui change la nuit."},
    "teaches": ["TR-1"],
    "draws": 1,
    "lessons": [
        {
            "title": {"en": "The last one locks", "fr": "Le dernier ferme"},
            "text": {"en": "The **guard** has the keys.", "fr": "Le **gardien** a les clés."},
        }
    ],
    "questions": [
        {
            "text": {
                "en": "You leave as the last one. What do you do?",
                "fr": "Vous partez le dernier. Que faites-vous ?",
            },
            "answers": [
                {"text": RIGHT, "feedback": {}, "right": True},
                {
                    "text": {"en": "I just go.", "fr": "Je pars."},
                    "feedback": {"en": "The door stays open.", "fr": "La porte reste ouverte."},
                },
            ],
        }
    ],
}
RULE = {
    "clause": "TR-1", "title": "Who works at night knows the desk at night", "duty": "take-tr-1", "courses": [SLUG],
    "gates": ["agent.ready"], "within": "1 minute",
}  # fmt: skip


def test_a_right_sleeps_until_the_course_is_passed_again(house: House, window) -> None:
    bell = set_up(house)
    mine: Window = english(window())
    page = mine.sign_in(bell, "/desk")
    page.click("#desk-ready")
    mine.shows("#agent-state", "Ready")
    page.click("#agent-state summary")
    page.click("#agent-pause-lunch")
    until(lambda: has_run_out(house), "the minute in which the new version is to be taken", 75)
    before = last_entry(house)
    is_refused_and_led_to_the_course(page)
    take(page)
    page.goto("/desk")
    page.click("#desk-ready")
    mine.shows("#agent-state", "Ready")
    nobody_else_did_anything(house, bell, before)


def set_up(house: House) -> Authenticator:
    """Have an edition rest a right of night agents on a course; one of them passed it before its new version came."""
    number = house.port
    told = {
        "deed": "wake", "director": house.people[DIRECTOR].id, "officer": house.people[OFFICER].id, "trainer": house.people[TRAINER].id,
        "role": "night-agent", "label": "Night agent", "like": "agent", "rule": RULE, "course": SLUG, "sketch": SKETCH,
        "agent": {"name": "Bèlla Zannou", "email": f"bella.{number}@people.example", "phone": f"+22901963{number:05d}"},
    }  # fmt: skip
    found = house.command(sys.executable, "-m", "tests.journeys.schooling", json.dumps(told)).stdout
    return Authenticator(**json.loads(found))


def has_run_out(house: House) -> bool:
    return bool(house.rows("select 1 from course where slug = %s and retake_at + interval '1 minute' < now()", SLUG))


def is_refused_and_led_to_the_course(page: Page) -> None:
    """Going ready is refused on the spot: the notice names the clause and links the course; the state stays as it was."""
    page.goto("/desk")
    page.click("#desk-ready")
    notice = page.locator("#toasts .toast-note")
    expect(notice).to_contain_text("TR-1", timeout=TIMEOUT)
    expect(notice).to_contain_text(TITLE)
    expect(page.locator("#agent-state")).not_to_contain_text("Ready")
    notice.locator(f"a[href='/training/{SLUG}']").click()
    page.wait_for_url(f"**/training/{SLUG}")
    expect(page.locator("main")).to_contain_text("Until you pass it you cannot: go ready.")


def take(page: Page) -> None:
    """Read the lesson of the version in force, and answer rightly."""
    page.click(f"a[href='/training/{SLUG}/1'][data-row]")
    expect(page.locator("main strong").first).to_be_visible()
    page.goto(f"/training/{SLUG}")
    page.click(f"form[action='/training/{SLUG}/quiz'] button[type=submit]")
    page.wait_for_url("**/training/attempts/*")
    page.check(f"label:has-text('{RIGHT['en']}') input")
    page.click("form[action$='/answer'] button[type=submit]")
    page.click("form[action$='/finish'] button[type=submit]")
    expect(page.locator("h1")).to_contain_text("Passed with 100 %")
    page.goto(f"/training/{SLUG}")
    expect(page.locator("main")).not_to_contain_text("Until you pass it")


def last_entry(house: House) -> int:
    ((found,),) = house.rows("select coalesce(max(id), 0) from ledger.entry")
    return int(found)


def nobody_else_did_anything(house: House, agent: Authenticator, since: int) -> None:
    """Between the refusal and the right's return no other person did anything; the refusal itself is on record."""
    mine = f"person:{agent.id}"

    def told() -> list[tuple[str, str, str]]:
        entries = [
            orjson.loads(body)
            for (body,) in house.rows("select body from ledger.entry where id > %s order by id", since)
        ]
        return [(one["actor"], one["action"], one["outcome"]) for one in entries]

    until(lambda: (mine, "agent.ready", "done") in told(), "the ledger to tell that she is ready")
    assert (mine, "agent.ready", "denied") in told()
    assert {actor for actor, _action, _outcome in told() if actor.startswith("person:")} == {mine}
