"""Who may work on an audit, and what it still lacks. [AC-6, FW-5]"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from firewall_audit.audits.models import (
    GATHERING,
    OPEN,
    SIGNED,
    AuditedDevice,
    AuditFinding,
    AuditMethod,
    FirewallAudit,
)
from firewall_audit.models import NetworkDevice
from firewall_audit.models.devices import IN_SERVICE
from kernel.action import Work
from kernel.errors import Conflict, Refused
from policy import book
from policy.approvals import person_of
from policy.holders import roles_of

CLAUSE = "FW-5"


def at_work(work: Work, audited: AuditedDevice) -> FirewallAudit:
    """Give the audit of a device, open and not this person's own devices. Raises Conflict, Refused."""
    audit = work.get(FirewallAudit, audited.audit_id, lock=True)
    if audit.state == SIGNED:
        raise Conflict("This audit is signed and stays as it is.", CLAUSE)
    if audit.state == GATHERING:
        raise Conflict("The machine is still gathering what it knows of the devices.", CLAUSE)
    impartial(work, [audited.owner_id])
    return audit


def impartial(work: Work, owners: Collection[UUID]) -> None:
    """Refuse who runs the devices. [AC-6]"""
    person = person_of(work)
    why = why_partial(person, owners, roles_of(person, "house", work.now))
    if why is not None:
        raise Refused("AC-6", why)


def why_partial(person: UUID, owners: Collection[UUID], roles: Iterable[str]) -> str | None:
    """Say why somebody may not audit devices with these owners; None where they may."""
    told = book.parameter(CLAUSE, "run_by")
    running = {str(one) for one in told} if isinstance(told, list) else {str(told)}
    if person in owners or running & set(roles):
        return "Whoever runs a device does not audit it."
    return None


def codes_of(work: Work, audit: FirewallAudit) -> list[str]:
    """List the codes of the points of an audit's method."""
    return [str(one["code"]) for one in work.get(AuditMethod, audit.method_id).points]


def standing(work: Work, audit: FirewallAudit) -> list[AuditedDevice]:
    """List the devices of an audit that are still in service, by name: one that was retired meanwhile needs no answer."""
    rows = (
        select(AuditedDevice)
        .join(NetworkDevice, col(NetworkDevice.id) == AuditedDevice.device_id)
        .where(AuditedDevice.audit_id == audit.id, NetworkDevice.state == IN_SERVICE)
        .order_by(col(AuditedDevice.slug))
    )
    return list(work.select(rows))


def ownerless(audit_findings: Iterable[AuditFinding], now: datetime) -> int:
    """Count the findings that wait for an owner who is here no more."""
    owners = Counter(one.owner_id for one in audit_findings if one.state == OPEN)
    return sum(count for owner, count in owners.items() if not roles_of(owner, "house", now))


def lacking(
    audit: FirewallAudit, devices: Collection[AuditedDevice], codes: Collection[str], idle: int = 0
) -> str | None:
    """Say what an audit still lacks before it can be signed; None where nothing."""
    if not devices:
        return "There is no device in this audit: an audit of nothing proves nothing."
    if audit.state != OPEN or any(one.gathered_at is None for one in devices):
        return "The machine is still gathering what it knows of the devices."
    points = sum(len(set(codes) - set(one.answers)) for one in devices)
    if points:
        return f"{points} points are not answered yet."
    sample = sum(len(one.sample) - len(one.judged) for one in devices)
    if sample:
        return f"{sample} of the sample are not judged yet."
    return f"{idle} findings have no owner who is still here." if idle else None
