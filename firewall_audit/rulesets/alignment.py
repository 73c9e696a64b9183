"""Which entries of two programs are the same ones, and which of those that moved passed another that matters to them. Pure. [FW-2]

A packet that touches no changed entry meets the same entries, in the same order as far as order decides; so it fares the same.
"""

from bisect import bisect_left
from collections import Counter
from typing import NamedTuple

from firewall_audit.rulesets.boxes import touch
from firewall_audit.rulesets.index import bits
from firewall_audit.rulesets.program import Entry
from firewall_audit.rulesets.walk import Paths

Signature = tuple[object, ...]


class Changed(NamedTuple):
    """Places of entries, in the old program or the new one."""

    gone: list[int]
    come: list[int]
    moved: list[tuple[int, int]]
    """Old and new place of what passed another entry that decides otherwise of some packets of both."""


def changed_places(old: Paths, new: Paths) -> Changed:
    """What came, went, and moved so that it may matter. Lines of logging do not count."""
    before, after = _signatures(old.entries), _signatures(new.entries)
    places = {one: place for place, one in after.items()}
    moved_to = {place: places[one] for place, one in before.items() if one in places}
    still = _longest_rise(list(moved_to.items()))
    unlike = {
        place
        for place in moved_to
        if (place not in still and _passed(old, place, moved_to))
        or (old.entries[place].effect == "skip" and _leads_elsewhere(old, new, place, moved_to))
    }
    stayed = set(moved_to.values())
    return Changed(
        [place for place in before if place not in moved_to],
        [place for place in after if place not in stayed],
        [(place, moved_to[place]) for place in sorted(unlike)],
    )


def _signatures(entries: list[Entry]) -> dict[int, Signature]:
    """What an entry does, and the how-manieth that does it."""
    seen: Counter[Signature] = Counter()
    told: dict[int, Signature] = {}
    for place, entry in enumerate(entries):
        if entry.effect == "log":
            continue
        does: Signature = (entry.effect, entry.box, entry.exact, entry.rule.unmodelled)
        seen[does] += 1
        told[place] = (*does, seen[does])
    return told


def _longest_rise(pairs: list[tuple[int, int]]) -> set[int]:
    """The longest part of the pairs that rises in both; they rise in the first already."""
    tails: list[int] = []
    ends: list[int] = []
    back: list[int] = []
    for at, (_, value) in enumerate(pairs):
        place = bisect_left(tails, value)
        back.append(ends[place - 1] if place else -1)
        if place == len(tails):
            tails.append(value)
            ends.append(at)
        else:
            tails[place], ends[place] = value, at
    rise: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        rise.add(pairs[at][0])
        at = back[at]
    return rise


def _passed(old: Paths, place: int, moved_to: dict[int, int]) -> bool:
    """Whether it stands on another side of an entry that shares packets with it and does otherwise."""
    mine = old.entries[place]
    return any(
        touch(old.entries[at].box, mine.box)
        for at in bits(old.index.over(mine.box))
        if at in moved_to
        and (at < place) != (moved_to[at] < moved_to[place])
        and (mine.effect == "skip" or old.entries[at].effect != mine.effect)
    )


def _leads_elsewhere(old: Paths, new: Paths, place: int, moved_to: dict[int, int]) -> bool:
    """Whether a skip passes over other entries than before, of those that share packets with it."""
    here, end, end_now = moved_to[place], old.entries[place].skip_to, new.entries[moved_to[place]].skip_to
    box = old.entries[place].box
    return any(
        touch(old.entries[at].box, box)
        for at in bits(old.index.over(box))
        if at in moved_to and at != place and (place < at < end) != (here < moved_to[at] < end_now)
    )
