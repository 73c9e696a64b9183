"""Junos: security policies of SRX and firewall filters, as `set` lines or with braces. Pure. [FW-2, FW-5]

Sources: Junos OS security policies user guide (order: pairs of zones, then global), Junos routing policies and firewall filters guide.
"""

import re
from collections.abc import Iterable
from itertools import chain

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import ANY_NAME
from firewall_audit.rulesets.intervals import Intervals
from firewall_audit.rulesets.model import Action, Filter, NamedObject, Rule, Ruleset, Unmodelled, Unreadable, numbered
from firewall_audit.rulesets.parsers.hierarchy import Node, read_words
from firewall_audit.rulesets.parsers.junos_filters import filters_of
from firewall_audit.rulesets.parsers.junos_services import PREDEFINED, application
from firewall_audit.rulesets.parsers.parser import MOST_RULES, Parser
from firewall_audit.rulesets.parsers.terms import (
    ANY_SERVICE,
    ANYWHERE,
    Addresses,
    Services,
    boxes_of,
    joined,
    joined_services,
    masked_addresses,
    names,
    some_addresses,
    unknown_addresses,
    unknown_services,
)

DEEPEST = 20
POLICIES = "security policies"
_MARKS = re.compile(
    r"^\s*(?:set|deactivate)\s+(?:version|system|security|firewall|interfaces|applications|policy-options|routing-options|protocols|snmp|groups|access|vlans|routing-instances|logical-systems)\b|"
    r"^\s*(?:replace:\s*)?(?:security|firewall|applications|system|interfaces|policy-options|routing-options|protocols|snmp)\s*\{|^delete: applications;",
    re.MULTILINE,
)
_NARROWING = ("source-identity", "source-end-user-profile", "dynamic-application", "url-category")


def is_junos(text: str) -> bool:
    """Tell whether a text is written as Junos writes."""
    start = text[:400_000]
    return _MARKS.search(start) is not None and "set rulebase" not in start and not start.lstrip().startswith("<")


def parse(text: str) -> Ruleset:
    """Read policies and filters. Raises Unreadable."""
    root = read_words(text)
    if not root.children:
        raise Unreadable(1, "nothing of a Junos configuration stands here")
    policies = _Policies(root)
    filters = (*policies.filters(), *filters_of(root))
    if sum(len(one.rules) for one in filters) > MOST_RULES:
        raise Unreadable(1, f"more than {MOST_RULES} rules")
    unmodelled = [
        Unmodelled(one.line, f"{one.name} of configuration groups are not taken over")
        for one in root.under()
        if one.name == "apply-groups"
    ]
    return Ruleset("junos", filters, tuple(policies.named()), tuple(unmodelled), root.value("system", "host-name"))


