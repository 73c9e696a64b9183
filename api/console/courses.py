"""Training for who teaches: all courses with their versions, one version to review, and how its questions went. [TR-1]"""

from uuid import UUID

from starlette.responses import Response

from api.console import frame, learning_tables, team
from api.console.account import uuid_of
from api.console.pages import learning as pages
from api.console.pages.frame import State
from api.console.training import length_of
from api.console.visit import Visit, route
from api.console.writing import is_written
from api.lessons import lesson_html, line_html
from api.words import N_, _
from kernel.errors import NotFound
from training.courses import readings as courses
from training.courses import shipped, versions
from training.courses.content import Question
from training.courses.readings import CoursePage
from training.courses.versions import VersionView
from training.learning import effectiveness
from training.learning import readings as learning

STATES = {
    "draft": State(N_("Draft"), "grey"),
    "asked": State(N_("Waits for approval"), "amber"),
    "in-force": State(N_("In force"), "green"),
    "retired": State(N_("Retired"), "grey"),
    "refused": State(N_("Not approved"), "red"),
    "dropped": State(N_("Dropped"), "grey"),
}
UNDER_WAY = {"draft", "asked"}


def listing(visit: Visit) -> Response:
    """GET /training/courses."""
    found = courses.list_courses(visit.actor)
    names = _authors(visit, found)
    done = _done(visit)
    rows = tuple(
        pages.CourseRow(
            one.course.slug, one.title[visit.language], one.course.current,
            next((_version(visit, one, version, names) for version in one.versions[:1] if version.state in UNDER_WAY), None),
            done.get(one.course.slug),
        )
        for one in found
    )  # fmt: skip
    drafts = sum(
        one.versions[0].state == "draft" and one.versions[0].written_by is None for one in found if one.versions
    )
    may_ask = frame.is_open(visit.actor, "course.ask-shipped")
    return visit.page(
        "training/catalogue.html",
        pages.Courses(team.tabs(visit), rows, drafts if may_ask else 0, frame.is_open(visit.actor, "course.add")),
    )


def _authors(visit: Visit, found: list[CoursePage]) -> dict[UUID, str]:
    writers = (version.written_by for one in found for version in one.versions)
    return learning_tables.names_of(visit.actor, (one for one in writers if one is not None))


def _done(visit: Visit) -> dict[str, pages.DoneRow]:
    if not frame.is_open(visit.actor, "training.completion"):
        return {}
    return {one.course: pages.DoneRow("", one.bound, one.in_date, one.late) for one in learning.completion(visit.actor)}


def _version(visit: Visit, course: CoursePage, one: VersionView, names: dict[UUID, str]) -> pages.VersionRow:
    newest = course.versions[0].id == one.id
    reviews = frame.is_open(visit.actor, "course.review")
    return pages.VersionRow(
        id=str(one.id), number=one.number, state=STATES[one.state], at=one.in_force_at or one.written_at,
        author=names.get(one.written_by, "") if one.written_by else _("this release"), summary=one.summary,
        retake=one.retake, review=f"/training/courses/{course.course.slug}/{one.number}" if reviews else "",
        ask=one.state == "draft" and newest and frame.is_open(visit.actor, "course.ask"),
        drop=one.state in UNDER_WAY and frame.is_open(visit.actor, "course.drop"),
    )  # fmt: skip


def _course(visit: Visit) -> CoursePage:
    slug = visit.request.path_params["slug"]
    found = next((one for one in courses.list_courses(visit.actor) if one.course.slug == slug), None)
    if found is None:
        raise NotFound("There is no course of this name.")
    return found


def page(visit: Visit) -> Response:
    """GET /training/courses/{slug}: its versions, how far it is, how hard its questions are."""
    found = _course(visit)
    names = _authors(visit, [found])
    questions = None
    if frame.is_open(visit.actor, "course.difficulty"):
        questions = tuple(
            pages.QuestionRow(one.text[visit.language], one.number, one.drawn, one.percent)
            for one in effectiveness.difficulty(visit.actor, found.course.id)
        )
    view = pages.Course(
        found.course.slug, found.title[visit.language],
        tuple(_version(visit, found, one, names) for one in found.versions), questions,
        _done(visit).get(found.course.slug), frame.is_open(visit.actor, "course.begin-draft"),
        is_written(visit, found.course.slug),
        found.course.current is not None and frame.is_open(visit.actor, "course.ask-retirement"),
    )  # fmt: skip
    return visit.page("training/versions.html", view)


def review(visit: Visit) -> Response:
    """GET /training/courses/{slug}/{number}: every lesson and every question of a version, before it is approved."""
    found, number = _course(visit), visit.request.path_params["number"]
    version = next((one for one in found.versions if one.number == number), None)
    if version is None:
        raise NotFound("This course has no such version.")
    content = courses.review_version(visit.actor, version.id)
    pictures = {one.name: one.digest for one in content.pictures}
    facts = (
        (_("Takes"), _("about %(n)s min", n=content.minutes)),
        (_("Passed from"), f"{content.pass_mark} %"),
        (_("Questions drawn"), _("%(drawn)s of %(all)s", drawn=content.draws, all=len(content.questions))),
        (_("Time for the quiz"), length_of(content.time_limit)),
        (_("A pass is good"), length_of(content.valid_for) if content.valid_for else _("for ever")),
        (_("Clauses"), ", ".join(content.teaches)),
        (_("Fingerprint"), version.digest[:16]),
    )
    view = pages.Review(
        found.course.slug, content.title[visit.language], number, STATES[version.state], facts,
        tuple((one.number, one.title[visit.language], lesson_html(one.text[visit.language], pictures, content.films)) for one in content.lessons),
        tuple(_question(visit, one) for one in content.questions),
    )  # fmt: skip
    return visit.page("training/review.html", view)


def _question(visit: Visit, one: Question) -> pages.ReviewQuestion:
    answers = tuple(
        (line_html(answer.text[visit.language]), answer.right, line_html((answer.feedback or {}).get(visit.language, "")))
        for answer in one.answers
    )  # fmt: skip
    return pages.ReviewQuestion(line_html(one.text[visit.language]), answers, one.lesson)


def ask_shipped(visit: Visit) -> Response:
    """POST /training/courses/ask: the approval of every shipped draft."""
    shipped.ask_shipped(visit.actor)
    return visit.go("/training/courses", "asked")


def ask(visit: Visit) -> Response:
    """POST /training/courses/{slug}/ask."""
    versions.ask_publication(visit.actor, uuid_of(visit.field("version")))
    return visit.go(f"/training/courses/{_course(visit).course.slug}", "asked")


def drop(visit: Visit) -> Response:
    """POST /training/courses/{slug}/drop."""
    versions.drop_version(visit.actor, uuid_of(visit.field("version")))
    return visit.go(f"/training/courses/{_course(visit).course.slug}", "done")


ROUTES = [
    route("/training/courses", listing),
    route("/training/courses/ask", ask_shipped, ("POST",)),
    route("/training/courses/{slug}", page),
    route("/training/courses/{slug}/{number:int}", review),
    route("/training/courses/{slug}/ask", ask, ("POST",)),
    route("/training/courses/{slug}/drop", drop, ("POST",)),
]
