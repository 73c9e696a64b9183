"""The values that every vendor writes in its own way, in the one way of ours: addresses, protocols, ports, verdicts, severities. Pure. [FW-3]"""

import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from socket import AF_INET6, inet_ntop, inet_pton
from typing import Final

from firewall_audit.events import LONGEST_DETAIL, Verdict

HIGHEST_PORT = 65535
_DOTTED = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})")
_PLAIN = re.compile(
    r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_FORMATTING = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# IANA's keywords by number; those that firewalls write, not all 150.
PROTOCOLS: Final = {
    0: "hopopt", 1: "icmp", 2: "igmp", 3: "ggp", 4: "ipv4", 6: "tcp", 8: "egp", 9: "igp", 17: "udp", 27: "rdp", 33: "dccp",
    41: "ipv6", 43: "ipv6-route", 44: "ipv6-frag", 46: "rsvp", 47: "gre", 50: "esp", 51: "ah", 58: "ipv6-icmp",
    59: "ipv6-nonxt", 60: "ipv6-opts", 88: "eigrp", 89: "ospfigp", 94: "ipip", 97: "etherip", 98: "encap", 103: "pim",
    108: "ipcomp", 112: "vrrp", 115: "l2tp", 132: "sctp", 133: "fc", 136: "udplite", 137: "mpls-in-ip",
}  # fmt: skip
_ALIASES: Final = {
    "icmpv6": "ipv6-icmp", "icmp6": "ipv6-icmp", "icmp-v6": "ipv6-icmp", "ipv6icmp": "ipv6-icmp", "ospf": "ospfigp",
    "ipinip": "ipv4", "ip-in-ip": "ipv4", "ipencap": "ipv4", "ipsec-esp": "esp", "ipsec-ah": "ah", "udp-lite": "udplite", "tcp6": "tcp",
    "udp6": "udp", "pimv2": "pim", "ip6": "ipv6", "hopopts": "hopopt",
}  # fmt: skip
_NOT_KNOWN: Final = frozenset({"", "-", "n/a", "na", "unknown", "any", "ip", "none", "null", "undefined", "other"})
_ALLOWED: Final = frozenset({
    "accept", "accepted", "allow", "allowed", "pass", "passed", "passthrough", "permit", "permitted", "est-allowed", "built",
})  # fmt: skip
_DENIED: Final = frozenset({
    "block", "blocked", "deny", "denied", "discard", "discarded", "drop", "dropped", "reject", "rejected", "refuse", "refused",
    "reset-both", "reset-client", "reset-server", "reset_both", "reset_client", "reset_server", "drop-icmp", "drop-all", "prevent",
    "prevented", "block-url", "block-ip", "block-continue", "quarantine", "quarantined",
})  # fmt: skip
_SEVERITIES: Final = {
    "emergency": 0, "emerg": 0, "panic": 0, "alert": 1, "critical": 2, "crit": 2, "error": 3, "err": 3, "warning": 4,
    "warn": 4, "notice": 5, "notification": 5, "information": 6, "informational": 6, "info": 6, "debugging": 7, "debug": 7,
}  # fmt: skip


@lru_cache(maxsize=65_536)
def address(text: str) -> str:
    """Return the address as `ipaddress` writes it, empty where there is none.

    Zone ids and brackets go; an IPv4 address inside IPv6 (::ffff:192.0.2.1) becomes IPv4; zeros in front are padding, as printers of logs
    write it, never octal.
    """
    if _PLAIN.fullmatch(text):
        return text
    text = text.strip(' []"')
    if found := _DOTTED.fullmatch(text):
        numbers = [int(number) for number in found.groups()]
        return "{}.{}.{}.{}".format(*numbers) if max(numbers) <= 255 else ""  # noqa: PLR2004 - what a byte holds
    if (packed := _packed(text)) is not None and packed[0]:  # of what begins with zeros a part may be written as IPv4
        return inet_ntop(AF_INET6, packed)
    try:
        known = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    inner = known.ipv4_mapped if isinstance(known, IPv6Address) else None
    return str(inner or known)


def _packed(text: str) -> bytes | None:
    """Return the bytes of a plain IPv6 address: the C library reads one ten times sooner than `ipaddress`."""
    try:
        return inet_pton(AF_INET6, text)
    except (OSError, ValueError):  # none, or one that `ipaddress` must look at
        return None


def port(text: str) -> int | None:
    """Return the port's number; None for names, signs and what is beyond 65535."""
    number = count(text)
    return number if number is not None and number <= HIGHEST_PORT else None


def count(text: str) -> int | None:
    """Return a number of ASCII digits that a column of 64 bits can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None  # noqa: PLR2004 - below 2**63


@lru_cache(maxsize=1024)
def protocol(text: str) -> str:
    """Return IANA's keyword in lower case, or the number where it has none here; empty where nothing is said."""
    word = text.strip(' "').lower()
    if (number := count(word)) is not None:
        return PROTOCOLS.get(number, str(number)) if number <= 255 else ""  # noqa: PLR2004 - one byte of the header
    return "" if word in _NOT_KNOWN else _ALIASES.get(word, word)[:40]


def verdict(word: str) -> Verdict:
    """Read one word of a decision; empty for words that say something else (close, timeout, alert)."""
    word = word.strip(' "').lower()
    return "deny" if word in _DENIED else "allow" if word in _ALLOWED else ""


def severity(word: str) -> int | None:
    """Read syslog's severity from its name or its number."""
    word = word.strip(' "').lower()
    return int(word) if len(word) == 1 and word in "01234567" else _SEVERITIES.get(word)


def clean(text: str, longest: int = LONGEST_DETAIL) -> str:
    """Return text that may be shown: one line, no control characters, nothing that turns the direction of writing, not too long."""
    return _CONTROL.sub(" ", _FORMATTING.sub("", text[: longest * 4])).strip()[:longest]
