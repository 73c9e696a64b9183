"""Sets of whole numbers as sorted, disjoint, non-adjacent closed intervals: what every dimension of a rule's match is made of. Pure. [FW-5]"""

from bisect import bisect_right
from collections.abc import Iterable

Intervals = tuple[tuple[int, int], ...]
"""Sorted, disjoint, never touching: (1, 3), (5, 9). Empty: nothing matches. Equal sets are equal tuples."""

NOTHING: Intervals = ()


def interval_set(pairs: Iterable[tuple[int, int]]) -> Intervals:
    """Sort and join intervals given in any order, overlapping or touching; a pair of which the end is before the start holds nothing."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(pair for pair in pairs if pair[0] <= pair[1]):
        if joined and low <= joined[-1][1] + 1:
            if high > joined[-1][1]:
                joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return tuple(joined)


def points(values: Iterable[int]) -> Intervals:
    """The set of these single values."""
    return interval_set((value, value) for value in values)


def union(one: Intervals, other: Intervals) -> Intervals:
    """Whatever is in either."""
    if not one or not other or one == other:
        return one or other
    return interval_set((*one, *other))


def intersection(one: Intervals, other: Intervals) -> Intervals:
    """Whatever is in both."""
    if one == other:
        return one
    shared: list[tuple[int, int]] = []
    i = j = 0
    while i < len(one) and j < len(other):
        low = max(one[i][0], other[j][0])
        high = min(one[i][1], other[j][1])
        if low <= high:
            shared.append((low, high))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return tuple(shared)


def difference(one: Intervals, other: Intervals) -> Intervals:
    """Whatever is in the one and not in the other."""
    if not other or not one:
        return one
    left: list[tuple[int, int]] = []
    j = 0
    for start, high in one:
        low = start
        while j < len(other) and other[j][1] < low:
            j += 1
        k = j
        while k < len(other) and other[k][0] <= high:
            if other[k][0] > low:
                left.append((low, other[k][0] - 1))
            low = max(low, other[k][1] + 1)
            k += 1
        if low <= high:
            left.append((low, high))
    return tuple(left)


def holds(outer: Intervals, inner: Intervals) -> bool:
    """Whether all of the inner is in the outer."""
    if outer == inner:
        return True
    starts = [low for low, _ in outer]
    for low, high in inner:
        place = bisect_right(starts, low) - 1
        if place < 0 or outer[place][1] < high:
            return False
    return True


def meets(one: Intervals, other: Intervals) -> bool:
    """Whether they share anything."""
    i = j = 0
    while i < len(one) and j < len(other):
        if one[i][0] <= other[j][1] and other[j][0] <= one[i][1]:
            return True
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return False


def size(one: Intervals) -> int:
    """How many values are in it."""
    return sum(high - low + 1 for low, high in one)
