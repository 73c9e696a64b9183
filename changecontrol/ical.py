"""iCalendar as RFC 5545 has it: lines of 75 octets, text escaped, times in UTC. Pure: nothing here knows a change. [CC-1]"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

LINE = 75
"""Octets of a line at most, its end not counted. RFC 5545, 3.1."""
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""What TEXT may not hold; the line feed is escaped and the tab let be. RFC 5545, 3.3.11."""
BREAKS = re.compile(r"\r\n|\r|\x0b|\x0c|\x85|\u2028|\u2029")
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Event:
    """What stands in a calendar: from a time up to another. `sequence` counts its revisions, `uid` never changes."""

    uid: str
    sequence: int
    summary: str
    starts_at: datetime
    ends_at: datetime
    status: Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]
    description: str = ""
    address: str = ""
    category: str = ""


def written(events: Iterable[Event], *, name: str, stamp: datetime, every_minutes: int) -> bytes:
    """Write a calendar. `stamp` is when it is written; a program is asked to look again after so many minutes (RFC 7986)."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Omniwarden//Calendar of changes//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{text(name)}",
        f"X-WR-CALNAME:{text(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:PT{every_minutes}M",
        f"X-PUBLISHED-TTL:PT{every_minutes}M",
    ]
    for event in events:
        lines += _lines(event, stamp)
    return b"".join(part for line in [*lines, "END:VCALENDAR"] for part in folded(line))


def _lines(event: Event, stamp: datetime) -> Iterator[str]:
    starts_at = event.starts_at.replace(microsecond=0)
    yield "BEGIN:VEVENT"
    yield f"UID:{text(event.uid)}"
    yield f"DTSTAMP:{moment(stamp)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART:{moment(starts_at)}"
    yield f"DTEND:{moment(max(event.ends_at, starts_at + SECOND))}"
    yield f"SUMMARY:{text(event.summary)}"
    yield f"STATUS:{event.status}"
    if event.description:
        yield f"DESCRIPTION:{text(event.description)}"
    if event.category:
        yield f"CATEGORIES:{text(event.category)}"
    if event.address:
        yield f"URL:{''.join(event.address.split())}"
    yield "END:VEVENT"


def text(value: str) -> str:
    """Escape a text: backslash, semicolon, comma and line feed; other controls are left out."""
    plain = CONTROLS.sub("", BREAKS.sub("\n", value))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def moment(at: datetime) -> str:
    """Write a moment in UTC; raises ValueError for one that does not know its zone."""
    if at.tzinfo is None:
        raise ValueError("a moment in a calendar knows its zone")
    exact = at.astimezone(UTC)
    return f"{exact.year:04d}{exact:%m%dT%H%M%SZ}"


def folded(line: str) -> Iterator[bytes]:
    """Cut a line into parts of 75 octets at most, never inside a character; each part after the first begins with a space."""
    raw, room, begin = line.encode("utf-8", "replace"), LINE, b""
    while len(raw) > room:
        cut = room
        while raw[cut] & 0xC0 == 0x80:  # noqa: PLR2004 - the following octets of one character
            cut -= 1
        yield begin + raw[:cut] + b"\r\n"
        raw, room, begin = raw[cut:], LINE - 1, b" "
    yield begin + raw + b"\r\n"
