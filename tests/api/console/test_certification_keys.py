"""The keys of the access review where the page is slow to wake: what a key answers is sent, or nothing looks answered. [AC-10]"""

import re

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.api.console.preview import CHROMIUM, served
from tests.plugins.parts import program

pytestmark = [pytest.mark.needs("chromium", "frontend", "node"), pytest.mark.xdist_group("console-browser")]
SLOW = "const own = self.setTimeout; self.setTimeout = (call, time, ...more) => own(call, time ?? 20000, ...more);"
"""htmx takes the page in hand by a timer without a time; here that comes late."""


def test_a_key_that_is_quicker_than_the_page_is_sent_all_the_same():
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM | {"executable_path": program("chromium")})
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.add_init_script(SLOW)
        page.route("**/live*after*", lambda route: route.abort())
        sent: list[str] = []
        page.route("**/keep", lambda route: (sent.append(route.request.url), route.fulfill(status=204)))
        page.goto(f"{address}/en/light/certification", wait_until="load")
        page.keyboard.press("y")
        expect(page.locator("tr[data-item]").first).to_have_attribute("data-pending", "keep")
        page.wait_for_timeout(1000)
        assert len(sent) == 1, "the row looks answered, and the house knows of it"
        assert re.search(r"/certification/items/[^/]+/keep$", sent[0])
        browser.close()
