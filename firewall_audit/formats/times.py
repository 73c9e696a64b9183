"""The instant of a line: its year where none was written, its device's zone, the hour that comes twice, and clocks that jump. Pure. [FW-3]"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

AHEAD: Final = timedelta(days=1)
"""How far a device's clock may run ahead of ours before a line without a year is taken to be of the year before."""
LATEST_LIVE: Final = timedelta(hours=2)
"""A line that came in so soon after an hour that comes twice is placed by when it came in; of older ones nobody can tell, and the first is taken."""
JITTER: Final = timedelta(minutes=1)
"""Relays mix lines of several processes; time that goes back by less is no jump."""
_YEARS_BACK: Final = 9
"""From one 29 February to the one before lie at most eight years (around 1900 and 2100)."""


class Jump(NamedTuple):
    """A clock that was set: the place of the first line after it, and the instants before and after."""

    place: int
    before: datetime
    after: datetime


def instant(at: datetime, *, has_year: bool, zone: tzinfo, arrived: datetime) -> datetime | None:
    """Return the instant in UTC; `arrived`: when the line came in, or when its file was last written. Both are aware.

    Without a year it is the latest that is not more than a day after `arrived`; so on 1 January a line of 31 December is of the old year,
    and 29 February of the last leap year. Without a zone the device's own holds: an hour that is skipped in spring is read with the offset
    before the jump. None: 29 February and no leap year within reach.
    """
    if has_year:
        return _placed(at, zone, arrived)
    for year in range((arrived + AHEAD).year, arrived.year - _YEARS_BACK, -1):
        if (found := _in_year(at, year, zone, arrived)) is not None and found <= arrived + AHEAD:
            return found
    return None


def instants(
    at: Sequence[datetime | None], has_year: Sequence[bool] | None, *, zone: tzinfo, arrived: datetime
) -> list[datetime | None]:
    """Return `instant` of a column; every distinct stamp is worked out once. A column that is left out stands for True throughout."""
    known: dict[tuple[datetime | None, bool], datetime | None] = {(None, True): None, (None, False): None}
    found: list[datetime | None] = []
    for pair in zip(at, has_year if has_year is not None else [True] * len(at), strict=True):
        if pair not in known and pair[0] is not None:
            known[pair] = instant(pair[0], has_year=pair[1], zone=zone, arrived=arrived)
        found.append(known[pair])
    return found


def jumps(times: Iterable[datetime | None], tolerance: timedelta = JITTER) -> list[Jump]:
    """Return where a device's clock went back by more than `tolerance`, in the order of the lines. What follows is measured by the new clock."""
    found: list[Jump] = []
    latest: datetime | None = None
    for place, time in enumerate(times):
        if time is None:
            continue
        if latest is not None and latest - time > tolerance:
            found.append(Jump(place, latest, time))
            latest = time
        elif latest is None or time > latest:
            latest = time
    return found


def _in_year(at: datetime, year: int, zone: tzinfo, arrived: datetime) -> datetime | None:
    try:
        return _placed(at.replace(year=year), zone, arrived)
    except ValueError:
        return None


def _placed(at: datetime, zone: tzinfo, arrived: datetime) -> datetime | None:
    try:
        if at.tzinfo is not None:
            return at.astimezone(UTC)
        first, second = (at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        return None
    live = second > first and timedelta(0) <= arrived - second <= LATEST_LIVE
    return second if live else first
