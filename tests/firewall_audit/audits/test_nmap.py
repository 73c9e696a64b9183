"""nmap's report: read as it is written, refused by name where it is hostile, broken off, or none."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firewall_audit.audits.exposure import exposed
from firewall_audit.audits.nmap import NotNmap, Port, is_nmap, read_nmap
from firewall_audit.configurations import texts
from tests.firewall_audit.audits.house import RULES, ZONES, nmap

MOST = 50 << 20
OUTSIDE = ZONES[1]
HEAD = b'<?xml version="1.0"?><nmaprun args="nmap" start="1">'
END = b'<runstats><finished exit="success"/></runstats></nmaprun>'


def test_open_ports_are_read_and_closed_ones_are_not() -> None:
    scan = read_nmap(nmap(("tcp", 443), ("udp", 161)), most_bytes=MOST)
    assert scan.hosts == ["192.0.2.20"]
    assert scan.ports == [Port("192.0.2.20", "tcp", 443), Port("192.0.2.20", "udp", 161)]
    assert (scan.arguments, scan.started) == ("nmap -p- 192.0.2.20", 1_800_000_000)


def test_ipv6_host_and_hardware_address_beside_it() -> None:
    host = (
        b'<host><address addr="2001:db8::1" addrtype="ipv6"/><address addr="02:00:5E:00:53:01" addrtype="mac"/></host>'
    )
    assert read_nmap(HEAD + host + END, most_bytes=MOST).hosts == ["2001:db8::1"]


HOSTILE = {
    "entities": b'<!DOCTYPE nmaprun [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><nmaprun args="&b;">',
    "outside": b'<!DOCTYPE nmaprun SYSTEM "file:///etc/passwd"><nmaprun/>',
    "parameter entity": b'<!DOCTYPE nmaprun [<!ENTITY % a SYSTEM "http://192.0.2.1/">%a;]><nmaprun/>',
    "second doctype late": b" " * 5000 + b'<!DOCTYPE nmaprun [<!ENTITY a "b">]><nmaprun/>',
    "deep": b"<nmaprun>" + b"<host>" * 40,
    "cut in the middle": nmap(("tcp", 443))[:-40],
    "scan broken off": nmap(("tcp", 443), finished=False),
    "another root": b"<html><nmaprun/></html>",
    "port beyond": HEAD + b'<host><address addr="192.0.2.1"/><ports><port protocol="tcp" portid="65536"/></ports></host>' + END,
    "port in other digits": HEAD + '<host><address addr="192.0.2.1"/><ports><port protocol="tcp" portid="٣"/></ports></host>'.encode() + END,
    "no address": HEAD + b"<host><ports/></host>" + END,
    "address is none": HEAD + b'<host><address addr="192.0.2.999"/></host>' + END,
    "wrong encoding": b'<?xml version="1.0" encoding="no-such"?><nmaprun/>',
    "not utf-8": b"<nmaprun args='\xff\xfe'/>",
    "zero bytes": b"<nmaprun>\x00</nmaprun>",
    "empty": b"",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_report_is_refused_by_name(name: str) -> None:
    with pytest.raises(NotNmap) as told:
        read_nmap(HOSTILE[name], most_bytes=MOST)
    assert len(str(told.value)) < 120
    assert "passwd" not in str(told.value)


def test_report_beyond_the_bound_is_refused_before_it_is_read() -> None:
    begun = time.process_time()
    with pytest.raises(NotNmap, match="50 MiB at most"):
        read_nmap(b"<nmaprun>" * ((50 << 20) // 9 + 9), most_bytes=MOST)
    assert time.process_time() - begun < 1


def test_large_report_is_read_as_a_stream() -> None:
    port = b'<port protocol="tcp" portid="%d"><state state="filtered"/></port>'
    host = (
        b'<host><address addr="192.0.2.1"/><ports>'
        + b"".join(port % one for one in range(1, 20_000))
        + b"</ports></host>"
    )
    assert read_nmap(HEAD + host + END, most_bytes=MOST).ports == []


def test_more_hosts_than_anybody_scans_are_refused() -> None:
    host = b'<host><address addr="192.0.2.1"/><ports><port protocol="tcp" portid="1"><state state="open"/></port></ports></host>'
    with pytest.raises(NotNmap, match="scan in parts"):
        read_nmap(HEAD + host * 50_001 + END, most_bytes=MOST)


@given(st.binary(max_size=400))
def test_whatever_comes_is_read_or_refused(noise: bytes) -> None:
    is_nmap(noise)
    for content in (noise, HEAD + noise + END):
        try:
            read_nmap(content, most_bytes=MOST)
        except NotNmap:
            continue


def judged(
    *ports: tuple[str, int], host: str = "192.0.2.20", zone: object = OUTSIDE, rules: str = RULES
) -> list[tuple[str, str]]:
    told = exposed(
        [Port(host, *one) for one in ports],
        texts.read(rules),
        zone,
        {"tcp/3306": "MySQL"},  # type: ignore[arg-type]
    )
    return [(one.allowed, one.non_essential) for one in told]


def test_open_port_is_held_against_the_configuration_from_the_zone_it_was_asked_from() -> None:
    assert judged(("tcp", 443), ("tcp", 3306), ("tcp", 8443)) == [
        ("allowed", ""),
        ("allowed", "MySQL"),
        ("refused", ""),
    ]
    assert judged(("tcp", 22), ("udp", 22), host="192.0.2.1") == [("allowed", ""), ("refused", "")]
    assert judged(("tcp", 8443), zone=ZONES[0]) == [("allowed", "")], "the inside may go anywhere"


def test_nothing_is_called_refused_where_addresses_are_translated_or_a_condition_is_not_understood() -> None:
    nat = "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -d 192.0.2.1/32 -p tcp --dport 8443 -j DNAT --to-destination 10.20.0.9\nCOMMIT\n"
    assert judged(("tcp", 8443), rules=nat + RULES) == [("unclear", "")]
    limit = RULES.replace("COMMIT", "-A FORWARD -p tcp --dport 8443 -m limit --limit 5/min -j ACCEPT\nCOMMIT")
    assert judged(("tcp", 8443), rules=limit) == [("unclear", "")]


def test_without_a_configuration_nothing_is_clear() -> None:
    told = exposed([Port("192.0.2.20", "tcp", 443)], None, None, {})
    assert [one.allowed for one in told] == ["unclear"]
