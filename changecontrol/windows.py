"""Windows: when a change is carried out. Kept in UTC, so that neither midnight nor a change of the clocks moves them. [CC-1]"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


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


def clashes(wanted: Window, others: Iterable[Window]) -> list[Window]:
    """Give those of the others that share a moment with the wanted one, in order of time."""
    return sorted(other for other in others if wanted.overlaps(other))
