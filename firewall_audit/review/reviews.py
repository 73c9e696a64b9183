"""The weekly review: it opens by itself, is drawn by the machine, answered finding by finding, and signed with one's name. [FW-3]"""

import hashlib
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints
from sqlmodel import col, select

from firewall_audit.review.models import (
    ACCEPTED,
    ESCALATED,
    INCIDENT,
    OPEN,
    SIGNED,
    AcceptedNoise,
    LogFinding,
    LogReview,
)
from firewall_audit.review.reports import report
from firewall_audit.review.states import REVIEW_STEPS
from firewall_audit.review.views import FindingView, ReviewView
from kernel.action import Fact, Work, action, on_fact
from kernel.errors import Conflict, Malformed, Refused
from kernel.ledger.entries import canonical
from policy import book, duties, incidents
from policy.approvals import person_of
from policy.models import Duty
from policy.recurrence import period_at

RULE = "firewall-log-review"
Remark = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=2000)]
Conclusion = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=10_000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


@on_fact("duty.opened")
def open_review(work: Work, fact: Fact) -> None:
    """Open the review of the period that has just ended, with the duty that asks for it. [FW-3]"""
    if fact.data["rule"] != RULE:
        return
    duty = work.get(Duty, fact.data["duty_id"])
    calendar = book.duty_rules()[RULE].calendar
    if calendar is None:
        raise LookupError(f"the duty {RULE} has no calendar, so nobody can tell which period it is about")
    ended = datetime.fromisoformat(duty.period)
    before = period_at(calendar, ended - timedelta(microseconds=1))
    since = before.start if before.end <= ended else ended - (before.end - before.start)
    work.add(LogReview(duty_id=duty.id, since=since, until=ended, opened_at=work.now))


@action("log-finding.dispose", on=LogFinding, answer=FindingView)
def dispose(
    work: Work,
    finding: LogFinding,
    *,
    disposition: Literal["explained", "accepted", "escalated", "incident"],
    remark: Remark,
    until: AwareDatetime | None = None,
    incident: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] | None = None,
) -> LogFinding:
    """Say what a finding is: explained, accepted until a day, put before the technical director, or an incident. [FW-3, FW-4]"""
    _still_open(work, finding.review_id)
    _check(work, disposition, until, incident)
    _take_back(work, finding)
    finding.disposition, finding.remark = disposition, remark
    finding.until, finding.incident = until, incident
    finding.disposed_by, finding.disposed_at = person_of(work), work.now
    if disposition == ACCEPTED and until is not None:
        work.add(
            AcceptedNoise(
                key=finding.key, kind=finding.kind, finding_id=finding.id, reason=remark, until=until,
                given_by=person_of(work), given_at=work.now,
            )
        )  # fmt: skip
    if disposition == ESCALATED:
        report(work, finding, "escalated")
    return finding


def _check(work: Work, disposition: str, until: datetime | None, incident: str | None) -> None:
    if (disposition == ACCEPTED) != (until is not None):
        raise Refused("FW-3", "What is accepted is accepted until a day, and nothing else is.")
    if until is not None:
        longest = work.now + timedelta(days=book.number("FW-3", "longest_accept_days"))
        if not work.now < until <= longest:
            raise Refused("FW-3", f"It is accepted until a day that comes, and not after {longest:%Y-%m-%d}.")
    if (disposition == INCIDENT) != (incident is not None):
        raise Refused("FW-3", "An incident is named by its reference, and nothing else is.")
    if incident is not None:
        why = incidents.why_not(work, incident)
        if why is not None:
            raise Refused("FW-3", why)


def _take_back(work: Work, finding: LogFinding) -> None:
    """End what an earlier word about this finding had accepted."""
    rows = select(AcceptedNoise).where(AcceptedNoise.key == finding.key, col(AcceptedNoise.ended_at).is_(None))
    for row in list(work.select(rows.with_for_update())):
        row.ended_at = work.now
    work.session.flush()


