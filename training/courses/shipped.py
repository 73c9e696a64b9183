"""The courses that come with the release: brought in as drafts by the clerk, and approved like any other. [TR-1]"""

from sqlmodel import col, select

from kernel.action import Work, action
from kernel.db import HOUSE
from kernel.errors import NotFound
from training.courses.content import CourseContent, Slug
from training.courses.folder import SHIPPED, read_course, read_courses
from training.courses.models import Course, CourseVersion
from training.courses.versions import CLERK, course_of, keep_picture, put_before_approvers, write_draft

AT_ONCE = 50
"""Questions asked in one action: each is a few facts."""


@action("course.bring-in", scope=HOUSE)
def bring_in(work: Work, *, slug: Slug) -> bool:
    """Bring a shipped course in as a draft of its next version, unless its content is there already; tells whether it was new. [TR-1]"""
    if not (SHIPPED / slug / "course.yaml").is_file():
        raise NotFound("The release ships no course of this name.")
    return store(work, read_course(SHIPPED / slug))


def store(work: Work, content: CourseContent) -> bool:
    """Store a course as a draft inside any action; False where its newest version, or one in force, says the same."""
    course = course_of(work, content.slug, lock=True) or work.add(Course(slug=content.slug))
    work.session.flush()
    rows = select(CourseVersion).where(CourseVersion.course_id == course.id)
    newest: CourseVersion | None = work.select(rows.order_by(col(CourseVersion.number).desc()).limit(1)).first()
    digest = content.digest()
    if newest is not None and newest.digest == digest and newest.state != "dropped":
        return False
    for picture in content.pictures:
        keep_picture(work, picture.data)
    write_draft(work, course, content, "the course as this release ships it", retake=False, author=None)
    return True


@action("course.ask-shipped", scope=HOUSE)
def ask_shipped(work: Work) -> int:
    """Ask that every shipped course that waits as a draft be approved, each by itself; gives how many. [TR-1]"""
    drafts = work.select(
        select(CourseVersion)
        .where(CourseVersion.state == "draft", col(CourseVersion.written_by).is_(None))
        .order_by(col(CourseVersion.course_id), col(CourseVersion.number).desc())
        .distinct(col(CourseVersion.course_id))
        .limit(AT_ONCE)
    ).all()
    for draft in drafts:
        put_before_approvers(work, draft)
    work.note("courses", len(drafts))
    return len(drafts)


def bring_in_all() -> list[str]:
    """Bring in every shipped course by the clerk; gives the names of those that have a new draft."""
    return [course.slug for course in read_courses(SHIPPED) if bring_in(CLERK, slug=course.slug)]
