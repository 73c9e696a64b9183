"""How a text becomes the octets of one short message or of several. Pure.

Sources: 3GPP TS 23.038 (GSM 7 bit default alphabet and its extension, UCS2), TS 23.040 section 9.2.3.24.1 (concatenated messages).
In SMPP a letter of the GSM alphabet takes a whole octet; the operator packs it to seven bits on the air, which is what the limits count.
"""

from collections.abc import Callable
from dataclasses import dataclass

GSM, UCS2 = 0, 8
"""Values of SMPP's data_coding (section 5.2.19): the operator's default alphabet, UCS2 in network order."""
ESCAPE = 0x1B
LONGEST = 10
"""Parts of one text; a longer one is a letter, not a text message."""

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
_GSM = {sign: bytes([code]) for code, sign in enumerate(_BASIC) if code != ESCAPE} | {
    sign: bytes([ESCAPE, code]) for sign, code in _EXTENDED.items()
}


@dataclass(frozen=True, slots=True)
class Part:
    """One short message: its octets, how they are coded, and whether a user data header stands before them."""

    octets: bytes
    coding: int
    has_header: bool


def is_gsm(text: str) -> bool:
    """Tell whether every sign of a text is in the GSM alphabet."""
    return all(sign in _GSM for sign in text)


def septets(text: str) -> int:
    """Count the septets of a text of the GSM alphabet: an escaped sign takes two. Raises KeyError for another sign."""
    return sum(len(_GSM[sign]) for sign in text)


def parts_of(text: str, reference: int) -> list[Part]:
    """Cut a text into messages: one where it fits, else several that carry the same reference (0 to 255) and their number.

    A sign is never cut in two: neither an escaped one nor one outside Unicode's first plane.

    Raises ValueError where more than ten messages would be needed, or a sign is none (half of a surrogate pair).
    """
    if is_gsm(text):
        return _cut(text, _GSM.__getitem__, GSM, 160, 153, reference)
    return _cut(text, lambda sign: sign.encode("utf-16-be"), UCS2, 140, 134, reference)


def _cut(text: str, code: Callable[[str], bytes], coding: int, alone: int, each: int, reference: int) -> list[Part]:
    signs = [code(sign) for sign in text]
    if sum(map(len, signs)) <= alone:
        return [Part(b"".join(signs), coding, has_header=False)]
    pieces, room = [bytearray()], each
    for sign in signs:
        if len(sign) > room:
            pieces.append(bytearray())
            room = each
        pieces[-1] += sign
        room -= len(sign)
    if len(pieces) > LONGEST:
        raise ValueError(f"a text message has at most {LONGEST} parts")
    return [
        Part(bytes([5, 0, 3, reference & 0xFF, len(pieces), number]) + piece, coding, has_header=True)
        for number, piece in enumerate(pieces, 1)
    ]
