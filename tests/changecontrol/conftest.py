"""What the tests of change control share: the people of a change, a register, and a clock the test sets."""

import pytest

from tests import world
from tests.changecontrol.builders import House
from tests.iam.conftest import auditor, hands  # noqa: F401 - fixtures


@pytest.fixture
def house(database: str, hands) -> House:  # noqa: F811
    return House(
        hands,
        engineer=world.person(role="it-admin"),
        second=world.person(role="it-admin"),
        director=world.person(role="technical-director"),
        deputy=world.person(role="technical-director"),
        operations=world.person(role="customer-operations-director"),
        officer=world.person(role="security-officer"),
    )
