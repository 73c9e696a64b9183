"""What the house knows, by which lines are judged: its networks, its hours, its list of services, its devices' prefixes. [FW-1, FW-6]"""

from datetime import time
from typing import Any

from sqlmodel import select

from firewall_audit.alarms.matching import Ground
from firewall_audit.detections.parameters import PRIVATE
from firewall_audit.models import NetworkDevice
from firewall_audit.models.devices import IN_SERVICE
from firewall_audit.review.terms import HOUSE_SIDES, non_essential
from policy import book
from policy.local_time import zone


def ground_of(session: Any) -> Ground:
    """Give what is known now, by the book in force and the register."""
    devices = list(session.scalars(select(NetworkDevice).where(NetworkDevice.state == IN_SERVICE)))
    networks = {
        str(network)
        for one in devices
        for each in one.zones
        if each.get("side") in HOUSE_SIDES
        for network in each.get("networks", ())
    }
    begins, _, ends = str(book.parameter("FW-6", "working_hours")).partition("-")
    days = book.parameter("FW-6", "working_days")
    return Ground(
        inside=tuple(sorted({*PRIVATE, *networks})),
        non_essential=frozenset(non_essential()),
        begins=time.fromisoformat(begins),
        ends=time.fromisoformat(ends),
        workdays=tuple(int(one) - 1 for one in days) if isinstance(days, list) else (),
        zone=zone(),
        prefixes={one.slug: dict(one.prefixes) for one in devices if one.prefixes},
    )
