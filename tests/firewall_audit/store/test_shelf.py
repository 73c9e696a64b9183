import os
import resource
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from firewall_audit.store import Line, Reading, Store, show, unparsed
from kernel.errors import NotFound, Refused
from tests.firewall_audit.written import DAY, START, denied, lines, reading, window, write

pytestmark = pytest.mark.usefixtures("plain")
ROOT = Path(__file__).parents[3]


def files(store: Store) -> list[Path]:
    return sorted(path for path in store.folder.rglob("*") if path.is_file() and path.name != "lock")


def test_batch_tells_what_it_holds(tmp_path):
    store = Store(tmp_path)
    raw = [*lines([denied(0, "192.0.2.1", times=3), denied(DAY, "192.0.2.1")]), b"nonsense", b"\xff\xfe\x00"]
    told = []
    written = store.write_batch([raw[:2], raw[2:]], reading(), source="a.log", seen=lambda *done: told.append(done))
    one = written.manifest
    assert (one.lines, one.read, one.unparsed, one.repeated, one.undated) == (4, 2, 2, 2, 0)
    assert (one.first, one.last) == (START, START + timedelta(days=1))
    assert one.devices == ["fw"]
    assert one.formats == {"plain": 1}
    assert told == [(2, 0), (4, 2)]
    assert store.find(one.batch) == one
    assert list(store.manifests()) == [one]
    assert [shown.raw for shown in unparsed(store, one.batch)] == raw[2:]


def test_same_lines_are_written_once_however_they_are_cut(tmp_path):
    store = Store(tmp_path)
    raw = lines(denied(second, "192.0.2.1", port=second) for second in range(50))
    first = store.write_batch([raw], reading(), source="a.log")
    before = files(store)
    again = store.write_batch([raw[:7], raw[7:]], reading(), source="other name.log")
    assert not first.already
    assert again.already
    assert again.manifest == first.manifest
    assert files(store) == before


def test_same_lines_of_two_partners_are_two_batches(tmp_path):
    store = Store(tmp_path)
    raw = lines([denied(0, "192.0.2.1")])
    one, two = (store.write_batch([raw], reading(sender=sender), source="a").manifest for sender in ("left", "right"))
    assert one.batch != two.batch
    assert one.digest == two.digest
    with window(store) as week:
        assert week.ask("SELECT count(*) FROM events") == [(2,)]


def test_hosts_of_one_source_are_put_to_their_devices(tmp_path):
    store = Store(tmp_path)
    write(store, [denied(0, "192.0.2.1", host="a"), denied(0, "192.0.2.1", host="b")], hosts={"b": "other"})
    with window(store) as week:
        assert week.ask("SELECT device, host FROM events ORDER BY ALL") == [("fw", "a"), ("other", "b")]
    with window(store, devices=["other"]) as week:
        assert week.ask("SELECT host FROM events") == [("b",)]


@pytest.mark.parametrize("name", ["", "../up", "UP", "a/b", "a\n", "x" * 70])
def test_device_that_is_no_name_of_a_folder_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="device"):
        Store(tmp_path).write_batch([[b"x"]], reading(device=name), source="a")


def test_empty_source_is_a_batch_of_nothing(tmp_path):
    store = Store(tmp_path)
    one = store.write_batch([[]], reading(), source="empty").manifest
    assert (one.lines, one.first, one.devices) == (0, None, [])
    with window(store) as week:
        assert week.ask("SELECT count(*) FROM events") == [(0,)]


def test_blocks_that_fail_in_the_middle_leave_nothing(tmp_path):
    def broken():
        yield lines([denied(0, "192.0.2.1")])
        raise OSError("truncated")

    store = Store(tmp_path)
    with pytest.raises(OSError, match="truncated"):
        store.write_batch(broken(), reading(), source="a.gz")
    assert files(store) == []
    assert list(store.manifests()) == []


