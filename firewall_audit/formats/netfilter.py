"""Netfilter's LOG target: iptables, nftables, UFW, Shorewall, Ubiquiti, and whatever else prefixes the kernel's `IN= OUT= SRC= DST=`. [FW-3]

What was decided stands only in the prefix that the rule's author chose, so it is guessed from the prefix's words; a device's own map speaks last.
A packet that came in and was logged without any prefix is taken to be refused, as the rules that log so stand before a final drop.
"""

import re
from typing import Final

from firewall_audit.events import Event
from firewall_audit.formats.fields import address, clean, port, protocol
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.netfilter_block import parse_block
from firewall_audit.formats.netfilter_template import template_of
from firewall_audit.formats.prefixes import DESCRIBED, decided, named, spoken_by_kernel, unnamed

_PACKET = re.compile(r"IN=(?P<in>[^\s=]{0,64}) OUT=(?P<out>[^\s=]{0,64})(?= |$)", re.ASCII)
_UPTIME = re.compile(r"\[ *\d{1,12}\.\d{1,9}\] ?", re.ASCII)
_CUT = re.compile(r"(?:\S{0,8} )?(?:T?TL=\d+|HOPLIMIT=\d+) .{0,80}?PROTO=", re.ASCII)
FLAGS: Final = frozenset(("CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN"))


def parse(framed: Framed) -> Event | None:
    """Read one line of the kernel; of an ICMP error the packet inside the brackets is not the one that was logged."""
    if not spoken_by_kernel(framed.program):
        return None
    body = framed.body
    if stamped := _UPTIME.match(body):
        body = body[stamped.end() :]
    described = DESCRIBED.match(body)
    if packet := _PACKET.search(body, described.end() if described else 0):
        prefix, rest = body[: packet.start()], body[packet.start() :]
        if framed.program.lower() not in ("", "kernel", "ulogd", "vmunix"):
            prefix = f"{framed.program}: {prefix}"
    elif framed.program == "kernel" and _CUT.match(body):
        prefix, rest = "", body
    else:
        return None
    return _event(framed, prefix, rest)


def _event(framed: Framed, prefix: str, rest: str) -> Event | None:
    values: dict[str, str] = {}
    flags: list[str] = []
    for token in rest.partition(" [")[0].split(" "):
        key, equals, value = token.partition("=")
        if equals:
            values.setdefault(key, value)
        elif token in FLAGS and token not in flags:
            flags.append(token)
    src, dst, spoken = address(values.get("SRC", "")), address(values.get("DST", "")), protocol(values.get("PROTO", ""))
    if not spoken or not (src or dst or "SPT" in values):
        return None
    rule, words = named(prefix)
    arrived = values.get("IN", "")
    icmp = f"{values['TYPE']}/{values['CODE']}" if "TYPE" in values and "CODE" in values and "icmp" in spoken else ""
    return Event(
        "traffic",
        framed.at,
        framed.has_year,
        framed.host,
        decided(prefix) if prefix.strip() else unnamed(arrived),
        src,
        port(values.get("SPT", "")),
        dst,
        port(values.get("DPT", "")),
        spoken,
        arrived,
        values.get("OUT", ""),
        rule=rule,
        flags=clean(icmp or " ".join(flags)),
        severity=None if framed.priority is None else framed.priority & 7,
        sequence=framed.sequence,
        detail=words,
    )


FORMATS = (
    Format("netfilter", "Linux netfilter (iptables, nftables, UFW)", 1, ("PROTO=",), parse, parse_block, template_of),
)
