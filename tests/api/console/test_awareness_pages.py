"""Awareness in pages: what a trial mail's link shows, who drafts a trial, reminders on every desk, breaches closed. [TR-8, TR-9]"""

import html
import re

import pytest
from playwright.sync_api import sync_playwright
from sqlmodel import select

from api.console import trials
from api.throttles import Throttle
from iam.entry.rates import Rate
from kernel.db import read_session
from tests import world
from tests.api.console.preview import CHROMIUM, served
from tests.plugins.parts import program
from tests.training.conftest import School, hands, school  # noqa: F401 - fixtures
from tests.training.test_awareness import LURE, begun
from training.awareness import breaches, phishing, reminders
from training.awareness.models import BreachReport, PhishingCampaign, PhishingMail

pytestmark = pytest.mark.needs("frontend")


def text_of(answer) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture(autouse=True)
def fresh_throttle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "throttle", Throttle("trials"))


@pytest.fixture
def officer(database: str) -> world.Somebody:
    return world.activated(role="security-officer")


def sent_to(who: world.Somebody, school: School) -> str:  # noqa: F811
    """The token of the trial mail that somebody got."""
    begun(school)
    phishing.send_all(school.hands.now())
    found = re.search(r"/trial/(\S+)", world.deliver().last_to(who.email))
    assert found is not None
    return found[1]


def followed_by(who: world.Somebody) -> bool:
    with read_session() as session:
        mail = session.scalars(select(PhishingMail).where(PhishingMail.person_id == who.id)).one()
        return mail.followed_at is not None


def test_a_mail_filter_that_opens_the_link_catches_nobody(visitor, school: School) -> None:  # noqa: F811
    school.publish("it-risks-refresher")
    ama = world.settled(role="agent", language="en")
    token = sent_to(ama, school)
    for _ in range(2):
        assert visitor.head(f"/trial/{token}").status_code == 200
        assert "This was a trial" in text_of(visitor.get(f"/trial/{token}"))
    assert not followed_by(ama)
    assert school.asked(ama) == {}
    assert phishing.outcomes(school.officer.actor)[0].followed == 0


def test_who_goes_on_from_it_is_counted_once_and_asked_to_learn(visitor, school: School) -> None:  # noqa: F811
    school.publish("it-risks-refresher")
    ama = world.settled(role="agent", language="en")
    token = sent_to(ama, school)
    for _ in range(2):
        on = visitor.post(f"/trial/{token}")
        assert (on.status_code, on.headers["location"]) == (303, "/training/it-risks-refresher")
    assert followed_by(ama)
    assert set(school.asked(ama)) == {"it-risks-refresher"}
    assert phishing.outcomes(school.officer.actor)[0].followed == 1


def test_an_unknown_link_answers_like_a_known_one(visitor, school: School) -> None:  # noqa: F811
    ama = world.settled(role="agent", language="en")
    token = sent_to(ama, school)
    known = visitor.get(f"/trial/{token}")
    assert ama.name not in known.text
    for odd in ("x", "a" * 22, "%00", "a" * 5000, "%F0%9F%98%80", "'--"):
        other = visitor.get(f"/trial/{odd}")
        assert other.status_code == known.status_code
        assert text_of(other).split("This was a trial", 1)[1] == text_of(known).split("This was a trial", 1)[1]
        answer, known_answer = visitor.post(f"/trial/{odd}"), visitor.post(f"/trial/{token}")
        assert (answer.status_code, answer.headers["location"]) == (303, known_answer.headers["location"])


def test_one_address_tries_few_links(visitor, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "throttle", Throttle("trials", Rate(burst=2, per_second=0.0001)))
    assert [visitor.post(f"/trial/{n}").status_code for n in range(3)] == [303, 303, 429]


