"""The calendar of changes through the door: its month, its keys, and the address by which another program reads it. [CC-1]"""

import re
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from sqlmodel import select

import changecontrol
import iam
from api.console import calendar_feed
from api.console.calendar_feed import STATUS
from api.throttles import Throttle
from changecontrol import freezes
from changecontrol.states import CHANGE_STEPS
from firewall_audit.alarms import oncall
from firewall_audit.alarms.models import OnCallShift
from kernel import clock, db
from tests import world
from tests.api.console.test_change_pages import house  # noqa: F401 - a fixture
from tests.changecontrol.builders import House, fresh
from tests.iam.conftest import hands  # noqa: F401 - a fixture

pytestmark = pytest.mark.needs("frontend")


@pytest.fixture(autouse=True)
def _fresh_turnstile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar_feed, "turnstile", Throttle("calendar"))


def made(browser: Any) -> str:
    """The path of an address that was just made."""
    page = browser.post("/changes/calendar/address")
    assert page.status_code == 200
    found = re.search(r"/changes/calendar\.ics\?token=omnc_[\w-]{43}", page.text)
    assert found
    return found[0]


def events(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    found = icalendar.Calendar.from_ical(answer.content)
    assert not found.errors
    return {str(one["UID"]): one for one in found.events}


def test_address_tells_ones_own_shifts_on_call_and_nobody_elses(browser_of, house: House) -> None:  # noqa: F811
    engineer, other = world.activated(role="network-engineer"), world.person(role="network-engineer")
    now = clock.now()
    for line, who in (("first", engineer), ("second", engineer), ("first", other)):
        oncall.plan(fresh(house.officer), line=line, person_id=who.id, since=now, until=now + timedelta(days=7))  # type: ignore[arg-type]  # one of two
    browser = browser_of(engineer)
    address = made(browser)
    shifts = [one for one in events(browser.get(address)).values() if "on-call" in one.get("URL", "")]
    assert len(shifts) == 2
    assert len({str(one["SUMMARY"]) for one in shifts}) == 2
    assert {one["DTEND"].dt - one["DTSTART"].dt for one in shifts} == {timedelta(days=7)}
    with db.read_session() as session:
        mine = session.scalars(select(OnCallShift.id).where(OnCallShift.person_id == engineer.id)).first()
    assert mine is not None
    oncall.drop(fresh(house.officer), mine)
    assert len([one for one in events(browser.get(address)).values() if "on-call" in one.get("URL", "")]) == 1
    agent = browser_of(world.activated(role="agent"))
    assert not [one for one in events(agent.get(made(agent))).values() if "on-call" in one.get("URL", "")]


def test_a_month_shows_windows_freezes_and_what_stands_in_whose_way(browser_of, house: House):  # noqa: F811
    system = house.system()
    first = house.scheduled(system, title="Another mail gate")
    house.draft(system, title="A <b>second</b> gate")
    freezes.declare_freeze(
        fresh(house.director), title="Day of the election", starts_at=first.starts_at, ends_at=first.ends_at,
        about=house.system().scope,
    )  # fmt: skip
    browser = browser_of(house.officer)
    page = browser.get(f"/changes/calendar?month={first.starts_at:%Y-%m}").text
    assert f'href="/changes/{first.id}"' in page
    assert "A &lt;b&gt;second&lt;/b&gt; gate" in page
    assert "Day of the election" in page
    assert f'<a class="mono" href="/changes?search={first.number}">' in page, (
        "the second is told that the first holds its system"
    )
    assert "One change stands in the way" in page
    assert 'data-key="["' in page
    assert 'data-key="]"' in page
    following = browser.get(f"/changes/calendar?month={first.starts_at + timedelta(days=70):%Y-%m}").text
    assert f"/changes/{first.id}" not in following
    assert "Nothing is changed in this month" in following
    assert 'data-key="t"' in following, "one key leads back to this month"


@pytest.mark.parametrize("month", ["", "2026-13", "1999-01", "' or 1=1 --", "2026-02%00", "2099-12", "2000-01"])
def test_a_month_that_is_none_is_this_one(browser_of, house: House, month: str):  # noqa: F811
    assert browser_of(house.officer).get(f"/changes/calendar?month={month}").status_code == 200


def test_who_sees_no_change_sees_no_window_of_it(browser_of, house: House):  # noqa: F811
    change = house.scheduled()
    agent = browser_of(world.activated(role="agent"))
    assert f"/changes/{change.id}" not in agent.get(f"/changes/calendar?month={change.starts_at:%Y-%m}").text
    assert events(agent.get(made(agent))) == {}


def test_another_program_reads_by_the_address_what_its_person_may_see(browser_of, house: House):  # noqa: F811
    change = house.scheduled(title="Ṣíṣe àtúnṣe; one, two \\ three " + "and a long title of it " * 4)
    browser = browser_of(house.second)
    path = made(browser)
    assert path not in browser.get("/changes/calendar").text, "it was shown once"
    browser.cookies.clear()
    found = events(browser.get(path))
    one = found[str(change.id)]
    assert str(one["SUMMARY"]) == f"{change.number} {change.title}"
    assert one.decoded("DTSTART") == change.starts_at.replace(microsecond=0)
    assert (one["SEQUENCE"], str(one["STATUS"])) == (1, "CONFIRMED")
    changecontrol.revise_change(fresh(house.engineer), change.id, fields={"rollback": "Start the old image at once."})
    again = events(browser.get(path))[str(change.id)]
    assert (again["SEQUENCE"], str(again["STATUS"])) == (2, "TENTATIVE")
    changecontrol.cancel_change(fresh(house.engineer), change.id, reason="the vendor takes it back")
    assert str(events(browser.get(path))[str(change.id)]["STATUS"]) == "CANCELLED"


def test_a_dead_address_is_as_unknown_as_one_that_never_was(browser_of, house: House):  # noqa: F811
    browser = browser_of(house.second)
    first = made(browser)
    second = made(browser)
    assert browser.get(first).status_code == 404, "a new one ends the former"
    own = re.search(r"/changes/calendar/address/([0-9a-f-]{36})/withdraw", browser.get("/changes/calendar").text)
    assert own
    assert browser_of(house.officer).post(own[0]).status_code in {403, 404}, "it is another person's"
    assert browser_of(house.second).post(own[0]).status_code == 303
    assert browser.post(own[0]).status_code == 409
    answers = [browser.get(path) for path in (second, first, first[:-43] + "A" * 43, "/changes/calendar.ics")]
    assert {one.status_code for one in answers} == {404}
    assert len({one.text for one in answers}) == 1


def test_a_leavers_address_is_dead_at_once(browser_of, house: House):  # noqa: F811
    leaver = world.activated(role="agent")
    browser = browser_of(leaver)
    path = made(browser)
    browser.cookies.clear()
    assert browser.get(path).status_code == 200
    iam.leave_person(fresh(house.engineer), leaver.id)
    assert browser.get(path).status_code == 404


def test_what_a_person_lost_is_gone_from_the_feed_at_the_next_reading(browser_of, house: House):  # noqa: F811
    change = house.draft()
    auditor = world.activated(role="auditor")
    browser = browser_of(auditor)
    path = made(browser)
    browser.cookies.clear()
    assert str(change.id) in events(browser.get(path))
    (held,) = [one for one in iam.list_roles(fresh(house.engineer), auditor.id) if one.role == "auditor"]
    iam.take_role(fresh(house.engineer), held.id)
    assert events(browser.get(path)) == {}


def test_an_address_is_read_so_often_a_minute_and_no_more(browser_of, house: House):  # noqa: F811
    browser = browser_of(house.second)
    path = made(browser)
    answers = [browser.get(path) for _ in range(13)]
    assert [one.status_code for one in answers] == [200] * 12 + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    guesses = [browser.get(f"/changes/calendar.ics?token=omnc_{number:043d}").status_code for number in range(13)]
    assert guesses == [404] * 12 + [429]


def test_every_state_of_a_change_has_its_status():
    states = {step.source for step in CHANGE_STEPS.steps} | {step.target for step in CHANGE_STEPS.steps}
    assert states <= set(STATUS)
