"""The devices with the last version of each configuration, and the versions of one: what a list shows, never a configuration itself. [FW-2]"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import col, select

from firewall_audit.models import NetworkDevice
from firewall_audit.models.configurations import ANSWERED, ConfigurationDrift, ConfigurationVersion
from firewall_audit.models.devices import IN_SERVICE
from kernel.action import Work
from kernel.db import HOUSE, Answer
from kernel.reading import reading

MOST = 200


class VersionView(Answer):
    """A version as a list shows it."""

    id: UUID
    device_id: UUID
    number: int
    kind: str
    host: str
    digest: str
    size: int
    rules: int
    unmodelled: int
    secrets: int
    added: int
    removed: int
    source: str
    taken_by: str
    taken_at: datetime
    seen_at: datetime
    seen: int
    baseline_at: datetime | None
    baseline_by: UUID | None

    @classmethod
    def of(cls, row: ConfigurationVersion) -> "VersionView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class DeviceVersions(Answer):
    """A device with the last version of its configuration, and how many changes of it are open."""

    device_id: UUID
    slug: str
    name: str
    kind: str
    latest: VersionView | None
    approved: bool
    """The last version is the approved one, or came by an approved change from it."""
    open: int


@reading("configuration.devices", scope=HOUSE)
def list_device_versions(work: Work) -> list[DeviceVersions]:
    """List the devices with the last version of each, and what of it is open. [FW-2]"""
    devices = list(
        work.select(select(NetworkDevice).where(NetworkDevice.state == IN_SERVICE).order_by(col(NetworkDevice.slug)))
    )
    rows = select(ConfigurationVersion).distinct(col(ConfigurationVersion.device_id))
    last = {
        row.device_id: row
        for row in work.select(
            rows.order_by(col(ConfigurationVersion.device_id), col(ConfigurationVersion.number).desc())
        )
    }
    waiting = select(ConfigurationDrift).where(
        col(ConfigurationDrift.kind).in_(["difference", "event"]),
        col(ConfigurationDrift.verdict).not_in(ANSWERED), col(ConfigurationDrift.settled_at).is_(None),
    )  # fmt: skip
    counted: dict[UUID, int] = {}
    for row in work.select(waiting):
        counted[row.device_id] = counted.get(row.device_id, 0) + 1
    based = set(
        work.select(
            select(ConfigurationVersion.device_id).where(col(ConfigurationVersion.baseline_at).is_not(None)).distinct()
        )
    )
    return [
        DeviceVersions(
            device_id=one.id, slug=one.slug, name=one.name, kind=one.kind, latest=VersionView.of(last[one.id]) if one.id in last else None,
            approved=one.id in based and not counted.get(one.id), open=counted.get(one.id, 0),
        )
        for one in devices
    ]  # fmt: skip


@reading("configuration.list", on=NetworkDevice)
def list_versions(
    work: Work, device: NetworkDevice, *, before: int | None = None, limit: Annotated[int, Field(ge=1, le=MOST)] = 100
) -> list[VersionView]:
    """List the versions of a device's configuration, the newest first; `before` continues after the last number seen. [FW-2]"""
    rows = select(ConfigurationVersion).where(ConfigurationVersion.device_id == device.id)
    if before is not None:
        rows = rows.where(ConfigurationVersion.number < before)
    return [
        VersionView.of(row) for row in work.select(rows.order_by(col(ConfigurationVersion.number).desc()).limit(limit))
    ]
