"""Words of network devices and of their intake, and their form as it is typed: zones and prefixes a line each."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from api.console.pages.frame import State
from api.words import N_
from kernel.errors import Fault, Malformed

KINDS: Mapping[str, str] = {
    "firewall": N_("Firewall"),
    "router": N_("Router"),
    "switch": N_("Switch"),
    "ids": N_("Intrusion detection"),
    "vpn": N_("VPN gateway"),
    "other": N_("Another device"),
}
SIDES: Mapping[str, str] = {"inside": N_("inside"), "outside": N_("outside"), "dmz": N_("DMZ")}
SOURCES: Mapping[str, str] = {"syslog": N_("syslog"), "file": N_("file"), "upload": N_("upload")}
EVENTS: Mapping[str, str] = {
    "dropped": N_("Lines were lost"),
    "silent": N_("Silent"),
    "heard": N_("Heard again"),
    "full": N_("The spool was full"),
    "unknown": N_("An unknown sender"),
    "missing": N_("Numbered lines never came"),
    "twice": N_("Lines came twice"),
    "restarted": N_("It counts its lines anew"),
    "clock": N_("The clock was wrong"),
    "uncollected": N_("Its configuration could not be collected"),
    "collected": N_("Its configuration is collected again"),
    "host-key": N_("It shows another key than before"),
}
VERDICTS: Mapping[str, str] = {"allow": N_("allowed"), "deny": N_("denied")}
CREDENTIALS: Mapping[str, str] = {
    "password": N_("Password"), "private-key": N_("Private key"), "token": N_("Token"),
}  # fmt: skip
IN_SERVICE, SILENT, NEVER, RETIRED = (
    State(N_("In service"), "green"),
    State(N_("Silent"), "red"),
    State(N_("Not heard yet"), "amber"),
    State(N_("Out of service"), "grey"),
)
ZONE_FORM = N_("A zone is written as: name, side (inside, outside or dmz), then its networks and interfaces.")
PREFIX_FORM = N_("A prefix is written as: the prefix, then allow or deny.")


_HALF = re.compile("[\ud800-\udfff]")
_PICTURES = (
    {code: 0x2400 + code for code in range(32)}
    | {0x7F: 0x2421}
    | dict.fromkeys([*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF], 0xFFFD)
)


def shown(line: str) -> str:
    """Return a line as it may stand on a page: control characters as their pictures, and nothing that turns writing around."""
    return "".join(chr(_PICTURES.get(ord(sign), ord(sign))) for sign in line if not _HALF.match(sign))


def zones_of(text: str) -> list[dict[str, Any]]:
    """Read zones, one a line: `lan inside 10.20.0.0/16 eth1`. Raises Malformed."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, side, *rest = [*line.replace(",", " ").split(), "", ""][: max(2, len(line.split()))]
        if side not in SIDES:
            raise Malformed(ZONE_FORM, [Fault("zones", ZONE_FORM)])
        parts = [part for part in rest if part]
        networks = [part for part in parts if "/" in part or ":" in part]
        found.append(
            {"name": name, "side": side, "networks": networks, "interfaces": [p for p in parts if p not in networks]}
        )
    return found


def zones_told(zones: Sequence[Any]) -> str:
    """Write zones as they are typed."""
    return "\n".join(" ".join([zone.name, zone.side, *zone.networks, *zone.interfaces]) for zone in zones)


def prefixes_of(text: str) -> dict[str, str]:
    """Read prefixes, one a line: `FW-DROP deny`. Raises Malformed."""
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        prefix, _, verdict = line.rpartition(" ")
        if not prefix or verdict not in VERDICTS:
            raise Malformed(PREFIX_FORM, [Fault("prefixes", PREFIX_FORM)])
        found[prefix.strip()] = verdict
    return found


def prefixes_told(prefixes: Mapping[str, str]) -> str:
    """Write prefixes as they are typed."""
    return "\n".join(f"{prefix} {verdict}" for prefix, verdict in prefixes.items())