@action("accepted-noise.end", on=AcceptedNoise)
def end_acceptance(work: Work, noise: AcceptedNoise) -> None:
    """Stop accepting something before its day; it is found again from now on. [FW-3]"""
    if noise.ended_at is not None or noise.until <= work.now:
        raise Conflict("This is no longer accepted.")
    noise.ended_at = work.now


@action("log-review.answer", on=LogReview, answer=ReviewView)
def answer_sample(
    work: Work,  # noqa: ARG001 - the frame's own form
    review: LogReview,
    *,
    place: int,
    right: bool,
    remark: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = "",
) -> LogReview:
    """Say of a line of the sample whether it was read rightly and judged rightly; what is not needs a remark. [FW-3]"""
    _open(review)
    if not 0 <= place < len(review.sample):
        raise Malformed("This is not in the sample.")
    if not right and not remark:
        raise Refused("FW-3", "Say what was read wrongly.")
    key = str(place)
    review.answers = review.answers | {key: right}
    review.remarks = {one: text for one, text in (review.remarks | {key: remark}).items() if text}
    return review


@action("log-review.sign", on=LogReview, answer=ReviewView)
def sign_review(work: Work, review: LogReview, *, name: Name, conclusion: Conclusion) -> LogReview:
    """Sign a review with one's own name, typed; what is dangerous or persistent has its answer by then, and so has the sample. [FW-3]"""
    _open(review)
    duty = work.get(Duty, review.duty_id, lock=True)
    person = person_of(work)
    if not duties.holds(person, duty, work.now, escalated=True):
        raise Refused("FW-3", "Another person does this review.")
    findings = findings_of(work, review)
    why = unanswered(findings, review)
    if why is not None:
        raise Refused("FW-3", why)
    if name.casefold().split() != work.actor.name.casefold().split():
        raise Refused("FW-3", "A review is signed with one's own name.")
    REVIEW_STEPS.advance(work, review, "sign")
    review.signed_at, review.signed_by, review.signed_name, review.conclusion = work.now, person, name, conclusion
    review.signed_digest = digest_of(review, findings)
    work.note("digest", review.signed_digest)
    work.note("inputs", review.inputs_digest)
    if duty.state == "open":
        duties.fulfil_duty(work, duty, review.ref)
    work.fact("log-review.signed", **{"log-review_id": review.id}, findings=len(findings))
    return review


def unanswered(findings: list[LogFinding], review: LogReview) -> str | None:
    """Say what a review still lacks before it can be signed; None where nothing."""
    left = sum(one.needs_answer for one in findings)
    if left:
        return f"{left} findings that are dangerous or persistent have no answer yet."
    lines = len(review.sample) - len(review.answers)
    return f"{lines} lines of the sample are not answered yet." if lines else None


def findings_of(work: Work, review: LogReview) -> list[LogFinding]:
    """Give the findings of a review in the order of their keys."""
    return list(work.select(select(LogFinding).where(LogFinding.review_id == review.id).order_by(col(LogFinding.key))))


def digest_of(review: LogReview, findings: list[LogFinding]) -> str:
    """Give the SHA-256 of what is signed: anybody with the review in hand can reckon it again."""
    told: dict[str, Any] = {
        "since": review.since.isoformat(), "until": review.until.isoformat(), "inputs": review.inputs_digest, "pack": review.pack,
        "suppressed": review.suppressed, "seed": review.seed, "sample": review.sample, "answers": review.answers,
        "remarks": review.remarks, "conclusion": review.conclusion, "name": review.signed_name,
        "findings": [
            [one.key, one.kind, one.danger, one.persistent, one.count, one.gone, one.disposition, one.remark,
             one.until.isoformat() if one.until else "", one.incident or "", str(one.disposed_by or "")]
            for one in findings
        ],
    }  # fmt: skip
    return hashlib.sha256(canonical(told)).hexdigest()


def _open(review: LogReview) -> None:
    if review.state == SIGNED:
        raise Conflict("This review is signed and stays as it is.", "FW-3")
    if review.state != OPEN:
        raise Conflict("The lines of this period are still being looked at.", "FW-3")


def _still_open(work: Work, review_id: UUID) -> None:
    _open(work.get(LogReview, review_id, lock=True))
