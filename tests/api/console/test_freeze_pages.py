"""Freezes through the door: who declares them, what each meets, and the end of one. [CC-1]"""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from changecontrol import freezes
from changecontrol.models import Freeze
from kernel import db
from policy.local_time import local
from tests import world
from tests.api.console.test_change_pages import house  # noqa: F401 - a fixture
from tests.changecontrol.builders import House, fresh
from tests.iam.conftest import hands  # noqa: F401 - a fixture

pytestmark = pytest.mark.needs("frontend")


def wall(at: datetime) -> str:
    return local(at).strftime("%Y-%m-%dT%H:%M")


def known() -> list[Freeze]:
    with db.read_session() as session:
        return list(session.query(Freeze).order_by(Freeze.starts_at))


def sent(house: House, **fields: Any) -> dict[str, str]:  # noqa: F811
    now = house.hands.now()
    times = {"starts_at": wall(now + timedelta(minutes=5)), "ends_at": wall(now + timedelta(days=2))}
    return {"title": "Day of the election", "about": "house"} | times | fields


def test_a_freeze_is_declared_in_a_form_and_shows_the_change_it_holds(browser_of, house: House):  # noqa: F811
    change = house.scheduled()
    before = len(known())
    browser = browser_of(house.director)
    assert 'href="/changes/freezes"' in browser.get("/changes/calendar").text
    assert browser.post("/changes/freezes", data=sent(house)).status_code == 303
    (made,) = [one for one in known() if one.title == "Day of the election"][-1:]
    assert len(known()) == before + 1
    assert (made.about, made.declared_by) == ("house", house.director.id)
    page = browser.get("/changes/freezes").text
    assert "Day of the election" in page
    assert f"/changes?search={change.number}" in page[page.index(f"freeze-{made.id}") :]


def test_two_freezes_at_one_time_are_told_at_both(browser_of, house: House):  # noqa: F811
    now = house.hands.now()
    one, other = (
        freezes.declare_freeze(
            fresh(house.director), title=title, starts_at=now + timedelta(hours=a), ends_at=now + timedelta(hours=b)
        )
        for title, a, b in (("Sales of the harbour", 1, 5), ("Sales of the coast", 4, 9))
    )
    after = freezes.declare_freeze(
        fresh(house.director), title="Long after both", starts_at=now + timedelta(hours=9), ends_at=now + timedelta(hours=11),
    )  # fmt: skip
    page = browser_of(house.officer).get("/changes/freezes").text
    rows = {part[:36]: part for part in page.split('id="freeze-')[1:]}
    assert "Sales of the coast" in rows[str(one.id)]
    assert "Sales of the harbour" in rows[str(other.id)]
    assert "At the same time as" not in rows[str(after.id)], "one that begins when another ends does not meet it"
    assert "do-declare" not in page, "who only reads them declares none"
    assert "do-lift" not in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "No"}, "title"),
        ({"starts_at": ""}, "starts_at"),
        ({"ends_at": "soon"}, "ends_at"),
        ({"ends_at": "2001-01-01T00:00"}, "ends_at"),
        ({"about": "client:nobody-at-all"}, "about"),
        ({"about": "' or 1=1 --"}, "about"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(browser_of, house: House, wrong, field):  # noqa: F811
    before = len(known())
    answer = browser_of(house.director).post("/changes/freezes", data=sent(house, **wrong))
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text
    assert f'value="{wrong.get("title", "Day of the election")}"' in answer.text
    assert len(known()) == before


def test_a_freeze_is_lifted_once_and_by_whom_the_book_lets(browser_of, house: House):  # noqa: F811
    now = house.hands.now()
    made = freezes.declare_freeze(fresh(house.director), title="Too long a freeze", starts_at=now, ends_at=now + timedelta(days=9))  # fmt: skip
    path = f"/changes/freezes/{made.id}/lift"
    assert browser_of(world.activated(role="agent")).post(path).status_code == 403
    browser = browser_of(house.director)
    assert f'id="do-lift-{made.id}"' in browser.get("/changes/freezes").text
    assert browser.post(path).status_code == 303
    (kept,) = [one for one in known() if one.id == made.id]
    assert kept.lifted_by == house.director.id
    assert browser.post(path).status_code == 409
    assert f"freeze-{made.id}" not in browser.get("/changes/freezes").text
    assert re.search(rf"freeze-{made.id}.*?Lifted", browser.get("/changes/freezes?past=1").text, re.DOTALL)
