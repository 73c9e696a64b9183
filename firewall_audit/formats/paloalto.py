"""Palo Alto Networks PAN-OS: comma separated by type, JSON and CEF of its logging service, LEEF. [FW-2, FW-3]"""

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from firewall_audit.events import Event, Kind, Verdict
from firewall_audit.formats import cef, leef
from firewall_audit.formats.fields import address, clean, count, port, protocol, severity
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.masks import masked
from firewall_audit.formats.panos_told import told
from firewall_audit.formats.quick import by_header
from firewall_audit.formats.saying import moment, say, shown, word
from firewall_audit.formats.stamps import stamp

_HEAD = re.compile(r"(?:[\w.\-]{1,64} )?[: ]{0,3}\d{0,3},[^,\"]{0,40},[^,\"]{0,64},(?P<type>[A-Z][A-Z-]{2,20}),")
_COMMON: Final = 31
_DETAILS: Final = 15
# As a spreadsheet rewrites a stamp on its way.
_SHORT = re.compile(r"(\d{1,2})/(\d{1,2})/(\d\d) (\d{1,2}):(\d\d)", re.ASCII)
_LONGEST: Final = 32_768
_LEVELS: Final = {"critical": 2, "high": 3, "medium": 4, "low": 5}
_NO_ADDRESS: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - what PAN-OS writes for none
_WORDS: Final[dict[str, Verdict]] = {
    **dict.fromkeys(["allow", "alert", "continue", "override", "syncookie-sent", "wildfire-upload-success", "wildfire-upload-skip", "forward"], "allow"),
    **dict.fromkeys(
        ["deny", "drop", "drop-icmp", "reset-client", "reset-server", "reset-both", "drop-all", "drop-all-packets", "block-url", "block-ip", "block", "block-continue", "block-override", "random-drop", "sinkhole", "reset-client-server"], "deny",
    ),
}  # fmt: skip
_KINDS: Final[dict[str, Kind]] = {
    "TRAFFIC": "traffic", "THREAT": "threat", "CONFIG": "config", "SYSTEM": "health", "USERID": "auth", "GLOBALPROTECT": "auth", "AUTH": "auth",
    "AUTHENTICATION": "auth", "HIPMATCH": "other", "HIP-MATCH": "other", "URL": "threat", "WILDFIRE": "threat", "DATA": "threat",
    "CORRELATION": "threat", "DECRYPTION": "traffic", "DNS": "threat", "GTP": "traffic", "SCTP": "traffic", "TUNNEL": "traffic", "IPTAG": "other",
    "FILE": "threat",
}  # fmt: skip


def parse(framed: Framed) -> Event | None:
    """Read one line of any of the shapes."""
    body = framed.body
    if found := _HEAD.match(body):
        columns = _columns(body[:_LONGEST].lstrip(" :"))
        read = _READERS.get(found["type"])
        return read(framed, columns) if read and len(columns) > 6 else None  # noqa: PLR2004 - up to the time
    if '"LogType"' in body and body.startswith("{"):
        return _json(framed)
    if (parts := cef.header(body)) and parts[0][0] == "Palo Alto Networks":
        return _cef(framed, parts[0], cef.extension(parts[1]))
    if (found_leef := leef.header(body)) and found_leef[0] == "Palo Alto Networks":
        return leef.said(framed, found_leef, leef.attributes(found_leef))
    return None


def _columns(body: str) -> list[str]:
    if '"' not in body:
        return body.split(",")
    try:
        return next(csv.reader([body.replace("\n", " ").replace("\r", " ")]), [])
    except csv.Error:
        return []


def action(word: str) -> Verdict:
    """Read PAN-OS's word; an alert was seen and let through."""
    return _WORDS.get(word.strip().lower().replace(" ", "-"), "")


def _when(columns: Sequence[str]) -> tuple[datetime | None, bool]:
    """Return the time that PAN-OS 10 writes with its zone, else when the event was generated, else received."""
    for text in columns[_DETAILS:]:
        if len(text) == 29 and text[10] == "T" and text > "2" and (found := moment(text)):  # noqa: PLR2004 - 2023-06-16T10:41:44.000+02:00
            return found.at, True
    for text in (columns[6], columns[1]):
        if found := moment(text):
            return found.at, True
        if short := _SHORT.fullmatch(text):
            month, day, year, hour, minute = (int(part) for part in short.groups())
            try:
                return datetime(2000 + year, month, day, hour, minute), True  # noqa: DTZ001 - of the device's own zone
            except ValueError:
                continue
    return None, True


