"""What was seen to change, held against what was authorised: pure, and quick enough for a whole year at once. [CC-4, FW-2]

Whoever sees a change often knows no moment, only that it happened between two looks; such a time meets every window in between.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Verdict = Literal["matched", "other-text", "other-person", "not-begun", "afterwards", "outside-window", "unapproved"]
VERDICTS: tuple[Verdict, ...] = (
    "matched", "other-text", "other-person", "not-begun", "afterwards", "outside-window", "unapproved",
)  # fmt: skip
"""From the best to the worst: of several windows that a change meets, the best speaks."""
RANK = {verdict: rank for rank, verdict in enumerate(VERDICTS)}


@dataclass(frozen=True, slots=True)
class Allowed:
    """An authorised window on one thing. `ends_at` is when it really ended, `begun_at` when somebody began; None: nobody did."""

    ref: str
    thing: str
    starts_at: datetime
    ends_at: datetime
    authorised_at: datetime
    begun_at: datetime | None
    people: frozenset[str]
    texts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that changed on a thing: at a time, or between `since` and it; by whom and to which text (SHA-256), where known."""

    thing: str
    at: datetime
    since: datetime | None = None
    person: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The verdict on something seen, and the change it speaks of; None where there is none."""

    verdict: Verdict
    ref: str | None


UNAPPROVED = Match("unapproved", None)


class Windows:
    """Authorised windows, ready to be asked many times."""

    def __init__(self, allowed: Iterable[Allowed], near: timedelta) -> None:
        """`near`: how far from its window a change is still said to be outside of it, and not unapproved altogether."""
        self._near = near
        self._by_thing: dict[str, tuple[list[datetime], list[Allowed], timedelta]] = {}
        grouped: dict[str, list[Allowed]] = {}
        for one in allowed:
            grouped.setdefault(one.thing, []).append(one)
        for thing, rows in grouped.items():
            rows.sort(key=lambda row: row.starts_at)
            longest = max(row.ends_at - row.starts_at for row in rows)
            self._by_thing[thing] = ([row.starts_at for row in rows], rows, longest)

    def match(self, seen: Seen) -> Match:
        """Judge one thing seen by the windows on it."""
        known = self._by_thing.get(seen.thing)
        if known is None:
            return UNAPPROVED
        starts, rows, longest = known
        since = seen.at if seen.since is None else min(seen.since, seen.at)
        earliest = since - longest - self._near
        best, worth = UNAPPROVED, len(VERDICTS)
        for place in range(bisect_right(starts, seen.at + self._near) - 1, -1, -1):
            row = rows[place]
            if row.starts_at < earliest:
                break
            verdict = self._judge(row, seen, since)
            if verdict is not None and (rank := RANK[verdict]) < worth:
                best, worth = Match(verdict, row.ref), rank
                if rank == 0:
                    break
        return best

    def _judge(self, row: Allowed, seen: Seen, since: datetime) -> Verdict | None:
        """Say how one window speaks of it; None where it lies too far away to speak at all."""
        if not (row.starts_at <= seen.at and since < row.ends_at):
            near = row.starts_at - self._near <= seen.at and since < row.ends_at + self._near
            return "outside-window" if near else None
        if row.authorised_at > seen.at:
            return "afterwards"
        if row.begun_at is None or row.begun_at > seen.at:
            return "not-begun"
        if seen.person is not None and seen.person not in row.people:
            return "other-person"
        if row.texts and seen.text is not None and seen.text not in row.texts:
            return "other-text"
        return "matched"
