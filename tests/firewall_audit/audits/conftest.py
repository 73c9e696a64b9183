"""A house whose firewall is to be audited, and a clock that the test moves."""

from pathlib import Path

import pytest

from firewall_audit import place
from tests.firewall_audit.audits import house as houses
from tests.iam.conftest import Hands, auditor, hands  # noqa: F401 - fixtures
from tests.rows import Worlds


@pytest.fixture
def house(worlds: Worlds, hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> houses.House:  # noqa: F811
    """The house before its first audit."""
    monkeypatch.setattr(place, "settings", place.settings.model_copy(update={"state_folder": tmp_path}))
    return worlds.stand(houses.found)
