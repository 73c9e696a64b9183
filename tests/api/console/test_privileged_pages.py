"""Elevations, the break-glass and campaigns as visitors of their pages. [AC-5, AC-10]"""

import html
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from iam.privileged import breakglass, elevations
from kernel import clock, db, frame
from kernel import fresh as editions
from kernel.actor import clerk
from kernel.actor import person as acting
from kernel.founding import upgrade_house
from policy import book, inbox
from policy.models import Approval
from tests import world

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.needs("frontend")]
ASKED = {
    "role": "privileged-operator", "bound_to": "incident:IN-14", "reason": "replace the directory's certificate", "hours": "2",
}  # fmt: skip


def fresh(who: world.Somebody):
    return acting(who.id, who.name, factor_at=clock.now())


def test_an_elevation_from_the_question_to_its_end(browser_of) -> None:
    director, ama = world.person(role="technical-director"), world.activated(role="agent")
    page = browser_of(ama)
    assert "No elevation yet" in page.get("/elevations").text
    wrong = page.post("/elevations", data=ASKED | {"bound_to": "because"})
    assert wrong.status_code == 422
    assert "replace the directory" in wrong.text, "what was typed is kept"
    for hours in ("99", "-1", "", "²", "9" * 5000):
        assert page.post("/elevations", data=ASKED | {"hours": hours}).status_code == 422
    assert page.post("/elevations", data=ASKED).status_code == 303
    (asked,) = elevations.list_elevations(ama.actor)
    assert "Waits for approval" in page.get("/elevations").text
    with db.read_session() as session:
        approval = session.query(Approval).one()
    inbox.cast(fresh(director), approval.id, yes=True, digest=approval.digest)
    assert f"/elevations/{asked.id}/take-up" in page.get("/elevations").text
    assert page.post(f"/elevations/{asked.id}/take-up").status_code == 303
    frame.close_writer()
    assert "Active" in page.get("/elevations").text
    assert "incident:IN-14" in page.get(f"/elevations/{asked.id}").text
    assert page.post(f"/elevations/{asked.id}/end").status_code == 303
    assert page.post(f"/elevations/{asked.id}/review", data={"verdict": "in-order", "seen": "1"}).status_code != 303
    assert "To be reviewed" in page.get("/elevations").text


def test_who_approved_it_is_offered_no_review(browser_of) -> None:
    director, ama = world.activated(role="technical-director"), world.person(role="agent")
    asked = elevations.ask_elevation(
        fresh(ama), role=ASKED["role"], bound_to=ASKED["bound_to"], reason=ASKED["reason"], until=clock.now() + timedelta(hours=1)
    )  # fmt: skip
    with db.read_session() as session:
        approval = session.query(Approval).one()
    inbox.cast(fresh(director), approval.id, yes=True, digest=approval.digest)
    elevations.take_up(fresh(ama), asked.id)
    elevations.end_elevation(fresh(ama), asked.id, reason="done")
    shown = browser_of(director).get(f"/elevations/{asked.id}").text
    assert "another person reviews it" in shown
    assert "It was in order" not in shown


def test_an_elevation_may_begin_later_on_the_house_clock(browser_of) -> None:
    world.person(role="technical-director")
    ama = world.activated(role="agent")
    page = browser_of(ama)
    begins = (clock.now() + timedelta(days=1)).replace(second=0, microsecond=0)
    for start in ("tomorrow", "0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30T10:00", f"{begins:%Y-%m-%d}T25:00"):
        wrong = page.post("/elevations", data=ASKED | {"start": start})
        assert wrong.status_code == 422, start
        assert "replace the directory" in wrong.text, "what was typed is kept"
    assert page.post("/elevations", data=ASKED | {"start": f"{begins:%Y-%m-%dT%H:%M}"}).status_code == 303
    (asked,) = elevations.list_elevations(ama.actor)
    assert (asked.starts_at, asked.ends_at) == (begins, begins + timedelta(hours=2))
    assert "tomorrow" in page.get("/elevations").text


def test_in_a_house_with_summer_time_a_form_asks_which_of_two_hours_is_meant(browser_of) -> None:
    """The zone is the book's: another edition changes what is read and shown, and nothing that is kept."""
    world.person(role="technical-director")
    ama, document = world.activated(role="agent"), book.in_force().document()
    page, paris = browser_of(ama), ZoneInfo("Europe/Paris")
    try:
        upgrade_house(clerk("setup"), document=document | {"house": {"zone": "Europe/Paris"}})
        asked = page.post("/elevations", data=ASKED | {"start": "2030-10-27T02:30"}).text
        assert "Say which of the two." in asked
        assert 'name="start_which"' in asked
        said = page.post("/elevations", data=ASKED | {"start": "2030-10-27T02:30", "start_which": "second"}).text
        assert "Say which of the two." not in said, "what is wrong now is that it lies years ahead"
        assert '<option value="second" selected>' in said
        begins = (clock.now() + timedelta(days=1)).astimezone(paris).replace(hour=14, minute=5, second=0, microsecond=0)
        assert page.post("/elevations", data=ASKED | {"start": f"{begins:%Y-%m-%dT%H:%M}"}).status_code == 303
        (kept,) = elevations.list_elevations(ama.actor)
        assert kept.starts_at == begins
        assert "tomorrow 14:05" in page.get("/elevations").text
    finally:
        upgrade_house(clerk("setup"), document=document)
        editions.refresh(force=True)


