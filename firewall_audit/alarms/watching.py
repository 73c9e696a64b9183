"""The evaluator: it reads the spool beside the intake, holds the lines against the rules, and raises what they call for. [FW-6]

It writes nothing into the spool and nobody waits for it. How far it is stands in the same transaction as what it raised, so that a
line that is read twice, after it was killed, raises nothing twice and is counted once.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlmodel import select

from firewall_audit.alarms.evaluation import Again, Evaluator, Fired, Rule
from firewall_audit.alarms.following import Came, Follower
from firewall_audit.alarms.ground import ground_of
from firewall_audit.alarms.models import AlarmRule, AlarmWatch
from firewall_audit.alarms.raising import Met, Rung, Standing, beat, take
from firewall_audit.alarms.telling import CLERK
from firewall_audit.alarms.terms import Terms
from firewall_audit.alarms.testing import MARK, token_in
from firewall_audit.events import Event
from firewall_audit.formats import FORMATS, named, read_block
from firewall_audit.formats.envelope import decode
from firewall_audit.formats.format import Format
from firewall_audit.intake import draining
from firewall_audit.intake.running import LOST
from firewall_audit.models import NetworkDevice
from kernel import clock
from kernel.db import read_session, ungoverned_session

log = logging.getLogger("omniwarden.alarms")
LOOK_SECONDS: Final = 0.1
RENEW_SECONDS: Final = 2.0
BEAT_SECONDS: Final = 1.0
AGAIN_SECONDS: Final = 10.0
"""How often what comes again in quiet times is written down."""
MOST_MET: Final = 40
MOST_RUNG: Final = 5
"""So many at once, that one transaction tells no more than it may."""
HORIZON: Final = timedelta(minutes=15)
"""So far back lines are looked at again after a restart, to know what was seen."""


def rules_of(session: Any, now: datetime) -> list[Rule]:
    """Return the rules that are on, in the order of their names."""
    rows = session.scalars(select(AlarmRule).order_by(AlarmRule.slug))
    return [Rule(str(one.id), one.number, Terms.model_validate(one.terms)) for one in rows if one.is_on(now)]


class Watcher:
    """One evaluator over one spool."""

    def __init__(self, folder: Path) -> None:
        now = clock.now()
        with read_session() as session:
            known = session.get(AlarmWatch, 1)
            self._evaluator = Evaluator(rules_of(session, now), ground_of(session))
            self._formats = _formats(session)
        self.follower = Follower(folder, known.positions if known else None, now, HORIZON)
        self._standing = Standing(began_at=now, positions=known.positions if known else {})
        self._before: dict[tuple[str, str], Event | None] = {}
        self._fired: list[Fired] = []
        self._again: dict[tuple[str, tuple[str, ...]], Again] = {}
        self._rung: list[Rung] = []
        self._lines = self._unread = 0
        self._last: datetime | None = None
        self._renewed = self._beaten = self._written = clock.monotonic()

    def step(self) -> int:
        """Judge what has come; return how many lines that were. What cannot be written now is written later, before more is read."""
        if clock.monotonic() - self._renewed >= RENEW_SECONDS:
            self.renew()
        if self._fired or self._rung:
            self.write()
        read = 0
        for came in self.follower.read():
            read += len(came.chunk.lines)
            self._judge(came)
        self._gather()
        self._lag(read)
        at = clock.monotonic()
        if self._fired or self._rung or (self._again and at - self._written >= AGAIN_SECONDS):
            self.write()
        elif at - self._beaten >= BEAT_SECONDS:
            self.beat()
        return read

    def renew(self) -> None:
        """Go by the rules, the register and the book as they are now."""
        self._renewed = clock.monotonic()
        with read_session() as session:
            self._evaluator.renew(rules_of(session, clock.now()), ground_of(session))
            self._formats = _formats(session)

    def write(self) -> None:
        """Put on record what was met, and with it how far the lines have been judged."""
        positions = self.follower.settled()
        met = [_met(one) for one in self._fired] + [_met_again(one) for one in self._again.values()]
        starts = range(0, max(1, len(met)), MOST_MET)
        for start in starts:
            is_last = start == starts[-1]
            standing = self._now(positions) if is_last else self._standing
            rung = self._rung[:MOST_RUNG] if is_last else []
            take(CLERK, met=met[start : start + MOST_MET], rung=rung, standing=standing)
        self._standing = self._now(positions)
        self._fired.clear()
        self._again.clear()
        del self._rung[:MOST_RUNG]
        self._beaten = self._written = clock.monotonic()

    def beat(self) -> None:
        """Say that it lives and how far it is; a position that something unwritten hangs on is not moved."""
        positions = self._standing.positions if self._again else self.follower.settled()
        self._standing = self._now(positions)
        with ungoverned_session() as conn:
            conn.execute(beat(self._standing, clock.now()))
        self._beaten = clock.monotonic()

    def _now(self, positions: dict[str, int]) -> Standing:
        lag = (clock.now() - self._last) // timedelta(milliseconds=1) if self._last else 0
        return Standing(
            began_at=self._standing.began_at, positions=positions, lag_ms=max(0, lag), lines=self._lines,
            unread=self._unread, forgotten=self._evaluator.forgotten, missed=self.follower.missed,
            rules=self._evaluator.rules,
        )  # fmt: skip

    def _lag(self, read: int) -> None:
        if read == 0:
            self._last = None

    def _judge(self, came: Came) -> None:
        chunk = came.chunk
        key = (came.device, chunk.sender)
        block = read_block(chunk.lines, self._formats.get(came.device, FORMATS), self._before.get(key))
        self._before[key] = block.last
        unread = set(block.unparsed)
        places = [one for one in range(len(chunk.lines)) if one not in unread] if unread else range(len(chunk.lines))
        fired = self._evaluator.take(
            came.device, chunk.received, block.columns, block.rows, lambda row: decode(chunk.lines[places[row]])
        )
        if came.is_known:
            self._evaluator.take_again()
            return
        self._gather()
        self._fired += fired
        self._lines += len(chunk.lines)
        self._unread += len(block.unparsed)
        self._last = chunk.received
        for line in chunk.lines:
            if MARK in line and (token := token_in(line)):
                self._rung.append(
                    Rung(token=token, device=came.device, at=chunk.received, line=decode(line)[:600].replace("\0", ""))
                )

    def _gather(self) -> None:
        """Add up who came back in quiet times."""
        for one in self._evaluator.take_again():
            known = self._again.get((one.rule, one.group))
            if known is None:
                self._again[one.rule, one.group] = one
            else:
                known.at, known.count = one.at, known.count + one.count


def _formats(session: Any) -> dict[str, Sequence[Format]]:
    rows = session.execute(select(NetworkDevice.slug, NetworkDevice.formats))
    return {slug: named(*(name for name in told if name in {one.name for one in FORMATS})) for slug, told in rows}


def _met(one: Fired) -> Met:
    lines = tuple(line.replace("\0", "\ufffd") for line in one.lines)
    return Met(
        rule=UUID(one.rule), group=_clean(one.group), at=one.at, first=one.first, count=one.count, device=one.device,
        lines=lines,
    )  # fmt: skip


def _met_again(one: Again) -> Met:
    return Met(rule=UUID(one.rule), group=_clean(one.group), at=one.at, first=one.at, count=one.count, again=True)


def _clean(group: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.replace("\0", "\ufffd")[:300] for part in group)


def watch(stop: threading.Event) -> None:
    """Watch until told to stop; a database that does not answer is waited for, and so is a fault of the disk."""
    folder = draining.spool_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    watcher: Watcher | None = None
    while not stop.is_set():
        try:
            watcher = watcher or Watcher(folder)
            if not watcher.step():
                stop.wait(LOOK_SECONDS)
        except LOST as fault:
            log.warning("alarms wait: %s", fault)
            stop.wait(2)
    if watcher is not None:
        watcher.follower.close()
