"""Tables of the firewall audit."""

from firewall_audit.models.configurations import ConfigurationBatch, ConfigurationDrift, ConfigurationVersion
from firewall_audit.models.devices import CollectorCredential, DeviceSender, NetworkDevice
from firewall_audit.models.intake import (
    IntakeEvent,
    IntakeStanding,
    LogBatch,
    UnknownSender,
    UnparsedSample,
)

__all__ = [
    "CollectorCredential",
    "ConfigurationBatch",
    "ConfigurationDrift",
    "ConfigurationVersion",
    "DeviceSender",
    "IntakeEvent",
    "IntakeStanding",
    "LogBatch",
    "NetworkDevice",
    "UnknownSender",
    "UnparsedSample",
]
