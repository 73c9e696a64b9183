"""What tests of the store and of the detections share."""

from tests.firewall_audit.written import look, plain

__all__ = ["look", "plain"]
