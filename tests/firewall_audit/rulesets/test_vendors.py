"""Every vendor's configuration, read: what passes, what does not, and what it says that it did not understand."""

import contextlib
import time

import pytest

from firewall_audit.rulesets.model import Filter, Rule, Ruleset, Unreadable
from firewall_audit.rulesets.parsers import cisco, fortios, junos, paloalto, pf
from firewall_audit.rulesets.parsers.parser import Parser
from tests.firewall_audit.rulesets.packets import Packet, decide

ASA = """
ASA Version 9.18(1)
hostname edge
names
name 192.0.2.10 web-1
interface GigabitEthernet0/0
 nameif outside
interface GigabitEthernet0/1
 nameif inside
object network WEB
 host web-1
object network DC
 subnet 198.51.100.0 255.255.255.0
object network BYNAME
 fqdn v4 www.example.org
object-group network SERVERS
 network-object object WEB
 group-object MORE
object-group network MORE
 network-object host 192.0.2.11
object-group network LOOP
 network-object host 192.0.2.12
 group-object LOOP
object-group service WEBPORTS tcp
 port-object eq www
 port-object range 8000 8010
object-group service MIXED
 service-object udp destination eq domain
 service-object icmp echo
time-range OFFICE
 absolute end 23:59 31 December 2026
access-list IN remark web servers, CH-2026-0001
access-list IN extended permit tcp any object-group SERVERS object-group WEBPORTS log
access-list IN extended permit object-group MIXED any object DC
access-list IN extended deny tcp any4 object DC eq telnet
access-list IN extended permit ip host 203.0.113.5 object DC time-range OFFICE
access-list IN extended permit tcp any object BYNAME eq https
access-list IN extended permit udp any range 1000 2000 object DC gt 5000 inactive
access-list IN extended deny tcp any object-group LOOP eq 99
access-list L2 ethertype permit any
access-group IN in interface outside
"""

IOS = """
hostname rtr
object-group network ADMINS
 host 192.0.2.5
 192.0.2.64 255.255.255.192
 range 192.0.2.200 192.0.2.210
object-group service MGMT
 tcp eq 22
 icmp echo
access-list 10 permit 192.0.2.0 0.0.0.255
ip access-list extended EDGE
 remark management
 10 permit object-group MGMT object-group ADMINS any
 20 permit tcp any any established
 30 permit tcp any 198.51.100.0 0.0.0.127 eq 80 443 log
 40 deny icmp any any redirect
 50 permit udp any eq domain any dscp ef
 60 evaluate BACK
ipv6 access-list SIX
 sequence 10 permit tcp any host 2001:db8::1 eq 443
interface Gi0/0
 ip access-group EDGE in
line vty 0 4
 access-class 10 in
"""

PAN = """
set deviceconfig system hostname pan
set zone trust network layer3 ethernet1/1
set zone untrust network layer3 ethernet1/2
set address web ip-netmask 192.0.2.10
set address pool ip-range 192.0.2.20-192.0.2.29
set address-group all-web static [ web pool ]
set service web-alt protocol tcp port 8080,8443
set service-group web-ports members [ service-https web-alt ]
set rulebase security rules allow-web from untrust
set rulebase security rules allow-web to trust
set rulebase security rules allow-web source any
set rulebase security rules allow-web destination all-web
set rulebase security rules allow-web service web-ports
set rulebase security rules allow-web application any
set rulebase security rules allow-web action allow
set rulebase security rules not-lab from trust
set rulebase security rules not-lab to untrust
set rulebase security rules not-lab source 198.51.100.0/24
set rulebase security rules not-lab negate-source yes
set rulebase security rules not-lab destination any
set rulebase security rules not-lab service any
set rulebase security rules not-lab application [ ssl ]
set rulebase security rules not-lab action allow
set rulebase security rules old disabled yes
set rulebase security rules old from any
set rulebase security rules old to any
set rulebase security rules old source any
set rulebase security rules old destination any
set rulebase security rules old service any
set rulebase security rules old action deny
move rulebase security rules old top
"""

