"""What was amiss with the intake is put down, and told to whoever listens, in the transaction of whoever noticed it. [FW-3, FW-6]"""

from datetime import datetime
from typing import Literal

from firewall_audit.models import IntakeEvent, NetworkDevice
from kernel.action import Work
from kernel.db import HOUSE

Kind = Literal[
    "dropped", "silent", "heard", "full", "unknown", "missing", "twice", "restarted", "clock", "uncollected", "collected", "host-key",
]  # fmt: skip


def note(
    work: Work,
    device: NetworkDevice | None,
    kind: Kind,
    since: datetime,
    until: datetime,
    *,
    count: int = 0,
    detail: str = "",
) -> IntakeEvent:
    """Write an event down and tell the fact `intake.noted`."""
    made = work.add(
        IntakeEvent(
            scope=device.scope if device else HOUSE, device_id=device.id if device else None, kind=kind, count=count,
            since=since, until=max(since, until), detail=detail,
        )
    )  # fmt: skip
    work.fact(
        "intake.noted",
        event_id=made.id,
        kind=kind,
        device_id=device.id if device else None,
        slug=device.slug if device else None,
        count=count,
    )
    return made
