from datetime import UTC, date, datetime, timedelta

import pytest

from firewall_audit.detections import administrators, flags, health, logins, outbound, persistence, services, threats
from firewall_audit.detections.finding import Finding
from firewall_audit.detections.first_seen import detect as first_seen
from firewall_audit.detections.parameters import Known, Parameters, Service, ThreatList
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
    signed_in,
    window,
    write,
)

STRANGER = "203.0.113.99"
WEEKDAY_NOON = 12 * HOUR


def kinds(findings):
    return [(one.kind, one.subject) for one in findings]


# Persistence


def bent(days, daily, port=5060):
    return [denied(day * DAY + n * 600, STRANGER, port=port) for day in range(days) for n in range(daily)]


def test_bent_on_one_service_for_five_days_is_persistent_and_four_are_not(look):
    [one] = look(persistence.detect, bent(5, 10))
    assert (one.kind, one.subject, one.persistent) == ("persistent", f"{STRANGER} tcp/5060", True)
    assert look(persistence.detect, bent(4, 10)) == []
    assert look(persistence.detect, bent(5, 9)) == []


def test_persistent_but_at_everything_a_little_is_not_bent_on_one(look):
    assert look(persistence.detect, [one for port in (22, 23, 25) for one in bent(7, 10, port)]) == []


def test_who_comes_back_after_a_block_is_told_and_worse_when_let_in(look):
    back = {"blocked": {STRANGER: START + timedelta(hours=1)}}
    [one] = look(persistence.detect, [denied(2 * HOUR, STRANGER)], **back)
    assert (one.kind, one.danger) == ("persistent.returned", "medium")
    [one] = look(persistence.detect, [allowed(2 * HOUR, STRANGER)], **back)
    assert one.danger == "high"
    assert look(persistence.detect, [denied(MINUTE, STRANGER)], **back) == []


# Logins


def test_thirty_connections_to_a_login_in_ten_minutes_are_guessing(look):
    [one] = look(logins.detect, [allowed(n * 20.0, STRANGER, port=22) for n in range(30)])
    assert (one.kind, one.subject, one.danger) == ("login.connections", f"{STRANGER} 10.30.0.5 tcp/22", "high")
    assert look(logins.detect, [allowed(n * 20.0, STRANGER, port=22) for n in range(29)]) == []
    assert look(logins.detect, [allowed(n * 60.0, STRANGER, port=22) for n in range(60)]) == []
    assert look(logins.detect, [allowed(n * 20.0, STRANGER, port=443) for n in range(60)]) == []


def test_one_line_that_stands_for_many_counts_as_many(look):
    [one] = look(logins.detect, [allowed(0, STRANGER, port=22, times=30)])
    assert one.count == 30


def test_monitor_inside_that_knocks_every_five_minutes_is_no_guessing(look):
    assert look(logins.detect, [allowed(n * 300.0, "10.9.9.9", port=22) for n in range(2000)]) == []


def test_five_failures_in_ten_minutes_are_guessing_and_four_are_not(look):
    [one] = look(logins.detect, [signed_in(n * 60, STRANGER) for n in range(5)])
    assert (one.kind, one.count) == ("login.failures", 5)
    assert look(logins.detect, [signed_in(n * 60, STRANGER) for n in range(4)]) == []
    assert look(logins.detect, [signed_in(n * 3000.0 + n * n * 100, STRANGER) for n in range(5)]) == []


def test_failures_as_other_users_at_regular_intervals_are_guessing(look):
    slow = [signed_in(n * 1200, STRANGER, f"user{n}") for n in range(4)]
    assert kinds(look(logins.detect, slow)) == [("login.failures", STRANGER)]
    assert look(logins.detect, [one | {"user": "backup"} for one in slow]) == []


def test_success_after_failures_is_dangerous_and_before_them_is_not(look):
    failures = [signed_in(n * 60, STRANGER) for n in range(3)]
    [one] = look(logins.detect, [*failures, signed_in(200, STRANGER, ok=True)])
    assert (one.kind, one.danger, one.figures["failures"]) == ("login.guessed", "high", 3)
    assert (
        look(
            logins.detect,
            [event | {"at": event["at"].replace("10-05", "10-06")} for event in failures]
            + [signed_in(0, STRANGER, ok=True)],
        )
        == []
    )
    assert look(logins.detect, [*failures, signed_in(DAY + 200, STRANGER, ok=True)]) == []
    assert look(logins.detect, [*failures[:2], signed_in(200, STRANGER, ok=True)]) == []


def test_one_user_tried_from_many_addresses(look):
    spray = [signed_in(n * HOUR, f"203.0.{n}.1", "root") for n in range(5)]
    assert kinds(look(logins.detect, spray)) == [("login.spray", "root")]
    assert look(logins.detect, spray[:4]) == []


# From inside out


def beat(every, count=30, jitter=0.0, **told):
    return [
        denied(n * every + (jitter if n % 2 else 0), "10.20.0.27", "192.0.2.200", 4444, **told) for n in range(count)
    ]


def test_calls_like_clockwork_are_a_beacon(look):
    [one] = look(outbound.detect, beat(1000))
    assert (one.kind, one.subject, one.danger) == ("outbound.beacon", "10.20.0.27 192.0.2.200 tcp/4444", "high")
    assert one.figures["seconds between"] == 1000
    [one] = look(outbound.detect, beat(1000, action="allow"))
    assert one.danger == "medium"


def test_calls_at_odd_times_are_no_beacon_but_are_told_when_refused(look):
    assert kinds(look(outbound.detect, beat(1000, jitter=400))) == [("outbound.refused", "tcp/4444")]
    assert look(outbound.detect, beat(1000, jitter=400, action="allow")) == []
    assert kinds(look(outbound.detect, beat(1000, count=19))) == [("outbound.refused", "tcp/4444")]


def test_service_of_the_house_that_many_call_is_no_beacon(look):
    many = [one | {"src": f"10.20.0.{n}"} for n in range(1, 5) for one in beat(1000, action="allow")]
    assert look(outbound.detect, many) == []
    clocks = [one | {"dst_port": 123} for one in beat(1000, action="allow", protocol="udp")]
    assert look(outbound.detect, clocks) == []


# What the policy forbids


def test_database_that_a_stranger_reached_breaks_the_policy(look):
    reached = [allowed(n * HOUR, STRANGER, "10.30.0.12", 3306) for n in range(12)]
    [one] = look(services.detect, reached)
    assert (one.subject, one.danger, one.count) == ("10.30.0.12 tcp/3306", "high", 12)
    assert "MySQL" in one.title
    assert look(services.detect, [one | {"action": "deny"} for one in reached]) == []
    assert look(services.detect, [one | {"src": "10.1.1.1"} for one in reached]) == []
    assert look(services.detect, reached, published=(Service("tcp", 3306, "10.30.0.0/24", "203.0.113.0/24"),)) == []
    assert len(look(services.detect, reached, published=(Service("tcp", 3306, "10.30.0.0/24", "192.0.2.0/24"),))) == 1


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
    assert look(flags.detect, [denied(0, "0.0.0.0", port=67, protocol="udp")]) == []


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