PAN_XML = """<?xml version="1.0"?>
<config><devices><entry name="localhost.localdomain"><deviceconfig><system><hostname>pan</hostname></system></deviceconfig>
<vsys><entry name="vsys1"><zone><entry name="trust"/><entry name="untrust"/></zone>
<address><entry name="web"><ip-netmask>192.0.2.10</ip-netmask></entry></address>
<service><entry name="web-alt"><protocol><tcp><port>8080</port></tcp></protocol></entry></service>
<rulebase><security><rules><entry name="allow-web"><from><member>untrust</member></from><to><member>trust</member></to>
<source><member>any</member></source><destination><member>web</member></destination><service><member>web-alt</member></service>
<application><member>any</member></application><action>allow</action></entry></rules></security></rulebase>
</entry></vsys></entry></devices></config>"""

JUNOS = """
system { host-name srx; }
security {
    address-book { global { address web 192.0.2.10/32; address-set webs { address web; } } }
    zones { security-zone trust { address-book { address lan 198.51.100.0/24; } } security-zone untrust { interfaces { ge-0/0/0.0; } } }
    policies {
        from-zone untrust to-zone trust {
            policy web { match { source-address any; destination-address webs; application [ junos-https alt ]; } then { permit; log { session-init; } } }
            inactive: policy old { match { source-address any; destination-address any; application any; } then { permit; } }
            policy last { match { source-address any; destination-address any; application any; } then { deny; } }
        }
        from-zone trust to-zone untrust {
            policy out { match { source-address lan; destination-address any; application any; source-address-excluded; } then { reject; } }
        }
        global { policy ping { match { source-address any; destination-address any; application junos-ping; } then { permit; } } }
        default-policy { deny-all; }
    }
}
applications { application alt { term a protocol tcp destination-port 8080-8081; term b protocol udp destination-port 53; } }
firewall { family inet { filter guard {
    term ssh { from { source-prefix-list { admins; } protocol tcp; destination-port ssh; } then { accept; } }
    term rest { then { discard; } } } } }
policy-options { prefix-list admins { 203.0.113.0/28; } }
interfaces { lo0 { unit 0 { family inet { filter { input guard; } } } } }
"""

JUNOS_SET = """
set system host-name srx
set security address-book global address web 192.0.2.10/32
set security policies from-zone untrust to-zone trust policy web match source-address any
set security policies from-zone untrust to-zone trust policy web match destination-address web
set security policies from-zone untrust to-zone trust policy web match application junos-https
set security policies from-zone untrust to-zone trust policy web then permit
"""

FORTI = """#config-version=FGT60F-7.2.5
config system global
    set hostname "forti"
end
config system zone
    edit "dmz"
        set interface "port3"
    next
end
config firewall address
    edit "web"
        set subnet 192.0.2.10 255.255.255.255
    next
    edit "pool"
        set type iprange
        set start-ip 192.0.2.20
        set end-ip 192.0.2.29
    next
    edit "far"
        set type geography
        set country "AQ"
    next
end
config firewall addrgrp
    edit "webs"
        set member "web" "pool"
        set exclude enable
        set exclude-member "web"
    next
end
config firewall service custom
    edit "alt"
        set tcp-portrange 8080-8081:1024-65535
        set udp-portrange 53
    next
end
config firewall schedule onetime
    edit "project"
        set end 18:00 2026/12/31
    next
end
config firewall policy
    edit 3
        set name "web"
        set srcintf "port1"
        set dstintf "dmz"
        set action accept
        set srcaddr "all"
        set dstaddr "webs"
        set schedule "always"
        set service "alt" "HTTPS"
        set logtraffic all
    next
    edit 7
        set srcintf "any"
        set dstintf "any"
        set action accept
        set srcaddr "far"
        set dstaddr "all"
        set schedule "project"
        set service "SSH"
    next
    edit 5
        set srcintf "port1"
        set dstintf "port2"
        set action accept
        set srcaddr "web"
        set srcaddr-negate enable
        set dstaddr "all"
        set service "PING"
        set status disable
    next
    move 5 before 3
end
"""

