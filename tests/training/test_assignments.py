"""Who is asked for what: by role and place, before a pass runs out, anew after a fact; excuses that end; the duties beside."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

import iam
from kernel import fresh, gate
from kernel.actor import clerk
from kernel.db import read_session
from kernel.errors import Conflict, Denied, NotFound, Refused
from policy import book, deadlines, inbox
from policy.evidence import QUERIES, Evidence, evaluate
from policy.models import Duty
from policy.reading import CourseRule
from tests import world
from tests.training.conftest import School
from training.learning import assignments, excuses, readings
from training.learning.assignments import CLERK
from training.learning.models import Assignment


def duties_of(who: world.Somebody) -> list[Duty]:
    with read_session() as session:
        return list(session.scalars(select(Duty).where(Duty.holder_id == who.id).order_by(Duty.opened_at)))  # type: ignore[arg-type]


def states(who: world.Somebody) -> list[str]:
    with read_session() as session:
        rows = select(Assignment.state).where(Assignment.person_id == who.id).order_by(Assignment.assigned_at)  # type: ignore[arg-type]
        return list(session.scalars(rows))


def with_rules(monkeypatch: pytest.MonkeyPatch, **rules: dict[str, Any]) -> None:
    """The book in force, with further rules of training."""
    whole = book.in_force()
    made = {
        name: CourseRule.model_validate({"clause": "TR-9", "title": "For the test", "duty": "take-tr-9"} | rule)
        for name, rule in rules.items()
    }
    changed = whole.model_copy(update={"training": whole.training | made})
    monkeypatch.setattr(book, "in_force", lambda *_: changed)


def test_everybody_is_asked_once_with_a_duty_of_their_own(school: School) -> None:
    ama = world.person(role="agent")
    school.publish("passwords")
    for _ in range(3):
        school.sweep()
    due = school.hands.time + timedelta(days=14)
    assert school.asked(ama) == {"passwords": due}
    (duty,) = duties_of(ama)
    assert (duty.rule, duty.clause, duty.due_at, duty.state) == ("take-tr-5", "TR-5", due, "open")


def test_two_clerks_at_once_ask_once(school: School) -> None:
    ama = world.person(role="agent")
    school.publish("passwords")
    threads = [
        threading.Thread(target=assignments.assign_soon, kwargs={"person_id": str(ama.id)}, daemon=True)
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states(ama) == ["open"]


def test_a_pass_closes_what_asked_for_it_and_its_duty(school: School) -> None:
    ama, course = world.person(role="agent"), school.publish("passwords")
    school.sweep()
    school.take(ama, course)
    assert school.asked(ama) == {}
    assert states(ama) == ["passed"]
    (duty,) = duties_of(ama)
    assert (duty.state, (duty.evidence_ref or "").partition(":")[0]) == ("fulfilled", "course-pass")
    school.sweep()
    assert states(ama) == ["passed"]


def test_a_learner_cannot_call_the_duty_done_without_the_pass(school: School) -> None:
    from policy import desk

    ama = world.person(role="agent")
    school.publish("passwords")
    school.sweep()
    (duty,) = duties_of(ama)
    with pytest.raises(Refused, match="closes by itself"):
        desk.do_duty(ama.actor, duty.id, evidence_ref="I know all this")


def test_a_renewal_is_asked_before_the_pass_runs_out_and_due_when_it_does(school: School) -> None:
    ama, course = world.person(role="agent"), school.publish("passwords")
    passed = school.hands.time
    school.take(ama, course)
    school.hands.forward(days=300)
    school.sweep()
    assert school.asked(ama) == {}
    school.hands.forward(days=40)
    school.sweep()
    (until,) = school.asked(ama).values()
    assert until - passed in (timedelta(days=365), timedelta(days=366))
    school.take(ama, course)
    school.sweep()
    assert school.asked(ama) == {}


def test_roles_and_places_bind_and_what_binds_no_more_ends(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = world.site("cotonou"), world.site("lome")
    ama, kofi = world.person(role="agent", scope=here, site=here), world.person(role="agent", scope=there, site=there)
    plain = world.person(site=here)
    school.publish("fire-drill")
    with_rules(monkeypatch, drill={"courses": ["fire-drill"], "roles": ["agent"], "scopes": [here]})
    school.sweep()
    assert [set(school.asked(who)) for who in (ama, kofi, plain)] == [{"fire-drill"}, set(), set()]
    iam.leave_person(world.person(role="it-admin").actor, ama.id)
    assignments.assign_soon(person_id=str(ama.id))
    assert states(ama) == ["ended"]
    assert duties_of(ama)[0].state == "ended"


def test_a_place_without_roles_binds_who_belongs_there(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    here = world.site("cotonou")
    ama, kofi = world.person(site=here), world.person()
    school.publish("fire-drill")
    with_rules(monkeypatch, drill={"courses": ["fire-drill"], "scopes": [here]})
    school.sweep()
    assert (set(school.asked(ama)), set(school.asked(kofi))) == ({"fire-drill"}, set())
    iam.move_person(world.person(role="it-admin").actor, kofi.id, site=here)
    assignments.assign_soon(person_id=str(kofi.id))
    assert set(school.asked(kofi)) == {"fire-drill"}


def test_a_fact_about_a_person_asks_anew_whatever_they_passed(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    ama, course = world.person(role="agent"), school.publish("it-risks-refresher")
    school.take(ama, course)
    world.tell(monkeypatch, "phishing.failed", person_id=ama.id)
    assert school.asked(ama) == {"it-risks-refresher": school.hands.time + timedelta(days=7)}
    school.hands.forward(days=1)
    school.take(ama, course)
    assert school.asked(ama) == {}


def test_a_fact_about_nobody_asks_all_whom_the_rule_binds_once(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    ama, kofi, course = world.person(role="agent"), world.person(), school.publish("new-rules")
    school.take(ama, course)
    school.take(kofi, course)
    with_rules(
        monkeypatch,
        news={"courses": ["new-rules"], "roles": ["agent"], "asked_by": ["sample.news"], "within": "5 days"},
    )
    world.tell(monkeypatch, "sample.news")
    for _ in range(2):
        school.sweep()
    assert set(school.asked(ama)) == {"new-rules"}
    assert states(kofi) == []
    school.take(ama, course)
    school.sweep()
    assert school.asked(ama) == {}


def test_a_gated_course_asked_anew_sleeps_when_it_is_overdue(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    from kernel import gate

    ama, course = world.person(role="agent"), school.publish("passwords")
    school.take(ama, course)
    with_rules(monkeypatch, leak={"courses": ["passwords"], "asked_by": ["sample.leak"], "within": "3 days"})
    world.tell(monkeypatch, "sample.leak", person_id=ama.id)
    school.hands.forward(days=2)
    assert gate.may(ama.actor, "conversation.serve", gate.ANYWHERE).allowed
    school.hands.forward(days=2)
    verdict = gate.may(ama.actor, "conversation.serve", gate.ANYWHERE)
    assert (verdict.allowed, "asked to take" in verdict.why) == (False, True)
    school.take(ama, course)
    assert gate.may(ama.actor, "conversation.serve", gate.ANYWHERE).allowed


def excused(school: School, who: world.Somebody, days: int) -> Any:
    with read_session() as session:
        (row,) = session.scalars(assignments.open_of(who.id))
    until = school.hands.time + timedelta(days=days)
    return excuses.ask_excuse(school.trainer.actor, row.id, reason="on maternity leave until then", until=until)


def test_an_excuse_is_approved_by_another_and_ends(school: School) -> None:
    from kernel import gate

    ama = world.person(role="agent")
    school.publish("passwords")
    school.sweep()
    asked = excused(school, ama, 90)
    school.hands.forward(days=31)
    assert not gate.may(ama.actor, "conversation.serve", gate.ANYWHERE).allowed
    school.hands.back(days=31)
    with pytest.raises(Refused):
        excuses.grant_excuse(CLERK, asked.id)
    school.approve(asked.ref)
    excuses.grant_approved(excuse_id=str(asked.id))
    school.hands.forward(days=31)
    assert gate.may(ama.actor, "conversation.serve", gate.ANYWHERE).allowed
    assert [one.state for one in duties_of(ama)] == ["excused", "open"]
    school.sweep()
    assert list(school.asked(ama).values()) == [asked.ends_at]
    school.hands.forward(days=60)
    assert not gate.may(ama.actor, "conversation.serve", gate.ANYWHERE).allowed


def test_a_learner_asks_for_an_excuse_of_their_own_and_another_decides(school: School) -> None:
    ama, kofi = world.person(role="agent"), world.person(role="agent")
    school.publish("passwords")
    school.sweep()
    rows = {who.id: row for who in (ama, kofi) for row in open_rows(who)}
    until = school.hands.time + timedelta(days=90)
    with pytest.raises(Denied):
        excuses.ask_excuse(ama.actor, rows[kofi.id].id, reason="not for me to ask", until=until)
    asked = excuses.ask_excuse(ama.actor, rows[ama.id].id, reason="on maternity leave until then", until=until)
    assert [one.state for one in excuses.my_excuses(ama.actor)] == ["asked"]
    assert excuses.my_excuses(kofi.actor) == []
    assert excuses.read_excuse(school.officer.actor, asked.id).reason == "on maternity leave until then"
    with pytest.raises(Denied):
        excuses.read_excuse(kofi.actor, asked.id)
    school.approve(asked.ref)
    excuses.grant_approved(excuse_id=str(asked.id))
    assert [one.state for one in excuses.my_excuses(ama.actor)] == ["granted"]


def test_who_asks_for_their_own_excuse_never_decides_it(school: School) -> None:
    school.publish("passwords")
    school.sweep()
    asked = excused(school, school.trainer, 90)
    assert asked.ref not in {one.subject_ref for one in inbox.approvals_waiting(school.trainer.actor)}
    with pytest.raises(Refused):
        excuses.grant_excuse(CLERK, asked.id)
    assert asked.ref in {one.subject_ref for one in inbox.approvals_waiting(school.officer.actor)}


def open_rows(who: world.Somebody) -> list[Any]:
    with read_session() as session:
        return list(session.scalars(assignments.open_of(who.id)))


def test_an_excuse_lasts_no_longer_than_the_book_says(school: School) -> None:
    school.publish("passwords")
    ama = world.person()
    school.sweep()
    for days in (-1, 5, 200):
        with pytest.raises(Refused, match="ends after"):
            excused(school, ama, days)
    with pytest.raises(NotFound):
        excuses.ask_excuse(ama.actor, ama.id, reason="because I want to", until=school.hands.time)
    excused(school, ama, 90)
    with pytest.raises(Conflict, match="asked already"):
        excused(school, ama, 90)


def test_late_ones_stand_on_the_list_and_their_duty_escalates(school: School) -> None:
    ama = world.person(role="agent", site=world.site("cotonou"))
    school.publish("passwords")
    school.sweep()
    assert readings.overdue(school.trainer.actor) == []
    school.hands.forward(days=15)
    late = {one.person_id: one for one in readings.overdue(school.trainer.actor)}
    assert (late[ama.id].place, late[ama.id].clause) == ("site:cotonou", "TR-5")
    deadlines.sweep(school.hands.now())
    (duty,) = duties_of(ama)
    assert (duty.fired_at, duty.escalates_to) == (school.hands.time, "trainer")


def found_by(school: School, query: str) -> Evidence:
    with read_session() as session:
        return QUERIES[query].ask(session, school.hands.now())


def test_the_evidence_counts_who_is_bound_who_is_late_and_who_has_time(school: School) -> None:
    ama = world.person(role="agent")
    assert found_by(school, "passwords-are-understood").population == []
    course = school.publish("passwords")
    school.sweep()
    told = found_by(school, "passwords-are-understood")
    assert (len(told.population), told.violations, len(told.left_out)) == (3, [], 3)
    school.take(ama, course)
    school.hands.forward(days=15)
    told = found_by(school, "passwords-are-understood")
    assert set(told.violations) == {school.trainer.actor.ref, school.officer.actor.ref}
    completed = {one.course: one for one in readings.completion(school.trainer.actor)}["passwords"]
    assert (completed.bound, completed.in_date, completed.late, completed.passes) == (3, 1, 2, 1)


def test_a_tool_course_that_is_missing_breaks_its_clause_once_others_are_there(school: School) -> None:
    world.person(role="agent")
    school.publish("tools-agent")
    told = found_by(school, "tools-are-mastered")
    assert "course:tools-manager" in told.violations
    assert evaluate(school.officer.actor, query="tools-are-mastered").fault is None


def test_the_rules_for_data_are_acknowledged_by_a_word_of_ones_own(school: School) -> None:
    from training.courses.readings import read_course
    from training.learning.passes import give_undertaking

    assert found_by(school, "data-rules-are-acknowledged").population == []
    course = school.publish("nothing-leaves", teaches=["TR-3", "DS-4"])
    school.sweep()
    told = found_by(school, "data-rules-are-acknowledged")
    assert (len(told.population), told.violations) == (2, [])
    school.take(school.trainer, course)
    school.hands.forward(days=20)
    seen = read_course(school.trainer.actor, course.id)
    give_undertaking(school.trainer.actor, seen.version_id, digest=seen.digest, typed_name=school.trainer.name)
    assert found_by(school, "data-rules-are-acknowledged").violations == [school.officer.actor.ref]


def test_who_makes_changes_is_shown_by_name_when_the_procedure_is_not_known(school: School) -> None:
    kojo = world.person(role="technical-director")
    course = school.publish("change-control-basics")
    school.sweep()
    assert found_by(school, "change-makers-are-trained").violations == []
    school.hands.forward(days=31)
    assert found_by(school, "change-makers-are-trained").violations == [kojo.actor.ref]
    school.take(kojo, course)
    assert found_by(school, "change-makers-are-trained").violations == []


def test_a_function_given_by_another_process_is_seen_before_its_courses_are_asked(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    moussa = world.person(role="agent")
    school.publish("tools-manager")
    known, seen = gate.current(), fresh._seen
    iam.give_role(clerk("setup"), person_id=moussa.id, role="manager", reason="leads a team from today")
    gate.put_in_force(known)
    monkeypatch.setattr(fresh, "_seen", seen)
    assignments.assign_soon(person_id=str(moussa.id))
    assert "tools-manager" in school.asked(moussa)
