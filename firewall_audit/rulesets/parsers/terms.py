"""What vendors' objects come down to, sets of addresses and services, and the boxes that a rule made of them has. Pure. [FW-2, FW-5]"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import (
    ANY_FLAGS,
    ANY_NAME,
    ANY_PORT,
    ANY_PROTOCOL,
    ANY_STATE,
    ANY_V4,
    ANY_V6,
    Box,
    is_empty,
)
from firewall_audit.rulesets.intervals import NOTHING, Intervals, difference, intersection, interval_set, points, union
from firewall_audit.rulesets.values import V4, V6


class Addresses(NamedTuple):
    """Addresses of both families; `unknown` names what could not be resolved (a host by name, a country, a list kept elsewhere)."""

    v4: Intervals = NOTHING
    v6: Intervals = NOTHING
    unknown: tuple[str, ...] = ()

    def join(self, other: "Addresses") -> "Addresses":
        """Whatever is in either."""
        return Addresses(union(self.v4, other.v4), union(self.v6, other.v6), _words(self.unknown, other.unknown))

    def without(self, other: "Addresses") -> "Addresses":
        """What is in this and not in the other; of what the other does not know, nothing is taken away."""
        return Addresses(
            difference(self.v4, other.v4), difference(self.v6, other.v6), _words(self.unknown, other.unknown)
        )

    def negated(self) -> "Addresses":
        """Every other address; all of them where something is unknown."""
        return ANYWHERE.without(self)

    def widest(self) -> "Addresses":
        """What a box must hold: everything where something is unknown."""
        return ANYWHERE if self.unknown else self


ANYWHERE = Addresses(ANY_V4, ANY_V6)
NOWHERE = Addresses()


class Service(NamedTuple):
    """Protocols with their ports or types; `family` 0 means both."""

    protocols: Intervals = ANY_PROTOCOL
    source_ports: Intervals = ANY_PORT
    destination_ports: Intervals = ANY_PORT
    icmp: Intervals = ANY_PORT
    family: int = 0
    flags: Intervals = ANY_FLAGS


class Services(NamedTuple):
    """Several services, and what of them could not be resolved."""

    of: tuple[Service, ...] = ()
    unknown: tuple[str, ...] = ()

    def join(self, other: "Services") -> "Services":
        """Whatever is in either."""
        return Services(tuple(dict.fromkeys((*self.of, *other.of))), _words(self.unknown, other.unknown))


ANY_SERVICE = Services((Service(),))


def _words(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def unknown_addresses(what: str) -> Addresses:
    """Addresses that only the device itself could resolve."""
    return Addresses(unknown=(what,))


def unknown_services(what: str) -> Services:
    """A service that is not described in the configuration."""
    return Services(unknown=(what,))


def some_addresses(text: str) -> Addresses:
    """Read addresses as `values.addresses` does. Raises ValueError."""
    family, found = values.addresses(text)
    return Addresses(found) if family == V4 else Addresses(v6=found)


def masked_addresses(host: str, mask: str, *, wildcard: bool = False) -> Addresses:
    """Read an address under a mask, or under Cisco's inverted one. Raises ValueError."""
    family, found = (values.wildcard if wildcard else values.masked)(host, mask)
    return Addresses(found) if family == V4 else Addresses(v6=found)


def joined(all_of: Iterable[Addresses]) -> Addresses:
    """Whatever is in any of them, at once: thousands of members join in the time of sorting them."""
    parts = list(all_of)
    return Addresses(
        interval_set(pair for one in parts for pair in one.v4),
        interval_set(pair for one in parts for pair in one.v6),
        tuple(dict.fromkeys(word for one in parts for word in one.unknown)),
    )


def joined_services(all_of: Iterable[Services]) -> Services:
    """Whatever is in any of them."""
    parts = list(all_of)
    return Services(
        tuple(dict.fromkeys(service for one in parts for service in one.of)),
        tuple(dict.fromkeys(word for one in parts for word in one.unknown)),
    )


def protocol_service(word: str) -> Service:
    """Read a protocol by name or number; `ip` and `any` are all of them. Raises ValueError."""
    if word.lower() in {"ip", "any", "all", "ipv4"}:
        return Service()
    number = values.protocol(word)
    return Service(points((number,)), family={1: V4, 58: V6}.get(number, 0))


def port_service(protocols: Sequence[int], destination: Intervals = ANY_PORT, source: Intervals = ANY_PORT) -> Service:
    """A service of TCP, UDP and their like."""
    return Service(points(protocols), source, destination)


def icmp_service(family: int, kind: int | None = None, code: int | None = None) -> Service:
    """ICMP, or ICMPv6, with one type and code or all of them."""
    shown = ANY_PORT if kind is None else values.icmp(kind, code)
    return Service(points((58 if family == V6 else 1,)), icmp=shown, family=family)


def boxes_of(
    sources: Addresses,
    destinations: Addresses,
    services: Services,
    *,
    incoming: Intervals = ANY_NAME,
    outgoing: Intervals = ANY_NAME,
    states: Intervals = ANY_STATE,
    families: Sequence[int] = (V4, V6),
) -> tuple[Box, ...]:
    """Give the boxes of a rule: what is unknown counts as everything, so that they are never too few."""
    told: list[Box] = []
    src, dst = sources.widest(), destinations.widest()
    wanted = (Service(),) if services.unknown else _merged(services.of)
    for family in families:
        of, to = (src.v4, dst.v4) if family == V4 else (src.v6, dst.v6)
        for one in wanted:
            if one.family in {0, family}:
                box = Box(
                    ((family, family),), of, to, one.protocols, one.source_ports, one.destination_ports, one.icmp,
                    incoming, outgoing, states, one.flags,
                )  # fmt: skip
                if not is_empty(box):
                    told.append(box)
    return tuple(told)


def _merged(services: tuple[Service, ...]) -> tuple[Service, ...]:
    """Join services that differ in their destination ports alone: fewer boxes say the same."""
    grouped: dict[Service, Intervals] = {}
    for one in services:
        bare = one._replace(destination_ports=NOTHING)
        grouped[bare] = union(grouped.get(bare, NOTHING), one.destination_ports)
    return tuple(bare._replace(destination_ports=ports) for bare, ports in grouped.items())


def names(words: Iterable[str]) -> Intervals:
    """The numbers of several interfaces or zones."""
    return interval_set(pair for word in words for pair in values.name(word))


def narrowed(services: Services, within: Service) -> Services:
    """The part of services that lies in another, such as a group of ports under a protocol."""
    told = []
    for one in services.of:
        cut = Service(
            intersection(one.protocols, within.protocols), intersection(one.source_ports, within.source_ports),
            intersection(one.destination_ports, within.destination_ports), intersection(one.icmp, within.icmp),
            one.family or within.family, intersection(one.flags, within.flags),
        )  # fmt: skip
        if all((cut.protocols, cut.source_ports, cut.destination_ports, cut.icmp, cut.flags)):
            told.append(cut)
    return Services(tuple(told), services.unknown)
