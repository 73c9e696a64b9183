"""Netfilter's lines by the hundred thousand: one expression over a whole block, then columns instead of events. [FW-3]

It takes only the lines that look as a kernel writes them behind an old syslog header, with its priority or without; every other is left to `netfilter.parse`.
Every step that is taken for each line is one of the interpreter's own, in C: the split by the expression, and slices of what it gave. What a
text means is asked once for each different text, by whoever stores the column.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import compress
from typing import Any, Final

from firewall_audit.formats.block import event_at
from firewall_audit.formats.coded import END, Numbers, Stamps, Words
from firewall_audit.formats.envelope import HIGHEST_PRIORITY
from firewall_audit.formats.fields import address, protocol
from firewall_audit.formats.format import Block
from firewall_audit.formats.prefixes import decided, named, unnamed
from firewall_audit.formats.stamps import leading
from firewall_audit.formats.texts import Texts

_MONTH: Final = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_PORT: Final = "[0-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
# Of two alternatives the second takes any line, so that every line gives its groups once. Sets of signs are spelt out, since they are
# looked up in a table; possessive repeats never go back. A prefix that could be one more header or a time is left alone, and so is a host whose
# name could be a zone or a year.
_LINE = re.compile(
    rf"^(?:(?:<([0-9]|[1-9][0-9]|1[0-8][0-9]|19[01])>)?+({_MONTH} [ 0-9][0-9] [0-9]{{2}}:[0-9]{{2}}):([0-5][0-9]) ([a-z_][A-Za-z0-9_.-]*+|[A-Z0-9][A-Za-z0-9_.-]{{4,}}+) kernel: (?:\[ *+[0-9]{{1,12}}\.[0-9]{{1,9}}\] )?+"
    r"((?:(?![A-Z][a-z]{2}[ ,]|message |\[ *[0-9])[A-Za-z_\[(][ !-<>-~]{0,128})?"
    r"(?<![A-Z])IN=[A-Za-z0-9_.@:/+-]{0,64} OUT=[A-Za-z0-9_.@:/+-]{0,64}) "
    r"(?:PHYSIN=[A-Za-z0-9_.@-]++ )?+(?:PHYSOUT=[A-Za-z0-9_.@-]++ )?+(?:MAC=[0-9a-f:]*+ )?+"
    r"SRC=([0-9a-f.:]++) DST=([0-9a-f.:]++) LEN=[0-9]++ "
    r"(?:TOS=[0-9A-Fx]++ PREC=0x[0-9A-F]++ TTL=[0-9]++ ID=[0-9]++ (?:(?:CE|DF|MF) )*+|TC=[0-9]++ HOPLIMIT=[0-9]++ FLOWLBL=[0-9]++ )"
    # What carries ports ends in a P, what carries a type and a code in a digit.
    r"PROTO=(TCP|UDP|ICMP(?:v6)? TYPE=[0-9]{1,3} CODE=[0-9]{1,3})"
    rf"(?:(?<=P) SPT=({_PORT}) DPT=({_PORT}) "
    r"(?:WINDOW=[0-9]++ RES=0x[0-9A-F]++ ((?:CWR )?(?:ECE )?(?:URG )?(?:ACK )?(?:PSH )?(?:RST )?(?:SYN )?(?:FIN )?)URGP=[0-9]++|LEN=[0-9]++)"
    r"|(?<=[0-9])(?: ID=[0-9]++ SEQ=[0-9]++)?+)"
    r"(?: MARK=0x[0-9a-f]++)?+ ?|.*)(?:\n|\Z)",
    re.MULTILINE,
)
_SEVERITIES: Final = {str(priority): str(priority & 7) for priority in range(HIGHEST_PRIORITY + 1)}
_STRIDE: Final = _LINE.groups + 1
_AT_ONCE: Final = 1024
"""Lines whose texts still lie together in the processor's memory; more at once is slower."""
_MOST_REMEMBERED: Final = 262_144


class _Sound:
    """Texts of which is known that they mean something; forgotten all at once when they become too many."""

    def __init__(self, means: Callable[[str], object]) -> None:
        self._means = means
        self._known: set[str | None] = {None}

    def wrong(self, column: Sequence[str | None]) -> list[int]:
        """Return the rows of a column whose texts mean nothing: an address or a day that is none. Rows without a text are not looked at."""
        unknown = set(column).difference(self._known)
        wrong = {text for text in unknown if text is not None and not self._means(text)}
        if len(self._known) > _MOST_REMEMBERED:
            self._known = {None}
        self._known |= unknown - wrong
        return [row for row, text in enumerate(column) if text in wrong] if wrong else []


