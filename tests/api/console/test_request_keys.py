"""Approvals by keyboard alone, in a real browser: j and k along the list, Enter into one, a for yes and r for no. [AC-1]"""

from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.api.console.preview import CHROMIUM, served
from tests.plugins.parts import program

pytestmark = [pytest.mark.needs("chromium", "frontend", "node"), pytest.mark.xdist_group("console-browser")]


@pytest.fixture(scope="module")
def house():
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM | {"executable_path": program("chromium")})
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.route("**/phone-*.js", lambda route: route.abort())
        page.route("**/live*after*", lambda route: route.abort())
        yield address, page
        browser.close()


def focused(page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


def test_j_and_k_walk_the_inbox_and_enter_opens(house):
    address, page = house
    page.goto(f"{address}/en/light/approvals", wait_until="load")
    rows = page.locator("main [data-row]").all_inner_texts()
    seen = []
    for key in ("j", "j", "j", "j", "k"):
        page.keyboard.press(key)
        seen.append(focused(page))
    assert seen == [rows[0], rows[1], rows[2], rows[2], rows[1]]
    opened = []
    page.route("**/approvals/*", lambda route: (opened.append(route.request.url), route.fulfill(body="there")))
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("there")
    assert len(opened) == 1
    page.unroute("**/approvals/*")


@pytest.mark.parametrize(("key", "answer"), [("a", "yes"), ("r", "no")])
def test_one_key_answers_with_the_revision_that_was_on_the_screen(house, key, answer):
    address, page = house
    page.goto(f"{address}/en/light/approval", wait_until="load")
    for button in ("#yes", "#no"):
        box = page.locator(button).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 768, "both buttons are in sight without scrolling"
    page.keyboard.press("n")
    page.keyboard.type("a word")
    page.keyboard.press("Escape")
    sent = []
    page.route("**/answer", lambda route: (sent.append(route.request.post_data), route.fulfill(body="thanks")))
    page.keyboard.press(key)
    expect(page.locator("body")).to_contain_text("thanks")
    form = parse_qs(sent[0])
    assert (form["answer"], form["comment"], len(form["digest"][0])) == ([answer], ["a word"], 64)
    page.unroute("**/answer")
