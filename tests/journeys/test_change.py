"""A change of production, from its draft to its close: tested, asked, authorised by three, begun in its window by whom it names. [CC-1, CC-2, CC-10]"""

import json
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from api.demo_words import ZONE
from tests.journeys.browsing import TIMEOUT
from tests.journeys.house import House
from tests.journeys.newcomers import approve, english

pytestmark = [
    pytest.mark.needs("chromium", "frontend", "oathtool"), pytest.mark.xdist_group("journeys"), pytest.mark.slow,
    pytest.mark.timeout(300),
]  # fmt: skip
ENGINEER, DIRECTOR = "it-admin:Fatou", "technical-director:Jean"
OPERATIONS, CLIENT = "customer-operations-director:Afi", "client-representative:Claire"
OFFICER = "security-officer:Sena"
TITLE = "This month's version of the desk"
SAID = {
    "title": TITLE,
    "summary": "The desk gets the version that its supplier released this month.",
    "reason": "The supplier ends its support of the present version.",
    "plan": "Stop the service, install, start it, look at its log.",
    "rollback": "Install the version before from its package.",
    "documentation": "The page of the system says the new version.",
    "no_training": "Nothing looks different to anybody.",
}
TESTED = "Twelve cases on the exchange for tests"
FILE = {
    "name": "twelve-cases.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.7\nTwelve cases on the exchange for tests, all as expected.\n",
}
REPORT = "Installed and started; twelve calls went through, and the log shows no fault."
WORK = "Stopped the desk, installed the version, started it."
REVIEW = "Done in its window by whom it names, and as it was tested."


def test_a_change_from_its_draft_to_what_the_ledger_tells(house: House, window) -> None:
    told = set_up(house, director=house.people[DIRECTOR].id, client="client:soleil")
    engineers = english(window())
    page = engineers.sign_in(house.people[ENGINEER], "/changes/new")
    change = draft(page, told["desk"], house.people[ENGINEER].name)
    number = page.locator(".titles .above").inner_text().partition(" ")[0]
    report_test(page)
    press(page, "submit")
    press(page, "ask")
    directors = english(window())
    said_yes(directors.sign_in(house.people[DIRECTOR]), number)
    nobody_else_and_not_early(house, page, directors.page, change, told["later"])
    said_yes(english(window()).sign_in(house.people[OPERATIONS]), number)
    clients = english(window())
    acknowledge(clients.sign_in(house.people[CLIENT], f"/changes/{change}"))
    assert state(house, change) == "authorise", "a client who knows of it has not said yes yet"
    said_yes(clients.page, number)
    assert state(house, change) == "scheduled"

    assert post(directors.page, house, change, "start") == 403, "who authorises does not carry out"
    page.goto(f"/changes/{change}")
    press(page, "start")
    assert right_of(house, change) == [False]
    set_up(house, change=change, desk=told["desk"], what=WORK)
    press(page, "finish", REPORT)
    assert right_of(house, change) == [True], "the right on the system ends with the work"
    officers = english(window())
    press(officers.sign_in(house.people[OFFICER], f"/changes/{change}"), "close", REVIEW)
    officers.shows("main", REPORT)
    officers.shows("#work", WORK)
    the_ledger_tells(house, change)


def set_up(house: House, **told: str) -> dict[str, str]:
    """Have done beside the browser what is no part of the pages here."""
    told["engineer"] = house.people[ENGINEER].id
    found: dict[str, str] = json.loads(
        house.command(sys.executable, "-m", "tests.journeys.changes", json.dumps(told)).stdout
    )
    return found


def draft(page: Page, system: str, name: str) -> str:
    """Fill the form: maintenance from now on for two hours, by the engineer, on what a client's work rests on. Returns the change's id."""
    for field, words in SAID.items():
        page.fill(f"#{field}", words)
    page.select_option("#kind", "maintenance")
    page.select_option("#risk", "low")
    now = datetime.now(UTC).astimezone(ZoneInfo(ZONE))
    page.fill("#starts_at", f"{now:%Y-%m-%dT%H:%M}")
    page.fill("#ends_at", f"{now + timedelta(hours=2):%Y-%m-%dT%H:%M}")
    page.check(f"input[name='system-{system}']")
    page.fill("#implementers", name)
    page.click("#change-form button[type=submit]")
    page.wait_for_url("**/changes/*done=done*")
    expect(page.locator("h1")).to_have_text(TITLE)
    return page.url.partition("?")[0].rpartition("/")[2]


