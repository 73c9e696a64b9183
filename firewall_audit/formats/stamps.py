"""Stamps of time as devices write them: BSD's without a year, ISO 8601, Cisco's with its marks, seconds since 1970. Pure. [FW-3]"""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, NamedTuple

LEAP_YEAR = 1904
"""Stands for the year where a line has none; a leap year, so that 29 February can be read."""
_MONTHS: Final = {
    name: number
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)  # noqa: SIM905 - a table
}
# Names that mean one thing, and North America's as RFC 5322 has them (so CST is Chicago's, not China's); IST and AST are left to the
# device's own zone.
_ZONES: Final = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "BRT": -3, "HKT": 8, "SGT": 8, "JST": 9,
    "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_NAMED = "|".join(sorted(_ZONES, key=len, reverse=True))
_BSD = re.compile(
    r"[*.]?(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(?P<day>\d{1,2})"
    r"(?: (?P<year>(?:19|20)\d\d))? (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
    r"(?: (?P<late>(?:19|20)\d\d)(?=[ :]|$))?(?: (?P<zone>" + _NAMED + r"|[+-]\d\d:?\d\d)(?=[ :]|$))?",
    re.ASCII,
)
_ISO = re.compile(
    r"[*.]?(?P<year>(?:19|20)\d\d)(?P<dash>[-/])(?P<month>\d\d)(?P=dash)(?P<day>\d\d)(?P<gap>[T ])"
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))? ?(?P<zone>Z\b|[+-]\d\d:?\d\d(?!\d))?",
    re.ASCII,
)
# The shape that most lines have: what follows is a sender's name in small letters, so neither fraction nor year nor zone.
_USUAL = re.compile(
    r"(?P<hour>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)(?= [a-z])",
    re.ASCII,
)
_EPOCH = re.compile(r"(?P<epoch>\d{10})\.(?P<fraction>\d{1,9})(?= )", re.ASCII)


class Stamp(NamedTuple):
    """A time, whether the text had its year, and where in the text it ends."""

    at: datetime
    has_year: bool
    end: int
    machine: bool
    """Written as only programs do (BSD, ISO with a T, or seconds), so that a sender's name may follow."""


def leading(text: str, place: int = 0) -> Stamp | None:
    """Read the stamp that stands exactly at `place`, if one does and it names a day that exists."""
    if (usual := _USUAL.match(text, place)) and (hour := _hour(usual["hour"])):
        return Stamp(hour.replace(minute=int(usual["minute"]), second=int(usual["second"])), False, usual.end(), True)
    for pattern in (_BSD, _ISO, _EPOCH):
        if found := pattern.match(text, place):
            return _stamp(found)
    return None


@lru_cache(maxsize=1024)
def _hour(text: str) -> datetime | None:
    try:
        return datetime(LEAP_YEAR, _MONTHS[text[:3]], int(text[4:6]), int(text[7:9]))  # noqa: DTZ001 - the line says no zone
    except ValueError:
        return None


def stamp(text: str) -> Stamp | None:
    """Read a text that is a stamp and nothing else."""
    found = leading(text.strip(' "'))
    return found if found is not None and found.end == len(text.strip(' "')) else None


def _stamp(found: re.Match[str]) -> Stamp | None:
    parts = found.groupdict()
    micro = int((parts["fraction"] or "0")[:6].ljust(6, "0"))
    if "epoch" in parts:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(parts["epoch"]), microseconds=micro)
        return Stamp(at, True, found.end(), True)
    year = parts["year"] or parts.get("late")
    month = _MONTHS.get(parts["month"]) or int(parts["month"])
    try:
        at = datetime(  # naive where the line does not say its zone
            int(year or LEAP_YEAR), month, int(parts["day"]), int(parts["hour"]), int(parts["minute"]),
            min(int(parts["second"]), 59), micro, zone(parts["zone"]),
        )  # fmt: skip
    except ValueError:
        return None
    return Stamp(at, year is not None, found.end(), parts.get("gap") != " ")


def zone(text: str | None) -> timezone | None:
    """Read `Z`, `+0200`, `-05:00`, `UTC+2:00` or a name that means one thing; None where it means none or several.

    Raises ValueError for an offset of a day and more.
    """
    text = (text or "").strip(' "')
    if text in _ZONES:
        return timezone(timedelta(hours=_ZONES[text]))
    found = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)?", text, re.ASCII)
    if found is None:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-offset if found[1] == "-" else offset)
