"""The evaluator over a real spool: fires once whatever happens to it, counts what comes again, and never stands in the intake's way."""

import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import select

from firewall_audit.alarms import oncall, rules, testing, watching
from firewall_audit.alarms.alarms import acknowledge
from firewall_audit.alarms.models import AlarmSending, AlarmWatch
from firewall_audit.alarms.terms import Terms
from firewall_audit.audits import tools
from firewall_audit.intake.segments import CLOSED, OPEN
from kernel import clock
from kernel.db import read_session
from kernel.errors import Unavailable
from tests import world
from tests.changecontrol.builders import fresh
from tests.firewall_audit.alarms.conftest import SCANNER, Alarmed, scan
from tests.iam.conftest import Hands


def test_scan_raises_one_alarm_with_its_lines(on_call: Alarmed) -> None:
    watcher = on_call.watcher()
    on_call.write(scan(29))
    assert watcher.step() == 29
    assert on_call.alarms() == []
    on_call.write(scan(1, first=30))
    watcher.step()
    (alarm,) = on_call.alarms()
    assert (alarm.name, alarm.about, alarm.danger, alarm.count, alarm.device) == (
        "A burst of scanning",
        SCANNER,
        "low",
        30,
        "edge",
    )
    assert f"SRC={SCANNER}" in alarm.lines[0]


def test_what_comes_again_is_counted_there_and_told_to_nobody(on_call: Alarmed) -> None:
    watcher = on_call.watcher()
    on_call.write(scan(30))
    watcher.step()
    told = on_call.told()
    for _ in range(3):
        on_call.write(scan(10))
        watcher.step()
    watcher.write()
    (alarm,) = on_call.alarms()
    assert alarm.count == 60
    assert on_call.told() == told


def test_killed_in_the_middle_nothing_is_raised_or_counted_twice(on_call: Alarmed) -> None:
    on_call.write(scan(20))
    first = on_call.watcher()
    first.step()
    first.beat()
    on_call.write(scan(10, first=21))
    first.step()  # raises; then it is killed, without another word
    on_call.write(scan(7))
    first.step()  # seven that it has counted in memory alone
    second = on_call.watcher()
    second.step()
    second.write()
    (alarm,) = on_call.alarms()
    assert alarm.count == 37
    third = on_call.watcher()
    third.step()
    third.write()
    assert on_call.alarms()[0].count == 37


def test_windows_are_remembered_over_a_restart(on_call: Alarmed) -> None:
    on_call.write(scan(29))
    first = on_call.watcher()
    first.step()
    first.beat()
    second = on_call.watcher()
    second.step()
    on_call.write(scan(1, first=30))
    second.step()
    assert [one.count for one in on_call.alarms()] == [30]


def test_segment_taken_in_meanwhile_is_read_to_its_end(on_call: Alarmed) -> None:
    watcher = on_call.watcher()
    on_call.write(scan(10))
    watcher.step()
    on_call.write(scan(20, first=11))
    path = on_call.folder / "edge" / f"{on_call.segment}{OPEN}"
    path.rename(path.with_suffix(CLOSED))
    path.with_suffix(CLOSED).unlink()
    watcher.step()
    assert len(on_call.alarms()) == 1
    watcher.beat()
    assert watcher.follower.positions == {}


def test_torn_end_waits_for_the_rest(on_call: Alarmed) -> None:
    watcher = on_call.watcher()
    on_call.write(scan(30))
    path = on_call.folder / "edge" / f"{on_call.segment}{OPEN}"
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    assert watcher.step() == 0
    with path.open("ab") as file:
        file.write(whole[-5:])
    assert watcher.step() == 30


def test_segment_that_went_unread_is_counted_as_missed(on_call: Alarmed) -> None:
    first = on_call.watcher()
    on_call.write(scan(5))
    first.step()
    first.beat()
    (on_call.folder / "edge" / f"{on_call.segment}{OPEN}").unlink()
    assert on_call.watcher().follower.missed == 1


