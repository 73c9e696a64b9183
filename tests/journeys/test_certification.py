"""A campaign of sixty-five rights, decided by keyboard alone; what is withdrawn is refused to who holds it and is signed in. [AC-10]"""

from itertools import product

import pytest
from playwright.sync_api import Keyboard, Page, Route, expect

from tests.journeys.authenticator import Authenticator
from tests.journeys.browsing import Window
from tests.journeys.house import House, until
from tests.journeys.people import Arrival, Watch, arrive

pytestmark = [
    pytest.mark.needs("chromium", "frontend"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(240),
]  # fmt: skip
GIVEN = ("Aïcha", "Bio", "Codjo", "Dédé", "Essi", "Fifamè", "Gbènoukpo", "Hervé", "Ibrahim", "Julie", "Kossi", "Lucrèce", "Mahugnon", "Nadège", "Olou", "Pélagie")  # fmt: skip
ROLES = ("agent@campaign:care", "agent@campaign:sales", "supervisor@site:bohicon", "trainer@site:bohicon")
UNUSED = 8
DAYS = 120
ROW = "tr[data-item]"


def test_sixty_five_rights_by_keyboard_alone(house: House, window) -> None:
    gisele, rock = arrive(
        house, Arrival("Gisèle Ahanhanzo", {"manager": 0}, job="manager"), Arrival("Rock Zinsou", {"manager": 0}, job="manager")
    )  # fmt: skip
    team = [Arrival(f"{name} Sagbo", {}, manager=gisele.id, job="agent", comes_in=False) for name in GIVEN]
    for number, (one, role) in enumerate(product(team, ROLES)):
        one.roles[role] = DAYS if number < UNUSED else 0
    last = Arrival("Ayélé Quenum", {"agent": 0}, manager=gisele.id, job="agent", calls=True)
    *_, ayele = arrive(house, *team, last)
    theirs: Window = window()
    theirs.sign_in(ayele, "/desk").click("#desk-ready")
    theirs.shows("#agent-state", "Ready")
    campaign = open_the_campaign(window(), house.people["security-officer:Sena"], gisele)
    until(
        lambda: house.rows("select 1 from certification where id = %s and state = 'open'", campaign) != [],
        "the campaign to be filled",
    )

    mine: Window = window()
    page = come_to_the_campaign(mine, gisele, campaign)
    unused_rights_stand_first(page)
    decide(page)
    withdraw_what_somebody_uses(house, page, theirs, ayele)
    hand_the_rest_on(mine, rock)
    theirs_now: Window = window()
    answer_all_and_close(house, come_to_the_campaign(theirs_now, rock, campaign), campaign)
    the_officer_finds_it_closed(house, window(), campaign)


def open_the_campaign(officers: Window, sena: Authenticator, gisele: Authenticator) -> str:
    """The officer opens a campaign for one manager, by her user name; returns its id."""
    page = officers.sign_in(sena, "/certification")
    page.click("summary:has-text('campagne')")
    page.select_option("#kind", "manager")
    page.fill("#about", gisele.user_name)
    page.fill("#reason", "Her team doubled this year.")
    page.click("form[action='/certification'] button[type=submit]")
    page.wait_for_url("**/certification/*-*")
    return page.url.rpartition("/")[2].partition("?")[0]


def come_to_the_campaign(mine: Window, who: Authenticator, campaign: str) -> Page:
    """From the sign-in to the campaign without a mouse."""
    page = mine.go("/signin")
    keys = page.keyboard
    keys.type(who.user_name)
    keys.press("Tab")
    keys.type(who.password)
    keys.press("Enter")
    page.wait_for_selector("#code")
    keys.type(who.code())
    keys.press("Enter")
    page.wait_for_selector("#name-menu")
    keys.press("g")
    keys.press("v")
    page.wait_for_selector(f"a[href='/certification/{campaign}']")
    keys.press("j")
    keys.press("Enter")
    page.wait_for_selector("#certify-left")
    return page


def unused_rights_stand_first(page: Page) -> None:
    """Rights that were not used for long come first; of each it is said when it was last used."""
    expect(page.locator("#certify-left")).to_have_text("65")
    rows = page.locator(ROW)
    assert [
        text for text in rows.locator("td:nth-child(3)").all_inner_texts() if "Not used lately" in text
    ] == rows.locator("td:nth-child(3)").all_inner_texts()[:UNUSED]
    expect(rows.first).to_contain_text("never used")
    expect(page.locator(f"{ROW}:has-text('Quenum')")).to_contain_text("last used")


def decide(page: Page) -> None:
    """Keep, withdraw with a reason, take both back; the row in hand moves on while the house still writes."""
    keys, rows, left = page.keyboard, page.locator(ROW), page.locator("#certify-left")
    keys.press("j")
    expect(rows.first).to_be_focused()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/keep", hold, times=1)
    keys.press("y")
    expect(rows.nth(1)).to_be_focused()
    until(lambda: page.evaluate("true") and len(held) == 1, "the answer to be on its way")
    keys.press("j")
    expect(rows.nth(2)).to_be_focused()
    held[0].continue_()
    expect(rows.first).to_contain_text("Kept")
    keys.press("u")
    expect(left).to_have_text("65")
    expect(rows.first).to_have_attribute("data-item", "open")
    withdraw(keys, "works for the other client now")
    expect(left).to_have_text("64")
    expect(rows.first).to_contain_text("works for the other client now")
    keys.press("n")
    keys.press("Escape")
    for _ in range(30):
        keys.press("y")
    expect(left).to_have_text("34", timeout=60_000)


def withdraw(keys: Keyboard, why: str) -> None:
    keys.press("n")
    keys.type(why)
    keys.press("Enter")


def withdraw_what_somebody_uses(house: House, page: Page, theirs: Window, ayele: Authenticator) -> None:
    """Her right is withdrawn while she is signed in: no request begun a second later is served, and her page says why."""
    row = page.locator(f"{ROW}:has-text('Quenum')")
    for _ in range(70):
        if row.evaluate("row => row === document.activeElement"):
            break
        page.keyboard.press("j")
    with Watch(house, theirs, "/desk") as watch:
        withdraw(page.keyboard, "she left the care team")
        watch.sees_the_end(
            "select 1 from role_assignment where subject = %s and taken_at is not null", f"person:{ayele.id}"
        )
    expect(row).to_contain_text("Withdrawn")
    expect(theirs.page.locator("main")).to_contain_text("not open to you", timeout=30_000)


def hand_the_rest_on(mine: Window, rock: Authenticator) -> None:
    """What is left goes to a colleague, by the Tab key."""
    page, keys = mine.page, mine.page.keyboard
    page.locator("summary:has-text('Hand my part on')").focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.type(rock.user_name)
    keys.press("Tab")
    keys.type("away from tomorrow on")
    keys.press("Enter")
    expect(page.locator("main")).to_contain_text("Nothing waits for you here")


def answer_all_and_close(house: House, page: Page, campaign: str) -> None:
    """He keeps what is left; with the last answer the campaign closes."""
    left = page.locator("#certify-left")
    expect(left).to_have_text("33")
    expect(page.locator(ROW).first).to_contain_text("handed on by Gisèle Ahanhanzo")
    for _ in range(33):
        page.keyboard.press("y")
    expect(left).to_have_text("0", timeout=60_000)
    closed = "select 1 from certification where id = %s and state = 'closed'"
    until(lambda: house.rows(closed, campaign) != [], "the campaign to close with the last answer")


def the_officer_finds_it_closed(house: House, officers: Window, campaign: str) -> None:
    page = officers.sign_in(house.people["security-officer:Sena"], "/certification?state=closed")
    page.click(f"a[href='/certification/{campaign}?which=decided']")
    expect(page.locator(ROW)).to_have_count(65)
