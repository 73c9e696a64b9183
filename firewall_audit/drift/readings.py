"""What changed on the devices, with its verdict: for the list, and for one device. [FW-2]"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from sqlmodel import col, select

from firewall_audit.models import NetworkDevice
from firewall_audit.models.configurations import ANSWERED, SIGN_IN, ConfigurationDrift
from kernel.action import Work
from kernel.db import HOUSE, Answer
from kernel.reading import reading

MOST = 200


class DriftView(Answer):
    """Something that changed, or was to change, and what of it was approved."""

    id: UUID
    device_id: UUID
    device_slug: str
    device_name: str
    kind: str
    version_id: UUID | None
    what: str
    lines: list[str]
    since: datetime | None
    first_at: datetime
    last_at: datetime
    count: int
    accounts: list[str]
    person_id: UUID | None
    verdict: str
    bound_to: str | None
    unapproved: int
    compared: list[dict[str, str]]
    silent: bool | None
    found_id: UUID | None
    found_ref: str
    settled_at: datetime | None

    @classmethod
    def of(cls, row: ConfigurationDrift, device: NetworkDevice) -> "DriftView":
        """Show a row with the name of its device."""
        told = row.model_dump(include=set(cls.model_fields))
        return cls(**told, device_slug=device.slug, device_name=device.name)


@reading("drift.list", scope=HOUSE)
def list_drift(
    work: Work,
    *,
    show: Literal["open", "changes", "sign-ins", "all"] = "open",
    device: str | None = None,
    bound_to: str | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Field(ge=1, le=MOST)] = 100,
) -> list[DriftView]:
    """List what changed on network devices, the newest first: what is open, every change, sign-ins, or all. [FW-2]"""
    rows = select(ConfigurationDrift, NetworkDevice).join(
        NetworkDevice, col(NetworkDevice.id) == ConfigurationDrift.device_id
    )
    if show == "open":
        rows = rows.where(
            ConfigurationDrift.kind != SIGN_IN, col(ConfigurationDrift.settled_at).is_(None),
            col(ConfigurationDrift.verdict).not_in(ANSWERED[:2]) | (col(ConfigurationDrift.silent).is_(True)),
        )  # fmt: skip
    elif show != "all":
        rows = rows.where(
            (ConfigurationDrift.kind == SIGN_IN) if show == "sign-ins" else (ConfigurationDrift.kind != SIGN_IN)
        )
    if device is not None:
        rows = rows.where(NetworkDevice.slug == device)
    if bound_to is not None:
        rows = rows.where(ConfigurationDrift.bound_to == bound_to)
    if before is not None:
        rows = rows.where(ConfigurationDrift.id < before)
    found = work.session.execute(rows.order_by(col(ConfigurationDrift.id).desc()).limit(limit))
    return [DriftView.of(*row) for row in found]
