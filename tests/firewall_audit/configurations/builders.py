"""Builders that speak: configurations handed in by the real action."""

from typing import Any

from firewall_audit.configurations.versions import Taken, take_configuration
from firewall_audit.models import ConfigurationDrift, NetworkDevice
from kernel import db
from tests import world
from tests.changecontrol.builders import House, fresh

SECRET = "Zq7-Vt0p-Secret"


def text(*rules: str, secret: str = SECRET) -> str:
    """A small configuration of an ASA with a secret in it."""
    lines = "\n".join(f"access-list IN extended {one}" for one in rules)
    return f"ASA Version 9.18(1)\nhostname edge-1\nenable password {secret} encrypted\n{lines}\naccess-group IN in interface outside\n"


WEB = "permit tcp any host 192.0.2.10 eq 443"
SQL = "permit tcp any host 192.0.2.20 eq 3306"


def engineer() -> world.Somebody:
    """Somebody who runs the networks."""
    return world.person(role="network-engineer")


def take(device: NetworkDevice, said: str, by: world.Somebody | None = None, **more: Any) -> Taken:
    """Hand a configuration in."""
    return take_configuration(fresh(by or engineer()), device.id, text=said, **more)


def drift(**by: Any) -> list[ConfigurationDrift]:
    """What is on record of changes."""
    with db.read_session() as session:
        return session.query(ConfigurationDrift).filter_by(**by).order_by(ConfigurationDrift.id).all()


def started(house: House, device: NetworkDevice, **more: Any) -> Any:
    """A change on a device that is being implemented."""
    return house.started(things=[device.thing], **more)
