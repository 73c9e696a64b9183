"""The quick way for lines whose header a sender repeats: what stands before the message is taken apart once for all lines that begin alike. [FW-3]

It gives exactly what `frame` and the format's own `parse` give, since it calls both; only the header's text is remembered.
"""

from collections.abc import Callable, Sequence
from itertools import compress
from typing import Final

from firewall_audit.events import COLUMNS, Event
from firewall_audit.formats.block import DEFAULTS
from firewall_audit.formats.envelope import frame
from firewall_audit.formats.format import Block, Framed

_MOST_REMEMBERED: Final = 65_536
_ENDS: Final = "\r\n\x00\ufeff"


def by_header(
    parse: Callable[[Framed], Event | None], start: Callable[[str], int], message: str
) -> Callable[[Sequence[str]], Block]:
    """Return a quick way to read blocks.

    `start` finds where in a line the message begins (-1: nowhere), `message` is one to try a header with: behind a header that ends right
    before it, every other message stands alone too.
    """
    known: dict[str, Framed | None] = {}

    def header(prefix: str) -> Framed | None:
        if len(known) > _MOST_REMEMBERED:
            known.clear()
        framed = frame(prefix + message)
        found = framed if framed.body == message and framed.text == prefix + message and framed.times == 1 else None
        known[prefix] = found
        return found

    def event(text: str) -> Event | None:
        place = start(text)
        if place < 0 or text[-1] in _ENDS or "\x00" in text:
            return None
        prefix = text[:place]
        head = known[prefix] if prefix in known else header(prefix)
        if head is None:
            return None
        framed = Framed(
            text, text[place:], head.at, head.has_year, head.host, head.program, head.priority, head.sequence, head.structured,
            head.message_id,
        )  # fmt: skip
        return parse(framed)

    def block(lines: Sequence[str]) -> Block:
        events = [event(text) if text else None for text in lines]
        read = [found is not None for found in events]
        rows = list(compress(events, read))
        unparsed = [place for place, found in enumerate(read) if not found]
        last = events[-1] if events else None
        return Block(_columns(rows), len(rows), unparsed, last)

    return block


def _columns(rows: Sequence[Event | None]) -> dict[str, list[object]]:
    if not rows:
        return {}
    columns = zip(COLUMNS, zip(*rows, strict=True), DEFAULTS, strict=True)
    return {
        name: list(values)
        for name, values, default in columns
        if name == "kind" or values.count(default) != len(values)
    }
