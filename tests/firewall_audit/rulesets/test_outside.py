"""What is open from outside: by which interface, from whose address, through every list that stands in the way. [FW-1]"""

import pytest

from firewall_audit.analyses.tasks import outside_of
from firewall_audit.rulesets.findings import Finding
from firewall_audit.rulesets.outside import open_outside
from firewall_audit.rulesets.parsers import PARSERS
from firewall_audit.rulesets.terms import Service, Terms

OUTSIDE = outside_of(("eth0", "outside", "wan"), ("10.20.0.0/16", "198.51.100.0/24"))
TERMS = Terms(services=(Service.read("Telnet tcp/23"), Service.read("SMB tcp/445")), outside=OUTSIDE)


def found(text: str, kind: str) -> list[Finding]:
    parser = next(one for one in PARSERS if one.name == kind)
    return list(open_outside(parser.parse(text), TERMS))


def iptables(*rules: str, forward: str = "DROP") -> list[str]:
    lines = ["*filter", ":INPUT DROP [0:0]", f":FORWARD {forward} [0:0]", *rules, "COMMIT"]
    return [f"{one.at.text} | {one.detail}" for one in found("\n".join(lines), "iptables")]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("-A FORWARD -p tcp -m tcp --dport 23 -j ACCEPT", "Telnet"),
        ("-A FORWARD -i eth0 -p tcp -m tcp --dport 20:500 -j ACCEPT", "Telnet, SMB"),
        ("-A FORWARD -j ACCEPT", "Telnet, SMB"),
        ("-A FORWARD -s 203.0.113.0/24 -p tcp -m tcp --dport 445 -j ACCEPT", "SMB"),
        ("-A FORWARD -p tcp -m tcp --dport 23 -m recent --name x --set -j ACCEPT", "Telnet"),
        ("-A FORWARD -i eth1 -p tcp -m tcp --dport 23 -j ACCEPT", ""),
        ("-A FORWARD -s 10.20.0.0/16 -p tcp -m tcp --dport 23 -j ACCEPT", ""),
        ("-A FORWARD -s 198.51.100.7/32 -p tcp -m tcp --dport 23 -j ACCEPT", ""),
        ("-A FORWARD -s 192.168.0.0/16 -p tcp -m tcp --dport 23 -j ACCEPT", ""),
        ("-A FORWARD -p udp -m udp --dport 23 -j ACCEPT", ""),
        ("-A FORWARD -p tcp -m tcp --dport 23 -m state --state ESTABLISHED -j ACCEPT", ""),
        ("-A OUTPUT -p tcp -m tcp --dport 23 -j ACCEPT", ""),
    ],
)  # fmt: skip
def test_a_rule_opens_what_it_opens_and_only_from_outside(rule: str, told: str) -> None:
    assert iptables(rule) == ([f"{rule} | {told}"] if told else [])


def test_what_is_refused_before_is_not_open_and_a_default_may_open_it() -> None:
    refused = "-A FORWARD -i eth0 -j DROP"
    assert iptables(refused, "-A FORWARD -p tcp -m tcp --dport 23 -j ACCEPT") == []
    assert iptables(forward="ACCEPT") == ["filter/FORWARD | Telnet, SMB"]
    assert iptables(refused, forward="ACCEPT") == []


NFT = """table inet a {
  chain one { type filter hook forward priority 0; policy accept; }
}
table inet b {
  chain two { type filter hook forward priority 10; policy drop; tcp dport %s accept }
}"""


@pytest.mark.parametrize(("port", "told"), [("443", []), ("23", ["inet a one Telnet", "inet b two Telnet"])])
def test_of_lists_one_behind_the_other_each_must_let_it_through(port: str, told: list[str]) -> None:
    assert sorted(f"{one.at.filter} {one.detail}" for one in found(NFT % port, "nftables")) == told


def test_a_list_of_another_interface_is_not_asked() -> None:
    lines = [
        "ASA Version 9.18(1)",
        "access-list OUT extended permit tcp any any eq 443",
        "access-list IN extended permit tcp any any eq 23",
    ]
    within = [*lines, "access-group OUT in interface outside", "access-group IN in interface inside"]
    assert found("\n".join(within), "cisco_asa") == []
    swapped = [*lines, "access-group IN in interface outside", "access-group OUT in interface inside"]
    assert [one.detail for one in found("\n".join(swapped), "cisco_asa")] == ["Telnet"]
    nowhere = "\n".join(lines)
    assert found(nowhere, "cisco_asa") == []
