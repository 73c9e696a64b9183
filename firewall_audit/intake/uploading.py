"""The worker's side of files sent by a browser: one after another is taken in; killed in the middle, it is begun anew and nothing is there twice. [FW-3]"""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import col, select

from firewall_audit.intake.batches import CLERK
from firewall_audit.intake.files import take_file
from firewall_audit.intake.parcels import Progress, uploads_folder
from firewall_audit.intake.uploads import drop_upload, parcel_of, settle_upload
from firewall_audit.models import LogBatch, LogUpload, NetworkDevice
from firewall_audit.models.uploads import DROPPED, REFUSED, SENDING, TAKEN, WAITING
from kernel import clock
from kernel.db import read_session
from kernel.errors import Conflict, Malformed, Refused
from kernel.sweeps import sweep
from policy import book

log = logging.getLogger("omniwarden.intake")
TRIES: Final = 3
TELL_SECONDS: Final = 0.5
BROKEN: Final = "It could not be taken in: the process that reads it was ended three times. Nothing of it was kept."


def are_waiting() -> bool:
    """Tell whether files are whole and wait to be taken in."""
    with read_session() as session:
        return session.scalars(select(LogUpload.id).where(LogUpload.state == WAITING).limit(1)).first() is not None


def take_waiting() -> int:
    """Take every waiting file in, the oldest first; returns how many. Another process that does so already is left alone."""
    count = 0
    with _alone() as alone:
        while alone and (upload := _next()) is not None:
            _take(upload)
            count += 1
    return count


def _next() -> LogUpload | None:
    with read_session() as session:
        rows = select(LogUpload).where(LogUpload.state == WAITING).order_by(col(LogUpload.begun_at)).limit(1)
        found: LogUpload | None = session.scalars(rows).first()
        return found


def _take(upload: LogUpload) -> None:
    parcel = parcel_of(upload)
    with read_session() as session:
        device = session.get(NetworkDevice, upload.device_id)
    begun, watch = _begun(upload), _Watch(upload)
    if device is None or begun is None or not parcel.is_whole:
        _refuse(upload, BROKEN)
        return
    try:
        told = take_file(
            device, parcel.data, zone=upload.zone, partial=upload.partial, source="upload", name=upload.name,
            dated=upload.dated_at, seen=watch.bytes, told=watch.lines,
        ).id  # fmt: skip
    except Conflict as twice:
        own = _own(upload, begun)
        if own is None:
            _refuse(upload, twice.why)
            parcel.remove()
            return
        told = own
    except (Malformed, Refused) as fault:
        _refuse(upload, fault.why)
        return
    settle_upload(CLERK, upload.id, batch_id=told)
    parcel.remove()


def _begun(upload: LogUpload) -> datetime | None:
    """Return when this file was first begun to be read; None when that ended too often."""
    tries = parcel_of(upload).folder / "tries"
    parcel_of(upload).folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = tries.read_text("ascii").split() if tries.exists() else []
    if len(known) >= TRIES:
        tries.unlink()
        return None
    with tries.open("a", encoding="ascii") as file:
        file.write(f"{clock.now().isoformat()}\n")
    return datetime.fromisoformat(known[0]) if known else clock.now()


def _own(upload: LogUpload, begun: datetime) -> UUID | None:
    """Return the batch that this very file became before somebody killed the worker."""
    with read_session() as session:
        rows = select(LogBatch.id).where(
            LogBatch.device_id == upload.device_id, LogBatch.source == "upload", LogBatch.name == upload.name,
            LogBatch.taken_at >= begun,
        )  # fmt: skip
        found: UUID | None = session.scalars(rows.order_by(col(LogBatch.taken_at).desc())).first()
        return found


def _refuse(upload: LogUpload, why: str) -> None:
    settle_upload(CLERK, upload.id, why=why[:500])
    (parcel_of(upload).folder / "tries").unlink(missing_ok=True)


class _Watch:
    """Puts down how far a file is read, twice a second at most."""

    def __init__(self, upload: LogUpload) -> None:
        self._parcel = parcel_of(upload)
        self._bytes = 0
        self._due = 0.0

    def bytes(self, done: int) -> None:
        """Take how many bytes are read."""
        self._bytes = done

    def lines(self, lines: int, unread: int) -> None:
        """Take how many lines are read, and tell."""
        if clock.monotonic() >= self._due:
            self._due = clock.monotonic() + TELL_SECONDS
            self._parcel.tell(Progress(self._bytes, lines, unread))


@sweep("log-uploads", seconds=3600)
def clear(now: datetime) -> None:
    """Give up files of which nothing came for days, and remove what nobody waits for any more. [FW-3]"""
    if not uploads_folder().exists():
        return
    idle = now - timedelta(days=book.number("FW-3", "upload_days"))
    with read_session() as session:
        rows = select(LogUpload).where(col(LogUpload.state).in_([SENDING, REFUSED]), LogUpload.begun_at < idle)
        old = list(session.scalars(rows))
    for one in old:
        if parcel_of(one).touched() < idle.timestamp():
            drop_upload(CLERK, one.id)
    for folder in [one for one in uploads_folder().iterdir() if one.is_dir()]:
        with read_session() as session:
            upload = session.get(LogUpload, UUID(folder.name))
        if upload is None or upload.state in {TAKEN, DROPPED}:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone() -> Iterator[bool]:
    uploads_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(uploads_folder() / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)
