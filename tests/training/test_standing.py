"""Training as a live condition: a lapse puts rights to sleep, a pass wakes them, and the refusal names clause and course."""

from datetime import timedelta

import pytest

import contactcenter
import iam
from api import house
from kernel import clock, db, fresh, gate
from kernel.action import ACTIONS
from kernel.errors import Denied
from policy import book
from tests import world
from tests.training.conftest import School
from tests.world import SETUP
from training.learning import readings
from training.standing.memory import STANDINGS

RIGHT = "conversation.serve"


def may(who: world.Somebody, action: str = RIGHT) -> gate.Verdict:
    return gate.may(who.actor, action, gate.ANYWHERE)


def test_a_course_that_nobody_published_asks_nothing(school: School) -> None:
    assert may(world.person(role="agent")).allowed


def test_who_was_there_has_the_grace_and_who_comes_later_learns_first(school: School) -> None:
    ama, course = world.person(role="agent"), school.publish("passwords")
    assert may(ama).allowed
    school.hands.forward(days=31)
    kofi = world.person(role="agent")
    for who in (ama, kofi):
        verdict = may(who)
        assert (verdict.allowed, verdict.clause, verdict.condition) == (False, "TR-5", "trained")
        assert "About passwords" in verdict.why
        assert "/training/passwords" in verdict.why
    school.take(ama, course)
    assert may(ama).allowed
    assert not may(kofi).allowed


def test_a_refusal_at_the_door_names_the_clause_and_stands_on_the_ledger(school: School) -> None:
    ama = world.person(role="agent")
    school.publish("passwords")
    school.hands.forward(days=31)
    with pytest.raises(Denied) as no:
        contactcenter.agents.go_ready(ama.actor)
    assert (no.value.clause, "About passwords" in no.value.why) == ("TR-5", True)


def test_a_lapse_sleeps_to_the_moment_and_a_renewal_wakes_with_nobody_s_help(school: School) -> None:
    ama, course = world.person(role="agent"), school.publish("passwords")
    school.take(ama, course)
    school.hands.forward(days=364, hours=23)
    assert may(ama).allowed
    school.hands.forward(days=1, hours=1)
    verdict = may(ama)
    assert not verdict.allowed
    assert "lapsed on" in verdict.why
    school.take(ama, course)
    assert may(ama).allowed
    school.hands.back(days=400)
    assert may(ama).allowed


def test_a_supervisor_is_an_agent_too_and_a_manager_is_none(school: School) -> None:
    school.publish("tools-agent")
    sofia, moussa = world.person(role="supervisor"), world.person(role="manager")
    school.hands.forward(days=31)
    assert not may(sofia).allowed
    assert may(moussa, "queue.amend").allowed


def test_newcomers_to_a_function_have_their_time_where_the_book_gives_it(school: School) -> None:
    school.publish("tools-manager")
    school.hands.forward(days=60)
    moussa = world.person(role="manager")
    school.hands.forward(days=13)
    assert may(moussa, "queue.amend").allowed
    school.hands.forward(days=2)
    assert not may(moussa, "queue.amend").allowed


def test_a_right_held_by_another_role_is_asked_for_by_its_own_rule_alone(school: School) -> None:
    school.publish("tools-it-administrator")
    school.hands.forward(days=60)
    kojo = world.person(role="it-admin")
    assert may(kojo, "person.read").allowed
    school.hands.forward(days=20)
    assert may(kojo, "person.read").allowed


def test_machines_learn_nothing(school: School) -> None:
    from kernel.actor import clerk

    school.publish("passwords")
    school.hands.forward(days=60)
    assert gate.may(clerk("setup"), "person.join", gate.ANYWHERE).allowed


def test_a_version_to_be_retaken_ends_the_older_passes_after_its_time(school: School) -> None:
    ama, course = world.person(role="agent"), school.publish("passwords")
    school.take(ama, course)
    school.hands.forward(days=40)
    school.publish("passwords")
    school.hands.forward(days=40)
    assert may(ama).allowed
    school.publish("passwords", retake=True)
    school.hands.forward(days=29)
    assert may(ama).allowed
    school.hands.forward(days=2)
    assert not may(ama).allowed
    school.take(ama, course)
    assert may(ama).allowed


def test_an_edition_that_leaves_less_time_to_retake_is_heeded_at_the_next_look(school: School) -> None:
    ama, course = world.person(role="agent"), school.publish("passwords")
    school.take(ama, course)
    school.hands.forward(days=40)
    school.publish("passwords", retake=True)
    school.hands.forward(days=20)
    assert may(ama).allowed
    shorter = book.shipped().document()
    next(one for one in shorter["clauses"] if one["id"] == "TR-1")["parameters"]["retake_within"] = "10 days"
    try:
        ACTIONS["house.upgrade"](SETUP, document=shorter)
        look()
        assert not may(ama).allowed
    finally:
        ACTIONS["house.upgrade"](SETUP, document=house.shipped())
    look()
    assert may(ama).allowed


