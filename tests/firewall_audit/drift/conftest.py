"""What the tests of configurations share: the people of a change, who also run a firewall."""

import pytest

from firewall_audit.devices import add_device
from firewall_audit.models import NetworkDevice
from kernel.db import HOUSE
from tests import world
from tests.changecontrol.builders import House, fresh
from tests.changecontrol.conftest import house  # noqa: F401 - a fixture
from tests.iam.conftest import auditor, hands  # noqa: F401 - fixtures


@pytest.fixture
def device(house: House) -> NetworkDevice:  # noqa: F811
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
