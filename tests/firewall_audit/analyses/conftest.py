"""A house with one firewall whose rules are judged, and the people who answer for them."""

from tests.changecontrol.conftest import house
from tests.firewall_audit.analyses.edge import edge, quick
from tests.iam.conftest import auditor, hands

__all__ = ["auditor", "edge", "hands", "house", "quick"]
