"""What tests of the firewall audit share: a state folder of their own, and a device on the register."""

from pathlib import Path

import pytest

from firewall_audit import place
from firewall_audit.devices import add_device
from firewall_audit.models import NetworkDevice
from kernel.db import HOUSE
from tests import world
from tests.changecontrol.builders import House, fresh
from tests.firewall_audit.written import look, plain

__all__ = ["look", "plain"]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the lines, the spool and the files of this test are kept."""
    monkeypatch.setattr(place, "settings", place.settings.model_copy(update={"state_folder": tmp_path}))
    return tmp_path


@pytest.fixture
def device(house: House) -> NetworkDevice:
    """A firewall in a house of change control."""
    owner = world.person(role="network-engineer")
    return add_device(
        fresh(owner),
        slug="edge-1",
        name="Edge",
        kind="firewall",
        vendor="cisco",
        owner_id=owner.id,
        site=HOUSE,
        formats=[],
    )
