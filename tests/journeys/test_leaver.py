"""A leaver in the middle of a call: the session, the phone, every account, key and right end; the caller is kept. [AC-1, AC-3, PW-5]"""

import time

import pytest
from playwright.sync_api import expect

from tests.journeys.authenticator import Authenticator
from tests.journeys.browsing import Window
from tests.journeys.house import House, until
from tests.journeys.people import Arrival, Watch, arrive
from tests.journeys.test_main_journey import choose

pytestmark = [
    pytest.mark.needs("chromium", "asterisk", "sipp", "frontend"), pytest.mark.xdist_group("journeys"), pytest.mark.slow, pytest.mark.timeout(180),
]  # fmt: skip
CALLER = "+22997223344"
KEPT = (
    "select 'account' from account where person_id = %s and status <> 'revoked' union all "
    "select 'session' from session where person_id = %s and ended_at is null union all "
    "select 'authenticator' from totp where person_id = %s and ended_at is null union all "
    "select 'recovery code' from recovery_code where person_id = %s and ended_at is null union all "
    "select 'password' from password where person_id = %s and ended_at is null union all "
    "select 'phone' from phone_credential where person_id = %s and voided_at is null union all "
    "select 'right' from role_assignment where subject = 'person:' || %s and taken_at is null"
)
"""Whatever a person still has: each row names a kind."""


def test_a_leaver_loses_everything_in_the_middle_of_a_call_and_the_caller_is_kept(
    house: House, window, network
) -> None:
    zoe = house.people["supervisor:Zoé"]
    (ayaba,) = arrive(house, Arrival("Ayaba Tossou", {"agent": 0}, manager=zoe.id, job="agent", calls=True))
    agents: Window = window()
    speak_with_a_caller(house, agents, ayaba, network)
    request = ask_for_the_end(window(), house.people["manager:Mawuli"], ayaba)
    approve(window(), zoe, request)
    security = window()
    security.sign_in(house.people["security-officer:Sena"], "/approvals")
    asked: list[str] = []
    agents.page.on("dialog", lambda question: asked.append(question.type))
    with Watch(house, agents, "/account") as watch:
        say_yes(security, request)
        watch.sees_the_end("select 1 from person where id = %s and status = 'left'", ayaba.id)
    until(
        lambda: house.rows("select 1 from call where phase = 'queued'") != [], "the caller to be back in the queue", 5
    )
    assert asked == [], "nobody who has left is asked whether to stay on the page"
    nothing_is_left(house, agents, ayaba)
    another_agent_takes_the_caller(house, window(), network)
    the_ledger_tells(house, window(), ayaba, request)


def speak_with_a_caller(house: House, mine: Window, ayaba: Authenticator, network) -> None:
    page = mine.sign_in(ayaba, "/desk")
    page.click("#desk-ready")
    mine.stands("idle")
    caller = network.call(number=CALLER, called="1000")
    until(lambda: caller.handset.packets > 50, "the greeting")
    choose(house, caller, "2")
    mine.stands("ringing")
    page.keyboard.press("a")
    mine.stands("connected")
    network.caller = caller


def ask_for_the_end(theirs: Window, manager: Authenticator, ayaba: Authenticator) -> str:
    """The manager asks in the pages; returns the request's id."""
    theirs.sign_in(manager, "/requests")
    page = theirs.go(f"/requests/new?deed=revoke&person={ayaba.id}")
    page.fill("#reason", "Her contract ends today, as agreed with her.")
    page.click("main button[type=submit]")
    page.click("#send")
    page.click(f"tr:has-text('{ayaba.name}') a")
    page.wait_for_url("**/requests/*")
    return page.url.rpartition("/")[2].partition("?")[0]


def approve(theirs: Window, who: Authenticator, request: str) -> None:
    """Sign in and say yes in the inbox."""
    theirs.sign_in(who, "/approvals")
    say_yes(theirs, request)


def say_yes(theirs: Window, request: str) -> None:
    """Say yes to a request that waits in one's inbox."""
    page = theirs.page
    page.goto(f"/requests/{request}")
    page.click("a[data-key='a']")
    page.wait_for_selector("#yes")
    page.click("#yes")
    page.wait_for_url("**done=answered*")


def nothing_is_left(house: House, mine: Window, ayaba: Authenticator) -> None:
    """Her page is gone and says why; the phone is silent; of what she had nothing is left."""
    page = mine.page
    page.wait_for_url("**/signin**", timeout=5000)
    mine.shows("main", "Your time in this house is over")
    assert house.rows(KEPT, *[ayaba.id] * KEPT.count("%s")) == []
    page.fill("#user_name", ayaba.user_name)
    page.fill("#password", ayaba.password)
    page.click("#signin")
    expect(page.locator("#problems")).to_be_visible()


def another_agent_takes_the_caller(house: House, theirs: Window, network) -> None:
    """The caller heard music meanwhile, and comes to whoever is ready."""
    began = time.monotonic()
    time.sleep(1)
    assert network.caller.handset.longest_silence(began, time.monotonic()) < 0.7
    page = theirs.sign_in(house.people["agent:Kofi"], "/desk")
    page.click("#desk-ready")
    theirs.stands("ringing")
    page.keyboard.press("a")
    theirs.stands("connected")
    until(lambda: theirs.heard()["bytes"] > 5000, "the caller's voice")
    page.keyboard.press("h")
    theirs.stands("wrap-up")
    page.select_option("#phone-disposition", label="Solved")
    page.click("#phone-finish")
    theirs.shows("#agent-state", "Ready")


def the_ledger_tells(house: House, auditors: Window, ayaba: Authenticator, request: str) -> None:
    """Who asked, who approved, who carried it out, and what ended with it."""
    page = auditors.sign_in(house.people["auditor:Edem"], f"/ledger?q=request:{request}&action=request.execute")
    page.locator(".story-link").first.click()
    page.wait_for_selector("#proof .proof-ok")
    entry = next(one for one in house.entries(f"request:{request}") if one["action"] == "request.execute")
    assert entry["actor"] == "clerk:provisioning"
    assert entry["notes"]["requester"] == house.people["manager:Mawuli"].id
    assert entry["notes"]["approvers"] == [house.people["supervisor:Zoé"].id, house.people["security-officer:Sena"].id]
    assert entry["changes"][f"person:{ayaba.id}"]["status"] == ["active", "left"]
