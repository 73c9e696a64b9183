"""Cases of disclosure, and letters with their receipts, for those who look after secrets. [PW-5, ID-5]"""

from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from starlette.responses import Response

from api.console import frame, sentences
from api.console.account import uuid_of
from api.console.pages import credentials
from api.console.pages.frame import Form, State
from api.console.readings import look_names_up
from api.console.visit import Visit, problems_of, route
from api.words import N_
from iam.credentials import disclosure
from iam.credentials.disclosure import DisclosureView
from iam.letters import receipts
from iam.letters.delivery import resend_waiting
from iam.people.accounts import read_person
from kernel.actor import Actor
from kernel.errors import Malformed, NotFound, Refused
from policy import book

OPEN, CLOSED = State(N_("Open"), "amber"), State(N_("Closed"), "green")
KINDS = {"suspected": N_("suspected"), "known": N_("known")}
ENDED = {
    "sessions": N_("Sessions"),
    "passwords": N_("Passwords"),
    "authenticators": N_("Authenticators"),
    "passkeys": N_("Passkeys"),
    "recovery_codes": N_("Recovery codes"),
    "activation_codes": N_("Activation codes"),
    "devices": N_("Known devices"),
    "keys": N_("Keys"),
}
LETTERS = {
    "user-id": N_("User id"),
    "code": N_("Code"),
    "new-secret": N_("All secrets void"),
    "lost-password": N_("New password asked for"),
    "new-factor": N_("New authenticator"),
    "rotation": N_("Password to be changed"),
    "dormant": N_("Account not used"),
    "disclosure": N_("Secrets voided"),
    "key": N_("Key to be renewed"),
    "duty": N_("Duty to be done"),
    "duty-late": N_("Duty late"),
    "break-glass": N_("Emergency access open"),
}
STATES = {
    "waiting": State(N_("Waiting"), "amber"),
    "sent": State(N_("Left"), "green"),
    "void": State(N_("Taken back"), "grey"),
}
OUTCOMES = {"delivered": State(N_("Arrived"), "green"), "failed": State(N_("Did not arrive"), "red")}
CHANNELS = {"mail": N_("Mail"), "sms": N_("SMS")}


def cases(visit: Visit) -> Response:
    """GET /disclosures."""
    found = disclosure.list_disclosures(visit.actor)
    rows = _cases(visit, found)
    return visit.page("disclosures/disclosures.html", credentials.Cases(rows, book.number("PW-5", "lock_seconds")))


def _cases(visit: Visit, found: list[DisclosureView]) -> tuple[credentials.Case, ...]:
    refs = {f"person:{one.person_id}" for one in found} | {one.reported_by for one in found}
    names, limit = look_names_up(visit.actor, refs=sorted(refs)), book.number("PW-5", "lock_seconds") * 1000
    return tuple(
        credentials.Case(
            str(one.id),
            sentences.name_of(f"person:{one.person_id}", names),
            KINDS[one.kind],
            sentences.name_of(one.reported_by, names),
            one.signalled_at,
            f"{one.milliseconds / 1000:,.1f}",
            one.milliseconds <= limit,
            tuple((ENDED[name], count) for name, count in one.ended.items() if count),
            OPEN if one.state == "open" else CLOSED,
            one.state == "open",
        )
        for one in found
    )


def case_page(visit: Visit) -> Response:
    """GET /disclosures/{id}."""
    return _case(visit, uuid_of(visit.request.path_params["id"]), Form(), 200)


def _case(visit: Visit, case_id: UUID, form: Form, status: int) -> Response:
    found = disclosure.read_disclosure(visit.actor, case_id)
    (shown,) = _cases(visit, [found])
    names = look_names_up(visit.actor, refs=[found.closed_by]) if found.closed_by else {}
    may_close = shown.is_open and found.person_id != visit.actor.id and frame.is_open(visit.actor, "disclosure.close")
    return visit.page(
        "disclosures/disclosure.html",
        credentials.CasePage(
            shown,
            found.note,
            found.finding,
            found.closed_at,
            sentences.name_of(found.closed_by, names) if found.closed_by else "",
            form,
            may_close,
        ),
        status,
    )


def close_case(visit: Visit) -> Response:
    """POST /disclosures/{id}/close."""
    case_id = uuid_of(visit.request.path_params["id"])
    try:
        disclosure.close_disclosure(visit.actor, case_id, finding=visit.field("finding"))
    except (Refused, Malformed) as error:
        return _case(visit, case_id, Form({"finding": visit.field("finding")}, problems_of(error)), 422)
    return visit.go(f"/disclosures/{case_id}", "done")


def lock_person(actor: Actor, person_id: UUID) -> None:
    """Lock somebody's own account, whose secrets others may know. Raises NotFound where they have none."""
    own = next((one for one in read_person(actor, person_id).accounts if one.kind == "human"), None)
    if own is None:
        raise NotFound("This person has no account of their own.")
    disclosure.report_disclosure(actor, own.id, disclosure="suspected")


def letters(visit: Visit) -> Response:
    """GET /letters."""
    before = _moment(visit.field("before"))
    found = receipts.list_receipts(visit.actor, before=before)
    older = f"/letters?before={quote(found[-1].made_at.isoformat())}" if len(found) == receipts.MOST else ""
    rows = tuple(
        credentials.LetterRow(
            one.person,
            str(one.person_id),
            LETTERS.get(one.purpose, one.purpose),
            CHANNELS[one.channel],
            one.address,
            one.made_at,
            one.sent_at,
            one.carrier or "",
            OUTCOMES.get(one.outcome or "", STATES[one.state]),
        )
        for one in found
    )
    waiting = sum(one.state == "waiting" for one in found)
    may_resend = waiting > 0 and frame.is_open(visit.actor, "letter.resend")
    return visit.page("letters/letters.html", credentials.Letters(rows, waiting, older, may_resend))


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def resend(visit: Visit) -> Response:
    """POST /letters/resend."""
    resend_waiting(visit.actor)
    return visit.go("/letters", "done")


ROUTES = [
    route("/disclosures", cases),
    route("/disclosures/{id}", case_page),
    route("/disclosures/{id}/close", close_case, ("POST",)),
    route("/letters", letters),
    route("/letters/resend", resend, ("POST",)),
]
