"""An event with what the envelope of its line already says; the vendor's own words go before it. Pure. [FW-3]"""

import re
from functools import lru_cache
from typing import Any

from firewall_audit.events import Event, Kind
from firewall_audit.formats.fields import clean
from firewall_audit.formats.format import Framed
from firewall_audit.formats.stamps import Stamp, stamp

_OPENING = re.compile(r"\s{0,8}(?:[^\s=\"']{1,64} )?[A-Za-z_][\w.\-]{0,64}=")


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
    return shown(framed, Event(kind, at, has_year, host, severity=severity, sequence=sequence, **columns))


def shown(framed: Framed, event: Event) -> Event:
    """Return the event without control characters in any of its words, where the line has such at all."""
    if framed.text.isprintable():
        return event
    words: dict[str, Any] = {
        name: clean(value) for name, value in event._asdict().items() if isinstance(value, str) and value
    }
    return event._replace(**words)


def opens_with_pairs(body: str) -> bool:
    """Tell whether a body is key=value from its beginning; what somebody calls himself in another vendor's sentence stands further on."""
    return _OPENING.match(body) is not None


def word(text: str, longest: int = 128) -> str:
    """Return a name that comes again and again (an interface, a zone, a rule, a user) as `clean` does, once for all."""
    return _word(text, longest) if len(text) <= longest else clean(text, longest)


_word = lru_cache(maxsize=16_384)(clean)


@lru_cache(maxsize=4096)
def moment(text: str) -> Stamp | None:
    """Return the stamp that a text is; many lines have one."""
    return stamp(text)


def total(*parts: int | None) -> int | None:
    """Return the sum of what was said, None where nothing was."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None
