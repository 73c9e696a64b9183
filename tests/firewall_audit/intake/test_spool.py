"""The spool: nothing lost that was safe, nothing twice, bounded, and what had no room is counted."""

import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firewall_audit.intake import spool as spools
from firewall_audit.intake.segments import UNKNOWN, Chunk, chunks, closed, recover, written
from firewall_audit.intake.spool import Spool
from kernel.errors import Conflict

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from firewall_audit.intake.spool import Spool
spool = Spool(Path(sys.argv[1]), most_bytes=1 << 30, age=timedelta(seconds=0.2))
number = 0
while True:
    spool.add("edge-1", "192.0.2.1", [b"<30>line %d" % n for n in range(number, number + 50)])
    number += 50
    spool.flush(datetime.now(UTC))
    spool.sync()
    print(number, flush=True)
"""


def opened(folder: Path, most: int = 1 << 30, age: timedelta = MINUTE) -> Spool:
    return Spool(folder, most_bytes=most, age=age)


def lines_in(folder: Path) -> list[bytes]:
    return [line for path in closed(folder) for chunk in chunks(path) for line in chunk.lines]


def test_lines_come_out_as_they_went_in(tmp_path: Path) -> None:
    with opened(tmp_path) as spool:
        spool.add("edge-1", "192.0.2.1", [b"one", b"\xff\x00 two", b""], cut=1)
        spool.flush(NOW)
    (path,) = closed(tmp_path)
    assert path.parent.name == "edge-1"
    assert list(chunks(path)) == [Chunk("192.0.2.1", NOW, 1, [b"one", b"\xff\x00 two", b""])]


def test_two_partners_of_a_cluster_have_segments_of_their_own(tmp_path: Path) -> None:
    with opened(tmp_path) as spool:
        for sender in ("192.0.2.1", "192.0.2.2"):
            spool.add("edge-1", sender, [b"same"])
        spool.flush(NOW)
    assert len(closed(tmp_path)) == 2


def test_a_segment_is_closed_when_it_is_old(tmp_path: Path) -> None:
    with opened(tmp_path) as spool:
        spool.add("edge-1", "a", [b"one"])
        spool.flush(NOW)
        spool.flush(NOW + MINUTE / 2)
        assert closed(tmp_path) == []
        spool.flush(NOW + MINUTE)
        assert len(closed(tmp_path)) == 1


def test_only_one_receiver_writes_a_spool(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(Conflict):
        opened(tmp_path)
    with opened(tmp_path):
        pass


def test_killed_in_the_middle_nothing_safe_is_lost_and_nothing_is_there_twice(tmp_path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    safe = 0
    while safe < 2000:
        safe = int(writer.stdout.readline())
    writer.send_signal(signal.SIGKILL)
    safe = max([safe, *(int(line) for line in writer.stdout.read().split())])
    writer.wait()
    with opened(tmp_path):
        found = lines_in(tmp_path)
    assert found == [b"<30>line %d" % n for n in range(len(found))]
    assert len(found) >= safe


@pytest.mark.parametrize("torn", [1, 10, 30])
def test_a_torn_end_is_cut_off_and_the_rest_is_kept(tmp_path: Path, torn: int) -> None:
    folder = tmp_path / "edge-1"
    folder.mkdir()
    whole, half = (written(Chunk("a", NOW, 0, [text * 20])) for text in (b"one", b"two"))
    (folder / "1.open").write_bytes(whole + half[:-torn])
    assert recover(tmp_path) == len(half) - torn
    assert lines_in(tmp_path) == [b"one" * 20]


def test_a_flipped_bit_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "edge-1"
    folder.mkdir()
    raw = bytearray(written(Chunk("a", NOW, 0, [b"one"])))
    raw[-1] ^= 1
    (folder / "1.open").write_bytes(raw)
    assert recover(tmp_path) == len(raw)
    assert closed(tmp_path) == []


def test_a_full_spool_says_so_and_lines_wait_then_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "MOST_WAITING", 1000)
    with opened(tmp_path, most=100) as spool:
        spool.add("edge-1", "a", [b"x" * 99])
        spool.flush(NOW)
        assert spool.is_full
        assert sum(spool.add("edge-1", "a", [b"y" * 99]) for _ in range(20)) == 10
        spool.flush(NOW)
        assert spool.take_dropped() == {"edge-1": 10}
        assert spool.take_dropped() == {}
        spool.roll()
        for path in closed(tmp_path):
            path.unlink()
        spool.measure()
        assert not spool.is_full or spool._waiting
        spool.flush(NOW)
    assert lines_in(tmp_path) == [b"y" * 99] * 10


def test_strangers_do_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spools, "UNKNOWN_BYTES", 1000)
    with opened(tmp_path) as spool:
        kept = sum(spool.add(UNKNOWN, f"198.51.100.{n}", [b"x" * 99]) for n in range(50))
        assert kept == 10
        assert spool.add("edge-1", "a", [b"x" * 99]) == 1
        assert spool.take_dropped()[UNKNOWN] == 40


def test_a_full_disk_in_the_middle_leaves_no_half_chunk_and_loses_nothing(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with opened(tmp_path) as spool:
            resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
            for number in range(5):
                spool.add("edge-1", "a", [b"%d" % number * 1000])
                spool.flush(NOW)
            assert spool.fault
            assert spool.is_full
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            spool.flush(NOW)
            assert not spool.fault
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert lines_in(tmp_path) == [b"%d" % number * 1000 for number in range(5)]


def test_the_spool_is_nobody_elses(tmp_path: Path) -> None:
    with opened(tmp_path / "spool") as spool:
        spool.add("edge-1", "a", [b"one"])
        spool.flush(NOW)
    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0
    assert closed(tmp_path / "spool")[0].stat().st_mode & 0o077 == 0
