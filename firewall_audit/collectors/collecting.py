"""One attempt: begun on record, the device asked outside of any transaction, ended on record with what came. [FW-2, SW-18]"""

import logging
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from firewall_audit.collectors.doors import CollectionFault, Door, address_of
from firewall_audit.collectors.recipes import RECIPES, Recipe, cleaned, configuration_in
from firewall_audit.configurations.versions import MOST_BYTES, take_in
from firewall_audit.credentials import opened
from firewall_audit.devices import in_service
from firewall_audit.intake.noting import note
from firewall_audit.models import CollectorCredential, NetworkDevice
from firewall_audit.models.collectors import (
    BROKEN_OFF,
    CHANGED_KEY,
    GOOD,
    NEW,
    UNCHANGED,
    UNTRUSTED,
    CollectionAttempt,
    Collector,
    Fault,
)
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import read_session
from kernel.errors import Conflict, Malformed, Refused, Unavailable
from policy import book

log = logging.getLogger("omniwarden.collectors")
CLERK = clerk("collectors")
MARGIN = timedelta(seconds=90)
"""How long after its seconds an attempt may still be put on record; after that whoever made it was killed."""
TOLD_AT = 2
"""Failures in a row after which people are told."""
Offered = Annotated[str, StringConstraints(max_length=200)]


@action("collection.begin", on=Collector)
def begin(work: Work, collector: Collector) -> CollectionAttempt:
    """Begin to fetch a configuration; one that was begun and never ended is put down as broken off. [FW-2]"""
    device = work.get(NetworkDevice, collector.device_id)
    in_service(device)
    if collector.running_id is not None:
        before = work.get(CollectionAttempt, collector.running_id, lock=True)
        if before.until > work.now:
            raise Conflict("Its configuration is being fetched already.")
        _end(work, device, collector, before, BROKEN_OFF)
    made = work.add(
        CollectionAttempt(
            scope=device.scope, device_id=device.id, way=collector.way, asked_by=collector.asked_by, begun_at=work.now,
            until=work.now + timedelta(seconds=book.number("FW-2", "collect_seconds")) + MARGIN,
        )
    )  # fmt: skip
    collector.running_id, collector.asked_by = made.id, ""
    return made


@action("collection.fail", on=Collector)
def fail(
    work: Work,
    collector: Collector,
    *,
    attempt_id: UUID,
    outcome: Fault,
    offered: Offered = "",
    size: Annotated[int, Field(ge=0)] = 0,
) -> None:
    """Put on record that nothing was fetched, and why; after the second time, and for a changed key at once, people are told. [FW-2, FW-6]"""
    attempt = _mine(work, collector, attempt_id)
    attempt.size = size
    if offered:
        collector.offered, collector.offered_at = offered, work.now
    _end(work, work.get(NetworkDevice, collector.device_id), collector, attempt, outcome)


@action("collection.keep", on=Collector)
def keep(
    work: Work,
    collector: Collector,
    *,
    attempt_id: UUID,
    text: Annotated[str, Field(min_length=1, max_length=MOST_BYTES)],
    size: Annotated[int, Field(ge=0)],
) -> CollectionAttempt:
    """Take in what was fetched, as if it had been handed in: masked, compared with the last, judged. [FW-2]"""
    attempt = _mine(work, collector, attempt_id)
    device = work.get(NetworkDevice, collector.device_id, lock=True)
    kind = RECIPES[collector.way][collector.recipe].kind
    taken = take_in(work, device, text=text, kind=kind, source="collector")
    attempt.size, attempt.version_id, attempt.number = size, taken.id, taken.number
    _end(work, device, collector, attempt, NEW if taken.new else UNCHANGED)
    return attempt


def _mine(work: Work, collector: Collector, attempt_id: UUID) -> CollectionAttempt:
    if collector.running_id != attempt_id:
        raise Conflict("This attempt was given up meanwhile.")
    return work.get(CollectionAttempt, attempt_id, lock=True)


def _end(work: Work, device: NetworkDevice, collector: Collector, attempt: CollectionAttempt, outcome: str) -> None:
    attempt.outcome, attempt.ended_at = outcome, work.now
    collector.running_id, collector.tried_at, collector.outcome = None, work.now, outcome
    work.note("outcome", outcome)
    if outcome in GOOD:
        if outcome != UNTRUSTED and collector.failures >= TOLD_AT:
            note(work, device, "collected", collector.failing_since or work.now, work.now)
        collector.failures, collector.failing_since = 0, None
        return
    collector.failures += 1
    collector.failing_since = collector.failing_since or attempt.begun_at
    if outcome == CHANGED_KEY:
        note(work, device, "host-key", attempt.begun_at, work.now)
    elif collector.failures == TOLD_AT:
        note(work, device, "uncollected", collector.failing_since, work.now, count=collector.failures)


