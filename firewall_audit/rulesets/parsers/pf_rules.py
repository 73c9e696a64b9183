"""One rule of pfSense or OPNsense, and the order in which rules decide. Pure. [FW-2, FW-5]"""

import re
from collections.abc import Iterable

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import ANY_NAME, ANY_PORT, Box
from firewall_audit.rulesets.intervals import Intervals
from firewall_audit.rulesets.model import Action, Rule, content_id
from firewall_audit.rulesets.parsers.markup import Element
from firewall_audit.rulesets.parsers.pf_objects import Objects
from firewall_audit.rulesets.parsers.terms import (
    ANY_SERVICE,
    ANYWHERE,
    Addresses,
    Service,
    Services,
    boxes_of,
    icmp_service,
    joined,
    names,
    port_service,
    protocol_service,
)
from firewall_audit.rulesets.values import FLAGS, V4, V6

_ACTIONS: dict[str, Action] = {"pass": "allow", "block": "deny", "reject": "reject", "match": "continue"}
_TYPES = {
    "echorep": 0, "unreach": 3, "squench": 4, "redir": 5, "althost": 6, "echoreq": 8, "routeradv": 9, "routersol": 10, "timex": 11, "paramprob": 12, "timereq": 13, "timerep": 14,
    "inforeq": 15, "inforep": 16, "maskreq": 17, "maskrep": 18, "trace": 30,
}  # fmt: skip
_TYPES6 = {
    "unreach": 1,
    "toobig": 2,
    "timex": 3,
    "paramprob": 4,
    "echoreq": 128,
    "echorep": 129,
    "listqry": 130,
    "listenrep": 131,
    "routersol": 133,
    "routeradv": 134,
    "neighbrsol": 135,
    "neighbradv": 136,
    "redir": 137,
}
_NARROWING = (
    "os",
    "tag-in",
    "tagged",
    "sched",
    "max-src-nodes",
    "max-src-conn",
    "max-src-states",
    "max-src-conn-rate",
    "max",
    "dscp",
    "l7container",
    "vlanprio",
    "dnpipe",
    "set-prio",
    "prio",
    "tos",
    "tcpflags1",
    "interfacenot",
    "overload",
    "divert-to",
    "srcmac",
    "dstmac",
)


class RuleReader:
    """Reads rules with the objects that they name."""

    def __init__(self, objects: Objects, *, own_quick: bool) -> None:
        self._objects = objects
        self._own_quick = own_quick
        """pfSense: rules of an interface are always quick; a floating one only where it says so."""

    def order(self, written: list[tuple[int, Element]]) -> list[tuple[int, Element]]:
        """Give the rules in the order in which the first match decides: quick ones as they stand, floating before groups before interfaces; then the others, the last first."""
        ranked = sorted(written, key=lambda one: self._rank(one[1]))
        return [one for one in ranked if self._quick(one[1])] + [
            one for one in reversed(ranked) if not self._quick(one[1])
        ]

    def _rank(self, one: Element) -> int:
        if _floating(one):
            return 0
        return 2 if one.said("interface") in self._objects.interfaces else 1

    def _quick(self, one: Element) -> bool:
        if self._own_quick:
            return not _floating(one) or (one.has("quick") and one.said("quick") != "0")
        return one.said("quick") != "0"

    def direction(self, one: Element) -> str:
        """Give `in`, `out` or `any`."""
        told = one.said("direction") or ("any" if _floating(one) and self._own_quick else "in")
        return told if told in {"in", "out"} else "any"

    def rule(self, one: Element, place: int, way: str) -> Rule:
        """Give the rule; what is not understood of it stands in `unmodelled`."""
        lacking: list[str] = []
        sources, source_ports = self._end(one.first("source"), lacking)
        targets, target_ports = self._end(one.first("destination"), lacking)
        services = _services(one, source_ports, target_ports, lacking)
        lacking += [f"only {key} {one.said(key)}"[:120] for key in _NARROWING if one.said(key)]
        interfaces = [word for word in re.split(r"[,\s]+", one.said("interface")) if word and word != "any"]
        shown = names(interfaces) if interfaces else ANY_NAME
        known = {"inet": (V4,), "inet6": (V6,)}.get(
            one.said("ipprotocol"), (V4, V6) if one.said("ipprotocol") == "inet46" else (V4,)
        )
        boxes = boxes_of(
            sources, targets, services, families=known, **({"incoming": shown} if way == "in" else {"outgoing": shown})
        )
        kind = one.said("type") or "pass"
        if kind not in _ACTIONS:
            lacking.append(f"{kind[:40]} is no action")
        text = _text(one)
        return Rule(
            id=one.attributes.get("uuid") or one.said("tracker") or content_id(text), place=place, line=one.line, text=text, action=_ACTIONS.get(kind, "continue"),
            boxes=_masked(boxes, one, lacking), enabled=not (one.has("disabled") and one.said("disabled") != "0"), logs=one.has("log") and one.said("log") != "0",
            unmodelled=tuple(dict.fromkeys([*lacking, *sources.unknown, *targets.unknown])), comment=one.said("descr"), objects=_used(one),
        )  # fmt: skip

    def _end(self, end: Element | None, lacking: list[str]) -> tuple[Addresses, Intervals]:
        if end is None:
            return ANYWHERE, ANY_PORT
        told = ANYWHERE
        if end.said("address"):
            told = joined(self._objects.network(one) for one in end.said("address").split(","))
        elif end.said("network"):
            told = joined(self._objects.network(one) for one in end.said("network").split(","))
        if end.has("not") and end.said("not") != "0":
            told = told.negated()
        try:
            return told, self._objects.ports(end.said("port")) or ANY_PORT
        except ValueError:
            lacking.append(f"only the ports {end.said('port')}"[:120])
            return told, ANY_PORT


