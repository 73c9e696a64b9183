"""A house whose collectors may go to this machine, where the devices of the tests are."""

import pytest

from firewall_audit.collectors import doors
from tests.changecontrol.conftest import house  # noqa: F401 - a fixture
from tests.iam.conftest import auditor, hands  # noqa: F401 - fixtures


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "NEVER", ())
