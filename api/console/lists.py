"""Lists of threats and countries, and published services: given, replaced, retired, withdrawn. [FW-1, FW-3]"""

from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from api.console import frame, sentences
from api.console.account import uuid_of
from api.console.pages import lists as pages
from api.console.pages.frame import Form, State
from api.console.readings import find_names, look_names_up
from api.console.sent import Limits
from api.console.typed_times import read_day
from api.console.visit import Visit, problems_of, route
from api.words import N_
from firewall_audit import given, lists
from kernel.errors import Conflict, Denied, Fault, Malformed, NotFound, OmniError, Refused

FAULTS = (Refused, Malformed, Conflict, NotFound)
IN_FORCE, OVER = State(N_("In force"), "green"), State(N_("Its day is over"), "amber")
KINDS = {"threats": N_("Addresses somebody warns of"), "countries": N_("Countries of addresses")}


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/lists."""
    found, services = lists.list_given(visit.actor), lists.list_services(visit.actor)
    people = {f"person:{one.given_by}" for one in found} | {f"person:{one.owner_id}" for one in services}
    names = look_names_up(visit.actor, refs=sorted(people))

    def state(ends: datetime) -> State:
        return IN_FORCE if ends > visit.now else OVER

    view = pages.Lists(
        tuple(
            pages.Given(
                str(one.id), one.name, KINDS[one.kind], one.source, one.digest, one.entries, one.unread, one.ends_at,
                sentences.name_of(f"person:{one.given_by}", names), one.given_at, state(one.ends_at),
            )
            for one in found
        ),
        tuple(
            pages.Service(
                str(one.id), one.name, f"{one.protocol}/{one.port}", one.destination, one.source,
                sentences.name_of(f"person:{one.owner_id}", names), one.reason, one.ends_at, state(one.ends_at),
            )
            for one in services
        ),
        form or Form({"list_kind": "threats", "protocol": "tcp"}), frame.is_open(visit.actor, "given-list.load"),
        frame.is_open(visit.actor, "given-list.retire"), frame.is_open(visit.actor, "published-service.publish"),
        frame.is_open(visit.actor, "published-service.withdraw"),
    )  # fmt: skip
    return visit.page("firewalls/lists.html", view, status)


def load(visit: Visit) -> Response:
    """POST /firewalls/lists: give a list, or replace the one of its name."""
    if not frame.is_open(visit.actor, "given-list.load"):
        raise Denied("You may not give lists of addresses.", "FW-3")
    try:
        kind: Any = visit.field("list_kind")
        content = visit.file("file")
        kept = given.keep_countries(content) if kind == "countries" else given.keep_threats(content)
        lists.load_list(
            visit.actor, kind=kind, name=visit.field("list_name"), source=visit.field("list_source"), digest=kept.digest,
            entries=kept.entries, unread=kept.unread, ends_at=_day(visit, "list_ends"),
        )  # fmt: skip
    except FAULTS as error:
        return page(visit, _kept(visit, error, "list_", "file"), 422)
    return visit.go("/firewalls/lists", "saved")


def retire(visit: Visit) -> Response:
    """POST /firewalls/lists/{id}/retire."""
    lists.retire_list(visit.actor, uuid_of(visit.request.path_params["id"]))
    return visit.go("/firewalls/lists", "done")


def publish(visit: Visit) -> Response:
    """POST /firewalls/lists/services."""
    told: dict[str, Any] = {
        name: visit.field(name) for name in ("name", "protocol", "port", "destination", "source", "reason")
    }
    told["source"] = told["source"] or "0.0.0.0/0"
    try:
        lists.publish_service(visit.actor, **told, owner_id=_owner(visit), ends_at=_day(visit, "ends_at"))
    except FAULTS as error:
        return page(visit, _kept(visit, error, "", "name"), 422)
    return visit.go("/firewalls/lists", "saved")


def withdraw(visit: Visit) -> Response:
    """POST /firewalls/lists/services/{id}/withdraw."""
    lists.withdraw_service(visit.actor, uuid_of(visit.request.path_params["id"]))
    return visit.go("/firewalls/lists", "done")


def _day(visit: Visit, name: str) -> datetime:
    """Return the end of the day that was typed, on the house's clock."""
    return read_day(visit.field(name), name, more=1) - timedelta(seconds=1)


def _owner(visit: Visit) -> Any:
    name = visit.field("owner").strip()
    refs = [ref for ref in find_names(visit.actor, words=name[:100]) if ref.startswith("person:")] if name else []
    if len(refs) != 1:
        why = "Several people are called so; write the user id." if refs else "Nobody is called so."
        raise Malformed(why, [Fault("owner", why)])
    return refs[0].removeprefix("person:")


def _kept(visit: Visit, error: OmniError, before: str, otherwise: str) -> Form:
    """Keep what was typed; a problem stands at its field, and what is of the content at the file."""
    found = problems_of(error)
    known = {*visit.form, "file"}
    problems = {
        name if name in known else f"{before}{name}" if f"{before}{name}" in known else otherwise: why
        for name, why in found.items()
    }
    return Form(dict(visit.form), problems)


def list_bytes() -> int:
    """Bytes of a list."""
    return given.MOST_BYTES


ROUTES = [
    route("/firewalls/lists", page),
    route("/firewalls/lists", load, ("POST",), limits=Limits(file=list_bytes)),
    route("/firewalls/lists/services", publish, ("POST",)),
    route("/firewalls/lists/services/{id}/withdraw", withdraw, ("POST",)),
    route("/firewalls/lists/{id}/retire", retire, ("POST",)),
]
