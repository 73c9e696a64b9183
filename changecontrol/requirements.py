"""What must hold before each step of a change: every check says what is missing, in a sentence without names. [CC-1, CC-2, CC-3, CC-10]"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from changecontrol import conflicts, reach
from changecontrol.contents import WHOSE, missing
from changecontrol.models import (
    Change,
    ChangeAuthorisation,
    ChangeImplementer,
    ChangeRevision,
    ChangeSystem,
    ChangeTemplate,
    ChangeWork,
    SpokenAuthorisation,
    TestResult,
)
from changecontrol.models.changes import EMERGENCY, NORMAL, STANDARD, UNAUTHORISED
from kernel.action import Work
from policy import book, courses
from policy.settlements import settled

RISKS = ("low", "medium", "high")
EMERGENCY_WORD = "change.emergency"
PASSED_DESIGN = ("authorise", "scheduled", "implementing", "review", "closed", "rolled-back")
"""States in which a normal change has its design and its tests behind it."""


def content_of(work: Work, change: Change) -> dict[str, Any]:
    """Give the content of the current revision."""
    found: ChangeRevision = work.select(
        select(ChangeRevision).where(ChangeRevision.change_id == change.id, ChangeRevision.number == change.revision)
    ).one()
    return dict(found.content)


def systems_of(work: Work, change: Change) -> list[UUID]:
    """Give the systems of the current revision."""
    return list(work.select(select(ChangeSystem.system_id).where(ChangeSystem.change_id == change.id)))


def implementers_of(work: Work, change: Change) -> list[UUID]:
    """Give those whom the current revision names to carry it out."""
    return list(work.select(select(ChangeImplementer.person_id).where(ChangeImplementer.change_id == change.id)))


def authors_of(work: Work, change: Change) -> set[UUID]:
    """Give everyone who wrote a revision, and who asked for the change."""
    rows = select(ChangeRevision.made_by).where(ChangeRevision.change_id == change.id)
    return {change.requester_id, *work.select(rows)}


def live_authorisations(work: Work, change: Change) -> list[ChangeAuthorisation]:
    """Give those who are asked, in the order they were."""
    return list(
        work.select(
            select(ChangeAuthorisation)
            .where(ChangeAuthorisation.change_id == change.id, col(ChangeAuthorisation.dropped_at).is_(None))
            .order_by(col(ChangeAuthorisation.id))
        )
    )


def described(step: str, clause: str) -> Callable[[Work, Change], str | None]:
    """Make the check that everything is said which a clause wants said before a step."""

    def check(work: Work, change: Change) -> str | None:
        lacking = [
            name for name in missing(change.model, step, content_of(work, change)) if WHOSE.get(name, "CC-1") == clause
        ]
        return f"Still to be said: {', '.join(lacking)}." if lacking else None

    return check


def tested(work: Work, change: Change) -> str | None:
    """Tell what is missing of the tests: the last one passed, and from the book's risk on somebody else than an author tested."""
    if change.model != NORMAL:
        return None
    results = list(
        work.select(
            select(TestResult)
            .where(TestResult.change_id == change.id)
            .order_by(col(TestResult.tested_at), col(TestResult.id))
        )
    )
    if not results:
        return "No result of a test is attached."
    if results[-1].outcome != "passed":
        return "The last test did not pass."
    apart = RISKS.index(str(book.parameter("CC-2", "separate_tester_from")))
    if RISKS.index(change.risk) >= apart:
        authors = authors_of(work, change)
        if not any(one.outcome == "passed" and one.tested_by not in authors for one in results):
            return "At this risk somebody who did not write the change tests it."
    return None


def authorised(work: Work, change: Change) -> str | None:
    """Tell who has not said yes to exactly this revision; None when everyone has, and at least one was asked."""
    asked = live_authorisations(work, change)
    spoken = spoken_word(work, change)
    for one in asked:
        if one.revision != change.revision:
            return "Another revision was put before those who are asked."
        if one.requirement == EMERGENCY_WORD and spoken is not None:
            continue
        standing = settled(work, one.ref, one.requirement)
        if not (standing.granted and standing.digest == one.digest):
            return standing.why
        if one.scope != change.scope and one.acknowledged_at is None:
            return "A client has not acknowledged it yet."
    word = {NORMAL: "change.authorise", EMERGENCY: EMERGENCY_WORD, UNAUTHORISED: "change.accept"}.get(change.model)
    if word is not None and not any(one.requirement == word for one in asked):
        return "The technical director has not been asked."
    return template_stands(work, change)


def template_stands(work: Work, change: Change) -> str | None:
    """Tell why the template of a standard change authorises nothing now; None where it does, or where there is none to ask."""
    if change.model != STANDARD or change.template_id is None:
        return None
    template = work.get(ChangeTemplate, change.template_id)
    if template.state != "in-force" or template.ends_at <= work.now:
        return "The template is not in force."
    if change.ends_at is not None and change.ends_at > template.ends_at:
        return "The window ends after the template does."
    return None


