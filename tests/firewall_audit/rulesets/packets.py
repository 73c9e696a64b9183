"""A packet, and what a filter decides of it: rule by rule, as the device would, so that parsers are judged by what they let through."""

import ipaddress
from typing import NamedTuple

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import Box
from firewall_audit.rulesets.model import DECIDES, Filter, Rule


class Packet(NamedTuple):
    """One packet; `kind` is the type of ICMP, `came` and `goes` are interfaces or zones."""

    source: str
    destination: str
    protocol: str = "tcp"
    port: int = 0
    source_port: int = 40_000
    kind: int = 0
    came: str = ""
    goes: str = ""
    flags: int = 2
    """Octet of TCP flags; SYN."""


def decide(made: Filter, packet: Packet) -> tuple[str, str]:
    """Give the action and the id of the rule that decides of a packet; the filter's default where none does."""
    for rule in made.rules:
        if rule.enabled and rule.action in DECIDES and matches(rule, packet):
            return rule.action, rule.id
    return made.default, ""


def matches(rule: Rule, packet: Packet) -> bool:
    """Tell whether a packet is in one of a rule's boxes."""
    return any(_inside(box, packet) for box in rule.boxes)


def _inside(box: Box, packet: Packet) -> bool:
    source, target = ipaddress.ip_address(packet.source), ipaddress.ip_address(packet.destination)
    protocol = values.protocol(packet.protocol)
    ports, icmp = protocol in {6, 17, 132}, protocol in {1, 58}
    told = {
        "family": source.version, "sources": int(source), "destinations": int(target), "protocols": protocol,
        "source_ports": packet.source_port if ports else None, "destination_ports": packet.port if ports else None,
        "icmp": packet.kind << 8 if icmp else None,
        "incoming": values.name(packet.came)[0][0] if packet.came else None,
        "outgoing": values.name(packet.goes)[0][0] if packet.goes else None,
        "flags": packet.flags if protocol == 6 else None,
    }  # fmt: skip
    return all(
        value is None or any(low <= value <= high for low, high in getattr(box, name)) for name, value in told.items()
    )
