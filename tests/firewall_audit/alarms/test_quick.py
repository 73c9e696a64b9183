"""Lines with their priority taken off say what they say with it."""

from firewall_audit.alarms import quick
from firewall_audit.events import Event
from firewall_audit.formats import named, read_block
from firewall_audit.formats.block import event_at
from tests.firewall_audit.alarms.conftest import scan

ODD = [
    b"<13>Nov 23 10:00:00 edge kernel: nothing of a packet",
    b"<4>Nov 23 10:00:01 edge last message repeated 3 times",
    b"<30>Nov 23 10:00:02 edge cron[12]: a word",
    b"<4>Feb 30 10:00:00 edge kernel: FW-DROP IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2",
]


def events(lines: list[bytes], *, is_quick: bool) -> tuple[list[Event], list[int]]:
    formats = named("netfilter")
    block = quick.read(lines, formats, None) if is_quick else read_block(lines, formats)
    return [event_at(block, row) for row in range(block.rows)], block.unparsed


def test_priority_taken_off_changes_nothing_that_is_said() -> None:
    lines = [line for nth, each in enumerate(scan(40)) for line in (each, ODD[nth % 4])]
    assert events(lines, is_quick=True) == events(lines, is_quick=False)


def test_lines_of_another_form_are_left_as_they_are() -> None:
    lines = [*scan(3), b"<999>Nov 23 10:00:00 edge", scan(1)[0].removeprefix(b"<4>"), b""]
    assert events(lines, is_quick=True) == events(lines, is_quick=False)