def _severity(word: str) -> int | None:
    return _LEVELS.get(word.strip().lower(), severity(word))


def _at(columns: Sequence[str], place: int) -> str:
    return columns[place] if place < len(columns) else ""


def _session(framed: Framed, columns: list[str]) -> Event | None:
    """TRAFFIC, THREAT and what is written like them."""
    if len(columns) < _COMMON:
        return _short(framed, columns)
    kind = _KINDS[columns[3]]
    at, has_year = _when(columns)
    traffic = columns[3] == "TRAFFIC"
    event = Event(
        kind, at or framed.at, has_year if at else framed.has_year, framed.host or _at(columns, 52 if traffic else 59), action(columns[30]), address(columns[7]), port(columns[24]),
        address(columns[8]), port(columns[25]), protocol(columns[29]), word(columns[18], 64), word(columns[19], 64), word(columns[16], 64),
        word(columns[17], 64), word(columns[11], 128), f"{columns[3]}/{word(columns[4], 32)}", word(columns[12], 128), "",
        max(1, count(columns[23]) or 1), count(_at(columns, 31)) if traffic else None, "",
        None if traffic else _severity(_at(columns, 34)), None, "" if traffic else clean(" ".join(filter(None, (_at(columns, 32), _at(columns, 31))))),
    )  # fmt: skip
    return shown(framed, event)


def _short(framed: Framed, columns: list[str]) -> Event:
    at, has_year = _when(columns)
    return say(framed, _KINDS[columns[3]], at=at, has_year=has_year, message=f"{columns[3]}/{clean(columns[4], 32)}")


def _config(framed: Framed, columns: list[str]) -> Event:
    """CONFIG has two shapes: with what stood there before and after the change, or without."""
    at, has_year = _when(columns)
    command, result, path = _at(columns, 9), _at(columns, 12), _at(columns, 13)
    after = _at(columns, 15) if _at(columns, 17).startswith("0x") else ""
    return say(
        framed, "config" if command not in {"show", "export"} else "admin", at=at, has_year=has_year, src=address(_at(columns, 7)),
        message=f"CONFIG/{clean(command, 32)}", user=clean(_at(columns, 10), 128),
        outcome="success" if result.lower() == "succeeded" else "failure" if result.lower() in {"failed", "unauthorized"} else "",
        detail=clean(masked(" ".join(filter(None, (command, path.strip(), after))))),
    )  # fmt: skip


def _system(framed: Framed, columns: list[str]) -> Event:
    at, has_year = _when(columns)
    return told(
        framed, columns[4], _at(columns, 8), _at(columns, 14), at=at, has_year=has_year,
        severity=_severity(_at(columns, 13)), host=framed.host or _at(columns, 22),
    )  # fmt: skip


def _user(framed: Framed, columns: list[str]) -> Event:
    """USERID: who is behind an address; the ports are the ends of the range that is the user's, 0 for all."""
    at, has_year = _when(columns)
    return say(
        framed, "auth", at=at, has_year=has_year, src=address(_at(columns, 8)), src_port=port(_at(columns, 14)), dst_port=port(_at(columns, 15)),
        message=f"USERID/{clean(columns[4], 32)}", user=clean(_at(columns, 9), 128), times=max(1, count(_at(columns, 12)) or 1),
    )  # fmt: skip


def _portal(framed: Framed, columns: list[str]) -> Event:
    at, has_year = _when(columns)
    status = _at(columns, 28).lower()
    peer = next((found for place in (15, 16, 17, 18) if (found := address(_at(columns, place))) not in _NO_ADDRESS), "")
    return say(
        framed, "auth", at=at, has_year=has_year, src=peer, message=f"GLOBALPROTECT/{clean(_at(columns, 8), 48)}", user=clean(_at(columns, 12), 128),
        outcome="success" if status == "success" else "failure" if status.startswith("fail") else "",
        detail=clean(" ".join(filter(None, (_at(columns, 9), _at(columns, 25), _at(columns, 26), _at(columns, 27))))),
    )  # fmt: skip


def _posture(framed: Framed, columns: list[str]) -> Event:
    at, has_year = _when(columns)
    return say(
        framed, "other", at=at, has_year=has_year, src=address(_at(columns, 11)), message="HIPMATCH", user=clean(_at(columns, 7), 128),
        detail=clean(f"{_at(columns, 9)} {_at(columns, 12)}"),
    )  # fmt: skip


