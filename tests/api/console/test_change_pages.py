"""Changes as people reach them through the door: the list, one page, its steps, and what was seen. [CC-1, CC-2, CC-4]"""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

import changecontrol
from changecontrol.models import Change, ChangeSystem
from changecontrol.observed import observations
from kernel import db
from policy import inbox
from tests import world
from tests.changecontrol.builders import REPORT, House, fresh
from tests.iam.conftest import hands  # noqa: F401 - a fixture
from tests.rows import Worlds

pytestmark = pytest.mark.needs("frontend")
BEFORE, AFTER = "openssl\t3.0.1\n", "openssl\t3.0.2\n"


def people() -> dict[str, world.Somebody]:
    return {
        "engineer": world.activated(role="it-admin"),
        "second": world.activated(role="it-admin"),
        "director": world.activated(role="technical-director"),
        "deputy": world.person(role="technical-director"),
        "operations": world.activated(role="customer-operations-director"),
        "officer": world.activated(role="security-officer"),
    }


@pytest.fixture
def house(worlds: Worlds, hands: Any) -> House:  # noqa: F811
    return House(hands, **worlds.stand(people))


def buttons(text: str) -> set[str]:
    return set(re.findall(r'id="do-([a-z-]+)"', text))


def state_of(change: Change) -> str:
    with db.read_session() as session:
        return session.get(Change, change.id).state


def system_of(change: Change) -> UUID:
    with db.read_session() as session:
        return session.query(ChangeSystem).filter_by(change_id=change.id).one().system_id


def test_the_list_names_each_change_whom_it_waits_for_and_is_filtered(browser_of, house):
    draft, asked = house.draft(title="Colours of the wall"), house.asked(title="Another mail gate")
    browser = browser_of(house.director)
    page = browser.get("/changes").text
    assert f"/changes/{draft.id}" in page
    assert "to hand it in" in page
    assert "those who must say yes" in page
    only = browser.get("/changes?state=authorise").text
    assert f"/changes/{asked.id}" in only
    assert f"/changes/{draft.id}" not in only
    assert f"/changes/{draft.id}" in browser.get("/changes?search=colours  of the").text
    assert "No such change" in browser.get("/changes?search=%25%00'--").text
    assert browser.get("/changes?state=%00&model=' or 1=1 --").status_code == 200
    assert browser.get("/changes?before=yesterday").status_code == 404
    jumped = browser.get(f"/changes?search={draft.number.lower()}")
    assert (jumped.status_code, jumped.headers["location"]) == (303, f"/changes/{draft.id}")


def test_a_change_shows_what_why_how_back_its_tests_and_who_must_say_yes(browser_of, house):
    system = house.system(label="Main switch")
    change = house.asked(system)
    page = browser_of(house.director).get(f"/changes/{change.id}").text
    for said in (
        "The vendor ends the one we run.",
        "Install the version before.",
        "Main switch",
        "report.pdf",
        "Passed",
    ):
        assert said in page
    assert "The technical director authorises it" in page
    approval = house.question(change)
    assert f'href="/approvals/{approval.id}"' in page, "who is asked gets there from here"
    assert f"{change.number} · Another version of the switch" in browser_of(house.director).get("/approvals").text
    assert f"/approvals/{approval.id}" not in browser_of(house.officer).get(f"/changes/{change.id}").text


def test_the_file_of_a_test_is_saved_as_it_was_attached_and_never_shown(browser_of, house):
    change = house.asked()
    browser = browser_of(house.officer)
    link = re.search(r"/changes/files/[0-9a-f-]+", browser.get(f"/changes/{change.id}").text)
    assert link
    sent = browser.get(link[0])
    assert sent.content == REPORT
    assert sent.headers["content-disposition"] == 'attachment; filename="report.pdf"'
    assert sent.headers["content-type"] == "application/octet-stream"
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert browser_of(world.activated(role="agent")).get(link[0]).status_code in {403, 404}


def test_buttons_are_the_steps_that_the_gate_opens_to_who_looks(browser_of, house):
    change = house.draft()
    path = f"/changes/{change.id}"
    assert buttons(browser_of(house.engineer).get(path).text) == {"submit", "cancel"}
    assert buttons(browser_of(house.second).get(path).text) == set(), "it is another person's"
    assert buttons(browser_of(house.director).get(path).text) == {"cancel"}
    assert buttons(browser_of(house.officer).get(path).text) == set()
    assert browser_of(house.officer).post(f"{path}/submit").status_code in {403, 404}
    assert browser_of(house.engineer).post(f"{path}/approve").status_code == 404, "approval has no short way"
    assert state_of(change) == "draft"


