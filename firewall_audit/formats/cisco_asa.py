"""Cisco ASA and PIX, and what FTD writes of the same numbers. [FW-3]"""

import re
from functools import lru_cache
from typing import Final

from firewall_audit.events import Event, Kind, Verdict
from firewall_audit.formats import cisco_messages
from firewall_audit.formats.cisco_messages import Message
from firewall_audit.formats.fields import address, clean, count, port, protocol
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.masks import masked
from firewall_audit.formats.quick import by_header
from firewall_audit.formats.saying import shown

# Sentences are short; what stands behind is a command's or an address's rest, and never read further than this.
_LONGEST: Final = 2048
# The mark must stand where the message begins: a user name or a URL in another vendor's line may hold the same words.
_MARK = re.compile(
    r"(?:[^\s%]{1,64} ?:? ?)??:? ?%?(?:ASA|PIX|FWSM|FTD)-(?:[a-z]\w*-)?(?P<severity>[0-7])-(?P<number>\d{6})(?::| |$) ?"
)
_BARE_NUMBER = re.compile(r"(?P<number>\d{6}): ")
_SIMPLE = re.compile(r"(?:([^\s:/()]+)[:/])?(\d+\.\d+\.\d+\.\d+)(?:[/(](\d+)\)?)?")
_INNER = re.compile(r"\(([^()]*)\)")
_PEER_USER = re.compile(r"\b(?:User(?:name)?|Uname) ?(?:<([^>]{0,128})>|= ([^,]{0,128}?)(?:,|$))", re.IGNORECASE)
_PEER_ADDRESS = re.compile(r"\bIP (?:<([^>]{0,64})>|= ([0-9A-Fa-f:.]{2,45}))|\bUser \S+ IP ([0-9A-Fa-f:.]{2,45}) ")
_BETWEEN: Final = (
    re.compile(r"\bfrom (?P<src>\S+)(?: \([^()]{0,80}\)){0,2} to (?P<dst>\S+)"),
    re.compile(r"\bLocal:(?P<src>\S+) Remote:(?P<dst>\S+)"),
    re.compile(r"\bsrc (?P<src>\S+)(?: \([^()]{0,80}\)){0,2} dst (?P<dst>\S+)"),
    re.compile(r"\bsrc = (?P<src>\S+), dest = (?P<dst>\S+)"),
)
_CARRIED = re.compile(r"\b(TCP|UDP|ICMP)\b")
_SERVICES: Final = {
    "ssh": 22,
    "telnet": 23,
    "http": 80,
    "https": 443,
    "snmp": 161,
    "ntp": 123,
    "domain": 53,
    "tftp": 69,
}
_DENIES: Final = ("deny ", "denied ", "dropped ", "dropping ", "discard")
# By the class of the number, for messages that are not in the table.
_CLASSES: Final[dict[str, Kind]] = {
    **dict.fromkeys(["101", "102", "103", "104", "105", "199", "210", "211", "212", "213", "216", "321", "323", "411", "412", "413", "505", "613", "709", "711", "720", "735", "105"], "health"),
    **dict.fromkeys(["106", "110", "302", "303", "304", "305", "313", "418", "419", "421", "710"], "traffic"),
    **dict.fromkeys(["107", "108", "322", "338", "400", "402", "405", "406", "410", "415", "416", "420", "431", "434", "500", "733"], "threat"),
    **dict.fromkeys(["109", "113", "315", "605", "606", "611", "713", "716", "722", "734", "750", "751", "772"], "auth"),
    **dict.fromkeys(["111", "112", "208", "612"], "config"), **dict.fromkeys(["401", "502", "504"], "admin"),
}  # fmt: skip
# Commands that change nothing of the configuration by themselves.
_HARMLESS: Final = frozenset(
    [
        "enable",
        "disable",
        "exit",
        "end",
        "quit",
        "logout",
        "login",
        "ping",
        "traceroute",
        "show",
        "terminal",
        "perfmon",
        "packet-tracer",
        "capture",
        "debug",
        "undebug",
        "changeto",
        "more",
        "dir",
        "verify",
        "test",
        "help",
        "who",
        "blocks",
        "session",
        "configure",
    ]
)


