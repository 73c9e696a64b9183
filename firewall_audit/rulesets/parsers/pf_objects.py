"""Aliases and interfaces of pfSense and OPNsense, resolved to addresses and ports. Pure. [FW-2]"""

import ipaddress
import re

from firewall_audit.rulesets import values
from firewall_audit.rulesets.intervals import NOTHING, Intervals, union
from firewall_audit.rulesets.model import NamedObject
from firewall_audit.rulesets.parsers.markup import Element
from firewall_audit.rulesets.parsers.terms import (
    ANYWHERE,
    Addresses,
    joined,
    some_addresses,
    unknown_addresses,
)

DEEPEST = 20
_REMOTE = frozenset(
    {
        "url",
        "urltable",
        "url_ports",
        "urltable_ports",
        "urljson",
        "geoip",
        "external",
        "dynipv6host",
        "asn",
        "mac",
        "authgroup",
        "internal",
    }
)


class Objects:
    """What the names in a configuration stand for."""

    def __init__(self, root: Element) -> None:
        self.interfaces = {one.tag: one for one in (root.first("interfaces") or Element("", {}, 0)).children}
        self._aliases: dict[str, Element] = {}
        for place in (root.first("aliases"), root.first("OPNsense", "Firewall", "Alias", "aliases")):
            for one in place.all("alias") if place is not None else ():
                if one.said("name") and one.said("enabled") != "0":
                    self._aliases.setdefault(one.said("name"), one)

    def named(self) -> list[NamedObject]:
        """List the aliases."""
        return [
            NamedObject(name, one.said("type") or "alias", " ".join(_members(one))[:200], one.line)
            for name, one in self._aliases.items()
        ]

    def addresses(self, name: str, depth: int = 0) -> Addresses:
        """Resolve an alias of addresses, an address, or a host by name."""
        alias = self._aliases.get(name)
        if alias is not None:
            if depth >= DEEPEST:
                return unknown_addresses(f"the alias {name} holds itself")
            if alias.said("type") in _REMOTE:
                return unknown_addresses(f"the alias {name} of the kind {alias.said('type')}")
            taken: list[Addresses] = []
            left: list[Addresses] = []
            for one in _members(alias):
                (left if one.startswith("!") else taken).append(self.addresses(one.lstrip("!"), depth + 1))
            return joined(taken).without(joined(left))
        if name.startswith(("__", "bogons", "sshguard", "virusprot")):
            return unknown_addresses(f"the list {name}")
        try:
            return some_addresses(name)
        except ValueError:
            return unknown_addresses(f"the host by name {name}")

    def network(self, name: str) -> Addresses:
        """Resolve what a rule calls a network: `lan` (its whole network), `lanip` (the firewall's own address), `(self)`, an alias."""
        if name in {"(self)", "any"}:
            return ANYWHERE if name == "any" else self._itself()
        if name in self.interfaces:
            return self._of(name, whole=True)
        if name.endswith("ip") and name[:-2] in self.interfaces:
            return self._of(name[:-2], whole=False)
        return self.addresses(name)

    def _itself(self) -> Addresses:
        return (
            joined(self._of(one, whole=False) for one in self.interfaces)
            if self.interfaces
            else unknown_addresses("the firewall itself")
        )

    def _of(self, name: str, *, whole: bool) -> Addresses:
        interface = self.interfaces[name]
        told: list[Addresses] = []
        for address, bits in (("ipaddr", "subnet"), ("ipaddrv6", "subnetv6")):
            host, length = interface.said(address), interface.said(bits)
            if not host:
                continue
            try:
                told.append(
                    some_addresses(
                        str(ipaddress.ip_network(f"{host}/{length}", strict=False)) if whole and length else host
                    )
                )
            except ValueError:
                told.append(unknown_addresses(f"the address of {name}, which comes by {host}"))
        return joined(told) if told else unknown_addresses(f"the address of {name}")

    def ports(self, word: str, depth: int = 0) -> Intervals:
        """Resolve ports: a number, a range, an alias. Raises ValueError where that cannot be."""
        alias = self._aliases.get(word)
        if alias is None:
            return NOTHING if not word else values.ports(word)
        if depth >= DEEPEST or alias.said("type") in _REMOTE:
            raise ValueError(f"the alias {word}")
        told: Intervals = NOTHING
        for one in _members(alias):
            told = union(told, self.ports(one, depth + 1))
        return told


def _members(alias: Element) -> list[str]:
    return (
        re.split(r"[\s,]+", (alias.said("address") or alias.said("content")).strip())
        if alias.said("address") or alias.said("content")
        else []
    )
