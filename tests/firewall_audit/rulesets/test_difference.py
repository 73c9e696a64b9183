"""What is said to be allowed or refused now is so for every packet, and nothing else is: tried with all packets of a small world."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings

from firewall_audit.rulesets.difference import compare, merged, words_of
from firewall_audit.rulesets.parsers import iptables
from firewall_audit.rulesets.walk import holds_packet
from tests.firewall_audit.rulesets import houses
from tools.parts import PARTS


def house(*lines, policy="DROP"):
    return iptables.parse("\n".join(["*filter", f":INPUT {policy} [0:0]", ":a - [0:0]", *lines, "COMMIT"]))


def told(before, after):
    return {(one.now, one.words) for one in compare(before, after).traffic}


@settings(deadline=None, max_examples=60)
@given(houses.rulesets(exact=True), houses.rulesets(exact=True))
def test_difference_is_exactly_the_packets_that_fare_otherwise(before, after):
    found = compare(before, after)
    assert not found.undecided
    for packet in houses.PACKETS:
        was, now = (houses.decide(one, packet) == "allow" for one in (before, after))
        said = {one.now for one in found.traffic if one.box and holds_packet(one.box, houses.spread(packet))}
        assert said == (set() if was == now else {"allowed" if now else "refused"})
    assert all(one.certain for one in found.traffic)


@settings(deadline=None, max_examples=60)
@given(houses.rulesets())
def test_nothing_differs_from_itself(ruleset):
    assert compare(ruleset, ruleset).empty


def test_a_new_opening_in_words():
    before, after = (
        house("-A INPUT -s 192.0.2.0/24 -j DROP"),
        house("-A INPUT -s 192.0.2.0/24 -j DROP", "-A INPUT -d 198.51.100.5/32 -p tcp -m tcp --dport 3306 -j ACCEPT"),
    )
    found = compare(before, after)
    assert [(one.now, one.words, one.certain) for one in found.traffic] == [
        ("allowed", "tcp 3306 from all but 192.0.2.0/24 to 198.51.100.5", True)
    ]
    assert found.traffic[0].because[0].text.endswith("--dport 3306 -j ACCEPT")
    assert found.added == (("filter/INPUT", "-A INPUT -d 198.51.100.5/32 -p tcp -m tcp --dport 3306 -j ACCEPT"),)
    assert told(after, before) == {("refused", "tcp 3306 from all but 192.0.2.0/24 to 198.51.100.5")}


def test_a_rule_that_changes_nothing_is_a_difference_of_words_alone():
    before, after = (
        house("-A INPUT -s 192.0.2.0/24 -j ACCEPT"),
        house("-A INPUT -s 192.0.2.0/24 -j ACCEPT", "-A INPUT -s 192.0.2.1/32 -j ACCEPT"),
    )
    assert not compare(before, after).traffic
    assert compare(before, after).added


def test_order_matters_though_no_word_changed():
    before, after = (
        house("-A INPUT -s 192.0.2.1 -j DROP", "-A INPUT -s 192.0.2.0/31 -j ACCEPT"),
        house("-A INPUT -s 192.0.2.0/31 -j ACCEPT", "-A INPUT -s 192.0.2.1 -j DROP"),
    )
    found = compare(before, after)
    assert not found.added
    assert {(one.now, one.words) for one in found.traffic} == {
        ("allowed", "every protocol from 192.0.2.1 to 0.0.0.0/0")
    }


def test_a_chain_renamed_is_no_new_traffic():
    before = house("-A INPUT -j a", "-A a -s 192.0.2.1 -j ACCEPT")
    after = iptables.parse(
        "*filter\n:INPUT DROP [0:0]\n:z - [0:0]\n-A INPUT -j z\n-A z -s 192.0.2.1 -j ACCEPT\nCOMMIT\n"
    )
    assert not compare(before, after).traffic


def test_the_default_is_a_rule_too():
    assert told(house("-A INPUT -i lo -j ACCEPT"), house("-A INPUT -i lo -j ACCEPT", policy="ACCEPT")) == {
        ("allowed", "every protocol from 0.0.0.0/0 to 0.0.0.0/0 in by all but lo"),
        ("allowed", "every protocol from ::/0 to ::/0 in by all but lo"),
    } - {("allowed", "every protocol from ::/0 to ::/0 in by all but lo")} | {
        ("allowed", "every protocol from ::/0 to ::/0")
    }


def test_a_limited_rule_is_not_certain():
    found = compare(house(), house("-A INPUT -p icmp -m limit --limit 1/sec -j ACCEPT"))
    assert [(one.now, one.certain) for one in found.traffic] == [("allowed", False)]


def test_a_list_that_is_gone_is_compared_with_its_default():
    before = iptables.parse(
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n-A FORWARD -s 192.0.2.1 -j ACCEPT\nCOMMIT\n"
    )
    after = iptables.parse("*filter\n:INPUT DROP [0:0]\nCOMMIT\n")
    assert told(before, after) == {("refused", "every protocol from 192.0.2.1 to 0.0.0.0/0")}


@settings(deadline=None, max_examples=60)
@given(houses.st.lists(houses.boxes, max_size=8))
def test_joining_boxes_loses_no_packet_and_adds_none(some):
    def packets(boxes):
        return {packet for packet in houses.PACKETS if any(holds_packet(box, houses.spread(packet)) for box in boxes)}

    joined = merged(some)
    assert packets(joined) == packets(some)
    assert len(joined) <= len(some)


WORDS = {"allow": "ACCEPT", "deny": "DROP", "return": "-"}


def as_the_corpus_says(line):
    name, text = line
    table, chain = name.split("/", 1)
    return (
        f"{table}: POLICY {chain} {WORDS[text.removeprefix('default ')]}"
        if text.startswith("default ")
        else f"{table}: {text}"
    )


@pytest.mark.needs("corpora")
def test_changes_of_real_firewalls_are_those_that_the_corpus_knows():
    folder = PARTS["corpora"].find() / "configs/iptables-save"
    pairs = json.loads((folder / "change_pairs.json").read_text())
    assert pairs
    for pair in pairs:
        before, after = (iptables.parse((folder / pair[side]).read_text()) for side in ("before", "after"))
        old, new = words_of(before), words_of(after)
        assert Counter(map(as_the_corpus_says, (new - old).elements())) == Counter(pair["added_rules"])
        assert Counter(map(as_the_corpus_says, (old - new).elements())) == Counter(pair["removed_rules"])
        if after.size < 1_000:  # the greatest is measured by the bench
            found = compare(before, after)
            assert not found.undecided
            assert bool(found.traffic) == bool(pair["added"] or pair["removed"])
