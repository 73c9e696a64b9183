"""Check Point: syslog of the log exporter, CEF with repeated keys, and the quoted columns of `fw log`. [FW-2, FW-3]"""

import re
from typing import Final

from firewall_audit.events import Event, Kind, Outcome, Verdict
from firewall_audit.formats import cef
from firewall_audit.formats.fields import address, clean, port, protocol
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import say
from firewall_audit.formats.stamps import leading, stamp

_OPENED = re.compile(r'[^"=]{0,300}?\[(?=[A-Za-z_]\w{0,40}::?")')
_PAIR = re.compile(r'(?:(?<=\[)|(?<=;)|(?<=; ))([A-Za-z_]\w{0,63})::?"((?:[^"\\]|\\.)*+)"')
_QUOTED = re.compile(r'"([^"]*)"(?: |$|#)')
_COLUMNS: Final = 16
_LONGEST: Final = 16_384
_WORDS: Final[dict[str, Verdict]] = {
    **dict.fromkeys(["accept", "allow", "bypass", "encrypt", "decrypt"], "allow"), **dict.fromkeys(["drop", "reject", "block", "prevent", "deny", "quarantine"], "deny"),
}  # fmt: skip
_SIGNED: Final = frozenset(
    {"login", "log in", "logout", "log out", "authorize", "deauthorize", "failed log in", "authcrypt", "failed login"}
)


def parse(framed: Framed) -> Event | None:
    """Read one line of any of the shapes."""
    if opened := _OPENED.match(framed.text):
        found: dict[str, str] = {}
        for pair in _PAIR.finditer(framed.text, opened.end(), opened.end() + _LONGEST):
            found.setdefault(pair[1], pair[2])
        return _exported(framed, found) if "action" in found or "product" in found else None
    if (head := cef.header(framed.body)) and head[0][0] == "Check Point":
        return _cef(framed, head[0], cef.extension(head[1]))
    if framed.body.startswith('"'):
        columns = _QUOTED.findall(framed.body[:_LONGEST])
        return (
            _columns(framed, columns)
            if len(columns) >= _COLUMNS and columns[5] in {"Log", "Alert", "Control"}
            else None
        )
    return None


def _said(word: str) -> Verdict:
    return _WORDS.get(word.strip().lower(), "")


def _exported(framed: Framed, fields: dict[str, str]) -> Event:
    get = fields.get
    word = get("action") or get("rule_action") or ""
    number = get("time", "")
    when = leading(f"{number}.0 ") if number.isdigit() else stamp(number)
    operation = get("operation", "")
    kind, outcome = _kind(fields, word, operation)
    changed = " ".join(filter(None, (operation, get("objecttype"), get("objectname"), get("fieldschanges"))))
    return say(
        framed, kind, at=when.at if when else None, action=_said(word) if kind in {"traffic", "threat"} else "", src=address(get("src") or get("client_ip") or ""),
        src_port=port(get("s_port", "")), dst=address(get("dst", "")), dst_port=port(get("service", "")), protocol=protocol(get("proto", "")),
        in_interface=clean(get("ifname", ""), 64), in_zone=clean(get("inzone", ""), 64), out_zone=clean(get("outzone", ""), 64),
        rule=clean(get("rule_uid") or get("rule_name") or get("rule") or "", 128).strip("{}"), message=clean(operation or word, 48),
        user=clean(get("administrator") or get("src_user_name") or get("user") or "", 128), outcome=outcome, flags=_icmp(fields),
        detail="" if kind == "traffic" else clean(masked(changed or get("protection_name") or get("attack") or get("reject_reason") or get("msg") or word)),
    )  # fmt: skip


def _kind(fields: dict[str, str], word: str, operation: str) -> tuple[Kind, Outcome]:
    lowered = (operation or word).lower()
    if lowered in _SIGNED:
        status = f"{lowered} {fields.get('audit_status', '')} {fields.get('status', '')}".lower()
        return "auth", "failure" if "fail" in status else "success" if "log in" in lowered or lowered == "login" else ""
    if operation or "administrator" in fields:
        return "config", ""
    if any(key in fields for key in ("protection_name", "attack", "malware_action", "confidence_level")):
        return "threat", ""
    return ("traffic", "") if "src" in fields or "dst" in fields or _said(word) else ("other", "")


def _icmp(fields: dict[str, str]) -> str:
    kind = fields.get("icmp_type", "")
    return f"{kind}/{fields.get('icmp_code', '0')}" if kind.isdigit() and len(kind) <= 3 else ""  # noqa: PLR2004 - a byte


def _cef(framed: Framed, head: list[str], fields: dict[str, str]) -> Event:
    event = cef.said(framed, fields, head[4], head[1])
    word = fields.get("act", "")
    kind: Kind = (
        "threat"
        if "cp_severity" in fields and "cs3Label" in fields
        else "traffic"
        if event.src or event.dst
        else event.kind
    )
    return event._replace(
        kind=kind, action=_said(word), message=clean(word, 48), rule=clean(fields.get("rule_uid", ""), 128) or event.rule,
        in_interface=clean(fields.get("ifname", ""), 64), in_zone=clean(fields.get("inzone", ""), 64), out_zone=clean(fields.get("outzone", ""), 64),
    )  # fmt: skip


def _columns(framed: Framed, columns: list[str]) -> Event:
    """Number, date, time, interface, origin, type, action, service, source port, source, destination, protocol, rule, …"""
    day, hour = columns[1], columns[2]
    when = leading(f"{day[2:5]} {day[:2]} {day[5:]} {hour}") if len(day) == 9 else None  # noqa: PLR2004 - 20Dec2019
    return say(
        framed, "traffic", at=when.at if when else None, host=clean(columns[4], 64), action=_said(columns[6]), dst_port=port(columns[7]), src_port=port(columns[8]),
        src=address(columns[9]), dst=address(columns[10]), protocol=protocol(columns[11]), rule=clean(columns[12], 64), in_interface=clean(columns[3], 64),
        message=clean(columns[6], 48),
    )  # fmt: skip


FORMATS: Final = (
    Format(
        name="checkpoint", title="Check Point", version=1, marks=('action:"', 'product:"', "|Check Point|", '" "Log" "', '" "Alert" "', '" "Control" "'), parse=parse,
    ),
)  # fmt: skip
