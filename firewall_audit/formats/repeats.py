"""`last message repeated N times`: a line that stands for N more of the one before it. Pure. [FW-3]"""

import re

from firewall_audit.events import Event
from firewall_audit.formats.format import Framed

_LAST = re.compile(r"-{0,3} ?last message (?:repeated|buffered) (\d{1,9}) times?(?: -{3}|\.)?", re.ASCII)


def repeated(framed: Framed, before: Event | None) -> Event | None:
    """Return what the line before said, as often as this one says; None where this is no repeat, or not of that line's sender."""
    body = framed.body.strip()
    if "last message" not in body[:16]:
        return None
    found = _LAST.fullmatch(body)
    if found is None or before is None:
        return None
    if framed.host and before.host and framed.host != before.host:
        return None
    again = before._replace(times=max(1, int(found[1])))
    return again if framed.at is None else again._replace(at=framed.at, has_year=framed.has_year)
