"""A password that is due: the page between every good proof and the session. [ID-4]"""

from starlette.responses import Response

from api.console.activation import twice
from api.console.entry import enter
from api.console.pages import signin
from api.console.pages.frame import Form
from api.console.visit import DEVICE, STEP, Visit, route
from iam.credentials import due_change, passwords
from kernel.errors import Busy, Malformed, Refused
from policy import book


def due_page(visit: Visit) -> Response:
    """GET /signin/password: the password is due; a new one comes before anything else."""
    return visit.page("signin/due.html", _due(visit, Form()))


def _due(visit: Visit, form: Form) -> signin.DuePassword:
    return signin.DuePassword(form, visit.next, tuple(passwords.said_rules()), book.number("ID-4", "days"))


def change_due(visit: Visit) -> Response:
    """POST /signin/password."""
    try:
        ticket, device = visit.request.cookies.get(STEP, ""), visit.request.cookies.get(DEVICE)
        entered = due_change.change(ticket, twice(visit), source=visit.source, device=device)
    except (Refused, Busy, Malformed) as error:
        return visit.back_with(error, "signin/due.html", lambda form: _due(visit, form))
    return enter(visit, entered, visit.next)


ROUTES = [
    route("/signin/password", due_page, public=True),
    route("/signin/password", change_due, ("POST",), public=True),
]
