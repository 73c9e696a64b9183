"""Asking that a course be retired, once one has seen what rests on it. [TR-1]"""

from starlette.responses import Response

from api.console import frame
from api.console.learning_tables import deeds_of, titles_of
from api.console.pages import writing as pages
from api.console.pages.frame import Form
from api.console.visit import Visit, route
from api.words import N_
from kernel.errors import Conflict, Denied, Malformed, Refused
from policy import book
from training.courses import publication
from training.courses import readings as courses
from training.learning import readings as learning

WHY = N_("Say why in 10 to 500 signs.")


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /training/courses/{slug}/retire."""
    if not frame.is_open(visit.actor, "course.ask-retirement"):
        raise Denied("none of your roles gives course.ask-retirement", "TR-1")
    slug = courses.find_course(visit.actor, slug=visit.request.path_params["slug"][:80]).slug
    done = None
    if frame.is_open(visit.actor, "training.completion"):
        done = next((one for one in learning.completion(visit.actor) if one.course == slug), None)
    rules = tuple(
        pages.Rule(one.clause, deeds_of(sorted(one.gates)))
        for one in book.in_force().training.values()
        if slug in one.courses
    )
    view = pages.Retire(
        slug, titles_of(visit.actor).get(slug, slug), form or Form(), rules, done.bound if done else 0,
        done.in_date if done else 0,
    )  # fmt: skip
    return visit.page("training/retire.html", view, status)


def ask(visit: Visit) -> Response:
    """POST /training/courses/{slug}/retire: another answers; a clerk retires it then."""
    found = courses.find_course(visit.actor, slug=visit.request.path_params["slug"][:80])
    reason = visit.field("reason").strip()
    try:
        publication.ask_retirement(visit.actor, found.id, reason=reason)
    except (Malformed, Refused, Conflict) as error:
        why = WHY if isinstance(error, Malformed) else error.why
        return page(visit, Form({"reason": reason}, {"reason": why}), 422)
    return visit.go(f"/training/courses/{found.slug}", "asked")


ROUTES = [
    route("/training/courses/{slug}/retire", page),
    route("/training/courses/{slug}/retire", ask, ("POST",)),
]
