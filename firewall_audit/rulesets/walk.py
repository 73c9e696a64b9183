"""A packet's way, and a set of packets' way, through a program. Pure. [FW-5]

A rule that is not exact is taken as matching nothing where something is to be shown (that a rule is never reached), and its skip as taken and not taken:
so what is claimed holds however the condition turns out.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from firewall_audit.rulesets.boxes import DIMENSIONS, Box, common, subtract
from firewall_audit.rulesets.index import Index, bits, mask_of
from firewall_audit.rulesets.intervals import Intervals, difference, holds
from firewall_audit.rulesets.program import Entry, Program

DEFAULT = -1
"""The place of the filter's own default, in answers."""
STATES, FLAGS = DIMENSIONS.index("states"), DIMENSIONS.index("flags")
USUAL = {STATES: 0, FLAGS: 2}
"""A probe is a new connection's first packet, where the box allows it."""
PROBES = 24
BORDERS = 0.5
"""How often a probe takes the end of an interval: rules differ there."""
MOST_CLOSE = 200
"""Entries before a rule that are asked whether they cover it, the first and the nearest."""
ENDS_IN = {"allow", "deny", "reject"}


class Exhausted(Exception):
    """The question costs more than it may."""


@dataclass(slots=True)
class Budget:
    """How many comparisons of two boxes may be spent."""

    left: int

    def spend(self, count: int) -> None:
        """Take from it; raises `Exhausted` when nothing is left."""
        self.left -= count
        if self.left < 0:
            raise Exhausted

    @contextmanager
    def share(self, most: int) -> Iterator["Budget"]:
        """A part of it for one question; what of that is not spent stays."""
        own = Budget(min(most, self.left))
        begin = own.left
        try:
            yield own
        finally:
            self.left -= begin - max(own.left, 0)


@dataclass(slots=True)
class Way:
    """Where the packets of a box went."""

    arrived: list[Box] = field(default_factory=list)
    """What came as far as was asked."""
    decided: list[tuple[Box, int]] = field(default_factory=list)
    """What was decided before, and by which entry."""
    doubtful: set[int] = field(default_factory=set)
    """Entries that are not exact and may have taken a part."""


