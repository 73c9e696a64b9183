"""The only list of fields, and of what the doors themselves read: importing this file registers every table, action, reading, condition and effect of the house."""

import importlib

FIELDS = (
    "kernel.ledger.browse",
    "policy",
    "iam",
    "contactcenter",
    "changecontrol",
    "training",
    "firewall_audit.field",
    "api.console.readings",
)


def load() -> None:
    """Import every field."""
    for field in FIELDS:
        importlib.import_module(field)


load()