def parse(framed: Framed) -> Event | None:
    """Read one line; the event's source is the side that opened the connection, which of 302013 to 302020 the direction tells."""
    found = _MARK.match(framed.body)
    if found is None:
        return _bare(framed)
    text = framed.body[found.end() : found.end() + _LONGEST]
    number = found["number"]
    for message in cisco_messages.MESSAGES.get(number, ()):
        if matched := message.pattern.match(text):
            return _event(framed, message, matched.groupdict(), text, int(found["severity"]))
    return _other(framed, number, text, int(found["severity"]))


def _bare(framed: Framed) -> Event | None:
    """Read a line from which a relay took the mark or the number; only a whole sentence with an address counts."""
    text = framed.body[:_LONGEST]
    numbered = _BARE_NUMBER.match(text)
    known = (
        cisco_messages.MESSAGES.get(numbered["number"], ())
        if numbered
        else cisco_messages.BEGINNINGS.get(text.partition(" ")[0], ())
    )
    if " Accessed " in text[:160] and not known:
        known = cisco_messages.MESSAGES["304001"]
    text = text[numbered.end() :] if numbered else text
    for message in known:
        if (matched := message.pattern.match(text)) and (
            event := _event(framed, message, matched.groupdict(), text, None)
        ).src:
            return event
    if text.startswith(("Group <", "Group = ", "TunnelGroup <")):
        event = _other(framed, "", text, None)
        return event._replace(kind="auth") if event.src else None
    return None


def _event(framed: Framed, message: Message, parts: dict[str, str | None], text: str, severity: int | None) -> Event:
    source, target = _sides(parts)
    kind, command = message.kind, parts.get("command")
    if message.command and command is not None:
        kind = "admin" if command.strip().partition(" ")[0] in _HARMLESS else "config"
    said = parts.get("proto")
    event = Event(
        kind=kind,
        at=framed.at,
        has_year=framed.has_year,
        host=framed.host,
        action=_verdict(parts, message.action),
        src=source[1],
        src_port=source[2] if (given := parts.get("sport")) is None else port(given),
        dst=target[1],
        dst_port=target[2] if (given := parts.get("dport")) is None else port(given),
        protocol=protocol(said) if said else "icmp" if message.number.startswith("313") else "",
        in_interface=source[0] or (parts.get("in") or ""),
        out_interface=target[0],
        rule=parts.get("rule") or "",
        message=message.number,
        user=clean(parts.get("user") or "", 128) or source[3],
        outcome=message.outcome,
        times=max(1, count(parts.get("times") or "1") or 1),
        bytes=count(parts.get("bytes") or ""),
        flags=_flags(parts),
        severity=severity,
        sequence=framed.sequence,
        detail=_detail(kind, command, parts.get("detail"), text),
    )
    return shown(framed, event)


def _detail(kind: Kind, command: str | None, detail: str | None, text: str) -> str:
    if command is not None:
        return clean(masked(command.strip().removesuffix("command.").strip(" '")))
    if detail is not None and kind in {"threat", "auth"}:
        return clean(detail)
    return "" if kind == "traffic" else clean(masked(text) if kind in {"config", "admin"} else text)


def _flags(parts: dict[str, str | None]) -> str:
    if flags := parts.get("flags"):
        return " ".join(flags.split())
    kind, code = parts.get("type"), parts.get("code")
    return f"{int(kind)}/{int(code or 0)}" if kind else ""


def _verdict(parts: dict[str, str | None], action: Verdict) -> Verdict:
    if said := parts.get("verdict"):
        return "deny" if said.lower() == "denied" else "allow"
    if said := parts.get("filtered"):
        return "deny" if said.lower() == "dropped" else ""
    return action


Side = tuple[str, str, int | None, str]
_NOBODY: Final[Side] = ("", "", None, "")


