from datetime import UTC, date, datetime

import pytest

from firewall_audit.detections import administrators, flags, health, threats
from firewall_audit.detections.finding import Finding
from firewall_audit.detections.first_seen import detect as first_seen
from firewall_audit.detections.parameters import Known, Parameters, ThreatList
from firewall_audit.detections.review import review
from firewall_audit.detections.tallies import History, Tally, take
from firewall_audit.store import Store, show
from tests.firewall_audit.written import (
    DAY,
    HOUR,
    MINUTE,
    START,
    WEEK,
    allowed,
    denied,
    event,
    window,
    write,
)

STRANGER = "203.0.113.99"
NOBODY = "0.0.0.0"  # noqa: S104
WEEKDAY_NOON = 12 * HOUR


def kinds(findings):
    return [(one.kind, one.subject) for one in findings]


# Packets


def test_impossible_packets_are_told(look):
    xmas = [denied(0, STRANGER, flags="URG PSH FIN")]
    assert kinds(look(flags.detect, xmas)) == [("packet.flags", f"{STRANGER} FIN, PSH and URG")]
    assert look(flags.detect, [denied(0, STRANGER, flags="ACK PSH FIN"), denied(0, STRANGER, flags="FIN")]) == []
    neighbour = denied(0, "2001:db8::2", protocol="ipv6-icmp", flags="135/22") | {"dst_port": None}
    assert len(look(flags.detect, [neighbour])) == 1
    assert look(flags.detect, [neighbour | {"flags": "135/0"}]) == []


def test_house_as_sender_on_an_outer_side_is_forged(look):
    inner = [denied(0, "10.1.1.1", in_interface="eth0")]
    assert kinds(look(flags.detect, inner, outside_interfaces={"fw": ("eth0",)})) == [
        ("packet.forged", "eth0 the house itself")
    ]
    assert look(flags.detect, inner, outside_interfaces={"fw": ("eth9",)}) == []
    assert look(flags.detect, inner) == []
    assert len(look(flags.detect, [denied(0, "127.0.0.1", in_interface="eth0")])) == 1
    assert look(flags.detect, [denied(0, NOBODY, port=67, protocol="udp")]) == []


# Threat lists


def test_lists_are_read_and_what_is_no_network_is_counted():
    found, unread = threats.read_list(
        "x", ["# head", "", "192.0.2.1;drop", "198.51.100.0/24 # net", "nonsense", "2001:db8::/32,bad"]
    )
    assert found.networks == ("192.0.2.1/32", "198.51.100.0/24", "2001:db8::/32")
    assert unread == [5]


def test_listed_address_that_was_let_through_comes_first(look):
    lists = {"threats": (ThreatList("drop", ("203.0.113.0/24",)),)}
    rows = [
        allowed(0, "10.1.1.1", STRANGER),
        denied(0, "203.0.113.1"),
        denied(0, "203.0.113.2"),
        denied(0, "192.0.2.1"),
    ]
    let, kept = look(threats.detect, rows, **lists)
    assert (let.kind, let.subject, let.danger) == ("threat.allowed", f"drop {STRANGER}", "high")
    assert (kept.kind, kept.figures["addresses"]) == ("threat.refused", 2)
    assert look(threats.detect, [denied(0, "192.0.2.1")], **lists) == []


def test_country_that_nobody_expects(look):
    rows = [allowed(0, STRANGER), allowed(0, "192.0.2.1")]
    country = {STRANGER: "XX", "192.0.2.1": "BJ"}.get
    [one] = look(threats.detect, rows, lambda address: country(address, ""), expected_countries=frozenset({"BJ"}))
    assert one.subject == "XX"


# First seen


def tally(**seen):
    return Tally(START - WEEK, START, seen)


def test_new_service_is_told_only_against_weeks_that_are_known(look):
    def asked(*behind):
        return lambda week, parameters: first_seen(week, parameters, History(behind), take(week, parameters))

    rows = [allowed(0, STRANGER, "10.30.0.9", 8443)]
    assert look(asked(), rows) == []
    assert kinds(look(asked(tally(service={"10.30.0.5 tcp/443": 1})), rows)) == [
        ("first.service", "10.30.0.9 tcp/8443")
    ]
    assert look(asked(tally(service={"10.30.0.9 tcp/8443": 1})), rows) == []
    assert look(asked(tally(rule={})), rows) == []


# Health


def healthy(**more):
    return lambda week, parameters: health.detect(
        week, parameters, more.get("history", History()), take(week, parameters)
    )


