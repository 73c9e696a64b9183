"""What nft writes, as text and as JSON, means the same; sets, maps of verdicts and tuples are resolved, the rest is named."""

import json
import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firewall_audit.rulesets import values
from firewall_audit.rulesets.analysis import analyse
from firewall_audit.rulesets.boxes import ALL_V4, ALL_V6
from firewall_audit.rulesets.difference import compare
from firewall_audit.rulesets.intervals import difference
from firewall_audit.rulesets.model import Rule, Unreadable
from firewall_audit.rulesets.parsers import PARSERS, nftables, nftables_json
from firewall_audit.rulesets.parsers.nftables_words import read_statements
from firewall_audit.rulesets.terms import Terms
from tests.firewall_audit.rulesets.test_analysis import NOW
from tools.parts import PARTS

HOUSE = """\
#!/usr/sbin/nft -f
flush ruleset
define office = { 192.0.2.0/24, 198.51.100.7 }
table inet fw { # handle 1
	set friends {
		type ipv4_addr
		flags interval
		elements = { 203.0.113.0/28 comment "bakery",
			203.0.113.64-203.0.113.70 }
	}
	set banned {
		type ipv4_addr
		flags dynamic,timeout
		timeout 1h
	}
	map doors {
		type inet_service : verdict
		elements = { 22 : jump admins, 23 : drop }
	}
	chain input { # handle 2
		type filter hook input priority filter; policy drop;
		iifname "lo" accept # handle 5
		ct state vmap { established : accept, related : accept, invalid : drop } # handle 6
		ip saddr @banned drop
		ip saddr @friends tcp dport { 80, 443, 8000-8010 } counter packets 7 bytes 420 log prefix "friend: " accept comment "owner: web CHG-3" # handle 8
		tcp dport vmap @doors
		ip saddr . tcp dport { 192.0.2.1 . 25, 192.0.2.2 . 587 } accept
		meta l4proto { tcp, udp } th dport 53 limit rate 10/second accept
		icmpv6 type { nd-neighbor-solicit, echo-request } accept
		ip saddr != $office tcp flags & (fin | syn | rst | ack) == syn reject with tcp reset
	}
	chain admins {
		ip saddr $office accept
		reject with icmpx type admin-prohibited
	}
}
"""


def house():
    return nftables.parse(HOUSE)


def rules(text, name="inet t c"):
    return (
        nftables.parse(
            f"table inet t {{\n chain c {{\n  type filter hook input priority 0; policy drop;\n  {text}\n }}\n}}\n"
        )
        .filter(name)
        .rules
    )


def test_a_house_of_rules_is_read():
    ruleset = house()
    assert [(one.name, one.default, one.hook) for one in ruleset.filters] == [
        ("inet fw input", "deny", "input"),
        ("inet fw admins", "return", ""),
    ]
    assert [rule.action for rule in ruleset.filters[0].rules] == [
        "allow",
        "allow",
        "allow",
        "deny",
        "deny",
        "allow",
        "jump",
        "deny",
        "allow",
        "allow",
        "allow",
        "reject",
    ]
    assert ruleset.unmodelled == ()
    loopback = ruleset.filters[0].rules[0]
    assert (loopback.id, loopback.line) == ("5", 22)
    assert loopback.boxes == tuple(one._replace(incoming=values.name("lo")) for one in (ALL_V4, ALL_V6))


def test_a_set_is_resolved_and_one_that_changes_by_itself_is_named():
    banned, friends = house().filters[0].rules[4:6]
    assert banned.unmodelled
    assert banned.boxes == (ALL_V4, ALL_V6), "as wide as it can be"
    assert friends.exact
    assert friends.boxes == (
        ALL_V4._replace(
            sources=values.addresses("203.0.113.0/28")[1] + values.addresses("203.0.113.64-203.0.113.70")[1],
            protocols=((6, 6),),
            destination_ports=((80, 80), (443, 443), (8000, 8010)),
        ),
    )
    assert (friends.hits.packets, friends.logs, friends.comment) == (7, True, "owner: web CHG-3")
    assert "packets 7" not in friends.text


