"""People: the list, a person's page, and what may be done to a person now. [AC-1, AC-2, AC-3]"""

from collections.abc import Callable, Iterable
from urllib.parse import quote
from uuid import UUID

from starlette.responses import Response

from api.console import frame, meanings, sentences
from api.console.account import uuid_of
from api.console.credentials import lock_person
from api.console.pages import people
from api.console.pages.frame import Choice, Form, State
from api.console.readings import find_names, look_names_up
from api.console.visit import Visit, problems_of, route
from api.words import N_
from iam.entry import sessions
from iam.people import people as persons
from iam.people.accounts import AccountView, PersonLine, list_people, read_person
from iam.reports import plate as reports
from iam.requests.views import list_requests
from kernel import gate
from kernel.actor import Actor
from kernel.errors import Busy, Conflict, Denied, Malformed, Refused
from kernel.ledger.browse import read_history

PAGE = 100
STATES = {
    "joining": State(N_("Joining"), "blue"),
    "active": State(N_("Active"), "green"),
    "suspended": State(N_("Suspended"), "red"),
    "left": State(N_("Left"), "grey"),
}
ACCOUNT_STATES = {
    "pending": State(N_("Not yet activated"), "blue"),
    "active": State(N_("Active"), "green"),
    "suspended": State(N_("Suspended"), "red"),
    "revoked": State(N_("Revoked"), "grey"),
}
ACCOUNT_KINDS = {"human": N_("Human"), "service": N_("Service"), "privileged": N_("Privileged")}
KINDS = {
    "employee": N_("Employee"),
    "contractor": N_("Contractor"),
    "client-representative": N_("Client representative"),
}
DEEDS: tuple[tuple[str, str, str, str, bool, Callable[[Actor, UUID], object], tuple[str, ...]], ...] = (
    (
        "person.suspend",
        "suspend",
        N_("Suspend"),
        N_("Every session ends at once, and nobody can sign in with this account."),
        True,
        persons.suspend_person,
        ("active", "joining"),
    ),
    (
        "person.reactivate",
        "reactivate",
        N_("Let in again"),
        N_("The account works again as before."),
        False,
        persons.reactivate_person,
        ("suspended",),
    ),
    (
        "session.end-all",
        "end-sessions",
        N_("End all sessions"),
        N_("This person must sign in again everywhere."),
        False,
        sessions.end_all_sessions,
        ("active",),
    ),
    (
        "disclosure.report",
        "lock-secrets",
        N_("Secrets known to others"),
        N_(
            "Every session and every secret ends at once, and a case opens. The way to new secrets goes out by mail and SMS."
        ),
        True,
        lock_person,
        ("active",),
    ),
    (
        "person.leave",
        "leave",
        N_("Let go"),
        N_("Accounts, sessions and roles end at once and for good."),
        True,
        persons.leave_person,
        ("active", "suspended", "joining"),
    ),
)


def listing(visit: Visit) -> Response:
    """GET /people."""
    words = visit.field("q").strip()[:100]
    wanted = _ids_of(find_names(visit.actor, words=words, limit=PAGE)) if words else None
    begun = _id_in(visit.field("after_id"))
    found = list_people(visit.actor, after=visit.field("after")[:400], after_id=begun, only=wanted, limit=PAGE)
    last = found[-1] if len(found) == PAGE and not words else None
    older = f"/people?after={quote(last.sorted_as)}&after_id={last.id}" if last else ""
    may_add = frame.is_open(visit.actor, "person.join")
    rows = tuple(_row(visit.actor, line) for line in found)
    may_ask = frame.is_open(visit.actor, "request.for-others")
    shown = people.People(Form({"q": words}), rows, len(rows), older, may_add, may_ask)
    return visit.page("people/people.html", shown)


def _ids_of(refs: Iterable[str]) -> list[UUID]:
    """Return the people among references such as person:0198…"""
    return [UUID(key) for noun, _colon, key in (ref.partition(":") for ref in refs) if noun == "person"]


