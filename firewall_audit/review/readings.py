"""Readings of the weekly review: the list, one review on a page, the lines behind a finding, what is accepted, what was reported. [FW-3, FW-4]"""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from firewall_audit import place
from firewall_audit.detections.finding import DANGERS
from firewall_audit.models import LogBatch
from firewall_audit.review.models import AcceptedNoise, FindingReport, LogFinding, LogReview
from firewall_audit.review.reviews import unanswered
from firewall_audit.review.views import FindingView, NoiseView, ReportView, ReviewView
from kernel.action import Work
from kernel.db import HOUSE, Answer
from kernel.reading import reading
from policy.models import Duty

MOST = 200


class ReviewPage(Answer):
    """A review with its findings, the gravest first, and what it still lacks."""

    review: ReviewView
    due_at: datetime
    findings: list[FindingView]
    missing: str | None
    """What must be answered before it can be signed."""
    reports: list[ReportView]
    may_sign_here: bool
    """It is open, and nothing is missing."""
    dropped_at: datetime | None = None
    """When lines of the period were dropped, because their time was over; the findings stay, their lines are gone."""


class LineView(Answer):
    """A line as it came; None: it was dropped with its day."""

    batch: str
    place: int
    text: str | None


class NoisePage(Answer):
    """Something accepted, and the finding it was said of."""

    noise: NoiseView
    finding: FindingView


class ReportPage(Answer):
    """A report upwards with the finding it is about, and the day by which it is answered."""

    report: ReportView
    finding: FindingView
    due_at: datetime | None


@reading("log-review.list", scope=HOUSE)
def list_reviews(work: Work) -> list[ReviewView]:
    """List the weekly reviews, the newest period first. [FW-3]"""
    rows = select(LogReview).order_by(col(LogReview.since).desc(), col(LogReview.id).desc()).limit(MOST)
    return [ReviewView.of(row) for row in work.select(rows)]


@reading("log-review.read", on=LogReview, watched=True)
def read_review(work: Work, review: LogReview) -> ReviewPage:
    """Show a review: what is new, dangerous, persistent, unexplained, and what it rests on. [FW-3]"""
    findings = list(work.select(select(LogFinding).where(LogFinding.review_id == review.id)))
    findings.sort(
        key=lambda one: (one.gone, -DANGERS.index(_danger(one)), not one.persistent, not one.new, -one.count, one.key)
    )
    missing = unanswered(findings, review) if review.state != "gathering" else None
    reports = select(FindingReport).where(col(FindingReport.key).in_([one.key for one in findings]))
    return ReviewPage(
        review=ReviewView.of(review),
        due_at=work.get(Duty, review.duty_id).due_at,
        findings=[FindingView.of(one) for one in findings],
        missing=missing,
        reports=[ReportView.of(one) for one in work.select(reports.order_by(col(FindingReport.id).desc()).limit(MOST))],
        may_sign_here=review.state == "open" and missing is None,
        dropped_at=_dropped(work, review),
    )  # fmt: skip


def _dropped(work: Work, review: LogReview) -> datetime | None:
    """Give when lines of a review's period were last dropped."""
    rows = select(LogBatch.dropped_at).where(
        col(LogBatch.dropped_at).is_not(None),
        col(LogBatch.first_at) < review.until,
        col(LogBatch.last_at) >= review.since,
    )
    found: datetime | None = work.select(rows.order_by(col(LogBatch.dropped_at).desc()).limit(1)).first()
    return found


def _danger(one: LogFinding) -> Any:
    return one.danger


@reading("log-finding.read", on=LogFinding, watched=True)
def read_one(work: Work, finding: LogFinding) -> FindingView:  # noqa: ARG001 - the frame's own form
    """Show a finding. [FW-3]"""
    return FindingView.of(finding)


@reading("log-finding.lines", on=LogFinding, watched=True)
def read_finding(work: Work, finding: LogFinding) -> list[LineView]:  # noqa: ARG001 - the frame's own form
    """Show the lines that a finding rests on, as they came. [FW-3]"""
    return lines_of([(str(batch), int(place)) for batch, place in finding.evidence])


@reading("log-review.sample", on=LogReview, watched=True)
def read_sample(work: Work, review: LogReview) -> list[LineView]:  # noqa: ARG001 - the frame's own form
    """Show the lines of the sample, as they came. [FW-3]"""
    return lines_of([(str(one["batch"]), int(one["place"])) for one in review.sample])


def lines_of(wanted: list[tuple[str, int]]) -> list[LineView]:
    """Fetch lines from the store, in the order asked."""
    from firewall_audit.store import Line, show  # noqa: PLC0415 - a large library, for those who look at lines

    return [
        LineView(batch=one.line.batch, place=one.line.place, text=None if one.raw is None else one.raw.decode(errors="backslashreplace"))
        for one in show(place.store(), [Line(batch, place) for batch, place in wanted])
    ]  # fmt: skip


@reading("log-review.state", on=LogReview)
def is_open(work: Work, review: LogReview) -> bool:  # noqa: ARG001 - the frame's own form
    """Tell whether a review can still be answered. [FW-3]"""
    return review.state == "open"


@reading("accepted-noise.list", scope=HOUSE)
def list_accepted(work: Work) -> list[NoisePage]:
    """List what is accepted until a day, the first to end first. [FW-3]"""
    rows = work.session.execute(
        select(AcceptedNoise, LogFinding)
        .join(LogFinding, col(LogFinding.id) == AcceptedNoise.finding_id)
        .where(col(AcceptedNoise.ended_at).is_(None), AcceptedNoise.until > work.now)
        .order_by(col(AcceptedNoise.until))
        .limit(MOST)
    )
    return [NoisePage(noise=NoiseView.of(noise), finding=FindingView.of(finding)) for noise, finding in rows]


@reading("finding-report.list", scope=HOUSE, watched=True)
def list_reports(work: Work, *, state: str | None = None) -> list[ReportPage]:
    """List what was reported as persistent or dangerous, the newest first. [FW-4]"""
    rows = select(FindingReport, LogFinding).join(LogFinding, col(LogFinding.id) == FindingReport.finding_id)
    if state is not None:
        rows = rows.where(FindingReport.state == state)
    found = list(work.session.execute(rows.order_by(col(FindingReport.id).desc()).limit(MOST)))
    due = _due(work, [one.ref for one, _ in found])
    return [
        ReportPage(report=ReportView.of(one), finding=FindingView.of(finding), due_at=due.get(one.ref))
        for one, finding in found
    ]


@reading("finding-report.read", on=FindingReport, watched=True)
def read_report(work: Work, reported: FindingReport) -> ReportPage:
    """Show a report with its finding. [FW-4]"""
    finding = work.get(LogFinding, reported.finding_id)
    due = _due(work, [reported.ref]).get(reported.ref)
    return ReportPage(report=ReportView.of(reported), finding=FindingView.of(finding), due_at=due)


def _due(work: Work, refs: list[str]) -> dict[str, datetime]:
    rows = work.select(select(Duty).where(Duty.rule == "firewall-report", col(Duty.about_ref).in_(refs)))
    return {row.about_ref: row.due_at for row in rows}
