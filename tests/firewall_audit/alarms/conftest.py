"""A house with one firewall, its spool, an engineer on call, and the rules that come with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from firewall_audit import devices, place
from firewall_audit.alarms import oncall, rules
from firewall_audit.alarms.models import Alarm, AlarmRule, AlarmSending
from firewall_audit.alarms.telling import CLERK
from firewall_audit.alarms.watching import Watcher
from firewall_audit.intake.segments import OPEN, Chunk, written
from kernel import clock
from kernel.db import read_session
from tests import world
from tests.iam.conftest import Hands, auditor, hands  # noqa: F401 - fixtures

SCANNER = "203.0.113.66"
LINE = (
    "<4>Nov 23 10:00:{s:02} edge kernel: [1.000000] FW-DROP IN=eth0 OUT= MAC= SRC={src} DST=192.0.2.11 LEN=60 TOS=0x00 PREC=0x00 TTL=52 "
    "ID=1 DF PROTO=TCP SPT=40000 DPT={port} WINDOW=1024 RES=0x00 SYN URGP=0"
)


def scan(ports: int, src: str = SCANNER, first: int = 1) -> list[bytes]:
    """Lines of somebody who tries ports."""
    return [LINE.format(s=port % 60, src=src, port=port).encode() for port in range(first, first + ports)]


@dataclass
class Alarmed:
    """The house: its spool, its people, and the evaluator."""

    folder: Path
    device_id: object
    engineer: world.Somebody
    officer: world.Somebody
    director: world.Somebody
    begun: list[Watcher]
    segment: str = "20261123T100000000000-abcdef"

    def write(self, lines: list[bytes], at: datetime | None = None) -> None:
        """Write a chunk as the receiver does, to the end of the open segment."""
        path = self.folder / "edge" / f"{self.segment}{OPEN}"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(written(Chunk("192.0.2.1", at or clock.now(), 0, lines)))

    def watcher(self) -> Watcher:
        """Begin an evaluator, as after a start or a crash."""
        self.begun.append(Watcher(self.folder))
        return self.begun[-1]

    def alarms(self) -> list[Alarm]:
        """Every alarm, the oldest first."""
        with read_session() as session:
            return list(session.scalars(select(Alarm).order_by(Alarm.id)))  # type: ignore[arg-type]

    def told(self) -> list[tuple[str, object, str]]:
        """Who was told, in order: step, person, channel."""
        with read_session() as session:
            rows = session.scalars(select(AlarmSending).order_by(AlarmSending.id))  # type: ignore[arg-type]
            return [(one.step, one.person_id, one.channel) for one in rows]

    def rule(self, slug: str) -> AlarmRule:
        """A rule by its short name."""
        with read_session() as session:
            return session.scalars(select(AlarmRule).where(AlarmRule.slug == slug)).one()


@pytest.fixture
def alarmed(database: str, hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Alarmed]:  # noqa: F811
    """The house, with nobody on call yet."""
    monkeypatch.setattr(place, "settings", place.settings.model_copy(update={"state_folder": tmp_path}))
    engineer = world.person(role="network-engineer")
    device = devices.add_device(
        engineer.actor, slug="edge", name="Edge", kind="firewall", vendor="netfilter", owner_id=engineer.id,
        formats=["netfilter"], prefixes={"FW-DROP": "deny"}, longest_silence=60,
        zones=[{"name": "dmz", "side": "dmz", "networks": ["192.0.2.0/24"]}],
    )  # fmt: skip
    rules.ship(CLERK)
    folder = tmp_path / "firewall" / "spool"
    folder.mkdir(parents=True)
    officer, director = world.person(role="security-officer"), world.person(role="technical-director")
    made = Alarmed(folder, device.id, engineer, officer, director, [])
    yield made
    for one in made.begun:
        one.follower.close()


@pytest.fixture
def on_call(alarmed: Alarmed, hands: Hands) -> Alarmed:  # noqa: F811
    """The engineer is on call, the officer on the second line."""
    now = hands.now()
    for line, who in (("first", alarmed.engineer), ("second", alarmed.officer)):
        oncall.plan(alarmed.officer.actor, line=line, person_id=who.id, since=now, until=now + timedelta(days=7))
    return alarmed
