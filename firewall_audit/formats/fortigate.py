"""Fortinet FortiGate, from 5.0 to 7.x: key=value in its own order of every version, the same with commas, and what it writes as CEF. [FW-2, FW-3]"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from firewall_audit.events import Event, Kind, Outcome, Verdict
from firewall_audit.formats.cef import extension
from firewall_audit.formats.fields import address, clean, count, port, protocol, severity
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.fortigate_time import time_of
from firewall_audit.formats.keyvalue import pairs
from firewall_audit.formats.masks import masked
from firewall_audit.formats.quick import by_header
from firewall_audit.formats.saying import opens_with_pairs, shown, total, word
from firewall_audit.formats.shapes import Shapes

_CEF = re.compile(
    r"(?:CEF: ?)?0\|Fortinet\|(?P<product>Forti[^|]{0,40})\|(?P<version>[^|]{0,64})\|(?P<id>[^|]{0,32})\|(?P<name>[^|]{0,200})\|[^|]{0,16}\|"
)
# As one collector stores what it was sent.
_RELAYED = re.compile(r"\d{4} [A-Z][a-z]{2} \d\d [\d:]{8} [^\s=]{1,128} ")
_PREFIX: Final = ("FTNTFGT", "FortinetFortiGate")
# CEF's own names of what the key=value form calls otherwise.
_CEF_NAMES: Final = {
    "src": "srcip", "dst": "dstip", "spt": "srcport", "dpt": "dstport", "act": "action", "deviceInboundInterface": "srcintf",
    "deviceOutboundInterface": "dstintf", "duser": "user", "out": "sentbyte", "in": "rcvdbyte", "outcome": "status", "sproc": "ui",
    "deviceExternalId": "devid", "dvchost": "devname", "externalId": "sessionid", "app": "service",
}  # fmt: skip
# Words that let a session through; what ends it (close, timeout, resets by either end) says that it was let through before, not now.
_ALLOW: Final = frozenset(
    "accept pass passthrough permit monitored dns ip-conn log-only exempt allow allowed start".split()  # noqa: SIM905 - a table
)
_DENY: Final = frozenset(
    "deny denied block blocked dropped drop reset-session drop_session reject rejected blocked-by-quota quarantine".split()  # noqa: SIM905 - a table
)
_MARKED: Final = frozenset({"devid", "device_id", "devname", "logid", "log_id"})
_SIGNING: Final = (
    "ssl-login-fail",
    "login",
    "logout",
    "authentication",
    "auth-logon",
    "auth-logout",
    "ssl-new-con",
    "tunnel-up",
    "tunnel-down",
)
_CONFIGURED: Final = (
    "configured",
    "config",
    "object attribute",
    "attribute",
    "revision",
    "restored",
    "firmware",
    "admin added",
    "password changed",
)
_READ: Final = frozenset(
    "type subtype vd devid device_id devname logid log_id date time tz timezone eventtime timestamp start level pri srcip src userip dstip dst srcport src_port dstport dst_port locip remip locport remport dir status action proto service srcintf src_int dstintf dst_int srcintfrole dstintfrole policyid policy_id user ui count sentbyte sent rcvdbyte rcvd logdesc msg cfgpath cfgobj cfgattr attack virus app hostname qname".split()  # noqa: SIM905 - a table
)
_SHAPES: Final = Shapes(_READ)
_NONE: Final = frozenset({"", "N/A", "n/a", "(null)", "undefined", "unknown"})
_UI_ADDRESS = re.compile(r"\(([0-9A-Fa-f:.]{2,45})\)")


def parse(framed: Framed) -> Event | None:
    """Read one line of any of the shapes."""
    body = framed.body
    if found := _CEF.match(body):
        return _event(framed, _of_cef(extension(body[found.end() :]), found["name"]))
    # What has a shape is key=value from its beginning to its end.
    fields = _SHAPES.read(body)
    if fields is None or "type" not in fields:
        start = _RELAYED.match(body)
        body = body[start.end() :] if start else body
        if not opens_with_pairs(body):
            return None
        fields = pairs(body, r"\s," if ",time=" in body or ",logid=" in body else r"\s")
    if not ("type" in fields and "subtype" in fields and ("vd" in fields or _MARKED & fields.keys())):
        return None
    return _event(framed, fields)


def _of_cef(found: dict[str, str], name: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for key, value in found.items():
        short = next(
            (key.removeprefix(prefix) for prefix in _PREFIX if key.startswith(prefix)), _CEF_NAMES.get(key, key)
        )
        fields.setdefault(short, value)
    kind, _, rest = fields.get("cat", name.partition(" ")[0]).partition(":")
    fields.setdefault("type", kind)
    fields.setdefault("subtype", rest)
    if fields.get("cs1Label") in {"Policy Id", "Virus"} or fields.get("cs5Label") == "Policy Id":
        fields.setdefault("policyid", fields.get("cs5", ""))
    return fields


def _event(framed: Framed, fields: Mapping[str, str]) -> Event:
    get = fields.get
    at, has_year = time_of(fields)
    kind, outcome = _kind(fields)
    (source, target), (source_port, target_port) = _sides(fields)
    ui = _UI_ADDRESS.search(fields["ui"]) if "ui" in fields else None
    user = get("user", "")
    level = severity(get("level") or get("pri") or "")
    event = Event(
        kind, at or framed.at, has_year if at else framed.has_year, word(get("devname") or get("devid") or "") or framed.host, _action(kind, fields),
        address(source) or (address(ui[1]) if ui else ""), port(source_port), address(target), port(target_port), protocol(get("proto", "")),
        _said(get("srcintf") or get("src_int")), _said(get("dstintf") or get("dst_int")), _said(get("srcintfrole")), _said(get("dstintfrole")),
        _rule(fields), word(get("logid") or get("log_id") or f"{get('type', '')}/{get('subtype', '')}", 64),
        "" if user in _NONE else word(user), outcome, max(1, count(get("count", "")) or 1) if kind == "threat" else 1,
        total(count(get("sentbyte") or get("sent") or ""), count(get("rcvdbyte") or get("rcvd") or "")), _icmp(get("service", "")[:32]),
        level if level is not None or framed.priority is None else framed.priority & 7, framed.sequence, _detail(kind, fields),
    )  # fmt: skip
    return shown(framed, event)


def _sides(fields: Mapping[str, str]) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the addresses and the ports of who began and of whom it was begun with."""
    get = fields.get
    named = (get("srcport") or get("src_port") or "", get("dstport") or get("dst_port") or "")
    if "remip" not in fields:
        return (get("srcip") or get("src") or get("userip") or "", get("dstip") or get("dst") or ""), named
    sides = _tunnel(fields)
    mine, other = get("locport", ""), get("remport", "")
    ports = (mine, other) if sides[0] == get("locip") else (other, mine)
    return sides, (named[0] or ports[0], named[1] or ports[1])


