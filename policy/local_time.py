"""The house's own clock: times are kept in UTC, and people read and type them in the zone that the book names. [CC-1, AC-9]"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from kernel.errors import Malformed
from policy import book

LEAPT = "The clocks leap over this time; there is no such moment."


def zone() -> ZoneInfo:
    """Give the zone of the edition in force (an IANA name that the book's lint has found to exist)."""
    return ZoneInfo(book.known().house.zone)


def local(at: datetime) -> datetime:
    """Give a moment as the clocks of the house show it."""
    return at.astimezone(zone())


def written(at: datetime) -> str:
    """Write a moment for somebody who reads it elsewhere too: `2026-11-23 14:05 WAT`."""
    return f"{local(at):%Y-%m-%d %H:%M %Z}"


def moment(wall: datetime, *, second: bool = False) -> datetime:
    """Read a time on the wall of the house as UTC. `second`: of an hour that comes twice, the later one.

    Raises Malformed for a time that names its own offset, one that the clocks leap over, and one beyond the calendar.
    """
    if wall.tzinfo is not None:
        raise Malformed("A time on the wall carries no offset of its own.")
    try:
        found = wall.replace(tzinfo=zone(), fold=int(second)).astimezone(UTC)
        back = local(found).replace(tzinfo=None, fold=0)
    except OverflowError as beyond:
        raise Malformed("This time lies beyond the calendar.") from beyond
    if back != wall.replace(fold=0):
        raise Malformed(LEAPT)
    return found


def comes_twice(wall: datetime) -> bool:
    """Tell whether a time on the wall of the house comes twice, because the clocks go back. Raises Malformed as `moment` does."""
    return moment(wall) != moment(wall, second=True)


def midnight(day: date) -> datetime:
    """Give the first moment of a day of the house, in UTC; where the clocks leap over midnight, the one they leap to.

    Raises Malformed for a day beyond the calendar.
    """
    try:
        return datetime.combine(day, time(), zone()).astimezone(UTC)
    except OverflowError as beyond:
        raise Malformed("This day lies beyond the calendar.") from beyond
