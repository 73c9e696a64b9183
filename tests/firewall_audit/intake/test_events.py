"""What a review has to know of the intake: silence told once, losses told exactly, strangers told when they are new."""

from datetime import timedelta

import pytest

from firewall_audit import devices, readings
from firewall_audit.intake import events
from firewall_audit.intake.receiver import Stranger, Tally
from firewall_audit.intake.running import Teller
from firewall_audit.intake.segments import UNKNOWN
from firewall_audit.models import NetworkDevice
from kernel import clock
from kernel.errors import Unavailable
from tests import world


def edge() -> NetworkDevice:
    who = world.person(role="network-engineer")
    return devices.add_device(
        who.actor, slug="edge-1", name="Edge", kind="firewall", vendor="netfilter", owner_id=who.id, longest_silence=10
    )


def kinds(device: NetworkDevice) -> list[str]:
    page = readings.read_device(world.person(role="security-officer").actor, device.id)
    return [one.kind for one in page.events]


def test_silence_is_told_once_and_so_is_its_end(database: str) -> None:
    device, now = edge(), clock.now()
    events.look_for_silence(now)
    assert kinds(device) == []
    events.count_lines({device.id: 5}, now)
    for minutes in (9, 11, 12):
        events.look_for_silence(now + timedelta(minutes=minutes))
    assert kinds(device) == ["silent"]
    events.count_lines({device.id: 1}, now + timedelta(minutes=13))
    for _ in range(2):
        events.look_for_silence(now + timedelta(minutes=14))
    assert kinds(device) == ["heard", "silent"]
    page = readings.read_device(world.person(role="security-officer").actor, device.id)
    assert (page.received, page.silent) == (6, False)


def test_losses_and_strangers_are_told_with_exact_counts(database: str) -> None:
    device, officer = edge(), world.person(role="security-officer")
    tally = Tally(strangers={"203.0.113.9": Stranger("udp", 3, b"<30>\xffwho\x00")})
    tally.lines["edge-1"], tally.dropped["edge-1"], tally.dropped[""], tally.dropped[UNKNOWN] = 7, 2, 40, 1
    teller = Teller()
    teller.tell(tally)
    teller.tell(Tally(strangers={"203.0.113.9": Stranger("udp", 2, b"again")}))
    told = {(one.kind, one.device_id, one.count) for one in events.list_events(officer.actor)}
    assert told == {("dropped", device.id, 2), ("dropped", None, 40), ("dropped", None, 1), ("unknown", None, 1)}
    (stranger,) = events.list_strangers(officer.actor)
    assert (stranger.lines, stranger.sample) == (5, "<30>\ufffdwho")


def test_what_cannot_be_told_now_is_told_later(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    device = edge()
    teller = Teller()
    tally = Tally()
    tally.lines["edge-1"], tally.dropped["edge-1"] = 7, 2

    def away(*_: object) -> None:
        raise Unavailable("The database does not answer.")

    with monkeypatch.context() as now:
        now.setattr(events, "count_lines", away)
        teller.tell(tally)
    teller.tell(Tally())
    teller.tell(Tally())
    page = readings.read_device(world.person(role="security-officer").actor, device.id)
    assert page.received == 7
    assert [(one.kind, one.count) for one in page.events] == [("dropped", 2)]
