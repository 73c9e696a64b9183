"""One device as its page shows it: a network document, so whoever opens it is on the ledger before it is shown. [FW-3, SW-18]"""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from firewall_audit.collectors.registry import AttemptView, CollectorView
from firewall_audit.credentials import CredentialView
from firewall_audit.devices import DeviceView, senders_of
from firewall_audit.models import (
    CollectionAttempt,
    Collector,
    CollectorCredential,
    IntakeEvent,
    IntakeStanding,
    NetworkDevice,
)
from kernel.action import Work
from kernel.db import Answer
from kernel.reading import reading

MOST_EVENTS = 50
MOST_ATTEMPTS = 20


class EventView(Answer):
    """Something about the intake that a review has to know."""

    id: UUID
    device_id: UUID | None
    kind: str
    count: int
    since: datetime
    until: datetime
    detail: str

    @classmethod
    def of(cls, row: IntakeEvent) -> "EventView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class DevicePage(Answer):
    """A device: by what its lines are known, that collectors have credentials, when it was heard last, what was amiss."""

    device: DeviceView
    senders: list[str]
    credentials: list[CredentialView]
    collector: CollectorView | None
    attempts: list[AttemptView]
    heard_at: datetime | None
    received: int
    silent: bool
    events: list[EventView]


@reading("network-device.read", on=NetworkDevice, watched=True)
def read_device(work: Work, device: NetworkDevice) -> DevicePage:
    """Show a network device: its zones, by what its lines are known, and how they come in. [FW-3, SW-18]"""
    standing = work.session.get(IntakeStanding, device.id)
    held = select(CollectorCredential).where(CollectorCredential.device_id == device.id)
    told = select(IntakeEvent).where(IntakeEvent.device_id == device.id)
    fetched = work.select(select(Collector).where(Collector.device_id == device.id)).first()
    tried = select(CollectionAttempt).where(CollectionAttempt.device_id == device.id)
    return DevicePage(
        device=DeviceView.of(device),
        senders=senders_of(work.session, device.id),
        credentials=[CredentialView.of(row) for row in work.select(held.order_by(col(CollectorCredential.purpose)))],
        collector=CollectorView.of(fetched) if fetched else None,
        attempts=[
            AttemptView.of(row)
            for row in work.select(tried.order_by(col(CollectionAttempt.begun_at).desc()).limit(MOST_ATTEMPTS))
        ],
        heard_at=standing.heard_at if standing else None,
        received=standing.received if standing else 0,
        silent=bool(standing and standing.silent),
        events=[
            EventView.of(row) for row in work.select(told.order_by(col(IntakeEvent.until).desc()).limit(MOST_EVENTS))
        ],
    )
