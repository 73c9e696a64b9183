"""Readings of the audits: the list with what is due, one audit, one device in it, findings, methods, the sample drawn again. [FW-5]"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from firewall_audit.audits import guards, opening, signing
from firewall_audit.audits.files import FileView
from firewall_audit.audits.findings import AuditFindingView
from firewall_audit.audits.gathering import rules_of
from firewall_audit.audits.methods import MethodView
from firewall_audit.audits.models import (
    SIGNED,
    AuditedDevice,
    AuditFile,
    AuditFinding,
    AuditMethod,
    FirewallAudit,
)
from firewall_audit.audits.views import AuditedView, AuditView
from firewall_audit.configurations.patience import patiently
from firewall_audit.models import NetworkDevice
from firewall_audit.models.configurations import ConfigurationVersion
from firewall_audit.models.devices import RETIRED
from kernel.action import Work
from kernel.db import HOUSE, Answer
from kernel.errors import Refused
from kernel.reading import reading
from policy import book
from policy.models import Duty

MOST = 200


class AuditRow(Answer):
    """An audit in the list, and the day it is due."""

    audit: AuditView
    due_at: datetime
    devices: int
    open_findings: int


class AuditList(Answer):
    """The audits; duties that wait for a method; by when the next must be signed so that no device goes longer than it may."""

    rows: list[AuditRow]
    waiting: list[datetime]
    """When the duties are due that have no audit, because no method is approved."""
    method: int | None
    before: datetime | None


class AuditPage(Answer):
    """An audit with its devices, its method, its findings, and what it still lacks."""

    audit: AuditView
    due_at: datetime
    method: MethodView
    devices: list[AuditedView]
    retired: list[str]
    """Devices that were taken out of service since it opened."""
    added: list[str]
    """Devices that came onto the register since: the next audit has them."""
    files: list[FileView]
    findings: list[AuditFindingView]
    missing: str | None


class AuditedPage(Answer):
    """A device in an audit."""

    audit: AuditView
    method: MethodView
    device: AuditedView
    zones: list[str]
    files: list[FileView]
    findings: list[AuditFindingView]
    before: UUID | None
    after: UUID | None


class SampleAgain(Answer):
    """A sample drawn again: the seed, the configuration, the rules; and whether they are the same as those on record."""

    seed: str
    digest: str
    rules: list[dict[str, Any]]
    same: bool


@reading("firewall-audit.list", scope=HOUSE)
def list_audits(work: Work) -> AuditList:
    """List the audits, the newest first, and what is due. [FW-5]"""
    rows = list(
        work.session.execute(
            select(FirewallAudit, Duty)
            .join(Duty, col(Duty.id) == FirewallAudit.duty_id)
            .order_by(col(FirewallAudit.until).desc())
            .limit(MOST)
        )
    )
    method = opening.in_force(work)
    return AuditList(
        rows=[
            AuditRow(
                audit=AuditView.of(audit), due_at=duty.due_at, devices=len(signing.devices_of(work, audit)),
                open_findings=sum(one.state in {"open", "answered"} for one in signing.findings_of(work, audit)),
            )
            for audit, duty in rows
        ],
        waiting=[one.due_at for one in opening.waiting_duties(work.session)],
        method=method.number if method is not None else None, before=_before(work),
    )  # fmt: skip


def _before(work: Work) -> datetime | None:
    """The day on which the first device will have gone as long without an audit as it may."""
    last = last_signed(work.session)
    ends = [
        last.get(one.id, one.added_at) + timedelta(days=book.number("FW-5", "longest_days"))
        for one in opening.covered(work.session, None)
    ]
    return min(ends, default=None)


def last_signed(session: Any) -> dict[UUID, datetime]:
    """Give when the last audit was signed that covered each device."""
    rows = session.execute(
        select(AuditedDevice.device_id, FirewallAudit.signed_at)
        .join(FirewallAudit, col(FirewallAudit.id) == AuditedDevice.audit_id)
        .where(FirewallAudit.state == SIGNED)
        .order_by(col(FirewallAudit.signed_at))
    )
    return {device_id: signed_at for device_id, signed_at in rows if signed_at is not None}


@reading("firewall-audit.read", on=FirewallAudit, watched=True)
def read_audit(work: Work, audit: FirewallAudit) -> AuditPage:
    """Show an audit: each device with what is left, the findings, what it rests on. [FW-5]"""
    devices = signing.devices_of(work, audit)
    standing = guards.standing(work, audit)
    found = signing.findings_of(work, audit)
    method = work.get(AuditMethod, audit.method_id)
    here = {one.device_id for one in devices}
    return AuditPage(
        audit=AuditView.of(audit), due_at=work.get(Duty, audit.duty_id).due_at, method=MethodView.of(method),
        devices=[AuditedView.of(one) for one in devices],
        retired=[one.slug for one in devices if work.get(NetworkDevice, one.device_id).state == RETIRED],
        added=[one.slug for one in opening.covered(work.session, method) if one.id not in here],
        files=[FileView.of(one) for one in signing.files_of(work, devices)],
        findings=[AuditFindingView.of(one) for one in found],
        missing=guards.lacking(audit, standing, guards.codes_of(work, audit), guards.ownerless(found, work.now)) if audit.state != SIGNED else None,
    )  # fmt: skip


@reading("audited-device.read", on=AuditedDevice, watched=True)
def read_audited(work: Work, audited: AuditedDevice) -> AuditedPage:
    """Show a device in an audit: the machine's answers, the checklist, the sample, files, findings. [FW-5]"""
    audit = work.get(FirewallAudit, audited.audit_id)
    every = [one.id for one in guards.standing(work, audit)]
    at = every.index(audited.id) if audited.id in every else -1
    files = select(AuditFile).where(AuditFile.audited_id == audited.id).order_by(col(AuditFile.id))
    findings = select(AuditFinding).where(AuditFinding.audited_id == audited.id).order_by(col(AuditFinding.id))
    return AuditedPage(
        audit=AuditView.of(audit), method=MethodView.of(work.get(AuditMethod, audit.method_id)), device=AuditedView.of(audited),
        zones=[str(one["name"]) for one in work.get(NetworkDevice, audited.device_id).zones],
        files=[FileView.of(one) for one in work.select(files)], findings=[AuditFindingView.of(one) for one in work.select(findings)],
        before=every[at - 1] if at > 0 else None, after=every[at + 1] if 0 <= at < len(every) - 1 else None,
    )  # fmt: skip