PFSENSE = """<?xml version="1.0"?>
<pfsense><system><hostname>fw</hostname><domain>example.org</domain></system>
<interfaces><wan><ipaddr>dhcp</ipaddr><blockpriv/></wan><lan><ipaddr>192.0.2.1</ipaddr><subnet>24</subnet></lan></interfaces>
<aliases><alias><name>WEB</name><type>host</type><address>192.0.2.10 MORE</address></alias>
<alias><name>MORE</name><type>host</type><address>192.0.2.11</address></alias>
<alias><name>PORTS</name><type>port</type><address>80 8000:8010</address></alias>
<alias><name>LAND</name><type>urltable</type><address>https://lists.example.org/a</address></alias></aliases>
<filter>
<rule><tracker>100</tracker><type>pass</type><interface>wan</interface><ipprotocol>inet</ipprotocol><protocol>tcp</protocol>
<source><any/></source><destination><address>WEB</address><port>PORTS</port></destination><log/><descr>web</descr></rule>
<rule><tracker>101</tracker><type>block</type><interface>wan</interface><ipprotocol>inet</ipprotocol><source><address>LAND</address></source><destination><any/></destination></rule>
<rule><tracker>102</tracker><type>pass</type><interface>lan</interface><ipprotocol>inet46</ipprotocol><source><network>lan</network></source><destination><address>198.51.100.0/24</address><not/></destination></rule>
<rule><tracker>103</tracker><type>pass</type><interface>lan</interface><disabled/><source><any/></source><destination><any/></destination></rule>
<rule><tracker>200</tracker><type>block</type><floating>yes</floating><quick>yes</quick><direction>in</direction><interface>wan,lan</interface><ipprotocol>inet</ipprotocol><protocol>tcp</protocol><source><any/></source><destination><any/><port>23</port></destination></rule>
<rule><tracker>201</tracker><type>pass</type><floating>yes</floating><direction>in</direction><interface>wan</interface><ipprotocol>inet</ipprotocol><protocol>icmp</protocol><icmptype>echoreq</icmptype><source><any/></source><destination><any/></destination></rule>
<rule><tracker>202</tracker><type>block</type><floating>yes</floating><direction>in</direction><interface>wan</interface><ipprotocol>inet</ipprotocol><protocol>icmp</protocol><source><any/></source><destination><address>192.0.2.66</address></destination></rule>
</filter></pfsense>"""

OPNSENSE = """<?xml version="1.0"?>
<opnsense><interfaces><lan><ipaddr>192.0.2.1</ipaddr><subnet>24</subnet></lan></interfaces>
<OPNsense><Firewall><Alias><aliases><alias uuid="a1"><enabled>1</enabled><name>WEB</name><type>host</type><content>192.0.2.10
192.0.2.11</content></alias></aliases></Alias>
<Filter><rules><rule uuid="r2"><enabled>1</enabled><sequence>2</sequence><action>pass</action><quick>1</quick><interface>lan</interface><direction>in</direction>
<ipprotocol>inet</ipprotocol><protocol>TCP</protocol><source_net>any</source_net><destination_net>WEB</destination_net><destination_port>443</destination_port></rule>
<rule uuid="r1"><enabled>1</enabled><sequence>1</sequence><action>block</action><quick>1</quick><interface>lan</interface><direction>in</direction>
<ipprotocol>inet</ipprotocol><protocol>any</protocol><source_net>192.0.2.99</source_net><destination_net>any</destination_net></rule></rules></Filter></Firewall></OPNsense>
<filter><rule uuid="u1"><type>pass</type><interface>lan</interface><ipprotocol>inet</ipprotocol><quick>0</quick><source><any>1</any></source><destination><any>1</any></destination></rule></filter>
</opnsense>"""


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
