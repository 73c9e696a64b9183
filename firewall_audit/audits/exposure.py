"""What a scan found open, held against what the configuration allows and what the house calls non-essential. Pure. [FW-1, FW-5]"""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from firewall_audit.audits.nmap import Port
from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import ANY_NAME, Box, all_of
from firewall_audit.rulesets.intervals import Intervals, interval_set, meets, union
from firewall_audit.rulesets.model import Filter, Ruleset
from firewall_audit.rulesets.program import unfold
from firewall_audit.rulesets.walk import Budget, Exhausted, Paths

Allowed = Literal["allowed", "refused", "unclear"]
ALLOWED: Final[Allowed] = "allowed"
REFUSED: Final[Allowed] = "refused"
UNCLEAR: Final[Allowed] = "unclear"
COMPARISONS: Final = 200_000
MOST_JUDGED: Final = 2_000
"""Ports that are held against the rules; of those beyond nobody can tell."""
NEW, SYN = interval_set([(0, 0)]), interval_set([(2, 2)])
TCP: Final = 6


@dataclass(frozen=True, slots=True)
class Exposed:
    """An open port, whether the configuration means it to be, and the name of the service where the house calls it non-essential."""

    port: Port
    allowed: Allowed
    non_essential: str = ""


def exposed(
    ports: Sequence[Port], ruleset: Ruleset | None, zone: Mapping[str, Any] | None, services: Mapping[str, str]
) -> list[Exposed]:
    """Judge each open port, as asked for from a zone of the device; `services`: `tcp/23` and what it is."""
    judge = Judge(ruleset, zone) if ruleset is not None else None
    told = []
    for place, port in enumerate(ports):
        verdict = judge.verdict(port) if judge is not None and place < MOST_JUDGED else UNCLEAR
        told.append(Exposed(port, verdict, services.get(port.name, "")))
    return told


class Judge:
    """A configuration that is asked about packets from one zone."""

    def __init__(self, ruleset: Ruleset, zone: Mapping[str, Any] | None) -> None:
        names = [str(zone["name"]), *map(str, zone.get("interfaces", ()))] if zone else []
        self.incoming = _names(_spoken(ruleset, names) or names)
        self.sources = {
            family: _networks((zone or {}).get("networks", ()), family) for family in (values.V4, values.V6)
        }
        self.translated = any(rule.action == "nat" for one in ruleset.filters for rule in one.rules)
        self.partly = bool(ruleset.unmodelled)
        self.paths = [Paths(unfold(ruleset, one)) for one in _entered(ruleset, names)]

    def verdict(self, port: Port) -> Allowed:
        """Tell whether any new packet from the zone to this port is allowed by a list that it enters.

        Refused is said only where every list refuses for certain, no address is translated and every line was understood.
        """
        box = self._box(port)
        found = {self._of(paths, box) for paths in self.paths}
        if ALLOWED in found:
            return ALLOWED
        return REFUSED if found == {REFUSED} and not self.translated and not self.partly else UNCLEAR

    def _box(self, port: Port) -> Box:
        address = ipaddress.ip_address(port.host)
        every = all_of(address.version)
        number = values.protocol(port.protocol)
        return every._replace(
            sources=self.sources[address.version] or every.sources,
            destinations=((int(address), int(address)),),
            protocols=((number, number),),
            destination_ports=((port.number, port.number),),
            incoming=self.incoming or every.incoming,
            states=NEW,
            flags=SYN if number == TCP else every.flags,
        )

    @staticmethod
    def _of(paths: Paths, box: Box) -> Allowed:
        try:
            way = paths.walk(box, len(paths.entries), Budget(COMPARISONS), sure=False)
        except Exhausted:
            return UNCLEAR
        effects = {paths.entries[at].effect for _, at in way.decided}
        if way.arrived:
            effects.add("allow" if paths.program.filter.default == "allow" else "deny")
        if "allow" in effects:
            return ALLOWED
        doubtful = any(paths.entries[at].effect in {"allow", "skip"} for at in way.doubtful)
        return UNCLEAR if doubtful or paths.program.stopped else REFUSED


def _entered(ruleset: Ruleset, names: Sequence[str]) -> list[Filter]:
    """The lists that traffic to the device or through it enters: those applied where the zone is, where the vendor says so."""
    judged = [one for one in ruleset.filters if one.hook in {"input", "forward"} and one.applied != ()]
    near = [one for one in judged if one.applied is not None and _mentions(one.applied, names)]
    return near or judged


def _mentions(applied: Iterable[str], names: Sequence[str]) -> bool:
    return any(word in names for one in applied for word in one.replace(",", " ").split())


def _spoken(ruleset: Ruleset, names: Sequence[str]) -> list[str]:
    """Those of a zone's names, its own and its interfaces', by which the rules speak of it."""
    boxes = [box.incoming for one in ruleset.filters for rule in one.rules for box in rule.boxes]
    narrow = {one for one in boxes if one != ANY_NAME}
    return [name for name in names if any(meets(values.name(name), one) for one in narrow)]


def _names(names: Sequence[str]) -> Intervals:
    found: Intervals = ()
    for one in names:
        found = union(found, values.name(one))
    return found


def _networks(networks: Iterable[object], family: int) -> Intervals:
    found: Intervals = ()
    for one in networks:
        version, interval = values.addresses(str(one))
        if version == family:
            found = union(found, interval)
    return found


def counted(found: Sequence[Exposed]) -> dict[str, int]:
    """How many ports are open, and how many of them are refused, unclear, non-essential."""
    return {
        "open": len(found), "refused": sum(one.allowed == REFUSED for one in found),
        "unclear": sum(one.allowed == UNCLEAR for one in found), "non-essential": sum(bool(one.non_essential) for one in found),
    }  # fmt: skip
