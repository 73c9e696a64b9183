from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firewall_audit.events import Event
from firewall_audit.formats import BY_NAME, read_block, read_line
from firewall_audit.formats.block import event_at
from firewall_audit.formats.envelope import frame
from firewall_audit.formats.netfilter import parse
from firewall_audit.formats.netfilter_block import parse_block
from firewall_audit.formats.prefixes import decided

NETFILTER = (BY_NAME["netfilter"],)
PACKET = "SRC=192.0.2.7 DST=198.51.100.9 LEN=44 TOS=0x00 PREC=0x00 TTL=51 ID=4711 DF PROTO=TCP SPT=40000 DPT=3389 WINDOW=1024 RES=0x00 SYN URGP=0"
LINE = f"Oct  5 03:04:05 fw1 kernel: [7.5] FW-DROP IN=eth0 OUT= MAC= {PACKET}"


@pytest.mark.parametrize(
    ("prefix", "action"),
    [
        ("[UFW BLOCK] ", "deny"),
        ("[UFW LIMIT BLOCK] ", "deny"),
        ("[UFW ALLOW] ", "allow"),
        ("[UFW AUDIT] ", ""),
        ("SFW2-INext-DROP-DEFLT ", "deny"),
        ("SFW2-INext-ACC-RELATED ", "allow"),
        ("iptables denied: ", "deny"),
        ("Shorewall:net2fw:DROP:", "deny"),
        ("FINAL_REJECT: ", "deny"),
        ("[WAN_OUT-2000-A]", "allow"),
        ("[lan-wan-default-D]", "deny"),
        ("[LAN_LOCAL-R-7]", "deny"),
        ("not accepted ", "deny"),
        ("ACCEPT or DROP ", ""),
        ("FIREWALL_OUT ", ""),
        ("raindrop ", ""),
        ("password ", ""),
    ],
)
def test_decision_is_guessed_from_the_words_of_the_prefix(prefix, action):
    assert decided(prefix) == action


def test_inner_packet_of_an_icmp_error_never_speaks():
    event = read_line(
        "Oct  5 03:04:11 fw1 kernel: DROP IN=eth0 OUT= MAC= PROTO=ICMP TYPE=3 CODE=3 "
        "[SRC=203.0.113.83 DST=203.0.113.191 LEN=60 PROTO=UDP SPT=1 DPT=2 LEN=40 ] SRC=203.0.113.1 DST=203.0.113.2",
        NETFILTER,
    )
    assert event is None  # neither address stands outside of the brackets that open first
    event = read_line(
        LINE.replace("PROTO=TCP", "PROTO=ICMP TYPE=3 CODE=1 [SRC=203.0.113.1 DST=203.0.113.2 PROTO=UDP ] X=1")
    )
    assert (event.src, event.dst, event.protocol, event.flags) == ("192.0.2.7", "198.51.100.9", "icmp", "3/1")


def test_of_a_key_that_comes_twice_the_first_counts():
    event = read_line(LINE + " SRC=203.0.113.1 DST=203.0.113.2 DPT=1 PROTO=UDP")
    assert (event.src, event.dst, event.dst_port, event.protocol) == ("192.0.2.7", "198.51.100.9", 3389, "tcp")


def test_text_inside_quotes_of_a_description_never_speaks():
    described = 'DESCR="IN=x OUT=y SRC=203.0.113.1 DST=203.0.113.2 PROTO=UDP"'
    event = read_line(f"Jun 13 23:29:15 gw [WAN_LOCAL-D-1] {described} IN=eth8 OUT= MAC= {PACKET}")
    assert (event.src, event.in_interface, event.rule) == ("192.0.2.7", "eth8", "[WAN_LOCAL-D-1]")


def test_a_name_that_somebody_typed_at_a_prompt_is_no_packet():
    typed = f"Failed password for invalid user FW-ACCEPT IN=eth0 OUT= {PACKET} from 192.0.2.66 port 4 ssh2"
    event = read_line(f"Oct  5 03:04:05 fw1 sshd[9]: {typed}")
    assert (event.kind, event.src, event.outcome) == ("auth", "192.0.2.66", "failure")
    for program in ("sshd", "login[1]", "dropbear[1]", "cron", "app"):
        assert read_line(f"Oct  5 03:04:05 fw1 {program}: user IN=eth0 OUT= {PACKET}", NETFILTER) is None


def test_ports_and_addresses_that_cannot_be_are_not_there():
    event = read_line(LINE.replace("DPT=3389", "DPT=99999").replace("SRC=192.0.2.7", "SRC=192.0.2.700"))
    assert (event.src, event.dst_port) == ("", None)


def test_last_message_repeated_stands_for_the_line_before():
    lines = [
        LINE.encode(),
        b"Oct  5 03:04:09 fw1 last message repeated 5 times",
        b"Oct  5 03:04:09 fw2 last message repeated 5 times",
    ]
    block = read_block(lines, NETFILTER)
    assert (block.rows, block.unparsed) == (2, [2])
    assert block.columns["times"] == [1, 5]
    assert block.columns["dst_port"] == [3389, 3389]
    assert block.columns["at"][1].second == 9


def test_repeat_at_the_beginning_of_a_block_is_of_the_last_line_of_the_block_before():
    first = read_block([LINE.encode()], NETFILTER)
    second = read_block([b"Oct  5 03:04:09 fw1 last message repeated 2 times"], NETFILTER, first.last)
    assert (second.rows, second.columns["times"], second.columns["src"]) == (1, [2], ["192.0.2.7"])


