"""What a weekly review is told of the collectors: configurations that were not fetched, keys that changed. [FW-2, FW-3]"""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from firewall_audit.detections.finding import Finding
from firewall_audit.models import NetworkDevice
from firewall_audit.models.collectors import CHANGED_KEY, GOOD, CollectionAttempt

LEAST = 2
"""Failures within the period, below which nothing is told."""


def noticed(session: Any, since: datetime, until: datetime) -> tuple[Finding, ...]:
    """Return a finding for each device whose key changed, or whose configuration failed to come more than once."""
    rows = session.execute(
        select(NetworkDevice.slug, CollectionAttempt)
        .join(NetworkDevice, col(NetworkDevice.id) == CollectionAttempt.device_id)
        .where(
            CollectionAttempt.begun_at >= since,
            CollectionAttempt.begun_at < until,
            col(CollectionAttempt.outcome).not_in(GOOD),
        )
        .order_by(col(NetworkDevice.slug), col(CollectionAttempt.begun_at))
    )
    failed: dict[str, list[CollectionAttempt]] = {}
    for slug, attempt in rows:
        failed.setdefault(slug, []).append(attempt)
    found = []
    for slug, attempts in failed.items():
        keys = [one for one in attempts if one.outcome == CHANGED_KEY]
        if keys:
            found.append(_changed(slug, keys))
        if len(attempts) >= LEAST:
            found.append(_uncollected(slug, attempts))
    return tuple(found)


def _changed(slug: str, attempts: list[CollectionAttempt]) -> Finding:
    return Finding(
        kind="health.key", subject="key", scope=slug, title=f"{slug} showed another key than the one trusted", danger="high",
        reason="Somebody may stand between the collector and the device, or it was replaced.", count=len(attempts),
        first=attempts[0].begun_at, last=attempts[-1].begun_at,
    )  # fmt: skip


def _uncollected(slug: str, attempts: list[CollectionAttempt]) -> Finding:
    return Finding(
        kind="health.collection", subject="collection", scope=slug, title=f"The configuration of {slug} could not be collected {len(attempts)} times",
        reason="A change of its configuration would not be noticed.", danger="medium", count=len(attempts),
        first=attempts[0].begun_at, last=attempts[-1].begun_at,
    )  # fmt: skip
