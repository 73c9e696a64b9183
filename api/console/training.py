"""My courses: what is asked of me, the lessons in my language, and the word I give. The quiz is in `quiz`. [TR-1, DS-4]"""

from babel.units import format_unit
from starlette.responses import Response

from api import words
from api.console.account import uuid_of
from api.console.awareness import unread
from api.console.pages import training as pages
from api.console.pages.frame import Form, State
from api.console.training_words import DEEDS
from api.console.visit import Visit, problems_of, route
from api.lessons import lesson_html
from api.words import N_, _
from kernel.errors import Conflict, Malformed, NotFound, Refused
from policy import book
from policy.spans import span
from training.courses import readings as courses
from training.courses.readings import Reader
from training.learning import attempts, excuses, passes
from training.learning import readings as learning
from training.learning.readings import MyCourse

OVERDUE = State(N_("Overdue"), "red")
ASKED = State(N_("Asked of you"), "amber")
LAPSED = State(N_("Lapsed"), "amber")
PASSED = State(N_("Passed"), "green")
BEGUN = State(N_("Begun"), "blue")
OPEN = State(N_("Not asked of you"), "grey")
EXCUSES = {"asked": State(N_("Excuse asked for"), "amber"), "granted": State(N_("Excused"), "blue")}


def listing(visit: Visit) -> Response:
    """GET /training."""
    rows = [row_of(visit, one) for one in learning.my_courses(visit.actor)]
    waits = {OVERDUE, ASKED, LAPSED}
    passed = tuple(
        pages.Passed(
            one.title[visit.language], one.code, one.passed_at, one.valid_until, one.score, one.holds, one.course
        )
        for one in passes.my_certificates(visit.actor)
    )
    view = pages.Courses(
        tuple(one for one in rows if one.state in waits), tuple(one for one in rows if one.state not in waits), passed,
        unread(visit),
    )  # fmt: skip
    return visit.page("training/courses.html", view)


def row_of(visit: Visit, one: MyCourse) -> pages.CourseRow:
    """Say in a row what a course is to its learner."""
    rule = book.in_force().training.get(one.asked_by or "")
    return pages.CourseRow(
        slug=one.slug, title=one.title[visit.language], summary=one.summary[visit.language], minutes=one.minutes,
        lessons=one.lessons, opened=len(one.opened), state=_state(visit, one), due=one.due_at, until=one.passed_until,
        for_ever=one.ever_passed and one.passed_until is None, asked_for=rule.clause if rule else "",
        sleeping=tuple(dict.fromkeys(_(DEEDS.get(action, action)) for action in one.sleeping)),
        attempt=str(one.attempt_id or ""), assignment=str(one.assignment_id or ""),
    )  # fmt: skip


def _state(visit: Visit, one: MyCourse) -> State:
    if one.due_at is not None:
        return OVERDUE if one.due_at <= visit.now else ASKED
    if one.lapsed:
        return LAPSED
    return PASSED if one.ever_passed else BEGUN if one.attempt_id else OPEN


def course_of(visit: Visit) -> Reader:
    """Read the course whose name stands in the address."""
    found = courses.find_course(visit.actor, slug=visit.request.path_params["slug"][:80])
    return courses.read_course(visit.actor, found.id)


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /training/{slug}: what the course is, its lessons, and the way to the quiz."""
    found = course_of(visit)
    mine = mine_of(visit, found.slug)
    opened = set(mine.opened) if mine else set()
    excuse = next((one for one in excuses.my_excuses(visit.actor) if one.course == found.slug), None)
    if excuse is not None and (excuse.state not in EXCUSES or excuse.ends_at <= visit.now):
        excuse = None
    view = pages.Course(
        slug=found.slug, title=found.title[visit.language], summary=found.summary[visit.language],
        clauses=tuple(found.teaches), minutes=found.minutes, questions=found.draws, pass_mark=found.pass_mark,
        time_limit=length_of(found.time_limit), valid_for=length_of(found.valid_for) if found.valid_for else "",
        lessons=_lessons(visit, found, opened, 0), form=form or Form(), mine=row_of(visit, mine) if mine else None,
        promise=promise_of(visit, found, mine, form),
        certificate=next((one.code for one in passes.my_certificates(visit.actor) if one.course == found.slug), ""),
        excused=EXCUSES[excuse.state] if excuse else None, excused_until=excuse.ends_at if excuse else None,
    )  # fmt: skip
    return visit.page("training/course.html", view, status)


def mine_of(visit: Visit, slug: str) -> MyCourse | None:
    """Give what a course is to the reader; None where it was neither asked nor begun."""
    return next((one for one in learning.my_courses(visit.actor) if one.slug == slug), None)


def length_of(text: str) -> str:
    """Say a span of the book in the reader's language: `1 year`, `30 minutes`."""
    found = span(text)
    return format_unit(found.count, f"duration-{found.unit}", locale=words.locale(words.language()))


def promise_of(visit: Visit, found: Reader, mine: MyCourse | None, form: Form | None = None) -> pages.Promise | None:
    """Give the undertaking of a course: asked of who passed it, None where nothing is asked. [DS-4]"""
    if mine is None or not mine.word_asked or not mine.ever_passed:
        return None
    name = visit.signed.name if visit.signed else ""
    return pages.Promise(str(found.version_id), found.digest, form or Form(), name, mine.word_given_at)


def _lessons(visit: Visit, found: Reader, opened: set[int], current: int) -> tuple[pages.LessonRow, ...]:
    return tuple(
        pages.LessonRow(one.number, one.title[visit.language], one.number in opened, one.number == current)
        for one in found.lessons
    )


def lesson(visit: Visit) -> Response:
    """GET /training/{slug}/{number}: a lesson, which is noted as opened."""
    found, number = course_of(visit), visit.request.path_params["number"]
    attempts.open_lesson(visit.actor, found.course_id, number=number)
    shown = next((one for one in found.lessons if one.number == number), None)
    if shown is None:
        raise NotFound("This course has no such lesson.")
    mine = mine_of(visit, found.slug)
    view = pages.Lesson(
        slug=found.slug, course=found.title[visit.language], number=number, title=shown.title[visit.language],
        text=lesson_html(shown.text[visit.language], found.pictures, found.films),
        lessons=_lessons(visit, found, {*(mine.opened if mine else ()), number}, number),
    )  # fmt: skip
    return visit.page("training/lesson.html", view)


def picture(visit: Visit) -> Response:
    """GET /training/pictures/{digest}: its bytes never change, so a browser keeps them; no other browser's cache does."""
    found = courses.read_picture(visit.actor, digest=visit.request.path_params["digest"][:64])
    return Response(
        found.data, media_type=found.media_type, headers={"Cache-Control": "private, max-age=86400, immutable"}
    )


def give_word(visit: Visit) -> Response:
    """POST /training/{slug}/undertaking: one's own name, typed. [DS-4]"""
    slug, sent = visit.request.path_params["slug"], {"typed_name": visit.field("typed_name")}
    try:
        passes.give_undertaking(
            visit.actor, uuid_of(visit.field("version")), digest=visit.field("digest"), typed_name=sent["typed_name"]
        )
    except (Refused, Conflict, Malformed) as error:
        return page(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/training/{slug}", "word")


ROUTES = [
    route("/training", listing),
    route("/training/pictures/{digest}", picture),
    route("/training/{slug}", page),
    route("/training/{slug}/{number:int}", lesson),
    route("/training/{slug}/undertaking", give_word, ("POST",)),
]
