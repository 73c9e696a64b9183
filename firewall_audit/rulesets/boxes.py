"""The product of a rule's dimensions: one box of the space of packets. Pure. [FW-5]"""

from typing import NamedTuple

from firewall_audit.rulesets.intervals import Intervals, difference, holds, intersection, meets
from firewall_audit.rulesets.values import (
    LAST_ADDRESS,
    LAST_FLAGS,
    LAST_MAC,
    LAST_NAME,
    LAST_PORT,
    LAST_PROTOCOL,
    STATES,
    V4,
    V6,
)

ANY_PORT: Intervals = ((0, LAST_PORT),)
ANY_PROTOCOL: Intervals = ((0, LAST_PROTOCOL),)
ANY_NAME: Intervals = ((0, LAST_NAME),)
ANY_STATE: Intervals = ((0, len(STATES) - 1),)
ANY_FLAGS: Intervals = ((0, LAST_FLAGS),)
ANY_MAC: Intervals = ((0, LAST_MAC),)
ANY_V4: Intervals = ((0, LAST_ADDRESS[V4]),)
ANY_V6: Intervals = ((0, LAST_ADDRESS[V6]),)


class Box(NamedTuple):
    """Packets of one family of which every dimension is in its set; a dimension that nobody named is full.

    What a packet does not have (ports of ICMP, flags of UDP) must be full: a parser that narrows ports narrows `protocols` to those that have ports too.
    """

    family: Intervals
    """((4, 4),) or ((6, 6),): one family only; a rule for both has two boxes."""
    sources: Intervals
    destinations: Intervals
    protocols: Intervals = ANY_PROTOCOL
    source_ports: Intervals = ANY_PORT
    destination_ports: Intervals = ANY_PORT
    icmp: Intervals = ANY_PORT
    """Type times 256 plus code, of ICMP and ICMPv6."""
    incoming: Intervals = ANY_NAME
    """Interfaces or zones by which it comes in, as `values.name` numbers them."""
    outgoing: Intervals = ANY_NAME
    states: Intervals = ANY_STATE
    flags: Intervals = ANY_FLAGS
    macs: Intervals = ANY_MAC
    """Of the sender's hardware address."""


DIMENSIONS = Box._fields
ALL_V4 = Box(((V4, V4),), ANY_V4, ANY_V4)
ALL_V6 = Box(((V6, V6),), ANY_V6, ANY_V6)
EVERYTHING = (ALL_V4, ALL_V6)


def all_of(family: int) -> Box:
    """Every packet of a family (4 or 6)."""
    return ALL_V4 if family == V4 else ALL_V6


def is_empty(box: Box) -> bool:
    """Whether no packet is in it."""
    return not all(box)


def common(one: Box, other: Box) -> Box | None:
    """The packets of both, or None."""
    sets: list[Intervals] = []
    for mine, yours in zip(one, other, strict=True):
        shared = intersection(mine, yours)
        if not shared:
            return None
        sets.append(shared)
    return Box._make(sets)


def touch(one: Box, other: Box) -> bool:
    """Whether some packet is in both."""
    return all(meets(mine, yours) for mine, yours in zip(one, other, strict=True))


def contains(outer: Box, inner: Box) -> bool:
    """Whether every packet of the inner is in the outer."""
    return all(holds(mine, yours) for mine, yours in zip(outer, inner, strict=True))


def subtract(box: Box, taken: Box) -> list[Box]:
    """The box without the packets taken: disjoint boxes, at most one per dimension."""
    if not touch(box, taken):
        return [box]
    left: list[Box] = []
    rest = list(box)
    for place, yours in enumerate(taken):
        outside = difference(rest[place], yours)
        if outside:
            left.append(Box._make((*rest[:place], outside, *rest[place + 1 :])))
            rest[place] = intersection(rest[place], yours)
    return left