def test_a_change_goes_its_way_from_draft_to_close_by_its_buttons(browser_of, house):
    now = house.hands.now()
    change = house.draft(starts_at=now + timedelta(minutes=2), ends_at=now + timedelta(hours=1))
    path = f"/changes/{change.id}"
    engineer = browser_of(house.engineer)
    assert engineer.post(f"{path}/submit").status_code == 303
    untested = engineer.post(f"{path}/ask")
    assert untested.status_code == 422, "nobody is asked about what was not tested"
    assert state_of(change) == "assess"
    house.test(change)
    assert engineer.post(f"{path}/ask").status_code == 303
    house.vote(house.director, change)
    second = browser_of(house.second)
    assert second.post(f"{path}/start").status_code == 422, "its window is not open yet"
    house.into(change)
    assert second.post(f"{path}/start").status_code == 303
    assert {"finish", "roll-back", "stop"} <= buttons(second.get(path).text)
    short = second.post(f"{path}/finish", data={"report": "done"})
    assert short.status_code == 422
    assert ">done</textarea>" in short.text, "what was typed stays"
    assert state_of(change) == "implementing"
    did = {"system": str(system_of(change)), "what": "installed and started it"}
    reader = browser_of(house.officer)
    assert f'action="{path}/work"' not in reader.get(path).text, "the change does not name her"
    assert reader.post(f"{path}/work", data=did).status_code in {403, 404, 422}
    second = browser_of(house.second)
    wrong = second.post(f"{path}/work", data=did | {"what": "x"})
    assert wrong.status_code == 422
    assert second.post(f"{path}/work", data=did | {"system": str(change.id)}).status_code == 404
    assert second.post(f"{path}/work", data=did).status_code == 303
    assert "installed and started it" in second.get(path).text
    assert second.post(f"{path}/finish", data={"report": "It runs, all queues were called once."}).status_code == 303
    assert second.post(f"{path}/close", data={"review": "It went as it was planned."}).status_code in {
        403,
        404,
        409,
        422,
    }
    officer = browser_of(house.officer)
    assert buttons(officer.get(path).text) == {"close"}
    assert officer.post(f"{path}/close", data={"review": "It went as it was planned."}).status_code == 303
    assert state_of(change) == "closed"
    assert buttons(officer.get(path).text) == set()


def test_a_revision_shows_what_it_says_otherwise_than_the_one_before(browser_of, house):
    change = house.asked()
    changecontrol.revise_change(
        fresh(house.engineer), change.id, fields={"rollback": "Start the old image <b>at once</b>."}
    )
    page = browser_of(house.director).get(f"/changes/{change.id}").text
    assert '<td class="before">Install the version before.</td>' in page
    assert '<td class="after">Start the old image &lt;b&gt;at once&lt;/b&gt;.</td>' in page
    assert "Revision 2" in page


def test_nobody_reads_a_change_that_is_not_theirs_to_see(browser_of, house):
    change = house.draft()
    agent = browser_of(world.activated(role="agent"))
    assert agent.get(f"/changes/{change.id}").status_code in {403, 404}
    assert change.number not in agent.get("/changes").text
    assert agent.post(f"/changes/{change.id}/cancel", data={"reason": "because"}).status_code in {403, 404}
    assert agent.get("/changes/observed").status_code in {403, 404}
    assert agent.get("/changes/not-an-id").status_code == 404


def test_what_was_seen_stands_unmatched_first_and_leads_to_its_unauthorised_change(browser_of, house):
    system = house.system()
    for text in (BEFORE, AFTER):
        observations.report_system(fresh(house.engineer), system.id, source="packages", text=text)
        house.hands.forward(minutes=1)
    browser = browser_of(house.officer)
    page = browser.get("/changes/observed").text
    assert "package openssl" in page
    assert "Nobody authorised it" in page
    assert system.slug in page
    link = re.search(rf'{system.slug}.*?/changes\?search=([A-Z0-9-]+)"', page, re.DOTALL)
    assert link
    jumped = browser.get(f"/changes?search={link[1]}")
    assert jumped.status_code == 303
    found = browser.get(jumped.headers["location"]).text
    assert "Unauthorised change" in found
    assert "Nobody is asked yet" in found
    assert system.slug not in browser.get("/changes/observed?verdict=matched").text
    assert browser.get("/changes/observed?verdict=' or 1=1&before=").status_code == 200


def test_an_approval_of_a_change_leads_to_the_whole_change(browser_of, house):
    change = house.asked(title="Another mail gate")
    browser = browser_of(house.director)
    page = browser.get(f"/approvals/{house.question(change).id}").text
    assert f'href="/changes/{change.id}"' in page
    assert "Another mail gate" in page
    assert "The vendor ends the one we run." in page
    assert {one.id for one in inbox.approvals_waiting(house.director.actor)} >= {house.question(change).id}


def test_a_cancelled_change_says_why_and_offers_nothing_more(browser_of, house):
    change = house.draft(starts_at=None, ends_at=None)
    changecontrol.cancel_change(fresh(house.engineer), change.id, reason="the vendor takes it back")
    page = browser_of(house.engineer).get(f"/changes/{change.id}").text
    assert "the vendor takes it back" in page
    assert "not said yet" in page
    assert buttons(page) == set()
