"""Templates: lines that one program writes in exactly one way, so that their columns are cuts at known places. Pure. [FW-3]

A format names the template of a line; whoever has many lines takes those that fit it, by one pass of an automaton and cuts, without an object
for any of them. What does not fit to the byte is left to the format's other ways.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Cut(NamedTuple):
    """Some signs of one field of a line; as a slice has them, the last one not among them."""

    field: int
    start: int = 0
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A column of words: what is cut, with a space between where it is more than one, and what the text means."""

    cuts: tuple[Cut, ...]
    read: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Template:
    """How a line is written that fits, and what is cut of it; a column that is not named says nothing.

    Each line that fits gives exactly what the format's `parse` gives.
    """

    pattern: str
    """RE2, of the whole line with its end, of ASCII alone: it has no step back and looks neither ahead nor behind."""
    sign: str
    """What stands between the fields; every line that fits has equally many."""
    fields: int
    same: Mapping[str, str]
    """Columns with one word for all lines."""
    words: Mapping[str, Words]
    numbers: Mapping[str, Cut]
    """Columns of ASCII digits that their type can hold."""
    minute: Cut
    second: Cut
    read_minute: Callable[[str], datetime]
    """When a minute begins, by a naive clock without a year."""
    severity: Cut | None = None
    """Syslog's priority."""
