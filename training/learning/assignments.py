"""Who is asked to take which course by when: by the rules of the book, again and again, and anew after an event. [TR-1, TR-9]"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from kernel import fresh, gate
from kernel.action import Fact, Work, action, on_fact
from kernel.actor import clerk
from kernel.db import HOUSE, read_session
from kernel.errors import NotFound
from kernel.gate import ALWAYS
from kernel.outbox import effect
from kernel.sweeps import sweep
from policy import book
from policy.duties import open_duty
from policy.reading import CourseRule
from policy.spans import span
from training.learning.learners import learner_of, tell_news
from training.learning.models import ASSIGNMENT_STEPS, Assignment, Learner, TrainingCall
from training.standing.memory import read_standings
from training.standing.plans import Standing, bound_since, passed_until

CLERK = clerk("training")
ASSIGN = "training.assign"
AT_ONCE = 200
"""People looked at by one question of the sweep."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A course that a rule asks of a person now, and by when."""

    course: str
    rule: str
    clause: str
    due_at: datetime


def wanted(person_id: UUID, standing: Standing, now: datetime) -> dict[str, Wanted]:
    """Give what a person is to be asked: bound by a rule, and not passed beyond the time in which a renewal is due."""
    index, found = gate.current(), dict[str, Wanted]()
    soon = span(str(book.parameter("TR-1", "renew_before"))).after(now)
    for name, rule in book.in_force().training.items():
        if not rule.is_standing or bound_since(rule, f"person:{person_id}", standing, index, now) is None:
            continue
        for course in rule.courses:
            covered = max(passed_until(standing, course) or ALWAYS, standing.excused.get(course, ALWAYS))
            if course not in standing.courses or covered > soon:
                continue
            due = covered if covered > now else span(rule.within).after(now)
            if course not in found or due < found[course].due_at:
                found[course] = Wanted(course, name, rule.clause, due)
    return found


def bound_courses(person_id: UUID, standing: Standing, now: datetime) -> set[str]:
    """Give every course that some rule of the book, standing or by an event, may ask of a person."""
    index = gate.current()
    return {
        course
        for rule in book.in_force().training.values()
        if bound_since(rule, f"person:{person_id}", standing, index, now) is not None
        for course in rule.courses
        if course in standing.courses
    }


@action(ASSIGN, scope=HOUSE)
def assign_person(work: Work, *, person_id: UUID) -> int:
    """Ask a person for the courses that the book asks of them now, and end what it asks no more. [TR-1]"""
    learner = learner_of(work, person_id)
    standing = read_standings(work.session.connection(), [person_id])[person_id]
    opened = {row.course: row for row in work.select(open_of(person_id).with_for_update())}
    asked = wanted(person_id, standing, work.now) if learner.left_at is None else {}
    kept = bound_courses(person_id, standing, work.now) if learner.left_at is None else set()
    for course, row in opened.items():
        if course not in kept:
            end(work, row, "no rule asks it any more")
    work.session.flush()
    new = [one for course, one in asked.items() if course not in opened]
    for one in new:
        ask(work, learner, one, cause=f"rule:{one.rule}", counts_from=None)
    work.note("asked", len(new))
    return len(new)


def open_of(person_id: UUID) -> SelectOfScalar[Assignment]:
    """Select the open assignments of a person."""
    return select(Assignment).where(Assignment.person_id == person_id, Assignment.state == "open")


def ask(work: Work, learner: Learner, one: Wanted, *, cause: str, counts_from: datetime | None) -> Assignment:
    """Open an assignment with its duty, inside any action."""
    made = work.add(
        Assignment(
            scope=learner.scope, person_id=learner.id, course=one.course, rule=one.rule, clause=one.clause,
            cause=cause, assigned_at=work.now, due_at=one.due_at, counts_from=counts_from,
        )
    )  # fmt: skip
    work.session.flush()
    rule = book.in_force().training[one.rule]
    if rule.duty in book.duty_rules():
        open_duty(work, rule.duty, about_ref=made.ref, due_at=one.due_at, holder_id=learner.id)
    _tell(work, "training.assigned", made)
    return made


def end(work: Work, row: Assignment, why: str) -> None:
    """End an assignment and its duty: nobody asks it any more."""
    ASSIGNMENT_STEPS.advance(work, row, "end")
    row.closed_at, row.closed_by = work.now, why
    if row.counts_from is not None:
        tell_news(work, row.person_id)
    _tell(work, "training.ended", row)


def done(work: Work, row: Assignment, evidence_ref: str) -> None:
    """Close an assignment that a pass fulfils, and its duty with it."""
    ASSIGNMENT_STEPS.advance(work, row, "pass")
    row.closed_at, row.closed_by = work.now, evidence_ref
    _tell(work, "training.done", row, evidence_ref=evidence_ref)


