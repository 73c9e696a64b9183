"""My account: password, second factors, passkeys, sessions, looks, and what I did lately. [ID-1, PW-1, OC-14]"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from markupsafe import Markup
from starlette.responses import Response

from api.console import activation, entry, sentences
from api.console.frame import DENSITIES, THEMES, place_label, role_label
from api.console.pages import account, signin
from api.console.pages.frame import Form
from api.console.visit import LOOK, YEAR, Visit, route, set_cookie
from api.words import LANGUAGES, _
from iam.credentials import disclosure, passkeys, passwords, recovery, rotation
from iam.directory.views import list_own_entries
from iam.entry import sessions
from iam.people.accounts import my_account
from iam.services.accounts import list_services
from kernel import gate
from kernel.db import HOUSE
from kernel.errors import Busy, Malformed, NotFound, Refused
from kernel.ledger.browse import my_history


def page(visit: Visit) -> Response:
    """GET /account."""
    mine = my_account(visit.actor)
    held = gate.current().assignments.get(visit.actor.ref, ())
    return visit.page(
        "account/account.html",
        account.Account(
            name=mine.person.name,
            user_name=mine.user_name,
            email=mine.person.email or "",
            roles=tuple(_role(one.role, one.scope) for one in held) or (_("Member"),),
            password_changed=mine.password_set_at,
            has_otp=mine.has_otp,
            recovery_left=mine.recovery_codes_left,
            passkeys=tuple(account.Passkey(str(k.id), k.label, k.made_at, k.used_at) for k in mine.passkeys),
            sessions=tuple(_sessions(visit)),
            history=sentences.rows(visit.actor, my_history(visit.actor, limit=15)),
            language=visit.language,
            theme=visit.look.theme,
            density=visit.look.density,
            change_due=mine.change_due_at,
            is_near=mine.change_due_at is not None and mine.change_due_at - visit.now <= _first_notice(),
            programs=tuple(
                (str(one.id), one.name) for one in list_services(visit.actor) if one.owner_id == visit.actor.id
            ),
            directories=tuple((str(one.account_id), one.directory, one.name) for one in list_own_entries(visit.actor)),
        ),
    )


def _first_notice() -> timedelta:
    return timedelta(days=max(rotation.notice_days(), default=0))


def disclose(visit: Visit) -> Response:
    """POST /account/disclosed: somebody may know my secrets. Everything is locked at once; the way back in is on its way."""
    account_id = my_account(visit.actor).account_id
    disclosure.report_disclosure(visit.actor, account_id, disclosure="suspected", note=visit.field("note"))
    return visit.go("/activate", "disclosed")


def _role(role: str, scope: str) -> str:
    return role_label(role) if scope == HOUSE else f"{role_label(role)}, {place_label(scope)}"


def _sessions(visit: Visit) -> list[account.Session]:
    return [
        account.Session(str(s.id), s.agent, s.source or "", s.started_at, s.seen_at, s.is_this)
        for s in sessions.my_sessions(visit.actor)
    ]


def uuid_of(text: str) -> UUID:
    """Read an id. Raises NotFound for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such thing.") from None


def end_session(visit: Visit) -> Response:
    """POST /account/sessions/end."""
    sessions.end_session(visit.actor, uuid_of(visit.field("session")))
    return visit.go("/account", "session-ended")


def end_others(visit: Visit) -> Response:
    """POST /account/sessions/end-others."""
    if visit.actor.id is not None:
        sessions.end_all_sessions(visit.actor, visit.actor.id, keep_this=True)
    return visit.go("/account", "sessions-ended")


def password_page(visit: Visit) -> Response:
    """GET /account/password."""
    return visit.page("account/password.html", _password(visit, Form()))


def _password(visit: Visit, form: Form) -> account.ChangePassword:
    return account.ChangePassword(form, my_account(visit.actor).user_name, tuple(passwords.said_rules()))


