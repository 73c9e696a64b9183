"""Imported rules of a house: taken with their versions, tried before they are on, on until a day, part of the weekly review."""

from datetime import timedelta

import pytest
from sqlmodel import select

from firewall_audit.models import DetectionRule, DetectionVersion
from firewall_audit.review import drawing
from firewall_audit.sigma import library, readings
from kernel import clock, db
from kernel.errors import Conflict, Denied, Malformed, Refused, StepUpNeeded
from policy import deadlines
from tests import world
from tests.changecontrol.builders import fresh
from tests.firewall_audit.review.house import House, week_of
from tests.firewall_audit.sigma.written import BASE, MANY, rule, together

SCAN = rule("{action: deny, dst_ip: 192.0.2.11}", level="high").replace("Of a test", "Knocks at the door")


def versions() -> list[DetectionVersion]:
    with db.read_session() as session:
        return list(session.scalars(select(DetectionVersion).order_by(DetectionVersion.number)))


def taken(house: House, text: str = SCAN) -> DetectionVersion:
    library.take_rules(fresh(house.officer), text=text)
    return versions()[-1]


def in_days(days: int):
    return clock.now() + timedelta(days=days)


def test_each_edit_is_a_version_and_the_same_words_are_none(house: House) -> None:
    assert [one.new for one in library.take_rules(fresh(house.officer), text=together(SCAN, BASE, MANY)).rules] == [
        True,
        True,
    ]
    assert [one.new for one in library.take_rules(fresh(house.officer), text=SCAN).rules] == [False]
    again = library.take_rules(fresh(house.officer), text=SCAN.replace("high", "low")).rules
    assert [(one.number, one.new) for one in again] == [(2, True)]
    assert sorted((one.number, one.danger) for one in versions()) == [(1, "high"), (1, "high"), (2, "low")]
    with pytest.raises(Malformed, match="fields: nonsense"):
        library.take_rules(fresh(house.officer), text=rule("{nonsense: 1}"))


def test_rule_is_tried_then_on_then_in_the_review_until_it_is_off(house: House, hands) -> None:
    house.take(week_of(house.monday))
    version = taken(house)
    with pytest.raises(Refused, match="tried over past days"):
        library.switch_on(fresh(house.officer), version.id, until=in_days(30))
    hands.forward(seconds=(house.monday + timedelta(days=7, minutes=6) - clock.now()).total_seconds())
    trial = library.try_version(fresh(house.officer), version.id, until=house.monday + timedelta(days=7))
    assert (trial.events, trial.subjects) == (200, 1)
    assert all("DST=192.0.2.11" in (one.text or "") for one in readings.read_lines(fresh(house.officer), version.id))
    for days in (-1, 0, 401):
        with pytest.raises(Refused, match="until a day that comes"):
            library.switch_on(fresh(house.officer), version.id, until=in_days(days))
    deadlines.sweep()
    house.look()
    assert not [one for one in house.findings() if one.kind.startswith("imported.")]
    library.switch_on(fresh(house.officer), version.id, until=in_days(30))
    house.look()
    (found,) = [one for one in house.findings() if one.kind.startswith("imported.")]
    assert (found.about, found.count, found.danger) == ("203.0.113.66", 200, "high")
    library.take_rules(fresh(house.officer), text=SCAN.replace("192.0.2.11", "192.0.2.12"))
    house.look()
    assert [one.gone for one in house.findings() if one.id == found.id] == [False], "the version that is on stays on"
    with db.read_session() as session:
        row = session.scalars(select(DetectionRule)).one()
    library.switch_off(fresh(house.officer), row.id)
    house.look()
    assert [one.gone for one in house.findings() if one.id == found.id] == [True]
    with pytest.raises(Conflict, match="not switched on"):
        library.switch_off(fresh(house.officer), row.id)


def test_rule_that_has_ended_and_one_that_nobody_can_read_take_no_part(house: House, hands, monkeypatch) -> None:
    version = taken(house)
    library.try_version(fresh(house.officer), version.id, until=clock.now())
    library.switch_on(fresh(house.officer), version.id, until=in_days(10))
    with db.read_session() as session:
        assert [one.title for one in library.rules_on(session, in_days(9))[0]] == ["Knocks at the door"]
        assert library.rules_on(session, in_days(11)) == ((), ())
        monkeypatch.setattr("firewall_audit.sigma.fields.VERDICTS", {})
        monkeypatch.setattr("firewall_audit.sigma.conditions.VERDICTS", {})
        __import__("firewall_audit.sigma.reading", fromlist=["read_one"]).read_one.cache_clear()
        assert library.rules_on(session, in_days(9)) == ((), ("Knocks at the door",))


def test_engineer_hands_in_and_does_not_switch_on_and_switching_asks_for_the_second_factor(house: House, hands) -> None:
    engineer = world.person(role="network-engineer")
    library.take_rules(fresh(engineer), text=SCAN)
    version = versions()[-1]
    with pytest.raises(Denied):
        library.try_version(fresh(engineer), version.id, until=clock.now())
    with pytest.raises(Denied):
        library.switch_on(fresh(engineer), version.id, until=in_days(3))
    actor = fresh(house.officer)
    with pytest.raises(Refused, match="days that have passed"):
        library.try_version(actor, version.id, until=in_days(1))
    library.try_version(actor, version.id, until=clock.now())
    hands.forward(hours=2)
    with pytest.raises(StepUpNeeded):
        library.switch_on(actor, version.id, until=in_days(3))


def test_pack_tells_that_other_rules_were_on(house: House, hands) -> None:
    hands.forward(seconds=(house.monday + timedelta(days=7, minutes=6) - clock.now()).total_seconds())
    deadlines.sweep()
    with db.read_session() as session:
        before = drawing.terms_of(session, house.review()).pack()
    version = taken(house)
    library.try_version(fresh(house.officer), version.id, until=clock.now())
    library.switch_on(fresh(house.officer), version.id, until=in_days(10))
    with db.read_session() as session:
        assert drawing.terms_of(session, house.review()).pack() != before
