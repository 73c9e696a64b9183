"""Versions of a course: written as drafts, approved by another, published by the clerk, and retired the same way. [TR-1]"""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Base64Bytes, Field, StringConstraints, ValidationError
from sqlmodel import col, select

from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, Malformed, Refused
from policy import book
from policy.approvals import ask_approval, person_of, withdraw_all
from training.courses.content import RESERVED, CourseContent, Film, Slug, kind_of
from training.courses.models import VERSION_STEPS, Course, CourseFilm, CoursePicture, CourseVersion

CLERK = clerk("courses")
PUBLISH = "course.publish"
CLAUSE = "TR-1"
LARGEST_UPLOAD = 16_777_216
"""Bytes a request may carry; what a picture may have is the book's."""
Summary = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500)]


class VersionView(Answer):
    """A version of a course without its content."""

    id: UUID
    course_id: UUID
    number: int
    digest: str
    summary: str
    retake: bool
    written_by: UUID | None
    written_at: datetime
    state: str
    in_force_at: datetime | None
    retired_at: datetime | None

    @classmethod
    def of(cls, row: CourseVersion) -> "VersionView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class CourseView(Answer):
    """A course as a list shows it."""

    id: UUID
    slug: str
    current: int | None
    introduced_at: datetime | None
    retired_at: datetime | None

    @classmethod
    def of(cls, row: Course) -> "CourseView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("course.add", scope=HOUSE, answer=CourseView)
def add_course(work: Work, *, slug: Slug) -> Course:
    """Add a course; it asks nothing of anybody until a version of it is in force. [TR-1]"""
    if slug in RESERVED:
        raise Refused(CLAUSE, "This name is an address of the house; choose another for the course.")
    if course_of(work, slug) is not None:
        raise Conflict("There is a course of this name already.")
    return work.add(Course(slug=slug))


def course_of(work: Work, slug: str, *, lock: bool = False) -> Course | None:
    """Find a course by its name."""
    asked = select(Course).where(Course.slug == slug)
    found: Course | None = work.select(asked.with_for_update() if lock else asked).first()
    return found


@action("course.add-picture", scope=HOUSE)
def add_picture(work: Work, *, data: Annotated[Base64Bytes, Field(max_length=LARGEST_UPLOAD)]) -> str:
    """Keep a picture for lessons and give its digest, by which a version names it. [TR-1]"""
    return keep_picture(work, data)


def keep_picture(work: Work, data: bytes) -> str:
    """Keep a picture once, inside any action.

    Raises Malformed for anything that is neither PNG nor JPEG, Refused for one larger than the book lets.
    """
    kind = kind_of(data)
    if kind is None:
        raise Malformed("A picture is a PNG or a JPEG.")
    if len(data) > book.number(CLAUSE, "picture_kilobytes") * 1024:
        raise Refused(CLAUSE, f"A picture has {book.number(CLAUSE, 'picture_kilobytes')} KiB at most.")
    digest = hashlib.sha256(data).hexdigest()
    if work.select(select(CoursePicture.id).where(CoursePicture.digest == digest)).first() is None:
        work.add(CoursePicture(digest=digest, media_type=kind, data=data))
    return digest


@action("course.write", on=Course, answer=VersionView)
def write_version(
    work: Work, course: Course, *, content: dict[str, Any], summary: Summary, retake: bool = False
) -> CourseVersion:
    """Write the next version of a course; it is a draft until somebody asks for its approval. [TR-1]

    With `retake`, whoever passed an earlier version takes this one as well.
    """
    try:
        read = CourseContent.model_validate(content)
    except ValidationError as faults:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in faults.errors()[:10])
        raise Malformed(f"The course is not whole: {told}") from faults
    return write_draft(work, course, read, summary, retake=retake, author=person_of(work))


def write_draft(
    work: Work, course: Course, content: CourseContent, summary: str, *, retake: bool, author: UUID | None
) -> CourseVersion:
    """Write a draft inside any action; raises Refused when it is of another course or shows a picture that nobody kept."""
    if content.slug != course.slug:
        raise Refused(CLAUSE, f"This is the content of {content.slug}, not of {course.slug}.")
    if course.retired_at is not None:
        raise Refused(CLAUSE, "This course is retired.")
    work.session.flush()
    digests = {picture.digest for picture in content.pictures}
    kept = set(work.select(select(CoursePicture.digest).where(col(CoursePicture.digest).in_(digests))))
    if digests - kept:
        raise Refused(CLAUSE, "A picture of the lessons has not been kept; add it first.")
    check_films(work, content.films)
    version = CourseVersion(
        course_id=course.id, number=last_number(work, course) + 1, content=content.document(),
        digest=content.digest(), summary=summary, retake=retake, written_by=author, written_at=work.now,
    )  # fmt: skip
    return work.add(version)


def check_films(work: Work, films: Collection[Film]) -> None:
    """Raise Refused for a film or captions that nobody kept, or that are of another kind than is said."""
    said: set[tuple[str, str]] = {(one.digest, one.media_type) for one in films}
    said |= {(digest, "text/vtt") for one in films for digest in one.captions.values()}
    rows = select(CourseFilm.digest, CourseFilm.media_type).where(col(CourseFilm.digest).in_({one for one, _ in said}))
    if said - set(work.session.execute(rows).tuples()):
        raise Refused(CLAUSE, "A film of the lessons, or its captions, has not been kept; add it first.")


def last_number(work: Work, course: Course) -> int:
    """Give the number of the newest version of a course; 0 before the first."""
    numbers = select(CourseVersion.number).where(CourseVersion.course_id == course.id)
    return work.select(numbers.order_by(col(CourseVersion.number).desc()).limit(1)).first() or 0


@action("course.ask", on=CourseVersion, answer=VersionView)
def ask_publication(work: Work, version: CourseVersion) -> CourseVersion:
    """Ask that a version be approved; who wrote it or asks for it cannot approve it. [TR-1]"""
    return put_before_approvers(work, version)


def put_before_approvers(work: Work, version: CourseVersion) -> CourseVersion:
    """Ask for the approval of a version inside any action; raises Conflict while another version waits."""
    course = work.get(Course, version.course_id, lock=True)
    newer = select(CourseVersion.id).where(
        CourseVersion.course_id == course.id, CourseVersion.state == "asked", col(CourseVersion.id) != version.id
    )
    if work.select(newer).first() is not None:
        raise Conflict("Another version of this course waits for approval; take it back first.")
    check_newest(course, version)
    VERSION_STEPS.advance(work, version, "ask")
    authors = [version.written_by] if version.written_by else []
    ask_approval(work, version.ref, PUBLISH, sealed_content(course, version), implementers=authors)
    return version


def check_newest(course: Course, version: CourseVersion) -> None:
    """Raise Refused when a later version is in force, or the course is retired."""
    if course.retired_at is not None:
        raise Refused(CLAUSE, "This course is retired.")
    if course.current is not None and version.number < course.current:
        raise Refused(CLAUSE, "A later version is in force already.")


def sealed_content(course: Course, version: CourseVersion) -> dict[str, Any]:
    """Give what the approval of a version binds to."""
    return {
        "course": course.slug,
        "number": version.number,
        "digest": version.digest,
        "retake": version.retake,
        "summary": version.summary,
    }


@action("course.drop", on=CourseVersion, answer=VersionView)
def drop_version(work: Work, version: CourseVersion) -> CourseVersion:
    """Take back a version that is not in force, and the question about it. [TR-1]"""
    if version.state == "asked":
        withdraw_all(work, version.ref, "the version was taken back")
    VERSION_STEPS.advance(work, version, "drop")
    return version
