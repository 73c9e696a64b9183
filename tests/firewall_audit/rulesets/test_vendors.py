"""Every vendor's configuration, read: what passes, what does not, and what it says that it did not understand."""

import contextlib
import time

import pytest

from firewall_audit.rulesets.model import Filter, Rule, Ruleset, Unreadable
from firewall_audit.rulesets.parsers import cisco, fortios, junos, paloalto, pf
from firewall_audit.rulesets.parsers.parser import Parser
from tests.firewall_audit.rulesets.packets import Packet, decide
from tests.firewall_audit.rulesets.vendor_samples import (
    ASA,
    FORTI,
    IOS,
    JUNOS,
    JUNOS_SET,
    OPNSENSE,
    PAN,
    PAN_XML,
    PFSENSE,
)


def first(found: Ruleset, name: str = "") -> Filter:
    """The filter of a name, or the only one."""
    made = found.filter(name) if name else found.filters[0]
    assert made is not None
    return made


def rule(made: Filter, place: int) -> Rule:
    """The rule at a place, from 1."""
    return made.rules[place - 1]


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (Packet("203.0.113.9", "192.0.2.10", port=80), "allow"),
        (Packet("203.0.113.9", "192.0.2.11", port=8005), "allow"),
        (Packet("203.0.113.9", "192.0.2.12", port=80), "deny"),
        (Packet("203.0.113.9", "198.51.100.7", "udp", 53), "allow"),
        (Packet("203.0.113.9", "198.51.100.7", "icmp", kind=8), "allow"),
        (Packet("203.0.113.9", "198.51.100.7", "icmp", kind=5), "deny"),
        (Packet("203.0.113.5", "198.51.100.7", port=23), "deny"),
        (Packet("203.0.113.5", "198.51.100.7", port=22), "allow"),
        (Packet("203.0.113.9", "198.51.100.7", "udp", 6000, source_port=1500), "deny"),
    ],
)
def test_an_access_list_of_asa_decides_as_the_device(packet: Packet, expected: str) -> None:
    """Objects, nested groups, services, names, inactive entries."""
    assert decide(first(cisco.ASA.parse(ASA), "IN"), packet)[0] == expected


def test_what_asa_says_beside_its_rules() -> None:
    """Remarks, logging, ends, where a list is applied, what could not be modelled."""
    found = cisco.ASA.parse(ASA)
    made = first(found, "IN")
    assert (found.host, made.applied, made.default) == ("edge", ("in interface outside",), "deny")
    assert (rule(made, 1).comment, rule(made, 1).logs) == ("web servers, CH-2026-0001", True)
    assert rule(made, 7).unmodelled == ("the group LOOP holds itself",)
    timed, named, off = rule(made, 4), rule(made, 5), rule(made, 6)
    assert timed.ends_at is not None
    assert (timed.ends_at.year, timed.exact) == (2026, False)
    assert named.unmodelled == ("the host by name www.example.org",)
    assert not off.enabled
    assert {one.what.split(":")[0] for one in found.unmodelled} == {
        "access list L2",
        "no access list on the interface inside",
    }


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (Packet("192.0.2.5", "203.0.113.1", port=22), ("allow", "10")),
        (Packet("192.0.2.100", "203.0.113.1", "icmp", kind=8), ("allow", "10")),
        (Packet("192.0.2.205", "203.0.113.1", port=22), ("allow", "10")),
        (Packet("192.0.2.211", "203.0.113.1", port=22), ("allow", "60")),
        (Packet("203.0.113.9", "203.0.113.1", port=22, flags=16), ("allow", "20")),
        (Packet("203.0.113.9", "198.51.100.127", port=443), ("allow", "30")),
        (Packet("203.0.113.9", "203.0.113.1", "icmp", kind=5), ("deny", "40")),
    ],
)
def test_an_access_list_of_ios_decides_as_the_device(packet: Packet, expected: tuple[str, str]) -> None:
    """Wildcards, object groups, established, types of ICMP; a reflexive list may let everything back, and says so."""
    assert decide(first(cisco.IOS.parse(IOS), "EDGE"), packet) == expected


def test_lists_of_ios_know_their_place() -> None:
    """Interfaces, lines, both families, parts that are not modelled."""
    found = cisco.IOS.parse(IOS)
    assert [(one.name, one.hook, one.applied) for one in found.filters] == [
        ("10", "input", ("line vty 0 4 in",)), ("EDGE", "forward", ("Gi0/0 in",)), ("SIX", "forward", ()),
    ]  # fmt: skip
    assert decide(first(found, "SIX"), Packet("2001:db8::9", "2001:db8::1", port=443))[0] == "allow"
    assert decide(first(found, "10"), Packet("192.0.2.77", "203.0.113.1"))[0] == "allow"
    edge = first(found, "EDGE")
    assert [one.unmodelled for one in edge.rules] == [(), (), (), (), ("dscp ef",), ("a reflexive list",)]


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (Packet("203.0.113.9", "192.0.2.10", port=443, came="untrust", goes="trust"), "allow-web"),
        (Packet("203.0.113.9", "192.0.2.25", port=8443, came="untrust", goes="trust"), "allow-web"),
        (Packet("203.0.113.9", "192.0.2.30", port=8443, came="untrust", goes="trust"), ""),
        (Packet("198.51.100.4", "203.0.113.9", port=443, came="trust", goes="untrust"), ""),
        (Packet("192.0.2.4", "203.0.113.9", port=443, came="trust", goes="untrust"), "not-lab"),
        (Packet("192.0.2.4", "192.0.2.5", port=1, came="trust", goes="trust"), "intrazone-default"),
    ],
)
def test_rules_of_panos_decide_as_the_device(packet: Packet, expected: str) -> None:
    """Zones, groups, negation, a disabled rule on top, what passes inside one zone."""
    assert decide(first(paloalto.PANOS.parse(PAN)), packet)[1] == expected


