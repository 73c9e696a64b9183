"""Maintenance needs the customer operations director, and every client it reaches acknowledges and approves. [CC-10, CC-11]"""

from datetime import timedelta

import pytest

import changecontrol
from changecontrol import readings, systems
from kernel import clock, db
from kernel.errors import Denied, NotFound, Refused
from policy import inbox
from tests import world
from tests.changecontrol.builders import House, client, fresh


@pytest.fixture
def acme(house: House) -> str:
    return client("acme")


@pytest.fixture
def speaker(acme: str) -> world.Somebody:
    return world.person(role="client-representative", scope=acme)


def serving(house: House, *users: str):
    switch = house.system()
    for user in users:
        systems.serve(fresh(house.engineer), switch.id, user=user)
    return switch


def say_yes(house: House, change, who: world.Somebody, scope: str) -> None:
    asked = house.asked_of(change, scope)
    changecontrol.acknowledge(fresh(who), asked.id, revision=asked.revision)
    house.vote(who, change, "change.client-consent", scope=scope)


def test_maintenance_waits_for_director_operations_and_each_client(house: House, acme: str, speaker) -> None:
    other = client("other")
    second = world.person(role="client-representative", scope=other)
    switch = serving(house, acme, other)
    change = house.asked(switch, kind="maintenance")
    house.vote(house.director, change)
    house.vote(house.operations, change, "change.consent")
    say_yes(house, change, speaker, acme)
    assert house.now(change).state == "authorise"
    house.vote(second, change, "change.client-consent", scope=other)
    assert house.now(change).state == "authorise", "approved, and not acknowledged"
    asked = house.asked_of(change, other)
    changecontrol.acknowledge(fresh(second), asked.id, revision=asked.revision)
    assert house.now(change).state == "scheduled"


def test_a_representative_speaks_for_his_own_client_alone(house: House, acme: str, speaker) -> None:
    other = client("other")
    stranger = world.person(role="client-representative", scope=other)
    change = house.asked(serving(house, acme))
    asked = house.asked_of(change, acme)
    with pytest.raises((Denied, NotFound)):
        changecontrol.acknowledge(fresh(stranger), asked.id, revision=asked.revision)
    with pytest.raises((Denied, Refused, NotFound)):
        house.vote(stranger, change, "change.client-consent", scope=acme)
    assert readings.read_change(fresh(speaker), change.id).clients == [acme]
    assert [one.id for one in readings.list_changes(fresh(speaker))] == [change.id]
    assert readings.list_changes(fresh(stranger)) == []
    with pytest.raises((Denied, NotFound)):
        readings.read_change(fresh(stranger), change.id)
    assert len(inbox.approvals_waiting(fresh(speaker))) == 1


def test_a_client_whom_nobody_speaks_for_cannot_be_passed_over(house: House) -> None:
    mute = client("mute")
    change = house.draft(serving(house, mute))
    changecontrol.submit_change(fresh(house.engineer), change.id)
    house.test(change)
    with pytest.raises(Refused, match="Nobody could approve"):
        changecontrol.ask_authorisation(fresh(house.engineer), change.id)


def test_one_who_speaks_for_the_client_and_carries_it_out_is_barred(house: House, acme: str, speaker) -> None:
    drafted = house.draft(serving(house, acme), implementers=[speaker.id, house.second.id])
    changecontrol.submit_change(fresh(house.engineer), drafted.id)
    house.test(drafted)
    with pytest.raises(Refused, match="Nobody could approve"):
        changecontrol.ask_authorisation(fresh(house.engineer), drafted.id)


def test_a_material_edit_asks_for_a_new_acknowledgement(house: House, acme: str, speaker) -> None:
    change = house.asked(serving(house, acme))
    say_yes(house, change, speaker, acme)
    changecontrol.revise_change(fresh(house.engineer), change.id, fields={"plan": "Another way."})
    assert house.asked_of(change, acme).acknowledged_at is None
    house.vote(house.director, change)
    assert house.now(change).state == "authorise"
    with pytest.raises(Refused, match="read it again"):
        changecontrol.acknowledge(fresh(speaker), house.asked_of(change, acme).id, revision=1)
    say_yes(house, change, speaker, acme)
    assert house.now(change).state == "scheduled"


def test_a_client_who_came_to_rest_on_it_after_the_yes_holds_the_start(house: House, acme: str) -> None:
    switch = serving(house)
    change = house.scheduled(switch)
    systems.serve(fresh(house.engineer), switch.id, user=acme)
    house.into(change)
    with pytest.raises(Refused, match="another client"):
        changecontrol.start_change(fresh(house.second), change.id)


def test_the_record_of_a_maintenance_names_date_incident_work_and_persons(house: House) -> None:
    switch = house.system()
    change = house.asked(switch, kind="maintenance", incident="incident:IN-77")
    house.vote(house.director, change)
    house.vote(house.operations, change, "change.consent")
    house.into(change)
    changecontrol.start_change(fresh(house.second), change.id)
    with pytest.raises(Refused, match="record") as no:
        changecontrol.finish_change(fresh(house.second), change.id, report="It went as planned.")
    assert no.value.clause == "CC-11"
    changecontrol.work_on(fresh(house.second), switch.id, change_id=change.id, what="fan changed")
    changecontrol.finish_change(fresh(house.second), change.id, report="It went as planned.")
    (line,) = readings.maintenance_record(
        fresh(house.officer), since=clock.now() - timedelta(days=1), until=clock.now() + timedelta(days=1)
    )
    assert (line.incident, line.systems, line.persons) == ("incident:IN-77", [switch.slug], [house.second.id])
    assert [one.what for one in line.work] == ["fan changed"]


def test_a_client_who_says_no_stops_it(house: House, acme: str, speaker) -> None:
    change = house.asked(serving(house, acme))
    house.vote(house.director, change)
    house.vote(speaker, change, "change.client-consent", scope=acme, yes=False)
    assert house.now(change).state == "rejected"
    with db.read_session() as session:
        assert session.get(type(change), change.id).ended_why == "it was refused"
