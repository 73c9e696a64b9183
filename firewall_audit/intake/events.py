"""What a review has to know of the intake itself: lines lost, devices that fell silent, strangers. [FW-3, FW-6]"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from firewall_audit.intake.batches import CLERK
from firewall_audit.intake.noting import Kind, note
from firewall_audit.models import IntakeEvent, IntakeStanding, NetworkDevice, UnknownSender
from firewall_audit.models.devices import IN_SERVICE
from firewall_audit.readings import EventView
from kernel.action import Work, action
from kernel.db import HOUSE, Answer, read_session, ungoverned_session
from kernel.reading import reading
from kernel.sweeps import sweep


class StrangerView(Answer):
    """Somebody who sends lines and is no device of the register."""

    sender: str
    transport: str
    first_at: datetime
    last_at: datetime
    lines: int
    sample: str


@action("intake.note", scope=HOUSE, answer=EventView)
def note_event(
    work: Work,
    *,
    kind: Kind,
    since: AwareDatetime,
    until: AwareDatetime,
    device_id: UUID | None = None,
    count: Annotated[int, Field(ge=0)] = 0,
    detail: Annotated[str, Field(max_length=300)] = "",
) -> IntakeEvent:
    """Write down that lines were lost, that a device fell silent or is heard again, that its count has gaps, that a stranger sends. [FW-3, FW-6]"""
    device = work.get(NetworkDevice, device_id) if device_id else None
    return note(work, device, kind, since, until, count=count, detail=detail)


@reading("intake.strangers", scope=HOUSE, watched=True)
def list_strangers(work: Work) -> list[StrangerView]:
    """List who sends lines without being a device of the register, the loudest first. [FW-3]"""
    rows = work.select(select(UnknownSender).order_by(col(UnknownSender.lines).desc()).limit(500))
    return [StrangerView.model_validate(row, from_attributes=True) for row in rows]


@reading("intake.events", scope=HOUSE)
def list_events(work: Work, *, limit: Annotated[int, Field(ge=1, le=500)] = 50) -> list[EventView]:
    """List what was amiss with the intake, the newest first. [FW-3, FW-6]"""
    return [
        EventView.of(row) for row in work.select(select(IntakeEvent).order_by(col(IntakeEvent.id).desc()).limit(limit))
    ]


def count_lines(lines: Mapping[UUID, int], now: datetime) -> None:
    """Add to what was heard of devices."""
    with ungoverned_session() as conn:
        for device_id, count in lines.items():
            row = insert(IntakeStanding).values(device_id=device_id, heard_at=now, received=count, silent=False)
            conn.execute(
                row.on_conflict_do_update(
                    index_elements=["device_id"],
                    set_={"heard_at": now, "received": col(IntakeStanding.received) + count},
                )
            )


def count_strangers(told: Mapping[str, tuple[str, int, str]], now: datetime) -> list[str]:
    """Add to what is known of strangers: transport, lines, a first line; return those who are new."""
    new = []
    with ungoverned_session() as conn:
        known = set(conn.execute(select(UnknownSender.sender).where(col(UnknownSender.sender).in_(told))).scalars())
        for sender, (transport, count, sample) in told.items():
            row = insert(UnknownSender).values(
                sender=sender, transport=transport, host="", first_at=now, last_at=now, lines=count, sample=sample
            )
            conn.execute(
                row.on_conflict_do_update(
                    index_elements=["sender"], set_={"last_at": now, "lines": col(UnknownSender.lines) + count}
                )
            )
            if sender not in known:
                new.append(sender)
    return new


@sweep("intake-silence", seconds=30)
def look_for_silence(now: datetime) -> None:
    """Write down which devices fell silent, and which are heard again; those that were never heard are not silent. [FW-6]"""
    with read_session() as session:
        rows = session.execute(
            select(NetworkDevice, IntakeStanding)
            .join(IntakeStanding, col(IntakeStanding.device_id) == NetworkDevice.id)
            .where(NetworkDevice.state == IN_SERVICE)
        ).all()
    for device, standing in rows:
        if standing.heard_at is None:
            continue
        silent = standing.heard_at < now - timedelta(minutes=device.longest_silence)
        if silent == standing.silent:
            continue
        told: Literal["silent", "heard"] = "silent" if silent else "heard"
        note_event(CLERK, kind=told, device_id=device.id, since=standing.heard_at, until=now)
        with ungoverned_session() as conn:
            conn.execute(
                IntakeStanding.__table__.update()  # type: ignore[attr-defined]
                .where(IntakeStanding.device_id == device.id)
                .values(silent=silent)
            )
