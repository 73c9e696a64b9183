"""Reporting a breach: one step for who saw it, a case with a duty for the security officer. [TR-8]"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints
from sqlmodel import col, select

from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.reading import reading
from policy import incidents
from policy.approvals import person_of
from training.awareness.models import BREACH_STEPS, BreachReport, PhishingMail

Kind = Literal["mail", "lost", "person", "data", "password", "other"]
Told = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=4000)]

incidents.keep_incidents(BreachReport)


class BreachView(Answer):
    """A report as the security officer and who made it read it."""

    id: UUID
    kind: str
    told: str
    reporter_id: UUID
    reported_at: datetime
    state: str
    outcome: str | None
    closed_at: datetime | None
    closed_by: UUID | None

    @classmethod
    def of(cls, row: BreachReport) -> "BreachView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("breach.report", scope=HOUSE, answer=BreachView)
def report_breach(work: Work, *, kind: Kind, told: Told) -> BreachReport:
    """Report a breach, or what may be one: a case is open and the security officer has it. [TR-8]"""
    me = person_of(work)
    made = work.add(BreachReport(kind=kind, told=told, reporter_id=me, reported_at=work.now))
    work.session.flush()
    work.fact("breach.reported", **{"breach-report_id": made.id}, kind=kind)
    if kind == "mail":
        _note_trial(work, me)
    return made


def _note_trial(work: Work, person_id: UUID) -> None:
    """Note on the latest trial mail of a person that they reported a mail: that is what the trial asks."""
    rows = select(PhishingMail).where(PhishingMail.person_id == person_id, col(PhishingMail.reported_at).is_(None))
    mail = work.select(rows.order_by(col(PhishingMail.sent_at).desc()).limit(1).with_for_update()).first()
    if mail is not None:
        mail.reported_at = work.now


@action("breach.close", on=BreachReport, answer=BreachView)
def close_breach(work: Work, report: BreachReport, *, outcome: Told) -> BreachReport:
    """Close a report with what came of it. [TR-8]"""
    BREACH_STEPS.advance(work, report, "close")
    report.outcome, report.closed_at, report.closed_by = outcome, work.now, person_of(work)
    work.fact("breach.closed", **{"breach-report_id": report.id}, evidence_ref=report.ref)
    incidents.end_incident(work, report.ref)
    return report


@reading("breach.list", scope=HOUSE, watched=True)
def list_breaches(work: Work) -> list[BreachView]:
    """List the reports of breaches, open ones first, then the newest. [TR-8]"""
    rows = select(BreachReport).order_by(col(BreachReport.state).desc(), col(BreachReport.reported_at).desc())
    return [BreachView.of(row) for row in work.select(rows.limit(500))]


@reading("breach.mine")
def my_reports(work: Work) -> list[BreachView]:
    """List what you reported and what came of it. [TR-8]"""
    rows = select(BreachReport).where(BreachReport.reporter_id == work.actor.id)
    return [BreachView.of(row) for row in work.select(rows.order_by(col(BreachReport.reported_at).desc()))]
