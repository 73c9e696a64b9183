"""The way in and out: sign-in, second factor, activation, lock and unlock, step-up, sign-out. [ID-1, TR-6]"""

import contextlib
import json
from dataclasses import replace

from pydantic import SecretStr
from starlette.responses import JSONResponse, Response

from api.caller import cookie_name
from api.console.frame import role_label
from api.console.pages import plain, signin
from api.console.pages.frame import Form
from api.console.readings import demo_codes
from api.console.visit import DEVICE, LOOK, STEP, YEAR, Visit, drop_cookie, route, set_cookie
from api.demo_words import PASSWORD
from api.words import N_, _
from iam.credentials import passkeys, rotation
from iam.credentials.factors import Proof
from iam.entry import entering, presence, sessions
from iam.entry import passkey as passkey_entry
from iam.entry import signin as door
from kernel import gate
from kernel.actor import NOBODY
from kernel.errors import Busy, Malformed, Refused
from kernel.settings import settings
from policy import book

STEP_MINUTES = 10
CODE_SECONDS = 30
ENDED = N_("Your session has ended. Sign in again, and you are back where you were.")
ENDED_BY = {
    "left": N_("Your time in this house is over, and with it your account, your rights and this session."),
    "suspended": N_("Your account is suspended, and this session has ended with it. Ask whoever leads you."),
    "withdrawn in a certification": N_("Your account was withdrawn in an access review, and this session has ended."),
    "nobody certified it in time": N_(
        "Nobody certified your account in time: it is suspended, and this session has ended."
    ),
    "dormant": N_("Your account was not used for long: it is suspended, and this session has ended."),
    "password changed": N_("Your password was changed, and this session has ended. Sign in with the new one."),
    "ended everywhere": N_("This session was ended from elsewhere. Sign in again, and you are back where you were."),
}
"""What is said of a session that somebody ended, by the word with which it was; of any other, that it has ended."""


def sign_in_page(visit: Visit) -> Response:
    """GET /signin."""
    if visit.actor is not NOBODY:
        return visit.go(visit.next)
    return visit.page("signin/signin.html", _sign_in(visit, Form()))


def _sign_in(visit: Visit, form: Form) -> signin.SignIn:
    ended = _ended(visit.token) if visit.token and visit.signed is None else ""
    return signin.SignIn(form, visit.next, ended, _demo_people(visit), _demo_password())


def _ended(token: str) -> str:
    return ENDED_BY.get(presence.ended_why(token), ENDED)


def _demo_people(visit: Visit) -> tuple[signin.DemoPerson, ...]:
    if not settings.demo:
        return ()
    return tuple(signin.DemoPerson(row.user_name, row.name, _role_of(row.person_id)) for row in demo_codes(visit.actor))


def _role_of(person_id: object) -> str:
    held = gate.current().assignments.get(f"person:{person_id}", ())
    return role_label(held[0].role) if held else _("Member")


def _demo_password() -> str:
    return PASSWORD if settings.demo else ""


def sign_in(visit: Visit) -> Response:
    """POST /signin: name and password; then the second step, or straight in."""
    try:
        found = door.sign_in(
            visit.field("user_name")[:128],
            visit.field("password"),
            source=visit.source,
            device=visit.request.cookies.get(DEVICE),
        )
    except (Refused, Busy, Malformed) as error:
        return visit.back_with(error, "signin/signin.html", lambda form: _sign_in(visit, form))
    if not isinstance(found, door.FactorNeeded):
        return enter(visit, found, visit.next)
    answer = visit.go(f"/signin/code?next={visit.next}&with={'.'.join(found.factors)}")
    set_cookie(answer, STEP, found.ticket, STEP_MINUTES * 60)
    return answer


def enter(visit: Visit, entered: entering.Entered | rotation.ChangeNeeded, to: str) -> Response:
    """Answer somebody who is in: the session's cookie, and the device's where it is new. A password that is due comes first."""
    if isinstance(entered, rotation.ChangeNeeded):
        answer = visit.go(f"/signin/password?next={to}")
        set_cookie(answer, STEP, entered.ticket, STEP_MINUTES * 60)
        return answer
    answer = visit.go(to)
    set_cookie(answer, cookie_name(), entered.token, int((entered.ends_at - visit.now).total_seconds()))
    if entered.device:
        set_cookie(answer, DEVICE, entered.device, YEAR)
    drop_cookie(answer, STEP)
    return answer