# Of every part the first is the usual one; the others are rare, impossible or hostile.
TCP, UDP = "PROTO=TCP SPT=40000 DPT=22 WINDOW=1 RES=0x00 SYN URGP=0", "PROTO=UDP SPT=53 DPT=65535 LEN=8"
PARTS = (
    ["", "<4>", "<400>"],
    ["Oct  5", "Oct 15", "Oct 5", "Feb 29", "Feb 30", "Oct  0"],
    [" 03:04:05 ", " 23:59:60 ", " 24:00:00 ", " 3:04:05 "],
    ["fw1", "fw-1.example", "192.0.2.1", "fw:1", "a[1]:", "fw1 user.info"],
    [" kernel: ", " ulogd: ", " sshd[1]: ", " "],
    ["[7.5] ", "[  700000.000001] ", "", "[x] "],
    ["FW-DROP ", "[UFW BLOCK] ", "", "DROP:", "x=IN= ", "Wan drop ", "Jan ", "message repeated 2 times: [ ", "é ", "IN=a OUT=b ", "x: "],
    ["IN=eth0 OUT=eth1", "IN= OUT=lo", "IN=eth0 OUT=", "IN=br-lan.7@if2 OUT=x\x00y", "IN=e=1 OUT=", "AIN=eth0 OUT="],
    [" MAC=00:11:22 ", " MAC= ", " ", " PHYSIN=a MAC= ", "  "],
    ["SRC=192.0.2.1 ", "SRC=2001:0db8::1 ", "SRC=192.0.2.300 ", "SRC=::ffff:192.0.2.1 ", "SRC=1 ", "SRC=192.0.02.1 ", "SRC= ", ""],
    ["DST=198.51.100.1 ", "DST=ff02::1 ", "DST=999.1.1.1 ", "DST="],
    ["LEN=44 TOS=0x00 PREC=0x00 TTL=51 ID=4711 DF ", "LEN=44 TC=0 HOPLIMIT=1 FLOWLBL=0 ", "TTL=1 "],
    [
        TCP, UDP, "PROTO=ICMP TYPE=8 CODE=0 ID=1 SEQ=2", "PROTO=ICMPv6 TYPE=135 CODE=0", "PROTO=ICMP TYPE=3 CODE=3 [SRC=203.0.113.1 PROTO=UDP ]",
        TCP.replace("SYN", "ACK PSH"), TCP.replace("SYN", "SYN SYN"), TCP.replace("SYN ", ""), TCP.replace("SYN", "XXX"), TCP.replace("22", "65536"),
        UDP.replace("53", "007"), UDP.replace("53", ""), UDP.replace("UDP", "SCTP"), UDP.replace("UDP", "6"), "PROTO=2", "PROTO=",
    ],
    ["", " ", " MARK=0xd4", "\r", "\x00", " SRC=1.1.1.1", " ]"],
)  # fmt: skip


def line_of(seed):
    """Build a line of which most parts are usual."""
    random = Random(seed)  # noqa: S311 - drawn by hypothesis
    return "".join(part[0] if random.random() < 0.9 else random.choice(part) for part in PARTS)


def read_slowly(line):
    framed = frame(line)
    event = parse(framed)
    return None if event is None else event._replace(times=event.times * framed.times)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 2**32), min_size=1, max_size=30))
def test_quick_way_says_exactly_what_the_slow_one_does(seeds):
    lines = [line_of(seed) for seed in seeds]
    block = parse_block(lines)
    read = [place for place in range(len(lines)) if place not in block.unparsed]
    assert [event_at(block, row) for row in range(block.rows)] == [read_slowly(lines[place]) for place in read]
    whole = read_block([line.encode() for line in lines], NETFILTER)
    slowly = [event for line in lines if (event := read_slowly(line)) is not None]
    assert [event_at(whole, row) for row in range(whole.rows)] == slowly


def test_quick_way_is_the_one_mostly_taken_and_never_differs():
    lines = [line_of(seed) for seed in range(3000)]
    block = parse_block(lines)
    left = set(block.unparsed)
    read = [line for place, line in enumerate(lines) if place not in left]
    assert 1000 < block.rows == len(read)
    for row, line in enumerate(read):
        assert event_at(block, row) == read_slowly(line), line


def test_quick_way_takes_what_a_kernel_mostly_writes():
    usual = [
        LINE,
        LINE.replace("[7.5] FW-DROP ", "[UFW BLOCK] "),
        LINE.replace("PROTO=TCP", "PROTO=TCP").replace("192.0.2.7", "192.0.2.8") + " ",
    ]
    assert parse_block(usual).unparsed == []
    assert parse_block([*usual, "", LINE + "\r"]).unparsed == [3, 4]


def test_a_block_of_one_format_is_read_as_its_lines_are():
    lines = [LINE, "no packet at all", LINE.replace("Oct  5", "2026-10-05T03:04:05Z").replace(" 03:04:05 ", " "), LINE]
    block = read_block([line.encode() for line in lines], NETFILTER)
    assert block.unparsed == [1]
    assert isinstance(block.last, Event)
    assert [event_at(block, row) for row in range(block.rows)] == [
        read_line(line) for line in lines if line != "no packet at all"
    ]


def test_quick_way_takes_lines_as_syslog_brings_them():
    lines = ["<4>" + LINE, LINE, "<191>" + LINE, "<192>" + LINE, "<04>" + LINE]
    block = parse_block(lines)
    assert block.unparsed == [3, 4]
    assert block.columns["severity"] == [4, None, 7]
    assert [event_at(block, row) for row in range(3)] == [read_slowly(line) for line in lines[:3]]
