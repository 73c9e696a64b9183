"""Lines that are taken at once say what they say one by one; those that somebody bent are left to be read one by one."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firewall_audit.formats import FORMATS, named, read_line
from firewall_audit.formats.netfilter_template import template_of
from firewall_audit.store import bulk
from firewall_audit.store.columns import NUMBERS, TEXTS, Reading
from firewall_audit.store.joined import Joined
from firewall_audit.store.rows import read_lines
from tools.corpora import records
from tools.parts import PARTS

READING = Reading("fw", datetime(2026, 10, 13, tzinfo=UTC), ("netfilter",))
NETFILTER = named("netfilter")
TCP = "LEN=44 TOS=0x00 PREC=0x00 TTL=51 ID=4711 DF PROTO=TCP SPT=40000 DPT=3389 WINDOW=1024 RES=0x00 ACK PSH URGP=0"
UDP = "LEN=44 TOS=0x00 PREC=0x00 TTL=51 ID=0 PROTO=UDP SPT=53 DPT=65535 LEN=24 "
ICMP = "LEN=44 TOS=0x00 PREC=0x00 TTL=51 ID=0 PROTO=ICMP TYPE=8 CODE=0 ID=1 SEQ=2"
SIX = "LEN=60 TC=0 HOPLIMIT=52 FLOWLBL=0 PROTO=TCP SPT=1 DPT=23 WINDOW=64800 RES=0x00 SYN URGP=0"
LINE = (
    f"Oct  5 03:04:05 fw1 kernel: [700000.123456] FW-DROP IN=eth0 OUT= MAC=00:1b SRC=192.0.2.7 DST=198.51.100.9 {TCP}"
)
SAMPLES = [
    json.loads(line)["line"].encode()
    for file in sorted((Path(__file__).parents[1] / "formats/samples").glob("*.jsonl"))
    for line in file.read_text(encoding="utf-8").splitlines()
]
REPEAT = b"Oct  5 03:04:09 fw1 last message repeated 3 times"

line = st.builds(
    "{}{} {} kernel: {}{}IN={} OUT={} {}{}".format,
    st.sampled_from(["", "", "<4>", "<30>", "<134>", "<191>", "<192>", "<04>"]),
    st.sampled_from(["Oct  5 03:04:05", "Feb 29 23:59:59", "Feb 30 00:00:00", "Oct 05 03:04:05", "Oct  5 24:00:00", "Jan  1 00:00:60"]),
    st.sampled_from(["fw1", "fw2", "gate-1.example", "192.0.2.1", "2024", "EST", "Z", "UTC", "fw1:", "f=1"]),
    st.sampled_from(["", "[700000.123456] ", "[    7.123456] ", "[ 1 7.123456] ", "[7.5]"]),
    st.sampled_from(
        ["", "FW-DROP ", "[UFW BLOCK] ", "DROP(src wan)", "Shorewall:net2fw:DROP:", "Oct  5 03:04:05 ", "Mon, x ", "message repeated 2 times: [ ",
         "DROPIN", "PHYS", "[7.5] x ", "a=b ", "<4>x ", "é ", "accepted: ", "Jan ", "kernel: ", "x "]
    ),
    st.sampled_from(["eth0", "", "br-lan@7", "an-interface-with-a-long-name", 'eth"0']),
    st.sampled_from(["", "eth1", "OUT"]),
    st.sampled_from(["MAC=00:1b:21 ", "MAC= ", "", "PHYSIN=eth3 MAC=00:1b ", "MAC=ZZ "]),
    st.builds(
        "SRC={} DST={} {}".format,
        *[st.sampled_from(["192.0.2.7", "198.51.100.250", "192.0.2.256", "010.0.0.1", "2001:db8::7", "2001:0db8:0000:0000:0000:0000:0000:0001", "::1", "1::2::3", "fe80:::1", "x"])] * 2,
        st.sampled_from([TCP, UDP, ICMP, SIX, TCP + " ", TCP + " MARK=0x1", TCP + " OPT (020405B4) ", TCP + " DPT=22", TCP.replace("40000", "65536"), TCP.replace("3389", "007"),
                         ICMP + " [SRC=1.2.3.4 ]", SIX.replace("TCP", "UDP"), UDP.replace("SPT=53 ", ""), TCP.replace("SPT", "SRC=10.0.0.1 SPT")]),
    ),
)  # fmt: skip
odd = st.sampled_from(
    [REPEAT, REPEAT.replace(b"last", b"la\x00st"), b"", b"\n", b"nothing", b"\xff\xfe", *SAMPLES[::9]]
)


@st.composite
def bent(draw):
    """A line with a byte put in, taken away or changed."""
    text = draw(line).encode()
    place = draw(st.integers(0, len(text)))
    byte = draw(
        st.sampled_from(
            [b"\x00", b" ", b"=", b'"', b"\n", b"\r", b"[", b"\xe9", b",", b"0", b"SRC=10.0.0.1 ", b" IN= OUT= "]
        )
    )
    return text[:place] + byte + text[place + draw(st.integers(0, 3)) :]


@pytest.fixture
def eager(monkeypatch):
    """Take even one line at once."""
    monkeypatch.setattr(bulk, "FEWEST", 0)
    monkeypatch.setattr(bulk, "WORTH", 1)
    monkeypatch.setattr(bulk, "MOST", 1000)
    monkeypatch.setattr(bulk, "SAMPLED", 100_000)


def rows(lines, formats=NETFILTER, reading=READING, before=None):
    table, unread = read_lines(Joined.of(lines), formats, reading, 100, before)
    return table.to_pylist(), unread


def plain(lines, formats=NETFILTER, reading=READING, before=None):
    """The same lines, none of them taken at once."""
    bare = [
        one.__class__(**{name: getattr(one, name) for name in ("name", "title", "version", "marks", "parse")})
        for one in formats
    ]
    return rows(lines, bare, reading, before)


def taken(lines):
    return sum(len(places) for fits in bulk.take(Joined.of(lines).lines, template_of) for places in fits.places)


@pytest.mark.usefixtures("eager")
@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(line.map(str.encode), line.map(str.encode), bent(), odd), max_size=25))
def test_lines_taken_at_once_say_what_they_say_one_by_one(lines):
    found, unread = rows(lines)
    wanted, missed = plain(lines)
    differing = [
        (one["place"], set(one.items()) ^ set(two.items()))
        for one, two in zip(found, wanted, strict=True)
        if one != two
    ]
    assert [(lines[place - 100], values) for place, values in differing] == []
    assert unread == missed


@pytest.mark.usefixtures("eager")
def test_all_samples_say_the_same_by_every_format():
    assert rows(SAMPLES, FORMATS) == plain(SAMPLES, FORMATS)
    assert rows(SAMPLES) == plain(SAMPLES)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("body", [TCP, UDP, ICMP, f"{TCP} ", f"{TCP} OPT (020405B4)"])
@pytest.mark.parametrize("header", ["", "<4>", "<30>", "<134>"])
@pytest.mark.parametrize("prefix", ["FW-DROP ", "[UFW BLOCK] ", "Shorewall:net2fw:DROP:", ""])
def test_what_kernels_mostly_write_is_taken(body, header, prefix):
    line = header + LINE.replace(TCP, body).replace("FW-DROP ", prefix)
    for written in (
        line,
        line.replace("[700000.123456] ", ""),
        line.replace("MAC=00:1b ", ""),
        line.replace("OUT=", "OUT=eth2"),
    ):
        assert taken([written.encode()]) == 1, written
        assert rows([written.encode()]) == plain([written.encode()])


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("FW-DROP", 'FW-DROP "SRC=10.0.0.1"'),
        ("URGP=0", "URGP=0 SRC=10.0.0.1"),
        ("SRC=192.0.2.7", "SRC=192.0.2.7 SRC=10.0.0.1"),
        ("DPT=3389", "DPT=3389\x00"),
        ("FW-DROP", "IN=eth9 OUT= FW-DROP"),
        ("FW-DROP", "x" * 65_536 + "="),
        ("fw1", "2024"),
        ("fw1", "EST"),
        ("FW-DROP", "Oct  6 03:04:05 fw9 kernel: FW-ACCEPT"),
        ("FW-DROP", "message repeated 7 times: [ FW-DROP"),
    ],
)
def test_what_somebody_bent_is_left(old, new):
    line = LINE.replace(old, new).encode()
    assert taken([LINE.encode(), line]) == 1
    assert rows([LINE.encode(), line]) == plain([LINE.encode(), line])


@pytest.mark.usefixtures("eager")
def test_a_prefix_of_64_kb_says_the_same():
    line = LINE.replace("FW-DROP", "FW-DROP" + "x" * 65_000).encode()
    assert rows([line]) == plain([line])


@pytest.mark.usefixtures("eager")
def test_a_repeat_counts_for_the_line_before_it_that_was_taken():
    lines = [LINE.encode(), LINE.replace("3389", "22").encode(), REPEAT, REPEAT, LINE.encode()]
    found, unread = rows(lines)
    assert [(row["dst_port"], row["times"], row["place"]) for row in found] == [
        (3389, 1, 100), (22, 1, 101), (22, 3, 102), (22, 3, 103), (3389, 1, 104),
    ]  # fmt: skip
    assert unread == []
    assert rows(lines[2:], before=read_line(LINE)) == plain(lines[2:], before=read_line(LINE))


@pytest.mark.usefixtures("eager")
def test_zone_and_hosts_of_the_source_hold_for_lines_taken_at_once():
    reading = Reading("fw", READING.arrived, ("netfilter",), "America/New_York", hosts={"fw2": "other"})
    lines = [LINE.encode(), LINE.replace("fw1", "fw2").encode(), b"x", LINE.replace("Oct  5", "Dec 31").encode()]
    assert rows(lines, reading=reading) == plain(lines, reading=reading)
    assert [row["device"] for row in rows(lines, reading=reading)[0]] == ["fw", "other", "fw"]


@pytest.mark.needs("corpora")
@pytest.mark.usefixtures("eager")
def test_lines_of_other_projects_say_the_same():
    folder = PARTS["corpora"].find()
    assert folder is not None
    files = [*sorted(folder.glob("logs/*.jsonl")), *sorted(folder.glob("logs_rules/*.jsonl"))]
    lines = [record["line"].encode() for file in files for record in records(file)]
    for file in sorted(folder.glob("detection/psad_scans/*.log")):
        lines += file.read_bytes().splitlines()
    assert taken(lines) > 2000
    assert rows(lines) == plain(lines)


def test_a_template_names_columns_that_there_are():
    template = template_of(LINE)
    assert {*template.words, *template.same} <= set(TEXTS)
    assert set(template.numbers) <= set(NUMBERS)


def test_many_lines_are_taken_without_being_asked_for():
    lines = [LINE.replace("3389", str(port)).encode() for port in range(5000)]
    lines[7::50] = [LINE.replace("TCP", "SCTP").encode()] * len(lines[7::50])
    assert taken(lines) == 4900
    assert rows(lines) == plain(lines)


def test_lines_that_look_as_if_they_fitted_and_do_not_cost_no_other_its_quick_way():
    lines = [LINE.replace("URGP=0", "URGP=0 MARK=0x1").encode()] * 3000 + [LINE.replace(TCP, UDP).encode()] * 1000
    assert taken(lines) == 1000


@given(st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line), min_size=1, max_size=20))
def test_a_text_of_whole_lines_is_those_lines(lines: list[bytes]) -> None:
    joined, cut = Joined.of(lines), Joined.cut(b"\n".join(lines) + b"\n")
    assert cut.lines.equals(joined.lines)
    assert bytes(cut.text) == bytes(joined.text)
