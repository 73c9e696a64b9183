"""The people of a change, who also run a firewall."""

from tests.changecontrol.conftest import house  # noqa: F401 - a fixture
from tests.iam.conftest import auditor, hands  # noqa: F401 - fixtures
