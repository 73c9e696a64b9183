"""What was approved beside what was applied: on the page of a change and of a difference."""

from dataclasses import dataclass
from datetime import datetime

from api.console.pages.frame import State


@dataclass(frozen=True)
class Row:
    """A rule as approved beside the rule as applied; one of the two may be empty."""

    state: State
    sign: str
    approved: str
    applied: str
    place: str


@dataclass(frozen=True)
class Seen:
    """A difference that was seen on a device, held against the change."""

    device: str
    verdict: State
    at: datetime
    href: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Said:
    """What a change puts in place on a device: its words, and the digests made of them."""

    device: str
    text: str
    digests: tuple[str, ...]
