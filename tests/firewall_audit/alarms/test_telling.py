"""Who is told, and who next: by state; gaps are stepped over and said; what the house notices itself raises alarms too."""

from datetime import timedelta

import pytest

from firewall_audit.alarms import alarms, heard, oncall, rules, telling  # noqa: F401 - heard listens
from firewall_audit.alarms.evidence import a_test_alarm_was_answered, alarms_were_acknowledged_in_time
from firewall_audit.alarms.terms import Terms
from firewall_audit.intake import events
from firewall_audit.intake.batches import CLERK as INTAKE
from kernel import clock
from kernel.db import read_session
from kernel.errors import Conflict, Malformed, Refused
from tests import world
from tests.changecontrol.builders import fresh
from tests.firewall_audit.alarms.conftest import Alarmed
from tests.iam.conftest import Hands


def silent(house: Alarmed) -> None:
    now = clock.now()
    events.note_event(INTAKE, kind="silent", device_id=house.device_id, since=now, until=now)  # type: ignore[arg-type]


def test_silence_of_a_device_alarms_whoever_is_on_call(on_call: Alarmed) -> None:
    silent(on_call)
    (alarm,) = on_call.alarms()
    assert (alarm.name, alarm.about, alarm.danger) == ("A device fell silent", "edge", "high")
    assert {one[1] for one in on_call.told()} == {on_call.engineer.id}
    silent(on_call)
    assert [one.count for one in on_call.alarms()] == [2]


def test_nobody_answers_and_the_next_are_told_by_state(on_call: Alarmed, hands: Hands) -> None:
    silent(on_call)
    told = []
    for _ in range(5):
        telling.look(hands.forward(minutes=9, seconds=59))
        before = len(on_call.told())
        telling.look(hands.forward(seconds=1))
        telling.look(hands.now())
        told.append([one[:2] for one in on_call.told()[before:] if one[2] == "console"])
    assert told[:3] == [
        [("second-line", on_call.officer.id)], [("security-officer", on_call.officer.id)],
        [("technical-director", on_call.director.id)],
    ]  # fmt: skip
    assert told[3:] == [[], []], "nobody stands behind the director"


def test_downtime_loses_no_step(on_call: Alarmed, hands: Hands) -> None:
    silent(on_call)
    telling.look(hands.forward(days=2))
    assert "second-line" in {one[0] for one in on_call.told()}


def test_where_nobody_is_on_call_the_next_are_told_at_once_and_the_gap_is_said(alarmed: Alarmed) -> None:
    silent(alarmed)
    assert {one for one in alarmed.told() if one[2] in {"nobody", "console"}} == {
        ("on-call", None, "nobody"), ("second-line", None, "nobody"), ("security-officer", alarmed.officer.id, "console"),
    }  # fmt: skip


def test_acknowledged_alarm_tells_nobody_else_and_is_closed_with_words(on_call: Alarmed, hands: Hands) -> None:
    silent(on_call)
    (alarm,) = on_call.alarms()
    engineer = fresh(on_call.engineer)
    with pytest.raises(Refused):
        alarms.close(engineer, alarm.id, disposition="benign", words="The device was moved.")
    alarms.acknowledge(engineer, alarm.id)
    before = on_call.told()
    telling.look(hands.forward(hours=5))
    assert on_call.told() == before
    with pytest.raises(Refused):
        alarms.acknowledge(engineer, alarm.id)
    alarms.close(engineer, alarm.id, disposition="benign", words="The device was moved.")
    assert on_call.alarms()[0].disposition == "benign"
    silent(on_call)
    assert len(on_call.alarms()) == 2, "what comes after it was closed is another"


def test_late_acknowledgement_shows_in_the_evidence(on_call: Alarmed, hands: Hands) -> None:
    silent(on_call)
    (alarm,) = on_call.alarms()
    with read_session() as session:
        assert alarms_were_acknowledged_in_time(session, hands.now()).violations == []
        assert a_test_alarm_was_answered(session, hands.now()).violations != []
    hands.forward(minutes=11)
    alarms.acknowledge(fresh(on_call.engineer), alarm.id)
    with read_session() as session:
        assert alarms_were_acknowledged_in_time(session, hands.now()).violations == [alarm.ref]


