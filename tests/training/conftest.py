"""What training's tests share: a clock the test sets, a house with a trainer, and courses that are in force."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from kernel import clock
from kernel.db import read_session
from policy import inbox
from tests import world
from tests.training.folders import write_course
from training.courses import publication, versions
from training.courses.content import CourseContent
from training.courses.folder import read_course
from training.courses.models import Course, CourseVersion
from training.learning import assignments, attempts


class Hands:
    """The hands of the clock: they stand still until the test moves them."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        return self.time

    def forward(self, **span: float) -> datetime:
        self.time += timedelta(**span)
        return self.time

    def back(self, **span: float) -> datetime:
        self.time -= timedelta(**span)
        return self.time


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr(clock, "now", hands.now)
    return hands


class School:
    """A trainer who writes, an officer who approves, and the courses that came of it."""

    def __init__(self, folder: Path, hands: Hands, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.hands, self.patch = folder, hands, patch
        self.trainer = world.person(role="trainer")
        self.officer = world.person(role="security-officer")

    def content(self, slug: str, **changes: Any) -> CourseContent:
        """A small course of two lessons and six questions, whose right answers are all `b`."""
        place = self.folder / str(len(list(self.folder.iterdir())))
        place.mkdir()
        return read_course(write_course(place, slug, **changes))

    def draft(self, content: CourseContent, *, retake: bool = False) -> CourseVersion:
        """The trainer writes a version of a course, which is added at first use."""
        with read_session() as session:
            course = session.scalars(select(Course).where(Course.slug == content.slug)).first()
        found = course or versions.add_course(self.trainer.actor, slug=content.slug)
        for picture in content.pictures:
            versions.add_picture(self.trainer.actor, data=base64.b64encode(picture.data).decode())
        return versions.write_version(
            self.trainer.actor, found.id, content=content.document(), summary="as the test wants it", retake=retake
        )

    def approve(self, ref: str) -> None:
        """The officer approves what waits under a reference."""
        (asked,) = [one for one in inbox.approvals_waiting(self.officer.actor) if one.subject_ref == ref]
        inbox.cast(self.officer.actor, asked.id, yes=True, digest=asked.digest)

    def publish(self, slug: str, *, retake: bool = False, **changes: Any) -> Course:
        """A version of a course is written, approved by another, and in force."""
        version = self.draft(self.content(slug, **changes), retake=retake)
        versions.ask_publication(self.trainer.actor, version.id)
        self.approve(version.ref)
        publication.publish_approved(version_id=str(version.id))
        return self.course(slug)

    def course(self, slug: str) -> Course:
        """A course by its name."""
        with read_session() as session:
            return session.scalars(select(Course).where(Course.slug == slug)).one()

    def read(self, who: world.Somebody, course: Course) -> None:
        """Somebody opens both lessons."""
        for number in (1, 2):
            attempts.open_lesson(who.actor, course.id, number=number)

    def take(self, who: world.Somebody, course: Course, *, wrong: int = 0) -> Any:
        """Somebody reads the lessons and hands in the quiz, with so many wrong answers."""
        self.read(who, course)
        begun = attempts.start_attempt(who.actor, course.id)
        for n, question in enumerate(begun.questions):
            answer = "a" if n < wrong else "b"
            attempts.give_answer(who.actor, begun.id, question=question.id, answer=answer)
        return attempts.finish_attempt(who.actor, begun.id)

    def sweep(self) -> None:
        """The training clerk asks whoever is to be asked."""
        assignments.ask_everybody(self.hands.now())

    def asked(self, who: world.Somebody) -> dict[str, datetime]:
        """The courses somebody is asked for, with their due times."""
        with read_session() as session:
            rows = session.scalars(assignments.open_of(who.id))
            return {row.course: row.due_at for row in rows}


@pytest.fixture
def school(database: str, hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    return School(tmp_path, hands, monkeypatch)