def _tell(work: Work, name: str, row: Assignment, **more: str) -> None:
    told = {"training-assignment_id": row.id, "person_id": row.person_id, "course": row.course, "clause": row.clause}
    work.fact(name, **told, **more)


@effect(ASSIGN)
def assign_soon(*, person_id: str) -> None:
    """Ask a person right after the fact that concerns them, by the roles as they stand now; the sweep asks whoever is missed."""
    fresh.refresh()
    assign_person(CLERK, person_id=UUID(person_id))


@on_fact("person.joined")
@on_fact("person.moved")
@on_fact("person.reactivated")
@on_fact("person.left")
@on_fact("role.given")
def follow_person(work: Work, fact: Fact) -> None:
    """Look anew at what a person is asked, once the fact stands."""
    work.later(ASSIGN, person_id=fact.data["person_id"])


@on_fact("*")
def follow_call(work: Work, fact: Fact) -> None:
    """Ask anew what the book asks by this fact: of the person it names, else of all whom the rule binds."""
    for name, rule in book.in_force().training.items():
        if fact.name not in rule.asked_by:
            continue
        if "person_id" in fact.data:
            call(work, fact.data["person_id"], name, rule, cause=f"fact:{fact.name}")
        else:
            work.add(TrainingCall(rule=name, fact=fact.name, called_at=work.now))


def call(work: Work, person_id: UUID, name: str, rule: CourseRule, *, cause: str) -> None:
    """Ask a person for the courses of a rule whatever they passed before; what is open already counts from now."""
    learner = tell_news(work, person_id)
    if learner.left_at is not None:
        return
    standing = read_standings(work.session.connection(), [person_id])[person_id]
    opened = {row.course: row for row in work.select(open_of(person_id).with_for_update())}
    for course in rule.courses:
        if course not in standing.courses:
            continue
        if course in opened:
            opened[course].counts_from = work.now
            continue
        one = Wanted(course, name, rule.clause, span(rule.within).after(work.now))
        ask(work, learner, one, cause=cause, counts_from=work.now)


@action("training.call", on=TrainingCall)
def call_person(work: Work, called: TrainingCall, *, person_id: UUID) -> None:
    """Ask one person for the courses of a rule that a fact called. [TR-9]"""
    rule = book.in_force().training.get(called.rule)
    if rule is None:
        raise NotFound("The book has this rule no more.")
    call(work, person_id, called.rule, rule, cause=called.ref)


@action("training.call-done", on=TrainingCall)
def close_call(work: Work, called: TrainingCall) -> None:
    """Note that everybody whom a rule binds was asked. [TR-9]"""
    called.done_at = called.done_at or work.now


@sweep("training-assignments", seconds=60)
def ask_everybody(now: datetime) -> None:
    """Ask whoever the book asks and who has not been asked: those who joined or moved, whose course ends soon, whom a fact calls."""
    for people in _by_hundreds():
        with read_session() as session:
            standings = read_standings(session.connection(), people)
            rows = session.execute(
                select(Assignment.person_id, Assignment.course).where(
                    Assignment.state == "open", col(Assignment.person_id).in_(people)
                )
            ).all()
        opened: dict[UUID, set[str]] = {}
        for person_id, course in rows:
            opened.setdefault(person_id, set()).add(course)
        for person_id, standing in standings.items():
            has = opened.get(person_id, set())
            if set(wanted(person_id, standing, now)) - has or has - bound_courses(person_id, standing, now):
                assign_person(CLERK, person_id=person_id)
    _answer_calls(now)


def _by_hundreds() -> Iterator[list[UUID]]:
    """Yield everybody of the house, so many at a time."""
    last = UUID(int=0)
    while True:
        with read_session() as session:
            rows = select(Learner.id).where(col(Learner.left_at).is_(None), col(Learner.id) > last)
            people = list(session.scalars(rows.order_by(col(Learner.id)).limit(AT_ONCE)))
        if not people:
            return
        yield people
        last = people[-1]


def _answer_calls(now: datetime) -> None:
    with read_session() as session:
        waiting = list(session.scalars(select(TrainingCall).where(col(TrainingCall.done_at).is_(None))))
    for called in waiting:
        rule = book.in_force().training.get(called.rule)
        for people in _by_hundreds() if rule is not None else ():
            with read_session() as session:
                standings = read_standings(session.connection(), people)
                asked = select(Assignment.person_id).where(Assignment.cause == called.ref)
                known = set(session.scalars(asked))
            for person_id, standing in standings.items():
                if person_id in known or standing.joined_at > called.called_at or rule is None:
                    continue
                if bound_since(rule, f"person:{person_id}", standing, gate.current(), now) is not None:
                    call_person(CLERK, called.id, person_id=person_id)
        close_call(CLERK, called.id)
