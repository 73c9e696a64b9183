"""The edit of a profile in a real browser: each change of the form asks anew what it would do. [AC-6]"""

from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Route, expect, sync_playwright

from tests.api.console.preview import CHROMIUM, served
from tests.plugins.parts import program

pytestmark = [pytest.mark.needs("chromium", "frontend"), pytest.mark.xdist_group("console-browser")]


def test_the_preview_follows_the_form_and_keeps_the_focus():
    asked: list[list[str]] = []

    def answer(route: Route) -> None:
        form = parse_qs(route.request.post_data or "")
        asked.append(sorted(name for name in form if name.startswith("role-")))
        route.fulfill(body=f"<p>{', '.join(asked[-1])}</p>", content_type="text/html")

    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM | {"executable_path": program("chromium")})
        page = browser.new_page()
        page.route("**/live*after*", lambda route: route.abort())
        page.route("**/profiles/p1/preview", answer)
        page.goto(f"{address}/en/light/profile-edit")
        expect(page.locator("#preview")).to_have_text("role-supervisor, role-trainer")
        box = page.get_by_label("Manager")
        box.focus()
        page.keyboard.press("Space")
        expect(page.locator("#preview")).to_have_text("role-manager, role-supervisor, role-trainer")
        expect(box).to_be_focused()
        browser.close()
    assert asked[0] == ["role-supervisor", "role-trainer"]