def test_a_map_of_verdicts_is_one_rule_for_each():
    admins, telnet = house().filters[0].rules[6:8]
    assert (admins.action, admins.target, admins.boxes[0].destination_ports) == ("jump", "inet fw admins", ((22, 22),))
    assert (telnet.action, telnet.boxes[0].destination_ports) == ("deny", ((23, 23),))


def test_tuples_are_boxes():
    rule = house().filters[0].rules[8]
    assert [(box.sources, box.destination_ports) for box in rule.boxes] == [
        (values.addresses("192.0.2.1")[1], ((25, 25),)),
        (values.addresses("192.0.2.2")[1], ((587, 587),)),
    ]


def test_limits_are_named_and_flags_resolved():
    dns, ping, reject = house().filters[0].rules[9:]
    assert dns.unmodelled == ("limit rate 10/second",)
    assert [box.family for box in ping.boxes] == [((6, 6),)]
    assert reject.boxes[0].flags == values.flags(0x17, 0x02)
    assert reject.boxes[0].sources == difference(
        difference(ALL_V4.sources, values.addresses("192.0.2.0/24")[1]), values.addresses("198.51.100.7")[1]
    )


def test_words_of_a_refusal_are_no_condition():
    (rule,) = rules("reject with icmp type host-unreachable")
    assert rule.boxes == (ALL_V4, ALL_V6)
    (rule,) = rules('log prefix "tcp dport 22 accept" flags tcp sequence,options flags ip options drop')
    assert (rule.action, rule.boxes, rule.exact) == ("deny", (ALL_V4, ALL_V6), True)


@pytest.mark.parametrize(
    "text", ["ip saddr < 192.0.2.9 drop", "tcp dport & 1 == 1 drop", "meta mark 1 drop", "ct original ip saddr 192.0.2.1 drop", "jump { ip saddr 192.0.2.1 accept }", "ip saddr @nowhere drop", "quota over 5 mbytes drop", "tcp dport nonsense drop"]
)  # fmt: skip
def test_what_is_not_modelled_leaves_a_rule_wide_and_named(text):
    (rule,) = rules(text)
    assert rule.unmodelled
    assert rule.boxes[0].sources == ALL_V4.sources


def test_a_house_is_judged_and_compared():
    report = analyse(house(), Terms(), at=NOW)
    assert {one.kind for one in report.findings} >= {"not-modelled", "no-owner", "not-logged"}
    after = nftables.parse(HOUSE.replace("203.0.113.0/28", "203.0.113.0/27"))
    assert [(one.now, one.words) for one in compare(house(), after).traffic] == [
        ("allowed", "tcp 80, 443, 8000-8010 from 203.0.113.16/28 to 0.0.0.0/0 in by all but lo if new, untracked")
    ]


AS_JSON = {
    "nftables": [
        {"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
        {"table": {"family": "inet", "name": "fw", "handle": 1}},
        {"chain": {"family": "inet", "table": "fw", "name": "input", "handle": 2, "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}},
        {"set": {"family": "inet", "table": "fw", "name": "friends", "type": "ipv4_addr", "flags": ["interval"], "elem": [{"prefix": {"addr": "203.0.113.0", "len": 28}}]}},
        {
            "rule": {
                "family": "inet", "table": "fw", "chain": "input", "handle": 8, "comment": "CHG-3",
                "expr": [
                    {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "@friends"}},
                    {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": {"set": [80, {"range": [8000, 8010]}]}}},
                    {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["new", "related"]}},
                    {"counter": {"packets": 7, "bytes": 420}},
                    {"accept": None},
                ],
            }
        },
    ]
}  # fmt: skip


def test_json_means_what_text_means():
    ruleset = nftables_json.parse(json.dumps(AS_JSON))
    (rule,) = ruleset.filters[0].rules
    text = "table inet fw { set friends { type ipv4_addr; elements = { 203.0.113.0/28 } }\n chain input { type filter hook input priority 0; policy drop;\n ip saddr @friends tcp dport { 80, 8000-8010 } ct state new,related accept\n}}"
    (same,) = nftables.parse(text).filters[0].rules
    assert (rule.action, rule.boxes, rule.id, rule.hits.packets, rule.comment) == ("allow", same.boxes, "8", 7, "CHG-3")
    assert ruleset.filters[0].default == "deny"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("once upon a time", 1),
        ("table inet x {\n chain y {\n accept\n", 3),
        ("table nonsense x {\n}\n", 1),
        ("x" * 100_000, 1),
    ],
)
def test_nonsense_is_refused_with_its_line(text, line):
    with pytest.raises(Unreadable, match=rf"^line {line}: "):
        nftables.parse(text)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"nftables": 5}', '{"nftables": [5]}', "[" * 100_000])
