"""Which boxes of thousands meet a packet or another box: one bit per box, and per dimension the bits of every stretch of numbers between two borders. Pure. [FW-5]

Where there are more than 4096 stretches they are joined: answers are then candidates, and whoever asks looks at the boxes themselves; they are never too few.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from operator import or_

from firewall_audit.rulesets.boxes import ALL_V4, DIMENSIONS, Box
from firewall_audit.rulesets.intervals import Intervals

MOST_STRETCHES = 4096
FAMILY = DIMENSIONS.index("family")
ADDRESSES = (DIMENSIONS.index("sources"), DIMENSIONS.index("destinations"))


def mask_of(places: Sequence[int]) -> int:
    """One bit for each place."""
    if not places:
        return 0
    if len(places) == 1:
        return 1 << places[0]
    octets = bytearray((max(places) >> 3) + 1)
    for place in places:
        octets[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(octets, "little")


def bits(mask: int) -> list[int]:
    """The places of a mask's bits, from the lowest."""
    text = bin(mask)[:1:-1]
    found: list[int] = []
    place = text.find("1")
    while place >= 0:
        found.append(place)
        place = text.find("1", place + 1)
    return found


class Dimension:
    """The bits of one dimension."""

    def __init__(self, sets: Sequence[Intervals], everything: int) -> None:
        """Read every box's set of numbers in this dimension."""
        self.everything = everything
        members: defaultdict[Intervals, list[int]] = defaultdict(list)
        for place, one in enumerate(sets):
            members[one].append(place)
        self.trivial = len(members) == 1
        toggles: defaultdict[int, int] = defaultdict(int)
        for one, places in members.items():
            mask = mask_of(places)
            for low, high in one:
                toggles[low] ^= mask
                toggles[high + 1] ^= mask
        borders = sorted(toggles)
        step = len(borders) // MOST_STRETCHES + 1
        self.borders = borders[::step]
        self.covers: list[int] = []
        running = 0
        for place, border in enumerate(borders):
            running ^= toggles[border]
            if place % step:
                self.covers[-1] |= running
            else:
                self.covers.append(running)
        self.known: dict[Intervals, int] = {}
        self.before = list(accumulate(self.covers, or_))
        self.after = list(accumulate(reversed(self.covers), or_))[::-1]

    def at(self, value: int) -> int:
        """Boxes that may hold this number."""
        place = bisect_right(self.borders, value) - 1
        return self.covers[place] if place >= 0 else 0

    def over(self, one: Intervals) -> int:
        """Boxes that may share a number with the set."""
        mask = self.known.get(one)
        if mask is None:
            mask = 0
            for low, high in one:
                first = max(0, bisect_right(self.borders, low) - 1)
                for cover in self.covers[first : bisect_right(self.borders, high)]:
                    mask |= cover
            self.known[one] = mask
        return mask

    def inside(self, one: Intervals) -> int:
        """Boxes of which every number is in the set; where stretches are joined, perhaps not all of them."""
        outside, place = 0, 0
        for low, high in one:
            first = bisect_right(self.borders, low - 1)
            if place == 0 and first:
                outside |= self.before[first - 1]
            else:
                for cover in self.covers[place:first]:
                    outside |= cover
            place = (
                max(0, bisect_right(self.borders, high + 1) - 1)
                if self.borders and high + 1 <= self.borders[-1]
                else len(self.covers)
            )
        if place < len(self.covers):
            outside |= self.after[place]
        return self.everything & ~outside


class Index:
    """The bits of all dimensions."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        """Read the boxes."""
        self.everything = (1 << len(boxes)) - 1
        self.dimensions = [Dimension([box[place] for box in boxes], self.everything) for place in range(len(ALL_V4))]

    def at(self, packet: Sequence[int]) -> int:
        """Boxes that may hold the packet, given as one number per dimension."""
        mask = self.everything
        for dimension, value in zip(self.dimensions, packet, strict=True):
            if not dimension.trivial:
                mask &= dimension.at(value)
                if not mask:
                    break
        return mask

    def over(self, box: Box) -> int:
        """Boxes that may share a packet with this one."""
        mask = self.everything
        for dimension, one in zip(self.dimensions, box, strict=True):
            if not dimension.trivial:
                mask &= dimension.over(one)
        return mask
