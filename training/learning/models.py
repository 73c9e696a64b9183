"""Tables of learning: learners, what they are asked to take, their attempts with every answer, and what they passed. [TR-1]

What was passed, answered, read or signed is a row that is never changed: training again adds, and takes nothing away.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import HOUSE, Record, Utc, personal
from policy.workflow import Step, Workflow, never_changed

GOVERNED: dict[str, Any] = {"info": {"governed": True}}


class Learner(Record, table=True):
    """A person as training knows them; the id is the person's. `news` grows with whatever changes what they have in date."""

    __tablename__ = "learner"
    __table_args__: ClassVar[Any] = GOVERNED

    scope: str = Field(default=HOUSE, index=True)
    joined_at: datetime = Field(sa_type=Utc)
    left_at: datetime | None = Field(default=None, sa_type=Utc)
    news: int = 0


class Assignment(Record, table=True):
    """A person is asked to take a course until a time, by a rule of the book; at most one is open of a course.

    `counts_from`: only a pass after this time fulfils it (asked anew after an event); none: any pass that is in date does.
    """

    __tablename__ = "training_assignment"
    __table_args__: ClassVar[Any] = (
        Index("training_assignment_once", "person_id", "course", unique=True, postgresql_where=text("state = 'open'")),
        CheckConstraint("due_at > assigned_at", name="training_assignment_due"),
        GOVERNED,
    )

    scope: str = HOUSE
    person_id: UUID = Field(index=True)
    course: str = Field(foreign_key="course.slug", index=True)
    rule: str
    clause: str
    cause: str
    assigned_at: datetime = Field(sa_type=Utc)
    due_at: datetime = Field(sa_type=Utc)
    counts_from: datetime | None = Field(default=None, sa_type=Utc)
    state: str = "open"
    closed_at: datetime | None = Field(default=None, sa_type=Utc)
    closed_by: str | None = None


ASSIGNMENT_STEPS = Workflow(
    Assignment, "open", [Step("open", "pass", "passed", clause="TR-1"), Step("open", "end", "ended")]
)


class TrainingCall(Record, table=True):
    """A fact that concerns all whom a rule binds (a new edition, an incident) asks its courses anew; `done_at`: everybody was asked."""

    __tablename__ = "training_call"
    __table_args__: ClassVar[Any] = (
        Index("training_call_waiting", "called_at", postgresql_where=text("done_at is null")),
        GOVERNED,
    )

    rule: str
    fact: str
    called_at: datetime = Field(sa_type=Utc)
    done_at: datetime | None = Field(default=None, sa_type=Utc)


class Excuse(Record, table=True):
    """A person need not have a course until an end; asked by one and approved by another."""

    __tablename__ = "training_excuse"
    __table_args__: ClassVar[Any] = (CheckConstraint("ends_at > asked_at", name="training_excuse_ends"), GOVERNED)

    scope: str = HOUSE
    assignment_id: UUID = Field(foreign_key="training_assignment.id", index=True)
    person_id: UUID = Field(index=True)
    course: str
    reason: str = personal()
    asked_by: UUID
    asked_at: datetime = Field(sa_type=Utc)
    ends_at: datetime = Field(sa_type=Utc)
    state: str = "asked"
    granted_at: datetime | None = Field(default=None, sa_type=Utc)

    def subject(self) -> UUID | None:
        """Whose personal data this is."""
        return self.person_id


EXCUSE_STEPS = Workflow(
    Excuse,
    "asked",
    [Step("asked", "grant", "granted"), Step("asked", "refuse", "refused"), Step("asked", "expire", "expired")],
)


class LessonRead(Record, table=True):
    """A person opened a lesson of a version."""

    __tablename__ = "lesson_read"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("person_id", "version_id", "number", name="lesson_read_once"),
        GOVERNED,
    )

    person_id: UUID
    version_id: UUID = Field(foreign_key="course_version.id")
    number: int
    at: datetime = Field(sa_type=Utc)


class Attempt(Record, table=True):
    """A person takes the quiz of a version; it stays with that version whatever is published meanwhile.

    `drawn` lists the questions and the order of their answers as `seed` shuffled them; `seen_at` never goes back, as a clock may.
    """

    __tablename__ = "attempt"
    __table_args__: ClassVar[Any] = (
        Index("attempt_once", "person_id", "course", unique=True, postgresql_where=text("state = 'open'")),
        Index("attempt_deadline", "deadline", postgresql_where=text("state = 'open'")),
        CheckConstraint("deadline > started_at", name="attempt_deadline_after"),
        CheckConstraint("score between 0 and 100", name="attempt_score"),
        GOVERNED,
    )

    scope: str = HOUSE
    person_id: UUID = Field(index=True)
    course: str = Field(index=True)
    version_id: UUID = Field(foreign_key="course_version.id")
    started_at: datetime = Field(sa_type=Utc)
    deadline: datetime = Field(sa_type=Utc)
    seen_at: datetime = Field(sa_type=Utc)
    seed: str
    drawn: list[Any] = Field(sa_type=JSONB)
    state: str = "open"
    score: int | None = None
    finished_at: datetime | None = Field(default=None, sa_type=Utc)


ATTEMPT_STEPS = Workflow(Attempt, "open", [Step("open", "pass", "passed"), Step("open", "fail", "failed")])


class AttemptAnswer(Record, table=True):
    """One answer as it was given; a second thought is a further row, and the last one before the end counts."""

    __tablename__ = "attempt_answer"
    __table_args__: ClassVar[Any] = (UniqueConstraint("attempt_id", "number", name="attempt_answer_number"), GOVERNED)

    attempt_id: UUID = Field(foreign_key="attempt.id")
    number: int
    question: str
    answer: str
    at: datetime = Field(sa_type=Utc)


class CoursePass(Record, table=True):
    """A person passed a version of a course; `code` lets anyone verify the certificate, `valid_until` empty means for ever."""

    __tablename__ = "course_pass"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("code", name="course_pass_code"),
        UniqueConstraint("attempt_id", name="course_pass_attempt"),
        GOVERNED,
    )

    scope: str = HOUSE
    person_id: UUID = Field(index=True)
    course: str = Field(index=True)
    version_id: UUID = Field(foreign_key="course_version.id")
    number: int
    counts_for: list[str] = Field(sa_type=JSONB)
    attempt_id: UUID = Field(foreign_key="attempt.id")
    score: int
    passed_at: datetime = Field(sa_type=Utc)
    valid_until: datetime | None = Field(default=None, sa_type=Utc)
    code: str


class Undertaking(Record, table=True):
    """A person who passed a version gave their word, by their typed name, to keep to what it teaches. [DS-4]"""

    __tablename__ = "undertaking"
    __table_args__: ClassVar[Any] = (UniqueConstraint("version_id", "person_id", name="undertaking_once"), GOVERNED)

    person_id: UUID = Field(index=True)
    course: str
    version_id: UUID = Field(foreign_key="course_version.id")
    digest: str
    typed_name: str = personal()
    at: datetime = Field(sa_type=Utc)

    def subject(self) -> UUID | None:
        """Whose personal data this is."""
        return self.person_id


for _kept in (LessonRead, AttemptAnswer, CoursePass, Undertaking):
    never_changed(_kept)
