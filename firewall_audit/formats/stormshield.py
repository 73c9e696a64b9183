"""Stormshield Network Security. [FW-2, FW-3]"""

import re
from datetime import datetime
from typing import Final

from firewall_audit.events import Event, Kind, Outcome
from firewall_audit.formats.fields import address, clean, count, port, protocol, severity, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.keyvalue import pairs
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import opens_with_pairs, say, total
from firewall_audit.formats.stamps import leading, zone

_TIME = re.compile(r"(?:^|\s)time=\"?(?=\d{4}-)")
_KINDS: Final[dict[str, Kind]] = {
    "filter": "traffic", "connection": "traffic", "count": "traffic", "alarm": "threat", "plugin": "threat", "web": "threat", "virus": "threat",
    "smtp": "threat", "pvm": "threat", "sandboxing": "threat", "auth": "auth", "xvpn": "auth", "vpn": "other", "server": "admin", "system": "health",
    "monitor": "health", "filterstat": "health",
}  # fmt: skip
_NO_CHANGE = re.compile(
    r"\b(?:IDENT|HELP|LIST|SHOW|STATE|MONITOR|AUTH|QUIT|CHPWD|VERSION|LOG|GET|DISCONNECT|USER|SYSTEM IDENT)\b"
)
_CHANGE = re.compile(
    r"^CONFIG\b(?!.{0,200}\b(?:SHOW|LIST|GET|CHECK|STATUS)\b)|\b(?:ADD|REMOVE|DELETE|SET|UPDATE|ACTIVATE|INSERT|MOVE|UPLOAD|RESTORE)\b"
)


def parse(framed: Framed) -> Event | None:
    """Read one line; `logtype` says which log of the device it is of."""
    if not opens_with_pairs(framed.body):
        return None
    fields = pairs(framed.body)
    if "fw" not in fields or ("logtype" not in fields and fields.get("id") != "firewall") or "tz" not in fields:
        return None
    get = fields.get
    kind = _KINDS.get(get("logtype", ""), "other")
    text = get("msg", "")
    lowered = text.lower()
    outcome: Outcome = ""
    if kind == "auth":
        outcome = (
            "success"
            if "success" in lowered or "user authenticated" in lowered
            else "failure"
            if "fail" in lowered or "denied" in lowered
            else ""
        )
    if kind == "admin" and _CHANGE.search(text) and not _NO_CHANGE.match(text):
        kind = "config"
    return say(
        framed, kind, at=_time(framed.body, get("tz", "")), host=get("fw", ""), action=verdict(get("action", "")) if kind in {"traffic", "threat"} else "",
        src=address(get("src") or get("address") or ""), src_port=port(get("srcport", "")), dst=address(get("dst", "")), dst_port=port(get("dstport", "")),
        protocol=protocol(get("ipproto", "")), in_interface=clean(get("srcifname") or get("srcif") or "", 64),
        out_interface=clean(get("dstifname") or get("dstif") or "", 64), rule=clean(get("ruleid", ""), 64), message=clean(get("alarmid") or get("logtype") or "", 32),
        user=clean(get("user", ""), 128), outcome=outcome, bytes=total(count(get("sent", "")), count(get("rcvd", ""))),
        severity=severity(get("pri", "")), detail="" if kind == "traffic" else clean(masked(text)),
    )  # fmt: skip


def _time(body: str, offset: str) -> datetime | None:
    """Read `time`, whose two words are not quoted in every log, in the zone that the line names."""
    place = _TIME.search(body)
    found = leading(body, place.end()) if place else None
    try:
        here = zone(offset)
    except ValueError:
        here = None
    return found.at.replace(tzinfo=here) if found else None


FORMATS: Final = (
    Format(
        name="stormshield",
        title="Stormshield Network Security",
        version=1,
        marks=("logtype=", "startime="),
        parse=parse,
    ),
)