class Paths:
    """A program with its index."""

    def __init__(self, program: Program) -> None:
        """Index the program's boxes."""
        self.program = program
        self.entries = program.entries
        self.index = Index([entry.box for entry in program.entries])
        self.deciding = mask_of(
            [place for place, entry in enumerate(self.entries) if entry.exact and entry.effect in ENDS_IN]
        )
        self.skipping = mask_of([place for place, entry in enumerate(self.entries) if entry.effect == "skip"])

    def follow(self, packet: Sequence[int], begin: int, stop: int, *, without: str = "") -> int | None:
        """The entry that decides of a packet between two places, one that skips beyond `stop`, or None when it arrives there.

        `without`: a rule (filter and id) that is taken as absent. What is not exact matches nothing.
        """
        mask = self.index.at(packet) >> begin
        place = begin
        while mask:
            ahead = (mask & -mask).bit_length() - 1
            place += ahead
            if place >= stop:
                return None
            entry = self.entries[place]
            target = place + 1
            if entry.effect != "log" and entry.exact and holds_packet(entry.box, packet) and key(entry) != without:
                if entry.effect != "skip" or entry.skip_to > stop:
                    return place
                target = entry.skip_to
            mask >>= ahead + target - place
            place = target
        return None

    def probe(self, place: int, seed: int = 0, within: Box | None = None) -> list[int] | None:
        """Look for a packet of an entry, or of a part of it, that comes to it: whatever decides before is stepped around. None proves nothing."""
        chance = Random(place * 31 + seed)  # noqa: S311 which packets are tried first is no secret
        box = within or self.entries[place].box
        packet = [
            USUAL[d] if d in USUAL and _has(one, USUAL[d]) and not seed else pick(one, chance)
            for d, one in enumerate(box)
        ]
        for _ in range(PROBES):
            blocker = self.follow(packet, 0, place)
            if blocker is None:
                return packet
            outside = [
                (d, rest) for d, one in enumerate(box) if (rest := difference(one, self.entries[blocker].box[d]))
            ]
            if not outside:
                return None
            dimension, rest = chance.choice(outside)
            packet[dimension] = pick(rest, chance)
        return None

    def walk(
        self,
        box: Box,
        stop: int,
        budget: Budget,
        *,
        begin: int = 0,
        without: str = "",
        sure: bool = True,
        among: AbstractSet[int] | None = None,
    ) -> Way:
        """Follow all packets of a box. `sure`: a skip that is not exact is both taken and not, so that `arrived` is never too little.

        `among`: only these entries are asked, as `closest` chooses them.

        Raises:
            Exhausted: it would take more comparisons than the budget has.

        """
        way, live = Way(), [box]
        landing: defaultdict[int, list[Box]] = defaultdict(list)
        for place in bits(self.index.over(box) >> begin):
            at = place + begin
            for land in [one for one in landing if one <= at]:
                live += landing.pop(land)
            if at >= stop or not (live or landing):
                break
            entry = self.entries[at]
            if entry.effect == "log" or key(entry) == without or (among is not None and at not in among):
                continue
            budget.spend(len(live) + 1)
            live = self._step(entry, at, live, landing, way, sure)
        for land, pieces in landing.items():
            if land <= stop:
                live += pieces
        way.arrived = live
        return way

    def closest(self, place: int) -> list[AbstractSet[int]]:
        """For each dimension the entries that decide, before this one, of all its box but for that dimension; with the skips that pass over one of them.

        A walk among these alone lets too many packets arrive, never too few: where none does, none ever does. It is quick where the whole is not.
        """
        box = self.entries[place].box
        before = self.index.over(box) & ((1 << place) - 1)
        near: defaultdict[int, list[int]] = defaultdict(list)
        deciding = bits(before & self.deciding)
        for at in (
            deciding if len(deciding) <= MOST_CLOSE else deciding[: MOST_CLOSE // 2] + deciding[-MOST_CLOSE // 2 :]
        ):
            lacking = _lacking(self.entries[at].box, box)
            if len(lacking) < 2:  # noqa: PLR2004
                near[lacking[0] if lacking else DEFAULT].append(at)
        skips = [(at, self.entries[at].skip_to) for at in bits(before & self.skipping)]
        groups = [
            sorted((*near[DEFAULT], *some))
            for dimension, some in sorted(near.items())
            if dimension != DEFAULT or len(near) == 1
        ]
        return [
            {*some, *(at for at, end in skips if bisect_left(some, end) > bisect_left(some, at))}
            for some in sorted(groups, key=len)
        ]

    def _step(
        self, entry: Entry, at: int, live: list[Box], landing: defaultdict[int, list[Box]], way: Way, sure: bool
    ) -> list[Box]:
        """Let the pieces pass one entry: what it takes is decided or lands further down, the rest goes on."""
        rest: list[Box] = []
        for piece in live:
            shared = common(piece, entry.box)
            if shared is None:
                rest.append(piece)
                continue
            if not entry.exact:
                way.doubtful.add(at)
                rest.append(piece)
                if entry.effect == "skip" and sure:
                    landing[entry.skip_to].append(shared)
                continue
            rest += subtract(piece, entry.box)
            if entry.effect == "skip":
                landing[entry.skip_to].append(shared)
            else:
                way.decided.append((shared, at))
        return rest


def key(entry: Entry) -> str:
    """A rule's name among all of its ruleset."""
    return f"{entry.filter} {entry.rule.id}"


def holds_packet(box: Box, packet: Sequence[int]) -> bool:
    """Whether a packet is in the box."""
    return all(_has(one, value) for one, value in zip(box, packet, strict=True))


def _lacking(outer: Box, inner: Box) -> list[int]:
    """The dimensions in which the inner is not within the outer."""
    return [place for place, (one, other) in enumerate(zip(outer, inner, strict=True)) if not holds(one, other)]


def _has(one: Intervals, value: int) -> bool:
    return any(low <= value <= high for low, high in one)


def pick(one: Intervals, chance: Random) -> int:
    """A number of the set: a border as often as not."""
    low, high = one[0] if len(one) == 1 else one[int(chance.random() * len(one))]
    where = chance.random() if low < high else 0.0
    if where < BORDERS:
        return low if where < BORDERS / 2 else high
    return low + int(chance.random() * (high - low))
