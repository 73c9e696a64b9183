"""Senders that number their lines: numbers that never came, came twice, came late, or began anew. Pure. [FW-3, FW-6]

A number is missing once the sender has counted on by `LATE` without it: datagrams overtake one another, and what is late is not lost.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

LATE: Final = 64
"""Numbers by which a line may come too late and still be no gap."""
LEAP: Final = 1_000_000
"""Who jumps ahead by so many has not lost them: the count itself is another."""
ANEW: Final = 3
"""Numbers in a row, all long behind, by which a sender is known to have begun anew."""
MOST: Final = 1_000
"""Gaps that are looked after at a time; beyond them the oldest are told at once."""
SHOWN: Final = 280


@dataclass(slots=True)
class Count:
    """How far one sender has counted, and what is told of it since it was last asked."""

    highest: int | None = None
    waited: list[list[int]] = field(default_factory=list)
    """First and last of what may still come, the lowest first."""
    behind: list[int] = field(default_factory=list)
    """What comes next of a sender that may have begun anew, and how many came of it already."""
    missing: list[list[int]] = field(default_factory=list)
    twice: int = 0
    restarts: int = 0

    def follow(self, numbers: Iterable[int]) -> "Count":
        """Take numbers in the order in which they came."""
        for number in numbers:
            highest = self.highest
            if highest is None:
                self.highest = number
            elif number == highest + 1:
                self.highest = number
                self.behind.clear()
            elif number > highest:
                self._ahead(number, highest)
            else:
                self._behind(number)
        self._settle()
        return self

    def _ahead(self, number: int, highest: int) -> None:
        self.behind.clear()
        if number - highest > LEAP:
            self._begin(number)
            return
        self.waited.append([highest + 1, number - 1])
        self.highest = number
        if len(self.waited) > MOST:
            self.missing.append(self.waited.pop(0))

    def _behind(self, number: int) -> None:
        """Judge a number that is not new: late, twice, or the sender has begun to count anew."""
        place = bisect_right(self.waited, number, key=_first) - 1
        if place >= 0 and number <= self.waited[place][1]:
            first, last = self.waited.pop(place)
            rest = [one for one in ([first, number - 1], [number + 1, last]) if one[0] <= one[1]]
            self.waited[place:place] = rest
            self.behind.clear()
            return
        self.twice += 1
        length = self.behind[1] + 1 if self.behind and self.behind[0] == number else 1
        self.behind[:] = [number + 1, length]
        if length >= ANEW:
            self.twice -= length
            self._begin(number)

    def _begin(self, number: int) -> None:
        self.missing += self.waited
        self.waited, self.behind = [], []
        self.restarts += 1
        self.highest = number

    def _settle(self) -> None:
        """Tell what cannot be late any more."""
        highest = self.highest or 0
        kept = next((place for place, one in enumerate(self.waited) if one[1] > highest - LATE), len(self.waited))
        self.missing += self.waited[:kept]
        self.waited = self.waited[kept:]

    @property
    def lost(self) -> int:
        """Return how many numbers are missing."""
        return sum(last - first + 1 for first, last in self.missing)


def told(gaps: Sequence[Sequence[int]]) -> str:
    """Return numbers that are missing as people write them: `17, 20-24`; of very many the first."""
    text = ""
    for place, (first, last) in enumerate(gaps):
        more = f"{', ' if place else ''}{first if first == last else f'{first}-{last}'}"
        if len(text) + len(more) > SHOWN:
            return f"{text}, …"
        text += more
    return text


def _first(gap: Sequence[int]) -> int:
    return gap[0]
