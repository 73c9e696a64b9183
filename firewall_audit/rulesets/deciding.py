"""What decides of a packet, or of all packets that a question leaves open: by the same exact model as everything else. Pure. [FW-1, FW-5]"""

from collections.abc import Iterator
from dataclasses import dataclass

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import Box, all_of
from firewall_audit.rulesets.findings import Place
from firewall_audit.rulesets.intervals import points, size
from firewall_audit.rulesets.model import Ruleset
from firewall_audit.rulesets.program import unfold
from firewall_audit.rulesets.terms import NEW
from firewall_audit.rulesets.walk import DEFAULT, Budget, Exhausted, Paths
from firewall_audit.rulesets.words import describe

PER_LIST = 50_000
"""Comparisons of two boxes for one list."""
MOST_ANSWERS = 12
"""Rules told for one list, those that decide of most packets first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A rule (or the default) that decides of what was asked, or of a part of it."""

    at: Place
    effect: str
    packets: str
    """In words; of everything that was asked where one rule decides."""
    default: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one list does with what was asked."""

    filter: str
    applied: tuple[str, ...] | None
    answers: tuple[Answer, ...]
    more: int
    doubtful: tuple[Place, ...]
    """Rules before it with conditions that are not modelled: they may decide otherwise."""
    undecided: bool = False
    """It was too costly to find out, or the list is too long to be unfolded."""


def asked(source: str, destination: str, protocol: str, port: str = "", incoming: str = "") -> Box:
    """Read a question: addresses or networks, a protocol (or `any`), a port, the interface or zone by which it comes. Raises ValueError."""
    family, sources = values.addresses(source) if source else (0, ())
    other, destinations = values.addresses(destination) if destination else (family or 4, ())
    if family and other != family:
        raise ValueError("Source and destination are of one family: both IPv4, or both IPv6.")
    whole = all_of(other)
    box = whole._replace(sources=sources or whole.sources, destinations=destinations or whole.destinations, states=NEW)
    if protocol not in {"", "any"}:
        box = box._replace(protocols=points([values.protocol(protocol)]))
    if port:
        if protocol not in {"tcp", "udp", "sctp", "dccp", "udplite"}:
            raise ValueError("Only TCP, UDP and their like have ports.")
        box = box._replace(destination_ports=values.ports(port))
    if protocol == "tcp":
        box = box._replace(flags=values.flags(0x17, 0x02))
    return box._replace(incoming=values.name(incoming)) if incoming else box


def decide(ruleset: Ruleset, box: Box, hook: str = "forward") -> Iterator[Verdict]:
    """Say of every list that such packets enter what decides of them, in the order of the lists."""
    lists = [one for one in ruleset.filters if one.hook == hook and one.applied != ()]
    for one in sorted(lists, key=lambda each: each.priority):
        program = unfold(ruleset, one)
        paths = Paths(program)
        try:
            way = paths.walk(box, len(paths.entries), Budget(PER_LIST), sure=False)
        except Exhausted:
            yield Verdict(one.name, one.applied, (), 0, (), undecided=True)
            continue
        parts: dict[tuple[str, str], list[Box]] = {}
        places: dict[tuple[str, str], Answer] = {}
        for part, at in (*way.decided, *((piece, DEFAULT) for piece in way.arrived)):
            default = at == DEFAULT
            place = Place.of_filter(one) if default else Place.of(paths.entries[at].filter, paths.entries[at].rule)
            effect = str(one.default) if default else paths.entries[at].effect
            parts.setdefault((place.filter, place.rule), []).append(part)
            places[place.filter, place.rule] = Answer(place, effect, "", default)
        ranked = sorted(parts, key=lambda key: -max(_width(each) for each in parts[key]))
        yield Verdict(
            one.name, one.applied,
            tuple(Answer(places[key].at, places[key].effect, describe(parts[key][0]), places[key].default) for key in ranked[:MOST_ANSWERS]),
            max(0, len(ranked) - MOST_ANSWERS), tuple(dict.fromkeys(Place.of(paths.entries[at].filter, paths.entries[at].rule) for at in sorted(way.doubtful))),
            undecided=bool(program.stopped),
        )  # fmt: skip


def _width(box: Box) -> int:
    return sum(size(one).bit_length() for one in box[1:6])


def touches(rule_boxes: tuple[Box, ...], wanted: str) -> bool:
    """Whether a rule names an address, a network or a port that is looked for; False for words that are neither."""
    try:
        family, addresses = values.addresses(wanted)
        return any(
            box.family[0][0] == family and any(_meets(side, addresses, whole) for side, whole in ((box.sources, all_of(family).sources), (box.destinations, all_of(family).destinations)))
            for box in rule_boxes
        )  # fmt: skip
    except ValueError:
        pass
    try:
        ports = values.ports(wanted)
    except ValueError:
        return False
    full = ((0, values.LAST_PORT),)
    return any(
        _meets(box.destination_ports, ports, full) or _meets(box.source_ports, ports, full) for box in rule_boxes
    )


def _meets(
    side: tuple[tuple[int, int], ...], wanted: tuple[tuple[int, int], ...], whole: tuple[tuple[int, int], ...]
) -> bool:
    """Whether a side that is not everything holds some of what is wanted."""
    return side != whole and any(low <= last and first <= high for low, high in side for first, last in wanted)
