"""The deviations board and a case, as people reach them through the door. [AC-7, AC-8, AC-9]"""

from datetime import timedelta
from typing import Any

import pytest

from iam.deviations import cases
from iam.deviations import findings as deviations
from iam.directory.models import Deviation
from kernel import clock, db
from tests import world
from tests.iam.directory.changes import change
from tests.rows import Worlds

pytestmark = pytest.mark.needs("frontend")


def found(**more: Any) -> Deviation:
    told = {
        "kind": "extra-right", "about_ref": "entry:d.k.g", "platform": None, "clause": "AC-2",
        "detail": {"name": "k.mensah", "of": "Domain Admins", "account": "x"},
    }  # fmt: skip
    return change(lambda work: deviations.raise_deviation(work, **{**told, **more}))


@pytest.fixture
def admin(worlds: Worlds) -> world.Somebody:
    return worlds.stand(lambda: world.activated(role="it-admin"))


def state_of(case: Deviation) -> str:
    with db.read_session() as session:
        return session.get(Deviation, case.id).state


def test_an_empty_board_says_that_all_is_well_and_a_full_one_names_each_case(browser_of, admin):
    browser = browser_of(admin)
    assert "Everything is as it should be" in browser.get("/deviations").text
    case = found()
    mine = found(kind="plaintext-secret", about_ref="file:x", detail={"place": "a.bat"}, owner_id=admin.id)
    page = browser.get("/deviations").text
    assert "Right nobody gave" in page
    assert f"/deviations/{case.id}" in page
    only = browser.get("/deviations?mine=1").text
    assert f"/deviations/{mine.id}" in only
    assert f"/deviations/{case.id}" not in only
    assert "No such case" in browser.get("/deviations?kind=bad-name").text
    assert browser.get("/deviations?after=yesterday").status_code == 200
    assert f"/deviations/{case.id}" in browser.get("/deviations?kind=' or 1=1 --&state=%00").text, (
        "unknown words are left out"
    )


def test_a_case_is_closed_with_a_sentence_and_accepted_only_by_another(browser_of, admin):
    officer = world.activated(role="security-officer")
    case, browser = found(), browser_of(admin)
    page = browser.get(f"/deviations/{case.id}").text
    assert "Domain Admins" in page
    assert "taken out of the group" in page
    short = browser.post(f"/deviations/{case.id}/close", data={"how": "no"})
    assert short.status_code == 422
    day = (clock.now() + timedelta(days=20)).date().isoformat()
    sent = {"reason": "The migration needs it until then", "compensation": "It is watched daily", "ends_at": day}
    wrong = browser.post(f"/deviations/{case.id}/accept", data={**sent, "ends_at": "never"})
    assert wrong.status_code == 422
    assert "The migration needs it until then" in wrong.text, "what was typed stays"
    assert browser.post(f"/deviations/{case.id}/accept", data=sent).status_code == 303
    assert "waits for an answer" in browser.get(f"/deviations/{case.id}").text
    assert state_of(case) == "open"
    from policy import inbox

    for asked in inbox.approvals_waiting(officer.actor):
        inbox.cast(officer.actor, asked.id, yes=True, digest=asked.digest)
    assert state_of(case) == "accepted"
    assert ">Accepted<" in browser.get("/deviations").text
    assert "Accepted until" in browser.get(f"/deviations/{case.id}").text
    done = browser.post(f"/deviations/{case.id}/close", data={"how": "The migration is over, the right is gone"})
    assert done.status_code == 303
    assert state_of(case) == "closed"


def test_an_acceptance_is_ended_before_its_time_and_the_case_is_open_again(browser_of, admin):
    from policy import inbox

    officer, case = world.activated(role="security-officer"), found()
    until = clock.now() + timedelta(days=20)
    cases.accept_deviation(
        admin.actor,
        case.id,
        reason="The migration needs it until then",
        compensation="It is watched daily",
        ends_at=until,
    )
    for asked in inbox.approvals_waiting(officer.actor):
        inbox.cast(officer.actor, asked.id, yes=True, digest=asked.digest)
    browser = browser_of(officer)
    assert "Accept it no longer" in browser.get(f"/deviations/{case.id}").text
    assert browser.post(f"/deviations/{case.id}/end", data={"why": ""}).status_code == 422
    assert browser.post(f"/deviations/{case.id}/end", data={"why": "The migration is over already"}).status_code == 303
    assert state_of(case) == "open"
    assert "Accepted until" not in browser.get(f"/deviations/{case.id}").text
    assert browser.post(f"/deviations/{case.id}/end", data={"why": "The migration is over already"}).status_code == 404


def test_the_officer_corrects_what_is_about_the_only_administrator(browser_of, admin):
    officer, own = world.activated(role="security-officer"), found(person_id=admin.id)
    browser = browser_of(officer)
    assert "Put it right" in browser.get(f"/deviations/{own.id}").text
    assert browser.post(f"/deviations/{own.id}/correct").status_code == 303


def test_a_button_that_wants_the_second_factor_anew_stands_there_and_asks_for_it(browser_of, admin, monkeypatch):
    case, browser, now = found(), browser_of(admin), clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + timedelta(minutes=13))
    assert "Put it right" in browser.get(f"/deviations/{case.id}").text
    pressed = browser.post(
        f"/deviations/{case.id}/correct", headers={"referer": f"https://testserver/deviations/{case.id}"}
    )
    assert pressed.status_code == 303
    assert pressed.headers["location"].startswith(f"/step-up?next=/deviations/{case.id}")
    assert state_of(case) == "open"


def test_a_form_shown_again_where_it_was_sent_to_is_come_back_to_on_its_page(browser_of, admin, monkeypatch):
    case, browser, now = found(), browser_of(admin), clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + timedelta(minutes=13))
    there = f"/deviations/{case.id}/correct"
    pressed = browser.post(there, headers={"referer": f"https://testserver{there}"})
    assert pressed.headers["location"].startswith(f"/step-up?next=/deviations/{case.id}&") or pressed.headers[
        "location"
    ].endswith(f"/step-up?next=/deviations/{case.id}")


def test_correcting_is_asked_for_and_nobody_does_it_to_what_is_about_himself(browser_of, admin):
    case, own = found(), found(about_ref="entry:d.k2.g", person_id=admin.id)
    browser = browser_of(admin)
    assert browser.post(f"/deviations/{case.id}/correct").status_code == 303
    assert "Correction asked for" in browser.get(f"/deviations/{case.id}").text
    page = browser.get(f"/deviations/{own.id}").text
    assert "Put it right" not in page
    assert browser.post(f"/deviations/{own.id}/correct").status_code == 409


def test_an_agent_sees_no_board(browser_of, database):
    agent = browser_of(world.activated(role="agent"))
    case = found()
    assert agent.get("/deviations").status_code in {403, 404}
    assert agent.get(f"/deviations/{case.id}").status_code in {403, 404}
    assert agent.post(f"/deviations/{case.id}/close", data={"how": "ten letters and more"}).status_code in {403, 404}
    assert "/deviations" not in agent.get("/account").text
