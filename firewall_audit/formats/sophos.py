"""Sophos Firewall (XG, XGS) and Sophos UTM. [FW-2, FW-3]"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from firewall_audit.events import Event, Kind, Outcome, Verdict
from firewall_audit.formats.fields import address, clean, count, port, protocol, severity, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.keyvalue import pairs
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import opens_with_pairs, say, total
from firewall_audit.formats.stamps import stamp, zone

_KINDS: Final[dict[str, Kind]] = {
    "Firewall": "traffic", "IDP": "threat", "IPS": "threat", "ATP": "threat", "Anti-Virus": "threat", "Anti-Spam": "threat",
    "Content Filtering": "threat", "Web Content Policy": "threat", "WAF": "threat", "Sandbox": "threat", "SSL": "threat", "Security Heartbeat": "threat",
    "Zero-day protection": "threat", "Event": "other", "System Health": "health", "Wireless Protection": "health", "SD-WAN": "health",
}  # fmt: skip
_STOPPED: Final = frozenset(
    ["denied", "drop", "dropped", "virus", "spam", "dos", "dlp", "reject", "blocked", "cleaned"]
)
_CHANGED = re.compile(
    r"\b(?:changed|added|deleted|updated|modified|removed|created|imported|restored|enabled|disabled|renamed)\b",
    re.IGNORECASE,
)
# UTM writes its own header, in no syntax of syslog.
_UTM_HEAD = re.compile(r"(?:<\d{1,3}>)?(?P<day>\d{4}:\d\d:\d\d)-(?P<hour>\d\d:\d\d:\d\d) (?P<host>[^\s=\"]{1,128}) ")
_FORBIDDEN: Final = frozenset({"401", "403"})


def parse(framed: Framed) -> Event | None:
    """Read one line of either family."""
    if not opens_with_pairs(framed.body) and not _UTM_HEAD.match(framed.text):
        return None
    fields = pairs(framed.body, single=True)
    if "log_type" in fields and ("log_subtype" in fields or "log_component" in fields):
        return _firewall(framed, fields)
    if "sys" in fields and "sub" in fields and "id" in fields:
        return _utm(framed, fields)
    return None


def _firewall(framed: Framed, fields: Mapping[str, str]) -> Event:
    get = fields.get
    kind, outcome = _kind(fields)
    named = (
        get("virus")
        or get("threatname")
        or get("signature_msg")
        or get("application")
        or get("url")
        or get("reason")
        or ""
    )
    text = get("message") or named
    return say(
        framed, kind, at=_time(fields), host=get("device_name", ""), action=_action(fields) if kind in {"traffic", "threat"} else "",
        src=address(get("src_ip") or get("sourceip") or ""), src_port=port(get("src_port", "")),
        dst=address(get("dst_ip") or get("destinationip") or get("localip") or ""), dst_port=port(get("dst_port", "")),
        protocol=protocol(get("protocol", "")), in_interface=clean(get("in_interface") or get("in_display_interface") or "", 64),
        out_interface=clean(get("out_interface") or get("out_display_interface") or "", 64), in_zone=clean(get("srczone") or get("src_zone") or "", 64),
        out_zone=clean(get("dstzone") or get("dst_zone") or "", 64), rule=clean(get("fw_rule_id") or get("rule_id") or "", 64),
        message=clean(get("log_id", ""), 32), user="" if (user := get("user_name") or get("user") or "") == "-" else clean(user, 128), outcome=outcome,
        bytes=total(count(get("sent_bytes", "")), count(get("recv_bytes", ""))), flags=_icmp(fields),
        severity=severity(get("priority") or get("severity") or ""),
        detail="" if kind == "traffic" else clean(masked(f"{get('log_component', '')}: {text}" if text else get("log_component", ""))),
    )  # fmt: skip


def _kind(fields: Mapping[str, str]) -> tuple[Kind, Outcome]:
    kind = _KINDS.get(fields.get("log_type", ""), "other")
    if kind != "other":
        return kind, ""
    status, subtype = fields.get("status", "").lower(), fields.get("log_subtype", "")
    outcome: Outcome = "success" if status.startswith("succ") else "failure" if status.startswith("fail") else ""
    if subtype == "Authentication":
        return "auth", "" if "logged out" in fields.get("message", "") else outcome
    if subtype == "Admin":
        text = fields.get("message", "")
        if "login" in text.lower() or "logged in" in text.lower():
            return "auth", outcome
        return ("config" if _CHANGED.search(text) else "admin"), outcome
    return "health", ""


def _action(fields: Mapping[str, str]) -> Verdict:
    """Read the verdict; a mail that was called spam and accepted all the same was not refused."""
    if spam := fields.get("spamaction"):
        return (
            ""
            if spam == "Accept"
            else "deny"
            if fields.get("log_subtype", "").lower() in _STOPPED
            else verdict(fields.get("log_subtype", ""))
        )
    word = fields.get("log_subtype", "").lower()
    if word in _STOPPED:
        return "deny"
    if said := verdict(word) or verdict(fields.get("action", "")):
        return said
    return "deny" if fields.get("httpstatus") in _FORBIDDEN else ""


def _icmp(fields: Mapping[str, str]) -> str:
    kind = fields.get("icmp_type", "")
    return f"{kind}/{fields.get('icmp_code', '0')}" if kind.isdigit() and len(kind) <= 3 else ""  # noqa: PLR2004 - a byte


def _time(fields: Mapping[str, str]) -> datetime | None:
    found = (
        stamp(f"{fields['date']} {fields.get('time', '')}") if "date" in fields else stamp(fields.get("timestamp", ""))
    )
    if found is None:
        return None
    try:
        here = zone(fields.get("timezone", ""))
    except ValueError:
        here = None
    return found.at.replace(tzinfo=here) if here and found.at.tzinfo is None else found.at


def _utm(framed: Framed, fields: Mapping[str, str]) -> Event:
    get = fields.get
    name, sub = get("name", ""), get("sub", "")
    lowered = name.lower()
    kind: Kind = {
        "packetfilter": "traffic",
        "ips": "threat",
        "http": "threat",
        "smtp": "threat",
        "auth": "auth",
        "webadmin": "admin",
    }.get(sub, "other")  # type: ignore[assignment]
    outcome: Outcome = ""
    if kind == "auth" or "authentication" in lowered:
        kind, outcome = "auth", "failure" if "fail" in lowered else "success" if "success" in lowered else ""
    if kind == "admin" and _CHANGED.search(name):
        kind = "config"
    own = _UTM_HEAD.match(framed.text)
    when = stamp(f"{own['day'].replace(':', '-')} {own['hour']}") if own else None
    return say(
        framed, kind, at=when.at if when else None, host=own["host"] if own else "", action=verdict(get("action", "")) if kind in {"traffic", "threat"} else "", src=address(get("srcip", "")), src_port=port(get("srcport", "")),
        dst=address(get("dstip", "")), dst_port=port(get("dstport", "")), protocol=protocol(get("proto", "")), in_interface=clean(get("initf", ""), 64),
        out_interface=clean(get("outitf", ""), 64), rule=clean(get("fwrule", ""), 64), message=clean(get("id", ""), 32), user=clean(get("user", ""), 128),
        outcome=outcome, severity=severity(get("severity", "")), flags=" ".join(get("tcpflags", "").split()),
        detail="" if kind == "traffic" else clean(masked(f"{name} {get('reason', '')}".strip())),
    )  # fmt: skip


FORMATS: Final = (
    Format(
        name="sophos_xg",
        title="Sophos Firewall and Sophos UTM",
        version=1,
        marks=("log_type=", "sys=", "ulogd"),
        parse=parse,
    ),
)
