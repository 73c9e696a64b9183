"""Collectors: how a device is asked for its configuration, by which key or certificate it is known, how it went. [FW-2, SW-18]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc

GOVERNED: dict[str, Any] = {"info": {"governed": True}}
OUTCOMES = (
    "",
    "taken",
    "same",
    "unknown-key",
    "other-key",
    "unreachable",
    "refused",
    "too-large",
    "unreadable",
    "no-credential",
)


class Collector(Record, table=True):
    """How one device is asked for its configuration. What it shows of itself is approved once and held against it ever after. [FW-2, SW-18]"""

    __tablename__ = "collector"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("device_id", name="collector_once"),
        CheckConstraint("method in ('ssh', 'api')", name="collector_method"),
        CheckConstraint("port between 1 and 65535 and every_hours between 1 and 744", name="collector_bounds"),
        CheckConstraint(f"outcome in {OUTCOMES}", name="collector_outcome"),
        CheckConstraint("(pinned = '') = (pinned_at is null)", name="collector_pinned"),
        GOVERNED,
    )

    scope: str = Field(default=HOUSE, foreign_key="scope.id")
    device_id: UUID = Field(foreign_key="network_device.id")
    method: str
    dialect: str
    """What is asked, and how: a name of `collectors/dialects.py`."""
    address: str
    port: int
    every_hours: int = 24
    active: bool = True
    pinned: str = ""
    """SHA-256 of the host key, or of the certificate, that the device is known by."""
    pinned_by: UUID | None = None
    pinned_at: datetime | None = Field(default=None, sa_type=Utc)
    shown: str = ""
    """What it showed when it was asked last, where that is not what it is known by."""
    shown_at: datetime | None = Field(default=None, sa_type=Utc)
    wanted_at: datetime | None = Field(default=None, sa_type=Utc)
    """Somebody asked for it now."""
    due_at: datetime = Field(sa_type=Utc)
    asked_at: datetime | None = Field(default=None, sa_type=Utc)
    outcome: str = ""
    failures: int = 0
    """Times on end that it went wrong."""
