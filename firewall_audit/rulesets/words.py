"""Packets in words: "tcp 3306 from 0.0.0.0/0 to 10.30.0.5". Pure. [FW-5]"""

import ipaddress

from firewall_audit.rulesets.boxes import ANY_FLAGS, ANY_MAC, ANY_NAME, ANY_PORT, ANY_PROTOCOL, ANY_STATE, Box, all_of
from firewall_audit.rulesets.intervals import Intervals, difference
from firewall_audit.rulesets.values import LAST_NAME, LAST_PORT, NAME_BYTES, PROTOCOL_NAMES, STATES, V4, WITH_PORTS

MOST_WORDS = 6
"""Parts of a list that are named; the rest is counted."""
CIDRS_AT_MOST = 2
"""A stretch of addresses that is more networks than this is told by its ends."""


def describe(box: Box) -> str:
    """One box in words; dimensions that are full are left out, but for the addresses."""
    family = box.family[0][0]
    parts = [
        _service(box),
        f"from {_addresses(box.sources, family)}",
        f"to {_addresses(box.destinations, family)}",
    ]
    if box.incoming != ANY_NAME:
        parts.append(f"in by {_names(box.incoming)}")
    if box.outgoing != ANY_NAME:
        parts.append(f"out by {_names(box.outgoing)}")
    if box.macs != ANY_MAC:
        parts.append(f"sent by {_listed([_mac(low, high) for low, high in box.macs])}")
    if box.states != ANY_STATE:
        parts.append("if " + _listed([STATES[value] for low, high in box.states for value in range(low, high + 1)]))
    return " ".join(parts)


def _service(box: Box) -> str:
    """`tcp 22`, `icmp 8`, `all but tcp`, `every protocol`."""
    if box.protocols == ANY_PROTOCOL:
        said = "every protocol"
    elif box.protocols == WITH_PORTS:
        said = "every protocol with ports"
    else:
        said = _but(
            [_protocol(low, high) for low, high in box.protocols],
            [_protocol(low, high) for low, high in difference(ANY_PROTOCOL, box.protocols)],
        )
    if box.source_ports != ANY_PORT:
        said += f" from port {_ports(box.source_ports)}"
    if box.destination_ports != ANY_PORT:
        said += f" {_ports(box.destination_ports)}"
    if box.icmp != ANY_PORT:
        said += f" {_listed([_icmp(low, high) for low, high in box.icmp])}"
    if box.flags != ANY_FLAGS:
        said += " (first packets)" if _first_only(box.flags) else " (by flags)"
    return said


def _first_only(flags: Intervals) -> bool:
    """Whether SYN must be set and ACK must not."""
    return all(value & 0x12 == 0x02 for low, high in flags for value in range(low, high + 1))  # noqa: PLR2004 bits of TCP


def _protocol(low: int, high: int) -> str:
    return PROTOCOL_NAMES.get(low, f"protocol {low}") if low == high else f"protocols {low}-{high}"


def _stretch(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


def _ports(one: Intervals) -> str:
    return _but([_stretch(*pair) for pair in one], [_stretch(*pair) for pair in difference(((0, LAST_PORT),), one)])


def _icmp(low: int, high: int) -> str:
    if low >> 8 == high >> 8:
        return f"{low >> 8}" if (low & 255, high & 255) == (0, 255) else f"{low >> 8}/{_stretch(low & 255, high & 255)}"
    return f"{low >> 8}-{high >> 8}"


def _mac(low: int, high: int) -> str:
    text = low.to_bytes(6).hex(":")
    return text if low == high else f"{text}-{high.to_bytes(6).hex(':')}"


def _names(one: Intervals) -> str:
    return _but([_name(*pair) for pair in one], [_name(*pair) for pair in difference(ANY_NAME, one)])


def _name(low: int, high: int) -> str:
    first, last = (min(value, LAST_NAME).to_bytes(NAME_BYTES) for value in (low, high))
    begin = first.rstrip(b"\0").decode("utf-8", "replace")
    if low == high:
        return begin or "none"
    return f"{begin}*" if last.rstrip(b"\xff") == first.rstrip(b"\0") else f"{begin}…"


def _addresses(one: Intervals, family: int) -> str:
    full = all_of(family).sources
    if one == full:
        return "0.0.0.0/0" if family == V4 else "::/0"
    return _but(
        [_network(low, high, family) for low, high in one],
        [_network(low, high, family) for low, high in difference(full, one)],
    )


def _network(low: int, high: int, family: int) -> str:
    make = ipaddress.IPv4Address if family == V4 else ipaddress.IPv6Address
    if low == high:
        return str(make(low))
    networks: list[str] = []
    for network in ipaddress.summarize_address_range(make(low), make(high)):
        networks.append(str(network))
        if len(networks) > CIDRS_AT_MOST:
            return f"{make(low)}-{make(high)}"
    return ", ".join(networks)


def _but(inside: list[str], outside: list[str]) -> str:
    """The shorter way to say it."""
    return f"all but {_listed(outside)}" if outside and len(outside) < len(inside) else _listed(inside)


def _listed(parts: list[str]) -> str:
    more = len(parts) - MOST_WORDS
    return ", ".join(parts) if more <= 0 else f"{', '.join(parts[:MOST_WORDS])} and {more} more"
