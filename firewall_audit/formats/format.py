"""What a format is: a name, the marks by which a line is known to be of it, and a function that reads one. Pure. [FW-3]"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from firewall_audit.events import Event
from firewall_audit.formats.template import Template


@dataclass(frozen=True, slots=True)
class Framed:
    """A line taken out of its syslog envelope (RFC 3164, RFC 5424, or none), as far as there was one."""

    text: str
    """The whole line, without its end and without NUL bytes."""
    body: str
    """What stands behind the header; the whole line where there is none."""
    at: datetime | None = None
    has_year: bool = True
    host: str = ""
    program: str = ""
    priority: int | None = None
    sequence: int | None = None
    structured: str = ""
    """The structured data of RFC 5424, as it stands."""
    message_id: str = ""
    """MSGID of RFC 5424: Junos and others name the message there."""
    times: int = 1
    """What `message repeated N times: [ … ]` around the body said; whoever reads lines multiplies, not the formats."""


@dataclass(slots=True)
class Block:
    """Many lines read at once: columns by the names of `Event` (those that were filled; others have their default), and what was not read."""

    columns: Mapping[str, Sequence[Any]]
    rows: int
    unparsed: list[int]
    """Places in the block of the lines that no format could read; every other line is one row, in the order of the lines."""
    last: Event | None = None
    """What the last line said, for `last message repeated N times` at the beginning of the next block."""


@dataclass(frozen=True, slots=True)
class Format:
    """One vendor's way of writing. `version` grows with every change of meaning, so that what was read before can be read again."""

    name: str
    title: str
    version: int
    marks: tuple[str, ...]
    """A line without any of these is not of this format; it need not be of it because it has one. Empty: every line is tried."""
    parse: Callable[[Framed], Event | None]
    """None: the line is not of this format, or says nothing that can be trusted. It never raises, whatever the line."""
    parse_block: Callable[[Sequence[str]], Block] | None = None
    """A quick way for many whole lines (of which neither ends nor NUL bytes are taken off); it gives exactly what `parse` would, and leaves to it (as unparsed) what it cannot."""
    template_of: Callable[[str], Template | None] | None = None
    """How lines such as this one are written, where there is a way to take all that are; those give exactly what `parse` would."""
    samples: str = field(default="")
    """The name of the samples, where it is not the format's own."""
