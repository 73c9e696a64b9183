"""The first time: from the two messages to a password, a paired authenticator, recovery codes and a session. [ID-5]"""

from markupsafe import Markup
from starlette.responses import Response

from api.console.entry import enter
from api.console.pages import signin
from api.console.pages.frame import Form
from api.console.visit import STEP, Visit, drop_cookie, route, set_cookie
from api.words import N_
from iam.credentials import passwords
from iam.entry import activations
from kernel.errors import Busy, Malformed, Refused


def activate_page(visit: Visit) -> Response:
    """GET /activate."""
    return visit.page("signin/activate.html", signin.Activate(Form()))


def activate(visit: Visit) -> Response:
    """POST /activate: the user id of one message, the code of the other."""
    try:
        opened = activations.open_code(
            visit.field("user_name")[:128],
            visit.field("activation_code")[:64],
            source=visit.source,
            password=visit.field("password") or None,
        )
    except (Refused, Busy, Malformed) as error:
        return visit.back_with(error, "signin/activate.html", signin.Activate)
    answer = visit.go("/activate/password" if "password" in opened.needs else "/activate/authenticator")
    set_cookie(answer, STEP, opened.ticket, activations.TICKET_MINUTES * 60)
    return answer


def choose_page(visit: Visit) -> Response:
    """GET /activate/password."""
    return visit.page("signin/choose.html", _choose(Form()))


def _choose(form: Form) -> signin.ChooseFirst:
    return signin.ChooseFirst(form, tuple(passwords.said_rules()))


def choose(visit: Visit) -> Response:
    """POST /activate/password."""
    try:
        password = twice(visit)
        left = activations.choose_password(visit.request.cookies.get(STEP, ""), password)
    except (Refused, Busy, Malformed) as error:
        return visit.back_with(error, "signin/choose.html", _choose)
    if left:
        return visit.go("/activate/authenticator")
    answer = visit.go("/signin", "password")
    drop_cookie(answer, STEP)
    return answer


def twice(visit: Visit) -> str:
    """Return a new password that was typed the same both times. Raises Refused."""
    password = visit.field("password")
    if password != visit.field("again"):
        raise Refused("PW-1", N_("The two passwords are not the same."))
    return password


def pair_page(visit: Visit) -> Response:
    """GET /activate/authenticator: the picture to scan, made anew at each look."""
    made = activations.begin_enrolment(visit.request.cookies.get(STEP, ""))
    return visit.page("signin/enrol.html", _enrol(made.picture, made.secret, Form()))


def _enrol(picture: str, secret: str, form: Form) -> signin.Enrol:
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return signin.Enrol(form, Markup(picture), grouped, "/activate/authenticator", first_time=True)  # noqa: S704 - ours, from segno


def pair(visit: Visit) -> Response:
    """POST /activate/authenticator: the first code; recovery codes and the session come back."""
    ticket = visit.request.cookies.get(STEP, "")
    try:
        finished = activations.finish(ticket, visit.field("code")[:64], source=visit.source)
    except (Refused, Busy, Malformed) as error:
        problem = Form(problems={"code": error.why})
        return visit.page("signin/enrol.html", signin.Enrol(problem, Markup(""), "", "/activate/authenticator"), 422)
    entered = enter(visit, finished.entered, "/")
    codes = visit.page("signin/recovery_codes.html", signin.RecoveryCodes(finished.codes, "/"))
    for name, value in entered.raw_headers:
        if name == b"set-cookie":
            codes.raw_headers.append((name, value))
    return codes


ROUTES = [
    route("/activate", activate_page, public=True),
    route("/activate", activate, ("POST",), public=True),
    route("/activate/password", choose_page, public=True),
    route("/activate/password", choose, ("POST",), public=True),
    route("/activate/authenticator", pair_page, public=True),
    route("/activate/authenticator", pair, ("POST",), public=True),
]
