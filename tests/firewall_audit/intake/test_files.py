"""Files of lines: packed or not, broken off, twice, of another zone, of any size."""

import gzip
import os
import struct
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firewall_audit import devices, place
from firewall_audit.intake import files, taking, whole
from firewall_audit.intake.framing import LONGEST
from firewall_audit.intake.journal import journal_lines
from firewall_audit.intake.taking import Counted
from firewall_audit.intake.whole import Whole, split_lines
from firewall_audit.models import NetworkDevice
from kernel.errors import Conflict, Malformed, NotFound
from tests import world

DROP = b"Mar  %d 11:59:01 edge-1 kernel: FW-DROP IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.10 LEN=60 PROTO=TCP SPT=4%d DPT=22 SYN"
ENTRY = (
    b"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1772452741000000\n_HOSTNAME=edge-1\nPRIORITY=4\nSYSLOG_FACILITY=0\n"
    b"SYSLOG_IDENTIFIER=kernel\nMESSAGE=FW-DROP IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.10 LEN=60 PROTO=TCP SPT=4000 DPT=22\n\n"
)
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
HUNGRY = """
import gzip, resource, sys
from pathlib import Path
from firewall_audit.intake.files import _blocks
from firewall_audit.intake.taking import Counted
from firewall_audit.intake.whole import count_lines
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with Path(sys.argv[1]).open("rb") as file:
    lines = sum(count_lines(block) for block in _blocks(file, Counted(), partial=False, seen=None))
print(lines, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def blocks(path: Path, *, partial: bool = False) -> tuple[list[bytes], Counted]:
    counted = Counted()
    with path.open("rb") as file:
        return [
            line for block in files._blocks(file, counted, partial=partial, seen=None) for line in one_by_one(block)
        ], counted


def one_by_one(block: Whole) -> Sequence[bytes]:
    return block.removesuffix(b"\n").split(b"\n") if isinstance(block, bytes) else block


def week(lines: int = 500) -> list[bytes]:
    return [DROP % (1 + number % 7, number) for number in range(lines)]


def packed(path: Path, raw: bytes, how: str) -> Path:
    if how == "zstd":
        with pa.CompressedOutputStream(str(path), "zstd") as out:
            out.write(raw)
    else:
        path.write_bytes(gzip.compress(raw) if how == "gzip" else raw)
    return path


@pytest.mark.parametrize("how", ["plain", "gzip", "zstd"])
def test_a_file_is_read_whatever_it_is_packed_in_and_called(tmp_path: Path, how: str) -> None:
    path = packed(tmp_path / "log", b"\r\n".join(week()) + b"\n\n", how)
    assert blocks(path)[0] == week()


@pytest.mark.parametrize("how", ["gzip", "zstd"])
def test_a_packed_file_that_breaks_off_is_refused_with_the_count_or_kept_as_asked(tmp_path: Path, how: str) -> None:
    lines = [os.urandom(40).hex().encode() for _ in range(40_000)]
    path = packed(tmp_path / "log", b"\n".join(lines), how)
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) * 3 // 4])
    with pytest.raises(Malformed, match=r"after \d+ lines; nothing"):
        blocks(path)
    found, counted = blocks(path, partial=True)
    assert counted.partial
    assert found == lines[: len(found)]


def test_a_folder_is_its_files_by_name(tmp_path: Path) -> None:
    for name in ("b.log", "a.log", ".hidden", "deep/c.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [path.name for path in files.listed([tmp_path])] == ["a.log", "b.log", "c.log"]
    with pytest.raises(NotFound):
        files.listed([tmp_path / "nothing"])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_of_another_machine_s_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "log"
    path.write_bytes("première ligne\ndeuxième\n".encode(encoding))
    assert [line.decode() for line in blocks(path)[0]] == ["première ligne", "deuxième"]


def test_a_line_beyond_the_limit_is_cut_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a" * (3 << 20) + b"\nshort\n" + b"b" * LONGEST + b"\r\n" + b"c" * (LONGEST + 1))
    found, counted = blocks(path)
    assert [len(line) for line in found] == [LONGEST, 5, LONGEST, LONGEST]
    assert counted.cut == 2


@PATIENT
@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=6))
def test_lines_do_not_depend_on_how_a_file_is_read(raw: bytes, places: list[int]) -> None:
    cuts = sorted(place for place in places if place <= len(raw))
    pieces = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    assert list(split_lines(pieces)) == list(split_lines([raw]))


LINES = st.lists(st.sampled_from([b"a", b"bc", b"", b"\r", b"d\r", b"\x00", b"e\rf", b"g" * 20]), max_size=40)


@PATIENT
@given(LINES, st.sampled_from([b"\n", b"\r\n"]), st.booleans(), st.lists(st.integers(0, 300), max_size=6))
def test_lines_in_blocks_are_the_lines_one_by_one(
    lines: list[bytes], end: bytes, ended: bool, places: list[int]
) -> None:
    raw = end.join(lines) + end * ended
    cuts = sorted(place for place in places if place <= len(raw))
    pieces = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True) if a < b]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whole, "LONGEST", 12)
        patch.setattr(whole, "TOGETHER", 5)
        patch.setattr(whole, "TOGETHER_BYTES", 30)
        blocks = list(whole.split_blocks(pieces))
        expected = list(split_lines([raw]))
    assert [line for block, _ in blocks for line in one_by_one(block)] == [line for line, _ in expected]
    assert sum(cut for _, cut in blocks) == sum(cut for _, cut in expected)
    assert all(0 < whole.count_lines(block) <= 6 for block, _ in blocks)


def test_a_large_file_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.gz"
    with gzip.open(path, "wb", compresslevel=1) as out:
        for _ in range(100):
            out.write((DROP % (1, 1) + b"\n") * 8000)
    told = subprocess.run([sys.executable, "-c", HUNGRY, str(path)], capture_output=True, text=True, check=True)
    lines, grown = map(int, told.stdout.split())
    assert lines == 800_000
    assert grown < 64 << 10, "kilobytes for 100 MB of lines"


def test_a_journal_export_becomes_lines(tmp_path: Path) -> None:
    binary = ENTRY.replace(b"MESSAGE=FW-DROP", b"MESSAGE\n" + struct.pack("<Q", 7) + b"one\ntwo\nIGNORED=FW-DROP")
    path = tmp_path / "journal.export"
    path.write_bytes(ENTRY + binary + b"__CURSOR=s=3\n\n")
    first, second = blocks(path)[0]
    assert first.startswith(b"<4>1 2026-03-02T11:59:01.000000Z edge-1 kernel - - - FW-DROP IN=eth0")
    assert second.endswith(b"kernel - - - one#012two")
    path.write_bytes(ENTRY + binary[:-80])
    with pytest.raises(Malformed, match="after 1 lines"):
        blocks(path)


@PATIENT
@given(st.binary(max_size=200))
def test_no_journal_breaks_the_reader(raw: bytes) -> None:
    try:
        list(journal_lines([ENTRY, raw]))
    except EOFError:
        return


def edge(**more: Any) -> NetworkDevice:
    who = world.person(role="network-engineer")
    return devices.add_device(
        who.actor, slug="edge-1", name="Edge", kind="firewall", vendor="netfilter", owner_id=who.id, **more
    )


def test_the_same_file_twice_packed_another_way_is_refused_naming_its_batch(database: str, state: Path) -> None:
    device = edge(time_zone="Africa/Porto-Novo")
    told = files.take_file(device, packed(state / "week.log", b"\n".join(week()), "plain"))
    assert (told.lines, told.events, told.unparsed, told.name) == (500, 500, 0, "week.log")
    assert len(told.days) == 7
    with pytest.raises(Conflict, match=told.batch[:12]):
        files.take_file(device, packed(state / "again.gz", b"\n".join(week()) + b"\n", "gzip"))


def test_two_weeks_mixed_another_zone_and_a_clock_going_back_are_read_and_counted(database: str, state: Path) -> None:
    path = state / "mixed.log"
    path.write_bytes(b"\n".join([DROP % (9, 1), DROP % (2, 2), DROP % (9, 3), DROP % (2, 4)]))
    at = datetime(2026, 3, 10, tzinfo=UTC).timestamp()
    os.utime(path, (at, at))
    told = files.take_file(edge(), path, zone="America/New_York")
    assert told.days == ["2026-03-02", "2026-03-09"]
    assert told.first_at == datetime(2026, 3, 2, 16, 59, 1, tzinfo=UTC)
    assert told.last_at == datetime(2026, 3, 9, 15, 59, 1, tzinfo=UTC)
    assert told.backwards == 2
    with pytest.raises(Malformed, match="time zone"):
        files.take_file(taking.device_by_slug("edge-1"), path, zone="Mars/Base")


def test_nothing_of_a_file_that_breaks_off_is_on_record_unless_asked(database: str, state: Path) -> None:
    device = edge()
    path = packed(state / "broken.gz", b"\n".join(week(4000)), "gzip")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(Malformed):
        files.take_file(device, path)
    assert list(place.store().manifests()) == []
    told = files.take_file(device, path, partial=True)
    assert told.partial
    assert 0 < told.lines < 4000
