"""Palo Alto's PAN-OS and Panorama: `set` lines, braces and XML. Pure. [FW-2, FW-5]

Sources: PAN-OS CLI quick start (set format), PAN-OS administrator's guide (security policy: rule types, default rules, pre and post rules).
"""

import re

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import ANY_NAME, Box
from firewall_audit.rulesets.intervals import difference, intersection
from firewall_audit.rulesets.model import Action, Filter, Rule, Ruleset, Unreadable, numbered
from firewall_audit.rulesets.parsers.hierarchy import Node, read_elements, read_words
from firewall_audit.rulesets.parsers.markup import read_markup
from firewall_audit.rulesets.parsers.paloalto_homes import Home, homes_of
from firewall_audit.rulesets.parsers.parser import MOST_RULES, Parser
from firewall_audit.rulesets.parsers.terms import (
    ANY_SERVICE,
    ANYWHERE,
    boxes_of,
    joined,
    joined_services,
    names,
)

_ACTIONS: dict[str, Action] = {"allow": "allow", "deny": "deny", "drop": "deny"}
_NARROWING = (
    "source-user",
    "category",
    "hip-profiles",
    "source-hip",
    "destination-hip",
    "source-device",
    "destination-device",
)
_MARKS = re.compile(
    r"^(?:set|delete|move)\s+(?:deviceconfig|rulebase|network (?:interface|virtual-router|ike|profiles)|vsys|zone|shared|device-group|address|service|mgt-config|policy panorama|"
    r"template|application|readonly|panorama)\b|^\s*deviceconfig\s*\{|^#RANCID-CONTENT-TYPE: paloalto|^config \{",
    re.MULTILINE,
)


def is_panos(text: str) -> bool:
    """Tell whether a text is written as PAN-OS writes."""
    start = text[:400_000]
    if start.lstrip("\ufeff \t\r\n").startswith("<"):
        return (
            re.search(r"<config\b", start) is not None
            and re.search(r"<(?:devices|shared|mgt-config|vsys)\b", start) is not None
        )
    return (
        _MARKS.search(start) is not None
        and re.search(r"^set (?:security|system|firewall|interfaces) ", start, re.MULTILINE) is None
    )


def parse(text: str) -> Ruleset:
    """Read the security rules of every virtual system or device group. Raises Unreadable."""
    root = read_elements(read_markup(text)) if text.lstrip("\ufeff \t\r\n").startswith("<") else read_words(text)
    if not root.children:
        raise Unreadable(1, "nothing of a PAN-OS configuration stands here")
    for wrapper in ("config", "readonly"):
        root = root.children.get(wrapper, root) if len(root.children) == 1 else root
    homes = homes_of(root)
    filters = tuple(made for home in homes if (made := _filter(home)).rules or home.stated)
    if sum(len(one.rules) for one in filters) > MOST_RULES:
        raise Unreadable(1, f"more than {MOST_RULES} rules")
    return Ruleset("paloalto", filters, tuple(one for home in homes for one in home.named()), host=_host(root))


def _host(root: Node) -> str:
    for place in (root, *root.under("devices")):
        told = place.value("deviceconfig", "system", "hostname")
        if told:
            return told
    return ""


def _filter(home: Home) -> Filter:
    rules: list[Rule] = []
    for base in home.rulebases:
        for node in base.children.get("security", Node("", 0)).under("rules"):
            rules.append(_rule(home, node, len(rules) + 1))
    own = _default(home, "intrazone-default")
    across = _default(home, "interzone-default")
    zones = home.zones or sorted({word for one in rules for word in one.objects if word.startswith("zone ")})
    if rules or zones:
        rules.append(_intrazone(zones, own or "allow", len(rules) + 1))
    line = min((one.line for one in rules if one.line), default=0)
    return Filter(home.name, numbered(rules), across or "deny", "forward", line=line)


def _default(home: Home, name: str) -> Action | None:
    for base in home.rulebases:
        told = base.value("default-security-rules", "rules", name, "action")
        if told:
            return _ACTIONS.get(told, "reject")
    return None


def _intrazone(zones: list[str], action: Action, place: int) -> Rule:
    """What the device adds by itself: inside one zone the traffic passes, unless that was turned round."""
    bare = [zone.removeprefix("zone ") for zone in zones]
    boxes = tuple(
        box for zone in bare
        for box in boxes_of(ANYWHERE, ANYWHERE, ANY_SERVICE, incoming=values.name(zone), outgoing=values.name(zone))
    )  # fmt: skip
    return Rule(
        "intrazone-default",
        place,
        0,
        "intrazone-default (of the device itself)",
        action,
        boxes,
        name="intrazone-default",
    )


def _rule(home: Home, node: Node, place: int) -> Rule:
    sources = joined(home.addresses(one) for one in node.values("source") or ["any"])
    targets = joined(home.addresses(one) for one in node.values("destination") or ["any"])
    if node.value("negate-source") == "yes":
        sources = sources.negated()
    if node.value("negate-destination") == "yes":
        targets = targets.negated()
    services = joined_services(home.services(one) for one in node.values("service") or ["any"])
    lacking = [*sources.unknown, *targets.unknown, *services.unknown]
    applications = [one for one in node.values("application") if one != "any"]
    if applications:
        lacking.insert(0, f"only the applications {', '.join(applications)}"[:120])
    lacking += [
        f"only {key} {', '.join(told)}"[:120]
        for key in _NARROWING
        if (told := [one for one in node.values(key) if one != "any"])
    ]
    if node.value("schedule"):
        lacking.append(f"only at the times of {node.value('schedule')}")
    boxes, why = _zoned(node, boxes_of(sources, targets, services), home)
    used = [one for key in ("source", "destination", "service") for one in node.values(key) if one != "any"]
    action = node.value("action") or "allow"
    return Rule(
        id=node.name, place=place, line=node.line, text=f"{node.name}: {node.written()}", boxes=boxes, name=node.name,
        action=_ACTIONS.get(action, "reject"), enabled=node.value("disabled") != "yes" and not node.inactive,
        unmodelled=tuple(dict.fromkeys([*lacking, *why])), comment=" ".join(node.values("description")),
        logs=node.value("log-end") != "no" or node.value("log-start") == "yes", objects=tuple(dict.fromkeys(used)),
    )  # fmt: skip


def _zoned(node: Node, boxes: tuple[Box, ...], home: Home) -> tuple[tuple[Box, ...], list[str]]:
    """Narrow to the zones: within each (`intrazone`), between two of them (`interzone`), or both."""
    of = [one for one in node.values("from") if one != "any"]
    to = [one for one in node.values("to") if one not in {"any", "multicast"}]
    kind = node.value("rule-type") or "universal"
    if kind == "universal":
        incoming, outgoing = names(of) if of else ANY_NAME, names(to) if to else ANY_NAME
        return tuple(box._replace(incoming=incoming, outgoing=outgoing) for box in boxes), []
    all_of = of or home.zones
    if not all_of:
        return boxes, [f"only {kind}, and the zones are not in the text"]
    told: list[Box] = []
    for zone in all_of:
        own = values.name(zone)
        wanted = names(to) if to else ANY_NAME
        outgoing = intersection(wanted, own) if kind == "intrazone" else difference(wanted, own)
        if outgoing:
            told += [box._replace(incoming=own, outgoing=outgoing) for box in boxes]
    return tuple(told), []


PANOS = Parser("paloalto", "Palo Alto PAN-OS", is_panos, parse)