def report_test(page: Page) -> None:
    """Report a test on a system that is not production, with its file."""
    page.click("#report-test")
    page.select_option("#test-on", "test-exchange")
    page.select_option("#test-outcome", "passed")
    page.fill("#test-what", TESTED)
    page.set_input_files("#test-file", [FILE])
    page.click("form[action$='/test'] button[type=submit]")
    page.wait_for_url("**done=tested*")
    expect(page.locator("#tests li")).to_contain_text([TESTED])
    expect(page.locator("#tests li a[download]")).to_have_text(FILE["name"])


def press(page: Page, step: str, words: str = "") -> None:
    """Take a step by its button, with the words that it wants."""
    page.click(f"#do-{step}")
    if words:
        page.fill("dialog[open] textarea", words)
    page.click("dialog[open] button[type=submit]")
    page.wait_for_url("**done=*")
    expect(page.locator(f"#do-{step}")).to_have_count(0, timeout=TIMEOUT)


def said_yes(page: Page, number: str) -> None:
    """Find it in the approvals inbox, read what, why and how back, and say yes."""
    approve(page, number, SAID["reason"], SAID["rollback"])
    page.wait_for_url("**done=answered*")


def acknowledge(page: Page) -> None:
    """Acknowledge it for the client, on its page."""
    expect(page.locator("#asked")).to_contain_text("Not acknowledged yet")
    page.click("#asked form[action*='/acknowledge/'] button")
    expect(page.locator("#asked")).to_contain_text("Acknowledged", timeout=TIMEOUT)
    expect(page.locator("#asked form[action*='/acknowledge/']")).to_have_count(0)


def state(house: House, change: str) -> str:
    ((found,),) = house.rows("select state from change where id = %s", change)
    return str(found)


def right_of(house: House, change: str) -> list[bool]:
    """Whether each right that a change gave has been taken back."""
    return [
        taken
        for (taken,) in house.rows(
            "select taken_at is not null from role_assignment where given_by = %s", f"change:{change}"
        )
    ]


def nobody_else_and_not_early(house: House, engineer: Page, director: Page, change: str, later: str) -> None:
    """One yes of three begins nothing; tomorrow's change waits for its window, and its director does not begin it either."""
    assert post(engineer, house, change, "start") == 422
    assert post(director, house, later, "start") == 403
    engineer.goto(f"/changes/{later}")
    engineer.click("#do-start")
    engineer.click("dialog[open] button[type=submit]")
    expect(engineer.locator("main")).to_contain_text("The window of this change is not open now.", timeout=TIMEOUT)
    assert (state(house, change), state(house, later)) == ("authorise", "scheduled")


def post(page: Page, house: House, change: str, step: str) -> int:
    """Ask for a step past the page; returns the answer's status."""
    headers = {"sec-fetch-site": "same-origin", "origin": house.address}
    return page.request.post(f"/changes/{change}/{step}", headers=headers, max_redirects=0).status


def the_ledger_tells(house: House, change: str) -> None:
    """Each step with who took it, and who was turned away between them."""
    entries = house.entries(f"change:{change}")
    engineer, officer = house.people[ENGINEER].id, house.people[OFFICER].id
    steps = ["change.test", "change.submit", "change.ask", "change.start", "change.finish", "change.close"]
    done = [
        (one["action"], one["actor"].partition(":")[2])
        for one in entries
        if one["outcome"] == "done" and one["action"] in steps
    ]
    assert done == [*((step, engineer) for step in steps[:-1]), ("change.close", officer)]
    turned_away = {(one["action"], one["actor"].partition(":")[2]) for one in entries if one["outcome"] != "done"}
    assert {("change.start", engineer), ("change.start", house.people[DIRECTOR].id)} <= turned_away