class _Policies:
    """The policies between zones, with the address books and applications that they name."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._books = self._by_zone()

    def _by_zone(self) -> dict[str, list[Node]]:
        """Address books by the zone that they belong to; the empty name is the global one."""
        told: dict[str, list[Node]] = {"": []}
        for book in self._root.under("security", "address-book"):
            zones = book.values("attach", "zone")
            for zone in zones or ([""] if book.name == "global" else []):
                told.setdefault(zone, []).append(book)
        for place in self._root.under("security", "zones", "security-zone"):
            own = place.at("address-book")
            if own is not None:
                told.setdefault(place.name, []).append(own)
        return told

    def named(self) -> list[NamedObject]:
        """List the objects."""
        books = [NamedObject(one.name, "address", one.written()[:200], one.line)
                 for book in chain.from_iterable(self._books.values()) for kind in ("address", "address-set") for one in book.under(kind)]  # fmt: skip
        applications = [NamedObject(one.name, "service", one.written()[:200], one.line)
                        for kind in ("application", "application-set") for one in self._root.under("applications", kind)]  # fmt: skip
        return books + applications

    def filters(self) -> list[Filter]:
        """Give all policies as one list: pairs of zones do not meet one another, and the global policies come behind them."""
        rules: list[Rule] = []
        for of in self._root.under("security", "policies", "from-zone"):
            for to in of.under("to-zone"):
                for node in to.children.get("policy", Node("", 0)).children.values():
                    rules.append(self._rule(node, len(rules) + 1, of.name, to.name))
        for node in (self._root.at("security", "policies", "global", "policy") or Node("", 0)).children.values():
            rules.append(self._rule(node, len(rules) + 1, "", ""))
        default = self._root.value("security", "policies", "default-policy")
        if not rules and not default:
            return []
        action: Action = "allow" if default == "permit-all" else "deny"
        line = min((one.line for one in rules), default=0)
        return [Filter(POLICIES, numbered(rules), action, "forward", line=line)]

    def _rule(self, node: Node, place: int, of: str, to: str) -> Rule:
        lacking: list[str] = []
        sources = self._addresses(node.values("match", "source-address"), of)
        targets = self._addresses(node.values("match", "destination-address"), to)
        if node.at("match", "source-address-excluded") is not None:
            sources = sources.negated()
        if node.at("match", "destination-address-excluded") is not None:
            targets = targets.negated()
        services = joined_services(self.service(one) for one in node.values("match", "application") or ["any"])
        if not node.values("match", "application"):
            lacking.append("it names no application, which Junos does not take")
        lacking += [
            f"only {key} {', '.join(told)}"[:120]
            for key in _NARROWING
            if (told := [x for x in node.values("match", key) if x != "any"])
        ]
        if node.value("scheduler-name"):
            lacking.append(f"only at the times of {node.value('scheduler-name')}")
        incoming, outgoing = self._zones(node, of, to)
        then = node.at("then") or Node("", 0)
        action: Action | None = next((_ACTIONS[one] for one in then.values() if one in _ACTIONS), None)
        if action is None:
            lacking.append("it says not what is to be done")
        name = f"{of}>{to}/{node.name}" if of else f"global/{node.name}"
        return Rule(
            id=name, place=place, line=node.line, text=f"{name}: {node.written()}", action=action or "continue",
            boxes=boxes_of(sources, targets, services, incoming=incoming, outgoing=outgoing), enabled=not node.inactive,
            unmodelled=tuple(dict.fromkeys([*lacking, *sources.unknown, *targets.unknown, *services.unknown])), logs=then.at("log") is not None,
            name=node.name, comment=" ".join(node.values("description")),
            objects=tuple(one for key in ("source-address", "destination-address", "application") for one in node.values("match", key) if one != "any"),
        )  # fmt: skip

    def _zones(self, node: Node, of: str, to: str) -> tuple[Intervals, Intervals]:
        if of:
            return (ANY_NAME if of == "any" else values.name(of)), (ANY_NAME if to == "any" else values.name(to))
        sources = [one for one in node.values("match", "from-zone") if one != "any"]
        targets = [one for one in node.values("match", "to-zone") if one != "any"]
        return (names(sources) if sources else ANY_NAME), (names(targets) if targets else ANY_NAME)

    def _addresses(self, wanted: Iterable[str], zone: str) -> Addresses:
        told = list(wanted)
        return joined(self._address(one, zone, 0) for one in told) if told else ANYWHERE

    def _address(self, name: str, zone: str, depth: int) -> Addresses:
        if name in {"any", "any-ipv4", "any-ipv6"}:
            return (
                ANYWHERE
                if name == "any"
                else Addresses(ANYWHERE.v4)
                if name == "any-ipv4"
                else Addresses(v6=ANYWHERE.v6)
            )
        for book in (*self._books.get(zone, ()), *self._books[""]):
            group, single = book.at("address-set", name), book.at("address", name)
            if group is not None and depth < DEEPEST:
                members = [*group.values("address"), *group.values("address-set")]
                return joined(self._address(one, zone, depth + 1) for one in members)
            if single is not None:
                return _single(single)
        return unknown_addresses(f"the address {name}")

    def service(self, name: str, depth: int = 0) -> Services:
        """Resolve an application or a set of them."""
        if name == "any":
            return ANY_SERVICE
        single, group = (
            self._root.at("applications", "application", name),
            self._root.at("applications", "application-set", name),
        )
        if single is not None:
            return application(single)
        if group is not None and depth < DEEPEST:
            members = [*group.values("application"), *group.values("application-set")]
            return joined_services(self.service(one, depth + 1) for one in members)
        if name in PREDEFINED:
            return Services(PREDEFINED[name])
        return unknown_services(f"the application {name}")


_ACTIONS: dict[str, Action] = {"permit": "allow", "deny": "deny", "reject": "reject"}


def _single(node: Node) -> Addresses:
    """Read one entry of an address book: a prefix, a range, a wildcard, a name."""
    words = node.values()
    first = words[0] if words else ""
    try:
        if first == "range-address":
            low = node.value("range-address")
            high = node.value("range-address", low, "to")
            return some_addresses(f"{low}-{high}")
        if first == "wildcard-address":
            host, _, mask = node.value("wildcard-address").partition("/")
            return masked_addresses(host, mask)
        if first == "ip-prefix":
            return some_addresses(node.value("ip-prefix"))
        if first == "description" and len(words) > 1:
            first = words[1]
        return some_addresses(first)
    except ValueError:
        return unknown_addresses(
            f"the host by name {node.value('dns-name')}" if first == "dns-name" else f"the address {node.name}"
        )


JUNOS = Parser("junos", "Juniper Junos", is_junos, parse)
