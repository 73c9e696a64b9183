"""Segments of the spool become batches: one segment is one batch, and goes only when the batch is on record. [FW-3]"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlmodel import col, select

from firewall_audit import place
from firewall_audit.intake.batches import CLERK
from firewall_audit.intake.segments import OPEN, UNKNOWN, chunks, closed
from firewall_audit.intake.taking import Counted, device_by_slug, reading_of, take
from firewall_audit.models import DeviceSender, NetworkDevice, UnknownSender
from kernel.db import read_session, ungoverned_session
from kernel.errors import Conflict, NotFound

log = logging.getLogger("omniwarden.intake")
TOGETHER: Final = 65_536
SETTLED: Final = timedelta(seconds=10)
"""For so long after a stranger was last counted its lines may still be on their way to the disk."""


def spool_folder() -> Path:
    """Return where the spool lies."""
    return place.folder() / "spool"


def drain(folder: Path) -> int:
    """Take in every closed segment of devices; return how many went. A device that has no room for its lines stops nobody else."""
    return sum(_drained(path) for path in closed(folder) if path.parent.name != UNKNOWN)


def _drained(path: Path) -> bool:
    try:
        device = device_by_slug(path.parent.name)
    except NotFound:
        log.warning("the spool holds lines of a device that is not on the register: %s", path.parent.name)
        return False
    _take_segment(path, device, None)
    path.unlink(missing_ok=True)
    return True


def _take_segment(path: Path, device: NetworkDevice, only: str | None) -> None:
    """Put a segment's lines, or those of one sender in it, on record as a batch; what is on record already is left as it is."""
    sender, last = _about(path, only)
    if last is None:
        return
    counted = Counted()
    reading = reading_of(device, last, sender=f"{sender} {path.stem}")
    try:
        take(CLERK, device, blocks(path, counted, only), reading, counted, source="syslog", name=path.stem)
    except Conflict:
        log.info("the segment %s was on record already", path.stem)


def _about(path: Path, only: str | None) -> tuple[str, datetime | None]:
    """Return who sent a segment's lines, and when the last of them came."""
    sender, last = "", None
    for chunk in chunks(path):
        if only is None or chunk.sender == only:
            sender, last = chunk.sender, chunk.received
    return sender, last


def blocks(path: Path, counted: Counted, only: str | None = None) -> Iterator[Sequence[bytes]]:
    """Yield a segment's lines in blocks, a few chunks in memory at a time."""
    waiting: list[bytes] = []
    for chunk in chunks(path):
        if only is not None and chunk.sender != only:
            continue
        counted.size += sum(map(len, chunk.lines)) + len(chunk.lines)
        counted.cut += chunk.cut
        waiting += chunk.lines
        if len(waiting) >= TOGETHER:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def adopt(folder: Path, now: datetime) -> int:
    """Take in what strangers sent who are a device's senders now; return how many strangers that were.

    Whose lines are still being written is taken in once they are: forgotten before, their last lines would belong to nobody. Killed in the
    middle it is begun anew: what is on record already stays as it is.
    """
    with read_session() as session:
        rows = session.execute(
            select(UnknownSender.sender, NetworkDevice)
            .join(DeviceSender, col(DeviceSender.sender) == UnknownSender.sender)
            .join(NetworkDevice, col(NetworkDevice.id) == DeviceSender.device_id)
            .where(UnknownSender.last_at <= now - SETTLED)
        ).all()
    if not rows:
        return 0
    writing = _being_written(folder)
    settled = [(sender, device) for sender, device in rows if sender not in writing]
    for sender, device in settled:
        for path in closed(folder):
            if path.parent.name == UNKNOWN:
                _take_segment(path, device, sender)
        with ungoverned_session() as conn:
            conn.execute(UnknownSender.__table__.delete().where(UnknownSender.sender == sender))  # type: ignore[attr-defined]
    return len(settled)


def _being_written(folder: Path) -> set[str]:
    """Tell whose segments among the strangers' are open."""
    found = set()
    for path in (folder / UNKNOWN).glob(f"*{OPEN}"):
        try:
            first = next(chunks(path), None)
        except FileNotFoundError:  # it was closed meanwhile, and is listed as such
            continue
        if first is not None:
            found.add(first.sender)
    return found