def test_lines_are_shown_as_they_came(tmp_path):
    store = Store(tmp_path)
    raw = [b"\xff%d\xc3" % number for number in range(20_000)]
    batch = store.write_batch([raw[:9000], raw[9000:]], reading(), source="a").manifest.batch
    places = [0, 8999, 9000, 19_999, 20_000]
    assert [one.raw for one in show(store, [Line(batch, place) for place in places])] == [
        *(raw[p] for p in places[:4]),
        None,
    ]
    assert show(store, [Line("0" * 32, 0)])[0].raw is None


def test_read_again_keeps_the_lines_and_takes_the_place_of_what_was_read(tmp_path):
    store = Store(tmp_path)
    raw = lines(denied(second, "192.0.2.1") for second in range(10))
    old = store.write_batch([raw[:5], raw[5:]], reading(formats=("sshd",)), source="a").manifest
    assert old.read == 0
    new = store.rebuild(old.batch, reading())
    assert (new.read, new.edition, new.digest) == (10, 2, old.digest)
    with window(store) as week:
        assert week.ask("SELECT count(*), min(place), max(place) FROM events") == [(10, 0, 9)]
    assert not list((tmp_path / "batches" / old.batch).glob("events-1"))
    assert store.sweep() == 0


def test_days_are_dropped_but_for_batches_that_are_held(tmp_path):
    store = Store(tmp_path)
    write(store, [denied(0, "192.0.2.1")])
    write(store, [denied(0, "192.0.2.2"), denied(3 * DAY, "192.0.2.2")])
    write(store, [denied(0, "192.0.2.3")])
    held = next(one.batch for one in store.manifests() if "192.0.2.3" in str(show(store, [Line(one.batch, 0)])[0].raw))
    assert len(store.drop_days(date(2026, 10, 6), [held])) == 2
    with window(store) as week:
        assert week.ask("SELECT src FROM events ORDER BY ALL") == [("192.0.2.2",), ("192.0.2.3",)]
    assert store.drop_days(date(2026, 10, 6), [held]) == []
    assert len(store.drop_days(date(2026, 11, 1))) == 2
    assert list(store.manifests()) == []
    assert files(store) == []


def test_batch_taken_out_is_gone(tmp_path):
    store = Store(tmp_path)
    write(store, [denied(0, "192.0.2.1")])
    batch = next(store.manifests()).batch
    store.remove_batch(batch)
    assert files(store) == []
    for ask in (store.find, store.remove_batch):
        with pytest.raises(NotFound):
            ask(batch)


def test_times_of_the_devices_own_clock(tmp_path):
    store = Store(tmp_path)
    told = [
        denied(0, "192.0.2.1") | {"at": at}
        for at in ("2026-07-01T12:00:00", "2026-12-01T12:00:00", "2026-07-01T12:00:00+05:00")
    ]
    told += [denied(0, "192.0.2.1") | {"at": "1904-12-31T23:30:00", "has_year": False}]
    write(store, told[:2], zone="Europe/Berlin", arrived=datetime(2027, 1, 1, tzinfo=UTC))
    write(store, told[2:], zone="Europe/Berlin", arrived=datetime(2027, 1, 1, tzinfo=UTC))
    with window(store, since=datetime(2026, 1, 1, tzinfo=UTC), until=datetime(2027, 1, 2, tzinfo=UTC)) as year:
        found = [f"{at:%Y-%m-%d %H:%M}" for (at,) in year.ask("SELECT moment FROM events ORDER BY moment")]
    assert found == ["2026-07-01 07:00", "2026-07-01 10:00", "2026-12-01 11:00", "2026-12-31 22:30"]


def test_clocks_that_go_back_are_counted(tmp_path):
    store = Store(tmp_path)
    write(
        store,
        [
            denied(second, "192.0.2.1", host=host)
            for second, host in ((600, "a"), (0, "b"), (30, "a"), (60, "b"), (20, "a"))
        ],
    )
    assert next(store.manifests()).jumps == 1


def test_what_a_prefix_means_is_decided_when_asked(tmp_path):
    store = Store(tmp_path)
    write(store, [denied(0, "192.0.2.1", action="", rule="FW-X"), denied(0, "192.0.2.1", action="deny", rule="FW-Y")])
    for prefixes, expected in (({}, {"", "deny"}), ({"FW-": "allow", "FW-X": "deny"}, {"deny", "allow"})):
        with window(store, decided={"fw": prefixes}) as week:
            assert {row[0] for row in week.ask("SELECT action FROM events")} == expected


