"""Suricata's EVE: one JSON object a line, of which alerts, drops and flows say what was decided, and the rest what was seen. [FW-3, FW-6]"""

import json
from typing import Any, Final

from firewall_audit.events import Event, Kind, Verdict
from firewall_audit.formats.fields import address, clean, port, protocol, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.stamps import stamp

# Suricata counts from 1, the gravest.
_SEVERITY: Final = {1: 2, 2: 4, 3: 5, 4: 6}
_KINDS: Final[dict[str, Kind]] = {
    "alert": "threat", "drop": "traffic", "flow": "traffic", "netflow": "traffic", "anomaly": "threat", "stats": "health", "engine": "health",
}  # fmt: skip
_LARGEST: Final = 2**63


def parse(framed: Framed) -> Event | None:
    """Read one record; of a key that comes twice the first counts, so that nothing appended can speak over it."""
    start = framed.body.find("{")
    if start < 0 or framed.body[:start].strip():
        return None
    try:
        record = json.loads(framed.body[start:], object_pairs_hook=_first)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or not ("src_ip" in record or "event_type" in record):
        return None
    return _event(framed, record)


def _first(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found


def _event(framed: Framed, record: dict[str, Any]) -> Event | None:
    alert = _part(record, "alert")
    said = _text(record, "event_type") or ("alert" if alert else "")
    stamped = stamp(_text(record, "timestamp"))
    if not said or (stamped is None and framed.at is None):
        return None
    src, dst, spoken = (
        address(_text(record, "src_ip")),
        address(_text(record, "dest_ip")),
        protocol(_text(record, "proto")),
    )
    kind = _KINDS.get(said, "other")
    return Event(
        kind,
        framed.at if stamped is None else stamped.at,
        framed.has_year if stamped is None else stamped.has_year,
        clean(_text(record, "host") or framed.host, 255),
        _action(said, record, alert),
        src,
        _port(record, "src_port"),
        dst,
        _port(record, "dest_port"),
        spoken,
        clean(_text(record, "in_iface"), 64),
        rule=_rule(alert),
        message=clean(said, 40),
        bytes=_bytes(_part(record, "flow") or _part(record, "netflow")),
        flags=_icmp(record) if "icmp" in spoken else "",
        severity=_SEVERITY.get(_number(alert, "severity") or 0),
        sequence=framed.sequence,
        detail=clean(
            _text(alert, "signature")
            or _text(_part(record, "anomaly"), "event")
            or _text(_part(record, "drop"), "reason")
        ),
    )


def _action(said: str, record: dict[str, Any], alert: dict[str, Any]) -> Verdict:
    """Only an alert, a drop and a flow that a rule ended say what was decided; the rest is what was seen."""
    if said == "drop":
        return "deny"
    if _text(_part(record, "flow"), "action") in ("drop", "reject") and said == "flow":
        return "deny"
    return verdict(_text(alert, "action")) if said == "alert" else ""


def _rule(alert: dict[str, Any]) -> str:
    number = _number(alert, "signature_id")
    return "" if number is None else f"{_number(alert, 'gid') or 1}:{number}"


def _bytes(flow: dict[str, Any]) -> int | None:
    counted = [
        number for key in ("bytes_toserver", "bytes_toclient", "bytes") if (number := _number(flow, key)) is not None
    ]
    return min(sum(counted), _LARGEST - 1) if counted else None


def _icmp(record: dict[str, Any]) -> str:
    kind, code = _number(record, "icmp_type"), _number(record, "icmp_code")
    return "" if kind is None else f"{kind}/{code or 0}"


def _part(record: dict[str, Any], key: str) -> dict[str, Any]:
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _number(record: dict[str, Any], key: str) -> int | None:
    value = record.get(key)
    return value if type(value) is int and 0 <= value < _LARGEST else None


def _port(record: dict[str, Any], key: str) -> int | None:
    number = _number(record, key)
    return None if number is None else port(str(number))


FORMATS = (Format("suricata", "Suricata EVE", 1, ('"src_ip"', '"event_type"'), parse),)
