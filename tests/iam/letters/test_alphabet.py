"""Texts cut into short messages: nothing is lost, no sign is cut in two; whatever comes on a line is a unit, a wait or a fault. [ID-5]"""

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from iam.letters.smpp import pdu
from iam.letters.smpp.alphabet import GSM, UCS2, is_gsm, parts_of


@given(st.text(max_size=1200))
@tries(max_examples=200, deadline=None)
def test_every_text_comes_back_whole_from_its_parts(text: str) -> None:
    try:
        parts = parts_of(text, 0x1FF)
    except ValueError:
        assert len(text) > 600 or any("\ud800" <= sign <= "\udfff" for sign in text)
        return
    assert all(len(part.octets) <= (140 if part.coding == UCS2 else 160) for part in parts)
    if len(parts) > 1:
        assert [part.octets[:6] for part in parts] == [
            bytes([5, 0, 3, 0xFF, len(parts), n + 1]) for n in range(len(parts))
        ]
        # what is left of 140 octets on the air beside the header: 153 of seven bits, 67 of sixteen
        assert all(len(part.octets) - 6 <= (134 if part.coding == UCS2 else 153) for part in parts)
    whole = [part.octets[6 if part.has_header else 0 :] for part in parts]
    if parts[0].coding == UCS2:
        assert "".join(octets.decode("utf-16-be") for octets in whole) == text, "no part begins in the middle of a sign"
    else:
        assert is_gsm(text)
        assert all(not octets.endswith(b"\x1b") for octets in whole)


def test_the_limits_of_a_single_message() -> None:
    assert [len(parts_of("a" * n, 1)) for n in (0, 160, 161, 306, 307)] == [1, 1, 2, 2, 3]
    assert [len(parts_of("€" * n, 1)) for n in (80, 81)] == [1, 2], "an escaped sign takes two places"
    assert [len(parts_of("ê" * n, 1)) for n in (70, 71, 134, 135)] == [1, 2, 2, 3]
    assert [len(parts_of("😀" * n, 1)) for n in (35, 36)] == [1, 2]
    assert parts_of("à é è ù @ {€}", 1)[0].octets == b"\x7f \x05 \x04 \x06 \x00 \x1b\x28\x1b\x65\x1b\x29"
    assert parts_of("ç", 1)[0].coding == UCS2, "the alphabet has the capital alone"
    assert parts_of("Ç", 1)[0].coding == GSM
    with pytest.raises(ValueError, match="10 parts"):
        parts_of("a" * 1531, 1)


@given(st.binary(max_size=80))
@tries(max_examples=300, deadline=None)
def test_whatever_comes_is_a_unit_a_wait_or_a_value_error(octets: bytes) -> None:
    buffer = bytearray(octets)
    try:
        unit = pdu.cut(buffer)
        assert unit is None or len(unit.body) <= len(octets)
        pdu.notice_of(octets)
    except ValueError:
        return
