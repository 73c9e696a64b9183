"""A house whose firewall wrote for a week, and a clock that the test moves."""

from datetime import timedelta
from pathlib import Path

import pytest

from firewall_audit import place
from policy import deadlines
from tests.firewall_audit.review import house as houses
from tests.iam.conftest import Hands, auditor, hands  # noqa: F401 - fixtures


@pytest.fixture
def house(database: str, hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> houses.House:  # noqa: F811
    """The house on the Tuesday before a week; `week` lets that week pass."""
    monkeypatch.setattr(place, "settings", place.settings.model_copy(update={"state_folder": tmp_path}))
    made = houses.found(tmp_path)
    deadlines.sweep()
    today = hands.now().replace(hour=0, minute=0, second=0, microsecond=0)
    made.monday = today + timedelta(days=7 - today.weekday())
    return made