def _sides(parts: dict[str, str | None]) -> tuple[Side, Side]:
    """Find who opened the connection, and to whom."""
    source, target = _side(parts.get("src")), _side(parts.get("dst"))
    outward = (parts.get("direction") or "").lower() == "outbound"
    if faddr := parts.get("faddr"):
        source, target = _side(faddr), _side(parts.get("laddr"))
        # The end of an echo does not tell its direction; its number stands on the side that sent it.
        outward = outward or (not parts.get("direction") and not source[2] and bool(target[2]))
    return (target, source) if outward else (source, target)


def _side(text: str | None) -> Side:
    return _endpoint(text) if text else _NOBODY


@lru_cache(maxsize=4096)
def _endpoint(text: str) -> Side:
    """Read `interface:address/port(user)`, `interface/address(port)`, `address:port` or `user@address`: interface, address, port, user."""
    if found := _SIMPLE.fullmatch(text):
        return found[1] or "", address(found[2]), port(found[3] or ""), ""
    head = text.partition("(")[0].strip("<>[],;.'\"").rstrip(":/")
    insides = _INNER.findall(text)
    user = next(
        (inside for inside in insides if inside and not inside.isdigit() and not address(inside.partition("/")[0])), ""
    )
    number = next((port(inside) for inside in insides if inside.isdigit()), None)
    interface, rest = "", head
    if not address(rest) and "/" in rest:
        before, _, behind = rest.rpartition("/")
        number, rest = (
            (_SERVICES.get(behind, port(behind)), before) if number is None and not address(behind) else (number, rest)
        )
    if not address(rest):
        # The name of an interface ends at the first slash or colon, and an address of version 6 holds colons of its own.
        for before, sign, behind in (*(rest.partition(sign) for sign in "/@:" if sign in rest), rest.rpartition(":")):
            if address(behind.partition(":")[0]) or address(behind):
                interface, rest = ("" if sign == "@" else before), behind
                break
            if address(before):
                number, rest = port(behind) if number is None else number, before
                break
    known = address(rest) or address(rest.partition(":")[0] if rest.count(":") == 1 else "")
    return interface if known else "", known, number, user


def _other(framed: Framed, number: str, text: str, severity: int | None) -> Event:
    """Say what can be said of a message that is not in the table: its class, a peer, two sides."""
    between = next((found for pattern in _BETWEEN if (found := pattern.search(text))), None)
    carried = _CARRIED.search(text) if between else None
    source, target = (_endpoint(between["src"]), _endpoint(between["dst"])) if between else (_NOBODY, _NOBODY)
    user, peer = _PEER_USER.search(text), _PEER_ADDRESS.search(text)
    lowered = text[:40].lower()
    event = Event(
        kind=_CLASSES.get(number[:3], "other"),
        at=framed.at,
        has_year=framed.has_year,
        host=framed.host,
        action="deny" if lowered.startswith(_DENIES) else "",
        src=address(next(filter(None, peer.groups()), "")) if peer else source[1],
        src_port=None if peer else source[2],
        dst="" if peer else target[1],
        dst_port=None if peer else target[2],
        protocol=carried[1].lower() if carried and not peer else "",
        in_interface=source[0],
        out_interface=target[0],
        message=number,
        user=clean(next(filter(None, user.groups()), ""), 128) if user else source[3],
        severity=severity,
        sequence=framed.sequence,
        detail=clean(masked(text)),
    )
    return shown(framed, event)


def _start(text: str) -> int:
    return text.find("%ASA-", 0, 160)


FORMATS: Final = (
    Format(
        name="cisco_asa",
        title="Cisco ASA and PIX",
        version=1,
        marks=(
            "ASA-",
            "PIX-",
            "FWSM-",
            "%FTD-",
            "Group <",
            "Group = ",
            " translation from ",
            "access-list ",
            " src ",
            " connection ",
            " Accessed ",
        ),
        parse=parse,
        parse_block=by_header(parse, _start, "%ASA-6-302013: Built"),
    ),
)
