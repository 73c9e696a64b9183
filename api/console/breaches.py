"""Reporting a breach: one step and two fields, for everybody, and what one reported before. [TR-8]"""

from starlette.responses import Response

from api.console.pages import training as pages
from api.console.pages.frame import Choice, Form, State
from api.console.visit import Visit, problems_of, route
from api.words import N_
from kernel.errors import Malformed, Refused
from training.awareness import breaches

KINDS = (
    Choice("mail", N_("A strange mail, message or call")),
    Choice("password", N_("A password or code that somebody may know")),
    Choice("lost", N_("Something lost or stolen: a telephone, a badge, papers, a machine")),
    Choice("data", N_("Data that left the house, or went to the wrong person")),
    Choice("person", N_("Somebody who is where they should not be, or does what they may not")),
    Choice("other", N_("Something else")),
)
NAMES = {one.value: one.label for one in KINDS}
STATES = {"open": State(N_("With the security officer"), "blue"), "closed": State(N_("Closed"), "green")}


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /report."""
    mine = tuple(
        pages.Reported(NAMES[one.kind], one.told, one.reported_at, STATES[one.state], one.outcome or "")
        for one in breaches.my_reports(visit.actor)
    )
    return visit.page("training/report.html", pages.Report(form or Form(), KINDS, mine), status)


def report(visit: Visit) -> Response:
    """POST /report."""
    sent = {name: visit.field(name) for name in ("kind", "told")}
    try:
        breaches.report_breach(visit.actor, **sent)  # type: ignore[arg-type]  # checked by the action's own model
    except (Refused, Malformed) as error:
        return page(visit, Form(sent, problems_of(error)), 422)
    return visit.go("/report", "reported")


ROUTES = [route("/report", page), route("/report", report, ("POST",))]