def test_nonsense_as_json_is_refused(text):
    with pytest.raises(Unreadable, match=r"^line \d+: "):
        nftables_json.parse(text)


words = st.sampled_from(
    [
        "ip",
        "saddr",
        "daddr",
        "192.0.2.1",
        "2001:db8::/32",
        "tcp",
        "dport",
        "flags",
        "22",
        "{",
        "}",
        ",",
        ".",
        ":",
        "(",
        ")",
        "&",
        "|",
        "/",
        "==",
        "!=",
        "!",
        "<",
        "@x",
        "$x",
        "vmap",
        "map",
        "accept",
        "drop",
        "jump",
        "goto",
        "a",
        "log",
        "prefix",
        '"y"',
        "counter",
        "packets",
        "1",
        "bytes",
        "ct",
        "state",
        "new",
        "limit",
        "rate",
        "1/second",
        "meta",
        "l4proto",
        "iifname",
        "elements",
        "=",
        "set",
        "reject",
        "with",
        "comment",
    ]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(words, max_size=14).map(" ".join))
def test_no_rule_breaks_it(text):
    with suppress(Unreadable):
        rules(text)


@pytest.mark.needs("corpora")
def test_text_and_json_of_the_corpus_agree_wherever_both_are_understood():
    exact = 0
    for file in sorted((PARTS["corpora"].find() / "configs/nftables_text_json_pairs").iterdir()):
        family = re.match(r"tests__py__(\w+?)__", file.name)[1].replace("any", "inet")
        for text, parts in re.findall(r"(?ms)^# (.+?)\n(\[.*?^\])", file.read_text()):
            with suppress(json.JSONDecodeError):
                base = Rule("x", 1, 1, text, "continue", ())
                families = nftables.FAMILIES.get(family, ())
                sides = [
                    list(nftables.meant(said, base, families, "", {}))
                    for said in (
                        read_statements([token for token, _ in nftables._tokens(text)]),
                        nftables_json.statement(json.loads(parts)),
                    )
                ]
                if families and all(rule.exact for side in sides for rule in side):
                    exact += 1
                    assert [(rule.action, rule.boxes) for rule in sides[0]] == [
                        (rule.action, rule.boxes) for rule in sides[1]
                    ], text
    assert exact > 260


@pytest.mark.needs("corpora")
def test_rulesets_of_the_corpus_are_read():
    folder = PARTS["corpora"].find() / "configs"
    files = [*folder.glob("nftables/*"), *folder.glob("aerleon_generated/nftables/*")]
    read = 0
    for file in files:
        with suppress(Unreadable):
            assert not nftables.parse(file.read_text()).unmodelled, file.name
            read += 1
    assert read >= len(files) - 2, "one is empty, one only includes others"


def test_each_kind_is_known_by_its_beginning():
    for text, name in (
        (HOUSE, "nftables"),
        (json.dumps(AS_JSON), "nftables-json"),
        ("*filter\n:INPUT DROP [0:0]\n", "iptables"),
    ):
        assert [one.name for one in PARSERS if one.recognises(text)] == [name]
