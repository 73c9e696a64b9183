"""Table of log files that people send by their browser: begun, sent in parts, taken in by the worker. [FW-3]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from firewall_audit.models.devices import GOVERNED
from kernel.db import HOUSE, Record, Utc

SENDING, WAITING, TAKEN, REFUSED, DROPPED = "sending", "waiting", "taken", "refused", "dropped"


class LogUpload(Record, table=True):
    """A file of a device's lines on its way: sending until every part is here, waiting until the worker has taken it in.

    Which parts are here stands beside the file on disk, not in this row: a part is no deed of its own.
    """

    __tablename__ = "log_upload"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("state in ('sending', 'waiting', 'taken', 'refused', 'dropped')", name="log_upload_state"),
        CheckConstraint("size > 0 and part_size > 0", name="log_upload_size"),
        CheckConstraint("(state = 'taken') = (batch_id is not null)", name="log_upload_taken"),
        Index("log_upload_device", "device_id", "begun_at"),
        Index("log_upload_state_order", "state", "begun_at"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    state: str = SENDING
    name: str
    """The file's name on the sender's machine."""
    size: int = Field(sa_type=BigInteger)
    """Bytes, packed as the file is."""
    part_size: int
    """Bytes of every part but the last."""
    dated_at: datetime = Field(sa_type=Utc)
    """When the file was last written, or the end of the year that was chosen: by it the years of lines without one are found."""
    zone: str = ""
    """Time zone the file was written in; empty: the device's own."""
    partial: bool = False
    """What is readable of a file that breaks off is kept."""
    begun_by: UUID
    begun_at: datetime = Field(sa_type=Utc)
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    batch_id: UUID | None = Field(default=None, foreign_key="log_batch.id")
    why: str = ""
    """Why nothing of it was taken in."""
