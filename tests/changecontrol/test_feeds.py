"""Calendar addresses: one per person, known by a hash alone, dead with its person or at their word."""

from datetime import timedelta

import pytest

import iam
from changecontrol import feeds, freezes, schedule
from changecontrol.feeds import holder, make_feed, my_feed, withdraw_feed
from changecontrol.models import CalendarFeed
from kernel import clock, db
from kernel.errors import Conflict, Denied, NotFound
from tests import world
from tests.changecontrol.builders import House, fresh


def test_a_token_stands_for_its_person_and_only_its_hash_is_kept(house: House) -> None:
    made = make_feed(fresh(house.second))
    assert holder(made.token) == house.second.id
    with db.read_session() as session:
        (row,) = session.query(CalendarFeed).all()
    assert row.handle == feeds.handle_of(made.token)
    assert made.token not in str(row.model_dump())
    shown = my_feed(fresh(house.second))
    assert shown is not None
    assert (shown.id, shown.made_at) == (made.id, clock.now())
    assert my_feed(fresh(house.officer)) is None


@pytest.mark.parametrize("token", ["", "omnc_", "omnc_" + "a" * 43, "omnc_" + "é" * 43, "x" * 5000, "omnc_' or 1=1 --"])
def test_what_is_no_token_stands_for_nobody(house: House, token: str) -> None:
    make_feed(fresh(house.second))
    assert holder(token) is None


def test_a_new_address_ends_the_former_one(house: House) -> None:
    first, second = make_feed(fresh(house.second)), make_feed(fresh(house.second))
    assert holder(first.token) is None
    assert holder(second.token) == house.second.id


def test_an_address_is_withdrawn_by_its_person_alone_and_once(house: House) -> None:
    made = make_feed(fresh(house.second))
    with pytest.raises((Denied, NotFound)):
        withdraw_feed(fresh(house.officer), made.id)
    assert holder(made.token) == house.second.id
    withdraw_feed(fresh(house.second), made.id)
    assert holder(made.token) is None
    with pytest.raises(Conflict):
        withdraw_feed(fresh(house.second), made.id)


def test_who_leaves_or_is_suspended_takes_the_address_along(house: House) -> None:
    leaver, suspended = world.person(role="agent"), world.person(role="agent")
    gone, away = make_feed(fresh(leaver)), make_feed(fresh(suspended))
    iam.leave_person(fresh(house.engineer), leaver.id)
    iam.suspend_person(fresh(house.engineer), suspended.id)
    assert holder(gone.token) is None
    assert holder(away.token) is None


def test_a_change_is_shown_with_what_holds_its_system_and_what_freezes_it(house: House) -> None:
    system = house.system()
    first = house.scheduled(system)
    second = house.draft(system, title="Another image of the switch")
    apart = house.draft(house.system())
    freezes.declare_freeze(
        fresh(house.director), title="End of the year", starts_at=first.starts_at + timedelta(hours=1),
        ends_at=first.starts_at + timedelta(days=2), about=system.scope,
    )  # fmt: skip
    shown = schedule.calendar(
        fresh(house.officer), starts_at=first.starts_at - timedelta(days=1), ends_at=first.starts_at + timedelta(days=1)
    )
    assert {one.id for one in shown.changes} == {first.id, second.id, apart.id}
    assert [one.title for one in shown.freezes] == ["End of the year"]
    found = {(one.change_id, one.kind, one.name) for one in shown.clashes}
    assert found == {
        (first.id, "freeze", "End of the year"),
        (second.id, "freeze", "End of the year"),
        (second.id, "change", first.number),
    }


def test_a_freeze_of_the_house_meets_every_change_but_an_emergency(house: House) -> None:
    change = house.draft()
    freezes.declare_freeze(
        fresh(house.director), title="Day of the election", starts_at=change.starts_at, ends_at=change.ends_at
    )
    shown = schedule.calendar(fresh(house.officer), starts_at=change.starts_at, ends_at=change.ends_at)
    assert [(one.change_id, one.kind) for one in shown.clashes] == [(change.id, "freeze")]
