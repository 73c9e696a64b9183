"""An event with what the envelope of its line already says; the vendor's own words go before it. Pure. [FW-3]"""

from typing import Any

from firewall_audit.events import Event, Kind
from firewall_audit.formats.format import Framed


def say(framed: Framed, kind: Kind, **columns: Any) -> Event:
    """Return an event: time, sender, severity and number of the line are the envelope's where `columns` say nothing of them."""
    at, has_year = columns.pop("at", None), columns.pop("has_year", True)
    if at is None:
        at, has_year = framed.at, framed.has_year
    host = columns.pop("host", "") or framed.host
    if (severity := columns.pop("severity", None)) is None and framed.priority is not None:
        severity = framed.priority & 7
    if (sequence := columns.pop("sequence", None)) is None:
        sequence = framed.sequence
    return Event(kind, at, has_year, host, severity=severity, sequence=sequence, **columns)


def total(*parts: int | None) -> int | None:
    """Return the sum of what was said, None where nothing was."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None