@reading("audited-device.sample", on=AuditedDevice, watched=True)
def draw_again(work: Work, audited: AuditedDevice) -> SampleAgain:
    """Draw the rules of a device's sample again, by the seed and the configuration on record. [FW-5]"""
    audit = work.get(FirewallAudit, audited.audit_id)
    method = work.get(AuditMethod, audit.method_id)
    rows = select(ConfigurationVersion).where(
        ConfigurationVersion.device_id == audited.device_id, ConfigurationVersion.digest == audited.configuration
    )
    version = work.select(rows.order_by(col(ConfigurationVersion.number).desc())).first()
    if version is None:
        raise Refused("FW-5", "No rules were drawn: the device had no configuration here.")
    rules = patiently(work, lambda: rules_of(version, audit.seed, method.sample_rules))
    kept = [one for one in audited.sample if one["kind"] == "rule"]
    names = [(one["filter"], one["place"], one["text"]) for one in rules]
    same = names == [(one["filter"], one["place"], one["text"]) for one in kept]
    return SampleAgain(seed=audit.seed, digest=version.digest, rules=rules, same=same)


@reading("audit-finding.read", on=AuditFinding, watched=True)
def read_finding(work: Work, finding: AuditFinding) -> AuditFindingView:  # noqa: ARG001 - the frame's own form
    """Show a finding of an audit. [FW-5]"""
    return AuditFindingView.of(finding)


@reading("audit-finding.mine")
def my_findings(work: Work) -> list[AuditFindingView]:
    """List the findings of audits that you own, those that wait first. [FW-5]"""
    rows = select(AuditFinding).where(AuditFinding.owner_id == work.actor.id).order_by(col(AuditFinding.due_at))
    found = [AuditFindingView.of(one) for one in work.select(rows.limit(MOST))]
    return sorted(found, key=lambda one: one.state != "open")


@reading("audit-method.list", scope=HOUSE)
def list_methods(work: Work) -> list[MethodView]:
    """List the versions of the method, the newest first. [FW-5]"""
    return [MethodView.of(row) for row in work.select(select(AuditMethod).order_by(col(AuditMethod.number).desc()))]


@reading("audit-method.read", on=AuditMethod)
def read_method(work: Work, method: AuditMethod) -> MethodView:  # noqa: ARG001 - the frame's own form
    """Show a version of the method. [FW-5]"""
    return MethodView.of(method)