def look() -> None:
    """What the poll does every 0.4 s."""
    fresh.refresh()
    with db.connection() as conn:
        STANDINGS.confirm(conn)


def test_a_pass_counts_for_the_courses_its_version_says(school: School) -> None:
    ama = world.person(role="agent")
    school.publish("passwords")
    whole = school.publish("all-in-one", counts_for=["passwords"])
    school.hands.forward(days=31)
    assert not may(ama).allowed
    school.take(ama, whole)
    assert may(ama).allowed


def test_a_retired_course_asks_nothing_any_more(school: School) -> None:
    from training.courses import publication

    ama, course = world.person(role="agent"), school.publish("passwords")
    school.hands.forward(days=31)
    assert not may(ama).allowed
    publication.ask_retirement(school.trainer.actor, course.id, reason="nobody needs this any more")
    school.approve(course.ref)
    publication.retire_approved(course_id=str(course.id))
    look()
    assert may(ama).allowed


def test_the_manager_sees_who_falls_asleep_and_only_what_they_hold(school: School) -> None:
    moussa = world.person(role="manager")
    ama, course = world.person(role="agent"), school.publish("passwords")
    plain = world.person()
    school.hands.forward(days=29, hours=12)
    (one,) = readings.falling_asleep(moussa.actor, days=1)
    assert (one.person_id, one.course, one.asleep) == (ama.id, "passwords", False)
    assert RIGHT in one.actions
    assert plain.id != one.person_id
    school.hands.forward(days=1)
    assert readings.falling_asleep(moussa.actor)[0].asleep
    school.take(ama, course)
    assert readings.falling_asleep(moussa.actor, days=90) == []
    with pytest.raises(Denied):
        readings.falling_asleep(ama.actor)


def test_a_manager_of_one_site_sees_nobody_of_another(school: School) -> None:
    here, there = world.site("cotonou"), world.site("lome")
    world.person(role="agent", scope=there, site=there)
    ama = world.person(role="agent", scope=here, site=here)
    moussa = world.person(role="manager", scope=here)
    school.publish("passwords")
    school.hands.forward(days=31)
    assert {one.person_id for one in readings.falling_asleep(moussa.actor)} == {ama.id}


def test_ones_own_page_tells_what_sleeps_and_what_is_due(school: School) -> None:
    ama = world.person(role="agent")
    school.publish("passwords")
    school.publish("sanctions")
    school.sweep()
    school.hands.forward(days=31)
    mine = readings.my_courses(ama.actor)
    assert {one.slug: (one.lapsed, RIGHT in one.sleeping) for one in mine}["passwords"] == (False, True)
    assert [one.minutes for one in mine] == [10, 10]


def test_memory_vouches_only_while_it_is_confirmed_and_forgets_what_changed(school: School) -> None:
    from kernel.db import connection
    from training.standing.condition import in_date

    ama, course = world.person(role="agent"), school.publish("passwords")
    school.take(ama, course)
    assert may(ama).allowed
    assert not in_date(ama.actor, RIGHT, clock.now())
    with connection() as conn:
        STANDINGS.confirm(conn)
    assert may(ama).allowed
    assert in_date(ama.actor, RIGHT, clock.now())
    assert not in_date(ama.actor, RIGHT, clock.now() + timedelta(days=366))
    fresh.refresh(force=True)
    assert not in_date(ama.actor, RIGHT, clock.now())
    assert may(ama).allowed
    school.publish("sanctions")
    with connection() as conn:
        STANDINGS.confirm(conn)
    assert STANDINGS.at_hand(ama.actor.ref.encode()).courses.keys() == {"passwords", "sanctions"}
    iam.move_person(world.person(role="it-admin").actor, ama.id, site=world.site("lome"))
    assert STANDINGS.at_hand(ama.actor.ref.encode()) is None
    assert may(ama).allowed
    assert STANDINGS.at_hand(ama.actor.ref.encode()).place == "site:lome"


def test_the_book_gates_the_floor_by_every_course_of_the_induction() -> None:
    gating = {course for rule in book.shipped().training.values() if RIGHT in rule.gates for course in rule.courses}
    assert gating == {
        "tools-agent", "activity-is-logged", "nothing-leaves", "sanctions", "passwords", "lock-your-screen", "the-law",
        "report-at-once",
    }  # fmt: skip
