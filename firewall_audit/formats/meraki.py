"""Cisco Meraki MX: flows, URLs, security events and what happens to clients. [FW-3]"""

import re
from typing import Final

from firewall_audit.events import Event, Kind, Outcome, Verdict
from firewall_audit.formats.fields import address, clean, port, protocol, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.keyvalue import pairs
from firewall_audit.formats.saying import say

_HEAD = re.compile(
    r"(?:(?P<host>[\w.\-]{1,128}) )?(?P<type>events|flows|urls|firewall|cellular_firewall|vpn_firewall|ip_flow_start|ip_flow_end|security_event|ids-alerts|airmarshal_events)"
    r"(?: (?P<word>allow|deny|ids_alerted|security_filtering_file_scanned|security_filtering_disposition_change))? (?P<rest>.{0,4096})", re.DOTALL,
)  # fmt: skip
_PATTERN = re.compile(r"\bpattern: (?P<word>allow|deny|0|1)\b")
_TUNNEL = re.compile(
    r"(?:Server IP=(?P<dst>[0-9A-Fa-f.:]+) Server port=(?P<dst_port>\d+) [^=]{0,60}?)?Peer IP=(?P<src>[0-9A-Fa-f.:]+) Peer port=(?P<src_port>\d+)"
)
_CONNECTED = re.compile(
    r"user id '(?P<user>[^']{0,128})' .{0,80}?\b(?:connected|reconnected|disconnected) from (?P<src>[0-9A-Fa-f.:]+)"
)
_LEASE = re.compile(r"dhcp lease of ip (?P<src>[0-9A-Fa-f.:]+)")


def parse(framed: Framed) -> Event | None:
    """Read one line of `host type …`."""
    found = _HEAD.match(framed.body)
    if found is None:
        return None
    rest, kind = found["rest"], found["type"]
    fields = pairs(rest, single=True)
    host = found["host"] or ""
    if kind in {"events", "airmarshal_events"}:
        return _event(framed, host, fields, rest)
    if "src" not in fields and "dst" not in fields:
        return None
    source, target = _side(fields.get("src", "")), _side(fields.get("dst", ""))
    threat = kind in {"security_event", "ids-alerts"}
    said, _, _ = fields.get("protocol", "").partition("/")
    return say(
        framed, "threat" if threat else "traffic", host=host, action=_action(found["word"] or "", fields, rest), src=source[0],
        src_port=source[1] if source[1] is not None else port(fields.get("sport", "")), dst=target[0],
        dst_port=target[1] if target[1] is not None else port(fields.get("dport", "")), protocol=protocol(said),
        message=kind, flags=f"{fields['type']}/0" if fields.get("type", "").isdigit() and said.startswith("icmp") and len(fields["type"]) <= 3 else "",  # noqa: PLR2004
        rule=clean(fields.get("signature", ""), 64), detail=clean(rest.partition("message: ")[2] or rest.partition("request: ")[2]) if threat or kind == "urls" else "",
    )  # fmt: skip


def _action(word: str, fields: dict[str, str], rest: str) -> Verdict:
    if word in {"allow", "deny"}:
        return verdict(word)
    if pattern := _PATTERN.search(rest):  # the rule as it stood: 1 refuses
        return "deny" if pattern["word"] in {"deny", "1"} else "allow"
    return verdict(fields.get("decision", ""))


def _side(text: str) -> tuple[str, int | None]:
    """Read an address, or `address:port`; of IPv6 with a port the last group is the port."""
    if text.startswith("["):
        inner, _, rest = text[1:].partition("]")
        return address(inner), port(rest.lstrip(":"))
    head, sign, tail = text.rpartition(":")
    if sign and address(head) and (text.count(":") == 1 or text.count(":") == 8 or not address(text)):  # noqa: PLR2004 - eight groups and a port
        return address(head), port(tail)
    return address(text), None


def _event(framed: Framed, host: str, fields: dict[str, str], rest: str) -> Event:
    name = fields.get("type") or rest.partition(" ")[0]
    tunnel, connected, lease = _TUNNEL.search(rest), _CONNECTED.search(rest), _LEASE.search(rest)
    server = _side(fields.get("server", ""))
    kind: Kind = (
        "auth"
        if "anyconnect" in name or "auth" in name
        else "threat"
        if "content_filtering" in name
        else "health"
        if "dhcp" in name
        else "other"
    )
    outcome: Outcome = (
        "failure" if "fail" in name else "success" if kind == "auth" and name.endswith(("connect", "success")) else ""
    )
    source = tunnel or connected or lease
    return say(
        framed, kind, host=host, action="deny" if name.endswith("_block") or outcome == "failure" else "", src=address(source["src"]) if source else "",
        src_port=port(tunnel["src_port"]) if tunnel else None, dst=address(tunnel["dst"] or "") if tunnel else server[0],
        dst_port=port(tunnel["dst_port"] or "") if tunnel else server[1], message=clean(name, 64), user=clean(connected["user"], 128) if connected else "",
        outcome=outcome, detail=clean(rest),
    )  # fmt: skip


FORMATS: Final = (
    Format(
        name="cisco_meraki",
        title="Cisco Meraki MX",
        version=1,
        marks=(
            " events ",
            " flows ",
            " urls ",
            "firewall ",
            "ip_flow_",
            "security_event ",
            "ids-alerts ",
            "events type=",
        ),
        parse=parse,
    ),
)
