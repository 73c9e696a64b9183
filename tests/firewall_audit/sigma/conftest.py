"""The house of the weekly review."""

from tests.firewall_audit.review.conftest import auditor, hands, house  # noqa: F401 - fixtures