def spoken_word(work: Work, change: Change) -> SpokenAuthorisation | None:
    """Give the technical director's spoken word on the current revision, unless it was denied or not confirmed in time."""
    found: SpokenAuthorisation | None = work.select(
        select(SpokenAuthorisation)
        .where(
            SpokenAuthorisation.change_id == change.id,
            SpokenAuthorisation.revision == change.revision,
            col(SpokenAuthorisation.denied_at).is_(None),
        )
        .order_by(col(SpokenAuthorisation.id).desc())
        .limit(1)
    ).first()
    if found is None or (found.confirmed_at is None and found.confirm_by <= work.now):
        return None
    return found


def in_window(work: Work, change: Change) -> str | None:
    """Tell whether now is the time."""
    if change.starts_at is None or change.ends_at is None or not change.starts_at <= work.now < change.ends_at:
        return "The window of this change is not open now."
    return None


def by_implementer(work: Work, change: Change) -> str | None:
    """Tell whether a named natural person acts who owes no emergency its papers. [SW-6, CC-6]"""
    if work.actor.kind != "person":
        return "A change waits for a person; a machine does not begin it."
    if work.actor.id not in implementers_of(work, change):
        return "This change names other persons to carry it out."
    owed = (
        select(Change.id)
        .join(ChangeImplementer, col(ChangeImplementer.change_id) == Change.id)
        .where(
            ChangeImplementer.person_id == work.actor.id,
            col(Change.documented_at).is_(None),
            col(Change.documentation_due) <= work.now,
            Change.id != change.id,
        )
    )
    if work.select(owed.limit(1)).first() is not None:
        return "The documentation of an earlier emergency is late; until it is in, you begin no change."
    return None


def trained(work: Work, change: Change) -> str | None:
    """Tell which course that the change names an implementer has not in date. [CC-3]"""
    named = content_of(work, change)["training"]
    lacks = courses.lacking(work.session, implementers_of(work, change), named, work.now)
    if not lacks:
        return None
    if not lacks[0].title:
        return f"The course {lacks[0].course}, which this change asks for, is not in force."
    return f"Whoever carries this out has the course “{lacks[0].title}” in date; somebody does not: /training/{lacks[0].course}"


def same_clients(work: Work, change: Change) -> str | None:
    """Tell whether the register now knows of a client who was not asked. [CC-10]"""
    if change.model == UNAUTHORISED:
        return None
    asked = {one.scope for one in live_authorisations(work, change)}
    if change.model != EMERGENCY and set(reach.clients(work.session, systems_of(work, change))) - asked:
        return "Since it was authorised the register knows of another client who is affected."
    return None


def unhindered(work: Work, change: Change) -> str | None:
    """Tell what stands in the way: another change of the same systems, or a freeze."""
    return conflicts.hindrance(work, change, systems_of(work, change))


def recorded(work: Work, change: Change) -> str | None:
    """Tell whether a maintenance leaves its record: what was done, by whom. [CC-11]"""
    done = select(ChangeWork.id).where(ChangeWork.change_id == change.id).limit(1)
    if change.kind == "maintenance" and work.select(done).first() is None:
        return "The record of a maintenance says what was done, on which system and by whom."
    return None


def documented(work: Work, change: Change) -> str | None:  # noqa: ARG001 - the form of a check
    """Tell whether an emergency's documentation is in. [CC-6]"""
    if change.model == EMERGENCY and change.documented_at is None:
        return "The documentation of this emergency is not in."
    return None


def normalised(work: Work, change: Change) -> str | None:
    """Tell whether an emergency went through normal design and testing, or the technical director refused that change. [CC-7]"""
    if change.model != EMERGENCY:
        return None
    follow = list(work.select(select(Change.state).where(Change.normalises_id == change.id, Change.model == NORMAL)))
    if not follow:
        return "It needs a normal change that takes it through design and testing."
    if not any(state in (*PASSED_DESIGN, "rejected") for state in follow):
        return "The normal change behind it has not passed design and testing yet."
    return None


def looked_at(work: Work, change: Change) -> str | None:
    """Tell whether somebody reviews it who neither wrote, approved nor carried it out."""
    actor = work.actor.id
    if actor is None or actor in authors_of(work, change) or actor in implementers_of(work, change):
        return "It is reviewed by somebody who neither wrote it nor carried it out."
    spoke = {
        person
        for one in live_authorisations(work, change)
        for ballot in settled(work, one.ref, one.requirement).ballots
        for person in ballot.persons
    }
    return "It is reviewed by somebody who did not approve it." if actor in spoke else None
