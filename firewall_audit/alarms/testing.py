"""A test of the whole way: a marked line through the spool of a device, as its own lines go, to whoever is on call. [FW-6]"""

import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlmodel import col, select

from firewall_audit.alarms.models import Alarm, AlarmTest
from firewall_audit.intake.draining import spool_folder
from firewall_audit.intake.segments import CLOSED, Chunk, sync_folder, written
from firewall_audit.models import NetworkDevice
from firewall_audit.models.devices import IN_SERVICE
from kernel import clock
from kernel.action import Work, action
from kernel.actor import Actor
from kernel.db import HOUSE, read_session
from kernel.errors import Refused, Unavailable

MARK: Final = b"OMNIWARDEN-ALARM-TEST-"
SENDER: Final = "alarm-test"
_LINE: Final = (
    "<6>{at:%b} {at.day:>2} {at:%H:%M:%S} {slug} kernel: {mark}{token} IN=lo OUT= MAC= SRC=127.0.0.1 DST=127.0.0.1 LEN=28 TOS=0x00 "
    "PREC=0x00 TTL=64 ID=1 PROTO=UDP SPT=9 DPT=9 LEN=8"
)


@action("alarm-test.ask", scope=HOUSE)
def ask(work: Work, *, device_id: UUID, token_digest: str) -> AlarmTest:
    """Ask for a test of the alarms through the spool of a device. [FW-6]"""
    device = work.get(NetworkDevice, device_id)
    if device.state != IN_SERVICE:
        raise Refused("FW-6", "A test goes through the lines of a device that is in service.")
    return work.add(
        AlarmTest(device_id=device.id, token_digest=token_digest, asked_at=work.now, asked_by=work.actor.ref)
    )


def ring(actor: Actor, device_id: UUID) -> UUID:
    """Ask for a test, and put its line into the spool. Raises Refused, NotFound, and Unavailable where the spool takes nothing."""
    token = secrets.token_hex(12)
    made = ask(actor, device_id=device_id, token_digest=hashlib.sha256(token.encode()).hexdigest())
    with read_session() as session:
        slug = session.scalars(select(NetworkDevice.slug).where(NetworkDevice.id == device_id)).one()
    at = clock.now()
    put(spool_folder(), slug, at, [_LINE.format(at=at, slug=slug, mark=MARK.decode(), token=token).encode()])
    return made.id


def put(folder: Path, slug: str, at: datetime, lines: list[bytes]) -> None:
    """Lay a segment of a few lines into the spool of a device, as a receiver does. Raises Unavailable."""
    path = folder / slug / f"{at:%Y%m%dT%H%M%S%f}-{os.urandom(3).hex()}.test"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("xb") as file:
            file.write(written(Chunk(SENDER, at, 0, lines)))
            file.flush()
            os.fsync(file.fileno())
        path.rename(path.with_suffix(CLOSED))
    except OSError as error:
        raise Unavailable(f"The spool takes nothing now: {error.strerror}.") from error
    sync_folder(path.parent)


def token_in(line: bytes) -> str:
    """Return the token of a test line; empty where it is none."""
    _, found, rest = line.partition(MARK)
    return rest[:24].decode("ascii", "replace") if found else ""


def seconds_until_raised(test_id: UUID) -> float | None:
    """Return how long the line of a test took to its alarm; None while there is none."""
    with read_session() as session:
        rows = select(AlarmTest.asked_at, Alarm.raised_at).join(Alarm, col(Alarm.id) == AlarmTest.alarm_id)
        found = session.execute(rows.where(AlarmTest.id == test_id)).first()
    return None if found is None else (found[1] - found[0]).total_seconds()
