"""Who fits what, and what comes first: the pure rules of distribution. [OC-2]

Score after Genesys' minutes in queue with a priority, plus an urgency that grows with the square of the share of the service
level's time that is used up; skills relax by steps as in "bullseye" rings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

PRIORITY_WEIGHT = 60
"""Seconds of waiting that one point of priority is worth."""


def fits_after(needed: Mapping[str, int], relaxing: Sequence[Mapping[str, int]], held: Mapping[str, int]) -> int | None:
    """Return the seconds of waiting after which levels held are enough, 0 for at once, None for never.

    `relaxing` is a list of {"after": seconds, "by": levels}; the steps add up.
    """
    short = max((level - held.get(skill, 0) for skill, level in needed.items()), default=0)
    if short <= 0:
        return 0
    lowered = 0
    for step in sorted(relaxing, key=lambda s: s["after"]):
        lowered += step["by"]
        if lowered >= short:
            return step["after"]
    return None


def score(waited: float, priority: int, target: int) -> float:
    """Return how urgent a waiting conversation is, in seconds: waited + priority + urgency (convex up to twice the target)."""
    due = max(target, 1)
    return waited + PRIORITY_WEIGHT * priority + min(max(waited, 0.0), 2 * due) ** 2 / due


@dataclass(frozen=True, slots=True)
class Load:
    """What an agent has in hand: offers not yet answered, calls, calls in wrap-up, text conversations (offered ones included)."""

    offered: int = 0
    calls: int = 0
    wrapping: int = 0
    chats: int = 0

    def and_one(self, is_call: bool, is_offered: bool) -> "Load":
        """Return what is in hand with one conversation more: a call or a text, offered or answered."""
        return replace(
            self,
            offered=self.offered + is_offered,
            calls=self.calls + (is_call and not is_offered),
            chats=self.chats + (not is_call),
        )


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much an agent takes at once; a call is exclusive, `blended` lets it come while chats are open."""

    voice: bool
    chats: int
    blended: bool = False

    def room(self, load: Load) -> frozenset[str]:
        """Return what more may come: "voice", "text", both or nothing. One offer at a time."""
        if load.offered or load.calls or load.wrapping:
            return frozenset()
        free = set()
        if self.voice and (self.blended or not load.chats):
            free.add("voice")
        if load.chats < self.chats:
            free.add("text")
        return frozenset(free)
