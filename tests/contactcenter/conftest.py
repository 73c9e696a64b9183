"""What the desk's tests share: the house with its people, a clock the test sets, the ledger as the auditor reads it."""

from typing import Any

import pytest

from tests.contactcenter.house import House
from tests.iam.conftest import Hands, auditor, hands
from tests.rows import Worlds

__all__ = ["Hands", "auditor", "hands"]


@pytest.fixture
def house(worlds: Worlds) -> Any:
    """One client with one campaign at one site."""
    return worlds.stand(House)
