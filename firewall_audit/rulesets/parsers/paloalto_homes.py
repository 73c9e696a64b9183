"""Where PAN-OS keeps its objects and rules: virtual systems, device groups, what Panorama pushes. Pure. [FW-2]"""

from dataclasses import dataclass

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import ANY_PORT
from firewall_audit.rulesets.model import NamedObject
from firewall_audit.rulesets.parsers.hierarchy import Node
from firewall_audit.rulesets.parsers.terms import (
    ANY_SERVICE,
    ANYWHERE,
    Addresses,
    Services,
    joined,
    joined_services,
    masked_addresses,
    port_service,
    some_addresses,
    unknown_addresses,
    unknown_services,
)

DEEPEST = 20
_BUILT_IN = {"service-http": "80,8080", "service-https": "443"}


@dataclass(slots=True)
class Home:
    """A virtual system or device group: where its objects are looked up, nearest first, and its rules in the order they are asked."""

    name: str
    scopes: list[Node]
    rulebases: list[Node]
    zones: list[str]
    stated: bool

    def find(self, kind: str, name: str) -> Node | None:
        """Look an object up, nearest first."""
        return next((found for scope in self.scopes if (found := scope.at(kind, name)) is not None), None)

    def named(self) -> list[NamedObject]:
        """List the home's own objects."""
        kinds = {"address": "address", "address-group": "address", "service": "service", "service-group": "service"}
        return [
            NamedObject(one.name, kind, one.written()[:200], one.line)
            for tag, kind in kinds.items() for one in self.scopes[0].under(tag)
        ]  # fmt: skip

    def addresses(self, name: str, depth: int = 0) -> Addresses:
        """Resolve an address, a group, an external list, or what is written out."""
        if name == "any":
            return ANYWHERE
        single, group = self.find("address", name), self.find("address-group", name)
        if single is not None:
            return _address(single)
        if group is not None and depth < DEEPEST:
            members = group.values("static") or ([] if group.at("dynamic") else group.values())
            if group.at("dynamic") is not None or not members:
                return unknown_addresses(f"the dynamic group {name}")
            return joined(self.addresses(one, depth + 1) for one in members)
        try:
            return some_addresses(name)
        except ValueError:
            return unknown_addresses(f"the address {name}")

    def services(self, name: str, depth: int = 0) -> Services:
        """Resolve a service or a group of services."""
        if name in {"any", "application-default"}:
            return ANY_SERVICE if name == "any" else unknown_services("the application's own ports")
        single, group = self.find("service", name), self.find("service-group", name)
        if single is not None:
            return _service(single, name)
        if group is not None and depth < DEEPEST:
            return joined_services(self.services(one, depth + 1) for one in group.values("members") or group.values())
        if name in _BUILT_IN:
            return Services((port_service((6,), values.ports(_BUILT_IN[name])),))
        return unknown_services(f"the service {name}")


def _address(node: Node) -> Addresses:
    for key in ("ip-netmask", "ip-range", "ip-wildcard", "fqdn"):
        told = node.anywhere(key)
        if not told:
            continue
        try:
            if key == "ip-wildcard":
                host, _, wild = told[0].partition("/")
                return masked_addresses(host, wild, wildcard=True)
            return some_addresses(told[0]) if key != "fqdn" else unknown_addresses(f"the host by name {told[0]}")
        except ValueError:
            return unknown_addresses(f"the address {node.name}")
    bare = node.value()
    try:
        return some_addresses(bare)
    except ValueError:
        return unknown_addresses(f"the address {node.name}")


def _service(node: Node, name: str) -> Services:
    told = []
    for word, number in (("tcp", 6), ("udp", 17), ("sctp", 132)):
        protocol = node.at("protocol", word)
        if protocol is None:
            continue
        try:
            target = values.ports(",".join(protocol.anywhere("port"))) if protocol.anywhere("port") else ANY_PORT
            source = (
                values.ports(",".join(protocol.anywhere("source-port")))
                if protocol.anywhere("source-port")
                else ANY_PORT
            )
        except ValueError:
            return unknown_services(f"the service {name}")
        told.append(port_service((number,), target, source))
    return Services(tuple(told)) if told else unknown_services(f"the service {name}")


def homes_of(root: Node) -> list[Home]:
    """Find every place that has rules of its own."""
    shared = root.at("shared") or Node("shared", 0)
    pushed = root.at("policy", "panorama") or root.at("panorama") or Node("panorama", 0)
    tops = [root, *root.under("devices")]
    told = []
    for top in tops:
        groups = [(one.name, one) for one in top.under("device-group")]
        systems = [(one.name, one) for one in top.under("vsys")]
        if top.at("rulebase") is not None:
            systems.insert(0, ("vsys1" if not systems else "local", top))
        for name, node in groups:
            bases = [shared, node, node, shared]
            told.append(
                _home(
                    name,
                    [node, shared],
                    [
                        (bases[0], "pre-rulebase"),
                        (bases[1], "pre-rulebase"),
                        (node, "rulebase"),
                        (bases[2], "post-rulebase"),
                        (bases[3], "post-rulebase"),
                    ],
                )
            )
        for name, node in systems:
            order = [
                (shared, "pre-rulebase"),
                (pushed, "pre-rulebase"),
                (node, "pre-rulebase"),
                (node, "rulebase"),
                (node, "post-rulebase"),
                (pushed, "post-rulebase"),
                (shared, "post-rulebase"),
            ]
            told.append(_home(name, [node, pushed, shared], order))
    if not told:
        told.append(
            _home(
                "vsys1",
                [root, pushed, shared],
                [
                    (shared, "pre-rulebase"),
                    (pushed, "pre-rulebase"),
                    (pushed, "post-rulebase"),
                    (shared, "post-rulebase"),
                ],
            )
        )
    seen: dict[str, Home] = {}
    for home in told:
        seen.setdefault(home.name, home)
    return list(seen.values())


def _home(name: str, scopes: list[Node], order: list[tuple[Node, str]]) -> Home:
    bases = [found for node, kind in order if (found := node.at(kind)) is not None]
    zones = list(dict.fromkeys(one for scope in scopes for one in scope.values("zone")))
    return Home(name, scopes, bases, zones, bool(bases))
