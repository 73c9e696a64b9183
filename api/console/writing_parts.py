"""A lesson and a question of a course as they are written: typed in both languages, looked at, saved, moved, taken out. [TR-1]"""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from api.console import writing
from api.console.pages import writing as pages
from api.console.pages.frame import Choice, Form
from api.console.sent import Limits
from api.console.visit import Visit, problems_of, route
from api.lessons import lesson_html
from api.words import _
from kernel.errors import Conflict, NotFound, OmniError
from training.courses.content import LANGUAGES
from training.courses.drafts import DraftView
from training.courses.sketches import MOST_ANSWERS, words_in

LONG = Limits(form=1_048_576)
"""Two lessons at their longest, as browsers write accents."""
MOST_TITLE, MOST_LINE = 120, 400
Page = Callable[[Visit, Form | None, int], Response]


def _number(visit: Visit, count: int) -> int:
    """Which part the address names; one after the last is a new one. Raises NotFound."""
    number = int(visit.request.path_params["number"])
    if not 1 <= number <= count + 1:
        raise NotFound("This draft has no such part.")
    return number


def _moved(parts: list[Any], at: int, then: str, made: Any) -> list[Any]:
    """Give the parts after one of them was saved, moved or taken out."""
    rest = [one for place, one in enumerate(parts) if place != at]
    if then == "delete":
        return rest
    to = at - 1 if then == "up" else at + 1 if then == "down" else at
    return [*rest[: max(0, to)], made, *rest[max(0, to) :]]


def _line(visit: Visit, name: str) -> str:
    return visit.field(name).replace("\x00", "").strip()


def _text(visit: Visit, name: str) -> str:
    return visit.field(name).replace("\r\n", "\n").replace("\x00", "").strip()


def lesson(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /training/courses/{slug}/draft/lessons/{number}."""
    found = writing.draft_of(visit)
    lessons = found.content.lessons
    number = _number(visit, len(lessons))
    if form is None:
        values = dict[str, str]()
        if number <= len(lessons):
            kept = lessons[number - 1]
            values = {f"{name}_{code}": words_in(getattr(kept, name), code) for name in ("title", "text") for code in LANGUAGES}  # fmt: skip
        form = Form(values)
    digests = {one.name: one.digest for one in found.content.pictures}
    shown = tuple(
        (code, form.value(f"title_{code}"), lesson_html(form.value(f"text_{code}"), digests, found.content.films))
        for code in LANGUAGES
        if form.value(f"text_{code}").strip()
    )
    view = pages.Lesson(
        found.slug, writing.title_of(visit, found), number, len(lessons), found.seen, form, shown,
        writing.pictures_of(found.content), number > len(lessons),
    )  # fmt: skip
    return visit.page("training/write_lesson.html", view, status)


def save_lesson(visit: Visit) -> Response:
    """POST /training/courses/{slug}/draft/lessons/{number}: saved, moved, taken out, or only looked at."""
    found = writing.draft_of(visit)
    lessons = [one.model_dump(mode="json") for one in found.content.lessons]
    at, then = _number(visit, len(lessons)) - 1, visit.field("then")
    made = {
        "title": {code: _line(visit, f"title_{code}")[:MOST_TITLE] for code in LANGUAGES},
        "text": {code: _text(visit, f"text_{code}") for code in LANGUAGES},
    }
    kept = {f"{name}_{code}": words for name, both in made.items() for code, words in both.items()}
    if then == "look":
        return lesson(visit, Form(kept))
    return _saved(visit, found, "lessons", _moved(lessons, at, then, made), lesson, kept)


def question(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /training/courses/{slug}/draft/questions/{number}."""
    found = writing.draft_of(visit)
    questions = found.content.questions
    number = _number(visit, len(questions))
    if form is None:
        form = Form(_typed(questions[number - 1].model_dump(mode="json")) if number <= len(questions) else {})
    view = pages.Question(
        found.slug, writing.title_of(visit, found), number, len(questions), found.seen, form,
        tuple(
            Choice(str(n), f"{n}. {words_in(one.title, visit.language) or _('Without a title')}")
            for n, one in enumerate(found.content.lessons, 1)
        ),
        tuple(range(MOST_ANSWERS)), number > len(questions),
    )  # fmt: skip
    return visit.page("training/write_question.html", view, status)


def _typed(one: dict[str, Any]) -> dict[str, str]:
    told = {"lesson": str(one["lesson"])} | {f"text_{code}": one["text"].get(code, "") for code in LANGUAGES}
    for place, answer in enumerate(one["answers"]):
        told |= {f"{name}_{place}_{code}": answer[of].get(code, "") for name, of in (("answer", "text"), ("why", "feedback")) for code in LANGUAGES}  # fmt: skip
        if answer["right"]:
            told["right"] = str(place)
    return told


def save_question(visit: Visit) -> Response:
    """POST /training/courses/{slug}/draft/questions/{number}."""
    found = writing.draft_of(visit)
    questions = [one.model_dump(mode="json") for one in found.content.questions]
    at, then = _number(visit, len(questions)) - 1, visit.field("then")
    of = visit.field("lesson")
    made = {
        "lesson": min(20, max(1, int(of[:3]))) if of.isdigit() else 1,
        "text": {code: _text(visit, f"text_{code}")[:600] for code in LANGUAGES},
        "answers": [one for one in (_answer(visit, place) for place in range(MOST_ANSWERS)) if one is not None],
    }
    kept = {name: value for name, value in visit.form.items() if name not in {"seen", "then"}}
    return _saved(visit, found, "questions", _moved(questions, at, then, made), question, kept)


def _answer(visit: Visit, place: int) -> dict[str, Any] | None:
    """An answer of the form; None where nothing is said."""
    text = {code: _line(visit, f"answer_{place}_{code}")[:300] for code in LANGUAGES}
    right = visit.field("right") == str(place)
    why = {code: "" if right else _line(visit, f"why_{place}_{code}")[:MOST_LINE] for code in LANGUAGES}
    return {"right": right, "text": text, "feedback": why} if any((*text.values(), *why.values())) else None


def _saved(visit: Visit, found: DraftView, name: str, parts: list[Any], again: Page, kept: dict[str, str]) -> Response:
    """Save the parts of a draft and go where the button leads; what was typed stays where that is refused."""
    try:
        writing.store(visit, found, {name: parts})
    except OmniError as error:
        if not isinstance(error, writing.FAULTS):
            raise
        return again(visit, Form(kept, {"": "; ".join(dict(problems_of(error)).values())}), 409 if isinstance(error, Conflict) else 422)  # fmt: skip
    draft, then = f"/training/courses/{found.slug}/draft", visit.field("then")
    here = visit.request.path_params["number"]
    leads = {"save": f"{draft}/{name}/{here}", "next": f"{draft}/{name}/{int(here) + 1}"}
    return visit.go(leads.get(then, draft), "saved")


ROUTES = [
    route("/training/courses/{slug}/draft/lessons/{number:int}", lesson),
    route("/training/courses/{slug}/draft/lessons/{number:int}", save_lesson, ("POST",), limits=LONG),
    route("/training/courses/{slug}/draft/questions/{number:int}", question),
    route("/training/courses/{slug}/draft/questions/{number:int}", save_question, ("POST",), limits=LONG),
]
