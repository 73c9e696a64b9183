"""Who has read what is in force: everybody acknowledges each version, a duty asks them to, a report names who has not. [AC-8]"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from iam.directives.models import Acknowledgement, Directive, DirectiveVersion
from iam.directives.versions import CLERK, DirectiveView, TextView
from iam.people.models import Person
from kernel import gate
from kernel.action import Work, action
from kernel.db import HOUSE, Answer, read_session
from kernel.errors import Conflict, Refused
from kernel.reading import reading
from kernel.sweeps import sweep
from policy.approvals import person_of
from policy.evidence import Evidence, evidence, found
from policy.models import Duty

RULE = "directive.acknowledge"
AT_ONCE = 60
"""People asked in one action: each is two facts."""
MOST_ROUNDS = 50


class DirectiveLine(Answer):
    """A document with its version in force, and when the reader acknowledged it."""

    document: DirectiveView
    version: TextView | None
    acknowledged_at: datetime | None


class DirectivePage(Answer):
    """A document with all its versions, the newest first, and which of them the reader acknowledged."""

    document: DirectiveView
    versions: list[TextView]
    acknowledged: dict[UUID, datetime]


class Unread(Answer):
    """Somebody who has not acknowledged a version in force, and until when they are to."""

    person_id: UUID
    name: str
    site: str
    document: str
    number: int
    due_at: datetime | None
    late: bool


def in_force() -> SelectOfScalar[DirectiveVersion]:
    """Select the versions in force."""
    return select(DirectiveVersion).where(col(DirectiveVersion.state) == "in-force")


@reading("directive.list")
def list_directives(work: Work) -> list[DirectiveLine]:
    """List the directive and its procedures as they are in force. [AC-8]"""
    documents = work.select(select(Directive).order_by(col(Directive.kind), col(Directive.slug))).all()
    versions = {row.directive_id: row for row in work.select(in_force())}
    mine = _own(work)
    return [
        DirectiveLine(
            document=DirectiveView.of(row),
            version=TextView.of(versions[row.id]) if row.id in versions else None,
            acknowledged_at=mine.get(versions[row.id].id) if row.id in versions else None,
        )
        for row in documents
    ]


@reading("directive.read", on=Directive)
def read_directive(work: Work, directive: Directive) -> DirectivePage:
    """Read a document with its versions: those in force and those that were. [AC-8]"""
    rows = work.select(
        select(DirectiveVersion)
        .where(DirectiveVersion.directive_id == directive.id)
        .order_by(col(DirectiveVersion.number).desc())
    )
    shown = [TextView.of(row) for row in rows if row.state in {"in-force", "retired"} or _may_see(work, row)]
    return DirectivePage(document=DirectiveView.of(directive), versions=shown, acknowledged=_own(work))


def _may_see(work: Work, row: DirectiveVersion) -> bool:
    return row.written_by == work.actor.id or gate.may(work.actor, "directive.write", HOUSE, work.now).allowed


def _own(work: Work) -> dict[UUID, datetime]:
    rows = work.select(select(Acknowledgement).where(Acknowledgement.person_id == work.actor.id))
    return {row.version_id: row.at for row in rows}


@action("directive.acknowledge", on=DirectiveVersion)
def acknowledge(work: Work, version: DirectiveVersion, *, digest: str) -> Acknowledgement:
    """Say that you read this version of the directive and will keep to it. [AC-8]"""
    if version.state != "in-force":
        raise Refused("AC-8", "This version is not in force; read the one that is.")
    if digest != version.digest:
        raise Conflict("The text is another than the one you read; read it again.", "AC-8")
    me = person_of(work)
    known = select(Acknowledgement.id).where(Acknowledgement.version_id == version.id, Acknowledgement.person_id == me)
    if work.select(known).first() is not None:
        raise Conflict("You have acknowledged this version already.")
    made = work.add(Acknowledgement(version_id=version.id, person_id=me, at=work.now))
    work.session.flush()
    if work.select(in_force().where(_unread_by(me)).limit(1)).first() is None:
        work.fact("directive.acknowledged", person_id=me, evidence_ref=made.ref)
    return made


def _unread_by(person: Any) -> Any:
    """A version that a person has not acknowledged; inside a question about both."""
    read = exists().where(
        col(Acknowledgement.version_id) == DirectiveVersion.id, col(Acknowledgement.person_id) == person
    )
    return ~read.correlate(DirectiveVersion, Person)


def unasked() -> SelectOfScalar[Person]:
    """Select the people in the house who have a version in force to acknowledge and no open duty that says so."""
    unread = exists().where(col(DirectiveVersion.state) == "in-force", _unread_by(col(Person.id))).correlate(Person)
    asked = exists().where(
        col(Duty.rule) == RULE, col(Duty.about_ref) == func.concat("person:", Person.id), col(Duty.state) == "open"
    )
    return select(Person).where(col(Person.status) == "active", unread, ~asked).order_by(col(Person.id))


@action("directive.remind", scope=HOUSE)
def ask_people(work: Work) -> int:
    """Open the duty to acknowledge for those who have not, so many at a time. [AC-8]"""
    people = work.select(unasked().limit(AT_ONCE)).all()
    for person in people:
        work.fact("directive.due", person_id=person.id)
    work.note("people", len(people))
    return len(people)


@sweep("directives", seconds=60)
def ask_everybody(now: datetime) -> None:  # noqa: ARG001 - the form of a sweep
    """Ask everybody who joined, or has not read what was published since, until nobody is left to ask."""
    for _ in range(MOST_ROUNDS):
        with read_session() as session:
            waiting = session.scalars(unasked().limit(1)).first()
        if waiting is None or ask_people(CLERK) == 0:
            return


@reading("report.unacknowledged", scope=HOUSE, watched=True)
def unacknowledged(work: Work) -> list[Unread]:
    """List who has not acknowledged which version in force, and since when they are late. [AC-8, AC-9]"""
    rows = work.session.execute(
        select(Person, Directive.title, DirectiveVersion.number, Duty.due_at)
        .select_from(Person)
        .join(DirectiveVersion, col(DirectiveVersion.state) == "in-force")
        .join(Directive, col(Directive.id) == DirectiveVersion.directive_id)
        .outerjoin(
            Duty,
            (col(Duty.about_ref) == func.concat("person:", Person.id))
            & (col(Duty.rule) == RULE)
            & (col(Duty.state) == "open"),
        )
        .where(col(Person.status) == "active", _unread_by(col(Person.id)))
        .order_by(col(Duty.due_at), col(Person.family_name), col(Person.given_name), col(Directive.slug))
    )
    return [
        Unread(
            person_id=person.id, name=person.name, site=person.scope, document=title, number=number, due_at=due,
            late=due is not None and due <= work.now,
        )
        for person, title, number, due in rows
    ]  # fmt: skip


@evidence("AC-8")
def directive_is_acknowledged(session: Any, now: datetime) -> Evidence:
    """Everybody acknowledged the versions in force in their time; where none is in force there is nothing to prove it by."""
    if session.scalars(in_force().limit(1)).first() is None:
        return found([])
    people = [person.ref for person in session.scalars(select(Person).where(col(Person.status) == "active"))]
    unread = exists().where(col(DirectiveVersion.state) == "in-force", _unread_by(col(Person.id))).correlate(Person)
    missing = [p.ref for p in session.scalars(select(Person).where(col(Person.status) == "active", unread))]
    late = set(
        session.scalars(
            select(Duty.about_ref).where(Duty.rule == RULE, col(Duty.state) == "open", col(Duty.due_at) <= now)
        )
    )
    return found(people, (ref for ref in missing if ref in late), (ref for ref in missing if ref not in late))
