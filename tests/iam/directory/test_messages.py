"""Entries read from the wire: what the library's own reader finds, and nothing from a message that is not sound. [AC-7]"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.utils.asn1 import decode_message_fast

from iam.directory.messages import entry_in

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9;-]{0,20}", fullmatch=True)
ATTRIBUTES = st.dictionaries(NAMES, st.lists(st.binary(max_size=300), max_size=4), max_size=6)


def part(tag: int, content: bytes) -> bytes:
    """One part as BER writes it, its length in the long form where it must."""
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x84]) + size.to_bytes(4, "big")
    return bytes([tag]) + length + content


def message(number: int, dn: str, attributes: dict[str, list[bytes]]) -> bytes:
    told = b"".join(
        part(0x30, part(4, name.encode()) + part(0x31, b"".join(part(4, value) for value in values)))
        for name, values in attributes.items()
    )
    return part(0x30, part(2, number.to_bytes(3, "big")) + part(0x64, part(4, dn.encode()) + part(0x30, told)))


@given(st.integers(1, 2**22), st.text(st.characters(exclude_categories=["Cs"]), max_size=200), ATTRIBUTES)
def test_an_entry_is_read_as_the_library_reads_it(number: int, dn: str, attributes: dict[str, list[bytes]]) -> None:
    raw = message(number, dn, attributes)
    theirs = decode_message_fast(raw)
    name, told = theirs["payload"][0][3].decode(), theirs["payload"][1][3]
    attributes_of = {one[3][0][3].decode().lower(): [value[3] for value in one[3][1][3]] for one in told}
    found = entry_in(raw)
    assert found is not None
    assert found[0] == theirs["messageID"] == number
    assert found[1] == {"type": "searchResEntry", "dn": name, "raw_attributes": attributes_of}


def test_what_is_no_entry_is_left_to_the_library() -> None:
    done = part(0x30, part(2, b"\x07") + part(0x65, part(0x0A, b"\x00") + part(4, b"") + part(4, b"")))
    assert entry_in(done) is None


@given(st.data())
def test_an_entry_cut_off_or_longer_within_than_without_is_no_entry(data: st.DataObject) -> None:
    raw = message(5, "uid=a,dc=test", {"uid": [b"a" * 130], "mail": [b"x"]})
    cut = data.draw(st.integers(1, len(raw) - 1))
    with pytest.raises((ValueError, IndexError)):
        entry_in(raw[:cut])
    inner = raw.index(b"\x04\x03uid") + 1
    with pytest.raises((ValueError, IndexError)):
        entry_in(raw[:inner] + b"\x7f" + raw[inner + 1 :])
    with pytest.raises(ValueError, match="length"):
        entry_in(b"\x30\x80" + raw[2:])


def test_any_bytes_end_in_an_answer_or_a_known_fault() -> None:
    @given(st.binary(min_size=2, max_size=80))
    def tried(raw: bytes) -> None:
        try:
            entry_in(b"\x30" + bytes([len(raw)]) + raw)
        except (ValueError, IndexError):
            return

    tried()
