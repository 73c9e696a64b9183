"""Juniper NetScreen (ScreenOS). [FW-2, FW-3]"""

import re
from typing import Final

from firewall_audit.events import Event, Kind, Outcome
from firewall_audit.formats.fields import address, clean, count, port, protocol, severity, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.keyvalue import pairs
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import say, total

_MARK = re.compile(
    r"(?:[^\s=]{1,64}: )?NetScreen device_id=(?P<device>\S{1,64}) {1,4}\[[^\]]{0,64}\]system-(?P<level>[a-z]{4,12})-(?P<number>\d{5})(?:\(\w+\))?: (?P<text>.{0,2048})", re.DOTALL,
)  # fmt: skip
_ZONES = re.compile(r"\bsrc zone=(?P<in>\S*) dst zone=(?P<out>\S*)")
_FROM = re.compile(
    r"\bfrom (?:host )?(?P<src>[0-9.]{7,15})(?::(?P<src_port>\d+))?(?= |,|\.|$)(?: to (?P<dst>[0-9.]+)(?::(?P<dst_port>\d+))?)?",
    re.IGNORECASE,
)
_USER = re.compile(r"\b(?:for admin|by admin|admin user|admin|by) \"?(?P<user>[^\s\"'.]{1,64})", re.IGNORECASE)
_CONFIG = re.compile(
    r"\b(?:configuration saved|added|deleted|modified|changed|enabled|disabled|set to|unset)\b", re.IGNORECASE
)
_CRITICAL: Final = 2
_SIGN = re.compile(r"\b(?:management session|login|logged|log in|authentication)\b", re.IGNORECASE)


def parse(framed: Framed) -> Event | None:
    """Read one line; traffic says it by keys, the rest in sentences."""
    found = _MARK.match(framed.body)
    if found is None:
        return None
    text, level = found["text"], severity(found["level"])
    fields = pairs(text)
    get = fields.get
    if "policy_id" in fields and "action" in fields:
        zones = _ZONES.search(text)
        return say(
            framed, "traffic", host=found["device"], severity=level, action=verdict(get("action", "")), src=address(get("src", "")), src_port=port(get("src_port", "")),
            dst=address(get("dst", "")), dst_port=port(get("dst_port", "")), protocol=protocol(get("proto", "")), in_zone=zones["in"] if zones else "",
            out_zone=zones["out"] if zones else "", rule=clean(get("policy_id", ""), 64), message=found["number"],
            bytes=total(count(get("sent", "")), count(get("rcvd", ""))),
        )  # fmt: skip
    signing, peer, user = _SIGN.search(text), _FROM.search(text), _USER.search(text)
    kind: Kind = (
        "config"
        if _CONFIG.search(text) and not signing
        else "auth"
        if signing
        else "threat"
        if level is not None and level <= _CRITICAL
        else "other"
    )
    failed = any(word in text.lower() for word in ("failed", "rejected", "denied", "refused"))
    outcome: Outcome = "" if kind != "auth" else "failure" if failed else "success"
    return say(
        framed, kind, host=found["device"], severity=level, src=address(peer["src"]) if peer else "", src_port=port(peer["src_port"] or "") if peer else None,
        dst=address(peer["dst"] or "") if peer else "", dst_port=port(peer["dst_port"] or "") if peer else None, message=found["number"],
        user=clean(user["user"], 128) if user and kind in {"auth", "config"} else "", outcome=outcome, detail=clean(masked(text)),
    )  # fmt: skip


FORMATS: Final = (
    Format(name="netscreen", title="Juniper NetScreen", version=1, marks=("NetScreen device_id=",), parse=parse),
)