def _asked(framed: Framed, columns: list[str]) -> Event:
    at, has_year = _when(columns)
    text = f"{_at(columns, 18)} {_at(columns, 20)}".strip()
    lowered = text.lower()
    return say(
        framed, "auth", at=at, has_year=has_year, src=address(_at(columns, 8)), message="AUTH", user=clean(_at(columns, 9), 128),
        outcome="failure" if "fail" in lowered or "timeout" in lowered or "denied" in lowered else "success" if "succe" in lowered else "",
        rule=clean(_at(columns, 12), 128), detail=clean(text),
    )  # fmt: skip


def _json(framed: Framed) -> Event | None:
    try:
        found = json.loads(framed.body[: 2 * _LONGEST])
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    fields = {
        key: str(value) for key, value in found.items() if isinstance(value, str | int) and not isinstance(value, bool)
    }
    get = fields.get
    kind = _KINDS.get(get("LogType", "").upper(), "other")
    when = next(
        filter(None, (stamp(get(name, "")) for name in ("TimeGenerated", "EventTime", "TimeReceived", "LogTime"))), None
    )
    common: dict[str, Any] = {
        "at": when.at if when else None,
        "host": get("DeviceName") or get("LogSourceName") or "",
        "severity": _severity(get("VendorSeverity", "")),
    }
    if kind == "health":
        return told(framed, get("Subtype", ""), get("EventName", ""), get("EventDescription", ""), **common)
    return say(
        framed, kind, action=action(get("Action", "")), src=address(get("SourceAddress") or get("PublicIPv4") or get("SourceIP") or get("UserIP") or get("ClientIP") or ""), src_port=port(get("SourcePort", "")),
        dst=address(get("DestinationAddress") or get("DNSResolverIP") or ""), dst_port=port(get("DestinationPort", "")),
        protocol=protocol(get("Protocol", "")), in_interface=clean(get("InboundInterface", ""), 64), out_interface=clean(get("OutboundInterface", ""), 64),
        in_zone=clean(get("FromZone", ""), 64), out_zone=clean(get("ToZone", ""), 64), rule=clean(get("Rule") or get("PolicyName") or "", 128),
        message=clean(f"{get('LogType', '')}/{get('Subtype') or get('SubType') or ''}", 64), user=clean(get("SourceUser") or get("Admin") or "", 128),
        times=max(1, count(get("RepeatCount", "")) or 1), bytes=count(get("Bytes", "")) if kind == "traffic" else None,
        detail="" if kind == "traffic" else clean(masked(get("ThreatID") or get("ThreatName") or get("URL") or get("FileName") or get("ConfigPath") or "")), **common,
    )  # fmt: skip


def _cef(framed: Framed, parts: Sequence[str], fields: dict[str, str]) -> Event:
    name, subtype = parts[3], parts[4]
    event = cef.said(framed, fields, subtype, f"{name}/{subtype}")
    labels: Mapping[str, str] = cef.labelled(fields)
    kind = _KINDS.get(name, event.kind)
    return event._replace(
        kind=kind, action=action(fields.get("act", "")) if kind in {"traffic", "threat"} else "",
        in_zone=clean(labels.get("FromZone", ""), 64), out_zone=clean(labels.get("ToZone", ""), 64),
    )  # fmt: skip


_READERS: Final[dict[str, Callable[[Framed, list[str]], Event | None]]] = {
    **dict.fromkeys(("TRAFFIC", "THREAT", "URL", "WILDFIRE", "DATA", "FILE", "DECRYPTION", "TUNNEL", "GTP", "SCTP"), _session),
    "CONFIG": _config, "SYSTEM": _system, "USERID": _user, "GLOBALPROTECT": _portal, "HIPMATCH": _posture, "HIP-MATCH": _posture,
    "AUTH": _asked, "AUTHENTICATION": _asked, "CORRELATION": _short, "IPTAG": _short,
}  # fmt: skip


def _start(text: str) -> int:
    comma = text.find(",", 0, 200)
    return comma - 1 if comma > 0 and text[comma - 1].isdigit() and text[comma - 2 : comma - 1] in {" ", ""} else -1


FORMATS: Final = (
    Format(
        name="paloalto",
        title="Palo Alto Networks PAN-OS",
        version=1,
        marks=(*(f",{name}," for name in _READERS), '"LogType"', "|Palo Alto Networks|"),
        parse=parse,
        parse_block=by_header(parse, _start, "1,2026/03/14 10:10:00,1,TRAFFIC,end,"),
    ),
)