def code_page(visit: Visit) -> Response:
    """GET /signin/code."""
    return visit.page("signin/second_factor.html", _second(visit, Form()))


def _second(visit: Visit, form: Form) -> signin.SecondFactor:
    known = tuple(visit.field("with").split("."))
    recovery = bool(visit.field("recovery")) and "recovery" in known
    return signin.SecondFactor(form, visit.next, recovery, settings.demo, "passkey" in known, visit.field("with"))


def give_code(visit: Visit) -> Response:
    """POST /signin/code: six digits, a recovery code, or a passkey's answer."""
    typed = SecretStr(visit.field("code")[:64])
    proof = Proof(recovery=typed) if visit.field("recovery") else Proof(code=typed)
    if visit.field("credential"):
        proof = _passkey_proof(visit)
    try:
        ticket, device = visit.request.cookies.get(STEP, ""), visit.request.cookies.get(DEVICE)
        entered = door.give_factor(ticket, proof, source=visit.source, device=device)
    except (Refused, Busy, Malformed) as error:
        return visit.back_with(error, "signin/second_factor.html", lambda form: _second(visit, form))
    return enter(visit, entered, visit.next)


def _passkey_proof(visit: Visit) -> Proof:
    ticket, credential = visit.field("ticket"), visit.field("credential")
    if not 20 <= len(ticket) <= 100 or len(credential) > 16_384:  # noqa: PLR2004 - the bounds of iam.passkeys
        raise Refused("ID-1", "This passkey did not work here.")
    return Proof(ticket=ticket, credential=credential)


def code_passkey(visit: Visit) -> Response:
    """POST /signin/code/options: the challenge for a passkey as second factor."""
    return challenge(door.ask_passkey(visit.request.cookies.get(STEP, "")))


def ask_passkey(visit: Visit) -> Response:  # noqa: ARG001 - the form of a page
    """POST /signin/passkey/options: a challenge for whichever passkey of this house the browser holds."""
    return challenge(passkey_entry.ask())


def sign_in_by_passkey(visit: Visit) -> Response:
    """POST /signin/passkey: in by a passkey alone."""
    try:
        proof = _passkey_proof(visit)
        device = visit.request.cookies.get(DEVICE)
        ticket, credential = proof.ticket or "", proof.credential or ""
        entered = passkey_entry.enter(ticket, credential, source=visit.source, device=device)
    except (Refused, Busy, Malformed) as error:
        return visit.back_with(error, "signin/signin.html", lambda form: _sign_in(visit, form))
    return enter(visit, entered, visit.next)


def challenge(made: passkeys.Challenge) -> Response:
    """Answer a passkey's challenge as the browser wants it."""
    return JSONResponse({"ticket": made.ticket, "options": json.loads(made.options)})


def sign_out(visit: Visit) -> Response:
    """POST /signout: the session ends everywhere. A session that is over already is no problem."""
    if visit.signed is not None:
        with contextlib.suppress(Refused):  # it ended meanwhile: what was wanted is so
            sessions.end_session(visit.signed.actor, visit.signed.id)
    answer = visit.go("/signin")
    drop_cookie(answer, cookie_name())
    return answer


def lock(visit: Visit) -> Response:
    """POST /lock."""
    if visit.actor.session is not None:
        sessions.lock_session(visit.actor, visit.actor.session)
    return visit.go(f"/locked?next={visit.next}")


def locked_page(visit: Visit) -> Response:
    """GET /locked."""
    if visit.signed is None:
        return visit.go(f"/signin?next={visit.next}")
    if visit.actor is not NOBODY:
        return visit.go(visit.next)
    return visit.page("signin/locked.html", _locked(visit, Form()))


def _locked(visit: Visit, form: Form) -> signin.Locked:
    name = visit.signed.name if visit.signed else ""
    has_passkey = visit.signed is not None and passkeys.has_any(visit.signed.account_id)
    return signin.Locked(form, name, visit.next, book.number("ID-1", "idle_minutes"), has_passkey)


