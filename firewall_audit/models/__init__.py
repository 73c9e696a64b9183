"""Tables of the firewall audit."""

from firewall_audit.models.collectors import CollectionAttempt, Collector
from firewall_audit.models.configurations import (
    ConfigurationBatch,
    ConfigurationDrift,
    ConfigurationVersion,
    RuleCounters,
)
from firewall_audit.models.devices import CollectorCredential, DeviceSender, NetworkDevice
from firewall_audit.models.intake import (
    IntakeEvent,
    IntakeStanding,
    LogBatch,
    SenderCount,
    UnknownSender,
    UnparsedSample,
)
from firewall_audit.models.lists import GivenList, PublishedService
from firewall_audit.models.rules import DetectionRule, DetectionVersion
from firewall_audit.models.uploads import LogUpload

__all__ = [
    "CollectionAttempt",
    "Collector",
    "CollectorCredential",
    "ConfigurationBatch",
    "ConfigurationDrift",
    "ConfigurationVersion",
    "DetectionRule",
    "DetectionVersion",
    "DeviceSender",
    "GivenList",
    "IntakeEvent",
    "IntakeStanding",
    "LogBatch",
    "LogUpload",
    "NetworkDevice",
    "PublishedService",
    "RuleCounters",
    "SenderCount",
    "UnknownSender",
    "UnparsedSample",
]
