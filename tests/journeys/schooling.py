"""Run in the house's environment: an edition with a rule on courses for a role of a journey's own, and who is bound by it; answers as JSON."""

import json
import sys
from typing import Any
from uuid import UUID

from sqlmodel import select

import iam
from api import fields  # noqa: F401 - registers every use case
from kernel import clock, db, frame, fresh
from kernel.actor import Actor
from kernel.actor import person as acting
from policy import book, editions, inbox
from tests.journeys.arrivals import SETUP, come_in, join
from training.courses import publication, versions
from training.courses.content import CourseContent
from training.courses.models import Course, CourseVersion
from training.courses.sketches import Sketch, content_of
from training.learning import attempts


def main() -> None:
    fresh.refresh(force=True)
    told = json.loads(sys.argv[1])
    json.dump(DEEDS[told.pop("deed")](told), sys.stdout)
    frame.close_writer()


def somebody(person_id: str) -> Actor:
    """Give a person who has just shown the second factor."""
    return acting(UUID(person_id), "a journey's set-up", factor_at=clock.now())


def say_yes(voter: Actor, ref: str) -> None:
    """Approve what waits under a reference."""
    (asked,) = [one for one in inbox.approvals_waiting(voter, limit=200) if one.subject_ref == ref]
    inbox.cast(voter, asked.id, yes=True, digest=asked.digest)


def adopt(told: dict[str, Any], **changes: Any) -> None:
    """Have the director propose a book with one role and one rule more, the officer approve it, and the director publish it."""
    document = book.in_force().document()
    document["roles"][told["role"]] = {"label": told["label"], "is": [told["like"]]}
    document["training"][told["role"]] = told["rule"] | {"roles": [told["role"]]}
    for clause in document["clauses"]:
        if clause["id"] == "TR-1":
            clause["parameters"] |= changes
    director = somebody(told["director"])
    proposed = editions.propose_edition(director, document=document, summary="a journey's own rule")
    say_yes(somebody(told["officer"]), f"edition-proposal:{proposed.id}")
    editions.publish_edition(director, proposed.id)
    fresh.refresh(force=True)


def bind(told: dict[str, Any]) -> dict[str, Any]:
    """Adopt the rule, and have somebody join whom it binds, and another who gets the role later."""
    adopt(told)
    late = join(told["late"] | {"roles": {told["role"]: 0}})
    return {"late": late, "learner": join(told["learner"] | {"roles": {}})}


def learn(told: dict[str, Any]) -> dict[str, Any]:
    """Give the learner the role, and have them take the quiz and be wrong."""
    iam.give_role(SETUP, person_id=UUID(told["learner"]), role=told["role"], reason="learns the house's tools")
    fresh.refresh(force=True)
    with db.read_session() as session:
        course = session.scalars(select(Course).where(Course.slug == told["course"])).one()
        version = session.scalars(
            select(CourseVersion).where(CourseVersion.course_id == course.id, CourseVersion.state == "in-force")
        ).one()
    return {"score": take(somebody(told["learner"]), course.id, version.read(), right=False)}


def wake(told: dict[str, Any]) -> dict[str, Any]:
    """Put a course in force on which a right rests, have somebody join and pass it, then ask it anew of whoever passed it."""
    adopt(told, retake_within="1 minute")
    content = content_of(told["course"], Sketch.model_validate(told["sketch"]))
    course_id = versions.add_course(somebody(told["trainer"]), slug=told["course"]).id
    publish(told, course_id, content, retake=False)
    row = join(told["agent"] | {"roles": {told["role"]: 0}, "calls": True})
    take(somebody(row["id"]), course_id, content, right=True)
    publish(told, course_id, content, retake=True)
    return come_in(told["agent"], row)


def publish(told: dict[str, Any], course_id: UUID, content: CourseContent, *, retake: bool) -> None:
    """Have the trainer write a version, the officer approve it, and the clerk put it in force."""
    trainer = somebody(told["trainer"])
    written = versions.write_version(
        trainer, course_id, content=content.document(), summary="a journey's own course", retake=retake
    )
    versions.ask_publication(trainer, written.id)
    say_yes(somebody(told["officer"]), f"course-version:{written.id}")
    publication.publish_approved(version_id=str(written.id))


def take(learner: Actor, course_id: UUID, content: CourseContent, *, right: bool) -> int | None:
    """Open the lessons, answer every question rightly or wrongly, and hand in."""
    for lesson in content.lessons:
        attempts.open_lesson(learner, course_id, number=lesson.number)
    begun = attempts.start_attempt(learner, course_id)
    for drawn in begun.questions:
        asked = content.question(drawn.id)
        assert asked is not None
        chosen = next(one.id for one in asked.answers if one.right is right)
        attempts.give_answer(learner, begun.id, question=drawn.id, answer=chosen)
    return attempts.finish_attempt(learner, begun.id).score


DEEDS = {"bind": bind, "learn": learn, "wake": wake}

if __name__ == "__main__":
    main()
