"""Entries in a directory's answers, read from the wire as bytes and nothing more (BER, RFC 4511 section 4.5.2). [AC-7]

The library's own reader takes every message apart into a tree; of twenty thousand entries that costs more than all the rest.
"""

from collections.abc import Callable
from typing import Any

from ldap3.core.exceptions import LDAPSocketReceiveError
from ldap3.strategy.base import RESPONSE_COMPLETE, SESSION_TERMINATED_BY_SERVER
from ldap3.utils.asn1 import decode_message_fast

_MORE_FOLLOWS = {"searchResEntry", "searchResRef", "intermediateResponse"}
_SEQUENCE, _INTEGER, _OCTETS, _SET, _ENTRY = 0x30, 0x02, 0x04, 0x31, 0x64
_SHORT = 0x80
_MOST_LENGTH_OCTETS = 4
Answer = dict[str, Any]


def reader_of(strategy: Any) -> Callable[[int, Any], Any]:
    """Return how answers are read: entries as bytes, quickly, all else by the library. Raises what the library raises."""

    def read(asked: int, _timeout: Any) -> Any:
        found: list[Any] = []
        while True:
            for raw in strategy.receiving() or [b""]:
                if not raw:
                    return SESSION_TERMINATED_BY_SERVER
                number, answer = entry_in(raw) or _other(strategy, raw)
                if number == 0:
                    return SESSION_TERMINATED_BY_SERVER  # unasked for: a notice that it ends (RFC 4511 section 4.4)
                if number != asked:
                    raise LDAPSocketReceiveError("invalid messageId received")
                found.append(answer)
                if answer["type"] not in _MORE_FOLLOWS:
                    return [*found, RESPONSE_COMPLETE]

    return read


def _other(strategy: Any, raw: bytes) -> tuple[int, Answer]:
    message = decode_message_fast(raw)
    return int(message["messageID"]), strategy.decode_response_fast(message)


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
