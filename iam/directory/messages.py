"""Entries in a directory's answers, read from the wire as bytes and nothing more (BER, RFC 4511 section 4.5.2). [AC-7]

The library's own reader takes every message apart into a tree; of twenty thousand entries that costs more than all the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_SEQUENCE, _INTEGER, _OCTETS, _SET, _ENTRY = 0x30, 0x02, 0x04, 0x31, 0x64
_SHORT = 0x80
_MOST_LENGTH_OCTETS = 4
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of an answer: its name in the tree and the attributes as bytes, names in small letters."""

    dn: str
    attributes: Mapping[str, list[bytes]]

    def text(self, name: str) -> str:
        """Return the first value of an attribute as text, empty where there is none or it is no text."""
        values = self.attributes.get(name)
        return values[0].decode("utf-8", "replace") if values else ""


def entry_in(raw: bytes) -> tuple[int, Answer] | None:
    """Return the number of a message and the entry it carries, in the library's own form; None for every other message.

    Raises ValueError or IndexError for what is cut off, or longer within than without.
    """
    at, end = _within(raw, 0, len(raw), _SEQUENCE)
    start, at = _within(raw, at, end, _INTEGER)
    number = int.from_bytes(raw[start:at], "big")
    if raw[at] != _ENTRY:
        return None
    at, end = _within(raw, at, end, _ENTRY)
    start, at = _within(raw, at, end, _OCTETS)
    name = raw[start:at].decode()
    at, end = _within(raw, at, end, _SEQUENCE)
    attributes: dict[str, list[bytes]] = {}
    while at < end:
        start, following = _within(raw, at, end, _SEQUENCE)
        start, at = _within(raw, start, following, _OCTETS)
        attributes[raw[start:at].decode().lower()] = _values(raw, *_within(raw, at, following, _SET))
        at = following
    return number, {"type": "searchResEntry", "dn": name, "raw_attributes": attributes}


def _values(raw: bytes, at: int, end: int) -> list[bytes]:
    found = []
    while at < end:
        start, at = _within(raw, at, end, _OCTETS)
        found.append(raw[start:at])
    return found


def _within(raw: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Return where the content of the part that begins here begins and ends. Raises ValueError where it is another part."""
    if raw[at] != tag:
        raise ValueError("another part was expected")
    length, start = raw[at + 1], at + 2
    if length >= _SHORT:
        octets = length - _SHORT
        if not 1 <= octets <= _MOST_LENGTH_OCTETS:
            raise ValueError("a length that nothing here has")
        length, start = int.from_bytes(raw[start : start + octets], "big"), start + octets
    if start + length > end:
        raise ValueError("longer within than without")
    return start, start + length
