"""Implementation: begun inside the window by a named person, worked on named systems, finished or rolled back, then reviewed. [CC-1, CC-11, SW-6]"""

from typing import Annotated, Any, cast
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

from changecontrol import conflicts, keys
from changecontrol import requirements as needed
from changecontrol.changes import ChangeView, Reason
from changecontrol.models import Change, ChangeImplementer, ChangeSystem, ChangeWork, SpokenAuthorisation, System
from changecontrol.models.changes import EMERGENCY
from changecontrol.states import CHANGE_STEPS
from kernel.action import Fact, Work, action, on_fact
from kernel.actor import Actor
from kernel.errors import Refused
from kernel.gate import Ask, condition
from policy import book, changes, duties
from policy.approvals import person_of, use_approval
from policy.spans import span

DOCUMENTATION = "emergency-documentation"
What = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
Report = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=20_000)]


def one_of(model: Any, asked: Any) -> ColumnElement[bool]:
    """Tell in SQL whether a change is one of those a query names: as an array, so that an index finds them beside other conditions."""
    return cast("ColumnElement[bool]", model.id == func.any(func.array(asked.scalar_subquery())))


def _implements(model: Any, actor: Actor) -> ColumnElement[bool]:
    return one_of(model, select(ChangeImplementer.change_id).where(ChangeImplementer.person_id == actor.id))


@condition("implements-change", where=_implements)
def implements_change(ask: Ask) -> str | None:
    """Tell whether the change names this person to carry it out."""
    if isinstance(ask.target, Change) and ask.session is not None:
        named = select(ChangeImplementer.id).where(
            ChangeImplementer.change_id == ask.target.id, ChangeImplementer.person_id == ask.actor.id
        )
        if ask.session.scalars(named).first() is not None:
            return None
    return "This change names other persons to carry it out."


@action("change.start", on=Change, answer=ChangeView)
def start_change(work: Work, change: Change) -> Change:
    """Begin an authorised change inside its window; from now its implementers hold the right on its systems. [CC-1, CC-5, SW-6]"""
    return begin_work(work, change)


def begin_work(work: Work, change: Change) -> Change:
    """Begin a change, inside any action. Raises Refused with what is missing."""
    conflicts.lock_systems(work, needed.systems_of(work, change))
    asked, spoken = needed.live_authorisations(work, change), needed.spoken_word(work, change)
    CHANGE_STEPS.advance(work, change, "start")
    change.started_at, change.started_by = work.now, person_of(work)
    for one in asked:
        if not (one.requirement == needed.EMERGENCY_WORD and spoken is not None and spoken.confirmed_at is None):
            use_approval(work, one.ref, one.requirement, one.digest)
    if change.model == EMERGENCY:
        _owe_papers(work, change)
    work.session.flush()
    give_keys(work, change, spoken)
    changes.open_window(work, change.window_ref)
    work.fact("change.started", change_id=change.id, model=change.model)
    return change


def _owe_papers(work: Work, change: Change) -> None:
    """Open the clock of an emergency's documentation, for who asked for it; one that is begun anew keeps its first clock."""
    if change.documentation_due is not None:
        return
    rule = book.duty_rules().get(DOCUMENTATION)
    if rule is None or rule.within is None:
        raise Refused("CC-6", "The book in force has no duty to document an emergency.")
    change.documentation_due = span(rule.within).after(work.now)
    duties.open_duty(
        work, DOCUMENTATION, about_ref=change.ref, due_at=change.documentation_due, holder_id=change.requester_id
    )
    work.fact("emergency.begun", change_id=change.id)


def give_keys(work: Work, change: Change, spoken: SpokenAuthorisation | None) -> None:
    """Give the implementers their right until the earliest end: the window, a word not confirmed, papers not in."""
    ends = [change.ends_at]
    if spoken is not None and spoken.confirmed_at is None:
        ends.append(spoken.confirm_by)
    if change.documented_at is None:
        ends.append(change.documentation_due)
    until = min(end for end in ends if end is not None)
    if until > work.now:
        keys.mint(work, change, needed.implementers_of(work, change), needed.systems_of(work, change), until)


@action("system.work", on=System)
def work_on(work: Work, system: System, *, change_id: UUID, what: What) -> ChangeWork:
    """Write down what you do on a system under a change that is being implemented. [CC-11]"""
    change = work.get(Change, change_id)
    named = select(ChangeSystem.id).where(ChangeSystem.change_id == change.id, ChangeSystem.system_id == system.id)
    if change.state != "implementing" or work.select(named).first() is None:
        raise Refused("CC-1", "This change is not being implemented on this system.")
    if needed.in_window(work, change) is not None or person_of(work) not in needed.implementers_of(work, change):
        raise Refused("CC-1", "Work is done inside the window, by those the change names.")
    return work.add(
        ChangeWork(change_id=change.id, system_id=system.id, person_id=person_of(work), at=work.now, what=what)
    )


@action("change.finish", on=Change, answer=ChangeView)
def finish_change(work: Work, change: Change, *, report: Report) -> Change:
    """Say that the change is done, and how it went; the implementers' right ends now. [CC-11]"""
    _over(work, change, "finish", "done", report)
    work.fact("change.done", change_id=change.id)
    return change


@action("change.roll-back", on=Change, answer=ChangeView)
def roll_back(work: Work, change: Change, *, report: Report) -> Change:
    """Say that the change was taken back, and why; the implementers' right ends now. [CC-11]"""
    _over(work, change, "roll-back", "rolled-back", report)
    work.fact("change.rolled-back", change_id=change.id)
    return change


def _over(work: Work, change: Change, event: str, outcome: str, report: str) -> None:
    CHANGE_STEPS.advance(work, change, event)
    change.finished_at, change.outcome, change.report = work.now, outcome, report
    keys.take(work, change)
    changes.end_window(work, change.window_ref, outcome)


@action("change.close", on=Change, answer=ChangeView)
def close_change(work: Work, change: Change, *, review: Report) -> Change:
    """Review what was done and close the change, by somebody who neither wrote, approved nor carried it out. [CC-4, CC-6, CC-7]"""
    CHANGE_STEPS.advance(work, change, "close")
    change.reviewed_by, change.review = person_of(work), review
    change.ended_at, change.ended_why = work.now, change.outcome or "reviewed"
    work.fact("change.closed", change_id=change.id, kind=change.kind, outcome=change.outcome or "")
    return change


@action("change.stop", on=Change, answer=ChangeView)
def stop_change(work: Work, change: Change, *, reason: Reason) -> Change:
    """Stop the work on a change at once: the implementers' right ends within a second; it is then rolled back. [CC-1, CC-5]"""
    keys.take(work, change)
    CHANGE_STEPS.advance(work, change, "reject")
    changes.end_window(work, change.window_ref, reason)
    work.note("reason", reason)
    work.fact("change.rejected", change_id=change.id, normalises_id=change.normalises_id)
    return change


@on_fact("person.left")
@on_fact("person.suspended")
def take_from(work: Work, fact: Fact) -> None:
    """Take the rights of implementation from who has left or is suspended."""
    rows = (
        select(Change)
        .join(ChangeImplementer, col(ChangeImplementer.change_id) == Change.id)
        .where(ChangeImplementer.person_id == fact.data["person_id"], Change.state == "implementing")
    )
    for change in list(work.select(rows)):
        keys.take(work, change, person_id=fact.data["person_id"])
