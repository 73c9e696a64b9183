"""Excuses: a person need not have a course until an end; asked by them or who leads them, approved by neither. [TR-1]"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints
from sqlmodel import col, select

from kernel.action import Fact, Work, action, on_fact
from kernel.db import Answer
from kernel.errors import Conflict, NotFound, Refused
from kernel.gate import Ask, condition
from kernel.outbox import effect
from kernel.reading import reading
from policy import book
from policy.approvals import ask_approval, person_of, subject_of, use_approval
from policy.ballots import seal
from policy.duties import excuse_duty
from policy.models import OPEN, Duty
from policy.spans import span
from training.learning.assignments import CLERK
from training.learning.learners import tell_news
from training.learning.models import EXCUSE_STEPS, Assignment, Excuse

REQUIREMENT = "training.excuse"
GRANT = "training.grant-excuse"
CLAUSE = "TR-1"
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500)]


class ExcuseView(Answer):
    """An excuse as it stands."""

    id: UUID
    assignment_id: UUID
    person_id: UUID
    course: str
    asked_by: UUID
    asked_at: datetime
    ends_at: datetime
    state: str

    @classmethod
    def of(cls, row: Excuse) -> "ExcuseView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class ExcusePage(ExcuseView):
    """An excuse with its reason, for who asked and who decides."""

    reason: str


@condition("own-assignment", where=lambda model, actor: model.person_id == actor.id)
def own_assignment(ask: Ask) -> str | None:
    """Tell whether the assignment or the excuse is this person's."""
    mine = isinstance(ask.target, Assignment | Excuse) and ask.target.person_id == ask.actor.id
    return None if mine and ask.actor.id is not None else "it is not asked of you"


@action("training.ask-excuse", on=Assignment, answer=ExcuseView)
def ask_excuse(work: Work, assignment: Assignment, *, reason: Reason, until: AwareDatetime) -> Excuse:
    """Ask that a person, or you yourself, be excused from a course until an end; somebody who is neither approves. [TR-1]"""
    if assignment.state != "open":
        raise Conflict("This assignment is closed.")
    longest = str(book.parameter(CLAUSE, "longest_excuse"))
    if not max(work.now, assignment.due_at) < until <= span(longest).after(work.now):
        raise Refused(CLAUSE, f"An excuse ends after the course is due, and within {longest}.")
    waiting = select(Excuse.id).where(Excuse.assignment_id == assignment.id, Excuse.state == "asked")
    if work.select(waiting).first() is not None:
        raise Conflict("An excuse from this is asked already.")
    made = work.add(
        Excuse(
            scope=assignment.scope, assignment_id=assignment.id, person_id=assignment.person_id,
            course=assignment.course, reason=reason, asked_by=person_of(work), asked_at=work.now, ends_at=until,
        )
    )  # fmt: skip
    work.session.flush()
    ask_approval(work, made.ref, REQUIREMENT, _content(made), subjects=[made.person_id])
    return made


def _content(excuse: Excuse) -> dict[str, str]:
    return {"assignment": str(excuse.assignment_id), "course": excuse.course, "until": excuse.ends_at.isoformat()}


@reading("training.read-excuse", on=Excuse)
def read_excuse(work: Work, excuse: Excuse) -> ExcusePage:  # noqa: ARG001 - the frame's own form
    """Read an excuse with its reason. [TR-1]"""
    return ExcusePage.model_validate(excuse, from_attributes=True)


@reading("training.my-excuses")
def my_excuses(work: Work) -> list[ExcuseView]:
    """List the excuses asked for you, the newest first. [TR-1]"""
    rows = select(Excuse).where(Excuse.person_id == work.actor.id).order_by(col(Excuse.asked_at).desc())
    return [ExcuseView.of(row) for row in work.select(rows)]


@on_fact("approval.granted")
@on_fact("approval.refused")
@on_fact("approval.expired")
def follow(work: Work, fact: Fact) -> None:
    """Have an approved excuse granted by the clerk; close one that was refused."""
    if fact.data["requirement"] != REQUIREMENT:
        return
    excuse = work.get(Excuse, subject_of(fact))
    if excuse.state != "asked":
        return
    if fact.name == "approval.granted":
        work.later(GRANT, excuse_id=excuse.id)
    else:
        EXCUSE_STEPS.advance(work, excuse, "refuse" if fact.name == "approval.refused" else "expire")


@effect(GRANT)
def grant_approved(*, excuse_id: str) -> None:
    """Grant an approved excuse; one whose assignment was closed meanwhile is left, and the ledger tells why."""
    try:
        grant_excuse(CLERK, UUID(excuse_id))
    except (Refused, Conflict, NotFound) as no:
        note_unexcused(CLERK, UUID(excuse_id), why=no.why[:300])


@action(GRANT, on=Excuse, answer=ExcuseView)
def grant_excuse(work: Work, excuse: Excuse) -> Excuse:
    """Excuse a person from a course until the end that was approved; the duty comes back then. [TR-1]"""
    assignment = work.get(Assignment, excuse.assignment_id, lock=True)
    if assignment.state != "open":
        raise Conflict("This assignment was closed meanwhile.")
    sealed = seal(excuse.ref, REQUIREMENT, _content(excuse), implementers=(), subjects=[excuse.person_id])
    use_approval(work, excuse.ref, REQUIREMENT, sealed.digest)
    EXCUSE_STEPS.advance(work, excuse, "grant")
    excuse.granted_at, assignment.due_at = work.now, excuse.ends_at
    for duty in work.select(
        select(Duty).where(Duty.about_ref == assignment.ref, col(Duty.state) == OPEN).with_for_update()
    ).all():
        excuse_duty(work, duty, reason=excuse.ref, until=excuse.ends_at)
    tell_news(work, excuse.person_id)
    work.fact("training.excused", person_id=excuse.person_id, course=excuse.course, excuse_id=excuse.id)
    return excuse


@action("training.note-unexcused", on=Excuse)
def note_unexcused(work: Work, excuse: Excuse, *, why: Annotated[str, Field(max_length=300)]) -> None:
    """Write down why an approved excuse was not granted. [TR-1]"""
    work.note("why", why)
    if excuse.state == "asked":
        EXCUSE_STEPS.advance(work, excuse, "expire")
