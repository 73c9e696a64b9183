"""What a configuration is judged by: the book's terms, the device's zones, the register of owners, and what change control authorised. [FW-1, FW-5]"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from firewall_audit.analyses.models import RuleOwner
from firewall_audit.analyses.tasks import Task
from firewall_audit.models import ConfigurationVersion, NetworkDevice
from firewall_audit.models.devices import IN_SERVICE
from firewall_audit.rulesets.terms import PATTERNS
from kernel import gate
from policy import book
from policy.changes import BOUND, ChangeWindow

HOUSE_SIDES = frozenset({"inside", "dmz"})


@dataclass(frozen=True, slots=True)
class House:
    """What every device is judged by."""

    networks: tuple[str, ...]
    changes: tuple[str, ...]


def house_of(session: Any) -> House:
    """Give the house's own networks, and the numbers of the changes that were authorised."""
    devices = session.scalars(select(NetworkDevice).where(NetworkDevice.state == IN_SERVICE))
    networks = {
        str(network)
        for one in devices
        for zone in one.zones
        if zone.get("side") in HOUSE_SIDES
        for network in zone.get("networks", ())
    }
    changes = set(session.scalars(select(ChangeWindow.bound_to).distinct()))
    return House(tuple(sorted(networks)), tuple(sorted(one.removeprefix(BOUND) for one in changes)))


def task_of(session: Any, device: NetworkDevice, version: ConfigurationVersion, house: House, now: datetime) -> Task:
    """Say what is asked of the analyser for one version; raises NotFound where the book in force has no such clause."""
    said = book.parameter("FW-1", "non_essential")
    return Task(
        text=version.text, kind=version.kind, at=now, services=tuple(map(str, said)) if isinstance(said, list) else (),
        patterns={one: str(book.parameter("FW-1", f"{one}_pattern")) for one in PATTERNS}, unused_days=book.number("FW-1", "unused_days"),
        outside=outside_names(device), networks=house.networks, changes=house.changes, register=_register(session, device, now),
    )  # fmt: skip


def outside_names(device: NetworkDevice) -> tuple[str, ...]:
    """Give the interfaces and zones of a device that lie towards the outside, by name."""
    found: set[str] = set()
    for zone in device.zones:
        if zone.get("side") == "outside":
            found |= {str(zone["name"]), *map(str, zone.get("interfaces", ()))}
    return tuple(sorted(found))


def _register(session: Any, device: NetworkDevice, now: datetime) -> tuple[tuple[str, str, str, str, str, bool], ...]:
    rows = session.scalars(
        select(RuleOwner).where(RuleOwner.device_id == device.id).order_by(col(RuleOwner.filter), col(RuleOwner.rule))
    )
    return tuple(
        (
            one.filter, one.rule, f"person:{one.owner_id}", one.ticket, one.until.isoformat() if one.until else "", is_gone(one, now),
        )
        for one in rows
    )  # fmt: skip


def is_gone(one: RuleOwner, now: datetime) -> bool:
    """Tell whether the owner of a rule holds no right of the house any more."""
    given = gate.current().assignments.get(f"person:{one.owner_id}", ())
    return not any(each.start <= now < each.end for each in given)
