"""A contractor at work when the right ends, and when the contract ends: the open page is refused within a second, and says why. [AC-1, AC-2, AC-3]"""

import re
import time
from datetime import datetime

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.browsing import Window
from tests.journeys.house import House
from tests.journeys.newcomers import arrive, ends, english

pytestmark = [
    pytest.mark.needs("chromium", "asterisk", "frontend", "oathtool"), pytest.mark.xdist_group("journeys"), pytest.mark.slow,
    pytest.mark.timeout(180),
]  # fmt: skip
SOON = 45
"""Seconds from asking until the end: long enough for two answers and the clerk."""
WITHIN = 2.5
"""Seconds after the end in which the house has refused, on a busy machine too."""
SEEN = 30
"""Seconds after the end in which a busy machine's browser has shown it."""


def test_a_right_that_ends_closes_the_open_page_and_says_why(house: House, window) -> None:
    luc = arrive(house, "Luc", "Zinsou", kind="contractor", profile="agent", place="campaign:care")
    mine: Window = english(window())
    page = mine.sign_in(luc, "/desk")
    expect(page.locator("#desk")).to_be_visible()
    late = answer_once_as_before(page, "/desk")
    end = ends(house, luc, "profile", SOON)
    assert time.time() < end.timestamp() - 1, "he is at work until his right ends"
    assert refused_after(page, end, "/desk", 403) < WITHIN
    expect(page.locator("main h1")).to_have_text("This is not open to you", timeout=SEEN * 1000)
    assert late, "the page had asked a process that knew nothing of the end yet, and asked again"
    mine.shows("main", "Agent, Care")
    mine.shows("main", "ended")
    page.goto("/account")
    expect(page.locator("main h1")).to_be_visible()


def test_a_contract_that_ends_closes_the_session_and_says_why(house: House, window) -> None:
    rita = arrive(house, "Rita", "Hounkpatin", kind="contractor", profile="agent", place="campaign:care")
    mine: Window = english(window())
    page = mine.sign_in(rita, "/desk")
    expect(page.locator("#desk")).to_be_visible()
    end = ends(house, rita, "contract", SOON)
    assert time.time() < end.timestamp() - 1, "she is at work until her contract ends"
    assert refused_after(page, end, "/account", 303) < WITHIN
    expect(page).to_have_url(re.compile("/signin"), timeout=SEEN * 1000)
    mine.shows("main", "Your time in this house is over")
    ((status,),) = house.rows("select status from person where id = %s", rita.id)
    assert status == "left"
    assert house.rows("select 1 from session where person_id = %s and ended_at is null", rita.id) == []


def answer_once_as_before(page: Page, path: str) -> list[str]:
    """The next time the page asks for itself it gets what stood there before, as from a process that learns of a change later."""
    before = page.request.get(path).text()
    given: list[str] = []

    def answer(route: Route) -> None:
        if given or route.request.is_navigation_request():
            route.continue_()
        else:
            given.append(route.request.url)
            route.fulfill(body=before, content_type="text/html; charset=utf-8")

    page.route(f"**{path}", answer)
    return given


def refused_after(page, end: datetime, path: str, status: int) -> float:
    """Ask in this browser's session again and again; returns how many seconds after the end the last yes was asked for."""
    last = end.timestamp()
    while True:
        asked = time.time()
        if page.request.get(path, max_redirects=0).status == status:
            return last - end.timestamp()
        last = max(asked, last)
        assert asked - end.timestamp() < 20, "it is never refused"
        time.sleep(0.05)
