"""What cannot wait on a change's page: a client's acknowledgement, a word by telephone, the papers of an emergency. [CC-5, CC-6, CC-10]"""

import re
from datetime import timedelta
from typing import Any

import pytest

import changecontrol
from changecontrol import systems
from changecontrol.models import Change, ChangeAuthorisation, SpokenAuthorisation
from kernel import clock, db
from policy import deadlines
from tests import world
from tests.api.console.test_change_pages import house, state_of  # noqa: F401 - a fixture
from tests.changecontrol.builders import House, client, fresh
from tests.changecontrol.test_emergencies import PAPERS, raised
from tests.iam.conftest import hands  # noqa: F401 - a fixture

pytestmark = pytest.mark.needs("frontend")


def words_of(change: Change) -> list[SpokenAuthorisation]:
    with db.read_session() as session:
        return session.query(SpokenAuthorisation).filter_by(change_id=change.id).all()


def now(house: House) -> str:  # noqa: F811
    return f"{clock.now():%Y-%m-%dT%H:%M}"


def sent(house: House, **fields: str) -> dict[str, str]:  # noqa: F811
    return {
        "authority_id": str(house.director.id),
        "channel": "telephone",
        "said_at": now(house),
        "witness_id": house.officer.user_name,
    } | fields


def test_a_representative_acknowledges_what_reaches_the_client_on_the_changes_page(browser_of: Any, house: House):  # noqa: F811
    acme = client("acme")
    speaker = world.activated(role="client-representative", scope=acme)
    switch = house.system()
    systems.serve(fresh(house.engineer), switch.id, user=acme)
    change = house.asked(switch)
    path = f"/changes/{change.id}"
    assert "/acknowledge/" not in browser_of(house.engineer).get(path).text
    browser = browser_of(speaker)
    page = browser.get(path).text
    found = re.search(
        rf'action="({path}/acknowledge/[0-9a-f-]+)"><input type="hidden" name="revision" value="(\d+)"', page
    )
    assert found
    assert browser.post(found[1], data={"revision": "٣"}).status_code == 422
    assert "it again before you acknowledge" in browser.post(found[1], data={"revision": "7"}).text
    assert browser_of(house.engineer).post(found[1], data={"revision": found[2]}).status_code in {403, 404}
    assert browser_of(speaker).post(found[1], data={"revision": found[2]}).status_code == 303
    with db.read_session() as session:
        one = session.get(ChangeAuthorisation, found[1].rpartition("/")[2])
    assert one.acknowledged_by == speaker.id
    after = browser.get(path).text
    assert "Acknowledged" in after
    assert "/acknowledge/" not in after


def test_a_word_by_telephone_is_put_on_record_and_confirmed_in_the_console(browser_of: Any, house: House):  # noqa: F811
    change = raised(house)
    path = f"/changes/{change.id}"
    engineer = browser_of(house.engineer)
    page = engineer.get(path).text
    assert f'<option value="{house.director.id}"' in page
    assert f'<option value="{house.officer.id}"' not in page, "only who may authorise an emergency is offered"
    assert engineer.post(f"{path}/word", data=sent(house)).status_code == 303
    assert [(one.authority_id, one.witness_id) for one in words_of(change)] == [(house.director.id, house.officer.id)]
    assert state_of(change) == "scheduled"
    assert "Not confirmed yet" in engineer.get(path).text
    assert "/approvals/" not in engineer.get(path).text
    director = browser_of(house.director)
    answer = re.search(r'href="(/approvals/[0-9a-f-]+)">Confirm or deny it', director.get(path).text)
    assert answer
    house.vote(house.director, change, "change.emergency")
    assert "Confirmed" in director.get(path).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("witness_id", "nobody of this name"), ("witness_id", ""), ("said_at", "yesterday"), ("said_at", "2026-02-30T10:00"),
        ("said_at", "0001-01-01T00:00"), ("said_at", "2019-01-01T10:00+14:00"), ("channel", "pigeon"), ("said_at", "2039-01-01T10:00"),
    ],
)  # fmt: skip
def test_a_word_that_is_not_whole_is_not_on_record_and_nothing_is_lost(browser_of, house, field, value):  # noqa: F811
    change = raised(house)
    answer = browser_of(house.engineer).post(f"/changes/{change.id}/word", data=sent(house, **{field: value}))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert f'value="{house.officer.user_name if field != "witness_id" else value}"' in answer.text
    assert words_of(change) == []
    assert state_of(change) == "authorise"


def test_who_gave_the_word_does_not_write_it_down_nor_is_the_writer_its_witness(browser_of: Any, house: House):  # noqa: F811
    change = raised(house)
    path = f"/changes/{change.id}/word"
    own = browser_of(house.engineer).post(path, data=sent(house, witness_id=house.engineer.user_name))
    assert "are three persons" in own.text
    director = browser_of(house.director)
    assert f'<option value="{house.director.id}"' not in director.get(f"/changes/{change.id}").text
    assert "are three persons" in director.post(path, data=sent(house)).text
    assert browser_of(house.officer).post(path, data=sent(house)).status_code in {403, 404}
    assert words_of(change) == []


def test_papers_of_an_emergency_have_their_clock_and_late_ones_suspend_the_right(browser_of: Any, house: House):  # noqa: F811
    change = raised(house)
    house.vote(house.director, change, "change.emergency")
    changecontrol.start_change(fresh(house.second), change.id)
    path = f"/changes/{change.id}"
    second = browser_of(house.second)
    page = second.get(path).text
    due = house.now(change).documentation_due
    assert f'data-until="{due.isoformat()}"' in page
    assert 'id="do-document"' in page
    assert 'id="do-document"' not in browser_of(house.officer).get(path).text
    house.hands.time = due + timedelta(minutes=1)
    deadlines.sweep()
    house.second.entered, house.officer.entered = house.second.sign_in(), house.officer.sign_in()
    officer = browser_of(house.officer)
    late = officer.get(path).text
    assert "Late" in late
    assert "was suspended" in late
    assert officer.post(f"{path}/breach", data={"remark": "no"}).status_code == 422
    assert officer.post(f"{path}/breach", data={"remark": "the engineer was told"}).status_code == 303
    assert 'id="do-see"' not in officer.get(path).text, "it is seen"
    second = browser_of(house.second)
    short = second.post(f"{path}/documentation", data={"documentation": "we <b>did</b> it"})
    assert short.status_code == 422
    assert "we &lt;b&gt;did&lt;/b&gt; it</textarea>" in short.text
    assert second.post(f"{path}/documentation", data={"documentation": PAPERS}).status_code == 303
    assert house.now(change).documented_at is not None
    after = second.get(path).text
    assert "In, late" in after
    assert 'id="do-document"' not in after


def test_a_normal_change_shows_nothing_urgent(browser_of: Any, house: House):  # noqa: F811
    change = house.asked()
    assert 'id="urgency"' not in browser_of(house.director).get(f"/changes/{change.id}").text
    answer = browser_of(house.engineer).post(f"/changes/{change.id}/word", data=sent(house))
    assert answer.status_code == 422
    assert (
        browser_of(house.engineer)
        .post(f"/changes/{change.id}/documentation", data={"documentation": PAPERS})
        .status_code
        == 422
    )
