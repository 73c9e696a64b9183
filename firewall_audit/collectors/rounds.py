"""The rounds of the collectors' clerk: whoever's hour has come is asked, a few at a time, and no other sweep waits for a slow device. [FW-2]"""

import logging
import threading
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from firewall_audit.collectors.collecting import collect, due_at
from firewall_audit.models import NetworkDevice
from firewall_audit.models.collectors import CollectionAttempt, Collector
from firewall_audit.models.devices import IN_SERVICE
from kernel.db import read_session
from kernel.errors import OmniError
from kernel.sweeps import sweep

log = logging.getLogger("omniwarden.collectors")
AT_ONCE = 4
_going: dict[UUID, threading.Thread] = {}


@sweep("collectors", seconds=10)
def go_round(now: datetime) -> None:
    """Begin with each device that is due and that nobody is at."""
    for key in [key for key, one in _going.items() if not one.is_alive()]:
        del _going[key]
    with read_session() as session:
        ids = waiting(session, now)
    for collector_id in [one for one in ids if one not in _going][: max(0, AT_ONCE - len(_going))]:
        made = threading.Thread(target=_go, args=(collector_id,), name="collector", daemon=True)
        _going[collector_id] = made
        made.start()


def waiting(session: Any, now: datetime) -> list[UUID]:
    """Give the collectors that are due, the longest waiting first; one whose process was killed is due when its time is over."""
    rows = session.execute(
        select(Collector, CollectionAttempt)
        .join(NetworkDevice, col(NetworkDevice.id) == Collector.device_id)
        .outerjoin(CollectionAttempt, col(CollectionAttempt.id) == Collector.running_id)
        .where(NetworkDevice.state == IN_SERVICE)
    )
    found = []
    for row, attempt in rows:
        due = due_at(row, now)
        if attempt is not None:
            due = attempt.until
        if due is not None and due <= now:
            found.append((due, row.id))
    return [key for _, key in sorted(found)]


def _go(collector_id: UUID) -> None:
    try:
        collect(collector_id)
    except OmniError as error:
        log.warning("a configuration could not be fetched now: %s", error.why)
    except Exception:
        log.exception("fetching a configuration failed")
