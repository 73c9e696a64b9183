"""The quiz of a course: one question at a time in the order the attempt drew, resumed where one left it, its result with reasons. [TR-1]"""

from starlette.responses import Response

from api.console import training
from api.console.account import uuid_of
from api.console.pages import training as pages
from api.console.pages.frame import Choice, Form
from api.console.visit import Visit, problems_of, route
from api.lessons import line_html
from kernel.errors import Refused
from training.courses import readings as courses
from training.learning import attempts, effectiveness
from training.learning.views import AttemptView, QuestionView


def begin(visit: Visit) -> Response:
    """POST /training/{slug}/quiz: begin, or go on with what was begun; what is to be done first is said on the course's page."""
    found = training.course_of(visit)
    try:
        attempt = attempts.start_attempt(visit.actor, found.course_id)
    except Refused as error:
        return training.page(visit, Form(problems=problems_of(error)), 422)
    return visit.go(f"/training/attempts/{attempt.id}")


def page(visit: Visit) -> Response:
    """GET /training/attempts/{id}: the question asked for, else the first without an answer; the result once it is finished."""
    found = _attempt(visit)
    if found.state != "open":
        return result(visit, found)
    answered = tuple(one.chosen is not None for one in found.questions)
    asked = visit.field("question")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0  # noqa: PLR2004 - at most 200 are drawn
    number = number or (answered.index(False) + 1 if False in answered else 0)
    known = found.questions[number - 1] if 0 < number <= len(found.questions) else None
    view = pages.Quiz(
        id=str(found.id), slug=found.course, title=found.title[visit.language], deadline=found.deadline,
        answered=answered, question=_asked(visit, number, known) if known else None, over=found.deadline <= visit.now,
    )  # fmt: skip
    return visit.page("training/quiz.html", view)


def _attempt(visit: Visit) -> AttemptView:
    return effectiveness.read_attempt(visit.actor, uuid_of(visit.request.path_params["id"]))


def _asked(visit: Visit, number: int, one: QuestionView) -> pages.Question:
    answers = tuple(Choice(answer.id, line_html(answer.text[visit.language])) for answer in one.answers)
    return pages.Question(number, one.id, line_html(one.text[visit.language]), answers, one.chosen or "")


def answer(visit: Visit) -> Response:
    """POST /training/attempts/{id}/answer: on to the next question; what was answered last stands."""
    found = _attempt(visit)
    here = f"/training/attempts/{found.id}"
    names = [one.id for one in found.questions]
    asked = visit.field("question")
    if found.state != "open" or found.deadline <= visit.now:
        return visit.go(here)
    if not visit.field("answer") and asked in names:
        return visit.go(f"{here}?question={names.index(asked) + 1}")
    after = attempts.give_answer(visit.actor, found.id, question=asked, answer=visit.field("answer"))
    left = [number for number, one in enumerate(after.questions, 1) if one.chosen is None]
    following = [number for number in left if number > names.index(asked) + 1]
    return visit.go(f"{here}?question={(following or left)[0]}" if left else here)


def finish(visit: Visit) -> Response:
    """POST /training/attempts/{id}/finish."""
    found = attempts.finish_attempt(visit.actor, uuid_of(visit.request.path_params["id"]))
    return visit.go(f"/training/attempts/{found.id}")


def result(visit: Visit, found: AttemptView) -> Response:
    """Show a finished attempt: the score, and of each question what is right and why."""
    course = courses.find_course(visit.actor, slug=found.course)
    mine = training.mine_of(visit, found.course)
    passed = found.state == "passed"
    promise = None
    if passed and mine is not None and mine.word_asked:
        promise = training.promise_of(visit, courses.read_course(visit.actor, course.id), mine)
    view = pages.Result(
        slug=found.course, title=found.title[visit.language], passed=passed, score=found.score or 0,
        pass_mark=found.pass_mark, questions=tuple(_answered(visit, one) for one in found.questions),
        code=found.code or "", promise=promise,
    )  # fmt: skip
    return visit.page("training/result.html", view)


def _answered(visit: Visit, one: QuestionView) -> pages.Answered:
    right = next(answer for answer in one.answers if answer.right)
    chosen = next((answer for answer in one.answers if answer.id == one.chosen), None)
    why = (chosen.feedback or {}) if chosen else {}
    return pages.Answered(
        text=line_html(one.text[visit.language]), chosen=line_html(chosen.text[visit.language] if chosen else ""),
        right=line_html(right.text[visit.language]), was_right=chosen is not None and chosen.id == right.id,
        why=line_html(why.get(visit.language, "")), lesson=one.lesson,
    )  # fmt: skip


ROUTES = [
    route("/training/{slug}/quiz", begin, ("POST",)),
    route("/training/attempts/{id}", page),
    route("/training/attempts/{id}/answer", answer, ("POST",)),
    route("/training/attempts/{id}/finish", finish, ("POST",)),
]
