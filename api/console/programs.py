"""Service accounts: the list, one with its keys and roles, and what its owner and the administrators do with it. [AC-4]"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from starlette.responses import Response

from api.console import frame, sentences, typed_times
from api.console.account import uuid_of
from api.console.pages import programs
from api.console.pages.frame import Choice, Form, State
from api.console.people import sites
from api.console.readings import find_names
from api.console.visit import Visit, problems_of, route
from api.words import N_, P_
from iam.services import accounts as service_accounts
from iam.services import keys as service_keys
from iam.services.accounts import KeyView, ServiceView
from kernel.actor import Actor
from kernel.errors import Busy, Conflict, Malformed, NotFound, OmniError, Refused
from kernel.ledger.browse import read_history
from policy import book

STATES = {
    "active": State(N_("In use"), "green"),
    "suspended": State(N_("Off"), "red"),
    "revoked": State(P_("account", "Closed"), "grey"),
}
GOOD, RUNS_OUT, OVER = State(N_("Good"), "green"), State(N_("Runs out"), "amber"), State(N_("Over"), "grey")
KINDS = {"token": N_("Token"), "ed25519": N_("Key pair (Ed25519)")}
NEAR = timedelta(days=14)
NO_OWNER = N_("Nobody of this name is here. Write the name as the list of people shows it.")


def listing(visit: Visit) -> Response:
    """GET /services."""
    found = service_accounts.list_services(visit.actor)
    rows = tuple(
        programs.ServiceRow(
            str(one.id), one.name, one.purpose, one.owner, one.owner_is_here, frame.place_label(one.scope), one.used_at,
            one.ends_at, STATES[one.status],
        )
        for one in found
    )  # fmt: skip
    return visit.page("services/services.html", programs.Services(rows, frame.is_open(visit.actor, "service.open")))


def page(visit: Visit) -> Response:
    """GET /services/{id}."""
    return _page(visit, _id(visit), Form(), 200)


def _id(visit: Visit) -> UUID:
    return uuid_of(visit.request.path_params["id"])


def _page(visit: Visit, account_id: UUID, form: Form, status: int) -> Response:
    found = service_accounts.read_service(visit.actor, account_id)
    ref, live = f"account:{account_id}", found.status != "revoked"
    entries = read_history(visit.actor, ref=ref) if frame.is_open(visit.actor, "ledger.history") else []
    names = sentences.names_for(visit.actor, entries)
    is_owner, may_end = found.owner_id == visit.actor.id, frame.is_open(visit.actor, "service.close")
    roles = book.parameter("AC-4", "roles")
    return visit.page(
        "services/service.html",
        programs.Service(
            id=str(found.id), name=found.name, platform=found.platform, purpose=found.purpose, owner=found.owner,
            owner_is_here=found.owner_is_here, place=frame.place_label(found.scope), made=found.made_at, end=found.ends_at,
            used=found.used_at, state=STATES[found.status],
            keys=tuple(_key(visit, key, may_end=is_owner or may_end) for key in found.keys),
            roles=tuple(
                programs.Role(frame.role_label(r.role), frame.place_label(r.scope), r.ends_at, r.reason) for r in found.roles
            ),
            history=tuple(sentences.row(entry, names) for entry in entries),
            form=form,
            choices=tuple(Choice(r, frame.role_label(r)) for r in map(str, roles)) if isinstance(roles, list) else (),
            may_issue=is_owner and found.status == "active",
            may_give=live and not is_owner and frame.is_open(visit.actor, "service.give-role"),
            may_transfer=live and frame.is_open(visit.actor, "service.transfer"),
            may_close=live and may_end,
            overlap_hours=book.number("AC-4", "overlap_hours"),
        ),
        status,
    )  # fmt: skip


def _key(visit: Visit, key: KeyView, *, may_end: bool) -> programs.Key:
    over = key.ended_at is not None or key.ends_at <= visit.now
    state = OVER if over else RUNS_OUT if key.ends_at - visit.now <= NEAR else GOOD
    end = min(key.ends_at, key.ended_at or key.ends_at)
    return programs.Key(
        str(key.id), key.label, KINDS[key.kind], key.made_at, end, key.seen_at, state, may_end=may_end and not over
    )


def _owner_of(actor: Actor, words: str) -> UUID:
    """Return whom a name stands for. Raises Refused unless it is exactly one person."""
    named = find_names(actor, words=words.strip()[:100]) if words.strip() else {}
    found = [ref for ref in named if ref.startswith("person:")]
    if len(found) != 1:
        raise Refused("AC-4", NO_OWNER)
    return UUID(found[0].removeprefix("person:"))


def new_page(visit: Visit) -> Response:
    """GET /services/new."""
    return visit.page("services/new.html", _new(Form()))


def _new(form: Form) -> programs.NewService:
    return programs.NewService(form, sites(), book.number("AC-4", "longest_days"))


def add(visit: Visit) -> Response:
    """POST /services/new."""
    try:
        made = service_accounts.open_service(
            visit.actor,
            name=visit.field("name").strip(),
            purpose=visit.field("purpose"),
            owner_id=_owner_of(visit.actor, visit.field("owner")),
            scope=visit.field("site") or "house",
            ends_at=_day(visit),
        )
    except (Refused, Busy, Malformed, Conflict, NotFound) as error:
        form = Form({n: visit.field(n) for n in ("name", "purpose", "owner", "site", "ends_on")}, problems_of(error))
        return visit.page("services/new.html", _new(form), 422)
    return visit.go(f"/services/{made.id}", "done")


def _day(visit: Visit) -> datetime:
    try:
        return typed_times.read_day(visit.field("ends_on"), "ends_on")
    except Malformed:
        raise Refused("AC-4", N_("Say on which day the account ends.")) from None


def issue(visit: Visit) -> Response:
    """POST /services/{id}/key: a token is shown once, a public key just taken."""
    try:
        public = visit.field("public_key").strip() or None
        made = service_keys.issue_key(visit.actor, _id(visit), label=visit.field("label") or "key", public_key=public)
    except (Refused, Malformed) as error:
        return _page(visit, _id(visit), Form({"label": visit.field("label")}, problems_of(error)), 422)
    if made.token is None:
        return visit.go(f"/services/{_id(visit)}", "done")
    found: ServiceView = service_accounts.read_service(visit.actor, _id(visit))
    end = datetime.fromisoformat(made.ends_at)
    return visit.page("services/key.html", programs.NewKey(str(found.id), found.name, made.token, end))


def _then_back(call: Callable[[Visit, UUID], object]) -> Callable[[Visit], Response]:
    def handler(visit: Visit) -> Response:
        try:
            call(visit, _id(visit))
        except (Refused, Malformed, Conflict) as error:
            return _refused(visit, error)
        return visit.go(f"/services/{_id(visit)}", "done")

    return handler


def _refused(visit: Visit, error: OmniError) -> Response:
    kept = {name: visit.field(name) for name in ("owner", "reason", "role")}
    return _page(visit, _id(visit), Form(kept, problems_of(error)), 422)


def _transfer(visit: Visit, account_id: UUID) -> None:
    service_accounts.transfer_service(visit.actor, account_id, owner_id=_owner_of(visit.actor, visit.field("owner")))


def _close(visit: Visit, account_id: UUID) -> None:
    service_accounts.close_service(visit.actor, account_id)


def _give(visit: Visit, account_id: UUID) -> None:
    service_accounts.give_service_role(visit.actor, account_id, role=visit.field("role"), reason=visit.field("reason"))


def end_key(visit: Visit) -> Response:
    """POST /services/{id}/keys/{key}/end."""
    service_keys.end_key(visit.actor, uuid_of(visit.request.path_params["key"]))
    return visit.go(f"/services/{_id(visit)}", "done")


ROUTES = [
    route("/services", listing),
    route("/services/new", new_page),
    route("/services/new", add, ("POST",)),
    route("/services/{id}", page),
    route("/services/{id}/key", issue, ("POST",)),
    route("/services/{id}/transfer", _then_back(_transfer), ("POST",)),
    route("/services/{id}/close", _then_back(_close), ("POST",)),
    route("/services/{id}/role", _then_back(_give), ("POST",)),
    route("/services/{id}/keys/{key}/end", end_key, ("POST",)),
]
