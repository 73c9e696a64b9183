"""What FW-3 and FW-4 are proved by: each period was reviewed in time, and what was reported has been answered. [FW-3, FW-4]"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from firewall_audit.review.models import SIGNED, FindingReport, LogFinding, LogReview
from firewall_audit.review.reviews import unanswered
from kernel.action import Work
from kernel.errors import Refused
from policy.evidence import Evidence, evidence, found, probe
from policy.models import Duty

REPORT = "firewall-report"
LOOKED_BACK = timedelta(days=400)


@evidence("FW-3")
def firewall_logs_were_reviewed(session: Any, now: datetime) -> Evidence:
    """Every period whose review is due was reviewed and signed by its day."""
    rows = session.execute(
        select(LogReview, Duty)
        .join(Duty, col(Duty.id) == LogReview.duty_id)
        .where(LogReview.since >= now - LOOKED_BACK)
        .order_by(col(LogReview.since))
    ).all()
    due = [(review, duty) for review, duty in rows if review.state == SIGNED or duty.due_at <= now]
    late = [review.ref for review, duty in due if review.signed_at is None or review.signed_at > duty.due_at]
    return found(
        (review.ref for review, _ in due),
        late,
        (review.ref for review, duty in rows if review.state != SIGNED and duty.due_at > now),
    )


@evidence("FW-4", empty_ok=True)
def dangerous_findings_were_reported(session: Any, now: datetime) -> Evidence:
    """Every finding that is dangerous was put before the technical director, and answered by its day."""
    dangerous = session.scalars(
        select(LogFinding).where(LogFinding.danger == "high", col(LogFinding.gone).is_(False))
    ).all()
    reports = list(session.scalars(select(FindingReport)))
    told = {one.key for one in reports}
    due = {one.about_ref: one for one in session.scalars(select(Duty).where(Duty.rule == REPORT))}
    silent = [one.ref for one in dangerous if one.key not in told]
    late = [one.ref for one in reports if _is_late(one, due.get(one.ref), now)]
    return found([*(one.ref for one in dangerous), *(one.ref for one in reports)], [*silent, *late])


def _is_late(one: FindingReport, duty: Duty | None, now: datetime) -> bool:
    return duty is None or (one.answered_at or now) > duty.due_at


@probe("FW-3", guard="unanswered-log-review")
def sign_unanswered(work: Work) -> None:
    """A review with a dangerous finding that nobody answered is not signed."""
    open_one = LogFinding(
        review_id=work.action_id,
        key="probe",
        kind="scan.vertical",
        about="",
        title="",
        reason="",
        danger="high",
        count=1,
        first_at=work.now,
        last_at=work.now,
    )
    review = LogReview(duty_id=work.action_id, since=work.now, until=work.now, opened_at=work.now)
    why = unanswered([open_one], review)
    if why is not None:
        raise Refused("FW-3", why)
