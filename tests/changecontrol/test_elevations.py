"""An elevation that names a change: real only while that change is authorised, for this person, inside its window. [AC-5, CC-1]"""

from datetime import timedelta

import pytest

import changecontrol
from iam.privileged import elevations
from kernel import clock, db, gate
from kernel.errors import Refused
from policy import inbox
from policy.models import Approval
from tests import world
from tests.changecontrol.builders import House, fresh

ROLE, RIGHT = "privileged-operator", "platform.add"


def ask(who: world.Somebody, bound_to: str, *, until):
    return elevations.ask_elevation(fresh(who), role=ROLE, reason="the change needs it", bound_to=bound_to, until=until)


@pytest.fixture
def ama(house: House) -> world.Somebody:
    """Somebody who holds nothing of weight."""
    return world.person(role="agent")


def begun(house: House, who: world.Somebody):
    change = house.scheduled(implementers=[who.id])
    house.into(change)
    return changecontrol.start_change(fresh(who), change.id)


def taken(house: House, who: world.Somebody, change):
    asked = ask(who, change.window_ref, until=change.ends_at)
    with db.read_session() as session:
        approval = session.query(Approval).filter_by(subject_ref=asked.ref).one()
    inbox.cast(fresh(house.director), approval.id, yes=True, digest=approval.digest)
    return elevations.take_up(fresh(who), asked.id)


def test_it_rests_on_an_authorised_change_of_ones_own_and_its_window(house: House, ama: world.Somebody) -> None:
    change = begun(house, ama)
    now = clock.now()
    for who, bound_to, until, why in (
        (ama, "change:CH-1999-0001", now + timedelta(hours=1), "no authorised change"),
        (world.person(role="agent"), change.window_ref, now + timedelta(hours=1), "other persons"),
        (ama, change.window_ref, change.ends_at + timedelta(minutes=1), "not inside the window"),
        (ama, house.asked().window_ref, now + timedelta(hours=1), "no authorised change"),
    ):
        with pytest.raises(Refused, match=why):
            ask(who, bound_to, until=until)
    assert taken(house, ama, change).state == "active"
    assert gate.may(fresh(ama), RIGHT).allowed


@pytest.mark.parametrize("how", ["finish", "roll-back", "revise", "stop"])
def test_it_ends_with_the_change_however_that_ends(house: House, ama: world.Somebody, how: str) -> None:
    change = begun(house, ama)
    taken(house, ama, change)
    if how == "finish":
        changecontrol.finish_change(fresh(ama), change.id, report="It went as planned.")
    elif how == "roll-back":
        changecontrol.roll_back(fresh(ama), change.id, report="It is as it was before.")
    elif how == "revise":
        changecontrol.revise_change(fresh(house.engineer), change.id, fields={"plan": "Another way."})
    else:
        changecontrol.stop_change(fresh(house.director), change.id, reason="calls are lost")
    assert not gate.may(fresh(ama), RIGHT).allowed


def test_it_is_not_taken_up_once_the_change_is_over(house: House, ama: world.Somebody) -> None:
    change = begun(house, ama)
    asked = ask(ama, change.window_ref, until=change.ends_at)
    with db.read_session() as session:
        approval = session.query(Approval).filter_by(subject_ref=asked.ref).one()
    changecontrol.finish_change(fresh(ama), change.id, report="It went as planned.")
    with pytest.raises(Refused):
        inbox.cast(fresh(house.director), approval.id, yes=True, digest=approval.digest)
    with pytest.raises(Refused):
        elevations.take_up(fresh(ama), asked.id)
