"""Windows: when a change is carried out. Kept in UTC, so that neither midnight nor a change of the clocks moves them. [CC-1]"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kernel.errors import Malformed


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """From a time up to, not including, another; both aware and in UTC."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None or self.ends_at <= self.starts_at:
            raise ValueError("a window has an aware start, and an end after it")

    def holds(self, at: datetime) -> bool:
        """Tell whether a time lies inside."""
        return self.starts_at <= at < self.ends_at

    def overlaps(self, other: "Window") -> bool:
        """Tell whether the two share a moment; one that ends when the other begins does not."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def moment(wall: datetime, zone: str, *, second: bool = False) -> datetime:
    """Read a time on the wall of a place as UTC. `second`: of an hour that comes twice, the later one.

    Raises Malformed for an unknown zone, a time that already names its own offset, and one that the clocks leap over.
    """
    if wall.tzinfo is not None:
        raise Malformed("A time on the wall carries no offset of its own.")
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise Malformed("There is no such time zone.") from unknown
    found = wall.replace(tzinfo=place, fold=int(second)).astimezone(UTC)
    if found.astimezone(place).replace(tzinfo=None) != wall:
        raise Malformed("The clocks leap over this time; there is no such moment.")
    return found


def comes_twice(wall: datetime, zone: str) -> bool:
    """Tell whether a time on the wall of a place comes twice, because the clocks go back. Raises Malformed as `moment` does."""
    return moment(wall, zone) != moment(wall, zone, second=True)


def clashes(wanted: Window, others: Iterable[Window]) -> list[Window]:
    """Give those of the others that share a moment with the wanted one, in order of time."""
    return sorted(other for other in others if wanted.overlaps(other))
