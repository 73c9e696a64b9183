"""Rules over the stream: boundaries, order, clocks, groups without end; and cut in another way the same lines fire the same."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from firewall_audit.alarms.evaluation import Evaluator, Rule
from firewall_audit.alarms.matching import Ground
from firewall_audit.alarms.shipped import SHIPPED
from firewall_audit.alarms.terms import Terms
from firewall_audit.events import COLUMNS, Event

BEGIN = datetime(2026, 11, 23, 10, tzinfo=UTC)
GROUND = Ground(inside=("10.0.0.0/8", "192.0.2.0/24"), non_essential={"tcp/23"}, prefixes={"edge": {"FW-": "deny"}})


def event(**said: Any) -> Event:
    return Event(**{"kind": "traffic", "action": "deny", "src": "203.0.113.7", "dst": "192.0.2.1", **said})


def evaluator(most_groups: int = 100, **terms: Any) -> Evaluator:
    told = Terms.model_validate({"look": {}, "group": ["src"], "quiet": 600, **terms})
    return Evaluator([Rule("r", 1, told)], GROUND, most_groups)


def take(one: Evaluator, events: list[Event], after: float = 0.0, device: str = "edge") -> list[Any]:
    columns = {name: list(values) for name, values in zip(COLUMNS, zip(*events, strict=True), strict=True)}
    return one.take(device, BEGIN + timedelta(seconds=after), columns, len(events), lambda row: f"line {row}")


def test_rule_fires_at_its_count_and_not_before() -> None:
    one = evaluator(at_least=3, within=60)
    assert take(one, [event(), event()]) == []
    (fired,) = take(one, [event()], 60)
    assert (fired.group, fired.count, fired.first) == (("203.0.113.7",), 3, BEGIN)
    assert fired.lines == ("line 0", "line 1", "line 0")


def test_what_is_older_than_the_span_no_longer_counts() -> None:
    one = evaluator(at_least=3, within=60)
    take(one, [event(), event()])
    assert take(one, [event()], 61) == []


def test_repeated_lines_count_as_often_as_they_say() -> None:
    (fired,) = take(evaluator(at_least=30), [event(times=40)])
    assert fired.count == 40


def test_different_things_are_told_apart() -> None:
    one = evaluator(at_least=3, distinct="dst_port", within=60)
    assert take(one, [event(dst_port=22)] * 50 + [event(dst_port=23)]) == []
    assert len(take(one, [event(dst_port=24)], 10)) == 1


def test_quiet_time_counts_and_ends() -> None:
    one = evaluator(quiet=600)
    assert len(take(one, [event()])) == 1
    assert take(one, [event(), event()], 599) == []
    assert [(again.group, again.count) for again in one.take_again()] == [(("203.0.113.7",), 2)]
    assert one.take_again() == []
    assert len(take(one, [event()], 600)) == 1


def test_clock_that_goes_back_stands_still() -> None:
    one = evaluator(at_least=2, within=10)
    assert take(one, [event()], 100) == []
    assert len(take(one, [event()], -100_000)) == 1


def test_success_after_failures_needs_them_of_the_same_source_before_it() -> None:
    failed, fine = event(kind="auth", outcome="failure"), event(kind="auth", outcome="success")
    terms = {**SHIPPED["success-after-failures"][1], "within": 60}
    one = evaluator(**terms)
    assert take(one, [fine, *[failed] * 5, fine._replace(src="203.0.113.8")]) == []
    (fired,) = take(one, [fine], 60)
    assert fired.group == ("203.0.113.7",)
    assert take(evaluator(**terms), [failed] * 4 + [fine]) == []
    late = evaluator(**terms)
    take(late, [failed] * 5)
    assert take(late, [fine], 61) == []


@pytest.mark.parametrize(
    ("look", "said", "fires"),
    [
        ({"src_side": "outside"}, {}, True),
        ({"src_side": "inside"}, {}, False),
        ({"src_side": "outside"}, {"src": "not-an-address"}, True),
        ({"src": ["203.0.113.0/24"]}, {}, True),
        ({"src": ["2001:db8::/32"]}, {"src": "2001:db8::5"}, True),
        ({"services": ["tcp/20-25"]}, {"dst_port": 25, "protocol": "tcp"}, True),
        ({"services": ["tcp/20-25"]}, {"dst_port": 25, "protocol": "udp"}, False),
        ({"services": ["25"]}, {"dst_port": 25, "protocol": "udp"}, True),
        ({"services": ["25"]}, {}, False),
        ({"non_essential": True}, {"dst_port": 23, "protocol": "tcp"}, True),
        ({"non_essential": True}, {"dst_port": 443, "protocol": "tcp"}, False),
        ({"severity": 3}, {"severity": 3}, True),
        ({"severity": 3}, {"severity": 4}, False),
        ({"severity": 3}, {}, False),
        ({"users": ["Root"]}, {"user": "ROOT"}, True),
        ({"words": ["Trojan"]}, {"detail": "a TROJAN horse"}, True),
        ({"words": ["Trojan"]}, {"src": "203.0.113.7"}, False),
        ({"devices": ["edge"]}, {}, True),
        ({"devices": ["edge-2"]}, {}, False),
        ({"actions": ["deny"]}, {"action": "allow", "rule": "FW-ANY"}, True),
        ({"actions": ["deny"]}, {"action": "allow", "rule": "OTHER"}, False),
        ({"off_hours": True}, {}, False),
    ],
)
def test_plain_conditions(look: dict[str, Any], said: dict[str, Any], *, fires: bool) -> None:
    assert bool(take(evaluator(look=look), [event(**said)])) is fires


def test_hours_are_those_of_the_house() -> None:
    porto = Ground(zone=ZoneInfo("Africa/Porto-Novo"))
    assert not porto.is_off_hours(datetime(2026, 11, 23, 6, 0, tzinfo=UTC))
    assert porto.is_off_hours(datetime(2026, 11, 23, 5, 59, tzinfo=UTC))
    assert porto.is_off_hours(datetime(2026, 11, 23, 19, 0, tzinfo=UTC))
    assert porto.is_off_hours(datetime(2026, 11, 22, 12, 0, tzinfo=UTC)), "a Sunday"


def test_row_that_does_not_say_whose_it_is_belongs_to_nobody() -> None:
    assert take(evaluator(), [event(src="")]) == []


def test_sources_without_end_stay_within_bounds_and_are_counted() -> None:
    one = evaluator(most_groups=1000, at_least=2)
    for start in range(0, 100_000, 10_000):
        take(one, [event(src=f"source {start + n}") for n in range(10_000)])
    (stream,) = one._streams
    assert len(stream._states) == 1000
    assert one.forgotten == 99_000
    assert len(take(one, [event(src="source 99999")])) == 1, "those seen last are remembered"


def test_one_source_with_things_without_end_stays_within_bounds() -> None:
    one = evaluator(at_least=500, distinct="dst+dst_port", within=1)
    for second in range(20):
        take(one, [event(dst_port=port, dst=f"192.0.2.{second}") for port in range(400)], second * 2)
    (stream,) = one._streams
    (state,) = stream._states.values()
    assert len(state.seen) <= 400


def test_other_rules_forget_and_the_same_ones_remember() -> None:
    one = evaluator(at_least=2)
    same, other = (
        one._streams[0].rule,
        Rule("r", 2, Terms.model_validate({"look": {}, "group": ["src"], "at_least": 2})),
    )
    take(one, [event()])
    one.renew([same], GROUND)
    assert len(take(one, [event()])) == 1
    one.renew([other], GROUND)
    assert take(one, [event()]) == []


@given(st.integers(0, 2**32), st.lists(st.integers(0, 200), max_size=12))
def test_stream_cut_in_another_way_fires_the_same(seed: int, cuts: list[int]) -> None:
    chance = random.Random(seed)  # noqa: S311 - lines of a test
    lines = [
        (second, event(src=f"203.0.113.{chance.randrange(4)}", dst_port=chance.randrange(9), kind=chance.choice(["auth", "traffic"]),
                       outcome=chance.choice(["failure", "failure", "success"])))
        for second in sorted(chance.randrange(40) for _ in range(200))
    ]  # fmt: skip
    rules = [
        Rule("count", 1, Terms.model_validate({"look": {}, "group": ["src"], "at_least": 7, "within": 5, "quiet": 10})),
        Rule("ports", 1, Terms.model_validate({"look": {}, "group": ["src"], "at_least": 4, "distinct": "dst_port", "within": 3, "quiet": 10})),
        Rule("before", 1, Terms.model_validate({**SHIPPED["success-after-failures"][1], "within": 4, "quiet": 10})),
    ]  # fmt: skip

    def run(edges: set[int]) -> tuple[set[Any], dict[Any, int]]:
        one, fired, again = Evaluator(rules, GROUND), set(), {}
        block: list[Event] = []
        for place, (second, each) in enumerate(lines):
            block.append(each)
            last = place + 1 == len(lines) or lines[place + 1][0] != second
            if last or place in edges:
                fired |= {(each.rule, each.group, each.at, each.count, each.first) for each in take(one, block, second)}
                block = []
        for each in one.take_again():
            again[each.rule, each.group] = each.count
        return fired, again

    assert run(set()) == run(set(cuts)) == run(set(range(200)))


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"look": {}, "told": "intake.silent"},
        {"told": "intake.silent", "at_least": 3},
        {"look": {"src": ["10.0.0.0/40"]}},
        {"look": {"services": ["tcp/99999"]}},
        {"look": {"services": ["25-20"]}},
        {"look": {}, "steps": []},
        {"look": {}, "steps": ["on-call", "on-call"]},
        {"look": {}, "quiet": 1},
        {"look": {}, "before": {}, "at_least": 3},
        {"look": {"surprise": 1}},
    ],
)
def test_rule_that_means_nothing_is_no_rule(terms: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Terms.model_validate(terms)


@pytest.mark.parametrize("slug", sorted(SHIPPED))
def test_shipped_rules_are_rules(slug: str) -> None:
    Terms.model_validate(SHIPPED[slug][1])
