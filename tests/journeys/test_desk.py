"""The desk while work goes on: a chat in hand, a call that rings over it, everything by keys, and on a telephone's width. [OC-1, OC-3]"""

import os
import time

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import Window
from tests.journeys.house import ROOT, until
from tests.journeys.test_main_journey import choose

pytestmark = [
    pytest.mark.needs("chromium", "asterisk", "sipp", "frontend", "node"), pytest.mark.xdist_group("journeys"), pytest.mark.slow,
    pytest.mark.timeout(180),
]  # fmt: skip
AXE = ROOT / "node_modules/axe-core/axe.min.js"
SERIOUS = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
.filter(one => ['serious', 'critical'].includes(one.impact)).map(one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).join(' | '))"""
TALK = (
    ("theirs", "Hello, I was charged twice for November."),
    ("ours", "Hello Sènan, thank you for writing. I am looking at your bill now."),
    ("theirs", "It says 4 500 F on the 3rd and again on the 5th."),
    ("ours", "I see both. The second one is a mistake of ours: it goes back to you by Thursday."),
    ("theirs", "Perfect, thank you!"),
)


def test_a_call_rings_over_an_open_chat(house, window, network):
    mine, theirs = window(), window()
    page = mine.sign_in(house.people["agent:Kofi"], "/desk")
    page.click("#desk-ready")
    converse(mine, theirs)
    mine.stands("idle")
    caller = network.call(number="+22997445566", called="1000")
    until(lambda: caller.handset.packets > 50, "the greeting")
    choose(house, caller, "2")
    mine.stands("ringing")
    mine.shows("#agent-state", "Reserved")
    expect(page.locator("#inbox")).to_contain_text("Care calls")
    time.sleep(0.5)
    if os.environ.get("OMNIWARDEN_PICTURES"):  # the README shows it
        page.screenshot(path=ROOT / "docs/images/desk.png")
    page.evaluate(AXE.read_text())
    assert page.evaluate(SERIOUS) == []

    page.click("#phone-decline")
    expect(page.locator("#agent-state .state")).to_have_class("state state-bare state-amber")
    until(lambda: house.rows("select 1 from call where phase = 'queued'") != [], "the caller to be back at his place")
    began = time.monotonic()
    time.sleep(1)
    assert caller.handset.longest_silence(began, time.monotonic()) < 0.7, "the caller hears music again"
    house.hang_up()
    nothing_overflows_a_telephone_and_work_is_done_on_it(page)


def converse(mine: Window, theirs: Window) -> None:
    """A visitor and an agent write in turns; each line is seen by the other before the next is written."""
    page, visitor = mine.page, theirs.go("/chat")
    visitor.fill("#name", "Sènan Adandé")
    for number, (side, text) in enumerate(TALK):
        writer, reader, place = (visitor, mine, "#messages") if side == "theirs" else (page, theirs, "#log")
        writer.fill("#text", text)
        writer.press("#text", "Enter")
        if number == 0:
            page.click("#accept")
        reader.shows(place, text)


def nothing_overflows_a_telephone_and_work_is_done_on_it(page: Page) -> None:
    """The pages an agent has, as wide as a telephone; the conversation is ended there."""
    talk = page.url
    page.set_viewport_size({"width": 390, "height": 844})
    for path in (talk, "/desk", "/account", "/policy"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    page.goto(talk)
    page.click("#end")
    page.check("#ending label:has-text('Solved') input")
    page.click("#end-confirm")
    expect(page.locator("#end")).to_have_count(0)


def test_an_agent_works_by_keys_alone(house, window):
    ama, mine, theirs = house.people["agent:Ama"], window(), window()
    page = mine.go("/signin?next=/account")
    keys = page.keyboard
    keys.type(ama.user_name)
    keys.press("Tab")
    keys.type(ama.password)
    keys.press("Enter")
    page.wait_for_selector("#code")
    keys.type(ama.code())
    keys.press("Enter")
    page.wait_for_selector("#name-menu")
    keys.press("g")
    keys.press("d")
    page.wait_for_selector("#desk")
    mine.tab_to("desk-ready")
    keys.press("Enter")
    expect(page.locator("#agent-state .state")).to_have_class("state state-bare state-green")

    visitor = theirs.go("/chat")
    visitor.fill("#text", "Good morning")
    visitor.press("#text", "Enter")
    page.wait_for_selector("#accept")
    keys.press("a")
    page.wait_for_selector("#composer")
    mine.tab_to("text")
    keys.type("Good morning, what can I do for you?")
    keys.press("Enter")
    theirs.shows("#log", "what can I do for you?")
    expect(page.locator("#text")).to_have_value("")
    keys.press("Escape")
    keys.press("e")
    expect(page.locator("#ending")).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    theirs.shows("#presence", "over")
