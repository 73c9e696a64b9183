"""Asking for something: the form for one person, and a list that is looked at before it goes into the basket. [AC-1, AC-2]"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api.console import frame, meanings
from api.console.account import uuid_of
from api.console.pages import requests as pages
from api.console.pages.frame import Choice, Form
from api.console.readings import find_names, look_names_up
from api.console.requests import places
from api.console.visit import Visit, problems_of, route
from api.words import _
from iam.people.roles import list_roles
from iam.requests.preview import preview_list
from iam.requests.requests import draft_request
from kernel.errors import Fault, Malformed, OmniError

SINGLE = ("allocate", "suspend", "reactivate", "revoke", "create")
LISTED = ("allocate", "create", "suspend", "reactivate", "revoke")
OF_RIGHTS = ("amend", "withdraw")
NEWCOMER = ("given_name", "family_name", "email", "language", "kind", "job", "site")


def _deed(visit: Visit, known: tuple[str, ...]) -> str:
    return visit.field("deed") if visit.field("deed") in known else known[0]


def new_page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /requests/new: one thing, for one person."""
    deed = _deed(visit, (*SINGLE, *OF_RIGHTS))
    roles, scopes = places(visit)
    person = visit.field("person")
    names = look_names_up(visit.actor, refs=[f"person:{person}"]) if person else {}
    right = _right(visit, person) if deed in OF_RIGHTS else ""
    kept = form or Form({name: visit.field(name) for name in ("person", "right", "role", "scope", "once")})
    return visit.page(
        "requests/new.html",
        pages.Ask(
            form=kept, deed=deed, deeds=_choices(SINGLE), title=_(meanings.DEEDS[deed]),
            person=names.get(f"person:{person}", ""), right=right,
            roles=tuple(Choice(role, frame.role_label(role)) for role in roles), scopes=_scopes(scopes),
            sites=_scopes([scope for scope in scopes if scope == "house" or scope.startswith("site:")]),
        ),
        status,
    )  # fmt: skip


def _choices(deeds: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(deed, meanings.DEEDS[deed]) for deed in deeds)


def _scopes(scopes: list[str]) -> tuple[Choice, ...]:
    return tuple(Choice(scope, frame.place_label(scope)) for scope in scopes)


def _right(visit: Visit, person: str) -> str:
    """The right that is to end or to get another end, in words."""
    for held in list_roles(visit.actor, uuid_of(person)):
        if str(held.id) == visit.field("right"):
            return _("%(role)s, %(place)s", role=frame.role_label(held.role), place=frame.place_label(held.scope))
    return ""


def add(visit: Visit) -> Response:
    """POST /requests/new: into the basket."""
    try:
        wish = _wish(visit, _deed(visit, (*SINGLE, *OF_RIGHTS)))
        draft_request(visit.actor, wishes=[wish], reason=visit.field("reason"))  # type: ignore[list-item]  # checked by the action
    except OmniError as error:
        kept = {name: value for name, value in visit.form.items() if name != "token"}
        problems = {_field(name): why for name, why in problems_of(error).items()}
        return new_page(visit, Form(kept, problems), 422)
    return visit.go("/requests", "basket")


def _field(name: str) -> str:
    """A fault within a line stands on the form as a whole: the sentence names the field."""
    return "" if name == "wishes" else name


def _wish(visit: Visit, deed: str) -> dict[str, Any]:
    if deed == "create":
        told: dict[str, Any] = {name: visit.field(name).strip() for name in NEWCOMER if visit.field(name).strip()}
        manager = _somebody(visit, "manager") if visit.field("manager").strip() else None
        told["phone"] = visit.field("telephone").strip()
        return {"deed": deed, "newcomer": told | {"manager_id": manager, "ends_at": _last_day(visit.field("ends"))}}
    if deed in OF_RIGHTS:
        ends = {"ends_at": _last_day(visit.field("ends"))} if deed == "amend" else {}
        return {"deed": deed, "assignment_id": uuid_of(visit.field("right")), **ends}
    wish: dict[str, Any] = {"deed": deed, "person_id": _somebody(visit, "person")}
    if deed == "allocate":
        wish |= {"role": visit.field("role"), "scope": visit.field("scope") or "house"}
        wish |= {"starts_at": _day(visit.field("starts")), "ends_at": _last_day(visit.field("ends"))}
        wish |= {"bound_to": visit.field("bound_to").strip() or None}
    return wish


def _somebody(visit: Visit, field: str) -> UUID:
    """The person a field names: by id from a link, else by user id or name if exactly one is meant. Raises Malformed."""
    words = visit.field(field).strip()
    try:
        return UUID(words)
    except ValueError:
        found = [ref for ref in find_names(visit.actor, words=words or "?", limit=20) if ref.startswith("person:")]
    if len(found) == 1:
        return UUID(found[0].removeprefix("person:"))
    why = "Several people are called so; write the user id." if found else "Nobody is called so."
    raise Malformed(why, [Fault(field, why)])


def _day(text: str) -> datetime | None:
    """The first moment of a day of a form."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError as wrong:
        raise Malformed("This is no date.", [Fault("ends", "This is no date.")]) from wrong


def _last_day(text: str) -> datetime | None:
    """The end of a day of a form: what ends on a day holds until it is over."""
    found = _day(text)
    return found + timedelta(days=1) if found is not None else None


def list_page(visit: Visit) -> Response:
    """GET /requests/list."""
    return _list(visit, Form({"deed": _deed(visit, LISTED)}))


def _list(
    visit: Visit, form: Form, *, looked: bool = False, good: int = 0, bad: tuple[pages.BadLine, ...] = ()
) -> Response:
    roles, scopes = places(visit)
    shown = tuple(Choice(role, frame.role_label(role)) for role in roles)
    status = 422 if form.problems else 200
    view = pages.List(form, _choices(LISTED), shown, _scopes(scopes), looked, good, bad)
    return visit.page("requests/list.html", view, status)


def look(visit: Visit) -> Response:
    """POST /requests/list: look at the list; with `take`, put its good lines into the basket."""
    kept = {name: visit.field(name) for name in ("deed", "role", "scope", "reason", "text")}
    data = visit.file("file") or kept["text"].encode("utf-8", "surrogatepass")
    kept["text"] = data.decode("utf-8-sig", "replace")
    deed = _deed(visit, LISTED)
    try:
        found = preview_list(
            visit.actor, text=data, deed=deed, role=kept["role"] or None, scope=kept["scope"] or "house"  # type: ignore[arg-type]  # one of LISTED
        )  # fmt: skip
        if visit.field("take") and found.wishes:
            draft_request(visit.actor, wishes=found.wishes, reason=kept["reason"])
            return visit.go("/requests", "basket")
    except OmniError as error:
        return _list(visit, Form(kept, {_field(name): why for name, why in problems_of(error).items()}))
    bad = tuple(pages.BadLine(one.line, one.why) for one in found.bad)
    return _list(visit, Form(kept), looked=True, good=len(found.wishes), bad=bad)


ROUTES = [
    route("/requests/new", new_page),
    route("/requests/new", add, ("POST",)),
    route("/requests/list", list_page),
    route("/requests/list", look, ("POST",)),
]
