"""What the tests of change control share: the people of a change, a register, and a clock the test sets."""

import pytest

from tests import world
from tests.changecontrol.builders import House
from tests.iam.conftest import auditor, hands  # noqa: F401 - fixtures
from tests.rows import Worlds


def people() -> dict[str, world.Somebody]:
    """Who takes part in a change."""
    return {
        "engineer": world.person(role="it-admin"),
        "second": world.person(role="it-admin"),
        "director": world.person(role="technical-director"),
        "deputy": world.person(role="technical-director"),
        "operations": world.person(role="customer-operations-director"),
        "officer": world.person(role="security-officer"),
    }


@pytest.fixture
def house(worlds: Worlds, hands) -> House:  # noqa: F811
    return House(hands, **worlds.stand(people))
