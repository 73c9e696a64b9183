"""Huawei USG. [FW-2, FW-3]"""

import re
from typing import Final

from firewall_audit.events import Event, Kind, Outcome
from firewall_audit.formats.fields import address, clean, count, port, protocol, verdict
from firewall_audit.formats.format import Format, Framed
from firewall_audit.formats.keyvalue import pairs
from firewall_audit.formats.masks import masked
from firewall_audit.formats.saying import say, total

_MARK = re.compile(
    r"(?:[^\s%]{1,64} ?:? ?)??%%\d\d(?P<module>[A-Z][A-Z0-9_]{1,31})/(?P<severity>[0-7])/(?P<name>\w{1,64})(?:\(\w{1,4}\))?(?:\[\d+\])?: ?"
)
_SAYS: Final[tuple[tuple[str, Kind], ...]] = (
    ("SECLOG", "traffic"), ("POLICY", "traffic"), ("SESSION", "traffic"), ("URL", "threat"), ("IPS", "threat"), ("AV", "threat"), ("ATK", "threat"),
    ("SHELL", "admin"), ("CONFIGURATION", "config"), ("CFM", "config"), ("AAA", "auth"), ("SSH", "auth"), ("WEB", "auth"), ("UM", "auth"), ("LOGIN", "auth"),
)  # fmt: skip


def parse(framed: Framed) -> Event | None:
    """Read one line of `%%01MODULE/severity/NAME(l): …`."""
    found = _MARK.match(framed.body)
    if found is None:
        return None
    text = framed.body[found.end() : found.end() + 8192]
    named = pairs(text, r"\s(),") if "(" in text.partition("=")[0] else pairs(text, ",")
    # POLICYDENY writes source-ip where SECLOG writes SourceIP.
    fields = {
        key.lower().replace("-", "").replace("source", "src").replace("destination", "dst"): value
        for key, value in named.items()
    }
    get = fields.get
    name = f"{found['module']}/{found['name']}"
    kind: Kind = next((kind for word, kind in _SAYS if found["module"].startswith(word)), "other")
    outcome: Outcome = ""
    if kind == "auth":
        lowered = f"{name} {text}".lower()
        outcome = (
            "failure" if "fail" in lowered else "success" if "succe" in lowered or "LOGIN" in found["name"] else ""
        )
    elif found["name"].endswith(("CMDRECORD", "CMD")) and get("command", "").partition(" ")[0] not in {
        "display",
        "ping",
        "quit",
        "return",
        "system-view",
        "",
    }:
        kind = "config"
    action = verdict(get("action", "")) or (
        "deny" if found["name"].endswith("DENY") else "allow" if found["name"].endswith("PERMIT") else ""
    )
    return say(
        framed, kind, severity=int(found["severity"]), action=action if kind in {"traffic", "threat"} else "",
        src=address(get("srcip") or get("ip") or ""), src_port=port(get("srcport", "")),
        dst=address(get("dstip", "")), dst_port=port(get("dstport", "")),
        protocol=protocol(get("protocol", "")), in_zone=clean(get("srczone", ""), 64), out_zone=clean(get("dstzone", ""), 64),
        rule=clean((get("policyname") or get("policy") or "").rstrip("."), 128), message=clean(name, 64),
        user="" if (user := get("user") or get("username") or "") == "unknown" else clean(user, 128), outcome=outcome,
        bytes=total(count(get("sendbytes", "")), count(get("rcvbytes", "").rstrip("."))), detail="" if kind == "traffic" else clean(masked(get("command") or text)),
    )  # fmt: skip


FORMATS: Final = (Format(name="huawei_usg", title="Huawei USG", version=1, marks=("%%0",), parse=parse),)
