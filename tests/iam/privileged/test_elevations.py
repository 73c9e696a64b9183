"""Elevations: no privilege stands; it is asked, approved by another, taken up fresh, ends by itself, and is reviewed. [AC-5]"""

from datetime import timedelta

import pytest

import iam
from iam.privileged import elevations
from iam.privileged import reviews as elevation_reviews
from kernel import clock, db, frame, gate, rights
from kernel.access import RoleAssignment
from kernel.action import ACTIONS, every_action
from kernel.actor import person as acting
from kernel.errors import Conflict, Denied, Malformed, NotFound, Refused, StepUpNeeded
from policy import inbox
from policy.duties import overdue
from policy.models import Approval
from tests import world
from tests.iam.conftest import Hands
from tests.iam.directory.changes import change

pytestmark = pytest.mark.usefixtures("database")
ROLE, RIGHT = "privileged-operator", "platform.add"


@pytest.fixture
def director(database: str, hands: Hands) -> world.Somebody:
    return world.person(role="technical-director")


@pytest.fixture
def officer(director: world.Somebody) -> world.Somebody:
    return world.person(role="security-officer")


def fresh(who: world.Somebody):
    """The actor, who has just shown a second factor."""
    return acting(who.id, who.name, factor_at=clock.now())


def ask(who: world.Somebody, *, hours: float = 2, **more: object):
    fields = {
        "role": ROLE,
        "reason": "replace the directory's certificate",
        "bound_to": "incident:IN-14",
        "until": clock.now() + timedelta(hours=hours),
    }
    return elevations.ask_elevation(fresh(who), **fields | more)


def vote(voter: world.Somebody, elevation, *, yes: bool = True):
    with db.read_session() as session:
        approval = session.query(Approval).filter_by(subject_ref=f"elevation:{elevation.id}").one()
    return inbox.cast(fresh(voter), approval.id, yes=yes, digest=approval.digest)


def taken(who: world.Somebody, voter: world.Somebody, **how: object):
    asked = ask(who, **how)
    vote(voter, asked)
    return elevations.take_up(fresh(who), asked.id)


def test_a_privileged_role_is_held_for_its_window_and_not_a_moment_longer(director, hands: Hands) -> None:
    ama = world.person(role="agent")
    assert not gate.may(fresh(ama), RIGHT).allowed
    asked = ask(ama)
    vote(director, asked)
    assert not gate.may(fresh(ama), RIGHT).allowed, "an approval alone gives nothing"
    elevations.take_up(fresh(ama), asked.id)
    assert gate.may(fresh(ama), RIGHT).allowed
    hands.time = asked.ends_at - timedelta(milliseconds=1)
    assert gate.may(fresh(ama), RIGHT).allowed
    hands.time = asked.ends_at
    assert not gate.may(fresh(ama), RIGHT).allowed, "no sweep has run: the clock alone ends it"


def test_ended_by_hand_it_stops_for_every_process_at_once(director) -> None:
    ama = world.person(role="agent")
    held = taken(ama, director)
    elevations.end_elevation(ama.actor, held.id, reason="done sooner")
    assert not gate.may(fresh(ama), RIGHT).allowed
    with db.connection() as conn:
        index, _counter = rights.Rights().load(conn, tuple(every_action()))
    assert not any(one.role == ROLE for one in index.assignments.get(ama.actor.ref, ()))


def test_nobody_approves_his_own(director, officer) -> None:
    asked = ask(director)
    with pytest.raises((Refused, Denied)):
        vote(director, asked)
    vote(officer, asked)
    assert elevations.take_up(fresh(director), asked.id).state == "active"


