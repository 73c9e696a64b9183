"""What a device tells of itself, asked of the real store of lines."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firewall_audit.drift.heard import changes_heard, sign_ins_heard, tells
from firewall_audit.store import Reading, Store

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LINES = [
    b"<165>Nov 20 2026 10:00:00 edge-1 : %ASA-5-111010: User 'anna', running 'CLI' from IP 192.0.2.9, executed 'access-list IN extended permit ip any any'",
    b'<165>Nov 20 2026 10:00:05 edge-1 : %ASA-6-605005: Login permitted from 192.0.2.9/51000 to inside:192.0.2.1/ssh for user "anna"',
    b'<166>Nov 20 2026 10:00:07 edge-1 : %ASA-4-106023: Deny tcp src outside:198.51.100.7/4000 dst inside:192.0.2.10/22 by access-group "IN" [0x0, 0x0]',
]  # fmt: skip


@pytest.fixture
def store(state: Path) -> Store:
    kept = Store(state / "firewall")
    kept.write_batch([LINES], Reading(device="edge-1", arrived=AT, formats=("cisco_asa",), zone="UTC"), source="test")
    return kept


def test_changes_and_sign_ins_are_heard_with_account_and_time(store: Store) -> None:
    (change,) = changes_heard("edge-1", AT - timedelta(hours=3), AT)
    assert (change.account, change.at, change.count) == ("anna", datetime(2026, 11, 20, 10, 0, tzinfo=UTC), 1)
    assert "access-list IN extended permit ip any any" in change.what
    (signed,) = sign_ins_heard("edge-1", AT - timedelta(hours=3), AT)
    assert (signed.account, signed.what.endswith("192.0.2.9")) == ("anna", True)


def test_another_device_and_another_time_say_nothing(store: Store) -> None:
    assert changes_heard("edge-2", AT - timedelta(hours=3), AT) == []
    assert changes_heard("edge-1", AT - timedelta(hours=1), AT) == []
    assert changes_heard("edge-1", AT, AT - timedelta(hours=3)) == []


def test_a_device_tells_of_its_changes_once_it_told_of_one(store: Store) -> None:
    assert tells("edge-1", AT, 90)
    assert not tells("edge-1", AT - timedelta(days=1), 90)
