from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firewall_audit.events import LONGEST_DETAIL
from firewall_audit.formats.fields import address, clean, count, port, protocol, severity, verdict
from firewall_audit.formats.keyvalue import pairs


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("2001:0DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.000.02.1", "192.0.2.1"),
        ("192.0.2.256", ""),
        ("192.0.2", ""),
        ("fw.example", ""),
        ("", ""),
        ("192.0.2.1/24", ""),
    ],
)
def test_address_is_written_in_one_way(text, plain):
    assert address(text) == plain


@given(st.ip_addresses())
def test_every_address_is_itself(known):
    mapped = getattr(known, "ipv4_mapped", None)
    assert ip_address(address(known.exploded)) == (mapped or known)


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("65535", 65535), ("65536", None), ("-1", None), ("٣", None), ("", None), ("http", None)],
)
def test_port(text, number):
    assert port(text) == number


def test_count_fits_a_column():
    assert count("9" * 18) == 10**18 - 1
    assert count("9" * 19) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("6", "tcp"),
        ("TCP", "tcp"),
        ("icmpv6", "ipv6-icmp"),
        ("58", "ipv6-icmp"),
        ("253", "253"),
        ("256", ""),
        ("any", ""),
        ("ospf", "ospfigp"),
    ],
)
def test_protocol(text, word):
    assert protocol(text) == word


def test_words_of_decision_and_severity():
    assert [verdict(word) for word in ("Deny", '"accept"', "close", "est-allowed")] == ["deny", "allow", "", "allow"]
    assert [severity(word) for word in ("Critical", "6", "8", "note")] == [2, 6, None, None]


@given(st.text())
def test_clean_text_can_be_shown(text):
    found = clean(text)
    assert len(found) <= LONGEST_DETAIL
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 or sign in "\u202e\u2028" for sign in found)


def test_key_inside_a_quoted_value_never_speaks():
    assert pairs('msg="a srcip=203.0.113.1 \\" srcip=203.0.113.2" srcip=192.0.2.1') == {
        "msg": 'a srcip=203.0.113.1 " srcip=203.0.113.2',
        "srcip": "192.0.2.1",
    }
    assert pairs('a+b="x srcip=203.0.113.1 y" srcip=192.0.2.1') == {"srcip": "192.0.2.1"}
    assert pairs('note "srcip=203.0.113.1" srcip=192.0.2.1') == {"srcip": "192.0.2.1"}
    assert pairs('note "x srcip=203.0.113.1 y" srcip=192.0.2.1') == {"srcip": "192.0.2.1"}


def test_first_of_two_keys_counts_unless_the_vendor_says_otherwise():
    assert pairs("a=1 a=2") == {"a": "1"}
    assert pairs("a=1 a=2", last=True) == {"a": "2"}


def test_value_whose_quote_was_cut_off_reaches_to_the_end():
    assert pairs('a="b c=d e=f') == {"a": "b c=d e=f"}
    assert pairs('a="b\\') == {"a": "b"}


def test_separators_and_single_quotes():
    assert pairs("a=1, b=2,c='3, d=4'", r"\s,", single=True) == {"a": "1", "b": "2", "c": "3, d=4"}
    assert pairs("a=1\tb=x y\tc=", r"\t") == {"a": "1", "b": "x y", "c": ""}
    assert pairs("a='1 b=2") == {"a": "'1", "b": "2"}


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z_]\w{0,8}", fullmatch=True),
        st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
        max_size=6,
    )
)
def test_what_is_quoted_comes_back(values):
    text = " ".join(
        f'{key}="{value.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"'
        for key, value in values.items()
    )
    assert pairs(text) == {key: value for key, value in values.items() if key.isascii()}