def test_taking_up_asks_for_a_fresh_factor_and_for_the_person_himself(director, hands: Hands) -> None:
    ama, kofi = world.person(role="agent"), world.person(role="agent")
    asked = ask(ama)
    vote(director, asked)
    stale = fresh(ama)
    hands.forward(minutes=11)
    with pytest.raises(StepUpNeeded):
        elevations.take_up(stale, asked.id)
    with pytest.raises((Denied, NotFound)):
        elevations.take_up(fresh(kofi), asked.id)
    assert elevations.take_up(fresh(ama), asked.id).state == "active"
    with pytest.raises((Refused, Conflict)):
        elevations.take_up(fresh(ama), asked.id)


def test_without_approval_or_after_a_no_nothing_is_taken_up(director) -> None:
    ama = world.person(role="agent")
    asked = ask(ama)
    with pytest.raises(Refused):
        elevations.take_up(fresh(ama), asked.id)
    vote(director, asked, yes=False)
    with pytest.raises(Refused):
        elevations.take_up(fresh(ama), asked.id)


def test_a_window_is_kept(director, hands: Hands) -> None:
    ama = world.person(role="agent")
    later = clock.now() + timedelta(hours=3)
    asked = ask(ama, start=later, until=later + timedelta(hours=1))
    vote(director, asked)
    with pytest.raises(Refused, match="window"):
        elevations.take_up(fresh(ama), asked.id)
    hands.forward(hours=4, minutes=1)
    with pytest.raises(Refused, match="window"):
        elevations.take_up(fresh(ama), asked.id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": 9},
        {"hours": -1},
        {"hours": 0},
        {"role": "technical-director"},
        {"role": "emergency-operator"},
        {"role": "agent"},
        {"role": "emperor"},
        {"bound_to": "because"},
        {"bound_to": "change:"},
        {"bound_to": "change:x; drop table"},
        {"reason": "quick"},
        {"reason": " " * 40},
        {"scope": "site:atlantis"},
    ],
)
def test_what_cannot_be_asked(director, wrong: dict[str, object]) -> None:
    with pytest.raises((Refused, Malformed, NotFound, Denied)):
        ask(world.person(role="agent"), **wrong)


def test_asked_once_at_a_time_and_never_against_a_conflict_of_duties(director) -> None:
    ama, ida = world.person(role="agent"), world.person(role="auditor")
    ask(ama)
    with pytest.raises(Conflict):
        ask(ama)
    with pytest.raises(Refused) as caught:
        ask(ida, role="it-admin")
    assert caught.value.clause == "AC-6"


def test_a_privileged_role_is_never_given_for_good(director) -> None:
    admin, ama = world.person(role="it-admin"), world.person()
    director = world.person(role="technical-director", elevated=True)
    for giver in (admin, director):
        for role in (ROLE, "emergency-operator"):
            with pytest.raises(Refused) as caught:
                iam.give_role(giver.actor, person_id=ama.id, role=role, reason="it is handy")
            assert caught.value.clause == "AC-5"
    with pytest.raises(Refused):
        iam.give_role(
            director.actor, person_id=ama.id, role=ROLE, reason="for a day", end=clock.now() + timedelta(days=1)
        )
    with pytest.raises(Refused):
        iam.give_role(world.SETUP, person_id=ama.id, role=ROLE, reason="the house is founded")


def test_the_end_of_an_incident_ends_what_was_bound_to_it(director, monkeypatch: pytest.MonkeyPatch) -> None:
    ama, kofi, afi = (world.person(role="agent") for _ in range(3))
    taken(ama, director)
    ask(kofi)
    ask(afi, bound_to="incident:IN-15")
    world.tell(monkeypatch, "incident.ended", bound_to="incident:IN-14")
    states = {one.person_id: one.state for one in elevations.list_elevations(director.actor)}
    assert states == {ama.id: "ended", kofi.id: "dropped", afi.id: "asked"}
    assert not gate.may(fresh(ama), RIGHT).allowed