def test_database_away_loses_nothing(on_call: Alarmed, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = on_call.watcher()
    on_call.write(scan(30))

    def away(*_: object, **__: object) -> None:
        raise Unavailable("The database does not answer.")

    with monkeypatch.context() as now:
        now.setattr(watching, "take", away)
        for _ in range(2):
            with pytest.raises(Unavailable):
                watcher.step()
    watcher.step()
    assert [one.count for one in on_call.alarms()] == [30]


def test_rule_that_is_off_raises_nothing_and_one_that_is_new_does(on_call: Alarmed, hands: Hands) -> None:
    watcher, officer = on_call.watcher(), fresh(on_call.officer)
    until = hands.now() + timedelta(days=1)
    rules.switch_off(officer, on_call.rule("scan").id, reason="Our own scanner.", until=until)
    terms = Terms.model_validate({"look": {"services": ["tcp/7"]}, "group": ["src"], "danger": "high"})
    rules.add_rule(officer, slug="echo", name="Somebody asks for echo", terms=terms, why="We do not offer it.")
    watcher.renew()
    on_call.write(scan(40))
    watcher.step()
    assert [(one.name, one.about) for one in on_call.alarms()] == [("Somebody asks for echo", SCANNER)]


def test_beyond_its_bound_a_rule_counts_in_one_alarm(on_call: Alarmed) -> None:
    watcher, officer = on_call.watcher(), fresh(on_call.officer)
    scans = on_call.rule("scan")
    terms = Terms.model_validate({**scans.terms, "most_hourly": 2})
    rules.revise(officer, scans.id, name=scans.name, terms=terms, why="Fewer.", number=1)
    watcher.renew()
    for host in range(6):
        on_call.write(scan(30, src=f"203.0.113.{host + 1}"))
    watcher.step()
    kinds = [(one.kind, one.count) for one in on_call.alarms()]
    assert sorted(kinds) == [("more", 120), ("rule", 30), ("rule", 30)]


def test_evaluator_says_how_far_it_is(on_call: Alarmed) -> None:
    watcher = on_call.watcher()
    on_call.write([*scan(3), b"no format reads this"])
    watcher.step()
    watcher.beat()
    with read_session() as session:
        (watch,) = session.scalars(select(AlarmWatch))
    assert (watch.lines, watch.unread, watch.missed, watch.rules) == (4, 1, 0, 7)
    assert list(watch.positions) == [f"edge/{on_call.segment}"]


def test_test_goes_the_real_way_and_nobody_else_can_ring_it(on_call: Alarmed) -> None:
    watcher = on_call.watcher()
    on_call.write([re.sub(rb"FW-DROP", testing.MARK + b"0" * 24, scan(1)[0])])
    watcher.step()
    assert on_call.alarms() == []
    testing.ring(fresh(on_call.officer), on_call.device_id)  # type: ignore[arg-type]
    watcher.step()
    (alarm,) = on_call.alarms()
    assert (alarm.kind, alarm.danger) == ("test", "high")
    assert {one[1] for one in on_call.told()} == {on_call.engineer.id}
    watcher.step()
    assert len(on_call.alarms()) == 1
    assert audited(on_call) == ("bad", 1, 0)
    acknowledge(fresh(on_call.engineer), alarm.id)
    assert audited(on_call) == ("fine", 1, 1)


def audited(on_call: Alarmed) -> tuple[str, int | str, int | str]:
    """What the six-monthly audit says of the tests since yesterday."""
    since = SimpleNamespace(since=clock.now() - timedelta(days=1))
    with read_session() as session:
        check = tools.alarms(tools.Scene(session, since, None, None, clock.now()))  # type: ignore[arg-type]
    return check.verdict, check.figures["tests"], check.figures["answered"]


def test_hostile_lines_stop_nothing(on_call: Alarmed, tmp_path: Path) -> None:
    watcher = on_call.watcher()
    hostile = b"<4>Nov 23 10:00:00 edge kernel: FW-DROP\x00 IN=eth0 OUT= SRC=\xff\xfe DST= \r\x1b[31m" + b"A" * 70_000
    on_call.write([hostile, b"", testing.MARK, *scan(30)])
    watcher.step()
    assert len(on_call.alarms()) == 1


def test_alarm_leads_to_letters_of_its_danger(alarmed: Alarmed, hands: Hands) -> None:
    on_call, officer = alarmed, fresh(alarmed.officer)
    on_call.engineer = world.activated(role="network-engineer")
    until = hands.now() + timedelta(days=1)
    oncall.plan(officer, line="first", person_id=on_call.engineer.id, since=hands.now(), until=until)
    watcher = on_call.watcher()
    scans = on_call.rule("scan")
    terms = Terms.model_validate({**scans.terms, "danger": "high"})
    rules.revise(officer, scans.id, name=scans.name, terms=terms, why="Grave.", number=1)
    watcher.renew()
    on_call.write(scan(30))
    watcher.step()
    assert sorted(one[2] for one in on_call.told()) == ["console", "mail", "sms"]
    assert on_call.alarms()[0].danger == "high"
    said = world.deliver()
    letters = [one.body.get_secret_value() for one in said.sent if one.address == on_call.engineer.phone]
    assert f"Une rafale de balayages : {SCANNER}" in letters[-1], "in the language of whoever reads it"
    (mail,) = [
        one for one in said.sent if one.address == on_call.engineer.email and "alarms" in one.body.get_secret_value()
    ]
    assert mail.subject == f"Alarme : Une rafale de balayages : {SCANNER}"
    with read_session() as session:
        rows = list(session.scalars(select(AlarmSending)))
    assert all(one.left_at is not None for one in rows), "when it left is on record"
