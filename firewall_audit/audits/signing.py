"""Signing an audit: everything answered, by somebody who runs none of the devices, with their own name; the digest of all of it. [AC-6, FW-5]"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import StringConstraints
from sqlmodel import col, select

from firewall_audit.audits import guards
from firewall_audit.audits.models import (
    OPEN,
    SIGNED,
    AuditedDevice,
    AuditFile,
    AuditFinding,
    AuditMethod,
    FirewallAudit,
)
from firewall_audit.audits.states import AUDIT_STEPS
from firewall_audit.audits.views import AuditView
from kernel.action import Work, action
from kernel.errors import Conflict, Refused
from kernel.ledger.entries import canonical
from policy import duties
from policy.approvals import person_of
from policy.models import Duty

CLAUSE = "FW-5"
Conclusion = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=10_000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


@action("firewall-audit.sign", on=FirewallAudit, answer=AuditView)
def sign_audit(work: Work, audit: FirewallAudit, *, name: Name, conclusion: Conclusion) -> FirewallAudit:
    """Sign an audit with one's own name, typed, once every device has every answer; who runs a device may not. [AC-6, FW-5]"""
    if audit.state == SIGNED:
        raise Conflict("This audit is signed and stays as it is.", CLAUSE)
    duty = work.get(Duty, audit.duty_id, lock=True)
    person = person_of(work)
    if not duties.holds(person, duty, work.now, escalated=True):
        raise Refused(CLAUSE, "Another person does this audit.")
    every = devices_of(work, audit)
    guards.impartial(work, [one.owner_id for one in every])
    found = findings_of(work, audit)
    codes = guards.codes_of(work, audit)
    why = guards.lacking(audit, guards.standing(work, audit), codes, guards.ownerless(found, work.now))
    if why is not None:
        raise Refused(CLAUSE, why)
    if name.casefold().split() != work.actor.name.casefold().split():
        raise Refused(CLAUSE, "An audit is signed with one's own name.")
    AUDIT_STEPS.advance(work, audit, "sign")
    audit.signed_at, audit.signed_by, audit.signed_name, audit.conclusion = work.now, person, name, conclusion
    method = work.get(AuditMethod, audit.method_id)
    audit.signed_digest = digest_of(audit, method, every, files_of(work, every), found)
    work.note("digest", audit.signed_digest)
    if duty.state == OPEN:
        duties.fulfil_duty(work, duty, audit.ref)
    work.fact("firewall-audit.signed", **{"firewall-audit_id": audit.id}, findings=len(found))
    return audit


def devices_of(work: Work, audit: FirewallAudit) -> list[AuditedDevice]:
    """List every device of an audit, by name."""
    rows = select(AuditedDevice).where(AuditedDevice.audit_id == audit.id)
    return list(work.select(rows.order_by(col(AuditedDevice.slug))))


def findings_of(work: Work, audit: FirewallAudit) -> list[AuditFinding]:
    """List the findings of an audit in the order they were raised."""
    rows = select(AuditFinding).where(AuditFinding.audit_id == audit.id)
    return list(work.select(rows.order_by(col(AuditFinding.id))))


def files_of(work: Work, devices: Iterable[AuditedDevice]) -> list[AuditFile]:
    """List the files of some devices in the order they came."""
    ids = [one.id for one in devices]
    return list(work.select(select(AuditFile).where(col(AuditFile.audited_id).in_(ids)).order_by(col(AuditFile.id))))


def digest_of(
    audit: FirewallAudit,
    method: AuditMethod,
    devices: Sequence[AuditedDevice],
    files: Sequence[AuditFile],
    found: Sequence[AuditFinding],
) -> str:
    """Give the SHA-256 of what is signed: anybody with the audit in hand can reckon it again.

    A finding counts as it was raised; what its owner does later is not of the signature.
    """
    told: dict[str, Any] = {
        "since": audit.since.isoformat(), "until": audit.until.isoformat(), "seed": audit.seed, "method": method.digest,
        "devices": [
            [one.slug, str(one.device_id), str(one.owner_id), one.checks, one.configuration, one.sample, one.judged, one.answers] for one in devices
        ],
        "files": [[str(one.audited_id), one.point, one.kind, one.name, one.size, one.digest] for one in files],
        "findings": [[str(one.audited_id), one.key, one.danger, one.kind, one.told, one.said, one.raised_at.isoformat()] for one in found],
        "conclusion": audit.conclusion, "name": audit.signed_name,
    }  # fmt: skip
    return hashlib.sha256(canonical(told)).hexdigest()
