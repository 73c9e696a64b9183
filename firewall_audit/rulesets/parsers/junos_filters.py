"""Firewall filters of Junos: stateless terms on interfaces. Pure. [FW-2, FW-5]"""

from collections.abc import Iterator

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import ANY_FLAGS, ANY_PORT, Box
from firewall_audit.rulesets.intervals import Intervals, interval_set, points, union
from firewall_audit.rulesets.model import Action, Filter, Rule, numbered
from firewall_audit.rulesets.parsers.hierarchy import Node
from firewall_audit.rulesets.parsers.junos_services import icmp_type
from firewall_audit.rulesets.parsers.terms import (
    ANYWHERE,
    Addresses,
    Service,
    Services,
    boxes_of,
    joined,
    some_addresses,
    unknown_addresses,
)
from firewall_audit.rulesets.values import FLAGS, V4, V6

_READ = frozenset({
    "source-address", "destination-address", "address", "source-prefix-list", "destination-prefix-list", "prefix-list", "protocol", "next-header", "payload-protocol",
    "source-port", "destination-port", "port", "icmp-type", "icmp-code", "tcp-established", "tcp-initial",
})  # fmt: skip
_DECIDES: dict[str, Action] = {"accept": "allow", "discard": "deny", "reject": "reject"}


def filters_of(root: Node) -> list[Filter]:
    """Read every filter, with the interfaces that apply it."""
    applied = _applied(root)
    told = [
        _filter(root, node, kind, family, applied)
        for kind, family in (("inet", V4), ("inet6", V6))
        for node in root.under("firewall", "family", kind, "filter")
    ]
    return told + [_filter(root, node, "inet", V4, applied) for node in root.under("firewall", "filter")]


def _applied(root: Node) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for interface in root.under("interfaces"):
        for unit in interface.under("unit"):
            for family in unit.under("family"):
                for way in ("input", "output", "input-list", "output-list"):
                    for name in family.values("filter", way):
                        told.setdefault(name, []).append(f"{interface.name}.{unit.name} {way.split('-')[0]}")
    return told


def _filter(root: Node, node: Node, kind: str, family: int, applied: dict[str, list[str]]) -> Filter:
    terms = [*node.children.get("term", Node("", 0)).children.values()]
    rules = [_rule(root, one, family, place) for place, one in enumerate(terms, 1)]
    where = tuple(applied.get(node.name, ()))
    hook = "input" if where and all(one.startswith("lo0") for one in where) else "forward"
    return Filter(f"{kind} filter {node.name}", numbered(rules), "deny", hook, applied=where, line=node.line)


def _rule(root: Node, node: Node, family: int, place: int) -> Rule:
    of = node.at("from") or Node("", 0)
    then = node.at("then") or Node("", 0)
    lacking = [f"only {one.name} {' '.join(one.values()[:5])}".strip() for one in of.under() if one.name not in _READ]
    boxes: list[Box] = []
    for sources, targets, source_ports, target_ports in _ways(root, of):
        lacking += [*sources.unknown, *targets.unknown]
        boxes += boxes_of(
            sources, targets, _service(of, family, source_ports, target_ports, lacking), families=(family,)
        )
    action: Action = next((_DECIDES[one] for one in then.values() if one in _DECIDES), "allow")
    if then.value("next") == "term":
        action = "continue"
    elif "routing-instance" in then.values():
        action, lacking = "allow", [*lacking, "it goes to another routing instance"]
    return Rule(
        id=node.name, place=place, line=node.line, text=f"{node.name}: {node.written()}", action=action, boxes=tuple(dict.fromkeys(boxes)),
        enabled=not node.inactive, unmodelled=tuple(dict.fromkeys(lacking)), logs=any(one in {"log", "syslog"} for one in then.values()), name=node.name,
    )  # fmt: skip


