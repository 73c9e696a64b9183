"""Log files that people send by their browser: begun, sent in parts, whole, taken in or refused by the worker. [FW-3]"""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, StringConstraints
from sqlmodel import col, select

from firewall_audit.devices import DeviceView
from firewall_audit.intake.files import check_zone
from firewall_audit.intake.parcels import PART, Parcel, check_room, parts_of
from firewall_audit.models import LogBatch, LogUpload, NetworkDevice
from firewall_audit.models.uploads import DROPPED, REFUSED, SENDING, TAKEN, WAITING
from kernel.action import Work, action
from kernel.db import Answer
from kernel.errors import Refused
from kernel.reading import reading
from policy.approvals import person_of
from policy.workflow import Guard, Step, Workflow

MOST_OPEN = 10
"""Files of one device that may be on their way at a time."""
LISTED = 50
Why = Annotated[str, StringConstraints(max_length=500)]


def parcel_of(upload: LogUpload) -> Parcel:
    """Return what is on disk of an upload."""
    return Parcel(upload.id, upload.size, upload.part_size)


def _whole(_: Work, upload: LogUpload) -> str | None:
    return None if parcel_of(upload).is_whole else "Parts of this file are still missing."


WHOLE = Guard("every part is here", _whole, "FW-3")
UPLOAD_STEPS = Workflow(
    LogUpload,
    SENDING,
    [
        Step(SENDING, "finish", WAITING, (WHOLE,)),
        Step(SENDING, "drop", DROPPED),
        Step(WAITING, "take", TAKEN, clause="FW-3"),
        Step(WAITING, "refuse", REFUSED),
        Step(REFUSED, "keep", WAITING, (WHOLE,)),
        Step(REFUSED, "drop", DROPPED),
    ],
)


class UploadView(Answer):
    """A file on its way, and how far it is: parts that are here, then bytes and lines that are read."""

    id: UUID
    device_id: UUID
    state: str
    name: str
    size: int
    part_size: int
    zone: str
    partial: bool
    dated_at: datetime
    begun_by: UUID
    begun_at: datetime
    settled_at: datetime | None
    batch_id: UUID | None
    why: str
    held: int = 0
    parts: int = 0
    read: int = 0
    lines: int = 0
    unread: int = 0
    kept: bool = False
    """Its bytes are still here."""

    @classmethod
    def of(cls, row: LogUpload) -> "UploadView":
        """Show a row, with what its files on disk say."""
        parcel = parcel_of(row)
        held, done = len(parcel.held()), parcel.progress()
        told = {name: getattr(row, name) for name in cls.model_fields if name in LogUpload.model_fields}
        parts = parts_of(row.size, row.part_size)
        return cls(
            **told,
            held=held,
            parts=parts,
            read=done.bytes,
            lines=done.lines,
            unread=done.unread,
            kept=held == parts,
        )


class UploadPage(Answer):
    """A file on its way, and what became of it."""

    upload: UploadView
    device_name: str
    parts: dict[int, str]
    """Digests of the parts that are here."""
    lines: int | None = None
    unparsed: int | None = None
    days: tuple[str, ...] = ()


class UploadsPage(Answer):
    """A device with the files of its lines that were sent by a browser."""

    device: DeviceView
    uploads: list[UploadView]