def test_an_administrator_adds_people_under_an_elevation_and_asks_for_them_otherwise(browser_of) -> None:
    daily, elevated = world.activated(role="it-admin", elevated=False), world.activated(role="it-admin")
    assert "/requests/new?deed=create" in browser_of(daily).get("/people").text
    assert 'href="/people/new"' not in browser_of(daily).get("/people").text
    assert 'href="/people/new"' in browser_of(elevated).get("/people").text


def test_the_officer_reviews_what_was_done(browser_of) -> None:
    director, ama = world.person(role="technical-director"), world.person(role="agent")
    officer = world.activated(role="security-officer")
    asked = elevations.ask_elevation(
        fresh(ama),
        role=ASKED["role"],
        bound_to=ASKED["bound_to"],
        reason=ASKED["reason"],
        until=clock.now() + timedelta(hours=1),
    )
    with db.read_session() as session:
        approval = session.query(Approval).one()
    inbox.cast(fresh(director), approval.id, yes=True, digest=approval.digest)
    elevations.take_up(fresh(ama), asked.id)
    elevations.end_elevation(fresh(ama), asked.id, reason="done")
    frame.close_writer()
    page = browser_of(officer)
    shown = page.get(f"/elevations/{asked.id}").text
    seen = re.search(r'name="seen" value="(\d+)"', shown)
    assert seen is not None
    refused = page.post(f"/elevations/{asked.id}/review", data={"verdict": "questioned", "seen": seen[1], "remark": ""})
    assert refused.status_code == 422
    assert page.post(f"/elevations/{asked.id}/review", data={"verdict": "in-order", "seen": seen[1]}).status_code == 303
    assert "Reviewed" in page.get("/elevations").text


def test_the_break_glass_from_key_to_documentation(browser_of) -> None:
    ama, director = world.person(role="agent"), world.person(role="technical-director")
    officer = world.activated(role="security-officer")
    page = browser_of(officer)
    key = {
        "who": ama.user_name,
        "role": "emergency-operator",
        "bound_to": "incident:IN-77",
        "reason": "nobody can sign in",
    }
    for who in ("", "nobody.at.all", officer.user_name):
        assert page.post("/break-glass", data=key | {"who": who}).status_code == 422
    assert page.post("/break-glass", data=key).status_code == 303
    shown = page.get("/break-glass").text
    assert "Waits for the second key" in shown
    assert "Turn the first key" not in shown, "there is one at a time"
    assert "There is no next one before" in shown
    (asked,) = breakglass.list_break_glasses(officer.actor)
    assert page.post(f"/break-glass/{asked.id}/confirm").status_code == 422
    breakglass.confirm_break_glass(fresh(director), asked.id)
    assert page.post(f"/break-glass/{asked.id}/end").status_code == 303
    assert "Documentation is missing" in page.get("/break-glass").text
    assert page.post(f"/break-glass/{asked.id}/document", data={"document": "short"}).status_code == 422
    text = "The directory was down; one account was suspended and let in again."
    assert page.post(f"/break-glass/{asked.id}/document", data={"document": text}).status_code == 303
    assert text in page.get("/break-glass").text


def test_a_campaign_is_opened_and_handed_on(browser_of) -> None:
    officer, other = world.activated(role="security-officer"), world.settled(role="security-officer")
    world.settled(role="agent")
    page = browser_of(officer)
    assert page.post("/certification", data={"kind": "role", "about": "emperor", "reason": "x" * 9}).status_code == 422
    made = page.post("/certification", data={"kind": "manager", "about": "", "reason": "half-yearly"})
    assert made.status_code == 303
    assert "Being filled" in page.get("/certification").text
    address = made.headers["location"].partition("?")[0]
    nobody = page.post(f"{address}/delegate", data={"to": "nobody.at.all", "why": "on leave"})
    assert nobody.status_code in {303, 422}
    assert page.get(f"{address}?after=%F0%9F%99%82").status_code == 422
    assert page.get(f"{address}?which=decided").status_code == 200
    assert other.id != officer.id


def test_a_campaign_for_one_manager_is_opened_by_her_name_and_closed_ones_are_found(browser_of) -> None:
    officer, gisele = world.activated(role="security-officer"), world.settled(role="manager")
    page = browser_of(officer)
    sent = {"kind": "manager", "about": "nobody.at.all", "reason": "her team doubled"}
    unknown = page.post("/certification", data=sent)
    assert unknown.status_code == 422
    assert "write the user name" in unknown.text
    assert page.post("/certification", data=sent | {"about": gisele.user_name}).status_code == 303
    assert gisele.name in html.unescape(page.get("/certification").text)
    closed = page.get("/certification?state=closed").text
    assert "No campaign is closed yet" in closed
    assert gisele.name not in closed


def test_an_agent_finds_nothing_of_others_there(browser_of) -> None:
    world.person(role="technical-director")
    ama = world.activated(role="agent")
    page = browser_of(ama)
    assert "No campaign asks you anything" in page.get("/certification").text
    assert "Open a campaign" not in page.get("/certification").text
    assert "Turn the first key" not in page.get("/break-glass").text
    key = {"who": "x", "role": "emergency-operator", "bound_to": "incident:IN-77", "reason": "let me in please"}
    assert page.post("/break-glass", data=key).status_code in {403, 422}