def unlock(visit: Visit) -> Response:
    """POST /unlock: the password, or a passkey."""
    if visit.token is None or visit.signed is None:
        return visit.go(f"/signin?next={visit.next}")
    try:
        if visit.field("credential"):
            sessions.come_back(visit.token, proof=_passkey_proof(visit))
        else:
            sessions.come_back(visit.token, password=visit.field("password"))
    except (Refused, Busy, Malformed) as error:
        return visit.back_with(error, "signin/locked.html", lambda form: _locked(visit, form))
    return visit.go(visit.next)


def unlock_passkey(visit: Visit) -> Response:
    """POST /unlock/options: the challenge for a passkey that opens the locked screen."""
    return step_up_passkey(visit)


def step_up_page(visit: Visit) -> Response:
    """GET /step-up."""
    return visit.page("signin/step_up.html", _step_up(visit, Form()))


def _step_up(visit: Visit, form: Form) -> signin.StepUp:
    why = N_("What you are about to do needs your second factor, fresh.")
    minutes = book.number("ID-1", "step_up_minutes")
    clause = visit.field("clause") if visit.field("clause").replace("-", "").isalnum() else ""
    return signin.StepUp(form, visit.next, why, clause[:6], bool(_my_passkeys(visit)), minutes, settings.demo)


def _my_passkeys(visit: Visit) -> bool:
    from iam.people.accounts import my_account  # noqa: PLC0415 - only here

    return bool(my_account(visit.actor).passkeys)


def step_up(visit: Visit) -> Response:
    """POST /step-up: the second factor again."""
    proof = _passkey_proof(visit) if visit.field("credential") else Proof(code=SecretStr(visit.field("code")[:64]))
    try:
        sessions.show_factor(visit.actor, proof)
    except (Refused, Busy, Malformed) as error:
        return visit.back_with(error, "signin/step_up.html", lambda form: _step_up(visit, form))
    return visit.go(visit.next, "step-up")


def step_up_passkey(visit: Visit) -> Response:
    """POST /step-up/options."""
    if visit.signed is None:
        raise Refused("ID-1", "Please sign in.")
    return challenge(passkeys.assertion(visit.signed.account_id))


def codes_page(visit: Visit) -> Response:
    """GET /demo/codes, in the demonstration house only."""
    rows = demo_codes(visit.actor)
    stamp = int(visit.now.timestamp())
    until = visit.now.fromtimestamp(stamp - stamp % CODE_SECONDS + CODE_SECONDS, visit.now.tzinfo)
    codes = tuple(plain.Code(row.name, row.user_name, _role_of(row.person_id), row.code) for row in rows)
    return visit.page("demo_codes.html", plain.Codes(_demo_password(), codes, until))


def language(visit: Visit) -> Response:
    """GET /language: choose the language in this browser."""
    answer = visit.go(visit.next)
    set_cookie(answer, LOOK, replace(visit.look, language=visit.field("to")[:2]).written(), YEAR)
    return answer


ROUTES = [
    route("/signin", sign_in_page, public=True),
    route("/signin", sign_in, ("POST",), public=True),
    route("/signin/passkey", sign_in_by_passkey, ("POST",), public=True),
    route("/signin/passkey/options", ask_passkey, ("POST",), public=True),
    route("/signin/code", code_page, public=True),
    route("/signin/code", give_code, ("POST",), public=True),
    route("/signin/code/options", code_passkey, ("POST",), public=True),
    route("/signout", sign_out, ("POST",), public=True),
    route("/lock", lock, ("POST",), public=True),
    route("/locked", locked_page, public=True),
    route("/unlock", unlock, ("POST",), public=True),
    route("/unlock/options", unlock_passkey, ("POST",), public=True),
    route("/step-up", step_up_page),
    route("/step-up", step_up, ("POST",)),
    route("/step-up/options", step_up_passkey, ("POST",)),
    route("/demo", codes_page, public=True),
    route("/demo/codes", codes_page, public=True),
    route("/language", language, public=True),
]
