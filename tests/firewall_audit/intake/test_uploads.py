"""Files sent by a browser: in parts and in any order, once, refused where the disk has no room, taken in by the worker, killed in the middle."""

import gzip
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from firewall_audit import devices, place
from firewall_audit.intake import batches, files, parcels, preview, taking, uploading, uploads
from firewall_audit.intake.parcels import Parcel, Progress
from firewall_audit.intake.uploads import UploadPage
from firewall_audit.models import NetworkDevice
from kernel.errors import Conflict, Malformed, Refused
from tests import world
from tests.firewall_audit.intake.test_files import DROP, week

DATED = datetime(2026, 3, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(place, "settings", place.settings.model_copy(update={"state_folder": tmp_path}))
    monkeypatch.setattr(uploads, "PART", 1000)
    return tmp_path


def pieces(raw: bytes, size: int = 1000) -> list[bytes]:
    return [raw[at : at + size] for at in range(0, len(raw), size)]


def put(parcel: Parcel, raw: bytes, *numbers: int) -> None:
    cut = pieces(raw, parcel.part_size)
    for number in numbers or range(len(cut)):
        parcel.put(number, cut[number], hashlib.sha256(cut[number]).hexdigest())


def test_parts_come_in_any_order_and_twice_and_make_the_file() -> None:
    raw = bytes(range(256)) * 10
    parcel = Parcel(uuid4(), len(raw), 1000)
    put(parcel, raw, 2, 0, 0, 2)
    assert sorted(parcel.held()) == [0, 2]
    assert not parcel.is_whole
    put(parcel, raw, 1)
    assert parcel.is_whole
    assert parcel.data.read_bytes() == raw


def test_a_part_that_is_not_what_its_digest_says_or_has_no_place_is_refused() -> None:
    parcel = Parcel(uuid4(), 1500, 1000)
    with pytest.raises(Malformed, match="as it was sent"):
        parcel.put(0, b"x" * 1000, "0" * 64)
    for number, content in ((-1, b"x"), (2, b"x"), (1, b"x" * 501), (1, b"x" * 499), (0, b"")):
        with pytest.raises(Malformed, match="no place"):
            parcel.put(number, content, hashlib.sha256(content).hexdigest())
    assert parcel.held() == {}


def test_going_on_with_another_file_is_refused() -> None:
    parcel = Parcel(uuid4(), 1500, 1000)
    put(parcel, b"a" * 1500, 0)
    with pytest.raises(Conflict, match="another file"):
        put(parcel, b"b" * 1500, 0)


def test_a_torn_word_of_a_part_is_no_part(state: Path) -> None:
    parcel = Parcel(uuid4(), 3000, 1000)
    put(parcel, b"a" * 3000, 0)
    with (parcel.folder / "parts").open("ab") as file:
        file.write(b"\n1 abc")
    assert list(parcel.held()) == [0]
    put(parcel, b"a" * 3000, 1, 2)
    assert parcel.is_whole


def test_a_full_disk_in_the_middle_keeps_the_parts_before(monkeypatch: pytest.MonkeyPatch) -> None:
    parcel = Parcel(uuid4(), 2000, 1000)
    put(parcel, b"a" * 2000, 0)

    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as now:
        now.setattr(parcels.os, "pwrite", full)
        with pytest.raises(Refused, match="no room"):
            put(parcel, b"a" * 2000, 1)
    assert list(parcel.held()) == [0]
    put(parcel, b"a" * 2000, 1)
    assert parcel.is_whole


def test_progress_survives_a_torn_file() -> None:
    parcel = Parcel(uuid4(), 2000, 1000)
    put(parcel, b"a" * 2000, 0)
    parcel.tell(Progress(10, 2, 1))
    assert parcel.progress() == Progress(10, 2, 1)
    (parcel.folder / "progress.json").write_text("{")
    assert parcel.progress() == Progress()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_first_lines_are_shown_as_the_likely_formats_read_them(pack: Any) -> None:
    head = pack(b"\n".join([b"\x01 nothing", *week(300), b"half a li"]))[:20_000]
    (first, *_) = preview.preview(head, ("netfilter",), "Africa/Porto-Novo", DATED)
    assert (first.name, len(first.rows)) == ("netfilter", 20)
    assert first.read == first.lines - 1
    assert not first.rows[0].read
    assert first.rows[1].at == datetime(2026, 3, 1, 10, 59, 1, tzinfo=UTC)
    assert (first.rows[1].verdict, first.rows[1].source) == ("deny", "198.51.100.7 40")


def test_a_year_that_is_chosen_is_that_of_the_lines() -> None:
    now = datetime(2026, 3, 8, tzinfo=UTC)
    dated = uploads.dated(now, None, 2024, "Africa/Porto-Novo")
    for told, month, day in ((b"Dec 31 23:00:00", 12, 31), (b"Jan  1 02:00:00", 1, 1), (b"Feb 29 12:00:00", 2, 29)):
        line = DROP.replace(b"Mar  %d 11:59:01", told).replace(b"4%d", b"40")
        (likely, *_) = preview.preview(line, (), "Africa/Porto-Novo", dated)
        at = likely.rows[0].at
        assert at is not None
        assert (at.year, at.month, at.day) == (2024, month, day)
    assert uploads.dated(now, datetime(2030, 1, 1, tzinfo=UTC), None, "UTC") == now


@pytest.mark.parametrize(
    "head", [b"", b"\n\n\n", b"\x1f\x8b", b"\x28\xb5\x2f\xfd\x00", b"\x00" * 5000, b"\xff" * 300_000]
)
def test_no_beginning_of_a_file_breaks_the_preview(head: bytes) -> None:
    for one in preview.preview(head, (), "UTC", DATED):
        assert not any(row.read for row in one.rows)


def edge() -> tuple[Any, NetworkDevice]:
    who = world.person(role="network-engineer")
    made = devices.add_device(
        who.actor, slug="edge-1", name="Edge", kind="firewall", vendor="netfilter", owner_id=who.id,
        time_zone="Africa/Porto-Novo",
    )  # fmt: skip
    return who.actor, made


def sent(actor: Any, device: NetworkDevice, raw: bytes, **told: Any) -> UploadPage:
    begun = uploads.begin_upload(
        actor, device.id, **{"name": "week.log", "size": len(raw), "modified_at": DATED} | told
    )
    with pytest.raises(Refused, match="missing"):
        uploads.finish_upload(actor, begun.id)
    put(uploads.parcel_of(begun), raw)
    uploads.finish_upload(actor, begun.id)
    uploading.take_waiting()
    return uploads.read_upload(actor, begun.id)


def test_a_file_is_taken_in_once_and_the_same_file_packed_another_way_says_so(database: str) -> None:
    actor, device = edge()
    raw = b"\n".join([*week(), b"\x01 nothing"])
    told = sent(actor, device, raw)
    assert (told.upload.state, told.lines, told.unparsed, len(told.days)) == ("taken", 501, 1, 7)
    assert not uploads.parcel_of(uploads.list_uploads(actor, device.id).uploads[0]).folder.exists()
    again = sent(actor, device, gzip.compress(raw), name="again.gz")
    assert again.upload.state == "refused"
    assert "taken in already" in again.upload.why
    assert len(list(place.store().manifests())) == 1


def test_a_file_that_breaks_off_says_at_which_byte_and_what_is_readable_can_be_kept(database: str) -> None:
    actor, device = edge()
    raw = gzip.compress(b"\n".join(week(4000)))[:-200]
    told = sent(actor, device, raw, name="broken.gz")
    assert told.upload.state == "refused"
    assert f"at byte {len(raw)}" in told.upload.why
    assert list(place.store().manifests()) == []
    uploads.keep_readable(actor, told.upload.id)
    uploading.take_waiting()
    kept = uploads.read_upload(actor, told.upload.id)
    assert kept.upload.state == "taken"
    assert kept.lines is not None
    assert 0 < kept.lines < 4000


def test_killed_in_the_middle_of_taking_a_file_in_it_is_there_once(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, device = edge()

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as now:
        now.setattr(taking, "take_batch", killed)
        with pytest.raises(KeyboardInterrupt):
            sent(actor, device, b"\n".join(week()))
    with monkeypatch.context() as now:
        now.setattr(uploading, "settle_upload", killed)
        with pytest.raises(KeyboardInterrupt):
            uploading.take_waiting()
    assert uploading.take_waiting() == 1
    (view,) = uploads.list_uploads(actor, device.id).uploads
    (batch,) = batches.list_batches(world.person(role="security-officer").actor)
    assert (view.state, view.batch_id, batch.lines) == ("taken", batch.id, 500)


def test_a_file_that_ends_the_process_each_time_is_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    actor, device = edge()

    def killed(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(uploading, "take_file", killed)
    with pytest.raises(MemoryError):
        sent(actor, device, b"\n".join(week()))
    for _ in range(2):
        with pytest.raises(MemoryError):
            uploading.take_waiting()
    assert uploading.take_waiting() == 1
    (view,) = uploads.list_uploads(actor, device.id).uploads
    assert (view.state, view.kept) == ("refused", True)


def test_a_file_too_large_for_the_disk_is_refused_before_it_is_read(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, device = edge()
    monkeypatch.setattr(parcels.shutil, "disk_usage", lambda _: SimpleNamespace(free=7 << 30))
    uploads.begin_upload(actor, device.id, name="a.log", size=3 << 30)
    with pytest.raises(Refused, match="room for 2048 MB more; this file has 3072 MB"):
        uploads.begin_upload(actor, device.id, name="b.log", size=3 << 30)


def test_a_file_that_nobody_goes_on_with_is_given_up(database: str, state: Path) -> None:
    actor, device = edge()
    begun = uploads.begin_upload(actor, device.id, name="a.log", size=1500)
    parcel = uploads.parcel_of(begun)
    put(parcel, b"a" * 1500, 0)
    stray = parcels.uploads_folder() / str(uuid4())
    stray.mkdir()
    uploading.clear(datetime.now(UTC))
    assert parcel.folder.exists()
    assert not stray.exists()
    uploads.drop_upload(actor, begun.id)
    assert not parcel.folder.exists()
    assert files.listed([parcels.uploads_folder()]) in ([], [parcels.uploads_folder() / "lock"])
