"""Many lines at once say what they say one by one, however they are cut; and a format that stumbles costs its own line only."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firewall_audit.events import COLUMNS
from firewall_audit.formats import FORMATS, named, read_block, read_line
from firewall_audit.formats.block import event_at
from firewall_audit.formats.format import Format
from tests.firewall_audit.formats.test_netfilter import LINE

SAMPLES = [
    json.loads(line)["line"].encode()
    for file in sorted((Path(__file__).parent / "samples").glob("*.jsonl"))
    for line in file.read_text(encoding="utf-8").splitlines()
]
REPEAT = b"Oct  5 03:04:09 fw1 last message repeated 3 times"
SOME = st.lists(st.sampled_from([*SAMPLES[::5], LINE.encode(), REPEAT, b"nothing at all", b""]), max_size=12)


def events(block):
    return [event_at(block, row) for row in range(block.rows)]


@settings(deadline=None, max_examples=60)
@given(SOME, st.integers(0, 12), st.sampled_from([FORMATS, named("netfilter"), named("netfilter", "sshd", "logins")]))
def test_where_a_block_is_cut_changes_nothing(lines, cut, formats):
    whole = read_block(lines, formats)
    first = read_block(lines[:cut], formats)
    second = read_block(lines[cut:], formats, first.last)
    assert events(whole) == events(first) + events(second)
    assert whole.unparsed == first.unparsed + [len(lines[:cut]) + place for place in second.unparsed]
    assert whole.rows + len(whole.unparsed) == len(lines)


def test_all_samples_in_one_block_are_what_they_are_alone():
    block = read_block(SAMPLES)
    assert block.unparsed == []
    assert events(block) == [read_line(line) for line in SAMPLES]
    assert all(len(column) == block.rows for column in block.columns.values())
    assert set(block.columns) <= set(COLUMNS)


def test_empty_block():
    block = read_block([])
    assert (block.rows, block.unparsed, block.columns, block.last) == (0, [], {}, None)


@pytest.mark.parametrize("error", [ValueError, KeyError, IndexError, ZeroDivisionError, RecursionError])
def test_a_format_that_stumbles_leaves_its_line_unread_and_those_behind_it_whole(error):
    def stumble(framed):
        if "x" in framed.body:
            raise error
        return read_line(LINE)

    block = read_block([b"a", b"x", b"b"], (Format("stumbling", "Stumbling", 1, (), stumble),))
    assert (block.rows, block.unparsed) == (2, [1])


def test_a_repeat_without_a_line_before_it_is_unread():
    assert read_block([REPEAT]).unparsed == [0]
    assert read_block([b"nothing at all", REPEAT]).unparsed == [0, 1]


def test_a_repeat_of_a_repeat_is_of_the_same_line():
    block = read_block([LINE.encode(), REPEAT, REPEAT])
    assert block.columns["times"] == [1, 3, 3]
