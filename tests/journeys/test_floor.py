"""The supervisor's wall: agents and queues as they are now, and again after the pages were away. [OC-2]"""

import pytest
from playwright.sync_api import expect

from tests.journeys.house import until
from tests.journeys.test_main_journey import choose

pytestmark = [
    pytest.mark.needs("chromium", "asterisk", "sipp", "frontend"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(150),
]  # fmt: skip


def test_the_wall_shows_the_floor_and_catches_up_after_an_outage(house, window, network):
    zoe, ama = house.people["supervisor:Zoé"], house.people["agent:Ama"]
    wall, desk = window(), window()
    shown = wall.sign_in(zoe, "/wall")
    page = desk.sign_in(ama, "/desk")
    page.click("#desk-ready")
    card = shown.locator(f"#agent-{ama.id}")
    expect(card).to_have_class("agent state-green")
    page.click("#agent-state summary")
    page.click("#agent-pause-lunch")
    expect(card).to_have_class("agent state-amber")

    shown.evaluate("self.neverLoadedAnew = true")
    waiting = shown.locator("#queues tr:has-text('Care calls') td:nth-child(2)")
    expect(waiting).to_have_text("0")
    with house.without_web():
        expect(shown.locator("body")).to_have_attribute("data-line", "lost")
        caller = network.call(number="+22997778899", called="1000")
        until(lambda: caller.handset.packets > 50, "the greeting")
        choose(house, caller, "2")
    expect(waiting).to_have_text("1", timeout=20_000)
    expect(shown.locator("body")).to_have_attribute("data-line", "open")
    house.hang_up()
    assert shown.evaluate("self.neverLoadedAnew"), "the page caught up by itself"