def test_panos_names_what_it_cannot_model() -> None:
    """An application is not a port."""
    made = first(paloalto.PANOS.parse(PAN))
    assert [(one.id, one.enabled, one.unmodelled) for one in made.rules] == [
        ("old", False, ()), ("allow-web", True, ()), ("not-lab", True, ("only the applications ssl",)), ("intrazone-default", True, ()),
    ]  # fmt: skip


def test_panos_in_xml_says_what_its_set_lines_say() -> None:
    """The same tree from both ways of writing."""
    made = first(paloalto.PANOS.parse(PAN_XML))
    assert decide(made, Packet("203.0.113.9", "192.0.2.10", port=8080, came="untrust", goes="trust")) == (
        "allow",
        "allow-web",
    )
    assert decide(made, Packet("203.0.113.9", "192.0.2.10", port=8081, came="untrust", goes="trust"))[0] == "deny"


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (Packet("203.0.113.9", "192.0.2.10", port=443, came="untrust", goes="trust"), ("allow", "untrust>trust/web")),
        (Packet("203.0.113.9", "192.0.2.10", "udp", 53, came="untrust", goes="trust"), ("allow", "untrust>trust/web")),
        (Packet("203.0.113.9", "192.0.2.11", port=443, came="untrust", goes="trust"), ("deny", "untrust>trust/last")),
        (Packet("192.0.2.4", "203.0.113.9", port=1, came="trust", goes="untrust"), ("reject", "trust>untrust/out")),
        (Packet("198.51.100.4", "203.0.113.9", "icmp", kind=8, came="trust", goes="untrust"), ("allow", "global/ping")),
        (Packet("198.51.100.4", "203.0.113.9", port=1, came="trust", goes="untrust"), ("deny", "")),
    ],
)
def test_policies_of_junos_decide_as_the_device(packet: Packet, expected: tuple[str, str]) -> None:
    """Pairs of zones, address books, sets of applications, an inactive policy, global policies behind."""
    assert decide(first(junos.JUNOS.parse(JUNOS)), packet) == expected


def test_a_filter_of_junos_guards_the_device_itself() -> None:
    """Prefix lists; a filter on lo0 is about traffic to the device."""
    made = first(junos.JUNOS.parse(JUNOS), "inet filter guard")
    assert made.hook == "input"
    assert decide(made, Packet("203.0.113.9", "192.0.2.1", port=22)) == ("allow", "ssh")
    assert decide(made, Packet("203.0.113.99", "192.0.2.1", port=22)) == ("deny", "rest")


def test_junos_in_set_lines_says_what_its_braces_say() -> None:
    """The same policy from both ways of writing."""
    packet = Packet("203.0.113.9", "192.0.2.10", port=443, came="untrust", goes="trust")
    assert decide(first(junos.JUNOS.parse(JUNOS_SET)), packet) == decide(first(junos.JUNOS.parse(JUNOS)), packet)


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (Packet("203.0.113.9", "192.0.2.25", port=8080, came="port1", goes="port3"), "3"),
        (Packet("203.0.113.9", "192.0.2.25", port=8080, source_port=80, came="port1", goes="port3"), ""),
        (Packet("203.0.113.9", "192.0.2.10", port=8080, came="port1", goes="port3"), ""),
        (Packet("203.0.113.9", "192.0.2.25", "udp", 53, came="port1", goes="dmz"), "3"),
        (Packet("203.0.113.9", "198.51.100.1", port=22, came="port9", goes="port8"), "7"),
        (Packet("203.0.113.9", "198.51.100.1", "icmp", kind=8, came="port1", goes="port2"), ""),
    ],
)
def test_policies_of_fortios_decide_as_the_device(packet: Packet, expected: str) -> None:
    """Groups with an exclusion, zones, source ports, a disabled policy that was moved."""
    assert decide(first(fortios.FORTIOS.parse(FORTI)), packet)[1] == expected


