"""The quick ways of vendors give what the slow one gives, line for line, whatever stands between."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firewall_audit.formats import BY_NAME, read_block, read_line
from firewall_audit.formats.block import event_at
from firewall_audit.formats.keyvalue import pairs
from firewall_audit.formats.shapes import Shapes

QUICK = ("cisco_asa", "fortinet_fortigate", "paloalto")
SAMPLES = {
    name: [
        json.loads(line)["line"]
        for line in (Path(__file__).parent / f"samples/{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for name in QUICK
}
PIECES = [
    "<189>",
    "<9",
    "%ASA-",
    "Mar 14 09:12:01 ",
    "1,2026",
    "date=",
    " ",
    "\r",
    "\x00",
    "\ufeff",
    "message repeated 3 times: [ ",
    "]",
    ",",
    '"',
    "=",
    "\\",
]


def rows(lines, name):
    block = read_block([line.encode() for line in lines], (BY_NAME[name],))
    return [event_at(block, row) for row in range(block.rows)], block.unparsed


def one_by_one(lines, name):
    read = [read_line(line.encode(), (BY_NAME[name],)) for line in lines]
    return [event for event in read if event is not None], [place for place, event in enumerate(read) if event is None]


@pytest.mark.parametrize("name", QUICK)
def test_block_of_samples_is_what_its_lines_are(name):
    lines = SAMPLES[name] * 2
    assert rows(lines, name) == one_by_one(lines, name)
    quick = BY_NAME[name].parse_block(lines)
    assert quick.rows > len(lines) / 2


@pytest.mark.parametrize("name", QUICK)
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_block_of_damaged_lines_is_what_its_lines_are(name, data):
    lines = []
    for _ in range(data.draw(st.integers(1, 4))):
        line = data.draw(st.sampled_from(SAMPLES[name]))
        place = data.draw(st.integers(0, len(line)))
        piece = data.draw(st.sampled_from(PIECES) | st.text(max_size=5))
        lines.append((line[:place] + piece + line[place + data.draw(st.integers(0, 3)) :]).replace("\n", " "))
    lines = [line.encode(errors="replace").decode() for line in lines]
    assert rows(lines, name) == one_by_one(lines, name)


@pytest.mark.parametrize("name", QUICK)
def test_empty_lines_and_other_lines_are_left_over(name):
    lines = ["", "nothing", *SAMPLES[name][:2], "", "last"]
    assert rows(lines, name)[1] == [0, 1, 4, 5]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans(), st.text('xyz \\"=,[', max_size=6)), max_size=6))
def test_what_has_a_shape_says_what_its_pairs_say(parts):
    shapes = Shapes(frozenset("abcdef"))
    text = " ".join(f'{key}="{value}"' if quoted else f"{key}={value}" for key, quoted, value in parts)
    for _ in range(2):  # learned, then known
        found = shapes.read(text)
        assert found is None or found == pairs(text)


def test_line_with_a_key_inside_a_value_does_not_fit_the_shape_of_another():
    shapes = Shapes(frozenset({"src", "act"}))
    assert shapes.read('src=192.0.2.7 url="a" act=deny') == {"src": "192.0.2.7", "act": "deny"}
    assert shapes.read('src=192.0.2.7 url="a act=allow" act=deny') == {"src": "192.0.2.7", "act": "deny"}
    assert shapes.read('src=192.0.2.7 url="a\\" act=allow" act=deny') is None


def test_sender_of_ever_new_shapes_teaches_no_more():
    shapes = Shapes(frozenset({"src"}))
    for number in range(400):
        shapes.read(f"src=192.0.2.7 k{number}=1")
    assert shapes.size == 256
    assert shapes.read("src=192.0.2.7 k5=2") == {"src": "192.0.2.7"}
    assert shapes.read("src=192.0.2.7 k399=2") is None
