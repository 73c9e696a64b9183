"""Barracuda CloudGen Firewall. [FW-2, FW-3]"""

import re
from typing import Final

from firewall_audit.events import Event, Kind, Outcome
from firewall_audit.formats.fields import address, clean, port, protocol, severity, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import say

_HEAD = re.compile(
    r"(?P<level>Info|Notice|Warning|Error|Security|Fatal|Debug|Panic|Internal|Alert)\s{1,8}(?P<host>[^\s:]{1,128}) (?P<rest>.{0,2048})",
    re.DOTALL,
)
_ACTIVITY = re.compile(
    r"(?:[\w./-]{1,64}: )?(?P<word>Allow|Block|Deny|Fail|Drop|Detect|Remove|Scan|LocalAllow|LocalBlock|Reset): {1,4}(?P<type>[A-Z]{2,8})\|(?P<proto>[\w-]{1,16})\|"
    r"(?P<in>[^|]*)\|(?P<src>[^|]*)\|(?P<src_port>[^|]*)\|[^|]*\|(?P<dst>[^|]*)\|(?P<dst_port>[^|]*)\|[^|]*\|(?P<out>[^|]*)\|(?P<rule>[^|]*)"
)
_INSPECTED = re.compile(
    r"firewall: \[\w+\] (?P<word>\w+): +IPS (?P<proto>[A-Za-z]+)(?:\(\d+\))? (?P<src>[0-9A-Fa-f.:]+?)(?::(?P<src_port>\d+))? -> "
    r"(?P<dst>[0-9A-Fa-f.:]+?):(?P<dst_port>\d+) \|(?P<detail>.*)", re.DOTALL,
)  # fmt: skip
_LOGIN = re.compile(
    r"LOGIN ATTEMPT: (?:\S+: )?Login (?:(?P<user>\S+) )?from (?P<src>[0-9A-Fa-f.:]+?) ?: (?P<word>Allowed|Denied)(?P<detail>.*)",
    re.DOTALL,
)
_SIGNED = re.compile(r"(?P<src>[0-9A-Fa-f.:]+?):(?P<src_port>\d+) login (?P<word>succeeded|failed): (?P<user>\S+)")
_PEER = re.compile(
    r"phibs: Authentication (?P<word>\S+) for peer=(?P<src>[0-9A-Fa-f.:]+)(?:.{0,400}?\buser=(?P<user>\S+))?"
)
_SESSION = re.compile(
    r"(?:Session from (?P<a>[0-9A-Fa-f.:]+?):(?P<a_port>\d+) |New Session \S{0,200}_(?P<b>[0-9.]+)_(?P<b_port>\d+)_\d+$)"
)
_COMMITTED = re.compile(
    r"\[(?P<user>[^@\]\s]{1,64})@(?P<src>[0-9A-Fa-f.:]+?)_(?P<src_port>\d+)\]\s+(?P<detail>.*)", re.DOTALL
)
_FROM = re.compile(r"\b(?:from|peer|client|src)[ =:](?P<src>\d+\.\d+\.\d+\.\d+)(?::(?P<src_port>\d+))?\b")
_EVENT = re.compile(r"event: \[\d+\] (?P<word>\w+) Event(?:.{0,600}? to Control Center (?P<dst>[0-9A-Fa-f.:]+))?")


def parse(framed: Framed) -> Event | None:
    """Read one line of `level host program: …`."""
    head = _HEAD.match(framed.body)
    if head is None:
        return None
    text, level = (
        head["rest"],
        severity(
            {"Security": "alert", "Fatal": "critical", "Panic": "emergency", "Internal": "error"}.get(
                head["level"], head["level"]
            )
        ),
    )
    host = head["host"]
    if found := _ACTIVITY.match(text) or _INSPECTED.match(text):
        parts = found.groupdict()
        word = parts["word"].removeprefix("Local")
        inspected = parts.get("detail")
        return say(
            framed, "threat" if inspected else "traffic", host=host, severity=level, action="deny" if word == "Fail" else verdict(word), src=address(parts["src"]),
            src_port=port(parts["src_port"] or ""), dst=address(parts["dst"]), dst_port=port(parts["dst_port"]),
            protocol=protocol("" if inspected else parts["proto"]), in_interface=clean(parts.get("in") or "", 64),
            out_interface=clean(parts.get("out") or "", 64), rule=clean(parts.get("rule") or "", 128), message=parts["word"], detail=clean(inspected or ""),
        )  # fmt: skip
    return _told(framed, host, level, text)


def _told(framed: Framed, host: str, level: int | None, text: str) -> Event:
    kind: Kind = "health"
    outcome: Outcome = ""
    parts: dict[str, str | None] = {}
    if found := _LOGIN.match(text) or _SIGNED.match(text):
        kind, parts = "auth", found.groupdict()
        outcome = "success" if parts["word"] in {"Allowed", "succeeded"} else "failure"
    elif found := _PEER.match(text):
        kind, parts = "auth", found.groupdict()
    elif found := _COMMITTED.match(text):
        parts = found.groupdict()
        kind = "config" if (parts["detail"] or "").startswith(("Commit", "Activate", "Change", "Send")) else "admin"
    elif found := _SESSION.match(text):
        kind = "auth"
        parts = {"src": found["a"] or found["b"], "src_port": found["a_port"] or found["b_port"]}
    elif found := _EVENT.match(text):
        parts = {"dst": found["dst"]}
    elif found := _FROM.search(text):
        parts = found.groupdict()
    # The word "Drop" in an event of the device is what it does with the event, not with a packet.
    return say(
        framed, kind, host=host, severity=level, src=address(parts.get("src") or ""), src_port=port(parts.get("src_port") or ""),
        dst=address(parts.get("dst") or ""), user=clean(parts.get("user") or "", 128), outcome=outcome, detail=clean(masked(text)),
    )  # fmt: skip


FORMATS: Final = (
    Format(
        name="barracuda",
        title="Barracuda CloudGen Firewall",
        version=1,
        marks=("Info ", "Notice ", "Warning ", "Error ", "Security ", "Fatal "),
        parse=parse,
    ),
)
