"""The demonstration house's alarms: who is on call in the coming weeks, one that was answered and closed, a test, and those that wait. [FW-6]"""

from datetime import datetime, time
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlmodel import col, select

from api.demo_firewall import Keepers, acting
from api.demo_lines import BRANCH_SLUG, EARLIER, EDGE_SLUG, PUBLIC, SCANNER, line
from firewall_audit.alarms import alarms, oncall, rules, testing
from firewall_audit.alarms.models import OPEN, Alarm, AlarmTest, OnCallShift
from firewall_audit.alarms.watching import Watcher
from firewall_audit.intake.draining import spool_folder
from firewall_audit.intake.taking import device_by_slug
from kernel import clock
from kernel.db import read_session
from policy import deadlines

DUTY: Final = "firewall-alarm-test"
WEEKS: Final = 12
REJECTED: Final = (
    "<166>{at:%b} {at.day:>2} {at:%Y} {at:%H:%M:%S} edge-bohicon : %ASA-6-113015: AAA user authentication Rejected : reason = Invalid password : "
    "local database : user = admin : user IP = 203.0.113.52"
)


def plan(keepers: Keepers, monday: datetime) -> None:
    """Have the officer plan who is on call: engineer and officer in turn, the director behind them."""
    with read_session() as session:
        if session.scalars(select(OnCallShift.id).limit(1)).first() is not None:
            return
    officer = acting(keepers.officer)
    for told, people in (("first", [keepers.engineer, keepers.officer]), ("second", [keepers.director])):
        oncall.rotate(officer, line=told, people=people, first=monday.date(), hour=time(8), weeks=WEEKS)  # type: ignore[arg-type]  # one of two


def answer_last(keepers: Keepers) -> None:
    """A scan rang, was taken on and closed; a test went the whole way and was answered."""
    deadlines.open_periods(deadlines.CLERK, only=frozenset({DUTY}))
    rules.look(clock.now())
    with read_session() as session:
        if session.scalars(select(AlarmTest.id).limit(1)).first() is not None:
            return
    device = device_by_slug(EDGE_SLUG)
    watcher = Watcher(_folder())
    _scan(EARLIER)
    testing.ring(acting(keepers.officer), device.id)
    _judge(watcher)
    for one in _waiting():
        alarms.acknowledge(acting(keepers.engineer), one)
        words = (
            "Essai du mois, entendu sur le téléphone d'astreinte."
            if _is_test(one)
            else "Balayage refusé, adresse signalée."
        )
        alarms.close(
            acting(keepers.engineer), one, disposition="benign" if _is_test(one) else "true-positive", words=words
        )


def ring_now(keepers: Keepers) -> None:
    """Somebody tries passwords on the branch's firewall, which is taken on; a scan waits for an answer."""
    if _waiting():
        return
    watcher = Watcher(_folder())
    at = clock.now()
    testing.put(_folder(), BRANCH_SLUG, at, [REJECTED.format(at=at).encode()] * 12)
    _judge(watcher)
    for one in _waiting():
        alarms.acknowledge(acting(keepers.engineer), one)
    watcher = Watcher(_folder())
    _scan(SCANNER)
    _judge(watcher)


def _folder() -> Path:
    folder = spool_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _scan(src: str) -> None:
    at = clock.now()
    testing.put(_folder(), EDGE_SLUG, at, [line(at, src, PUBLIC, port, port)[1].encode() for port in range(1, 61)])


def _judge(watcher: Watcher) -> None:
    watcher.step()
    watcher.follower.close()


def _waiting() -> list[UUID]:
    with read_session() as session:
        return list(session.scalars(select(Alarm.id).where(Alarm.state == OPEN).order_by(col(Alarm.raised_at))))


def _is_test(alarm: UUID) -> bool:
    with read_session() as session:
        return session.get_one(Alarm, alarm).kind == "test"
