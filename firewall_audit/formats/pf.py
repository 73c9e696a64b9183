"""pf's filterlog, as pfSense and OPNsense write it: one packet in fields between commas, IPv4 and IPv6 in different orders. [FW-3]"""

from typing import Final

from firewall_audit.events import Event, Verdict
from firewall_audit.formats.fields import PROTOCOLS, address, clean, count, port, protocol
from firewall_audit.formats.format import Format, Framed

_COMMON: Final = 9  # rule, sub-rule, anchor, tracker, interface, reason, action, direction, version
_MOST_FIELDS: Final = 64
_TRACKER: Final = 3
_SOURCE: Final = {"4": 18, "6": 15}
_ACTIONS: Final[dict[str, Verdict]] = {"pass": "allow", "block": "deny", "reject": "deny"}
_FLAGS: Final = {
    "F": "FIN",
    "S": "SYN",
    "R": "RST",
    "P": "PSH",
    "A": "ACK",
    ".": "ACK",
    "U": "URG",
    "E": "ECE",
    "W": "CWR",
    "C": "CWR",
}
_ECHO: Final = {
    "request": "8/0", "reply": "0/0", "unreachport": "3/3", "unreachproto": "3/2", "timexceed": "11/0", "maskreq": "17/0",
    "maskreply": "18/0", "tstamp": "13/0", "tstampreply": "14/0",
}  # fmt: skip


def parse(framed: Framed) -> Event | None:
    """Read one record; one that was cut off says what stands before the cut, and an action that pf itself does not know decides nothing."""
    if framed.program not in ("", "filterlog", "pf"):
        return None
    fields = framed.body.split(",", _MOST_FIELDS)
    if len(fields) < _COMMON or fields[7] not in ("in", "out") or fields[8] not in _SOURCE or not _numbered(fields[0]):
        return None
    reason, action = fields[5], fields[6]
    decided = _ACTIONS.get(action, "")
    event = Event(
        "traffic",
        framed.at,
        framed.has_year,
        framed.host,
        decided,
        rule=_rule(fields),
        message=clean("" if decided and reason == "match" else reason if decided else action, 40),
        severity=None if framed.priority is None else framed.priority & 7,
        sequence=framed.sequence,
        in_interface=clean(fields[4], 64) if fields[7] == "in" else "",
        out_interface=clean(fields[4], 64) if fields[7] == "out" else "",
    )
    return _packet(event, fields)


def _numbered(text: str) -> bool:
    return not text or count(text) is not None


def _rule(fields: list[str]) -> str:
    """The tracker (pfSense) or the rule's id (OPNsense), which outlive a reload; the number only where there is neither."""
    tracker = fields[_TRACKER]
    if tracker not in ("", "0"):
        return clean(tracker, 100)
    return clean(f"@{fields[0]}" + (f"/{fields[2]}" if fields[2] else ""), 100) if fields[0] else ""


def _packet(event: Event, fields: list[str]) -> Event:
    place = _source_at(fields)
    if place is None:
        return event
    spoken = _protocol(fields, place)
    event = event._replace(src=address(fields[place]), dst=address(_at(fields, place + 1)), protocol=spoken)
    if spoken in ("tcp", "udp", "sctp", "udplite"):
        event = event._replace(src_port=port(_at(fields, place + 2)), dst_port=port(_at(fields, place + 3)))
        if spoken == "tcp":
            letters = _at(fields, place + 5)[:12]
            words = dict.fromkeys(_FLAGS[letter] for letter in letters if letter in _FLAGS)
            event = event._replace(flags=" ".join(words))
    elif spoken == "icmp":
        event = event._replace(flags=_ECHO.get(_at(fields, place + 2), ""))
    return event


def _source_at(fields: list[str]) -> int | None:
    """Return where the source stands: where it should, or where two addresses follow one another (some versions write more fields)."""
    place = _SOURCE[fields[8]]
    if address(_at(fields, place)):
        return place
    return next(
        (at for at in range(_COMMON + 4, len(fields) - 1) if address(fields[at]) and address(fields[at + 1])), None
    )


def _protocol(fields: list[str], place: int) -> str:
    """IPv4 writes the number and then the name, IPv6 the name and then the number; the name counts unless it is none of a protocol."""
    name, number = (
        (fields[place - 2], fields[place - 3]) if fields[8] == "4" else (fields[place - 3], fields[place - 2])
    )
    by_number = protocol(number)
    by_name = "" if name.lower() in ("options", "unknown") else protocol(name)
    known = by_name in PROTOCOLS.values() or by_name in ("carp", "pfsync")
    return clean(by_name if known or not by_number else by_number, 40)


def _at(fields: list[str], place: int) -> str:
    return fields[place] if place < len(fields) else ""


FORMATS = (Format("pf", "pf filterlog (pfSense, OPNsense)", 1, (",in,", ",out,"), parse),)
