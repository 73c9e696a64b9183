"""Events of many lines side by side in columns; what a quick way left over is put between what it read. Pure. [FW-3]"""

from collections.abc import Callable, Sequence
from typing import Any

from firewall_audit.events import COLUMNS, Event
from firewall_audit.formats.coded import Coded, Stamps, between
from firewall_audit.formats.format import Block

DEFAULTS = Event("other")


class Gathered:
    """Events one by one, to become a block."""

    def __init__(self, before: Event | None = None) -> None:
        self.last = before
        self.events: list[Event] = []
        self.unparsed: list[int] = []

    def add(self, place: int, event: Event | None) -> None:
        """Take the event of the line at a place; None is a line that was not read."""
        self.last = event
        if event is None:
            self.unparsed.append(place)
        else:
            self.events.append(event)

    def block(self) -> Block:
        """Return the columns; those in which nothing was said are left out, but for the kind."""
        if not self.events:
            return Block({}, 0, self.unparsed, self.last)
        columns = {
            name: list(values)
            for name, values, default in zip(COLUMNS, zip(*self.events, strict=True), DEFAULTS, strict=True)
            if name == "kind" or any(value != default for value in values)
        }
        return Block(columns, len(self.events), self.unparsed, self.last)


def merge(
    quick: Block,
    texts: Sequence[str],
    read: Callable[[str, Event | None], Event | None],
    before: Event | None = None,
) -> Block:
    """Read with `read` what a quick way left over, and put the events where their lines stand."""
    slow: list[tuple[int, Event]] = []
    unparsed: list[int] = []
    last: tuple[int, Event | None] = (-1, before)
    for nth, place in enumerate(quick.unparsed):
        previous = last[1] if last[0] == place - 1 else event_at(quick, place - 1 - nth)
        event = read(texts[place], previous)
        last = (place, event)
        if event is None:
            unparsed.append(place)
        else:
            slow.append((place - nth, event))  # where it stands among the rows of the quick way
    final = last[1] if last[0] == len(texts) - 1 else quick.last
    return Block(_between(quick, slow), quick.rows + len(slow), unparsed, final)


def event_at(block: Block, row: int) -> Event:
    """Return one row of a block as an event."""
    return Event(**{"kind": "other"} | {name: column[row] for name, column in block.columns.items()})


def _between(quick: Block, slow: list[tuple[int, Event]]) -> dict[str, Sequence[Any]]:
    cuts = [0, *(row for row, _ in slow), quick.rows]
    columns: dict[str, Sequence[Any]] = {}
    dated = any(event.has_year for _, event in slow)
    for index, name in enumerate(COLUMNS):
        default = DEFAULTS[index]
        values = [event[index] for _, event in slow]
        if name not in quick.columns and all(value == default for value in values):
            continue
        column = quick.columns.get(name) or [default] * quick.rows
        if isinstance(column, Coded) and not (dated and isinstance(column, Stamps)):
            columns[name] = column.filled(cuts, values)
        else:
            columns[name] = between(column, cuts, values)
    return columns