def collect(collector_id: UUID) -> None:
    """Fetch a device's configuration and put on record what became of it; who finds another at it leaves it to him."""
    try:
        attempt = begin(CLERK, collector_id)
    except (Conflict, Refused):
        return
    try:
        _collect(collector_id, attempt.id)
    except Conflict:
        log.info("a collection was given up meanwhile: it was sent elsewhere, or its time was over")
    except Exception as error:  # noqa: BLE001 - an attempt ends on record, whatever broke
        log.error("a collection broke: %s", type(error).__name__)  # noqa: TRY400 - its words may repeat a device's own
        fail(CLERK, collector_id, attempt_id=attempt.id, outcome="broken")


def _collect(collector_id: UUID, attempt_id: UUID) -> None:
    size = 0
    try:
        door = door_of(collector_id)
        raw = _fetch(door)
        size = len(raw)
        text = whole_configuration(door.recipe, raw)
        keep(CLERK, collector_id, attempt_id=attempt_id, text=text, size=size)
    except CollectionFault as fault:
        fail(
            CLERK,
            collector_id,
            attempt_id=attempt_id,
            outcome=fault.outcome,
            offered=fault.offered,
            size=fault.size or size,
        )
    except Malformed:
        fail(CLERK, collector_id, attempt_id=attempt_id, outcome="not-configuration", size=size)
    except Refused:
        fail(CLERK, collector_id, attempt_id=attempt_id, outcome="not-taken", size=size)


def whole_configuration(recipe: Recipe, raw: bytes) -> str:
    """Return the configuration in an answer. Raises CollectionFault where there is none, or not the whole of it."""
    text, whole = configuration_in(recipe, cleaned(raw, terminal=recipe.terminal))
    if not whole:
        raise CollectionFault("truncated" if text else "not-configuration")
    return text


def _fetch(door: Door) -> bytes:
    """Go there; the way's library is loaded by whoever takes it."""
    if door.recipe is RECIPES["ssh"].get(door.recipe.name):
        from firewall_audit.collectors import ssh  # noqa: PLC0415

        return ssh.fetch(door)
    from firewall_audit.collectors import api  # noqa: PLC0415

    return api.fetch(door)


def door_of(collector_id: UUID) -> Door:
    """Open what is needed to go to a device; a key that nobody trusted is looked at with empty hands. Raises CollectionFault."""
    with read_session() as session:
        row = session.get_one(Collector, collector_id)
        rows = select(CollectorCredential).where(col(CollectorCredential.device_id) == row.device_id)
        held = {one.purpose: one for one in session.scalars(rows)}
    try:
        address_of(row.address)
    except ValueError:
        raise CollectionFault("unreachable") from None
    known = bool(row.trusted or row.authority)
    own = held.get(row.way) if known else None
    if known and own is None:
        raise CollectionFault("credential")
    try:
        secret = opened(own) if own is not None else ""
        enable = opened(held["enable"]) if known and "enable" in held else ""
    except Unavailable:
        raise CollectionFault("credential") from None
    return Door(
        address=row.address, port=row.port, recipe=RECIPES[row.way][row.recipe], trusted=row.trusted, authority=row.authority,
        tls_name=row.tls_name, user_name=own.user_name if own else "", kind=own.kind if own else "", secret=secret, enable=enable,
        seconds=book.number("FW-2", "collect_seconds"), most=min(MOST_BYTES, book.number("FW-2", "collect_megabytes") << 20),
    )  # fmt: skip


def due_at(row: Collector, now: datetime) -> datetime | None:
    """Tell when a device is to be asked next; None while a key waits for a person, unless somebody asks for it."""
    if row.asked_by:
        return now
    if row.offered:
        return None
    if row.tried_at is None:
        return now
    again = row.failures == 1 and row.outcome in SOON
    return row.tried_at + (timedelta(minutes=15) if again else timedelta(hours=book.number("FW-2", "collect_hours")))


SOON = ("unreachable", "slow", "truncated", "answer", BROKEN_OFF)
"""What may be over in a quarter of an hour; a refused password is not tried again so soon: accounts are locked by that."""
