"""An audit opens by itself with its duty, by the method in force, over every firewall and router that stands on the register then. [FW-5]"""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from firewall_audit.audits.models import APPROVED, AuditedDevice, AuditMethod, FirewallAudit
from firewall_audit.models import NetworkDevice
from firewall_audit.models.devices import IN_SERVICE
from kernel.action import Fact, Work, on_fact
from policy import book
from policy.models import OPEN, Duty

RULE = "firewall-audit"
LOOKED_BACK = timedelta(days=366)


@on_fact("duty.opened")
def open_audit(work: Work, fact: Fact) -> None:
    """Open the audit that a duty asks for; without an approved method it waits until there is one. [FW-5]"""
    if fact.data["rule"] != RULE:
        return
    method = in_force(work)
    if method is not None:
        begin(work, work.get(Duty, fact.data["duty_id"]), method)


def open_waiting(work: Work, method: AuditMethod) -> None:
    """Open the audits of duties that waited for a method."""
    for duty in waiting_duties(work.session):
        begin(work, duty, method)


def waiting_duties(session: Any) -> list[Duty]:
    """Give the open duties that have no audit, because no method was approved."""
    rows = (
        select(Duty)
        .outerjoin(FirewallAudit, col(FirewallAudit.duty_id) == Duty.id)
        .where(Duty.rule == RULE, Duty.state == OPEN, col(FirewallAudit.id).is_(None))
        .order_by(col(Duty.due_at))
    )
    return list(session.scalars(rows))


def begin(work: Work, duty: Duty, method: AuditMethod) -> FirewallAudit:
    """Open an audit: its seed is drawn now, before anybody knows what will be drawn from."""
    last = work.select(select(FirewallAudit.until).order_by(col(FirewallAudit.until).desc()).limit(1)).first()
    since = max(last or work.now - LOOKED_BACK, work.now - LOOKED_BACK)
    audit = work.add(
        FirewallAudit(
            duty_id=duty.id, method_id=method.id, since=min(since, work.now - timedelta(days=1)), until=work.now,
            seed=secrets.token_hex(16),
        )
    )  # fmt: skip
    work.session.flush()
    take_in(work, audit, covered(work.session, method))
    work.cite("FW-5")
    work.fact("firewall-audit.opened", **{"firewall-audit_id": audit.id})
    return audit


def take_in(work: Work, audit: FirewallAudit, devices: Iterable[NetworkDevice]) -> None:
    """Take devices into an audit, as the register has them now."""
    for device in devices:
        work.add(
            AuditedDevice(
                audit_id=audit.id, device_id=device.id, slug=device.slug, name=device.name, kind=device.kind,
                site=device.scope, owner_id=device.owner_id,
            )
        )  # fmt: skip
    work.session.flush()


def in_force(work: Work) -> AuditMethod | None:
    """Give the method in force; None where none was approved yet."""
    found: AuditMethod | None = work.select(select(AuditMethod).where(AuditMethod.state == APPROVED)).first()
    return found


def covered(session: Any, method: AuditMethod | None) -> list[NetworkDevice]:
    """List the devices in service that an audit covers: the kinds of the book, at the sites of the method."""
    told = book.parameter("FW-5", "kinds")
    kinds = [str(one) for one in told] if isinstance(told, list) else [str(told)]
    rows = select(NetworkDevice).where(NetworkDevice.state == IN_SERVICE, col(NetworkDevice.kind).in_(kinds))
    if method is not None and method.sites:
        rows = rows.where(col(NetworkDevice.scope).in_(method.sites))
    return list(session.scalars(rows.order_by(col(NetworkDevice.slug))))
