"""What FW-5 is proved by: every device was audited within its time, by an approved method; and what tries its guards. [FW-5]"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from firewall_audit.audits import guards, opening
from firewall_audit.audits.models import OPEN, SIGNED, VERIFIED, WITHDRAWN, AuditedDevice, AuditFinding, FirewallAudit
from firewall_audit.audits.readings import last_signed
from kernel.action import Work
from kernel.errors import Refused
from policy import book
from policy.evidence import Evidence, evidence, found, probe
from policy.models import Duty


@evidence("FW-5")
def every_firewall_was_audited(session: Any, now: datetime) -> Evidence:
    """Every firewall and router in service was in an audit, by an approved method, that was signed within its time; none was signed late."""
    longest = timedelta(days=book.number("FW-5", "longest_days"))
    devices = opening.covered(session, None)
    last = last_signed(session)
    new = [one.ref for one in devices if one.id not in last and one.added_at > now - longest]
    over = [one.ref for one in devices if last.get(one.id, one.added_at) <= now - longest]
    rows = session.execute(
        select(FirewallAudit, Duty)
        .join(Duty, col(Duty.id) == FirewallAudit.duty_id)
        .where(FirewallAudit.until >= now - 2 * longest)
    ).all()
    late = [audit.ref for audit, duty in rows if (audit.signed_at or now) > duty.due_at]
    waiting = [one.ref for one in opening.waiting_duties(session) if one.due_at <= now]
    done = [audit.ref for audit, duty in rows if audit.state == SIGNED or duty.due_at <= now]
    return found([*(one.ref for one in devices if one.ref not in new), *done, *waiting], [*over, *late, *waiting], new)


@evidence("FW-5", empty_ok=True)
def audit_findings_are_settled(session: Any, now: datetime) -> Evidence:
    """Every finding of an audit was answered by its day, and what was accepted has not ended."""
    rows = list(session.scalars(select(AuditFinding).where(AuditFinding.state != WITHDRAWN)))
    late = [one.ref for one in rows if one.state == OPEN and one.due_at <= now]
    ended = [one.ref for one in rows if one.state == VERIFIED and one.until is not None and one.until <= now]
    return found((one.ref for one in rows), [*late, *ended])


@probe("FW-5", guard="unfinished-audit")
def sign_unfinished(work: Work) -> None:
    """An audit of which a device lacks an answer is not signed."""
    audit = FirewallAudit(
        duty_id=work.action_id, method_id=work.action_id, since=work.now, until=work.now, seed="", state=OPEN
    )
    device = AuditedDevice(
        audit_id=audit.id, device_id=work.action_id, slug="probe", name="", kind="firewall", site="house", owner_id=work.action_id,
        gathered_at=work.now,
    )  # fmt: skip
    why = guards.lacking(audit, [device], ["rules-1"])
    if why is not None:
        raise Refused("FW-5", why)


@probe("FW-5", guard="audit-by-another")
def audit_own(work: Work) -> None:
    """Whoever runs a device does not audit it."""
    why = guards.why_partial(work.action_id, [work.action_id], ())
    if why is not None:
        raise Refused("AC-6", why)
