"""What PAN-OS tells of itself in whole sentences (type SYSTEM): sign-ins, commits, connections of its own. Pure. [FW-2, FW-3]"""

import re
from typing import Any, Final

from firewall_audit.events import Event, Kind, Outcome
from firewall_audit.formats.fields import address, clean, port
from firewall_audit.formats.format import Framed
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import say

_ADDRESS: Final = r"'?(?P<ip>\d+\.\d+\.\d+\.\d+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]{2,45})'?"
_SOURCE = re.compile(r"(?:\bfrom:? |\binitiated by:? |\bClient IP:? |, ip )" + _ADDRESS, re.IGNORECASE)
_TARGET = re.compile(
    r"(?:\bserver address |\bconnected to server |\bconnect to address: |\bIP: )"
    + _ADDRESS
    + r"(?: port: (?P<port>\d+))?",
    re.IGNORECASE,
)
_USER = re.compile(r"\b[Uu]ser(?:name)?:? ['\"]?(?P<user>[^\s'\",;]{1,128}?)['\"]?[.,]?(?=[\s'\",;]|$)")
_SIGNED: Final = ("auth", "login", "logout", "logged in", "logged out", "logged off")
_CHANGED: Final = (
    "config installed",
    "commit job",
    "commit succeeded",
    "configuration changed",
    "commit failed",
    "configuration committed",
    "config loaded",
)


def told(framed: Framed, subtype: str, name: str, text: str, **common: Any) -> Event:
    """Return a sentence's event: who, from where, to what end."""
    text = text[:2048]
    lowered = f"{name} {text}".lower()
    kind: Kind = "health"
    outcome: Outcome = ""
    if subtype == "auth" or any(word in lowered for word in _SIGNED):
        kind = "auth"
        failed = (
            text.lower().startswith("failed")
            or "auth-fail" in name
            or "failed auth" in lowered
            or "login failed" in lowered
            or "denied" in lowered
        )
        passed = (
            "auth-success" in name
            or " authenticated" in f" {lowered}"
            or "succeeded" in lowered
            or "logged in" in lowered
        )
        outcome = "failure" if failed else "success" if passed else ""
    elif lowered.removeprefix(f"{name} ".lower()).startswith(_CHANGED):
        kind = "config"
    source, target, user = _SOURCE.search(text), _TARGET.search(text), _USER.search(text)
    return say(
        framed, kind, src=address(source["ip"]) if source else "", dst=address(target["ip"]) if target else "",
        dst_port=port(target["port"] or "") if target else None, message=f"SYSTEM/{clean(name or subtype, 48)}",
        user=clean(user["user"], 128) if user and kind != "health" else "", outcome=outcome, detail=clean(masked(text)), **common,
    )  # fmt: skip