def test_fortios_names_what_it_cannot_model() -> None:
    """A country, and a schedule that ends."""
    made = first(fortios.FORTIOS.parse(FORTI))
    assert [one.id for one in made.rules] == ["5", "3", "7"]
    last = rule(made, 3)
    assert last.unmodelled == ("the address far of the kind geography", "only at the times of project")
    assert last.ends_at is not None
    assert (rule(made, 2).logs, rule(made, 2).name) == (True, "web")


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (Packet("203.0.113.9", "192.0.2.11", port=80, came="wan"), ("allow", "100")),
        (Packet("203.0.113.9", "192.0.2.10", port=8003, came="wan"), ("allow", "100")),
        (Packet("10.1.1.1", "192.0.2.10", port=80, came="wan"), ("deny", "wan/blockpriv")),
        (Packet("203.0.113.9", "192.0.2.10", port=23, came="wan"), ("deny", "200")),
        (Packet("192.0.2.5", "203.0.113.1", port=443, came="lan"), ("allow", "102")),
        (Packet("192.0.2.5", "198.51.100.1", port=443, came="lan"), ("deny", "")),
    ],
)
def test_rules_of_pfsense_decide_as_the_device(packet: Packet, expected: tuple[str, str]) -> None:
    """Floating before interfaces, aliases in aliases, negation, private networks blocked, a disabled rule."""
    assert decide(first(pf.PF.parse(PFSENSE)), packet) == expected


def test_of_rules_that_are_not_quick_the_last_decides() -> None:
    """A block of a whole country by a list kept elsewhere is asked before them, and says that it is not modelled."""
    made = first(pf.PF.parse(PFSENSE))
    assert [one.id for one in made.rules] == ["wan/blockpriv", "200", "100", "101", "102", "103", "202", "201"]
    assert rule(made, 4).unmodelled == ("the alias LAND of the kind urltable",)


def test_newer_rules_of_opnsense_stand_in_their_own_order() -> None:
    """Automation rules with a sequence; a rule of the older kind that is not quick comes last."""
    made = first(pf.PF.parse(OPNSENSE))
    assert [one.id for one in made.rules] == ["r1", "r2", "u1"]
    assert decide(made, Packet("192.0.2.99", "192.0.2.10", port=443, came="lan")) == ("deny", "r1")
    assert decide(made, Packet("192.0.2.98", "192.0.2.10", port=443, came="lan")) == ("allow", "r2")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('<?xml version="1.0"?><!DOCTYPE pfsense [<!ENTITY a "b">]><pfsense>&a;</pfsense>', "document type"),
        (
            '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]><pfsense>&b;</pfsense>',
            "document type",
        ),
        ('<!DOCTYPE pfsense SYSTEM "http://192.0.2.1/x.dtd"><pfsense/>', "document type"),
        ("<pfsense>" + "<a>" * 500, "deep"),
        ("<pfsense><filter>", "well-formed"),
        ("<other/>", "no configuration"),
        ("", "well-formed"),
    ],
)
def test_hostile_xml_is_refused_by_name(text: str, why: str) -> None:
    """Entities, a billion laughs, something outside, a tower of elements, a cut file."""
    with pytest.raises(Unreadable, match=why):
        pf.PF.parse(text)


PARSERS = (cisco.ASA, cisco.IOS, paloalto.PANOS, junos.JUNOS, fortios.FORTIOS, pf.PF)
SAMPLES = (ASA, IOS, PAN, JUNOS, FORTI, PFSENSE)


@pytest.mark.parametrize(("parser", "text"), list(zip(PARSERS, SAMPLES, strict=True)))
def test_each_kind_is_known_by_its_own_parser_alone(parser: Parser, text: str) -> None:
    """Nobody has to say what a text is."""
    assert [one.name for one in PARSERS if one.recognises(text)] == [parser.name]


@pytest.mark.parametrize("parser", PARSERS, ids=lambda one: one.name)
@pytest.mark.parametrize(
    "text",
    ["", "\x00\x00", "hello", "{" * 5000, "}" * 5000, "<" * 5000, '"' * 5000, "set " * 5000, "config a\n" * 500, "access-list a\n" * 500, "x" * 1_000_000,
     "access-list A extended permit tcp\n" * 10, "ip access-list extended A\n permit\n permit tcp host\n 10 deny\n", "set rulebase security rules\nset\n",
     "set security policies from-zone a to-zone b policy c\n", "config firewall policy\nedit 1\nset srcaddr\nmove 1\nclone 1\nrename 1 to\nend\nend\n"],
)  # fmt: skip
def test_nonsense_is_read_or_refused_and_never_a_fault(parser: Parser, text: str) -> None:
    """Empty, endless, cut in the middle of a word."""
    with contextlib.suppress(Unreadable):
        assert parser.parse(text).size >= 0


def test_a_configuration_of_twenty_thousand_rules_is_read_in_time() -> None:
    """The limit of the house; a generous one for a busy machine."""
    lines = [
        f"access-list BIG extended permit tcp any host 10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255} eq 443"
        for i in range(20_000)
    ]
    begun = time.process_time()
    assert cisco.ASA.parse("ASA Version 9.9\n" + "\n".join(lines)).size == 20_000
    assert time.process_time() - begun < 30