def change_password(visit: Visit) -> Response:
    """POST /account/password."""
    try:
        old, new = visit.field("old"), activation.twice(visit)
        account_id = my_account(visit.actor).account_id
        passwords.change(visit.actor, account_id, current_password=old, password=new)
    except (Refused, Busy, Malformed) as error:
        return visit.back_with(error, "account/password.html", lambda form: _password(visit, form))
    return visit.go("/account", "password")


def pair_page(visit: Visit) -> Response:
    """GET /account/authenticator: pair another one; the present one stays good until then."""
    made = recovery.enrol_otp(visit.actor, my_account(visit.actor).account_id)
    return visit.page("signin/enrol.html", _enrol(Form(), made.picture, made.secret))


def _enrol(form: Form, picture: str = "", secret: str = "") -> signin.Enrol:
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return signin.Enrol(form, Markup(picture), grouped, "/account/authenticator", first_time=False)  # noqa: S704 - ours


def pair(visit: Visit) -> Response:
    """POST /account/authenticator."""
    try:
        recovery.confirm_own(visit.actor, my_account(visit.actor).account_id, visit.field("code")[:64])
    except (Refused, Busy) as error:
        return visit.page("signin/enrol.html", _enrol(Form(problems={"code": error.why})), 422)
    return visit.go("/account", "otp")


def new_codes(visit: Visit) -> Response:
    """POST /account/recovery-codes: ten new ones, shown once."""
    codes = recovery.renew_recovery(visit.actor, my_account(visit.actor).account_id)
    return visit.page("signin/recovery_codes.html", signin.RecoveryCodes(tuple(codes), "/account", first_time=False))


def passkey_options(visit: Visit) -> Response:
    """POST /account/passkeys/options: the challenge for a new passkey."""
    mine = my_account(visit.actor)
    return entry.challenge(passkeys.registration(mine.account_id, mine.user_name, mine.person.name))


def add_passkey(visit: Visit) -> Response:
    """POST /account/passkeys."""
    passkeys.register_passkey(
        visit.actor,
        my_account(visit.actor).account_id,
        ticket=visit.field("ticket"),
        credential=visit.field("credential"),
        label=visit.field("name") or "Passkey",
    )
    return visit.go("/account", "passkey-added")


def remove_passkey(visit: Visit) -> Response:
    """POST /account/passkeys/{id}/remove."""
    recovery.remove_passkey(visit.actor, uuid_of(visit.request.path_params["id"]))
    return visit.go("/account", "passkey-removed")


def keep_look(visit: Visit) -> Response:
    """POST /account/look and /look: appearance, density and language of this browser."""
    look = visit.look
    theme, density, language = visit.field("theme"), visit.field("density"), visit.field("language")
    look = replace(look, theme=theme if theme in THEMES else look.theme)
    look = replace(look, density=density if density in DENSITIES else look.density)
    look = replace(look, language=language if language in LANGUAGES else look.language)
    answer = Response(status_code=204) if visit.partial else visit.go("/account", "saved")
    set_cookie(answer, LOOK, look.written(), YEAR)
    return answer


ROUTES = [
    route("/account", page),
    route("/account/sessions/end", end_session, ("POST",)),
    route("/account/sessions/end-others", end_others, ("POST",)),
    route("/account/password", password_page),
    route("/account/password", change_password, ("POST",)),
    route("/account/authenticator", pair_page),
    route("/account/authenticator", pair, ("POST",)),
    route("/account/recovery-codes", new_codes, ("POST",)),
    route("/account/passkeys/options", passkey_options, ("POST",)),
    route("/account/passkeys", add_passkey, ("POST",)),
    route("/account/passkeys/{id}/remove", remove_passkey, ("POST",)),
    route("/account/disclosed", disclose, ("POST",)),
    route("/account/look", keep_look, ("POST",)),
    route("/look", keep_look, ("POST",)),
]
