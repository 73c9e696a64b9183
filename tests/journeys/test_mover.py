"""Somebody moves to another site and function: the former rights go and the new ones come in the session that is open. [AC-2, AC-3, AC-10]"""

import time

import pytest
from playwright.sync_api import APIRequestContext, expect

from tests.journeys.browsing import Window
from tests.journeys.house import House, until
from tests.journeys.newcomers import approve, arrive, english, send

pytestmark = [
    pytest.mark.needs("chromium", "asterisk", "frontend", "oathtool"), pytest.mark.xdist_group("journeys"), pytest.mark.slow,
    pytest.mark.timeout(180),
]  # fmt: skip
WHY = "She trains the newcomers in Bohicon from now on."
ELSEWHERE = "Ama Mensah"
"""Somebody of Cotonou, whom a trainer of Bohicon alone does not see."""
WITHIN = 2.5
"""Seconds from the commit until a right counts everywhere, on a busy machine too."""


def test_the_open_session_of_a_mover_changes_with_the_request(house: House, window) -> None:
    nadia = arrive(
        house, "Nadia", "Sossou", profile="agent", place="campaign:care", role="trainer", where="site:bohicon"
    )
    mine: Window = english(window())
    page = mine.sign_in(nadia, "/desk")
    page.click("#desk-ready")
    mine.shows("#agent-state", "Ready")
    managers = english(window())
    request = ask(house, managers, nadia.id)
    afi = house.people["customer-operations-director:Afi"]
    approve(
        english(window()).sign_in(house.people["supervisor:Zoé"]), nadia.name, "Agent, Care", "Trainer, the house", WHY
    )
    last = english(window()).sign_in(afi)
    assert page.request.get("/desk").status == 200, "one yes changes nothing"
    assert ELSEWHERE not in page.request.get("/people").text()
    approve(last, nadia.name, "said yes")
    took = changed_after(house, page.request, request)
    assert took < WITHIN, f"the former right worked and the new one did not for {took:.2f} s"

    mine.shows("main", "This is not open to you")
    mine.shows("main", "Agent, Care")
    expect(page.locator("#side a[href='/people']")).to_be_visible()
    page.goto("/people")
    expect(page.locator("main h1")).to_contain_text("People")
    (person,) = house.rows("select scope, job from person where id = %s", nadia.id)
    assert person == ("site:bohicon", "trainer")
    reviewed(house, window, nadia.id, nadia.name)


def ask(house: House, managers: Window, person_id: str) -> str:
    """The manager begins at the person's page and sees beforehand what the move gives and ends."""
    page = managers.sign_in(house.people["manager:Mawuli"], f"/people/{person_id}")
    page.click("text=Ask for a move")
    page.select_option("#site", "site:bohicon")
    page.select_option("#role", label="Trainer (Trainer)")
    managers.shows("#foreseen", "Trainer, the house")
    managers.shows("#foreseen", "Agent, Care")
    return send(page, WHY)


def changed_after(house: House, browser: APIRequestContext, request: str) -> float:
    """Wait for the clerk's commit; returns the seconds from there until the old right is refused and the new one works."""
    until(
        lambda: house.rows("select 1 from access_request where state = 'executed' and id = %s", request) != [],
        "the clerk",
        60,
    )
    began = time.monotonic()
    while True:
        asked = time.monotonic()
        if ELSEWHERE in browser.get("/people").text() and browser.get("/desk").status == 403:
            return asked - began
        assert asked - began < 10, "the rights did not change"


def reviewed(house: House, window, person_id: str, name: str) -> None:
    """What she holds from before is before her manager, and nothing that came with the move."""
    of = "select i.right, i.reviewer_id from certification_item i join certification c on c.id = i.certification_id where c.about = %s"
    zoe = house.people["supervisor:Zoé"]
    assert [(right, str(reviewer)) for right, reviewer in house.rows(of, person_id)] == [("trainer", zoe.id)]
    reviews = english(window())
    page = reviews.sign_in(zoe, "/certification")
    page.locator("main tr", has_text=name).locator("a").click()
    reviews.shows("main", "Trainer")
