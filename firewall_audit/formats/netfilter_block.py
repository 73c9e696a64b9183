"""Netfilter's lines by the hundred thousand: one expression over a whole block, then columns instead of events. [FW-3]

It takes only the lines that look as a kernel writes them behind an old syslog header; every other is left to `netfilter.parse`.
Every step that is taken for each line is one of the interpreter's own, in C: the split by the expression, slices of what it gave, and maps.
"""

import operator
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import compress
from typing import Any, Final

from firewall_audit.formats.block import event_at
from firewall_audit.formats.fields import HIGHEST_PORT, address, protocol
from firewall_audit.formats.format import Block
from firewall_audit.formats.prefixes import decided, named, unnamed
from firewall_audit.formats.stamps import leading

_MONTH: Final = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
# Of two alternatives the second takes any line, so that every line gives its groups once. Sets of signs are spelt out, since they are
# looked up in a table; possessive repeats never go back. A prefix that could be one more header is left alone.
_LINE = re.compile(
    rf"^(?:({_MONTH} [ 0-9][0-9] [0-9]{{2}}:[0-9]{{2}}):([0-9]{{2}}) ([A-Za-z0-9_.-]++) kernel: (?:\[ *+[0-9]{{1,12}}\.[0-9]{{1,9}}\] )?+"
    r"((?:(?![A-Z][a-z]{2}[ ,]|message )[A-Za-z_\[(][ !-<>-~]{0,128})?"
    r"(?<![A-Z])IN=[A-Za-z0-9_.@:/+-]{0,64} OUT=[A-Za-z0-9_.@:/+-]{0,64}) "
    r"(?:PHYSIN=[A-Za-z0-9_.@-]++ )?+(?:PHYSOUT=[A-Za-z0-9_.@-]++ )?+(?:MAC=[0-9a-f:]*+ )?+"
    r"SRC=([0-9a-f.:]++) DST=([0-9a-f.:]++) LEN=[0-9]++ "
    r"(?:TOS=[0-9A-Fx]++ PREC=0x[0-9A-F]++ TTL=[0-9]++ ID=[0-9]++ (?:(?:CE|DF|MF) )*+|TC=[0-9]++ HOPLIMIT=[0-9]++ FLOWLBL=[0-9]++ )"
    r"PROTO=(?:(?=[TU])(TCP|UDP) SPT=([0-9]{1,5}) DPT=([0-9]{1,5}) "
    r"(?:WINDOW=[0-9]++ RES=0x[0-9A-F]++ ((?:CWR )?(?:ECE )?(?:URG )?(?:ACK )?(?:PSH )?(?:RST )?(?:SYN )?(?:FIN )?)URGP=[0-9]++|LEN=[0-9]++)"
    r"|(ICMP(?:v6)? TYPE=[0-9]{1,3} CODE=[0-9]{1,3})(?: ID=[0-9]++ SEQ=[0-9]++)?+)"
    r"(?: MARK=0x[0-9a-f]++)?+ ?|.*)(?:\n|\Z)",
    re.MULTILINE,
)
_STRIDE: Final = _LINE.groups + 1
_AT_ONCE: Final = 1024
"""Lines whose texts still lie together in the processor's memory; more at once is slower."""
_MOST_REMEMBERED: Final = 262_144
# Stand for what cannot be, until its line is left over; neither is ever read from a line.
_NEVER: Final = datetime.fromisoformat("0001-06-01")
_NOT_WITHIN: Final = timedelta(days=-1)


class _Remembered(dict[Any, Any]):
    """What was read of a text, so that it is read once; forgotten all at once when it becomes too much. `odd`: texts that say what cannot be."""

    def __init__(self, read: Callable[[str], Any], wrong: Any = None) -> None:
        super().__init__()
        self.read = read
        self.wrong = wrong
        self.odd: set[str] = set()

    def __missing__(self, text: Any) -> Any:
        if len(self) > _MOST_REMEMBERED:
            self.clear()
            self.odd.clear()
        found = self[text] = self.read(text)
        if found == self.wrong and text is not None:
            self.odd.add(text)
        return found


def _minute(text: str) -> datetime:
    found = leading(f"{text}:00")
    return _NEVER if found is None else found.at


def _second(text: str) -> timedelta:
    return timedelta(seconds=int(text)) if int(text) < 60 else _NOT_WITHIN  # noqa: PLR2004 - a leap second is odd


def _port(text: str | None) -> int | None:
    return None if text is None else int(text)


def _parts(text: str) -> tuple[str, str, str, str]:
    """Return of `prefix IN=eth0 OUT=` the verdict, the two interfaces and the rule."""
    prefix, _, rest = text.rpartition("IN=")
    arrived, _, left = rest.partition(" OUT=")
    return decided(prefix) if prefix.strip() else unnamed(arrived), arrived, left, named(prefix)[0]