def _ways(root: Node, of: Node) -> Iterator[tuple[Addresses, Addresses, Intervals, Intervals]]:
    """Yield sources, destinations and ports; `address`, `prefix-list` and `port` match either end, which makes two ways."""
    sources, targets = _list(root, of, "source-"), _list(root, of, "destination-")
    either = _list(root, of, "")
    source_ports, target_ports, ports = (_ports(of.values(key)) for key in ("source-port", "destination-port", "port"))
    for turn in (0, 1) if either is not None or ports is not None else (0,):
        src = either if either is not None and turn == 0 else sources
        dst = either if either is not None and turn == 1 else targets
        yield (
            src if src is not None else ANYWHERE, dst if dst is not None else ANYWHERE,
            source_ports or (ports if turn == 0 else None) or ANY_PORT, target_ports or (ports if turn == 1 else None) or ANY_PORT,
        )  # fmt: skip


def _list(root: Node, of: Node, prefix: str) -> Addresses | None:
    """Read addresses and prefix lists; `except` takes away."""
    taken: list[Addresses] = []
    left: list[Addresses] = []
    seen = False
    for one in of.under(f"{prefix}address"):
        seen = True
        (left if one.at("except") is not None else taken).append(_one(one.name))
    for one in of.under(f"{prefix}prefix-list"):
        seen = True
        found = root.at("policy-options", "prefix-list", one.name)
        told = (
            joined(_one(word) for word in found.values())
            if found is not None
            else unknown_addresses(f"the prefix list {one.name}")
        )
        (left if one.at("except") is not None else taken).append(told)
    if not seen:
        return None
    return (joined(taken) if taken else ANYWHERE).without(joined(left))


def _one(word: str) -> Addresses:
    try:
        return some_addresses(word)
    except ValueError:
        return unknown_addresses(f"the address {word}")


def _ports(words: list[str]) -> Intervals | None:
    try:
        return values.ports(",".join(words)) if words else None
    except ValueError:
        return None


def _service(of: Node, family: int, source: Intervals, target: Intervals, lacking: list[str]) -> Services:
    said = [*of.values("protocol"), *of.values("next-header"), *of.values("payload-protocol")]
    lacking += [
        f"only the ports {' '.join(of.values(key)[:5])}"
        for key in ("source-port", "destination-port", "port")
        if of.values(key) and _ports(of.values(key)) is None
    ]
    protocols: Intervals = ((0, values.LAST_PROTOCOL),)
    try:
        if said:
            protocols = interval_set(pair for one in said for pair in _protocol(one))
    except ValueError:
        lacking.append(f"only the protocols {' '.join(said)}")
    flags = ANY_FLAGS
    if of.at("tcp-established") is not None or of.at("tcp-initial") is not None:
        protocols = points((6,))
        wanted = FLAGS["ack"] | FLAGS["rst"]
        flags = points(
            o
            for o in range(256)
            if (o & wanted if of.at("tcp-established") is not None else o & FLAGS["syn"] and not o & FLAGS["ack"])
        )
    if (source, target) != (ANY_PORT, ANY_PORT) and protocols == ((0, values.LAST_PROTOCOL),):
        protocols = values.WITH_PORTS
    if of.values("icmp-type") and not said:
        protocols = points((58 if family == V6 else 1,))
    return Services((Service(protocols, source, target, _icmp(of, family, lacking), family, flags),))


def _protocol(word: str) -> Intervals:
    low, dash, high = word.partition("-")
    if dash and low.isdecimal() and high.isdecimal():
        return ((int(low), int(high)),)
    named = {"fragment": 44, "dstopts": 60, "routing": 43, "hop-by-hop": 0, "no-next-header": 59}
    return points((named[word] if word in named else values.protocol("icmp6" if word == "icmpv6" else word),))


def _icmp(of: Node, family: int, lacking: list[str]) -> Intervals:
    kinds, codes = of.values("icmp-type"), of.values("icmp-code")
    if not kinds:
        return ANY_PORT
    told: Intervals = ()
    try:
        for kind in kinds:
            for code in codes or [""]:
                told = union(told, values.icmp(icmp_type(kind, family), int(code) if code else None))
    except ValueError:
        lacking.append(f"only the types of ICMP {' '.join((*kinds, *codes))}")
        return ANY_PORT
    return told
