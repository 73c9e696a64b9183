"""Lines that were written to mislead or to break: no format raises, takes long, or lets quoted text speak."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firewall_audit.events import LONGEST_DETAIL
from firewall_audit.formats import FORMATS, LONGEST_LINE, read_block, read_line
from firewall_audit.formats.envelope import frame

SAMPLES = {
    file.stem: [json.loads(line)["line"] for line in file.read_text(encoding="utf-8").splitlines()]
    for file in sorted((Path(__file__).parent / "samples").glob("*.jsonl"))
}
LINES = [line for lines in SAMPLES.values() for line in lines]
EACH = pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_are_an_event_or_unread(raw):
    read_line(raw)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(LINES), st.integers(0, 400), st.integers(0, 40), st.text(max_size=30))
def test_a_real_line_cut_and_filled_in_never_breaks_a_format(line, place, length, filling):
    framed = frame(line[:place] + filling + line[place + length :])
    for one in FORMATS:
        event = one.parse(framed)
        assert event is None or (len(event.detail) <= LONGEST_DETAIL and event.times >= 1)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(LINES), st.sampled_from(LINES), st.integers(0, 300))
def test_two_real_lines_in_one_never_break_a_format(first, second, place):
    framed = frame(first[:place] + second)
    for one in FORMATS:
        one.parse(framed)


@pytest.mark.parametrize("line", LINES)
def test_nul_bytes_and_ends_of_line_change_nothing(line):
    assert read_line(line.encode() + b"\x00\r\n") == read_line(line)


def seconds(one, text):
    framed = frame(text)
    begin = time.process_time()
    one.parse(framed)
    return time.process_time() - begin


FILLINGS = (
    "a",
    " ",
    "=",
    '"',
    '\\"',
    "a=",
    'a="',
    " from 1",
    "from 1.1.1.1 port 1 ",
    ",",
    "[",
    "(",
    "%",
    ": ",
    "|",
    "\t",
    "{",
    '{"a":',
    "1.",
    "user x ",
)


@EACH
def test_a_line_of_64_kb_takes_time_in_proportion(one):
    starts = ["", *(line[:200] for line in SAMPLES.get(one.samples or one.name, [])[:3])]
    for filling in FILLINGS:
        for start in starts:
            text = (start + filling * LONGEST_LINE)[:LONGEST_LINE]
            if (long := seconds(one, text)) > 0.05:
                # Four times the text: in proportion four times the time, in squares sixteen.
                long, short = (
                    min(seconds(one, text[:length]) for _ in range(3)) for length in (len(text), len(text) // 4)
                )
                assert long < short * 10 + 0.05, f"{one.name}: {filling!r} after {start!r}"


def test_a_block_of_hostile_lines_is_read_line_by_line():
    raw = [b"", b"\xff\xfe", b"\x00" * 10, LINES[0].encode(), b"a\nb", b"\r", "é".encode("latin-1")]
    block = read_block(raw)
    assert block.rows + len(block.unparsed) == len(raw)
    assert 3 not in block.unparsed
