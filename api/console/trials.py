"""Trial mails: what stands behind their link, for everybody; and how a trial is drafted and asked for. [TR-9]

The page behind the link is the same for every token, known or not, and opening it is counted for nobody: mail filters open
links too. A trial counts as followed once a person is there: when somebody moves, touches or types on the page (its script
then sends the form in the background), or goes on to the course.
"""

from contextlib import suppress

from starlette.responses import Response

from api.console import frame
from api.console.account import uuid_of
from api.console.pages import awareness as pages
from api.console.pages.frame import Choice, Form
from api.console.visit import Visit, problems_of, route
from api.throttles import Throttle
from api.words import NAMES
from kernel import gate
from kernel.db import HOUSE
from kernel.errors import Malformed, NotFound, Refused
from policy import book
from training.awareness import phishing

FACT = "phishing.failed"
MOST_SIGNS = 100
throttle = Throttle("trials")


def landed(visit: Visit) -> Response:
    """GET /trial/{token}: what this was and what gave it away; nothing is looked up and nothing is asked."""
    answer = visit.page("training/trial.html", pages.Trial(_token(visit), _course()))
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _token(visit: Visit) -> str:
    return str(visit.request.path_params["token"])[:MOST_SIGNS]


def _course() -> str:
    """Name the course that the book asks of who follows a trial mail."""
    rules = book.in_force().training.values()
    return next((rule.courses[0] for rule in rules if FACT in rule.asked_by and rule.courses), "")


def followed(visit: Visit) -> Response:
    """POST /trial/{token}: a person is there; on to the course, whether or not there is such a trial."""
    throttle.take(visit.source.address)
    with suppress(NotFound, Malformed):  # a link that no mail holds is answered like one that is known
        phishing.follow_link(phishing.CLERK, token=_token(visit))
    course = _course()
    return visit.go(f"/training/{course}" if course else "/training")


def new(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /awareness/trials/new."""
    places = tuple(Choice(scope, frame.place_label(scope)) for scope in sorted(gate.current().scopes))
    languages = tuple(Choice(code, name) for code, name in NAMES.items())
    view = pages.NewTrial(form or Form({"place": HOUSE}), places, languages)
    return visit.page("training/trial_new.html", view, status)


def plan(visit: Visit) -> Response:
    """POST /awareness/trials: keep a draft, and ask for its approval at once where that was pressed."""
    sent = {name: visit.field(name) for code in NAMES for name in (f"subject_{code}", f"body_{code}")}
    sent["place"] = visit.field("place") or HOUSE
    lure = {code: {"subject": sent[f"subject_{code}"].strip(), "body": sent[f"body_{code}"].strip()} for code in NAMES}
    try:
        made = phishing.plan_campaign(visit.actor, lure=lure, place=sent["place"])  # type: ignore[arg-type]  # checked by the action's own model
    except (Refused, Malformed) as error:
        return new(visit, Form(sent, _problems(error)), 422)
    if visit.field("then") != "ask":
        return visit.go("/awareness", "saved")
    phishing.ask_campaign(visit.actor, made.id)
    return visit.go("/awareness", "asked")


def _problems(error: Refused | Malformed) -> dict[str, str]:
    """Name each field of the page that is wrong: `lure.en.body` of the action is `body_en` here."""
    if not isinstance(error, Malformed) or not error.faults:
        return dict(problems_of(error))
    named = {}
    for fault in error.faults:
        parts = fault.field.split(".")
        named["_".join(reversed(parts[1:3])) if len(parts) > 2 else parts[0]] = fault.why  # noqa: PLR2004 - lure, language, part
    return named


def ask(visit: Visit) -> Response:
    """POST /awareness/trials/{id}/ask."""
    phishing.ask_campaign(visit.actor, uuid_of(visit.request.path_params["id"]))
    return visit.go("/awareness", "asked")


def withdraw(visit: Visit) -> Response:
    """POST /awareness/trials/{id}/withdraw: one that has not begun."""
    phishing.withdraw_campaign(visit.actor, uuid_of(visit.request.path_params["id"]))
    return visit.go("/awareness", "done")


ROUTES = [
    route("/trial/{token}", landed, public=True),
    route("/trial/{token}", followed, ("POST",), public=True),
    route("/awareness/trials/new", new),
    route("/awareness/trials", plan, ("POST",)),
    route("/awareness/trials/{id}/ask", ask, ("POST",)),
    route("/awareness/trials/{id}/withdraw", withdraw, ("POST",)),
]
