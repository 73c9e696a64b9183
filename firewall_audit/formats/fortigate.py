"""Fortinet FortiGate, from 5.0 to 7.x: key=value in its own order of every version, the same with commas, and what it writes as CEF. [FW-2, FW-3]"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from firewall_audit.events import Event, Kind, Outcome, Verdict
from firewall_audit.formats.cef import extension
from firewall_audit.formats.fields import address, clean, count, port, protocol, severity
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.keyvalue import pairs
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import opens_with_pairs, say, total
from firewall_audit.formats.stamps import stamp, zone

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
    [
        "accept",
        "pass",
        "passthrough",
        "permit",
        "monitored",
        "dns",
        "ip-conn",
        "log-only",
        "exempt",
        "allow",
        "allowed",
        "start",
    ]
)
_DENY: Final = frozenset(
    [
        "deny",
        "denied",
        "block",
        "blocked",
        "dropped",
        "drop",
        "reset-session",
        "drop_session",
        "reject",
        "rejected",
        "blocked-by-quota",
        "quarantine",
    ]
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
_NONE: Final = frozenset({"", "N/A", "n/a", "(null)", "undefined", "unknown"})
_UI_ADDRESS = re.compile(r"\(([0-9A-Fa-f:.]{2,45})\)")
_SECOND, _MILLI, _MICRO, _NANO = 10, 13, 16, 19
"""Digits of seconds, thousandths, millionths and billionths since 1970."""
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = 2**33
_APART: Final = timedelta(seconds=1)


def parse(framed: Framed) -> Event | None:
    """Read one line of any of the shapes."""
    body = framed.body
    if found := _CEF.match(body):
        return _event(framed, _of_cef(extension(body[found.end() :]), found["name"]))
    start = _RELAYED.match(body)
    body = body[start.end() :] if start else body
    if not opens_with_pairs(body):
        return None
    fields = pairs(body, r"\s," if ",time=" in body or ",logid=" in body else r"\s")
    if not ("type" in fields and "subtype" in fields) or not ("vd" in fields or _MARKED & fields.keys()):
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
    at, has_year = _time(fields)
    kind, outcome = _kind(fields)
    ui = _UI_ADDRESS.search(get("ui", ""))
    tunnel = "remip" in fields
    source, target = (
        _tunnel(fields)
        if tunnel
        else (get("srcip") or get("src") or get("userip") or "", get("dstip") or get("dst") or "")
    )
    user = get("user", "")
    return say(
        framed, kind, at=at, has_year=has_year, host=get("devname", "") or get("devid", ""), action=_action(kind, fields),
        src=address(source) or (address(ui[1]) if ui else ""),
        src_port=port(get("srcport") or get("src_port") or (get("locport", "") if tunnel and source == get("locip") else get("remport", ""))),
        dst=address(target),
        dst_port=port(get("dstport") or get("dst_port") or (get("remport", "") if tunnel and source == get("locip") else get("locport", ""))),
        protocol=protocol(get("proto", "")), in_interface=_said(get("srcintf") or get("src_int")), out_interface=_said(get("dstintf") or get("dst_int")),
        in_zone=_said(get("srcintfrole")), out_zone=_said(get("dstintfrole")), rule=_rule(fields),
        message=clean(get("logid") or get("log_id") or "", 32) or clean(f"{get('type', '')}/{get('subtype', '')}", 64),
        user="" if user in _NONE else clean(user, 128), outcome=outcome, times=max(1, count(get("count", "")) or 1) if kind == "threat" else 1,
        bytes=total(count(get("sentbyte") or get("sent") or ""), count(get("rcvdbyte") or get("rcvd") or "")), flags=_icmp(fields),
        severity=severity(get("level") or get("pri") or ""), detail=_detail(kind, fields),
    )  # fmt: skip


def _said(word: str | None) -> str:
    return "" if word is None or word in _NONE else clean(word, 64)


def _rule(fields: Mapping[str, str]) -> str:
    """Return the policy's id, which a reload keeps, unlike its place."""
    policy = fields.get("policyid") or fields.get("policy_id") or ""
    return clean(policy, 64) if policy else ""


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


def _icmp(fields: Mapping[str, str]) -> str:
    parts = fields.get("service", "").lower().split("/")
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


def _time(fields: Mapping[str, str]) -> tuple[datetime | None, bool]:
    """Return when it happened: `eventtime` is UTC and exact; `date` and `time` with their zone are the device's own clock.

    Where the line names a zone and the two are more than a second apart one of them is wrong, and the clock that people set is believed.
    """
    offset = _zone(fields.get("tz") or fields.get("timezone") or "")
    exact = _epoch(fields.get("eventtime") or "")
    if (day := fields.get("date")) and (found := stamp(f"{day} {fields.get('time', '')}")):
        local = found.at.replace(tzinfo=offset)
        if exact is None or (offset is not None and abs(exact - local) >= _APART):
            return local, True
        return exact if offset is None else exact.astimezone(offset), True
    if exact := exact or _epoch(fields.get("timestamp") or ""):
        return exact, True
    started = stamp(fields.get("start", ""))
    return (started.at.replace(tzinfo=offset) if offset else started.at, started.has_year) if started else (None, True)


def _epoch(number: str) -> datetime | None:
    if not (number.isascii() and number.isdigit() and _SECOND <= len(number) <= _NANO):
        return None
    unit = 10 ** (0 if len(number) < _MILLI else 3 if len(number) < _MICRO else 6 if len(number) < _NANO else 9)
    seconds, rest = divmod(int(number), unit)
    return _START + timedelta(seconds=seconds, microseconds=rest * 1_000_000 // unit) if seconds < _LAST else None


def _zone(text: str) -> timezone | None:
    try:
        return zone(text)
    except ValueError:
        return None


FORMATS: Final = (
    Format(
        name="fortinet_fortigate", title="Fortinet FortiGate", version=1, marks=("type=", "|Fortinet|"), parse=parse,
    ),
)  # fmt: skip
