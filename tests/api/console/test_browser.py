"""Every page in a real browser, in both themes: no serious finding of axe-core, nothing stopped by the content policy, no overflow."""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.api.console.examples import EXAMPLES
from tests.api.console.preview import CHROMIUM, served
from tests.api.console.test_templates import FRAGMENTS
from tests.plugins.parts import program

pytestmark = [pytest.mark.needs("chromium", "frontend", "node"), pytest.mark.xdist_group("console-browser")]
AXE = Path("node_modules/axe-core/axe.min.js")
PAGES = [example for example in EXAMPLES if not example.template.startswith(FRAGMENTS)]
PARTS = 8
"""Of the pages, each a test with a time of its own."""
SERIOUS = "async (options) => (await axe.run(document, options)).violations.filter(one => ['serious', 'critical'].includes(one.impact)).map(one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).join(' | '))"


@pytest.fixture(scope="module")
def house():
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM | {"executable_path": program("chromium")})
        yield address, browser
        browser.close()


def open_page(browser, width):
    page = browser.new_page(viewport={"width": width, "height": 768})
    page.route("**/phone-*.js", lambda route: route.abort())
    page.route("**/live*after*", lambda route: route.abort())
    return page


# What the other theme can break is contrast.
RULES = {"light": {"resultTypes": ["violations"]}, "dark": {"runOnly": ["color-contrast"]}}


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_finding_of_axe(house, theme, part):
    address, browser = house
    page, found, stopped = open_page(browser, 1366), {}, []
    page.on("console", lambda message: "Content Security Policy" in message.text and stopped.append(message.text))
    source = AXE.read_text()
    for example in PAGES[part::PARTS]:
        page.goto(f"{address}/en/{theme}/{example.name}", wait_until="load")
        page.evaluate(source)
        violations = page.evaluate(SERIOUS, RULES[theme])
        if violations:
            found[example.name] = violations
    page.close()
    assert not found
    assert not stopped


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_overflows_a_phone_in_the_longer_language(house, part):
    address, browser = house
    page, wide = open_page(browser, 390), {}
    for example in PAGES[part::PARTS]:
        page.goto(f"{address}/fr/light/{example.name}", wait_until="load")
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            wide[example.name] = over
    page.close()
    assert not wide


def test_keyboard_finds_its_way(house):
    address, browser = house
    page = open_page(browser, 1366)
    page.goto(f"{address}/en/light/desk", wait_until="load")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert "ticket" in page.evaluate("document.activeElement.className")
    page.keyboard.press("k")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    assert page.evaluate("document.querySelector('[name=kind]:checked').value") == "note"
    assert page.evaluate("document.activeElement.id") == "text", "one can write at once"
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    assert page.locator("#ending").is_visible()
    page.close()
