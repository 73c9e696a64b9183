"""A course being written: begun from what is in force or from nothing, saved part by part, sealed into a version or dropped. [TR-1]

A draft asks nothing of anybody and is never taught: only its version is, once another has approved it.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationError
from sqlmodel import col, select

from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, NotFound, Refused
from kernel.frame import malformed
from kernel.reading import reading
from policy.approvals import person_of
from training.courses.models import DRAFT_STEPS, Course, CourseDraft, CoursePicture, CourseVersion
from training.courses.sketches import Sketch, content_of, lacking, sketch_of
from training.courses.versions import CLAUSE, Summary, VersionView, check_films, write_draft


class DraftView(Answer):
    """A draft as who writes it sees it; `seen` is given back with each save, so that nobody is overwritten unseen."""

    id: UUID
    course_id: UUID
    slug: str
    content: Sketch
    seen: int
    begun_by: UUID
    written_by: UUID
    written_at: datetime


@action("course.begin-draft", on=Course)
def begin_draft(work: Work, course: Course) -> CourseDraft:
    """Begin to write the next version of a course, from its newest one where there is one. [TR-1]"""
    if course.retired_at is not None:
        raise Refused(CLAUSE, "This course is retired.")
    if work.select(_open(course.id)).first() is not None:
        raise Conflict("Somebody is writing the next version of this course already.")
    rows = select(CourseVersion).where(CourseVersion.course_id == course.id, CourseVersion.state != "dropped")
    newest: CourseVersion | None = work.select(rows.order_by(col(CourseVersion.number).desc()).limit(1)).first()
    sketch = sketch_of(newest.read()) if newest is not None else Sketch.model_validate({})
    me = person_of(work)
    return work.add(
        CourseDraft(
            course_id=course.id, content=sketch.plain(), begun_by=me, begun_at=work.now, written_by=me,
            written_at=work.now,
        )
    )  # fmt: skip


def _open(course_id: UUID) -> Any:
    return select(CourseDraft).where(CourseDraft.course_id == course_id, CourseDraft.state == "open")


@action("course.edit-draft", on=CourseDraft)
def edit_draft(work: Work, draft: CourseDraft, *, fields: dict[str, Any], seen: Annotated[int, Field(ge=0)]) -> int:
    """Save parts of a draft; gives what is to be given back with the next save. Refused over somebody else's words. [TR-1]"""
    if draft.state != "open":
        raise Conflict("This draft is sealed or dropped; begin another.")
    if draft.version != seen:
        raise Conflict("Somebody else saved this draft meanwhile. Copy your words, open it again, and save them there.")
    try:
        sketch = Sketch.model_validate({**draft.content, **fields})
    except ValidationError as fault:
        raise malformed(fault) from None
    digests = {one.digest for one in sketch.pictures}
    kept = set(work.select(select(CoursePicture.digest).where(col(CoursePicture.digest).in_(digests))))
    if digests - kept:
        raise Refused(CLAUSE, "A picture of the lessons has not been kept; add it first.")
    check_films(work, sketch.films)
    draft.content, draft.written_by, draft.written_at = sketch.plain(), person_of(work), work.now
    work.session.flush()
    return draft.version


@action("course.drop-draft", on=CourseDraft)
def drop_draft(work: Work, draft: CourseDraft) -> None:
    """Drop what was being written of a course. [TR-1]"""
    DRAFT_STEPS.advance(work, draft, "drop")


@action("course.seal-draft", on=CourseDraft, answer=VersionView)
def seal_draft(
    work: Work, draft: CourseDraft, *, summary: Summary, seen: Annotated[int, Field(ge=0)], retake: bool = False
) -> CourseVersion:
    """Seal a draft as the next version of its course; another approves it before it is taught. [TR-1]"""
    if draft.version != seen:
        raise Conflict("Somebody else saved this draft meanwhile; look at it again before you seal it.")
    course = work.get(Course, draft.course_id, lock=True)
    sketch = Sketch.model_validate(draft.content)
    if lacking(course.slug, sketch):
        raise Refused(CLAUSE, "This draft is not whole yet.")
    version = write_draft(work, course, content_of(course.slug, sketch), summary, retake=retake, author=person_of(work))
    work.session.flush()
    DRAFT_STEPS.advance(work, draft, "seal")
    draft.version_id = version.id
    return version


@reading("course.draft", scope=HOUSE)
def read_draft(work: Work, *, slug: Annotated[str, Field(max_length=60)]) -> DraftView:
    """Read what is being written of a course. [TR-1]"""
    course = work.select(select(Course).where(Course.slug == slug)).first()
    draft = work.select(_open(course.id)).first() if course is not None else None
    if draft is None:
        raise NotFound("Nobody is writing a next version of this course.")
    return DraftView(
        id=draft.id, course_id=draft.course_id, slug=slug, content=Sketch.model_validate(draft.content),
        seen=draft.version, begun_by=draft.begun_by, written_by=draft.written_by, written_at=draft.written_at,
    )  # fmt: skip
