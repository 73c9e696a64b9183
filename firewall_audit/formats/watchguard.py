"""WatchGuard Firebox: LEEF, with or without its name, and the Firebox's own words. [FW-2, FW-3]"""

import re
from typing import Final

from firewall_audit.events import Event, Kind, Outcome
from firewall_audit.formats import leef
from firewall_audit.formats.fields import address, clean, port, protocol, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import say

_NATIVE = re.compile(
    r'msg_id="(?P<id>[\w-]{1,16})" (?P<word>Allow|Deny) (?P<in>\S{1,64}) (?P<out>\S{1,64}) (?:\d+ )?(?P<proto>[a-z][\w-]{1,15}) (?:\d+ \d+ )?'
    r"(?P<src>[0-9A-Fa-f.:]+) (?P<dst>[0-9A-Fa-f.:]+)(?: (?P<src_port>\d+) (?P<dst_port>\d+)\b)?(?:.{0,600}\((?P<rule>[^()]{1,100})\))?", re.DOTALL,
)  # fmt: skip
_FROM = re.compile(r"\bfrom (?P<src>\d+\.\d+\.\d+\.\d+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+)")
_LEASED = re.compile(r"\b(?:DHCPACK|DHCPREQUEST|DHCPOFFER) (?:on|for) (?P<src>\d+\.\d+\.\d+\.\d+)")
_USER = re.compile(r"\buser \[?(?P<user>[^\s\]]{1,128})", re.IGNORECASE)
_REFUSED = re.compile(r"\b(?:reject|fail|denied|locked)", re.IGNORECASE)
_GRANTED = re.compile(r"\b(?:logged in|succe|accepted)", re.IGNORECASE)


def parse(framed: Framed) -> Event | None:
    """Read one line of either shape."""
    if found := _NATIVE.search(framed.body[:2048]):
        return say(
            framed, "traffic", action=verdict(found["word"]), src=address(found["src"]), src_port=port(found["src_port"] or ""), dst=address(found["dst"]),
            dst_port=port(found["dst_port"] or ""), protocol=protocol(found["proto"]), in_interface=found["in"], out_interface=found["out"],
            rule=clean(found["rule"] or "", 128), message=found["id"],
        )  # fmt: skip
    head = leef.header(framed.body)
    if head is None or head.vendor != "WatchGuard":
        return None
    fields = leef.attributes(head)
    event = leef.said(framed, head, fields)
    return event if event.src else _told(event, fields.get("msg", ""), fields.get("host_name", ""))


def _told(event: Event, text: str, host: str) -> Event:
    peer, user = _FROM.search(text) or _LEASED.search(text), _USER.search(text)
    signing = user is not None and any(word in text.lower() for word in ("authentication", "log", "rejected"))
    kind: Kind = (
        "auth" if signing else "config" if "configuration" in text.lower() and "chang" in text.lower() else "other"
    )
    outcome: Outcome = (
        ("failure" if _REFUSED.search(text) else "success" if _GRANTED.search(text) else "") if signing else ""
    )
    return event._replace(
        kind=kind, host=event.host or clean(host, 128), src=address(peer["src"]) if peer else "", user=clean(user["user"], 128) if user else "",
        outcome=outcome, detail=clean(masked(text)),
    )  # fmt: skip


FORMATS: Final = (
    Format(name="watchguard", title="WatchGuard Firebox", version=1, marks=("|WatchGuard|", 'msg_id="'), parse=parse),
)
