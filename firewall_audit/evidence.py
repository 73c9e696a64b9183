"""What the clauses on network devices are proved by. [SW-18]"""

from datetime import datetime
from typing import Any

from sqlmodel import select

from firewall_audit.models import NetworkDevice
from firewall_audit.models.devices import IN_SERVICE
from policy import book
from policy.evidence import Evidence, evidence, found
from policy.holders import roles_of


@evidence("SW-18")
def network_devices_are_in_authorised_hands(session: Any, now: datetime) -> Evidence:
    """Every network device in service has an owner who holds one of the roles that may touch network equipment."""
    named = book.parameter("SW-18", "roles")
    wanted = frozenset(map(str, named)) if isinstance(named, list) else frozenset({str(named)})
    devices = list(session.scalars(select(NetworkDevice).where(NetworkDevice.state == IN_SERVICE)))
    return found(
        (one.ref for one in devices),
        (one.ref for one in devices if not wanted & roles_of(one.owner_id, one.scope, now)),
    )