def _said(text: str | None) -> str:
    return "" if text is None or text in _NONE else word(text, 64)


def _rule(fields: Mapping[str, str]) -> str:
    """Return the policy's id, which a reload keeps, unlike its place."""
    policy = fields.get("policyid") or fields.get("policy_id") or ""
    return word(policy, 64) if policy else ""


def _tunnel(fields: Mapping[str, str]) -> tuple[str, str]:
    """Return who began and whom: of IKE the side that the line calls the initiator, of a user's tunnel the user."""
    mine, other = fields.get("locip", ""), fields.get("remip", "")
    if not mine:
        return other, ""
    began = fields.get("dir") == "outbound" or (fields.get("dir") is None and fields.get("status", "") != "failure")
    return (mine, other) if began else (other, mine)


def _kind(fields: Mapping[str, str]) -> tuple[Kind, Outcome]:
    kind, subtype = fields.get("type", ""), fields.get("subtype", "")
    if kind == "traffic":
        return "traffic", ""
    if kind in {
        "utm",
        "anomaly",
        "ips",
        "virus",
        "webfilter",
        "app-ctrl",
        "dns",
        "waf",
        "dlp",
        "emailfilter",
        "voip",
        "spam",
    }:
        return "threat", ""
    action, described = fields.get("action", "").lower(), fields.get("logdesc", "").lower()
    if "cfgpath" in fields or (described.endswith("changed") and "config" in described):
        return "config", ""
    if action.startswith(_SIGNING) or subtype.lower() in {"user", "authentication"} or "login" in described:
        status = fields.get("status", "").lower()
        failed = status.startswith("fail") or "fail" in action or "fail" in described or "rejected" in described
        passed = status == "success" or action == "tunnel-up" or "successful" in described
        return "auth", "failure" if failed else "success" if passed else ""
    if any(word in described for word in _CONFIGURED):
        return "config", ""
    if fields.get("ui") or subtype == "rest-api":
        return "admin", ""
    return "health" if subtype in {
        "system",
        "ha",
        "connector",
        "endpoint",
        "router",
        "wireless",
        "fortiextender",
    } else "other", ""


def _action(kind: Kind, fields: Mapping[str, str]) -> Verdict:
    if kind not in {"traffic", "threat"}:
        return ""
    word = (fields.get("action") or fields.get("status") or "").strip().lower()
    return "deny" if word in _DENY else "allow" if word in _ALLOW else ""


@lru_cache(maxsize=1024)
def _icmp(service: str) -> str:
    parts = service.lower().split("/")
    if len(parts) == 3 and parts[0].startswith("icmp") and parts[1].isdigit() and parts[2].isdigit():  # noqa: PLR2004 - icmp/type/code
        return f"{int(parts[1])}/{int(parts[2])}" if max(len(parts[1]), len(parts[2])) <= 3 else ""  # noqa: PLR2004 - a byte
    return ""


def _detail(kind: Kind, fields: Mapping[str, str]) -> str:
    get = fields.get
    if kind == "traffic":
        return ""
    if kind == "config":
        changed = " ".join(filter(None, (get("action"), get("cfgpath"), get("cfgobj"), get("cfgattr"))))
        return clean(masked(changed or get("msg", "") or get("logdesc", "")))
    name = get("attack") or get("virus") or get("app") or get("hostname") or get("qname") or ""
    text = get("msg", "") or get("logdesc", "")
    return clean(masked(f"{name}: {text}" if kind == "threat" and name else text or name))


def _start(text: str) -> int:
    place = text.find(">", 0, 6) + 1
    return (
        place if text.startswith(("date=", "time=", "devname=", "logver=", "eventtime=", "timestamp="), place) else -1
    )


FORMATS: Final = (
    Format(
        name="fortinet_fortigate", title="Fortinet FortiGate", version=1, marks=("type=", "|Fortinet|"), parse=parse,
        parse_block=by_header(parse, _start, "date=2026-03-14 time=10:00:00 type=traffic"),
    ),
)  # fmt: skip
