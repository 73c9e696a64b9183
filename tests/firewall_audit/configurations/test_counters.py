"""Counters of a device's rules, read again and again: what grew was hit, what went down was reset. [FW-5]"""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from firewall_audit.configurations.counters import add_reading, counted, usage_by
from firewall_audit.configurations.texts import read

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def ruleset(*packets: int | None, first: int = 1):
    """Rules for a host each, with what was counted of them."""
    rules = "\n".join(
        f"{f'[{count}:{count * 60}] ' if count is not None else ''}-A FORWARD -s 192.0.2.{host}/32 -j ACCEPT"
        for host, count in enumerate(packets, first)
    )
    return read(f"*filter\n:FORWARD DROP [0:0]\n{rules}\nCOMMIT\n", "iptables")


def days(number: int) -> datetime:
    return NOW + timedelta(days=number)


def known(told) -> list[tuple[int, str]]:
    return [(one["hits"], one["quiet"][:10]) for one in told["filter/FORWARD"].values()]


def test_what_grew_was_hit_and_what_did_not_is_quiet_since_it_was_first_read() -> None:
    told, reset = add_reading({}, ruleset(7, 0), NOW)
    assert (known(told), reset) == ([(7, "2026-03-01"), (0, "2026-03-01")], False)
    told, reset = add_reading(told, ruleset(9, 0), days(30))
    assert (known(told), reset) == ([(9, "2026-03-31"), (0, "2026-03-01")], False)
    usage = usage_by(told, NOW, days(30))
    first, second = usage.hits
    assert (usage.quiet_since(first), usage.quiet_since(second)) == (days(30), NOW)


def test_after_a_reset_nothing_is_proved_of_the_time_before() -> None:
    told, _ = add_reading({}, ruleset(7, 0), NOW)
    told, reset = add_reading(told, ruleset(2, 0), days(60))
    assert (known(told), reset) == ([(9, "2026-04-30"), (0, "2026-04-30")], True)


def test_a_rule_that_came_later_or_has_other_words_begins_anew_and_one_that_went_is_forgotten() -> None:
    told, _ = add_reading({}, ruleset(7, 0), NOW)
    told, reset = add_reading(told, ruleset(0, 5, first=2), days(30))
    assert (known(told), reset) == ([(0, "2026-03-01"), (5, "2026-03-31")], False)
    changed = read("*filter\n:FORWARD DROP [0:0]\n[0:0] -A FORWARD -s 192.0.2.9/32 -j ACCEPT\nCOMMIT\n", "iptables")
    (rule,) = changed.filters[0].rules
    same_id = {"filter/FORWARD": {rule.id: {**told["filter/FORWARD"].popitem()[1], "print": "other words"}}}
    assert known(add_reading(same_id, changed, days(40))[0]) == [(0, "2026-04-10")]


def test_rules_without_counters_are_not_spoken_of() -> None:
    assert not counted(ruleset(None, None))
    assert add_reading({}, ruleset(None, None), NOW) == ({}, False)
    assert known(add_reading({}, ruleset(3, None), NOW)[0]) == [(3, "2026-03-01")]


@given(st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=1, max_size=8))
def test_hits_are_those_that_happened_while_no_counter_is_reset(grown: list[list[int]]) -> None:
    totals, told, last = [0, 0, 0], {}, [NOW] * 3
    for day, growth in enumerate(grown):
        totals = [total + more for total, more in zip(totals, growth, strict=True)]
        if day:
            last = [days(day) if more else at for more, at in zip(growth, last, strict=True)]
        told, reset = add_reading(told, ruleset(*totals), days(day))
        assert not reset
    assert known(told) == [(total, at.date().isoformat()) for total, at in zip(totals, last, strict=True)]
