"""SMPP's units: a header of 16 octets and a body. Pure. Source: SMPP Protocol Specification v3.4, issue 1.2 (12 October 1999)."""

import re
import struct
from dataclasses import dataclass

from iam.letters.smpp.alphabet import Part

HEADER = struct.Struct(">IIII")
MOST = 65_536
"""Octets of the longest unit that is believed; the longest that the specification knows is far shorter."""
RESPONSE = 0x8000_0000
NACK, RECEIVER, TRANSMITTER, SUBMIT, DELIVER, UNBIND, TRANSCEIVER, ENQUIRE = (
    RESPONSE, 0x01, 0x02, 0x04, 0x05, 0x06, 0x09, 0x15
)  # fmt: skip
OK, BAD_COMMAND, RETRY_LATER = 0x00, 0x03, 0x64
FULL, THROTTLED = 0x14, 0x58
VERSION = 0x34
INTERNATIONAL, ISDN, ALPHANUMERIC, NETWORK = 1, 1, 5, 3
HAS_HEADER, IS_RECEIPT, MESSAGE_TYPE = 0x40, 0x04, 0x3C
RECEIPTED_ID, MESSAGE_STATE, PAYLOAD = 0x001E, 0x0427, 0x0424
_STATES = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}
_ID, _STATE = re.compile(rb"id:(\S+)", re.IGNORECASE), re.compile(rb"stat:([A-Za-z]+)", re.IGNORECASE)
REFUSALS = {
    0x05: "says that this system id is bound already",
    0x0A: "does not take our sender (OMNIWARDEN_SMS_SENDER)",
    0x0B: "does not know this telephone number",
    0x0D: "did not let us in",
    0x0E: "refused our password",
    0x0F: "refused our system id",
    0x53: "refused our system type",
    FULL: "has its queue for us full",
    THROTTLED: "asks us to send more slowly",
}
CREDENTIALS = frozenset({0x0D, 0x0E, 0x0F, 0x53})
"""Answers to a bind that a repetition will not change."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One unit on the line."""

    command: int
    sequence: int
    body: bytes = b""
    status: int = OK

    def packed(self) -> bytes:
        """Return its octets."""
        return HEADER.pack(HEADER.size + len(self.body), self.command, self.status, self.sequence) + self.body


@dataclass(frozen=True, slots=True)
class Notice:
    """A delivery receipt: the operator's id of the message, and what became of it (DELIVRD, EXPIRED, UNDELIV ...)."""

    reference: str
    state: str


def cut(buffer: bytearray) -> Pdu | None:
    """Take the first whole unit out of what has come; None where it has not come whole. Raises ValueError for a length that cannot be."""
    if len(buffer) < HEADER.size:
        return None
    length, command, status, sequence = HEADER.unpack_from(buffer)
    if not HEADER.size <= length <= MOST:
        raise ValueError(f"a unit of {length} octets")
    if len(buffer) < length:
        return None
    body = bytes(buffer[HEADER.size : length])
    del buffer[:length]
    return Pdu(command, sequence, body, status)


def bind(system_id: str, password: str, system_type: str) -> bytes:
    """Return the body of a bind (section 4.1); a longer password than its 8 octets is given out by some. Raises ValueError beyond 32."""
    return _text(system_id, 16) + _text(password, 33) + _text(system_type, 13) + bytes([VERSION, 0, 0, 0])


def submit(sender: str, to: str, part: Part) -> bytes:
    """Return the body of a submit_sm that asks for a receipt (section 4.4.1). Raises ValueError for an address that cannot be."""
    return b"".join(
        [
            b"\0",
            _sender(sender),
            bytes([INTERNATIONAL, ISDN]) + _text(to.lstrip("+"), 21),
            bytes([HAS_HEADER if part.has_header else 0, 0, 0]),
            b"\0\0",  # no schedule; the operator's own validity
            bytes([1, 0, part.coding, 0, len(part.octets)]),
            part.octets,
        ]
    )


def _sender(sender: str) -> bytes:
    """Return type, plan and address of a sender: a number with +, a short code of digits, or a name of up to 11 signs."""
    if not sender:
        return b"\0\0\0"
    if sender.startswith("+"):
        return bytes([INTERNATIONAL, ISDN]) + _text(sender[1:], 21)
    return bytes([NETWORK if sender.isdigit() else ALPHANUMERIC, 0]) + _text(sender, 21)


def _text(text: str, most: int) -> bytes:
    """Return a C-octet string. Raises ValueError where it is too long with its end, or not of plain letters."""
    octets = text.encode("ascii") + b"\0"
    if len(octets) > most or b"\0" in octets[:-1]:
        raise ValueError(f"a field of {most - 1} octets at most")
    return octets


def reference_of(body: bytes) -> str:
    """Return the message id of a submit_sm_resp; some operators leave it out of a refusal."""
    return body.split(b"\0", 1)[0].decode("latin-1")


def notice_of(body: bytes) -> Notice | None:
    """Return the delivery receipt that a deliver_sm carries, or None where it is none (section 4.6.1, appendix B).

    Raises ValueError where the body ends too early.
    """
    kind, message, options = _delivered(body)
    if kind & MESSAGE_TYPE != IS_RECEIPT:
        return None
    text = message or options.get(PAYLOAD, b"")
    named, stated = options.get(RECEIPTED_ID), options.get(MESSAGE_STATE)
    by_id, by_state = _ID.search(text), _STATE.search(text)
    reference = named.rstrip(b"\0") if named else by_id[1] if by_id else b""
    state = _STATES.get(stated[0], "UNKNOWN") if stated else by_state[1].decode().upper() if by_state else "UNKNOWN"
    return Notice(reference.decode("latin-1"), state) if reference else None


def _delivered(body: bytes) -> tuple[int, bytes, dict[int, bytes]]:
    """Return esm_class, short message and optional parameters of a deliver_sm."""
    try:
        at = _after_text(body, 0)
        at = _after_text(body, at + 2)
        at = _after_text(body, at + 2)
        kind = body[at]
        at = _after_text(body, at + 3)
        at = _after_text(body, at)
        length = body[at + 4]
        message, at = body[at + 5 : at + 5 + length], at + 5 + length
        options = {}
        while at + 4 <= len(body):
            tag, size = struct.unpack_from(">HH", body, at)
            options[tag] = body[at + 4 : at + 4 + size]
            at += 4 + size
    except IndexError:
        raise ValueError("a deliver_sm that ends too early") from None
    return kind, message, {tag: value for tag, value in options.items() if value}


def _after_text(body: bytes, at: int) -> int:
    """Return the place after the C-octet string that begins here. Raises ValueError where it does not end."""
    return body.index(b"\0", at) + 1
