"""A newcomer, from the manager's wish to the first conversation: asked for by profile, approved by two, carried out by a clerk. [AC-1, AC-2, AC-3, ID-5]"""

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import Window
from tests.journeys.house import House, until
from tests.journeys.newcomers import Arrival, activate, approve, english, send

pytestmark = [
    pytest.mark.needs("chromium", "asterisk", "frontend", "oathtool"), pytest.mark.xdist_group("journeys"), pytest.mark.slow,
    pytest.mark.timeout(180),
]  # fmt: skip
WHY = "Sales are growing, and the care team needs one more."


def test_from_the_managers_wish_to_the_newcomers_desk(house: House, window) -> None:
    dossi = Arrival("arrival", "", "Dossi Ahouandjinou", "", "dossi@people.example", "+2290196555777")
    managers = english(window())
    request = ask(house, managers)
    zoe, afi = house.people["supervisor:Zoé"], house.people["customer-operations-director:Afi"]
    approve(english(window()).sign_in(zoe), dossi.name, WHY, "Agent, Care", "Answers customers at the desk")
    assert house.letters(dossi.email) == [], "one yes brings nobody in"
    approve(english(window()).sign_in(afi), dossi.name, WHY, "Zoé Kpadé", "said yes")
    until(
        lambda: house.rows("select 1 from access_request where state = 'executed' and id = %s", request) != [],
        "the clerk",
    )
    page = managers.go(f"/requests/{request}")
    expect(page.locator("main")).to_contain_text("Carried out")

    mine: Window = window()
    page = activate(house, mine, dossi)
    page.click("#name-menu summary")
    page.click("text=Sign out")
    page.wait_for_selector("#user_name")
    page = mine.sign_in(dossi, "/desk")
    page.click("#desk-ready")
    mine.shows("#agent-state", "Ready")
    page.goto("/people")
    mine.shows("main", "This is not open to you")
    entries = house.entries(f"request:{request}")
    assert [one["actor"].partition(":")[0] for one in entries if one["action"] == "request.execute"] == ["clerk"]


def ask(house: House, managers: Window) -> str:
    """The manager fills in the form, sees what the profile gives, and sends it; returns the request's id."""
    page = managers.sign_in(house.people["manager:Mawuli"], "/requests/new?deed=create")
    for name, value in {
        "given_name": "Dossi", "family_name": "Ahouandjinou", "email": "dossi@people.example",
        "telephone": "+229 01 96 55 57 77", "manager": house.people["supervisor:Zoé"].user_name,
    }.items():  # fmt: skip
        page.fill(f"#{name}", value)
    page.select_option("#language", "en")
    page.select_option("#site", "site:cotonou")
    page.select_option("#role", label="Agent (Agent)")
    managers.shows("#foreseen", "place of the kind campaign")
    page.select_option("#scope", "campaign:care")
    managers.shows("#foreseen", "Agent, Care")
    expect(page.locator("#foreseen")).not_to_contain_text("cannot be sent")
    return send(page, WHY)
