"""Tables of courses: what there is to learn, its sealed versions, and the pictures of their lessons. [TR-1]"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from kernel.db import Record, Utc, secret
from policy.workflow import TRIGGERS, Step, Workflow, never_changed
from training.courses.content import CourseContent

GOVERNED: dict[str, Any] = {"info": {"governed": True}}


class Course(Record, table=True):
    """A course; `current` is the number of its version in force, `introduced_at` when the first came into force.

    `retake_number` is the version from which passes of earlier ones run out, `retake_at` when it came into force.
    """

    __tablename__ = "course"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("slug", name="course_slug"),
        CheckConstraint("slug ~ '^[a-z][a-z0-9-]{1,40}$'", name="course_slug_form"),
        GOVERNED,
    )

    slug: str
    current: int | None = None
    introduced_at: datetime | None = Field(default=None, sa_type=Utc)
    retake_number: int = 0
    retake_at: datetime | None = Field(default=None, sa_type=Utc)
    retired_at: datetime | None = Field(default=None, sa_type=Utc)


class CourseVersion(Record, table=True):
    """The content of a course as one person, or the release, wrote it; never changed, only moved from draft to in force and on.

    `retake`: whoever passed an earlier version takes this one as well.
    """

    __tablename__ = "course_version"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("course_id", "number", name="course_version_number"),
        Index("course_version_in_force", "course_id", unique=True, postgresql_where=text("state = 'in-force'")),
        GOVERNED,
    )

    course_id: UUID = Field(foreign_key="course.id")
    number: int
    content: dict[str, Any] = Field(sa_type=JSONB)
    digest: str
    summary: str
    retake: bool = False
    written_by: UUID | None = None
    written_at: datetime = Field(sa_type=Utc)
    state: str = "draft"
    in_force_at: datetime | None = Field(default=None, sa_type=Utc)
    retired_at: datetime | None = Field(default=None, sa_type=Utc)

    def read(self) -> CourseContent:
        """Read the content in its own types."""
        return CourseContent.model_validate(self.content)


VERSION_STEPS = Workflow(
    CourseVersion,
    "draft",
    [
        Step("draft", "ask", "asked"),
        Step("draft", "drop", "dropped"),
        Step("asked", "publish", "in-force", clause="TR-1"),
        Step("asked", "refuse", "refused"),
        Step("asked", "drop", "dropped"),
        Step("in-force", "retire", "retired"),
    ],
)
_SEALED = "course_id, number, content, digest, summary, retake, written_by, written_at"
TRIGGERS["course_version"].append(
    f"""create or replace function wall.sealed_course_version() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and ({", ".join("new." + name for name in _SEALED.split(", "))})
      is not distinct from ({", ".join("old." + name for name in _SEALED.split(", "))}) then
    return new;
  end if;
  raise exception 'the content of a version is never changed' using errcode = 'check_violation';
end $$;
create or replace trigger sealed before update or delete on course_version for each row execute function wall.sealed_course_version();
alter table course_version enable always trigger sealed;"""
)


class CourseDraft(Record, table=True):
    """What is being written of a course's next version, whole or not; sealed into a version, or dropped. One is open at a time."""

    __tablename__ = "course_draft"
    __table_args__: ClassVar[Any] = (
        Index("course_draft_open", "course_id", unique=True, postgresql_where=text("state = 'open'")),
        CheckConstraint("(state = 'sealed') = (version_id is not null)", name="course_draft_sealed"),
        GOVERNED,
    )

    course_id: UUID = Field(foreign_key="course.id")
    content: dict[str, Any] = Field(sa_type=JSONB)
    begun_by: UUID
    begun_at: datetime = Field(sa_type=Utc)
    written_by: UUID
    """Who wrote last."""
    written_at: datetime = Field(sa_type=Utc)
    state: str = "open"
    version_id: UUID | None = Field(default=None, foreign_key="course_version.id")


DRAFT_STEPS = Workflow(CourseDraft, "open", [Step("open", "seal", "sealed"), Step("open", "drop", "dropped")])


class CoursePicture(Record, table=True):
    """The bytes of a picture, known by their SHA-256; kept once however many versions show it."""

    __tablename__ = "course_picture"
    __table_args__: ClassVar[Any] = (UniqueConstraint("digest", name="course_picture_digest"), GOVERNED)

    digest: str
    media_type: str
    data: bytes = secret()
    """Masked on the ledger: its digest stands there already."""


class CourseFilm(Record, table=True):
    """A film of lessons, or captions of one, known by the SHA-256 of its bytes; these lie encrypted in its parts."""

    __tablename__ = "course_film"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("digest", name="course_film_digest"),
        CheckConstraint("size > 0", name="course_film_size"),
        GOVERNED,
    )

    digest: str
    media_type: str
    size: int


class CourseFilmPart(Record, table=True):
    """Some bytes of a film, encrypted under its key with their place, so that a reader opens no more than what is watched."""

    __tablename__ = "course_film_part"
    __table_args__: ClassVar[Any] = (UniqueConstraint("film_id", "number", name="course_film_part_number"), GOVERNED)

    film_id: UUID = Field(foreign_key="course_film.id")
    number: int
    content: bytes = secret()


never_changed(CourseFilm)
never_changed(CourseFilmPart)
never_changed(CoursePicture)