def _id_in(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _row(actor: Actor, line: PersonLine) -> people.PersonRow:
    held = gate.current().assignments.get(f"person:{line.id}", ())
    labels = ", ".join(dict.fromkeys(frame.role_label(one.role) for one in held))
    may_open = line.id == actor.id or gate.may(actor, "person.read", line.site).allowed
    return people.PersonRow(
        str(line.id),
        line.name,
        line.user_name or "",
        labels,
        frame.place_label(line.site),
        STATES[line.status],
        may_open,
    )


def page(visit: Visit) -> Response:
    """GET /people/{id}."""
    person_id = uuid_of(visit.request.path_params["id"])
    found = read_person(visit.actor, person_id)
    may_see = frame.is_open(visit.actor, "person.rights")
    held = reports.rights_of_person(visit.actor, person_id) if may_see else []
    ref = f"person:{person_id}"
    entries = read_history(visit.actor, ref=ref) if frame.is_open(visit.actor, "ledger.history") else []
    names = sentences.names_for(visit.actor, entries) | look_names_up(visit.actor, refs=[one.given_by for one in held])
    manager = f"person:{found.manager_id}" if found.manager_id else ""
    names |= look_names_up(visit.actor, refs=[manager]) if manager else {}
    return visit.page(
        "people/person.html",
        people.Person(
            id=str(person_id),
            name=found.name,
            user_name=", ".join(account.name for account in found.accounts),
            state=STATES[found.status],
            email=found.email or "",
            phone=found.phone or "",
            joined=found.joined_at,
            site=frame.place_label(found.site),
            language=found.language,
            rights=tuple(
                people.Right(
                    str(one.id), frame.role_label(one.role), frame.place_label(one.scope), one.since, one.ends_at,
                    sentences.name_of(one.given_by, names), one.reason, one.profile, tuple(one.rules),
                    f"holding={one.holding_id}" if one.holding_id else f"right={one.id}",
                )
                for one in held
            ),
            history=tuple(sentences.row(entry, names) for entry in entries),
            deeds=tuple(_deeds(visit, found.status, person_id)),
            accounts=tuple(_account(account) for account in found.accounts),
            requests=_requests(visit, person_id),
            kind=KINDS[found.kind],
            job=found.job,
            manager=sentences.name_of(manager, names) if manager else "",
            manager_href=f"/people/{found.manager_id}" if manager else "",
            end=found.ends_at,
        ),
    )  # fmt: skip


def _account(account: AccountView) -> people.AccountRow:
    return people.AccountRow(
        account.platform, account.name, ACCOUNT_KINDS[account.kind], ACCOUNT_STATES[account.status], account.made_at,
        account.used_at, account.ends_at, account.purpose,
    )  # fmt: skip


def _requests(visit: Visit, person_id: UUID) -> tuple[people.RequestRow, ...] | None:
    if not frame.is_open(visit.actor, "request.list"):
        return None
    return tuple(
        people.RequestRow(
            f"/requests/{one.id}",
            meanings.title(one.deed, one.role, one.scope, one.profile),
            one.reason, one.asked_at or one.drafted_at, meanings.STATES[one.state],
        )
        for one in list_requests(visit.actor, person_id=person_id, limit=20)
    )  # fmt: skip


def _deeds(visit: Visit, status: str, person_id: UUID) -> list[people.Deed]:
    return [
        people.Deed(right, label, f"/people/{person_id}/{verb}", question, grave)
        for right, verb, label, question, grave, _call, states in DEEDS
        if status in states and frame.is_open(visit.actor, right) and person_id != visit.actor.id
    ]


def deed(visit: Visit) -> Response:
    """POST /people/{id}/{verb}."""
    person_id = uuid_of(visit.request.path_params["id"])
    call = next(call for _r, verb, _l, _q, _g, call, _s in DEEDS if visit.request.url.path.endswith(f"/{verb}"))
    call(visit.actor, person_id)
    return visit.go(f"/people/{person_id}", "done")


def new_page(visit: Visit) -> Response:
    """GET /people/new: only for who may bring somebody in."""
    if not frame.is_open(visit.actor, "person.join"):
        raise Denied("Bringing a person in is asked for, or done in an elevation.", "AC-5")
    return visit.page("people/new.html", people.NewPerson(Form(), sites()))


def sites() -> tuple[Choice, ...]:
    """The scopes where somebody or something may be at home: the house and its sites."""
    scopes = sorted(gate.current().scopes)
    return tuple(
        Choice(scope, frame.place_label(scope)) for scope in scopes if scope == "house" or scope.startswith("site:")
    )


def add(visit: Visit) -> Response:
    """POST /people/new."""
    names = ("given_name", "family_name", "email", "phone", "site", "language")
    sent = {name: visit.field(name).strip() for name in names if visit.field(name)}
    if "phone" in sent:
        sent["phone"] = "".join(sign for sign in sent["phone"] if sign.isdigit() or sign == "+")
    try:
        person = persons.join_person(visit.actor, **sent)  # type: ignore[arg-type]  # checked by the action's own model
    except (Refused, Busy, Malformed, Conflict) as error:
        form = Form({name: visit.field(name) for name in names}, problems_of(error))
        return visit.page("people/new.html", people.NewPerson(form, sites()), 422)
    return visit.go(f"/people/{person.id}", "added")


ROUTES = [
    route("/people", listing),
    route("/people/new", new_page),
    route("/people/new", add, ("POST",)),
    route("/people/{id}", page),
    *(route(f"/people/{{id}}/{verb}", deed, ("POST",)) for _r, verb, _l, _q, _g, _c, _s in DEEDS),
]
