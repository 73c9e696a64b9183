"""How the intake stands, in numbers for whoever runs the house. [FW-3, FW-6]"""

import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import func
from sqlmodel import col, select

from firewall_audit import place
from firewall_audit.intake.segments import CLOSED
from firewall_audit.models import IntakeEvent, IntakeStanding, LogBatch, LogUpload, NetworkDevice
from firewall_audit.models.uploads import WAITING
from kernel import clock
from kernel.db import read_session

SECONDS: Final = 300.0
"""For so long the size of the store stands: it has many files."""
_measured: list[tuple[float, Path, int]] = []


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts by the short names of devices; bytes; seconds."""

    lines: Mapping[str, int]
    dropped: Mapping[str, int]
    missing: Mapping[str, int]
    unread: Mapping[str, int]
    batches: Mapping[str, int]
    spool_bytes: int
    oldest_segment: float
    """Seconds that the oldest closed segment has waited; 0 where none waits."""
    store_bytes: int
    free_bytes: int
    uploads: int
    """Files sent by a browser that wait to be taken in."""


def figures() -> Figures:
    """Count what came in and what was lost since the house began, and measure what lies on disk."""
    events: dict[str, dict[str, int]] = defaultdict(dict)
    with read_session() as session:
        slugs = {row[0]: row[1] for row in session.execute(select(col(NetworkDevice.id), col(NetworkDevice.slug)))}
        heard = session.execute(select(col(IntakeStanding.device_id), col(IntakeStanding.received))).all()
        told = session.execute(
            select(col(IntakeEvent.kind), col(IntakeEvent.device_id), func.sum(IntakeEvent.count))
            .where(col(IntakeEvent.kind).in_(["dropped", "missing"]))
            .group_by(col(IntakeEvent.kind), col(IntakeEvent.device_id))
        ).all()
        kept = session.execute(
            select(col(LogBatch.device_id), func.count(), func.sum(LogBatch.unparsed)).group_by(col(LogBatch.device_id))
        ).all()
        waiting = session.execute(
            select(func.count()).select_from(LogUpload).where(LogUpload.state == WAITING)
        ).scalar_one()
    for kind, device, count in told:
        events[kind][slugs.get(device, "unknown") if device else "unknown"] = int(count)
    folder = place.folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    spool, oldest = _spool(folder / "spool")
    return Figures(
        lines={slugs.get(device, "unknown"): count for device, count in heard}, dropped=events["dropped"],
        missing=events["missing"], unread={slugs[device]: int(unread) for device, _, unread in kept},
        batches={slugs[device]: count for device, count, _ in kept}, spool_bytes=spool, oldest_segment=oldest,
        store_bytes=_size(folder / "batches"), free_bytes=shutil.disk_usage(folder).free, uploads=waiting,
    )  # fmt: skip


def _spool(folder: Path) -> tuple[int, float]:
    """Return the bytes of the spool, and for how many seconds its oldest closed segment has waited."""
    size, oldest = 0, 0.0
    for path in folder.glob("*/*"):
        try:
            found = path.stat()
        except FileNotFoundError:  # taken in meanwhile
            continue
        size += found.st_size
        if path.suffix == CLOSED:
            oldest = max(oldest, clock.now().timestamp() - found.st_mtime)
    return size, oldest


def _size(folder: Path) -> int:
    for at, known, size in _measured:
        if known == folder and clock.monotonic() - at < SECONDS:
            return size
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # dropped meanwhile
            continue
    _measured[:] = [(clock.monotonic(), folder, total)]
    return total
