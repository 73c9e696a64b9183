from datetime import timedelta

from firewall_audit.detections import forbidden, logins, outbound, persistence
from firewall_audit.detections.parameters import Service
from tests.firewall_audit.written import (
    DAY,
    HOUR,
    MINUTE,
    START,
    allowed,
    denied,
    signed_in,
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
    [one] = look(forbidden.detect, reached)
    assert (one.subject, one.danger, one.count) == ("10.30.0.12 tcp/3306", "high", 12)
    assert "MySQL" in one.title
    assert look(forbidden.detect, [one | {"action": "deny"} for one in reached]) == []
    assert look(forbidden.detect, [one | {"src": "10.1.1.1"} for one in reached]) == []
    assert look(forbidden.detect, reached, published=(Service("tcp", 3306, "10.30.0.0/24", "203.0.113.0/24"),)) == []
    assert len(look(forbidden.detect, reached, published=(Service("tcp", 3306, "10.30.0.0/24", "192.0.2.0/24"),))) == 1
