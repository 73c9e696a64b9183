"""A house with one firewall whose rules are judged, and the people who answer for them."""

from tests.firewall_audit.analyses.edge import edge, quick
from tests.firewall_audit.configurations.conftest import house
from tests.iam.conftest import auditor, hands

__all__ = ["auditor", "edge", "hands", "house", "quick"]