def test_queries_see_the_store_and_nothing_else(tmp_path):
    store = Store(tmp_path / "store")
    write(store, [denied(0, "192.0.2.1")])
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with window(store) as week, pytest.raises(Exception, match=r"(?i)permission|disabled"):
        week.ask(f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")


def test_full_disk_is_told_and_nothing_is_kept(tmp_path):
    store = Store(tmp_path)
    raw = [os.urandom(100).hex().encode() for _ in range(5000)]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(Refused, match=r"no room for huge\.log: nothing of it was kept"):
            store.write_batch([raw[:50], raw], reading(), source="/somewhere/huge.log")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert files(store) == []


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from firewall_audit.store import Reading, Store
def blocks():
    for number in range(10**6):
        print(number, flush=True)
        yield [b"Oct  5 00:00:00 fw1 kernel: FW-DROP IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=%d " % (number % 60000)] * 200
Store(Path(sys.argv[1])).write_batch(blocks(), Reading("fw", datetime(2026, 10, 6, tzinfo=UTC), ("netfilter",)), source="a")
"""


def test_writer_killed_in_the_middle_leaves_no_batch_and_what_it_left_is_cleared(tmp_path):
    store = Store(tmp_path)
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        while writer.stdout.readline() != b"3\n":
            assert writer.poll() is None
        assert list(store.manifests()) == []
        assert files(store) != []
        assert store.sweep() == 0, "it lives: nobody clears its desk away"
        writer.kill()
    assert list(store.manifests()) == []
    assert store.sweep() == 1
    assert files(store) == []


@pytest.mark.slow
def test_two_processes_read_one_file_as_one_does(tmp_path):
    raw = [
        b"Oct  5 00:%02d:%02d fw1 kernel: FW-DROP IN=eth0 OUT= SRC=192.0.2.%d DST=192.0.2.2 LEN=40 PROTO=TCP SPT=1 DPT=%d WINDOW=1 RES=0x00 SYN URGP=0 "
        % (second // 60 % 60, second % 60, second % 200, second) for second in range(2000)
    ] + [b"Oct  5 01:00:00 fw1 last message repeated 7 times"]  # fmt: skip
    blocks = [raw[:500], raw[500:1500], raw[1500:2000], raw[2000:]]
    how = Reading("fw", datetime(2026, 10, 6, tzinfo=UTC), ("netfilter",))
    one = Store(tmp_path / "1").write_batch(blocks, how, source="a").manifest
    two = Store(tmp_path / "2").write_batch(blocks, how, source="a", workers=2).manifest
    assert one == two
    assert (one.read, one.repeated) == (2001, 6)


def test_sweep_takes_editions_that_nobody_names(tmp_path):
    store = Store(tmp_path)
    write(store, [denied(0, "192.0.2.1")])
    left = tmp_path / "batches" / next(store.manifests()).batch / "events-2" / "fw"
    left.mkdir(parents=True)
    (left / "2026-10-05-000000.parquet").write_bytes(b"half")
    assert store.sweep() == 1
    assert not left.exists()


def test_fresh_desk_without_lock_is_left_alone_for_an_hour(tmp_path):
    store = Store(tmp_path)
    desk = store.work / "just-begun"
    desk.mkdir(parents=True)
    assert store.sweep() == 0
    assert desk.exists()
    os.utime(desk, (time.time() - 7200,) * 2)
    assert store.sweep() == 1
    assert not desk.exists()


def test_question_that_needs_more_memory_than_it_may_have_goes_to_disk(tmp_path):
    store = Store(tmp_path)
    write(store, [denied(0, "192.0.2.1")])
    with window(store, memory="16MB") as week:
        asked = "SELECT count(*) FROM (SELECT DISTINCT range, repeat('x', range % 30) FROM range(300000))"
        assert week.ask(asked) == [(300_000,)]
    assert list(store.work.glob("spill-*")) == []
