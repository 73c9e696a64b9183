"""UniFi's own events in CEF: threats stopped, administrators who came in, what they changed. Its firewall writes as netfilter does. [FW-2, FW-3]"""

from typing import Final

from firewall_audit.events import Event, Kind, Outcome, Verdict
from firewall_audit.formats.cef import extension, header
from firewall_audit.formats.fields import address, clean, count, port, protocol, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.saying import say
from firewall_audit.formats.stamps import stamp

_RISK: Final = {"critical": 2, "high": 2, "medium": 4, "low": 5}
_CHANGES: Final = ("changed", "added", "removed", "created", "deleted", "updated", "modified", "config")


def parse(framed: Framed) -> Event | None:
    """Read one event; the time in UTC that it carries counts before that of the line."""
    found = header(framed.body)
    if found is None or found[0][0] != "Ubiquiti":
        return None
    (_, _, _, number, name, _), fields = found[0], extension(found[1])
    get = fields.get
    when = stamp(get("UNIFIutcTime", ""))
    action = verdict(get("act", ""))
    kind, outcome = _kind(name, get("UNIFIcategory", ""), get("UNIFIsubCategory", ""), action)
    return say(
        framed, kind, at=when.at if when else None, has_year=when.has_year if when else True, host=clean(get("UNIFIhost", ""), 255),
        action=action, src=address(get("src", "")), src_port=port(get("spt", "")), dst=address(get("dst", "")),
        dst_port=port(get("dpt", "")), protocol=protocol(get("proto", "")), in_interface=clean(get("deviceInboundInterface", ""), 64),
        out_interface=clean(get("deviceOutboundInterface", ""), 64), in_zone=clean(get("UNIFIsrcZone", ""), 64),
        out_zone=clean(get("UNIFIdstZone", ""), 64), rule=clean(get("UNIFIpolicyName", "") or get("UNIFIipsSignatureId", ""), 100),
        message=clean(number, 40), user=clean(get("UNIFIadmin", ""), 100), outcome=outcome, bytes=count(get("UNIFItotalBytes", "")),
        severity=_RISK.get(get("UNIFIrisk", "").lower()), detail=clean(get("UNIFIipsSignature", "") or name),
    )  # fmt: skip


def _kind(name: str, category: str, part: str, action: Verdict) -> tuple[Kind, Outcome]:
    lowered = name.lower()
    if category == "Security":
        return ("traffic" if part == "Firewall" else "threat"), ""
    if part == "Admin" and "access" in lowered:
        return "auth", "failure" if "fail" in lowered or "denied" in lowered else "success"
    if any(word in lowered for word in _CHANGES) and part in ("Admin", "Settings", "Configuration"):
        return "config", ""
    return ("traffic" if action else "other"), ""


FORMATS = (Format("unifi", "UniFi Network events (CEF)", 1, ("|Ubiquiti|",), parse),)
