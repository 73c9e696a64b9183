"""What was approved comes into force by the clerk, never by the voter: versions of courses, and their retirement. [TR-1]"""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import select

from kernel.action import Fact, Work, action, on_fact
from kernel.errors import Conflict, NotFound, Refused
from kernel.outbox import effect
from policy.approvals import ask_approval, use_approval
from policy.ballots import seal
from training.courses.models import VERSION_STEPS, Course, CourseVersion
from training.courses.versions import CLAUSE, CLERK, PUBLISH, CourseView, VersionView, check_newest, sealed_content

RETIRE = "course.retire"
Why = Annotated[str, Field(max_length=300)]


@on_fact("approval.granted")
@on_fact("approval.refused")
@on_fact("approval.expired")
def follow(work: Work, fact: Fact) -> None:
    """Have what was approved brought into force; close a version that was refused."""
    requirement, key = fact.data["requirement"], fact.data["subject_ref"].partition(":")[2]
    if requirement == RETIRE and fact.name == "approval.granted":
        work.later(RETIRE, course_id=key)
    if requirement != PUBLISH:
        return
    version = work.get(CourseVersion, UUID(key))
    if version.state != "asked":
        return
    if fact.name == "approval.granted":
        work.later(PUBLISH, version_id=version.id)
    else:
        VERSION_STEPS.advance(work, version, "refuse" if fact.name == "approval.refused" else "drop")


@effect(PUBLISH)
def publish_approved(*, version_id: str) -> None:
    """Publish an approved version; one that was published or dropped meanwhile is left as it is."""
    try:
        publish_version(CLERK, UUID(version_id))
    except (Refused, Conflict, NotFound) as no:
        note_unpublished(CLERK, UUID(version_id), why=no.why[:300])


@action(PUBLISH, on=CourseVersion, answer=VersionView)
def publish_version(work: Work, version: CourseVersion) -> CourseVersion:
    """Put an approved version of a course in force; attempts that are open stay with the version they began. [TR-1]"""
    course = work.get(Course, version.course_id, lock=True)
    if version.state != "asked":
        raise Refused(CLAUSE, f"A version that is {version.state} cannot be published.")
    check_newest(course, version)
    authors = [version.written_by] if version.written_by else []
    sealed = seal(version.ref, PUBLISH, sealed_content(course, version), implementers=authors, subjects=())
    use_approval(work, version.ref, PUBLISH, sealed.digest)
    retire_current(work, course)
    VERSION_STEPS.advance(work, version, "publish")
    version.in_force_at, course.current = work.now, version.number
    if course.introduced_at is None:
        course.introduced_at = work.now
    elif version.retake:
        course.retake_at, course.retake_number = work.now, version.number
    work.fact("course.published", course_id=course.id, course=course.slug, version_id=version.id, number=version.number)
    return version


def retire_current(work: Work, course: Course) -> None:
    """Have the version in force, if any, step down."""
    rows = select(CourseVersion).where(CourseVersion.course_id == course.id, CourseVersion.state == "in-force")
    for old in work.select(rows).all():
        VERSION_STEPS.advance(work, old, "retire")
        old.retired_at = work.now
        work.session.flush()


@action("course.note-unpublished", on=CourseVersion)
def note_unpublished(work: Work, version: CourseVersion, *, why: Why) -> None:
    """Write down why an approved version was not published. [TR-1]"""
    work.note("why", why)
    if version.state == "asked":
        VERSION_STEPS.advance(work, version, "drop")


@action("course.ask-retirement", on=Course, answer=CourseView)
def ask_retirement(
    work: Work, course: Course, *, reason: Annotated[str, Field(min_length=10, max_length=500)]
) -> Course:
    """Ask that a course be retired; whatever rests on it rests on it no more once another has approved. [TR-1]"""
    if course.retired_at is not None:
        raise Conflict("This course is retired already.")
    ask_approval(work, course.ref, RETIRE, _retirement(course), reason=reason)
    return course


def _retirement(course: Course) -> dict[str, object]:
    return {"course": course.slug, "current": course.current or 0}


@effect(RETIRE)
def retire_approved(*, course_id: str) -> None:
    """Retire a course as approved; one that was edited or retired meanwhile is left as it is, and the ledger tells."""
    try:
        retire_course(CLERK, UUID(course_id))
    except (Refused, Conflict, NotFound) as no:
        note_unretired(CLERK, UUID(course_id), why=no.why[:300])


@action(RETIRE, on=Course, answer=CourseView)
def retire_course(work: Work, course: Course) -> Course:
    """Retire a course whose retirement is approved; what people passed stays on record. [TR-1]"""
    if course.retired_at is not None:
        raise Conflict("This course is retired already.")
    sealed = seal(course.ref, RETIRE, _retirement(course), implementers=(), subjects=())
    use_approval(work, course.ref, RETIRE, sealed.digest)
    retire_current(work, course)
    course.current, course.retired_at = None, work.now
    work.fact("course.retired", course_id=course.id, course=course.slug)
    return course


@action("course.note-unretired", on=Course)
def note_unretired(work: Work, course: Course, *, why: Why) -> None:  # noqa: ARG001 - its entry is about the course
    """Write down why a course was not retired though that was approved. [TR-1]"""
    work.note("why", why)