def _minute(text: str) -> datetime:
    found = leading(f"{text}:00")
    if found is None:
        message = "a minute that is none was left in its column"
        raise ValueError(message)
    return found.at


@lru_cache(maxsize=4096)
def _parts(text: str) -> tuple[str, str, str, str]:
    """Return of `prefix IN=eth0 OUT=` the verdict, the two interfaces and the rule."""
    prefix, _, rest = text.rpartition("IN=")
    arrived, _, left = rest.partition(" OUT=")
    return decided(prefix) if prefix.strip() else unnamed(arrived), arrived, left, named(prefix)[0]


def _said(text: str) -> str:
    """Return of TCP its flags, of ICMP its type and code; of others nothing is said."""
    if text.startswith("ICMP"):
        return text.partition("TYPE=")[2].replace(" CODE=", "/")
    return "" if text in ("TCP", "UDP") else text.rstrip()


def _address(text: str) -> str:
    """Return an address that is sound: one of IPv4 was left to the slow way unless it stands as it is written here."""
    return address(text) if ":" in text else text


_MINUTES = _Sound(lambda text: leading(f"{text}:00"))
_ADDRESSES = _Sound(lambda text: address(text) if ":" in text else address(text) == text)


def parse_block(lines: Sequence[str]) -> Block:
    """Read the lines that look as they mostly do; exactly as `netfilter.parse` would."""
    pieces: list[tuple[str, ...]] = []
    unparsed: list[int] = []
    for start in range(0, len(lines), _AT_ONCE):
        count = min(_AT_ONCE, len(lines) - start)
        texts: list[Any] = _LINE.split(_joined(lines, start, count))
        if len(texts) != count * _STRIDE + 1:  # a line with an end of line in it
            unparsed += range(start, start + count)
            continue
        groups = [texts[place::_STRIDE] for place in range(1, _STRIDE)]
        if left := _left(groups):
            unparsed += [start + row for row in sorted(left)]
            kept = [row not in left for row in range(count)]
            groups = [list(compress(group, kept)) for group in groups]
        if groups[1]:
            pieces.append(tuple(map(END.join, _filled(groups))))
    rows = len(lines) - len(unparsed)
    texts = [END.join(column) for column in zip(*pieces, strict=True)]
    block = Block(_columns(rows, texts) if rows else {}, rows, unparsed)
    if rows and unparsed[-1:] != [len(lines) - 1]:
        block.last = event_at(block, rows - 1)
    return block


def _joined(lines: Sequence[str], start: int, count: int) -> str:
    end = start + count
    return lines.joined(start, end) if isinstance(lines, Texts) else END.join(lines[start:end])


def _left(groups: list[list[Any]]) -> set[int]:
    """Return the rows that were not read, or say what cannot be."""
    minutes, src, dst = groups[1], groups[5], groups[6]
    left = {row for row, minute in enumerate(minutes) if minute is None} if None in minutes else set()
    for sound, column in ((_MINUTES, minutes), (_ADDRESSES, src), (_ADDRESSES, dst)):
        left.update(sound.wrong(column))
    return left


def _filled(groups: list[list[Any]]) -> list[list[str]]:
    """Return the groups with a text in each row: those without ports have none, those without flags say what carried them."""
    if any(groups[0]):
        groups[0] = ["" if one is None else _SEVERITIES[one] for one in groups[0]]
    if None in groups[10]:
        groups[10] = [carried if flag is None else flag for flag, carried in zip(groups[10], groups[7], strict=True)]
    for place in (0, 8, 9):
        if None in groups[place]:
            groups[place] = [text or "" for text in groups[place]]
    return groups


def _columns(rows: int, texts: Sequence[str]) -> dict[str, Sequence[Any]]:
    severities, minutes, seconds, host, opening, src, dst, carried, from_port, to_port, flags = texts
    return {
        "kind": ["traffic"] * rows,
        "at": Stamps(minutes, Numbers(seconds, rows), _minute),
        "has_year": [False] * rows,
        "host": Words(host, rows, str),
        "action": Words(opening, rows, lambda text: _parts(text)[0]),
        "src": Words(src, rows, _address),
        "src_port": Numbers(from_port, rows),
        "dst": Words(dst, rows, _address),
        "dst_port": Numbers(to_port, rows),
        "protocol": Words(carried, rows, lambda text: protocol(text.partition(" ")[0])),
        "in_interface": Words(opening, rows, lambda text: _parts(text)[1]),
        "out_interface": Words(opening, rows, lambda text: _parts(text)[2]),
        "rule": Words(opening, rows, lambda text: _parts(text)[3]),
        "flags": Words(flags, rows, _said),
        "severity": Numbers(severities, rows),
    }