def test_silence_longer_than_an_hour_is_told(look):
    assert look(healthy(), [event(n * HOUR) for n in range(24)]) == []
    [one] = look(healthy(), [event(0), event(HOUR + MINUTE)])
    assert (one.kind, one.scope) == ("health.silence", "fw")


def test_device_that_never_spoke_is_silent(look):
    found = look(healthy(), [], devices=("fw", "gone"))
    assert [(one.kind, one.scope) for one in found] == [("health.silence", "fw"), ("health.silence", "gone")]


def test_missing_numbers_are_counted_whatever_the_order(look):
    numbers = [1, 2, 9, 8, 10, 3]
    [one] = look(healthy(), [event(0, sequence=n) for n in numbers], missing_least=4)
    assert (one.kind, one.count) == ("health.missing", 4)
    assert look(healthy(), [event(0, sequence=n) for n in numbers], missing_least=5) == []


def test_day_with_few_events_is_told_against_the_same_weekday(look):
    week = tally(volume={"fw 2026-09-28": 5000})
    rows = [event(n * MINUTE, times=1) for n in range(1440)]
    [one] = look(healthy(history=History((week,))), rows)
    assert (one.kind, one.subject, one.figures["usual"]) == ("health.volume", "less", 5000)
    assert look(healthy(history=History((tally(volume={"fw 2026-09-28": 1500}),))), rows) == []
    assert look(healthy(), rows) == []


# Administrators


def did(seconds, kind="admin", **told):
    return event(
        seconds, kind, **{"user": "ana", "src": "10.1.1.1", "outcome": "success", "detail": "show version"} | told
    )


def test_work_at_night_is_told_and_by_day_is_not(look):
    [one] = look(administrators.detect, [did(3 * HOUR)])
    assert (one.kind, one.subject, one.danger) == ("administrator.hours", "ana", "low")
    assert look(administrators.detect, [did(WEEKDAY_NOON)]) == []
    assert len(look(administrators.detect, [did(5 * DAY + WEEKDAY_NOON)])) == 1
    assert look(administrators.detect, [did(6 * HOUR)], zone="Africa/Porto-Novo") == []


def test_change_of_users_is_told(look):
    found = look(administrators.detect, [did(WEEKDAY_NOON, "config", detail="username eve privilege 15")])
    assert sorted(one.kind for one in found) == ["administrator.configuration", "administrator.users"]


# All together


@pytest.fixture
def store(tmp_path, plain):
    store = Store(tmp_path)
    write(store, [denied(n, STRANGER, port=1000 + n) for n in range(20)])
    return store


def reviewed(store, *known):
    with window(store) as week:
        return review(week, Parameters(known=known))


def test_evidence_is_the_lines_themselves(store):
    [one] = [one for one in reviewed(store).findings if one.kind == "scan.vertical"]
    assert len(one.evidence) == 20
    assert all(STRANGER in str(shown.raw) for shown in show(store, one.evidence))


def test_known_finding_is_suppressed_but_shown_until_its_day(store):
    until = date(2026, 10, 12)
    for known in (Known("scanner of our own", until, network="203.0.113.0/24"), Known("noise", until, kind="scan")):
        answer = reviewed(store, known)
        assert not [one for one in answer.findings if one.kind == "scan.vertical"]
        assert [(one.kind, why) for one, why in answer.suppressed] == [("scan.vertical", known)]
    for known in (
        Known("over", date(2026, 10, 11), network="203.0.113.0/24"), Known("other", until, network="192.0.2.0/24"),
        Known("other", until, kind="login"), Known("says nothing", until),
    ):  # fmt: skip
        assert reviewed(store, known).suppressed == ()


def test_empty_window_has_nothing_to_tell(tmp_path):
    assert reviewed(Store(tmp_path)).findings == ()


def test_gravest_come_first(tmp_path, plain):
    store = Store(tmp_path)
    write(
        store, [*[denied(n, STRANGER, port=1000 + n) for n in range(20)], allowed(0, "192.0.2.7", "10.30.0.12", 3306)]
    )
    dangers = [one.danger for one in reviewed(store).findings]
    assert dangers[0] == "high"
    assert dangers == sorted(dangers, key=["high", "medium", "low", "info"].index)


def test_ids_differ_by_kind_subject_and_scope():
    def one(**told):
        return Finding(
            **{
                "kind": "a",
                "subject": "b",
                "title": "t",
                "reason": "r",
                "danger": "low",
                "count": 1,
                "first": datetime(2026, 1, 1, tzinfo=UTC),
                "last": datetime(2026, 1, 1, tzinfo=UTC),
            }
            | told
        )

    assert len({one().id, one(kind="c").id, one(subject="c").id, one(scope="c").id}) == 4
    assert one(count=9, title="else", danger="high").id == one().id
