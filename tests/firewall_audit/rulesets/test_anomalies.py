"""What is said of shadowed and needless rules is true of every packet: tried with all packets of a small world."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firewall_audit.rulesets import walk
from firewall_audit.rulesets.anomalies import find_anomalies
from firewall_audit.rulesets.model import Filter, Ruleset
from firewall_audit.rulesets.parsers import iptables
from firewall_audit.rulesets.program import MOST_ENTRIES, unfold
from firewall_audit.rulesets.walk import Paths
from tests.firewall_audit.rulesets import houses


def judge(*lines, name="filter/INPUT"):
    text = "\n".join(["*filter", ":INPUT DROP [0:0]", ":a - [0:0]", ":b - [0:0]", *lines, "COMMIT"])
    ruleset = iptables.parse(text)
    return {(one.kind, one.at.text) for one in find_anomalies(unfold(ruleset, ruleset.filter(name))).findings}


def kinds(found, kind):
    return {text for said, text in found if said == kind}


@settings(deadline=None, max_examples=60)
@given(houses.rulesets(exact=True), st.sampled_from(houses.PACKETS))
def test_every_packet_fares_as_the_rules_say(ruleset, packet):
    paths = Paths(unfold(ruleset, ruleset.filters[0]))
    place = paths.follow(houses.spread(packet), 0, len(paths.entries))
    assert (paths.entries[place].effect if place is not None else ruleset.filters[0].default) == houses.decide(
        ruleset, packet
    )


@settings(deadline=None, max_examples=60)
@given(houses.rulesets(), st.lists(st.booleans(), min_size=18, max_size=18))
def test_rule_said_to_be_never_reached_never_is(ruleset, moons):
    told = {
        (one.at.filter, one.at.rule)
        for one in find_anomalies(unfold(ruleset, ruleset.filters[0])).findings
        if one.kind.startswith("shadowed")
    }
    seen = set()
    for packet in houses.PACKETS:
        houses.decide(ruleset, packet, lambda rule: moons[rule.place % 18], seen)
    assert not told & seen


@settings(deadline=None, max_examples=60)
@given(houses.rulesets(exact=True))
def test_exact_rule_that_is_never_reached_is_told(ruleset):
    program = unfold(ruleset, ruleset.filters[0])
    told = {
        (one.at.filter, one.at.rule)
        for one in find_anomalies(program).findings
        if one.kind.startswith(("shadowed", "redundant"))
    }
    seen = set()
    for packet in houses.PACKETS:
        houses.decide(ruleset, packet, seen=seen)
    deciding = {(entry.filter, entry.rule.id) for entry in program.entries if entry.effect not in {"log", "skip"}}
    assert deciding - seen <= told


@settings(deadline=None, max_examples=60)
@given(houses.rulesets(), st.booleans())
def test_rule_said_to_be_needless_is(ruleset, moon):
    for one in find_anomalies(unfold(ruleset, ruleset.filters[0])).findings:
        if one.kind == "redundant":
            without = replace(
                ruleset,
                filters=tuple(
                    replace(
                        chain,
                        rules=tuple(
                            rule for rule in chain.rules if (chain.name, rule.id) != (one.at.filter, one.at.rule)
                        ),
                    )
                    for chain in ruleset.filters
                ),
            )
            for packet in houses.PACKETS[::3]:
                assert houses.decide(ruleset, packet, lambda _: moon) == houses.decide(without, packet, lambda _: moon)


def test_two_halves_shadow_a_third():
    found = judge(
        "-A INPUT -s 192.0.2.0/25 -j DROP",
        "-A INPUT -s 192.0.2.128/25 -j DROP",
        "-A INPUT -s 192.0.2.0/24 -p tcp --dport 22 -j ACCEPT",
    )
    assert kinds(found, "shadowed-allow") == {"-A INPUT -s 192.0.2.0/24 -p tcp --dport 22 -j ACCEPT"}


def test_two_halves_with_a_gap_do_not():
    assert not kinds(
        judge(
            "-A INPUT -s 192.0.2.0/25 -j DROP",
            "-A INPUT -s 192.0.2.129-192.0.2.255 -j DROP",
            "-A INPUT -s 192.0.2.0/24 -j ACCEPT",
        ),
        "shadowed-allow",
    )


def test_a_limited_rule_shadows_nothing():
    assert not kinds(
        judge("-A INPUT -m limit --limit 1/sec -j DROP", "-A INPUT -s 192.0.2.1 -j ACCEPT"), "shadowed-allow"
    )


def test_a_limited_rule_may_be_shadowed():
    assert kinds(
        judge("-A INPUT -s 192.0.2.0/24 -j DROP", "-A INPUT -s 192.0.2.1 -m limit --limit 1/sec -j ACCEPT"),
        "shadowed-allow",
    )


def test_a_refusal_that_never_applies_is_worse():
    assert kinds(judge("-A INPUT -s 192.0.2.0/24 -j ACCEPT", "-A INPUT -s 192.0.2.1 -j DROP"), "shadowed-deny") == {
        "-A INPUT -s 192.0.2.1 -j DROP"
    }


def test_a_chain_that_is_called_twice_is_judged_over_both():
    lines = ["-A INPUT -s 192.0.2.0/24 -j DROP", "-A INPUT -s 192.0.2.0/24 -j a", "-A INPUT -s 198.51.100.0/24 -j a"]
    assert kinds(judge(*lines, "-A a -p tcp --dport 22 -j ACCEPT"), "shadowed-allow") == set()
    assert kinds(judge(*lines[:2], "-A a -p tcp --dport 22 -j ACCEPT"), "shadowed-allow")


def test_what_returns_is_not_decided():
    found = judge("-A INPUT -j a", "-A INPUT -s 192.0.2.1 -j ACCEPT", "-A a -s 192.0.2.0/24 -j RETURN", "-A a -j DROP")
    assert not kinds(found, "shadowed-allow")


def test_a_rule_of_which_the_default_would_do_the_same_is_needless():
    assert kinds(judge("-A INPUT -s 192.0.2.1 -j DROP"), "redundant") == {"-A INPUT -s 192.0.2.1 -j DROP"}
    assert not kinds(judge("-A INPUT -s 192.0.2.1 -j DROP", "-A INPUT -s 192.0.2.0/24 -j ACCEPT"), "redundant")


def test_overlaps_are_counted_and_the_worst_named():
    lines = [f"-A INPUT -s 192.0.2.{number} -j DROP" for number in range(40)] + [
        f"-A INPUT -p tcp --dport {port} -j ACCEPT" for port in range(1, 31)
    ]
    text = "\n".join(["*filter", ":INPUT DROP [0:0]", *lines])
    ruleset = iptables.parse(text)
    found = find_anomalies(unfold(ruleset, ruleset.filters[0]))
    assert found.pairs == {"correlated": 1200, "generalised": 0}
    assert len([one for one in found.findings if one.kind == "correlated"]) == 20


def test_a_loop_ends_and_is_told():
    program = unfold(*with_first("-A INPUT -j a", "-A a -j b", "-A b -j a", "-A b -s 192.0.2.1 -j DROP"))
    assert program.loops == ["filter/a"]
    assert len(program.entries) == 1


def test_chains_that_multiply_are_stopped(monkeypatch):
    monkeypatch.setattr("firewall_audit.rulesets.program.MOST_STEPS", 5_000)
    lines = [f":c{number} - [0:0]" for number in range(40)]
    lines += [line for number in range(39) for line in [f"-A c{number} -j c{number + 1}"] * 2] + [
        "-A c39 -s 192.0.2.1 -j DROP",
        "-A INPUT -j c0",
    ]
    program = unfold(*with_first(*lines))
    assert program.stopped
    assert len(program.entries) <= MOST_ENTRIES + 1


def test_what_costs_too_much_is_counted_and_not_guessed(monkeypatch):
    ruleset, first = with_first(
        *(f"-A INPUT -s 192.0.2.{number} -j DROP" for number in range(200)), "-A INPUT -s 192.0.2.0/25 -j ACCEPT"
    )
    assert find_anomalies(unfold(ruleset, first)).undecided == 0
    monkeypatch.setattr("firewall_audit.rulesets.anomalies.PER_RULE", 10)
    monkeypatch.setattr("firewall_audit.rulesets.anomalies.PER_GLANCE", 10)
    found = find_anomalies(unfold(ruleset, first))
    assert found.undecided == 1
    assert [one.kind for one in found.findings if one.at.line == 205] == ["undecided"]


def with_first(*lines):
    ruleset = iptables.parse(
        "\n".join(["*filter", ":INPUT ACCEPT [0:0]", ":a - [0:0]", ":b - [0:0]", *lines, "COMMIT"])
    )
    return ruleset, ruleset.filter("filter/INPUT")


def test_an_empty_list_has_nothing_to_say():
    empty = Ruleset("random", (Filter("base", ()),))
    assert find_anomalies(unfold(empty, empty.filters[0])).findings == []
    assert walk.DEFAULT < 0


@pytest.mark.parametrize("count", [1_000])
def test_thousands_of_rules_are_judged_in_seconds(count):
    lines = [
        f"-A INPUT -s 10.{number >> 8 & 255}.{number & 255}.0/24 -p tcp --dport {1 + number % 60000} -j {'ACCEPT' if number % 3 else 'DROP'}"
        for number in range(count)
    ]
    found = find_anomalies(unfold(*with_first(*lines)))
    assert found.undecided == 0
