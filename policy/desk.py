"""The doors to duties: what I hold, what is late, done, handed over, excused. [CC-4, FW-3, TR-1]"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlmodel import col, select

from kernel import gate
from kernel.action import Work, action
from kernel.db import Answer
from kernel.errors import Refused
from kernel.gate import Ask, condition
from kernel.reading import reading
from policy import book
from policy.approvals import person_of
from policy.duties import duties_of, excuse_duty, fulfil_duty, hand_over_duty, holds
from policy.models import Duty

Reason = Annotated[str, Field(min_length=3, max_length=500)]
Page = Annotated[int, Field(ge=1, le=500)]


class DutyView(Answer):
    """A duty as a door shows it."""

    id: UUID
    rule: str
    clause: str
    title: str
    scope: str
    about_ref: str
    holder_id: UUID | None
    holder_role: str | None
    escalates_to: str
    opened_at: datetime
    due_at: datetime
    warned_at: datetime | None
    fired_at: datetime | None
    state: str
    closed_at: datetime | None
    closed_by: str | None
    evidence_ref: str | None
    reason: str | None

    @classmethod
    def of(cls, row: Duty) -> "DutyView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@condition("own-duty", where=lambda model, actor: model.holder_id == actor.id)
def own_duty(ask: Ask) -> str | None:
    """Tell whether the duty is this person's, by name or by role."""
    mine = isinstance(ask.target, Duty) and ask.actor.id is not None and holds(ask.actor.id, ask.target, ask.now)
    return None if mine else "it is not your duty"


@action("duty.fulfil", on=Duty, answer=DutyView)
def do_duty(work: Work, duty: Duty, *, evidence_ref: Annotated[str, Field(min_length=3, max_length=500)]) -> Duty:
    """Close a duty as done, with what proves it. [CC-4, FW-3]"""
    rule = book.duty_rules().get(duty.rule)
    if rule is not None and rule.fulfilled_by is not None:
        raise Refused(duty.clause, f"This duty closes by itself, when {rule.fulfilled_by} is told.")
    if rule is not None and rule.done_by is not None:
        raise Refused(duty.clause, f"This duty closes by itself, when its work is done: {rule.done_by}.")
    return fulfil_duty(work, duty, evidence_ref)


@action("duty.hand-over", on=Duty, answer=DutyView)
def pass_duty_on(work: Work, duty: Duty, *, to: UUID) -> Duty:
    """Give a duty to another person of the role it asks for."""
    return hand_over_duty(work, duty, to)


@action("duty.excuse", on=Duty, answer=DutyView)
def let_duty_be(work: Work, duty: Duty, *, reason: Reason, until: AwareDatetime | None = None) -> Duty:
    """Excuse someone's duty until a date."""
    return excuse_duty(work, duty, reason=reason, until=until)


@reading("duty.mine")
def my_duties(work: Work) -> list[DutyView]:
    """List your open duties and what escalated to you, soonest first."""
    return [DutyView.of(duty) for duty in duties_of(work, person_of(work))]


@reading("duty.list")
def list_duties(
    work: Work,
    *,
    rule: str | None = None,
    clause: str | None = None,
    late: bool = False,
    before: UUID | None = None,
    limit: Page = 100,
) -> list[DutyView]:
    """List duties in the scopes you oversee, the newest first; `late` keeps those done late or overdue now."""
    rows = (
        select(Duty)
        .where(gate.visible(work.actor, "duty.list", Duty, work.now))
        .order_by(col(Duty.id).desc())
        .limit(limit)
    )
    if rule is not None:
        rows = rows.where(Duty.rule == rule)
    if clause is not None:
        rows = rows.where(Duty.clause == clause)
    if late:
        rows = rows.where(
            ((col(Duty.state) == "open") & (col(Duty.due_at) <= work.now)) | (col(Duty.closed_at) > col(Duty.due_at))
        )
    if before is not None:
        rows = rows.where(col(Duty.id) < before)
    return [DutyView.of(duty) for duty in work.select(rows)]
