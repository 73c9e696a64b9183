"""The first lines of a file as each likely format reads them, so that whoever sends it sees that year, zone and device are right. [FW-3]"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from firewall_audit.events import Event
from firewall_audit.formats import FORMATS, read_line
from firewall_audit.formats.envelope import decode
from firewall_audit.formats.format import Format
from firewall_audit.formats.times import instant
from firewall_audit.intake.files import BROKEN, PACKED, opened_lines

SHOWN: Final = 20
JUDGED: Final = 200
"""Lines by which the likeliest formats are found."""
LIKELY: Final = 3
LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Row:
    """A line as a format reads it; `read` is False where it cannot."""

    line: str
    read: bool
    at: datetime | None = None
    verdict: str = ""
    kind: str = ""
    source: str = ""
    destination: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Likely:
    """A format, how many of the lines it reads, and the first of them as it reads them."""

    name: str
    title: str
    read: int
    lines: int
    rows: tuple[Row, ...]


def preview(head: bytes, declared: Sequence[str], zone: str, dated: datetime) -> list[Likely]:
    """Read the beginning of a file, packed or not, by the formats that read most of it; those that the device is declared to write come first.

    Without a line that any format reads, the lines are there all the same, unread.
    """
    lines = [line for line, _ in islice(_beginning(head), JUDGED)]
    if not lines:
        return []
    found = []
    for one in FORMATS:
        events = [read_line(line, (one,)) for line in lines]
        count = sum(event is not None for event in events)
        if count or one.name in declared:
            found.append((one.name in declared, count, one, events))
    found.sort(key=lambda likely: (-likely[0], -likely[1]))
    return [_likely(one, lines, events, count, zone, dated) for _, count, one, events in found[:LIKELY]] or [
        Likely("", "", 0, len(lines), tuple(_row(line, None, zone, dated) for line in lines[:SHOWN]))
    ]


def _beginning(head: bytes) -> "Sequence[tuple[bytes, bool]]":
    """Return the whole lines at the beginning of a file; the last one is cut off in the middle and left out, unless it is the only one."""
    lines: list[tuple[bytes, bool]] = []
    try:
        for line in opened_lines(BytesIO(head)):
            lines.append(line)
            if len(lines) > JUDGED:
                break
    except BROKEN:  # the beginning of a packed file breaks off, as it must
        return lines
    plain = not head.startswith(PACKED)
    return lines[:-1] if plain and len(lines) > 1 and not head.endswith(b"\n") else lines


def _likely(
    one: Format, lines: Sequence[bytes], events: Sequence[Event | None], count: int, zone: str, dated: datetime
) -> Likely:
    rows = tuple(_row(line, event, zone, dated) for line, event in zip(lines[:SHOWN], events, strict=False))
    return Likely(one.name, one.title, count, len(lines), rows)


def _row(line: bytes, event: Event | None, zone: str, dated: datetime) -> Row:
    text = decode(line)[:LONGEST]
    if event is None:
        return Row(text, read=False)
    at = None if event.at is None else instant(event.at, has_year=event.has_year, zone=ZoneInfo(zone), arrived=dated)
    told = event.rule or event.user or event.message or event.detail
    return Row(
        text, True, at, event.action, event.kind, _end(event.src, event.src_port), _end(event.dst, event.dst_port), told[:80]
    )  # fmt: skip


def _end(address: str, port: int | None) -> str:
    return address if port is None else f"{address} {port}"
