"""The break-glass: the first and the second key, its end, its documentation, and that the officer knows of it. [AC-5]"""

from collections.abc import Callable
from uuid import UUID

from starlette.responses import Response

from api.console import frame, sentences
from api.console.account import uuid_of
from api.console.pages import elevations as pages
from api.console.pages.frame import Choice, Form, State
from api.console.readings import find_names, look_names_up
from api.console.visit import Visit, problems_of, route
from api.words import N_
from iam.privileged import breakglass, standing
from iam.privileged.breakglass import BreakGlassView
from kernel.actor import Actor
from kernel.db import HOUSE
from kernel.errors import Conflict, Malformed, NotFound, Refused
from policy.holders import roles_of

STATES = {
    "asked": State(N_("Waits for the second key"), "amber"),
    "lapsed": State(N_("No second key came"), "grey"),
    "open": State(N_("Open"), "red"),
    "closed": State(N_("Documentation is missing"), "amber"),
    "documented": State(N_("Documented"), "green"),
}
LIVE = frozenset({"asked", "open", "closed"})


def listing(visit: Visit) -> Response:
    """GET /break-glass."""
    return visit.page("elevations/break_glass.html", _page(visit, Form()))


def _page(visit: Visit, form: Form) -> pages.BreakGlass:
    found = breakglass.list_break_glasses(visit.actor)
    people = {str(one) for row in found for one in (row.person_id, row.first_keeper_id, row.second_keeper_id) if one}
    names = look_names_up(visit.actor, refs=sorted(f"person:{one}" for one in people))
    roles = tuple(Choice(role, frame.role_label(role)) for role in standing.names("AC-5", "emergency_roles"))
    return pages.BreakGlass(
        tuple(_row(visit, one, names) for one in found),
        form,
        roles,
        _keeps(visit),
        any(one.state in LIVE for one in found),
    )


def _keeps(visit: Visit) -> bool:
    """Whether this person keeps a key; asked of the roles, as the action does, since a step-up may still be missing."""
    person_id = visit.actor.id
    held = roles_of(person_id, HOUSE, visit.now) if person_id is not None else frozenset()
    return bool(held & set(standing.names("AC-5", "keeper_roles")))


def _row(visit: Visit, one: BreakGlassView, names: dict[str, str]) -> pages.GlassRow:
    me, keepers = visit.actor.id, (one.first_keeper_id, one.second_keeper_id)
    inside = me == one.person_id or me in keepers
    told = [sentences.name_of(f"person:{keeper}", names) for keeper in keepers if keeper] + (
        [one.plan] if one.plan else []
    )
    return pages.GlassRow(
        id=str(one.id),
        who=sentences.name_of(f"person:{one.person_id}", names),
        role=frame.role_label(one.role),
        bound_to=one.bound_to,
        reason=one.reason,
        keepers=", ".join(told),
        asked=one.asked_at,
        until=one.ended_at or one.ends_at or one.answer_by,
        state=STATES[one.state],
        document=one.document,
        may_confirm=one.state == "asked" and not inside and _keeps(visit),
        may_end=one.state in {"asked", "open"} and (inside or _keeps(visit)),
        may_document=one.state == "closed" and inside,
        may_acknowledge=one.state in {"open", "closed"} and not inside and _keeps(visit),
    )


def ask(visit: Visit) -> Response:
    """POST /break-glass."""
    sent = {name: visit.field(name).strip()[:500] for name in ("who", "role", "bound_to", "reason")}
    words = sent["who"][:100]
    found = [ref for ref in (find_names(visit.actor, words=words) if words else {}) if ref.startswith("person:")]
    if len(found) != 1:
        why = N_("Nobody, or more than one person, has this name; write the user name.")
        return visit.page("elevations/break_glass.html", _page(visit, Form(sent, {"who": why})), 422)
    try:
        breakglass.ask_break_glass(
            visit.actor,
            person_id=UUID(found[0].partition(":")[2]),
            role=sent["role"],
            reason=sent["reason"],
            bound_to=sent["bound_to"],
        )
    except (Refused, Malformed, Conflict, NotFound) as error:
        return visit.page("elevations/break_glass.html", _page(visit, Form(sent, problems_of(error))), 422)
    return visit.go("/break-glass", "done")


DEEDS: dict[str, Callable[[Actor, UUID, Visit], object]] = {
    "confirm": lambda actor, key, _visit: breakglass.confirm_break_glass(actor, key),
    "end": lambda actor, key, _visit: breakglass.end_break_glass(actor, key, reason="ended by hand"),
    "acknowledge": lambda actor, key, _visit: breakglass.acknowledge_break_glass(actor, key),
    "document": lambda actor, key, visit: breakglass.document_break_glass(actor, key, document=visit.field("document")),
}


def deed(visit: Visit) -> Response:
    """POST /break-glass/{id}/{verb}."""
    call = DEEDS[visit.request.url.path.rpartition("/")[2]]
    try:
        call(visit.actor, uuid_of(visit.request.path_params["id"]), visit)
    except (Refused, Malformed, Conflict) as error:
        form = Form({"document": visit.field("document")}, problems_of(error))
        return visit.page("elevations/break_glass.html", _page(visit, form), 422)
    return visit.go("/break-glass", "done")


ROUTES = [
    route("/break-glass", listing),
    route("/break-glass", ask, ("POST",)),
    *(route(f"/break-glass/{{id}}/{verb}", deed, ("POST",)) for verb in DEEDS),
]
