"""A house whose firewall wrote for a week, and a clock that the test moves."""

from datetime import timedelta
from pathlib import Path

import pytest

from policy import deadlines
from tests.firewall_audit.review import house as houses
from tests.iam.conftest import Hands, auditor, hands  # noqa: F401 - fixtures


@pytest.fixture
def house(database: str, hands: Hands, state: Path) -> houses.House:  # noqa: F811
    """The house on the Tuesday before a week; `week` lets that week pass."""
    made = houses.found(state)
    deadlines.sweep()
    today = hands.now().replace(hour=0, minute=0, second=0, microsecond=0)
    made.monday = today + timedelta(days=7 - today.weekday())
    return made
