"""Lines are kept their time: then their days go, what an open review rests on is held, and the ledger knows the digests."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from firewall_audit import place
from firewall_audit.intake import draining, figures, retention
from firewall_audit.models import LogBatch
from firewall_audit.store import Store
from kernel import db
from tests.firewall_audit.intake.test_batches import DROP, edge, numbered, spooled

LATER = datetime(2026, 3, 3, tzinfo=UTC) + timedelta(days=400)
"""The day when lines of 2 March 2026 are just over their time."""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(place, "settings", place.settings.model_copy(update={"state_folder": tmp_path}))
    return tmp_path


def batch() -> LogBatch:
    with db.read_session() as session:
        found: LogBatch = session.scalars(select(LogBatch)).one()
        return found


def taken() -> None:
    edge()
    draining.drain(spooled([DROP % 1, DROP % 2]))


def test_days_go_when_their_time_is_over_and_not_a_day_before(database: str) -> None:
    taken()
    retention.run(LATER - timedelta(days=1))
    assert len(list(place.store().manifests())) == 1
    retention.run(LATER)
    assert list(place.store().manifests()) == []
    assert batch().dropped == ["2026-03-02"]
    version = batch().version
    retention.run(LATER)
    assert batch().version == version


def test_killed_after_the_record_the_files_go_with_the_next_look(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken()

    def killed(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as now:
        now.setattr(Store, "drop_batch_days", killed)
        with pytest.raises(KeyboardInterrupt):
            retention.run(LATER)
    assert len(list(place.store().manifests())) == 1
    monkeypatch.setattr(retention, "AGAIN", timedelta(days=1000))
    retention.run(LATER)
    assert list(place.store().manifests()) == []
    assert batch().dropped == ["2026-03-02"]


def test_files_go_by_what_is_on_record_and_no_further(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    edge()
    draining.drain(spooled([DROP % 1, (DROP % 2).replace(b"Mar  2", b"Mar  1")]))
    retention.run(LATER - timedelta(days=1))
    assert batch().dropped == ["2026-03-01"]
    monkeypatch.setattr(retention, "spent_days", lambda _: [])  # as where an open review holds the batch by now
    retention.run(LATER)
    kept = [str(one) for one in (place.folder() / "batches").rglob("*2026-03-0*")]
    assert kept
    assert all("2026-03-02" in one for one in kept)


def test_a_batch_that_is_gone_before_its_time_breaks_the_clause(database: str) -> None:
    taken()
    at = datetime(2026, 3, 9, tzinfo=UTC)
    with db.read_session() as session:
        assert retention.log_lines_are_kept_their_time(session, at).violations == []
    place.store().remove_batch(batch().batch)
    with db.read_session() as session:
        assert retention.log_lines_are_kept_their_time(session, at).violations == [batch().ref]
        assert retention.log_lines_are_kept_their_time(session, LATER).population == []


def test_figures_tell_what_came_in_and_what_waits(database: str) -> None:
    edge()
    numbered(1, 2, 3, *range(10, 200))
    spooled([DROP % 1, b"\x01 nothing"])
    found = figures.figures()
    assert found.missing == {"edge-1": 6}
    assert (found.batches, found.unread) == ({"edge-1": 1}, {"edge-1": 0})
    assert found.spool_bytes > 0
    assert found.store_bytes > 0
    assert found.free_bytes > 0
    assert found.oldest_segment >= 0
