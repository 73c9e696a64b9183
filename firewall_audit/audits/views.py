"""An audit, its devices and its findings as a door shows them. [FW-5]"""

from datetime import datetime
from typing import Any
from uuid import UUID

from firewall_audit.audits.models import AuditedDevice, FirewallAudit
from kernel.db import Answer


class AuditView(Answer):
    """An audit as a list shows it."""

    id: UUID
    duty_id: UUID
    method_id: UUID
    state: str
    since: datetime
    until: datetime
    seed: str
    conclusion: str
    signed_at: datetime | None
    signed_by: UUID | None
    signed_name: str
    signed_digest: str

    @classmethod
    def of(cls, row: FirewallAudit) -> "AuditView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class AuditedView(Answer):
    """A device in an audit."""

    id: UUID
    audit_id: UUID
    device_id: UUID
    slug: str
    name: str
    kind: str
    site: str
    owner_id: UUID
    gathered_at: datetime | None
    checks: list[dict[str, Any]]
    configuration: str
    sample: list[dict[str, Any]]
    judged: dict[str, dict[str, str]]
    answers: dict[str, dict[str, str]]

    @classmethod
    def of(cls, row: AuditedDevice) -> "AuditedView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)
