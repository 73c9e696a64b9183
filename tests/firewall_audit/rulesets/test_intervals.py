"""Sets of numbers and boxes of packets do what sets do: proved on small universes by counting every value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firewall_audit.rulesets import boxes, intervals, values
from firewall_audit.rulesets.boxes import ALL_V4, ALL_V6

pairs = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6)
ROOM = range(-1, 23)


def members(one):
    return {value for value in ROOM if any(low <= value <= high for low, high in one)}


@settings(deadline=None, max_examples=60)
@given(pairs, pairs)
def test_sets_of_intervals_are_sets(one, other):
    a, b = intervals.interval_set(one), intervals.interval_set(other)
    x, y = members(a), members(b)
    assert members(intervals.union(a, b)) == x | y
    assert members(intervals.intersection(a, b)) == x & y
    assert members(intervals.difference(a, b)) == x - y
    assert intervals.holds(a, b) == (y <= x)
    assert intervals.meets(a, b) == bool(x & y)
    assert intervals.size(a) == len(x)
    for made in (a, intervals.union(a, b), intervals.intersection(a, b), intervals.difference(a, b)):
        assert made == intervals.interval_set(made), "always in the one normal form"


small = (
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=2)
    .map(intervals.interval_set)
    .filter(bool)
)


@settings(deadline=None, max_examples=60)
@given(st.tuples(small, small, small), st.tuples(small, small, small))
def test_boxes_are_sets_of_packets(one, other):
    def packets(some):
        return {
            (a, b, c)
            for box in some
            for a in members(box.sources)
            for b in members(box.destinations)
            for c in members(box.destination_ports)
        }

    a, b = (ALL_V4._replace(sources=x, destinations=y, destination_ports=z) for x, y, z in (one, other))
    left = boxes.subtract(a, b)
    assert packets(left) == packets([a]) - packets([b])
    assert sum(len(packets([box])) for box in left) == len(packets(left)), "disjoint"
    shared = boxes.common(a, b)
    assert packets([shared] if shared else []) == packets([a]) & packets([b])
    assert boxes.touch(a, b) == (shared is not None)
    assert boxes.contains(a, b) == (packets([b]) <= packets([a]))


def test_families_never_meet():
    assert not boxes.touch(ALL_V4, ALL_V6)


@pytest.mark.parametrize(
    ("text", "family", "interval"),
    [
        ("192.0.2.1", 4, ((3221225985, 3221225985),)),
        ("192.0.2.0/24", 4, ((3221225984, 3221226239),)),
        ("192.0.2.7/24", 4, ((3221225984, 3221226239),)),
        ("192.0.2.0/255.255.255.0", 4, ((3221225984, 3221226239),)),
        ("192.0.2.1-192.0.2.3", 4, ((3221225985, 3221225987),)),
        ("0.0.0.1/0.0.0.1", 4, None),
        ("0.0.0.1/255.255.255.253", 4, ((1, 1), (3, 3))),
        ("0.0.0.0/0", 4, ((0, 2**32 - 1),)),
        ("2001:db8::/127", 6, ((0x20010DB8 << 96, (0x20010DB8 << 96) + 1),)),
    ],
)
def test_addresses_are_read(text, family, interval):
    if interval is None:
        with pytest.raises(ValueError, match="holes"):
            values.addresses(text)
    else:
        assert values.addresses(text) == (family, interval)


@pytest.mark.parametrize(
    "text", ["", "example.org", "192.0.2.9-192.0.2.1", "192.0.2.1-2001:db8::1", "192.0.2.0/33", "999.1.1.1"]
)
def test_what_is_no_address_is_said(text):
    with pytest.raises(ValueError, match=r".+"):
        values.addresses(text)


def test_a_wildcard_is_an_inverted_mask():
    assert values.wildcard("192.0.2.0", "0.0.0.255") == values.addresses("192.0.2.0/24")
    assert values.wildcard("192.0.2.9", "0.0.0.1") == values.addresses("192.0.2.8/31")


def test_ports_are_read():
    assert values.ports("80,443,8000:8002") == ((80, 80), (443, 443), (8000, 8002))
    assert values.ports(":1023") == ((0, 1023),)
    assert values.ports("1024-") == ((1024, 65535),)
    assert values.ports("netbios-ns") == ((137, 137),)
    for text in ("65536", "", "9-1", "99999999999999999999", "no-such"):
        with pytest.raises(ValueError, match=r"is no"):
            values.ports(text)


def test_names_are_numbers_and_a_prefix_is_an_interval():
    eth = values.name("eth", prefix=True)
    assert intervals.holds(eth, values.name("eth0"))
    assert intervals.holds(eth, values.name("eth"))
    assert not intervals.meets(eth, values.name("et"))
    assert not intervals.meets(eth, values.name("wlan0"))
    assert values.name("x" * 70) != values.name("x" * 71)
    assert intervals.holds(boxes.ANY_NAME, values.name("ÿ" * 40, prefix=True))


def test_flags_are_octets():
    syn = values.flags(0x17, 0x02)
    assert intervals.meets(syn, ((2, 2),))
    assert not intervals.meets(syn, ((18, 18),))
