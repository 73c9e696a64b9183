"""IBM's Log Event Extended Format (LEEF 1.0 and 2.0) of whatever product. Pure. [FW-3]"""

import re
from typing import Final, NamedTuple

from firewall_audit.events import Event, Kind, Verdict
from firewall_audit.formats.fields import address, clean, count, port, protocol, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import say, total
from firewall_audit.formats.stamps import stamp

_HEADER = re.compile(
    r"(?:LEEF: ?)?(?P<version>[12]\.0)\|(?P<vendor>[^|]{1,128})\|(?P<product>[^|]{1,128})\|(?P<release>[^|]{0,128})\|(?P<event>[^|]{0,128})\|"
)
# LEEF 2.0 names its separator: one character, or its number.
_SEPARATOR = re.compile(r"(?:(?P<sign>[^|\w\s])|(?:0x|x)(?P<hex>[0-9A-Fa-f]{2}))?\|")
_KEY = re.compile(r"\s*([A-Za-z][\w.\-]{0,127})=(.*)", re.DOTALL)
_LONGEST: Final = 16_384


class Header(NamedTuple):
    """What stands before the attributes, and the attributes as they stand."""

    vendor: str
    product: str
    event: str
    separator: str
    rest: str


def header(body: str) -> Header | None:
    """Return the header; None where the body is no LEEF."""
    found = _HEADER.match(body)
    if found is None:
        return None
    end, separator = found.end(), "\t"
    if found["version"] == "2.0" and (named := _SEPARATOR.match(body, end)):
        end = named.end()
        separator = named["sign"] or (chr(int(named["hex"], 16)) if named["hex"] else "\t")
    rest = body[end : end + _LONGEST]
    # rsyslog writes a tab as "#011", and some relays as two signs.
    if separator == "\t" and "\t" not in rest:
        separator = "#011" if "#011" in rest else "\\t" if "\\t" in rest else "\t"
    return Header(found["vendor"], found["product"], found["event"], separator, rest)


def attributes(head: Header) -> dict[str, str]:
    """Return the values by key, the first of duplicates."""
    found: dict[str, str] = {}
    for part in head.rest.split(head.separator):
        if token := _KEY.match(part):
            found.setdefault(token[1], token[2].strip())
    return found


def parse(framed: Framed) -> Event | None:
    """Read a line of any product; one that names neither an address nor a user says nothing that can be trusted."""
    head = header(framed.body)
    if head is None or not framed.body.startswith("LEEF"):
        return None
    event = said(framed, head, attributes(head))
    return event if event.src or event.dst or event.user else None


def said(framed: Framed, head: Header, fields: dict[str, str]) -> Event:
    """Return what the standard keys say."""
    get = fields.get
    when = stamp(get("devTime", ""))
    words = [verdict(word) for word in (get("action", ""), get("disp", ""), get("Action", ""), head.event)]
    action: Verdict = "deny" if "deny" in words else "allow" if "allow" in words else ""
    kind: Kind = "traffic" if action and (get("src") or get("dst")) else "other"
    return say(
        framed, kind, at=when.at if when else None, has_year=when.has_year if when else True, host=clean(get("identHostName") or get("DeviceName") or "", 128),
        action=action, src=address(get("src", "")), src_port=port(get("srcPort", "")), dst=address(get("dst", "")), dst_port=port(get("dstPort", "")),
        protocol=protocol(get("proto", "")), in_zone=clean(get("SourceZone", ""), 64), out_zone=clean(get("DestinationZone", ""), 64),
        in_interface=clean(get("in_if") or get("IngressInterface") or "", 64), out_interface=clean(get("out_if") or get("EgressInterface") or "", 64),
        rule=clean(get("policy") or get("RuleName") or get("rule") or "", 128), message=clean(head.event, 64),
        user=clean(get("usrName") or get("src_user") or get("SourceUser") or "", 128),
        bytes=total(count(get("srcBytes") or get("sent_bytes") or ""), count(get("dstBytes") or get("rcvd_bytes") or "")),
        detail="" if kind == "traffic" else clean(masked(get("msg") or get("cat") or "")),
    )  # fmt: skip


FORMATS: Final = (
    Format(
        name="leef", title="Log Event Extended Format (LEEF), any product", version=1, marks=("LEEF:",), parse=parse
    ),
)