@action("log-upload.begin", on=NetworkDevice, answer=UploadView)
def begin_upload(
    work: Work,
    device: NetworkDevice,
    *,
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)],
    size: Annotated[int, Field(gt=0, le=1 << 50)],
    modified_at: AwareDatetime | None = None,
    year: Annotated[int, Field(ge=1990, le=9999)] | None = None,
    zone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)] = "",
    partial: bool = False,
) -> LogUpload:
    """Begin to send a file of this device's lines. It is refused before a byte of it is read where the disk has no room. [FW-3]

    Without a year in its lines it is read as of `year`, else as of when it was last written.
    """
    check_zone(zone)
    rows = select(LogUpload).where(col(LogUpload.state).in_([SENDING, WAITING]))
    going = list(work.select(rows))
    if sum(one.device_id == device.id for one in going) >= MOST_OPEN:
        raise Refused("FW-3", "Too many files of this device are on their way; wait for them or drop one.")
    promised = sum(one.size - min(one.size, len(parcel_of(one).held()) * one.part_size) for one in going)
    check_room(size, promised)
    made = work.add(
        LogUpload(
            scope=device.scope, device_id=device.id, name="".join(c for c in name if c.isprintable()) or "file", size=size,
            part_size=PART, dated_at=dated(work.now, modified_at, year, zone or device.time_zone), zone=zone,
            partial=partial, begun_by=person_of(work), begun_at=work.now,
        )
    )  # fmt: skip
    work.session.flush()
    return made


def dated(now: datetime, modified: datetime | None, year: int | None, zone: str) -> datetime:
    """Return by when the years of lines are found: not later than now. A year is that of its last day but one, since clocks may run ahead."""
    if year is not None:
        return min(datetime(year, 12, 30, 23, 59, 59, tzinfo=ZoneInfo(zone)).astimezone(UTC), now)
    return min(modified or now, now)


@action("log-upload.finish", on=LogUpload, answer=UploadView)
def finish_upload(work: Work, upload: LogUpload) -> LogUpload:
    """Say that every part is sent; the worker takes the file in. [FW-3]"""
    return UPLOAD_STEPS.advance(work, upload, "finish")


@action("log-upload.keep", on=LogUpload, answer=UploadView)
def keep_readable(work: Work, upload: LogUpload) -> LogUpload:
    """Have what is readable of a file that breaks off taken in. [FW-3]"""
    UPLOAD_STEPS.advance(work, upload, "keep")
    upload.partial, upload.why, upload.settled_at = True, "", None
    return upload


@action("log-upload.drop", on=LogUpload, answer=UploadView)
def drop_upload(work: Work, upload: LogUpload) -> LogUpload:
    """Give a file up: what came of it is removed. [FW-3]"""
    UPLOAD_STEPS.advance(work, upload, "drop")
    upload.settled_at = work.now
    work.after_commit(parcel_of(upload).remove)
    return upload


@action("log-upload.settle", on=LogUpload, answer=UploadView)
def settle_upload(work: Work, upload: LogUpload, *, batch_id: UUID | None = None, why: Why = "") -> LogUpload:
    """Put on record what became of a file: the batch it is, or why nothing of it was kept. [FW-3]"""
    if batch_id is not None:
        work.get(LogBatch, batch_id)
        UPLOAD_STEPS.advance(work, upload, "take")
        upload.batch_id = batch_id
    else:
        UPLOAD_STEPS.advance(work, upload, "refuse")
        upload.why = why
    upload.settled_at = work.now
    return upload


@reading("log-upload.list", on=NetworkDevice)
def list_uploads(work: Work, device: NetworkDevice) -> UploadsPage:
    """List the files of a device that were sent by a browser, the newest first. [FW-3]"""
    rows = select(LogUpload).where(LogUpload.device_id == device.id).order_by(col(LogUpload.id).desc()).limit(LISTED)
    return UploadsPage(device=DeviceView.of(device), uploads=[UploadView.of(row) for row in work.select(rows)])


@reading("log-upload.read", on=LogUpload)
def read_upload(work: Work, upload: LogUpload) -> UploadPage:
    """Show a file on its way: which parts are here, how far it is read, what became of it. [FW-3]"""
    batch: Any = work.session.get(LogBatch, upload.batch_id) if upload.batch_id else None
    return UploadPage(
        upload=UploadView.of(upload), device_name=work.get(NetworkDevice, upload.device_id).name,
        parts=parcel_of(upload).held() if upload.state == SENDING else {},
        lines=batch.lines if batch else None, unparsed=batch.unparsed if batch else None,
        days=tuple(batch.days) if batch else (),
    )  # fmt: skip