def test_who_leaves_or_is_suspended_loses_it_at_once(director) -> None:
    admin = world.person(role="it-admin")
    for deed in (iam.leave_person, iam.suspend_person):
        ama = world.person(role="agent")
        held = taken(ama, director)
        deed(fresh(admin), ama.id)
        assert not gate.may(fresh(ama), RIGHT).allowed
        (shown,) = [one for one in elevations.list_elevations(director.actor) if one.id == held.id]
        assert shown.state == "ended"


def test_the_sweep_notes_what_is_over_and_its_review_is_due(director, officer, hands: Hands) -> None:
    ama, kofi = world.person(role="agent"), world.person(role="agent")
    held, never = taken(ama, director), ask(kofi)
    assert elevation_reviews.end_what_is_over(clock.now()) == 0
    hands.forward(hours=2, seconds=1)
    assert elevation_reviews.end_what_is_over(clock.now()) == 2
    states = {one.id: one for one in elevations.list_elevations(officer.actor)}
    assert (states[held.id].state, states[never.id].state) == ("ended", "dropped")
    assert states[held.id].ended_at == held.ends_at, "it ended with its window, not with the sweep"
    with db.read_session() as session:
        assert overdue(session, "elevation-review", f"elevation:{held.id}", clock.now() + timedelta(hours=73))


def test_everything_done_under_it_is_listed_and_reviewed_by_another(director, officer, hands: Hands) -> None:
    ama = world.person(role="agent")
    held = taken(ama, director)
    with pytest.raises(Malformed):
        ACTIONS[RIGHT](fresh(ama))
    elevations.list_elevations(ama.actor)
    hands.forward(minutes=1)  # the ledger's own clock goes on meanwhile
    elevations.end_elevation(fresh(ama), held.id, reason="done")
    frame.close_writer()
    told = elevation_reviews.list_deeds(officer.actor, held.id)
    assert [(deed.action, deed.outcome, deed.by_role) for deed in told.deeds if deed.action == RIGHT] == [
        (RIGHT, "malformed", True)
    ]
    assert told.total == len(told.deeds)
    for reviewer in (ama, director):
        with pytest.raises((Refused, Denied, NotFound)):
            elevation_reviews.review_elevation(fresh(reviewer), held.id, verdict="in-order", seen=told.total)
    with pytest.raises(Refused, match="questioned"):
        elevation_reviews.review_elevation(fresh(officer), held.id, verdict="questioned", seen=told.total)
    done = elevation_reviews.review_elevation(fresh(officer), held.id, verdict="in-order", seen=told.total)
    assert (done.state, done.reviewed_by) == ("reviewed", officer.id)
    with pytest.raises(Conflict):
        elevation_reviews.review_elevation(fresh(officer), held.id, verdict="in-order", seen=told.total)
    with db.read_session() as session:
        assert overdue(session, "elevation-review", f"elevation:{held.id}", clock.now() + timedelta(days=9)) is None


def test_one_sees_ones_own_and_officers_see_all(director, officer) -> None:
    ama, kofi = world.person(role="agent"), world.person(role="agent")
    mine, _other = ask(ama), ask(kofi)
    assert [one.id for one in elevations.list_elevations(ama.actor)] == [mine.id]
    assert len(elevations.list_elevations(officer.actor)) == 2
    with pytest.raises((Denied, NotFound)):
        elevations.end_elevation(fresh(kofi), mine.id, reason="not yours")


def test_evidence_finds_a_standing_privilege(director) -> None:
    from iam.privileged.evidence import no_standing_privilege

    ama = world.person(role="agent")
    taken(ama, director)
    with db.read_session() as session:
        assert no_standing_privilege(session, clock.now()).violations == []
    kofi = world.person()
    given = {"subject_ref": kofi.actor.ref, "role": ROLE, "given_by": "clerk:setup", "reason": "behind our back"}
    change(lambda work: work.add(RoleAssignment(**given)))
    with db.read_session() as session:
        (found,) = no_standing_privilege(session, clock.now()).violations
        held = session.query(RoleAssignment).filter_by(subject_ref=kofi.actor.ref).one()
    assert found == held.ref
