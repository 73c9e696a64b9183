"""Batches: on record with digest and counts, once, read again; segments that a crash leaves behind are taken in once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from firewall_audit import devices, place
from firewall_audit.intake import batches, draining, events, taking
from firewall_audit.intake.segments import UNKNOWN, closed
from firewall_audit.intake.spool import Spool
from firewall_audit.intake.taking import Counted
from firewall_audit.models import NetworkDevice
from kernel import db
from kernel.errors import Conflict, Denied, NotFound
from tests import world

pytestmark = pytest.mark.usefixtures("state")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
DROP = b"<4>Mar  2 11:59:%02d edge-1 kernel: FW-DROP IN=eth0 OUT= SRC=198.51.100.7 DST=192.0.2.10 LEN=60 PROTO=TCP SPT=4000 DPT=22 SYN"


def edge(**more: Any) -> NetworkDevice:
    who = world.person(role="network-engineer")
    told: dict[str, Any] = {"name": "Edge", "kind": "firewall", "vendor": "netfilter", "owner_id": who.id} | more
    return devices.add_device(who.actor, slug="edge-1", **told)


def spooled(lines: list[bytes], *, device: str = "edge-1", sender: str = "192.0.2.1") -> Path:
    folder = draining.spool_folder()
    with Spool(folder, most_bytes=1 << 30, age=timedelta(minutes=1)) as spool:
        spool.add(device, sender, lines)
        spool.flush(NOW)
    return folder


def test_a_segment_becomes_a_batch_and_goes(database: str) -> None:
    device = edge(time_zone="Africa/Porto-Novo")
    folder = spooled([DROP % 1, DROP % 2, b"\x01 nothing that anybody writes"])
    assert draining.drain(folder) == 1
    assert closed(folder) == []
    officer = world.person(role="security-officer")
    (batch,) = batches.list_batches(officer.actor, device_id=device.id)
    assert (batch.lines, batch.events, batch.unparsed) == (3, 2, 1)
    assert batch.first_at == datetime(2026, 3, 2, 10, 59, 1, tzinfo=UTC)
    assert batch.days == ["2026-03-02"]
    told = batches.read_unparsed(officer.actor, batch.id)
    assert told.lines == [(2, "\x01 nothing that anybody writes")]
    assert draining.drain(folder) == 0


def test_killed_before_the_segment_went_the_batch_is_there_once(database: str) -> None:
    edge()
    folder = spooled([DROP % 1])
    (segment,) = closed(folder)
    raw = segment.read_bytes()
    draining.drain(folder)
    segment.write_bytes(raw)
    draining.drain(folder)
    assert closed(folder) == []
    assert len(batches.list_batches(world.person(role="security-officer").actor)) == 1


def test_killed_before_the_record_the_batch_is_put_on_record_later(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge()
    folder = spooled([DROP % 1])
    with monkeypatch.context() as now:
        now.setattr(taking, "take_batch", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            draining.drain(folder)
    assert len(closed(folder)) == 1
    draining.drain(folder)
    (batch,) = batches.list_batches(world.person(role="security-officer").actor)
    assert batch.lines == 1


def test_the_same_lines_of_two_partners_and_of_two_segments_are_not_one_batch(database: str) -> None:
    edge()
    for sender in ("192.0.2.1", "192.0.2.2", "192.0.2.1"):
        draining.drain(spooled([DROP % 1], sender=sender))
    assert len(batches.list_batches(world.person(role="security-officer").actor)) == 3


def test_lines_of_a_stranger_are_kept_apart_until_a_device_has_its_address(database: str) -> None:
    folder = spooled([DROP % 1], device=UNKNOWN, sender="203.0.113.9")
    spooled([DROP % 2], device=UNKNOWN, sender="203.0.113.10")
    assert draining.drain(folder) == 0
    with db.ungoverned_session() as conn:
        from firewall_audit.models import UnknownSender

        for last in (9, 10):
            row = {"sender": f"203.0.113.{last}", "transport": "udp", "host": "", "first_at": NOW, "last_at": NOW,
                   "lines": 1, "sample": ""}  # fmt: skip
            conn.execute(UnknownSender.__table__.insert().values(row))  # type: ignore[attr-defined]
    assert draining.adopt(folder, LATER) == 0
    edge(senders=["203.0.113.9"])
    assert draining.adopt(folder, LATER) == 1
    assert draining.adopt(folder, LATER) == 0
    (batch,) = batches.list_batches(world.person(role="security-officer").actor)
    assert batch.lines == 1


def test_a_strangers_lines_that_are_still_being_written_are_not_forgotten(database: str) -> None:
    folder = draining.spool_folder()
    events.count_strangers({"203.0.113.9": ("udp", 1, "")}, NOW)
    with Spool(folder, most_bytes=1 << 30, age=timedelta(minutes=1)) as spool:
        spool.add(UNKNOWN, "203.0.113.9", [DROP % 1])
        spool.flush(NOW)
        edge(senders=["203.0.113.9"])
        assert draining.adopt(folder, NOW) == 0, "it was counted a moment ago"
        assert draining.adopt(folder, LATER) == 0, "its segment is open"
    assert draining.adopt(folder, LATER) == 1
    (batch,) = batches.list_batches(world.person(role="security-officer").actor)
    assert batch.lines == 1


def test_a_batch_is_read_again_and_keeps_its_lines(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    device = edge(formats=["suricata"])
    draining.drain(spooled([DROP % 1]))
    officer = world.person(role="security-officer")
    (batch,) = batches.list_batches(officer.actor, unparsed=True)
    assert batch.events == 0
    devices.revise_device(officer.actor, device.id, formats=[])
    batches.ask_again(officer.actor, batch.id)
    for _ in range(2):
        taking.read_again(str(batch.id))
    (again,) = batches.list_batches(officer.actor)
    assert (again.digest, again.lines, again.events, again.unparsed) == (batch.digest, 1, 1, 0)
    assert again.read_again_at is not None
    assert batches.read_unparsed(officer.actor, batch.id).lines == []


def test_counts_of_a_batch_come_from_nobody_but_the_intake(database: str) -> None:
    device = edge()
    for role in ("security-officer", "network-engineer", "technical-director"):
        with pytest.raises((Denied, NotFound)):
            taking.take(
                world.person(role=role).actor, device, [[DROP % 1]], taking.reading_of(device, NOW), Counted(),
                source="file", name="x",
            )  # fmt: skip


def test_the_same_file_twice_is_refused_naming_the_batch(database: str) -> None:
    device = edge()

    def again() -> batches.BatchView:
        reading = taking.reading_of(device, NOW)
        return taking.take(batches.CLERK, device, [[DROP % 1]], reading, Counted(), source="file", name="week.log")

    first = again()
    with pytest.raises(Conflict, match=first.batch[:12]):
        again()


NUMBERED = (
    b'<134>1 2026-03-02T11:59:01Z edge-1 filterlog 9 - [meta sequenceId="%d"] '
    b"5,,,1000000103,em0,match,block,in,4,0x0,,64,%d,0,none,6,tcp,60,198.51.100.7,192.0.2.10,4000,22,0,S,1,,64240,,"
)


def numbered(*numbers: int) -> None:
    draining.drain(spooled([NUMBERED % (number, place) for place, number in enumerate(numbers)]))


def amiss() -> list[tuple[str, int, str]]:
    found = events.list_events(world.person(role="security-officer").actor)
    return [(one.kind, one.count, one.detail) for one in reversed(found)]


def test_numbers_that_never_came_are_told_when_a_batch_is_taken_over_its_end_too(database: str) -> None:
    edge()
    numbered(1, 2, 3, 6, 5, *range(8, 150))
    assert amiss() == [("missing", 2, "edge-1: 4, 7")]
    numbered(*range(160, 300))
    assert amiss()[1:] == [("missing", 10, "edge-1: 150-159")]


def test_a_device_that_began_to_count_anew_or_sent_lines_twice_has_lost_none(database: str) -> None:
    edge()
    numbered(*range(900, 1000))
    numbered(*range(1, 80), 79, 80)
    assert sorted(amiss()) == [("restarted", 1, "edge-1"), ("twice", 1, "edge-1")]


def test_killed_before_the_segment_went_a_gap_is_told_once(database: str) -> None:
    edge()
    folder = spooled([NUMBERED % (number, 1) for number in (1, *range(3, 100))])
    raw = closed(folder)[0].read_bytes()
    path = closed(folder)[0]
    draining.drain(folder)
    path.write_bytes(raw)
    draining.drain(folder)
    numbered(*range(100, 200))
    assert amiss() == [("missing", 1, "edge-1: 2")]


def test_a_clock_that_goes_back_or_runs_ahead_is_told_when_a_batch_is_taken(database: str) -> None:
    edge()
    late = NUMBERED.replace(b"11:59:01Z", b"11:40:01Z")
    ahead = NUMBERED.replace(b"11:59:01Z", b"12:30:01Z")
    draining.drain(spooled([NUMBERED % (1, 1), late % (2, 2)]))
    draining.drain(spooled([ahead % (3, 3)]))
    assert amiss() == [("clock", 1, ""), ("clock", 0, "The clock runs ahead of ours.")]


def test_a_device_renamed_keeps_its_history_and_is_known_by_its_new_name(database: str) -> None:
    device = edge(senders=["edge-1.example.org"])
    draining.drain(spooled([DROP % 1]))
    officer = world.person(role="security-officer")
    devices.revise_device(officer.actor, device.id, name="Edge of Porto-Novo", senders=["gate.example.org"])
    spooled([DROP.replace(b"edge-1", b"gate") % 2], sender="192.0.2.9")
    draining.drain(draining.spool_folder())
    assert [one.device_id for one in batches.list_batches(officer.actor, device_id=device.id)] == [device.id] * 2
    assert {manifest.device for manifest in place.store().manifests()} == {"edge-1"}
    assert taking.device_by_slug("edge-1").name == "Edge of Porto-Novo"
