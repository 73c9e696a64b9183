"""The network that an address lies in, written as everywhere else."""

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from firewall_audit.detections.ground import net_of
from firewall_audit.networks import number

GROUPS = st.lists(st.sampled_from([0, 0, 1, 0xDB8, 0x2001, 0xFFFF]), min_size=8, max_size=8)


@given(GROUPS)
def test_a_network_of_64_bits_is_written_as_ipaddress_does(groups):
    address = str(ipaddress.IPv6Address(":".join(f"{one:x}" for one in groups)))
    found = number(address)
    assert found is not None
    assert net_of(address) == f"{ipaddress.IPv6Address(found[1] >> 64 << 64)}/64"


def test_what_is_no_address_stays_as_it_is():
    assert net_of("192.0.2.7") == "192.0.2.0/24"
    assert net_of("a host") == "a host"
