"""SonicWall SonicOS: id=firewall …, and what it writes as CEF. [FW-2, FW-3]"""

import re
from datetime import UTC, datetime
from typing import Final

from firewall_audit.events import Event, Kind, Outcome, Verdict
from firewall_audit.formats import cef
from firewall_audit.formats.fields import address, clean, count, port, protocol, severity, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.keyvalue import pairs
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import opens_with_pairs, say, total
from firewall_audit.formats.stamps import stamp

_DENIED = re.compile(r"\b(?:dropped|denied|blocked|rejected|drop|deny|discarded|prevention alert)\b", re.IGNORECASE)
_CHANGED = re.compile(
    r"\b(?:configuration|settings|preferences|policy|rule|object)\b.{0,60}\b(?:chang|modif|add|delet|edit|updat|import|restor)|\b(?:added|deleted|modified|changed)\b",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"\b(?:login|logout|logged (?:in|out)|authenticat)", re.IGNORECASE)
_REFUSED = re.compile(r"\b(?:denied|fail|reject|bad credentials|incorrect|lockout|locked)", re.IGNORECASE)
_GRANTED = re.compile(r"\b(?:allowed|success|logged in)", re.IGNORECASE)
_BEGAN: Final = frozenset({"98", "597", "598", "1154", "97"})
_THREATS: Final = (
    "attack",
    "intrusion",
    "ips ",
    "application control",
    "virus",
    "spyware",
    "possible port scan",
    "probable port scan",
    "spoof",
    "flood",
    "botnet",
    "geo-ip",
)


def parse(framed: Framed) -> Event | None:
    """Read one line of either shape."""
    if (head := cef.header(framed.body)) and head[0][0] == "SonicWall":
        return _cef(framed, head[0], cef.extension(head[1]))
    if not opens_with_pairs(framed.body):
        return None
    fields = pairs(framed.body)
    if not ({"sn", "m"} <= fields.keys() and ("fw" in fields or "time" in fields)):
        return None
    get = fields.get
    source, target = _side(get("src", "")), _side(get("dst", ""))
    text = get("msg", "")
    kind, outcome = _kind(text)
    said, _, service = get("proto", "").partition("/")
    return say(
        framed, kind, at=_time(get("time", "")), host=get("sn", ""), action=_action(kind, get("m", ""), text, get("fw_action", "")), src=source[0],
        src_port=source[1], in_interface=source[2], dst=target[0], dst_port=target[1] if target[1] is not None or not target[0] else port(service),
        out_interface=target[2], protocol=protocol(said), rule=clean(get("rule", ""), 128), message=clean(get("m", ""), 16),
        user=clean(get("user") or get("usr") or get("susr") or "", 128), outcome=outcome,
        bytes=total(count(get("sent", "")), count(get("rcvd", ""))), flags=_icmp(fields), severity=severity(get("pri", "")),
        sequence=None, detail="" if kind == "traffic" else clean(masked(f"{text} {get('note', '')}".strip())),
    )  # fmt: skip


def _side(text: str) -> tuple[str, int | None, str]:
    """Read `address:port:interface:name`; of IPv6 the address stands first in brackets or alone."""
    known = address(text)
    if known:
        return known, None, ""
    if text.startswith("["):
        inner, _, rest = text[1:].partition("]")
        parts = rest.lstrip(":").split(":")
        return address(inner), port(parts[0]), clean(parts[1], 64) if len(parts) > 1 else ""
    parts = text.split(":")
    return address(parts[0]), port(parts[1]) if len(parts) > 1 else None, clean(parts[2], 64) if len(parts) > 2 else ""  # noqa: PLR2004 - address, port, interface


def _kind(text: str) -> tuple[Kind, Outcome]:
    lowered = text.lower()
    if _SIGNED.search(text):
        return "auth", "failure" if _REFUSED.search(text) else "success" if _GRANTED.search(text) else ""
    if any(word in lowered for word in _THREATS):
        return "threat", ""
    if _CHANGED.search(text):
        return "config", ""
    if (
        "connection" in lowered
        or "packet" in lowered
        or "access" in lowered
        or "nat mapping" in lowered
        or "web site" in lowered
    ):
        return "traffic", ""
    return "other", ""


def _action(kind: Kind, number: str, text: str, word: str) -> Verdict:
    if kind not in {"traffic", "threat"}:
        return ""
    said: Verdict = "allow" if word == "forward" else verdict(word)
    if _DENIED.search(text) or said == "deny":
        return "deny"
    return said or ("allow" if number in _BEGAN and kind == "traffic" and "opened" in text.lower() else "")


def _icmp(fields: dict[str, str]) -> str:
    kind = fields.get("type", "")
    return f"{kind}/{fields.get('code', '0')}" if kind.isdigit() and len(kind) <= 3 else ""  # noqa: PLR2004 - a byte


def _time(text: str) -> datetime | None:
    named = text.endswith(" UTC")
    found = stamp(text.removesuffix(" UTC"))
    return None if found is None else found.at.replace(tzinfo=UTC) if named else found.at


def _cef(framed: Framed, head: list[str], fields: dict[str, str]) -> Event:
    number, text = head[3], head[4]
    kind, outcome = _kind(text)
    event = cef.said(framed, fields, text, number)
    return event._replace(
        kind="traffic" if kind == "other" and event.dst else kind, outcome=outcome, action=_action(kind, number, text, fields.get("fw_action", "").strip('"')),
        user=event.user or clean(fields.get("susr", "").strip('"'), 128), detail="" if kind == "traffic" else event.detail,
    )  # fmt: skip


FORMATS: Final = (
    Format(name="sonicwall", title="SonicWall SonicOS", version=1, marks=("sn=", "|SonicWall|"), parse=parse),
)
