"""What is persistent or dangerous is put before the technical director, who answers by a day. [FW-4]"""

from datetime import timedelta
from typing import Annotated

from pydantic import StringConstraints
from sqlmodel import col, select

from firewall_audit.review.models import FindingReport, LogFinding
from firewall_audit.review.views import ReportView
from kernel.action import Work, action
from kernel.errors import Conflict
from policy import book
from policy.approvals import person_of

Reply = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=5000)]


def report_found(work: Work, finding: LogFinding) -> FindingReport | None:
    """Report a finding that is dangerous or persistent; None where it is neither, or is told already."""
    if finding.danger == "high":
        return report(work, finding, "dangerous")
    return report(work, finding, "persistent") if finding.persistent and finding.danger == "medium" else None


def report(work: Work, finding: LogFinding, why: str) -> FindingReport | None:
    """Put a finding before the technical director; None where that waits for an answer already, or was answered not long ago.

    What the reviewer escalates is put again, however lately it was answered.
    """
    same = select(FindingReport).where(FindingReport.key == finding.key)
    last = work.select(same.order_by(col(FindingReport.reported_at).desc()).limit(1)).first()
    again = timedelta(days=book.number("FW-4", "again_days"))
    if last is not None and (last.state == "open" or (why != "escalated" and last.reported_at > work.now - again)):
        return None
    made = work.add(
        FindingReport(scope=finding.scope, key=finding.key, finding_id=finding.id, why=why, reported_at=work.now)
    )
    work.session.flush()
    work.fact("finding.reported", **{"finding-report_id": made.id}, danger=finding.danger, why=why)
    return made


@action("finding-report.answer", on=FindingReport, answer=ReportView)
def answer_report(work: Work, reported: FindingReport, *, answer: Reply) -> FindingReport:
    """Answer a report of what is dangerous or persistent: what is done about it, or why nothing is. [FW-4]"""
    if reported.state != "open":
        raise Conflict("This report is answered already.", "FW-4")
    reported.state, reported.answer = "answered", answer
    reported.answered_by, reported.answered_at = person_of(work), work.now
    work.fact("finding.answered", **{"finding-report_id": reported.id})
    return reported
