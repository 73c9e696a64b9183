"""What the clauses on training are proved by: who is bound, who is late, and that the gate puts the untrained to sleep. [TR-1 to TR-9, DS-4]"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from kernel import gate
from kernel.action import Work
from kernel.db import HOUSE, uuid7
from kernel.errors import Denied
from kernel.gate import ALWAYS
from policy import book
from policy.evidence import Evidence, evidence, found, probe
from policy.reading import TRAINED
from training.courses.models import Course, CourseVersion
from training.learning.models import Assignment, Learner, Undertaking
from training.standing.condition import sentence
from training.standing.memory import read_standings
from training.standing.plans import CourseFacts, Standing, bound_since, passed_until, plan_of

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
QUERIES = {
    "TR-1": "tools-are-mastered",
    "TR-2": "logging-is-known",
    "TR-3": "secure-means-are-known",
    "TR-4": "sanctions-are-known",
    "TR-5": "passwords-are-understood",
    "TR-6": "locking-is-known",
    "TR-7": "law-is-known",
    "TR-8": "reporting-is-known",
    "TR-9": "risks-are-recalled",
}


def _everybody(session: Any) -> dict[UUID, Standing]:
    people = list(session.scalars(select(Learner.id).where(col(Learner.left_at).is_(None))))
    return read_standings(session.connection(), people)


def known_by_all(session: Any, now: datetime, clause: str) -> Evidence:
    """Look at everybody whom a rule of the clause binds: late ones break it, those with time left are left out.

    Where some of its courses are in force, one that is not breaks the clause too: nobody can take it.
    """
    rules = [rule for rule in book.in_force().training.values() if rule.clause == clause and rule.is_standing]
    standings = _everybody(session)
    offered = {row.slug for row in session.scalars(select(Course).where(col(Course.current).is_not(None)))}
    asked = {course for rule in rules for course in rule.courses}
    if not asked & offered:
        return found([])
    missing = [f"course:{course}" for course in sorted(asked - offered)]
    open_rows = session.execute(
        select(Assignment.person_id, Assignment.course, Assignment.due_at).where(
            Assignment.state == "open", col(Assignment.course).in_(asked)
        )
    )
    due = {(person, course): at for person, course, at in open_rows}
    bound, late, in_time = [], [], []
    for person_id, standing in standings.items():
        courses = {
            course
            for rule in rules
            if bound_since(rule, f"person:{person_id}", standing, gate.current(), now) is not None
            for course in rule.courses
            if course in offered
        }
        if not courses:
            continue
        bound.append(f"person:{person_id}")
        lacking = [course for course in courses if not _has(standing, course, now)]
        if any(due.get((person_id, course), ALWAYS) <= now for course in lacking):
            late.append(f"person:{person_id}")
        elif lacking:
            in_time.append(f"person:{person_id}")
    return found([*bound, *missing], [*late, *missing], in_time)


def _has(standing: Standing, course: str, now: datetime) -> bool:
    return max(passed_until(standing, course) or ALWAYS, standing.excused.get(course, ALWAYS)) > now


def _register(clause: str, name: str) -> None:
    @evidence(clause, name=name)
    def ask(session: Any, now: datetime) -> Evidence:
        return known_by_all(session, now, clause)


for _clause, _name in QUERIES.items():
    _register(_clause, _name)


@evidence("DS-4")
def data_rules_are_acknowledged(session: Any, now: datetime) -> Evidence:
    """Everybody gave their word, by typed name, on the course that teaches the rules for data; those in their time are left out."""
    version = session.scalars(
        select(CourseVersion).where(
            CourseVersion.state == "in-force", col(CourseVersion.content).contains({"teaches": ["DS-4"]})
        )
    ).first()
    if version is None:
        return found([])
    slug = str(version.content["slug"])
    signed = set(session.scalars(select(Undertaking.person_id).where(Undertaking.course == slug)))
    due = dict(
        session.execute(
            select(Assignment.person_id, Assignment.due_at).where(Assignment.state == "open", Assignment.course == slug)
        ).all()
    )
    people = list(session.scalars(select(Learner.id).where(col(Learner.left_at).is_(None))))
    unsigned = [one for one in people if one not in signed]
    late = [one for one in unsigned if due.get(one, ALWAYS) <= now]
    return found(_refs(people), _refs(late), _refs(one for one in unsigned if one not in set(late)))


def _refs(people: Iterable[UUID]) -> list[str]:
    return [f"person:{one}" for one in people]


@evidence("CC-3")
def change_makers_are_trained(session: Any, now: datetime) -> Evidence:
    """Whoever makes or authorises changes has the procedure of change in date, or has time left to learn it."""
    rules = [
        rule for rule in book.in_force().training.values() if "change-control-basics" in rule.courses and rule.roles
    ]
    bound, late, in_time = list[str](), list[str](), list[str]()
    for person_id, standing in _everybody(session).items():
        ref = f"person:{person_id}"
        since = [bound_since(rule, ref, standing, gate.current(), now) for rule in rules]
        if all(one is None for one in since) or "change-control-basics" not in standing.courses:
            continue
        bound.append(ref)
        if _has(standing, "change-control-basics", now):
            continue
        asked = select(Assignment.due_at).where(
            Assignment.person_id == person_id, Assignment.course == "change-control-basics", Assignment.state == "open"
        )
        until = session.scalars(asked).first()
        (late if until is None or until <= now else in_time).append(ref)
    return found(bound, late, in_time)


@probe("TR-1", guard=TRAINED)
def untrained_hands(work: Work) -> None:
    """Somebody who joined long ago and passed nothing does none of what the book gates for everybody."""
    rules = {name: rule for name, rule in book.in_force().training.items() if rule.gates and not rule.roles}
    courses = {course: CourseFacts(course, LONG_AGO) for rule in rules.values() for course in rule.courses}
    nobody_yet = Standing((None, 0, 0, 0), HOUSE, LONG_AGO, (), {}, {}, courses)
    plan = plan_of(nobody_yet, f"person:{uuid7()}", gate.current(), rules, work.now)
    for line in plan.lines.values():
        if work.now >= line.until:
            raise Denied(sentence(line), line.clause)