def _part(place: int) -> _Remembered:
    return _Remembered(lambda text: _parts(text)[place])


_MINUTES, _SECONDS = _Remembered(_minute, _NEVER), _Remembered(_second, _NOT_WITHIN)
_ADDRESSES, _PORTS = _Remembered(address, ""), _Remembered(_port)
_ACTIONS, _ARRIVED, _LEFT, _RULES = _part(0), _part(1), _part(2), _part(3)
_CARRIED = _Remembered(lambda text: protocol(text.partition(" ")[0]))
_FLAGS = _Remembered(lambda text: (text or "").rstrip())
_ECHOES = _Remembered(lambda text: text.partition("TYPE=")[2].replace(" CODE=", "/"))


def parse_block(lines: Sequence[str]) -> Block:
    """Read the lines that look as they mostly do; exactly as `netfilter.parse` would."""
    columns: dict[str, list[Any]] = {}
    unparsed: list[int] = []
    for start in range(0, len(lines), _AT_ONCE):
        some = lines[start : start + _AT_ONCE]
        texts: list[Any] = _LINE.split("\n".join(some))
        if len(texts) != len(some) * _STRIDE + 1:  # a line with an end of line in it
            unparsed += range(start, start + len(some))
            continue
        groups = [texts[place::_STRIDE] for place in range(1, _STRIDE)]
        places = list(range(start, start + len(some)))
        if None in groups[0]:
            unparsed += [place for place, minute in zip(places, groups[0], strict=True) if minute is None]
            kept = [minute is not None for minute in groups[0]]
            groups, places = [list(compress(group, kept)) for group in groups], list(compress(places, kept))
        found = _read(groups)
        if odd := _odd(groups, found):
            unparsed += [places[row] for row in odd]
            kept = [row not in odd for row in range(len(places))]
            found = {name: list(compress(values, kept)) for name, values in found.items()}
        for name, values in found.items():
            columns.setdefault(name, []).extend(values)
    unparsed.sort()
    block = Block(columns, len(lines) - len(unparsed), unparsed)
    if block.rows and unparsed[-1:] != [len(lines) - 1]:
        block.last = event_at(block, block.rows - 1)
    return block


def _odd(groups: list[list[Any]], columns: dict[str, list[Any]]) -> set[int]:
    """Return the rows that say what cannot be: a 30th of February, an address or a port that is none."""
    found: set[int] = set()
    for known, places in ((_MINUTES, (0,)), (_SECONDS, (1,)), (_ADDRESSES, (4, 5))):
        for place in places if known.odd else ():
            if not known.odd.isdisjoint(groups[place]):
                found.update(row for row, text in enumerate(groups[place]) if text in known.odd)
    for name, place in (("src_port", 7), ("dst_port", 8)):
        if max(filter(None, columns.get(name, ())), default=0) > HIGHEST_PORT:
            found.update(row for row, text in enumerate(groups[place]) if text is not None and int(text) > HIGHEST_PORT)
    return found


def _ports(column: list[Any]) -> list[int | None]:
    """Return numbers; the short way where every line has one."""
    return list(map(_PORTS.__getitem__, column)) if None in column else list(map(int, column))


def _read(groups: list[list[Any]]) -> dict[str, list[Any]]:
    minutes, seconds, host, opening, src, dst, carried, from_port, to_port, flags, echoes = groups
    if not minutes:
        return {}
    spoken = carried
    said = list(map(_FLAGS.__getitem__, flags))
    if None in carried:
        spoken = [text or echo for text, echo in zip(carried, echoes, strict=True)]
        said = [_ECHOES[echo] if echo else flag for flag, echo in zip(said, echoes, strict=True)]
    return {
        "kind": ["traffic"] * len(minutes),
        "at": list(map(operator.add, map(_MINUTES.__getitem__, minutes), map(_SECONDS.__getitem__, seconds))),
        "has_year": [False] * len(minutes),
        "host": host,
        "action": list(map(_ACTIONS.__getitem__, opening)),
        "src": list(map(_ADDRESSES.__getitem__, src)),
        "src_port": _ports(from_port),
        "dst": list(map(_ADDRESSES.__getitem__, dst)),
        "dst_port": _ports(to_port),
        "protocol": list(map(_CARRIED.__getitem__, spoken)),
        "in_interface": list(map(_ARRIVED.__getitem__, opening)),
        "out_interface": list(map(_LEFT.__getitem__, opening)),
        "rule": list(map(_RULES.__getitem__, opening)),
        "flags": said,
    }
