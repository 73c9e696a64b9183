"""Duties: human work with a due time, opened by facts or by the calendar, and kept as rows until done. [CC-4, FW-3, TR-1]

Nothing here ticks. A row knows when it is due; a sweep finds what the clock has passed, however late the sweep comes.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, or_, select

from kernel.action import Fact, Work, on_fact
from kernel.errors import Refused
from policy import book
from policy.holders import roles_of
from policy.models import OPEN, Duty
from policy.reading import DutyRule
from policy.recurrence import warning_of
from policy.spans import span
from policy.workflow import Step, Workflow

DUTY_STEPS = Workflow(
    Duty,
    "open",
    [
        Step("open", "fulfil", "fulfilled"),
        Step("open", "excuse", "excused"),
        Step("open", "end", "ended"),
    ],
)


def open_duty(
    work: Work,
    rule_name: str,
    *,
    about_ref: str,
    due_at: datetime,
    opened_at: datetime | None = None,
    period: str | None = None,
    holder_id: UUID | None = None,
) -> Duty | None:
    """Open a duty of the book; None when this very one (rule, thing, period) is there already.

    Raises Refused when the duty is not in force or would be due before it opens.
    """
    rule = book.duty_rules().get(rule_name)
    if rule is None:
        raise Refused(None, f"The book in force has no duty {rule_name}.")
    opened = opened_at or work.now
    if due_at <= opened:
        raise Refused(rule.clause, "A duty is due after it opens.")
    if _there(work, rule_name, about_ref, period):
        return None
    person = _person_in(about_ref) if rule.holder == "subject" else None
    duty = work.add(
        Duty(
            rule=rule_name,
            clause=rule.clause,
            title=rule.title,
            scope=rule.scope,
            about_ref=about_ref,
            period=period or str(work.action_id),
            holder_id=holder_id or person,
            holder_role=None if rule.holder == "subject" else rule.holder,
            escalates_to=rule.escalates_to,
            opened_at=opened,
            warn_at=warning_of(opened, due_at),
            due_at=due_at,
        )
    )
    work.session.flush()
    work.cite(rule.clause)
    work.fact("duty.opened", duty_id=duty.id, rule=rule_name, about_ref=about_ref)
    return duty


def _there(work: Work, rule_name: str, about_ref: str, period: str | None) -> bool:
    """Tell whether it is there: this period of a calendar, or an open one that the same thing would open again."""
    same = col(Duty.period) == period if period else col(Duty.state) == OPEN
    found = work.select(select(Duty.id).where(Duty.rule == rule_name, Duty.about_ref == about_ref, same).limit(1))
    return found.first() is not None


def _person_in(about_ref: str) -> UUID | None:
    noun, _, key = about_ref.partition(":")
    return UUID(key) if noun == "person" else None


def fulfil_duty(work: Work, duty: Duty, evidence_ref: str | None = None) -> Duty:
    """Close a duty as done; one that renews opens its next. What was late stays seen to have been late."""
    DUTY_STEPS.advance(work, duty, "fulfil")
    _close(work, duty, evidence_ref=evidence_ref)
    work.fact("duty.fulfilled", duty_id=duty.id, rule=duty.rule, about_ref=duty.about_ref)
    rule = book.duty_rules().get(duty.rule)
    if rule is not None and rule.renews is not None:
        open_duty(work, duty.rule, about_ref=duty.about_ref, due_at=span(rule.renews).after(work.now))
    return duty


def fulfil(work: Work, rule_name: str, about_ref: str, evidence_ref: str | None = None) -> list[Duty]:
    """Close whatever of a rule is open about a thing; an empty list when nothing was."""
    return [fulfil_duty(work, duty, evidence_ref) for duty in _open_about(work, rule_name, about_ref)]


def excuse_duty(work: Work, duty: Duty, *, reason: str, until: datetime | None) -> Duty:
    """Let a duty be; it comes back at `until`. A calendar's duty comes back by itself, every other needs the date.

    Raises Refused when the holder excuses himself, or the excuse would have no end.
    """
    rule = book.duty_rules().get(duty.rule)
    if work.actor.id is not None and work.actor.id == duty.holder_id:
        raise Refused(duty.clause, "Nobody excuses himself.")
    if until is None and (rule is None or rule.calendar is None):
        raise Refused(duty.clause, "An excuse ends: say until when.")
    if until is not None and until <= work.now:
        raise Refused(duty.clause, "An excuse ends in the future.")
    DUTY_STEPS.advance(work, duty, "excuse")
    _close(work, duty, reason=reason)
    work.fact("duty.excused", duty_id=duty.id, rule=duty.rule, about_ref=duty.about_ref)
    if until is not None and rule is not None and rule.calendar is None:
        open_duty(work, duty.rule, about_ref=duty.about_ref, due_at=until, holder_id=duty.holder_id)
    return duty


def hand_over_duty(work: Work, duty: Duty, to: UUID) -> Duty:
    """Give a duty to another person of the role it asks for.

    Raises Refused when it is bound to the person it is about, is closed, or the other does not hold the role.
    """
    if duty.state != "open":
        raise Refused(duty.clause, "This duty is closed.")
    if duty.holder_role is None:
        raise Refused(duty.clause, "This duty is a person's own; no one else can do it for them.")
    if duty.holder_role not in roles_of(to, duty.scope, work.now):
        raise Refused(duty.clause, f"The duty asks a {duty.holder_role}, and this person is none.")
    duty.holder_id = to
    work.fact("duty.handed-over", duty_id=duty.id, rule=duty.rule, to_id=to)
    return duty


def end_duties(work: Work, rule_name: str, about_ref: str, reason: str) -> None:
    """End what is open of a rule about a thing that is no more."""
    for duty in _open_about(work, rule_name, about_ref):
        DUTY_STEPS.advance(work, duty, "end")
        _close(work, duty, reason=reason)


def _close(work: Work, duty: Duty, *, evidence_ref: str | None = None, reason: str | None = None) -> None:
    duty.closed_at, duty.closed_by = work.now, work.actor.ref
    duty.evidence_ref, duty.reason = evidence_ref, reason
    work.cite(duty.clause)


def _open_about(work: Work, rule_name: str, about_ref: str) -> list[Duty]:
    rows = select(Duty).where(Duty.rule == rule_name, Duty.about_ref == about_ref, col(Duty.state) == OPEN)
    return list(work.select(rows.order_by(col(Duty.due_at)).with_for_update()))


def duties_of(work: Work, person_id: UUID) -> list[Duty]:
    """List the open duties a person holds, by name or by role, and the late ones that escalated to their role; soonest first."""
    held = col(Duty.holder_id) == person_id
    by_role = col(Duty.holder_id).is_(None) & col(Duty.holder_role).is_not(None)
    rows = select(Duty).where(col(Duty.state) == OPEN, or_(held, by_role, col(Duty.fired_at).is_not(None)))
    return [
        duty
        for duty in work.select(rows.order_by(col(Duty.due_at), col(Duty.id)))
        if holds(person_id, duty, work.now, escalated=True)
    ]


def holds(person_id: UUID, duty: Duty, now: datetime, *, escalated: bool = False) -> bool:
    """Tell whether a duty is this person's: by name, by role while nobody has it by name, or (if asked) by escalation."""
    if duty.holder_id is not None and duty.holder_id == person_id:
        return True
    roles = roles_of(person_id, duty.scope, now)
    if duty.holder_id is None and duty.holder_role in roles:
        return True
    return escalated and duty.fired_at is not None and duty.escalates_to in roles


