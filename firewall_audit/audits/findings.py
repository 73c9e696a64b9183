"""Findings of an audit: raised for an owner with a day by their danger, answered by the owner, verified by the auditor. [FW-5]"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints
from sqlmodel import select

from firewall_audit.audits import guards
from firewall_audit.audits.models import ANSWERED, OPEN, WITHDRAWN, AuditedDevice, AuditFinding
from firewall_audit.audits.states import FINDING_STEPS
from kernel.action import Work, action
from kernel.db import Answer, uuid7
from kernel.errors import Refused
from kernel.gate import Ask, condition
from policy import book, duties
from policy.approvals import person_of
from policy.changes import BOUND, last_approved, live_window
from policy.holders import roles_of

CLAUSE, RULE = "FW-5", "audit-finding"
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=5000)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=300)]
Change = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]


class AuditFindingView(Answer):
    """A finding as a door shows it."""

    id: UUID
    audit_id: UUID
    audited_id: UUID
    key: str
    danger: str
    kind: str
    told: dict[str, Any]
    said: str
    raised_at: datetime
    owner_id: UUID
    due_at: datetime
    state: str
    response: str
    words: str
    change: str
    until: datetime | None
    answered_at: datetime | None
    verdict: str
    verified_by: UUID | None
    verified_at: datetime | None

    @classmethod
    def of(cls, row: AuditFinding) -> "AuditFindingView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@condition("own-audit-finding", where=lambda model, actor: model.owner_id == actor.id)
def own_finding(ask: Ask) -> str | None:
    """Tell whether this person owns the finding."""
    owns = isinstance(ask.target, AuditFinding) and ask.actor.id == ask.target.owner_id
    return None if owns else "it is not your finding"


def raise_finding(
    work: Work,
    audited: AuditedDevice,
    key: str,
    kind: str,
    danger: str,
    told: Mapping[str, Any],
    said: str = "",
) -> AuditFinding:
    """Raise a finding for the owner of the device, once in an audit under one key; found again it says the newer words."""
    same = select(AuditFinding).where(AuditFinding.audited_id == audited.id, AuditFinding.key == key)
    row: AuditFinding | None = work.select(same.with_for_update()).first()
    if row is not None and row.state != WITHDRAWN:
        row.told, row.said = dict(told), said
        return row
    due = due_of(work, danger)
    if row is not None:
        FINDING_STEPS.advance(work, row, "raise")
        row.told, row.said, row.danger, row.due_at = dict(told), said, danger, due
    else:
        row = work.add(
            AuditFinding(
                scope=audited.scope, audit_id=audited.audit_id, audited_id=audited.id, key=key, danger=danger, kind=kind, told=dict(told), said=said,
                raised_by=work.actor.id, raised_at=work.now, owner_id=audited.owner_id, due_at=due,
            )
        )  # fmt: skip
    work.session.flush()
    _ask_owner(work, row)
    return row


def due_of(work: Work, danger: str) -> datetime:
    """Give the day by which a danger is to be answered."""
    return work.now + timedelta(days=book.number(CLAUSE, f"days_{danger}"))


def _ask_owner(work: Work, row: AuditFinding) -> None:
    duties.open_duty(work, RULE, about_ref=row.ref, due_at=row.due_at, holder_id=row.owner_id)
    work.fact("audit-finding.raised", **{"audit-finding_id": row.id}, danger=row.danger, owner_id=row.owner_id)


def withdraw(work: Work, audited: AuditedDevice, key: str) -> None:
    """Take a finding back that its owner has not answered: what it rested on was answered otherwise."""
    same = select(AuditFinding).where(AuditFinding.audited_id == audited.id, AuditFinding.key == key)
    row: AuditFinding | None = work.select(same.with_for_update()).first()
    if row is None or row.state == WITHDRAWN:
        return
    if row.state != OPEN:
        raise Refused(CLAUSE, "The owner has answered the finding that came of this; verify or return it.")
    FINDING_STEPS.advance(work, row, "withdraw")
    duties.end_duties(work, RULE, row.ref, "the finding was taken back")


@action("audited-device.find", on=AuditedDevice, answer=AuditFindingView)
def find(work: Work, audited: AuditedDevice, *, title: Title, danger: Literal["low", "medium", "high"]) -> AuditFinding:
    """Raise a finding that no point, no sample and no scan speaks of. [FW-5]"""
    guards.at_work(work, audited)
    return raise_finding(work, audited, f"hand:{uuid7()}", "hand", danger, {}, title)


@action("audit-finding.assign", on=AuditFinding, answer=AuditFindingView)
def assign(work: Work, finding: AuditFinding, *, owner_id: UUID) -> AuditFinding:
    """Give a finding another owner; its day stays. [FW-5]"""
    if finding.state != OPEN:
        raise Refused(CLAUSE, "Only a finding that is open is given to another.")
    if not roles_of(owner_id, finding.scope, work.now):
        raise Refused(CLAUSE, "This person holds no role here and could not answer.")
    duties.end_duties(work, RULE, finding.ref, "another owner")
    finding.owner_id = owner_id
    work.session.flush()
    due = max(finding.due_at, work.now + timedelta(days=1))
    duties.open_duty(work, RULE, about_ref=finding.ref, due_at=due, holder_id=owner_id)
    return finding


@action("audit-finding.answer", on=AuditFinding, answer=AuditFindingView)
def answer_finding(
    work: Work,
    finding: AuditFinding,
    *,
    response: Literal["accepted", "contested", "mended"],
    words: Words,
    change: Change = "",
    until: AwareDatetime | None = None,
) -> AuditFinding:
    """Answer a finding as its owner: mended by a change, contested, or accepted until a day. [FW-5]"""
    if (response == "accepted") != (until is not None):
        raise Refused(CLAUSE, "What is accepted is accepted until a day, and nothing else is.")
    if until is not None:
        longest = work.now + timedelta(days=book.number(CLAUSE, "longest_accept_days"))
        if not work.now < until <= longest:
            raise Refused(CLAUSE, f"It is accepted until a day that comes, and not after {longest:%Y-%m-%d}.")
    if change and not _is_known(work, change):
        raise Refused(CLAUSE, "There is no authorised change of this number.")
    FINDING_STEPS.advance(work, finding, "answer")
    finding.response, finding.words, finding.change = response, words, change
    finding.until, finding.answered_at = until, work.now
    duties.fulfil(work, RULE, finding.ref, finding.ref)
    work.fact("audit-finding.answered", **{"audit-finding_id": finding.id})
    return finding


def _is_known(work: Work, change: str) -> bool:
    ref = BOUND + change
    return live_window(work.session, ref) is not None or last_approved(work.session, ref) is not None


@action("audit-finding.verify", on=AuditFinding, answer=AuditFindingView)
def verify(work: Work, finding: AuditFinding, *, words: Words) -> AuditFinding:
    """Say that an answer holds: what was mended is mended, what is accepted may be. [FW-5]"""
    _judge(work, finding, "verify", words)
    finding.verified_by, finding.verified_at = person_of(work), work.now
    return finding


@action("audit-finding.return", on=AuditFinding, answer=AuditFindingView)
def return_finding(work: Work, finding: AuditFinding, *, words: Words) -> AuditFinding:
    """Give an answer back that does not hold; the owner has some days more, and the first day stays seen. [FW-5]"""
    _judge(work, finding, "return", words)
    finding.response, finding.until = "", None
    due = max(finding.due_at, work.now + timedelta(days=book.number(CLAUSE, "days_returned")))
    work.session.flush()
    duties.open_duty(work, RULE, about_ref=finding.ref, due_at=due, holder_id=finding.owner_id)
    return finding


def _judge(work: Work, finding: AuditFinding, happened: str, words: str) -> None:
    if finding.state != ANSWERED:
        raise Refused(CLAUSE, "The owner of this finding has not answered yet.")
    guards.impartial(work, [finding.owner_id])
    FINDING_STEPS.advance(work, finding, happened)
    finding.verdict = words
    work.fact("audit-finding.judged", **{"audit-finding_id": finding.id})
