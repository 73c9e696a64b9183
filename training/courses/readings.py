"""Courses as people read them: the list for who cares for them, a course with its lessons for who learns. [TR-1]"""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict
from sqlmodel import col, select

from kernel import gate
from kernel.action import Work
from kernel.db import HOUSE, Answer
from kernel.errors import NotFound
from kernel.reading import reading
from training.courses.content import CourseContent, Film
from training.courses.models import Course, CoursePicture, CourseVersion
from training.courses.versions import CourseView, VersionView


class CoursePage(Answer):
    """A course with its versions, the newest first."""

    course: CourseView
    title: dict[str, str]
    versions: list[VersionView]


class LessonView(Answer):
    """A lesson as it is read: its text is Markdown, its pictures are named by their digests in `pictures` of the course."""

    number: int
    title: dict[str, str]
    text: dict[str, str]


class Reader(Answer):
    """The version in force of a course, as a learner opens it."""

    course_id: UUID
    version_id: UUID
    slug: str
    number: int
    digest: str
    in_force_at: datetime | None
    title: dict[str, str]
    summary: dict[str, str]
    teaches: list[str]
    minutes: int
    pass_mark: int
    draws: int
    attempts: int
    time_limit: str
    valid_for: str | None
    lessons: list[LessonView]
    pictures: dict[str, str]
    films: list[Film]


class PictureFile(Answer):
    """The bytes of a picture; in JSON they are base64."""

    model_config = ConfigDict(ser_json_bytes="base64")

    media_type: str
    data: bytes


@reading("course.list")
def list_courses(work: Work) -> list[CoursePage]:
    """List the courses with their versions. [TR-1]"""
    versions: dict[UUID, list[CourseVersion]] = {}
    for row in work.select(select(CourseVersion).order_by(col(CourseVersion.number).desc())):
        versions.setdefault(row.course_id, []).append(row)
    courses = work.select(select(Course).order_by(col(Course.slug))).all()
    return [_page(course, versions.get(course.id, [])) for course in courses]


def _page(course: Course, rows: list[CourseVersion]) -> CoursePage:
    told = next((row for row in rows if row.state == "in-force"), rows[0] if rows else None)
    title = told.content["title"] if told is not None else {"en": course.slug, "fr": course.slug}
    return CoursePage(course=CourseView.of(course), title=title, versions=[VersionView.of(row) for row in rows])


@reading("course.read", on=Course)
def read_course(work: Work, course: Course) -> Reader:
    """Read a course as it is in force. [TR-1]"""
    rows = select(CourseVersion).where(CourseVersion.course_id == course.id, CourseVersion.state == "in-force")
    version = work.select(rows).first()
    if version is None:
        raise NotFound("This course is not in force.")
    return reader_of(course, version)


def reader_of(course: Course, version: CourseVersion) -> Reader:
    """Show a version as a learner reads it: without the questions."""
    content = version.read()
    return Reader(
        course_id=course.id, version_id=version.id, slug=course.slug, number=version.number, digest=version.digest,
        in_force_at=version.in_force_at, title=content.title, summary=content.summary, teaches=content.teaches,
        minutes=content.minutes, pass_mark=content.pass_mark, draws=content.draws, attempts=content.attempts,
        time_limit=content.time_limit, valid_for=content.valid_for,
        lessons=[LessonView(number=one.number, title=one.title, text=one.text) for one in content.lessons],
        pictures={one.name: one.digest for one in content.pictures}, films=content.films,
    )  # fmt: skip


@reading("course.review", on=CourseVersion)
def review_version(work: Work, version: CourseVersion) -> CourseContent:  # noqa: ARG001 - the frame's own form
    """Read a whole version with its questions and right answers, before it is approved. [TR-1]"""
    return version.read()


@reading("course.picture")
def read_picture(work: Work, *, digest: str) -> PictureFile:
    """Read a picture of a lesson: of a version in force, or of any for who writes or reviews courses. [TR-1]"""
    picture = work.select(select(CoursePicture).where(CoursePicture.digest == digest)).first()
    cares = any(gate.may(work.actor, right, HOUSE, work.now).allowed for right in ("course.write", "course.review"))
    if picture is None or not (cares or _is_shown(work, digest)):
        raise NotFound("There is no such picture.")
    return PictureFile(media_type=picture.media_type, data=picture.data)


def _is_shown(work: Work, digest: str) -> bool:
    """Tell whether a version that is or was in force shows a picture."""
    shown = select(CourseVersion.id).where(
        col(CourseVersion.state).in_(["in-force", "retired"]),
        col(CourseVersion.content).contains({"pictures": [{"digest": digest}]}),
    )
    return work.select(shown.limit(1)).first() is not None


@reading("course.find")
def find_course(work: Work, *, slug: str) -> CourseView:
    """Find a course by the name that addresses use. [TR-1]"""
    found = work.select(select(Course).where(Course.slug == slug)).first()
    if found is None:
        raise NotFound("There is no course of this name.")
    return CourseView.of(found)


@reading("course.titles")
def titles(work: Work) -> dict[str, dict[str, str]]:
    """Tell the title of each course that is in force, in each language, by the name that addresses use. [TR-1]"""
    rows = select(Course.slug, col(CourseVersion.content)["title"]).join(
        CourseVersion, col(CourseVersion.course_id) == Course.id
    )
    return dict(work.session.execute(rows.where(CourseVersion.state == "in-force")).tuples().all())