def test_swap_needs_the_consent_of_the_other(on_call: Alarmed, hands: Hands) -> None:
    other = world.person(role="network-engineer")
    now = hands.now()
    (shift,) = [
        one for one in oncall.list_shifts(fresh(other), since=now, until=now + timedelta(days=1)).shifts if one.line == "first"
    ]  # fmt: skip
    with pytest.raises(Refused):
        oncall.offer(fresh(other), shift.id, to=other.id)
    oncall.offer(fresh(on_call.engineer), shift.id, to=other.id)
    with pytest.raises(Refused):
        oncall.answer(fresh(on_call.officer), shift.id, takes=True)
    silent(on_call)
    assert on_call.told()[0][1] == on_call.engineer.id, "until the other says yes it stays one's own"
    oncall.answer(fresh(other), shift.id, takes=True)
    with read_session() as session:
        assert telling.on_call(session, "first", hands.now()) == [other.id]


def test_rotation_leaves_no_gap_and_an_empty_calendar_is_one(alarmed: Alarmed, hands: Hands) -> None:
    officer = fresh(alarmed.officer)
    now = hands.now()
    assert len(oncall.list_shifts(officer, since=now, until=now + timedelta(days=7)).gaps) == 1
    people = [alarmed.engineer.id, alarmed.director.id]
    first = (now - timedelta(days=now.weekday() + 7)).date()
    hour = now.time().replace(hour=9, minute=0, second=0, microsecond=0)
    assert oncall.rotate(officer, line="first", people=people, first=first, hour=hour, weeks=6) in {5, 6}
    assert oncall.list_shifts(officer, since=now, until=now + timedelta(days=21)).gaps == []


@pytest.mark.parametrize(("hours", "error"), [((5, 4), Malformed), ((0, 24 * 32), Malformed), ((-10, -5), Refused)])
def test_shift_is_one_that_can_be(
    alarmed: Alarmed, hands: Hands, hours: tuple[int, int], error: type[Exception]
) -> None:
    since, until = (hands.now() + timedelta(hours=one) for one in hours)
    with pytest.raises(error):
        oncall.plan(fresh(alarmed.officer), line="first", person_id=alarmed.engineer.id, since=since, until=until)


def test_only_who_may_answer_is_put_on_call(alarmed: Alarmed, hands: Hands) -> None:
    agent = world.person(role="agent")
    with pytest.raises(Refused):
        oncall.plan(
            fresh(alarmed.officer),
            line="first",
            person_id=agent.id,
            since=hands.now(),
            until=hands.now() + timedelta(days=1),
        )


def test_rule_is_off_with_an_end_and_never_for_good(alarmed: Alarmed, hands: Hands) -> None:
    officer, rule = fresh(alarmed.officer), alarmed.rule("device-silent")
    for days in (-1, 31):
        with pytest.raises(Refused):
            rules.switch_off(officer, rule.id, reason="Works on the device.", until=hands.now() + timedelta(days=days))
    rules.switch_off(officer, rule.id, reason="Works on the device.", until=hands.now() + timedelta(days=1))
    silent(alarmed)
    assert alarmed.alarms() == []
    hands.forward(days=1)
    silent(alarmed)
    assert len(alarmed.alarms()) == 1, "it is on again by itself"


def test_rule_keeps_what_it_said_before(alarmed: Alarmed) -> None:
    officer, rule = fresh(alarmed.officer), alarmed.rule("failures")
    terms = Terms.model_validate({**rule.terms, "at_least": 20})
    rules.revise(officer, rule.id, name=rule.name, terms=terms, why="Too many.", number=1)
    with pytest.raises(Conflict):
        rules.revise(officer, rule.id, name=rule.name, terms=terms, why="Too many.", number=1)
    unknown = Terms.model_validate({"look": {"devices": ["nowhere"]}})
    with pytest.raises(Refused):
        rules.revise(officer, rule.id, name=rule.name, terms=unknown, why="Elsewhere.", number=2)