def _floating(one: Element) -> bool:
    return one.has("floating") and one.said("floating") not in {"0", "no"}


def _used(one: Element) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            text
            for end in ("source", "destination")
            for key in ("address", "network", "port")
            if (text := one.said(end, key)) and not text[0].isdigit()
        )
    )


def _services(one: Element, source: Intervals, target: Intervals, lacking: list[str]) -> Services:
    word = one.said("protocol").lower()
    if word in {"", "any"}:
        if (source, target) != (ANY_PORT, ANY_PORT):
            return Services((Service(values.WITH_PORTS, source, target),))
        return ANY_SERVICE
    if word in {"tcp/udp", "tcp", "udp"}:
        return Services((port_service((6, 17) if "/" in word else (values.protocol(word),), target, source),))
    if word in {"icmp", "icmp6", "icmpv6", "ipv6-icmp"}:
        return _icmp(one, word, lacking)
    try:
        return Services((protocol_service(word),))
    except ValueError:
        lacking.append(f"only the protocol {word}"[:80])
        return ANY_SERVICE


def _icmp(one: Element, word: str, lacking: list[str]) -> Services:
    said = one.said("ipprotocol")
    families: Iterable[int] = (V6,) if word != "icmp" or said == "inet6" else (V4, V6) if said == "inet46" else (V4,)
    kinds = [
        kind for kind in re.split(r"[,\s]+", one.said("icmptype") or one.said("icmp6-type")) if kind and kind != "any"
    ]
    told = []
    for family in families:
        table = _TYPES6 if family == V6 else _TYPES
        numbers = [table.get(kind, int(kind) if kind.isdecimal() else -1) for kind in kinds]
        if any(not 0 <= number <= 255 for number in numbers):  # noqa: PLR2004 - an octet
            lacking.append(f"only the types of ICMP {' '.join(kinds)}")
            numbers = []
        told += [icmp_service(family, number) for number in numbers] or [icmp_service(family)]
    return Services(tuple(told))


def _masked(boxes: tuple[Box, ...], one: Element, lacking: list[str]) -> tuple[Box, ...]:
    """Narrow to TCP flags: `tcpflags2` names those that are looked at, `tcpflags1` those that must be set."""
    looked, wanted = one.said("tcpflags2"), one.said("tcpflags1")
    if not looked or one.said("protocol").lower() != "tcp":
        return boxes
    try:
        mask = sum(FLAGS[flag] for flag in looked.split(","))
        value = sum(FLAGS[flag] for flag in wanted.split(",") if flag)
    except KeyError:
        return boxes
    lacking[:] = [word for word in lacking if not word.startswith("only tcpflags1")]
    return tuple(box._replace(flags=values.flags(mask, value)) for box in boxes)


_TEXT = (
    "type",
    "quick",
    "direction",
    "interface",
    "ipprotocol",
    "protocol",
    "icmptype",
    "statetype",
    "gateway",
    "sched",
)


def _text(one: Element) -> str:
    """Write a rule on one line, without who changed it when."""
    told = [f"{key}={one.said(key)}" for key in _TEXT if one.said(key)]
    for end in ("source", "destination"):
        place = one.first(end)
        if place is not None:
            told.append(
                f"{end}={'!' if place.has('not') and place.said('not') != '0' else ''}{place.said('address') or place.said('network') or 'any'}{':' + place.said('port') if place.said('port') else ''}"
            )
    told += [key for key in ("floating", "log", "disabled") if one.has(key) and one.said(key) not in {"0", "no"}]
    return " ".join(told)