def test_a_page_of_another_site_cannot_tell_that_a_link_was_followed(visitor, school: School) -> None:  # noqa: F811
    ama = world.settled(role="agent", language="en")
    token = sent_to(ama, school)
    assert visitor.post(f"/trial/{token}", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert not followed_by(ama)


def test_an_officer_drafts_a_trial_and_another_person_approves_it(browser_of, officer) -> None:
    director = world.activated(role="technical-director")
    client = browser_of(officer)
    assert "No trial yet" in text_of(client.get("/awareness"))
    sent = {f"{part}_{code}": LURE[code][part] for code in LURE for part in ("subject", "body")}
    wrong = client.post("/awareness/trials", data=sent | {"body_en": "No link in this body at all."})
    assert wrong.status_code == 422
    assert "exactly once" in text_of(wrong)
    assert LURE["fr"]["body"] in html.unescape(wrong.text), "what was typed is lost"
    short = client.post("/awareness/trials", data=sent | {"subject_fr": "x"})
    assert 'id="subject_fr-problem"' in short.text
    assert client.post("/awareness/trials", data=sent | {"place": "site:nowhere"}).status_code == 404
    assert client.post("/awareness/trials", data=sent | {"then": "keep"}).headers["location"] == "/awareness?done=saved"
    listed = text_of(client.get("/awareness"))
    assert "Your parcel" in listed
    assert "Draft" in listed
    with read_session() as session:
        (campaign,) = session.scalars(select(PhishingCampaign)).all()
    assert client.post(f"/awareness/trials/{campaign.id}/ask").headers["location"] == "/awareness?done=asked"
    assert "Waits for approval" in text_of(client.get("/awareness"))
    waits = browser_of(director).get("/approvals")
    assert "A trial mail" in text_of(waits)
    (href,) = set(re.findall(r'href="(/approvals/[0-9a-f-]{36})"', waits.text))
    decision = text_of(client.get(href))
    for part in (LURE["en"]["subject"], LURE["en"]["body"], LURE["fr"]["body"], "the house"):
        assert part in decision, part
    client = browser_of(officer)
    assert f"/awareness/trials/{campaign.id}/withdraw" in client.get("/awareness").text
    assert client.post(f"/awareness/trials/{campaign.id}/withdraw").headers["location"] == "/awareness?done=done"
    assert f"/awareness/trials/{campaign.id}/" not in client.get("/awareness").text, (
        "nothing is left to be done with it"
    )


def test_an_agent_has_no_page_of_awareness(browser_of, database: str) -> None:
    client = browser_of(world.activated(role="agent"))
    assert client.get("/awareness").status_code == 403
    assert client.post("/awareness/trials", data={}).status_code == 403
    assert client.post("/awareness/reminder", data={"text_en": "abc", "text_fr": "abc"}).status_code == 403
    assert 'href="/awareness"' not in client.get("/account").text


def test_a_reminder_stands_on_each_desk_until_it_is_read(browser_of, officer) -> None:
    client = browser_of(officer)
    assert client.post("/awareness/reminder", data={"text_en": "Lock it.", "text_fr": ""}).status_code == 422
    given = client.post("/awareness/reminder", data={"text_en": "Lock your <screen>.", "text_fr": "Verrouillez."})
    assert given.headers["location"] == "/awareness?done=saved"
    desk = browser_of(world.activated(role="agent"))
    for path in ("/desk", "/desk/idle", "/training"):
        assert "Lock your &lt;screen&gt;." in desk.get(path).text, path
    assert "Lock the screen first" in text_of(desk.get("/desk/idle")) or "not on the floor" in text_of(
        desk.get("/desk")
    )
    key = re.search(r'name="reminder" value="([^"]+)"', desk.get("/desk").text)[1]
    for _ in range(2):
        read = desk.post("/awareness/seen", data={"reminder": key, "next": "/desk"})
        assert read.headers["location"] == "/desk"
    assert desk.post("/awareness/seen", data={"reminder": key, "next": "//evil.example"}).headers["location"] == "/"
    for path in ("/desk", "/training"):
        assert "Lock your" not in desk.get(path).text, path
    reminders.give_reminder(officer.actor, text={"en": "Another one.", "fr": "Une autre."})
    assert "Another one." in desk.get("/desk").text


def test_a_breach_is_closed_with_what_came_of_it(browser_of, officer) -> None:
    ama = world.activated(role="agent")
    breaches.report_breach(ama.actor, kind="lost", told="My <badge>.")
    client = browser_of(officer)
    page = client.get("/awareness").text
    assert "My &lt;badge&gt;." in page
    assert ama.name in html.unescape(page)
    (address,) = re.findall(r'action="(/awareness/breaches/[^"]+/close)"', page)
    empty = client.post(address, data={"outcome": " "})
    assert empty.status_code == 422
    assert (
        client.post(address, data={"outcome": "Blocked within the hour."}).headers["location"] == "/awareness?done=done"
    )
    assert "Blocked within the hour." in client.get("/awareness").text
    assert "/close" not in client.get("/awareness").text
    assert client.post(address, data={"outcome": "Once more."}).status_code == 422
    with read_session() as session:
        (made,) = session.scalars(select(BreachReport)).all()
    assert (made.state, made.closed_by) == ("closed", officer.id)


@pytest.mark.needs("chromium")
def test_a_trial_is_told_of_once_and_only_when_a_person_moves() -> None:
    told: list[str] = []
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM | {"executable_path": program("chromium")})
        page = browser.new_page()
        page.route("**/trial/x", lambda route: (told.append(route.request.method), route.fulfill(status=204)))
        page.goto(f"{address}/en/light/trial", wait_until="load", timeout=60_000)
        page.evaluate("document.dispatchEvent(new PointerEvent('pointermove', {bubbles: true}))")
        page.wait_for_timeout(300)
        assert told == [], "what a script does by itself is no person"
        with page.expect_request("**/trial/x", timeout=60_000):
            page.mouse.move(100, 100)
        page.mouse.move(200, 150)
        page.keyboard.press("Tab")
        page.wait_for_timeout(300)
        browser.close()
    assert told == ["POST"]
