"""One small pure file per vendor, and the list of them: a line or a block of lines becomes events, or is said to be unread. [FW-3]"""

from collections.abc import Sequence
from importlib import import_module
from typing import Final

from firewall_audit.events import Event
from firewall_audit.formats.block import Gathered, merge
from firewall_audit.formats.envelope import frame
from firewall_audit.formats.format import Block, Format, Framed
from firewall_audit.formats.repeats import repeated
from firewall_audit.formats.texts import Texts

MODULES: Final[tuple[str, ...]] = (
    "netfilter",
    "pf",
    "suricata",
    "mikrotik",
    "sshd",
    "logins",
    "unifi",
    "paloalto",
    "junos",
    "netscreen",
    "huawei",
    "cisco_ftd",
    "cisco_asa",
    "cisco_ios",
    "fortigate",
    "sophos",
    "checkpoint",
    "sonicwall",
    "forcepoint",
    "watchguard",
    "stormshield",
    "clavister",
    "meraki",
    "barracuda",
    "cef",
    "leef",
    "generic",
)
"""Those whose marks are narrow first: of two formats that could read a line the earlier one does, and those that read anything stand last."""
FORMATS: Final[tuple[Format, ...]] = tuple(
    one for module in MODULES for one in import_module(f"firewall_audit.formats.{module}").FORMATS
)
BY_NAME: Final = {one.name: one for one in FORMATS}
LONGEST_LINE: Final = 65_536
"""Characters of a line that are read; what is longer is cut by whoever takes lines in."""


def named(*names: str) -> tuple[Format, ...]:
    """Return the formats that a device is declared to write, in the order of the list; all of them where none is declared.

    Raises KeyError for a name that is none.
    """
    chosen = {BY_NAME[name].name for name in names}
    return tuple(one for one in FORMATS if one.name in chosen) if chosen else FORMATS


def read_line(raw: bytes | str, formats: Sequence[Format] = FORMATS) -> Event | None:
    """Return what a line says, or None: it is of none of the formats. It never raises."""
    return _read(frame(raw), formats)


def read_block(lines: Sequence[bytes], formats: Sequence[Format] = FORMATS, before: Event | None = None) -> Block:
    """Read many lines. `before`: what the line before the first one said, by which a repeat of it is known. It never raises.

    Which format reads a line depends on that line alone, never on its neighbours, so that lines cut into blocks in another way, or read
    again years later, give the same events.
    """
    texts = Texts(lines)
    quick = formats[0].parse_block if formats else None
    if quick is None:
        return _gathered(texts, formats, before)
    block = quick(texts)
    return (
        merge(block, texts, lambda text, previous: _line(text, formats, previous), before) if block.unparsed else block
    )


def _gathered(texts: Sequence[str], formats: Sequence[Format], before: Event | None) -> Block:
    gathered = Gathered(before)
    for place, text in enumerate(texts):
        gathered.add(place, _line(text, formats, gathered.last))
    return gathered.block()


def _line(text: str, formats: Sequence[Format], before: Event | None) -> Event | None:
    framed = frame(text)
    again = repeated(framed, before)
    return again if again is not None else _read(framed, formats)


def _read(framed: Framed, formats: Sequence[Format]) -> Event | None:
    text = framed.text
    for one in formats:
        if one.marks and not any(mark in text for mark in one.marks):
            continue
        event = _tried(one, framed)
        if event is not None:
            return event if framed.times == 1 else event._replace(times=event.times * framed.times)
    return None


def _tried(one: Format, framed: Framed) -> Event | None:
    """No line may stop the reading of those behind it: one over which a format stumbles stays unread, and unread lines are kept, counted and shown."""
    try:
        return one.parse(framed)
    except (ArithmeticError, LookupError, RecursionError, ValueError):
        return None