def overdue(session: Any, rule_name: str, about_ref: str, now: datetime) -> Duty | None:
    """Give the overdue duty of a rule about a thing, judged by its due time and not by the sweep; for conditions of the gate."""
    late = select(Duty).where(
        Duty.rule == rule_name, Duty.about_ref == about_ref, col(Duty.state) == OPEN, Duty.due_at <= now
    )
    found: Duty | None = session.scalars(late.limit(1)).first()
    return found


@on_fact("*")
def follow(work: Work, fact: Fact) -> None:
    """Open, fulfil and end duties as the book in force says of this fact."""
    for name in book.in_force().duties_by_fact.get(fact.name, ()):
        rule = book.duty_rules()[name]
        if rule.ended_by == fact.name:
            end_duties(work, name, _about(rule, fact), f"{fact.name} was told")
        if rule.fulfilled_by == fact.name and _matches(fact, rule.fulfilled_where):
            evidence = fact.data.get("evidence_ref")
            fulfil(work, name, _about(rule, fact), str(evidence) if evidence else fact.name)
        if rule.opened_by == fact.name and rule.within is not None and _matches(fact, rule.opened_where):
            open_duty(work, name, about_ref=_about(rule, fact), due_at=span(rule.within).after(work.now))


def _about(rule: DutyRule, fact: Fact) -> str:
    key = f"{rule.about}_id"
    if key not in fact.data:
        raise LookupError(f"the fact {fact.name} carries no {key}, which a duty of {rule.clause} needs")
    return f"{rule.about}:{fact.data[key]}"


def _matches(fact: Fact, wanted: dict[str, str]) -> bool:
    return all(str(fact.data.get(key)) == value for key, value in wanted.items())
