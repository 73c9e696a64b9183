"""The key: a named person, on named systems, inside the window, and not a moment longer; the database says so too. [CC-1, SW-6]"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import psycopg
import pytest

import changecontrol
import iam
from changecontrol import freezes
from changecontrol.keys import ROLE
from changecontrol.models import Change
from kernel import clock, db, gate, rights
from kernel.access import RoleAssignment
from kernel.action import every_action
from kernel.actor import clerk
from kernel.errors import Conflict, Denied, NotFound, OmniError, Refused
from policy import changes, inbox, waivers
from policy.models import Approval
from tests import world
from tests.changecontrol.builders import House, client, fresh

RIGHT = "system.work"


def holds(who: world.Somebody, scope: str) -> bool:
    return gate.may(fresh(who), RIGHT, scope).allowed


def test_the_right_begins_with_the_start_and_ends_with_the_window_by_the_clock_alone(house: House) -> None:
    switch, other = house.system(), house.system()
    change = house.scheduled(switch)
    house.into(change, minutes=-1)
    with pytest.raises(Refused, match="window"):
        changecontrol.start_change(fresh(house.second), change.id)
    assert not holds(house.second, switch.scope)
    house.into(change)
    assert not holds(house.second, switch.scope), "an approval alone gives nothing"
    changecontrol.start_change(fresh(house.second), change.id)
    assert holds(house.second, switch.scope)
    assert not holds(house.second, other.scope)
    assert not holds(house.engineer, switch.scope)
    house.hands.time = change.ends_at - timedelta(milliseconds=1)
    assert holds(house.second, switch.scope)
    house.hands.time = change.ends_at
    assert not holds(house.second, switch.scope), "no sweep has run"


def test_another_person_another_system_and_a_machine_are_refused(house: House) -> None:
    switch, other = house.system(), house.system()
    change = house.scheduled(switch)
    house.into(change)
    for who in (house.engineer, house.director, house.officer):
        with pytest.raises((Denied, Refused, NotFound)):
            changecontrol.start_change(fresh(who), change.id)
    with pytest.raises((Denied, Refused)):
        changecontrol.start_change(clerk("changes"), change.id)
    changecontrol.start_change(fresh(house.second), change.id)
    for who, system in ((house.engineer, switch), (house.second, other), (house.director, switch)):
        with pytest.raises((Denied, NotFound)):
            changecontrol.work_on(fresh(who), system.id, change_id=change.id, what="something quick")


@pytest.mark.parametrize("how", ["finish", "roll-back", "stop", "revise", "person"])
def test_however_it_ends_the_right_ends_everywhere(house: House, how: str) -> None:
    switch = house.system()
    change = house.started(switch)
    assert holds(house.second, switch.scope)
    if how == "finish":
        changecontrol.finish_change(fresh(house.second), change.id, report="It went as planned.")
    elif how == "roll-back":
        changecontrol.roll_back(fresh(house.second), change.id, report="It did not start; the old one is back.")
    elif how == "stop":
        changecontrol.stop_change(fresh(house.director), change.id, reason="calls are lost")
    elif how == "revise":
        changecontrol.revise_change(fresh(house.engineer), change.id, fields={"plan": "Another way, found on the way."})
    else:
        iam.suspend_person(fresh(house.engineer), house.second.id)
    assert not holds(house.second, switch.scope)
    with db.connection() as conn:
        index, _counter = rights.Rights().load(conn, tuple(every_action()))
    assert not any(one.role == ROLE for one in index.assignments.get(house.second.actor.ref, ()))
    with pytest.raises((Denied, NotFound, Refused)):
        changecontrol.work_on(fresh(house.second), switch.id, change_id=change.id, what="one more thing")


def test_a_new_revision_under_way_must_be_authorised_and_begun_anew(house: House) -> None:
    switch = house.system()
    change = house.started(switch)
    edited = changecontrol.revise_change(fresh(house.engineer), change.id, fields={"plan": "Another way."})
    assert (edited.state, edited.started_at) == ("authorise", None)
    with pytest.raises(Refused):
        changecontrol.start_change(fresh(house.second), change.id)
    house.vote(house.director, change)
    changecontrol.start_change(fresh(house.second), change.id)
    assert holds(house.second, switch.scope)


def test_a_right_of_an_implementer_is_given_by_no_hand(house: House) -> None:
    switch = house.system()
    with pytest.raises((Refused, Denied)):
        iam.give_role(world.SETUP, person_id=house.second.id, role=ROLE, scope=switch.scope, reason="just so")


@pytest.mark.parametrize("statement", [
    ("insert into change (id, version, scope, number, model, kind, state, title, risk, revision, digest, requester_id, opened_at, report, review)"
    " values (gen_random_uuid(), 1, 'house', 'CH-x', 'normal', 'change', 'implementing', 'x', 'low', 1, '', gen_random_uuid(), now(), '', '')"),
    "update change set state = 'implementing', started_at = starts_at, started_by = (select person_id from change_implementer i where i.change_id = change.id)",
    "update change set state = 'scheduled'",
    "update change_revision set digest = 'x'",
    "delete from change_revision",
    ("insert into role_assignment (id, version, subject, role, scope, starts_at, ends_at, given_by, reason) select gen_random_uuid(), 1, 'person:x',"
    " 'change-implementer', 'house', now(), now() + interval '1 hour', 'change:' || id, 'x' from change"),
    ("insert into change_work (id, version, change_id, system_id, person_id, at, what) select gen_random_uuid(), 1, s.change_id, s.system_id, i.person_id, now(), 'x'"
    " from change_system s join change_implementer i on i.change_id = s.change_id"),
    "update change_test set outcome = 'passed'",
    "update file_content set content = ''",
])  # fmt: skip
def test_the_database_refuses_what_the_frame_would_refuse(house: House, database: str, statement: str) -> None:
    house.asked()
    with db.connect(db.APP, database) as conn, conn.transaction():
        conn.execute("select set_config('app.action_id', gen_random_uuid()::text, true)")
        with pytest.raises(psycopg.errors.CheckViolation):
            conn.execute(statement)


def test_two_changes_of_one_system_do_not_meet_unless_waived(house: House) -> None:
    switch = house.system()
    first = house.scheduled(switch)
    second = house.draft(
        switch, starts_at=first.ends_at - timedelta(minutes=1), ends_at=first.ends_at + timedelta(hours=1)
    )
    changecontrol.submit_change(fresh(house.engineer), second.id)
    house.test(second)
    with pytest.raises(Refused, match="Another change"):
        changecontrol.ask_authorisation(fresh(house.engineer), second.id)
    shown = changecontrol.readings.read_change(fresh(house.officer), second.id).hindrances
    assert [(one.kind, one.name) for one in shown] == [("change", first.number)]
    waive(house, second)
    assert changecontrol.ask_authorisation(fresh(house.engineer), second.id).state == "authorise"


def test_a_change_that_begins_when_another_ends_does_not_meet_it(house: House) -> None:
    switch = house.system()
    first = house.scheduled(switch)
    assert house.asked(switch, starts_at=first.ends_at, ends_at=first.ends_at + timedelta(hours=1)).state == "authorise"


def waive(house: House, change: Change) -> None:
    waivers.request_waiver(
        fresh(house.engineer), clause="CC-1", about_ref=change.ref, reason="both teams will be there together",
        compensation="the lead of the night watches", ends_at=clock.now() + timedelta(days=2),
    )  # fmt: skip
    with db.read_session() as session:
        approval = session.query(Approval).filter_by(requirement="waiver.grant", state="open").one()
    inbox.cast(fresh(house.officer), approval.id, yes=True, digest=approval.digest)


def test_nothing_is_changed_in_a_freeze_unless_waived_and_freezes_overlap(house: House) -> None:
    switch, free = house.system(), house.system()
    acme = client("acme")
    changecontrol.systems.serve(fresh(house.engineer), switch.id, user=acme)
    now = clock.now()
    for title, days in (("The sales of the year", 3), ("The audit week", 2)):
        freezes.declare_freeze(
            fresh(house.operations), title=title, about=acme, starts_at=now, ends_at=now + timedelta(days=days)
        )
    change = house.draft(switch)
    changecontrol.submit_change(fresh(house.engineer), change.id)
    house.test(change)
    world.person(role="client-representative", scope=acme)
    with pytest.raises(Refused, match="freeze"):
        changecontrol.ask_authorisation(fresh(house.engineer), change.id)
    assert house.asked(free).state == "authorise", "the freeze is about another's systems"
    waive(house, change)
    assert changecontrol.ask_authorisation(fresh(house.engineer), change.id).state == "authorise"


def test_a_freeze_declared_after_the_yes_holds_the_start(house: House) -> None:
    change = house.scheduled()
    made = freezes.declare_freeze(
        fresh(house.director), title="Nothing tonight", starts_at=change.starts_at, ends_at=change.ends_at
    )
    house.into(change)
    with pytest.raises(Refused, match="freeze"):
        changecontrol.start_change(fresh(house.second), change.id)
    freezes.lift_freeze(fresh(house.director), made.id)
    assert changecontrol.start_change(fresh(house.second), change.id).state == "implementing"
    with pytest.raises(Conflict):
        freezes.lift_freeze(fresh(house.director), made.id)


def test_others_can_match_what_they_see_against_authorised_windows(house: House) -> None:
    digest = "a" * 64
    change = house.started(things=["device:edge-1"], texts=[digest])
    with db.read_session() as session:
        at = clock.now()
        (window,) = changes.windows_over(session, "device:edge-1", at)
        assert (window.bound_to, window.texts, window.opened_at is not None) == (change.window_ref, [digest], True)
        assert changes.windows_over(session, "device:edge-1", change.ends_at) == []
        assert changes.windows_over(session, "device:edge-2", at) == []
        why = changes.why_not(session, change.window_ref, house.engineer.id, at, change.ends_at)
        assert why is not None
        assert "other persons" in why
        assert changes.why_not(session, change.window_ref, house.second.id, at, change.ends_at) is None
        assert changes.why_not(session, change.window_ref, house.second.id, at, change.ends_at + timedelta(seconds=1))
        assert changes.why_not(session, "change:CH-1900-0001", house.second.id, at, at)
    changecontrol.finish_change(fresh(house.second), change.id, report="It went as planned.")
    with db.read_session() as session:
        assert changes.windows_over(session, "device:edge-1", clock.now() + timedelta(minutes=1)) == []


def test_the_sweep_marks_what_outlived_its_window(house: House) -> None:
    change = house.started()
    house.hands.time = change.ends_at
    changecontrol.sweeping.run(clock.now())
    with db.read_session() as session:
        assert changes.live_window(session, change.window_ref) is None
    assert house.now(change).keys_until is None
    assert changecontrol.finish_change(fresh(house.second), change.id, report="Late, but done.").state == "review"


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do things at the same moment, each in a thread of its own; a refusal is an answer too."""
    gate_open = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        gate_open.wait()
        try:
            return act()
        except OmniError as no:
            return no

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_two_who_want_the_same_window_at_once_one_gets_it(house: House) -> None:
    one, two = house.system(), house.system()
    rivals = [house.draft(one, two), house.draft(two, one)]
    for change in rivals:
        changecontrol.submit_change(fresh(house.engineer), change.id)
        house.test(change)
    at_once(*(partial(changecontrol.ask_authorisation, fresh(house.engineer), change.id) for change in rivals))
    assert sorted(house.now(change).state for change in rivals) == ["assess", "authorise"]


def test_begun_twice_at_once_it_is_begun_once(house: House) -> None:
    change = house.scheduled()
    house.into(change)
    start = partial(changecontrol.start_change, fresh(house.second), change.id)
    answers = at_once(start, start, start)
    assert sum(isinstance(one, Change) for one in answers) == 1
    with db.read_session() as session:
        assert session.query(RoleAssignment).filter_by(role=ROLE, given_by=change.ref).count() == 1


def test_a_clock_that_is_put_back_opens_nothing(house: House) -> None:
    switch = house.system()
    change = house.started(switch)
    house.hands.back(minutes=30)
    assert not holds(house.second, switch.scope), "the right has not begun yet"
    with pytest.raises((Refused, Denied, NotFound)):
        changecontrol.work_on(fresh(house.second), switch.id, change_id=change.id, what="before it began")
    with pytest.raises(Refused):
        changecontrol.start_change(fresh(house.second), change.id)
