"""What the machine gathers of each device when an audit opens: its tools' answers, and the sample drawn by the audit's seed. [FW-5]"""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from firewall_audit import place
from firewall_audit.audits import opening, tools
from firewall_audit.audits.models import GATHERING, OPEN, AuditedDevice, AuditMethod, FirewallAudit
from firewall_audit.audits.sampling import Drawn, draw_days, draw_rules
from firewall_audit.audits.states import AUDIT_STEPS
from firewall_audit.audits.tools import Check, Scene
from firewall_audit.configurations import texts
from firewall_audit.models import NetworkDevice
from firewall_audit.models.configurations import ConfigurationVersion
from firewall_audit.review.models import SIGNED, LogReview
from firewall_audit.rulesets.terms import annotated, house_terms
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import read_session
from kernel.errors import Conflict, OmniError, Refused
from kernel.sweeps import sweep

CLERK = clerk("firewall")
MOST_TEXT = 500


class Gathered(BaseModel):
    """What was gathered of a device."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    checks: Annotated[list[Check], Field(max_length=20)]
    configuration: str
    sample: Annotated[list[dict[str, Any]], Field(max_length=400)]


def gather(session: Any, audit: FirewallAudit, row: AuditedDevice, now: datetime) -> Gathered:
    """Look at a device with every tool and draw its sample; nothing is written."""
    method = session.get_one(AuditMethod, audit.method_id)
    device = session.get_one(NetworkDevice, row.device_id)
    version = latest(session, row.device_id)
    scene = Scene(session, audit, device, version, now)
    rules = rules_of(version, audit.seed, method.sample_rules) if version is not None else []
    days = days_of(scene, method.sample_days)
    return Gathered(
        checks=tools.checks_of(scene),
        configuration=version.digest if version is not None else "",
        sample=[*rules, *days],
    )


def latest(session: Any, device_id: UUID) -> ConfigurationVersion | None:
    """Give the last version of a device's configuration; None where there is none."""
    rows = select(ConfigurationVersion).where(ConfigurationVersion.device_id == device_id)
    found: ConfigurationVersion | None = session.scalars(
        rows.order_by(col(ConfigurationVersion.number).desc()).limit(1)
    ).first()
    return found


def rules_of(version: ConfigurationVersion, seed: str, size: int) -> list[dict[str, Any]]:
    """Draw rules of a version, with their owner and change where a comment or the vendor names them."""
    try:
        ruleset = annotated(texts.read(version.text, version.kind), house_terms())
    except OmniError:
        return []
    return [_rule(one) for one in draw_rules(ruleset, seed, version.digest, size)]


def _rule(drawn: Drawn) -> dict[str, Any]:
    rule = drawn.rule
    return {
        "kind": "rule", "filter": drawn.filter, "place": rule.place, "line": rule.line, "id": rule.id, "action": rule.action,
        "text": rule.text[:MOST_TEXT], "owner": rule.owner, "ticket": rule.ticket, "comment": rule.comment[:200],
        "ends": rule.ends_at.isoformat() if rule.ends_at else "", "enabled": rule.enabled, "logs": rule.logs,
    }  # fmt: skip


def days_of(scene: Scene, size: int) -> list[dict[str, Any]]:
    """Draw days of the log: how many lines of the device are of it, and whether the review of that week is signed."""
    first = max(scene.audit.since, scene.device.added_at).date()
    last = (scene.audit.until - timedelta(days=1)).date()
    drawn = draw_days(scene.device.slug, first, last, scene.audit.seed, size) if first <= last else []
    if not drawn:
        return []
    rows = dict.fromkeys(drawn, 0)
    for manifest in place.store().manifests():
        for _, piece in manifest.pieces:
            if piece.device == scene.device.slug and piece.day in rows:
                rows[piece.day] += piece.rows
    reviews = list(scene.session.scalars(select(LogReview).where(LogReview.until > scene.audit.since)))
    told = []
    for day in drawn:
        own = next((one for one in reviews if one.since.date() <= day < one.until.date()), None)
        told.append(
            {
                "kind": "day", "day": day.isoformat(), "rows": rows[day], "review": str(own.id) if own else "",
                "signed": own is not None and own.state == SIGNED,
            }
        )  # fmt: skip
    return told


@action("audited-device.gather", on=AuditedDevice)
def gather_device(work: Work, audited: AuditedDevice, *, gathered: Gathered) -> None:
    """Put on record what the machine found of a device; a sample whose answers have begun is not drawn anew. [FW-5]"""
    audit = work.get(FirewallAudit, audited.audit_id, lock=True)
    if audit.state not in {GATHERING, OPEN} or audited.gathered_at is not None:
        raise Conflict("This device was looked at already.", "FW-5")
    audited.gathered_at = work.now
    audited.checks = [one.model_dump() for one in gathered.checks]
    if not audited.judged:
        audited.configuration, audited.sample = gathered.configuration, list(gathered.sample)
    work.note("configuration", gathered.configuration)
    work.session.flush()
    _open_when_whole(work, audit)


def _open_when_whole(work: Work, audit: FirewallAudit) -> None:
    left = select(AuditedDevice.id).where(AuditedDevice.audit_id == audit.id, col(AuditedDevice.gathered_at).is_(None))
    if audit.state == GATHERING and work.select(left.limit(1)).first() is None:
        AUDIT_STEPS.advance(work, audit, "gather")
        work.fact("firewall-audit.gathered", **{"firewall-audit_id": audit.id})


@action("audited-device.look-again", on=AuditedDevice)
def look_again(work: Work, audited: AuditedDevice) -> None:
    """Have the machine look at a device again: a configuration came, or something was mended. [FW-5]"""
    audit = work.get(FirewallAudit, audited.audit_id)
    if audit.state != OPEN:
        raise Refused("FW-5", "This audit is not open.")
    audited.gathered_at = None


@action("firewall-audit.cover", on=FirewallAudit)
def cover(work: Work, audit: FirewallAudit) -> int:
    """Take the register's devices into an audit that opened while there was none. [FW-5]"""
    known = set(work.select(select(AuditedDevice.device_id).where(AuditedDevice.audit_id == audit.id)))
    if known or audit.state != GATHERING:
        raise Conflict("This audit has its devices.", "FW-5")
    found = opening.covered(work.session, work.get(AuditMethod, audit.method_id))
    opening.take_in(work, audit, found)
    return len(found)


@sweep("firewall-audit", seconds=60)
def run(now: datetime) -> None:
    """Look at every device of an audit that was not looked at yet. [FW-5]"""
    with read_session() as session:
        unsigned = list(session.scalars(select(FirewallAudit).where(col(FirewallAudit.state).in_([GATHERING, OPEN]))))
    for audit in unsigned:
        _look(audit, now)


def _look(audit: FirewallAudit, now: datetime) -> None:
    with read_session() as session:
        rows = list(session.scalars(select(AuditedDevice).where(AuditedDevice.audit_id == audit.id)))
        stands = not rows and bool(opening.covered(session, session.get_one(AuditMethod, audit.method_id)))
    try:
        if stands:
            cover(CLERK, audit.id)
        for row in rows:
            if row.gathered_at is None:
                with read_session() as session:
                    told = gather(session, audit, row, now)
                gather_device(CLERK, row.id, gathered=told)
    except Conflict:
        return  # another process was quicker
