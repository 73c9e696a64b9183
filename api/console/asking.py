"""Asking for something: the form for one person, and a list that is looked at before it goes into the basket. [AC-1, AC-2]"""

from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api.console import frame, meanings, typed_times
from api.console.account import uuid_of
from api.console.pages import requests as pages
from api.console.pages.frame import Choice, Form
from api.console.readings import find_names, look_names_up
from api.console.requests import choices
from api.console.requests import right as right_words
from api.console.visit import Visit, problems_of, route
from api.words import N_, _
from iam.people.roles import list_roles
from iam.profiles.readings import profiles_of
from iam.requests import views
from iam.requests.preview import preview_list
from iam.requests.requests import draft_request
from kernel.errors import Fault, Malformed, OmniError

SINGLE = ("allocate", "create", "move", "suspend", "reactivate", "revoke")
LISTED = SINGLE
OF_RIGHTS = ("amend", "withdraw")
RIGHT = N_("Give a right")
"""What a form may give: a role or an access profile."""
HELD = {"right": "assignment_id", "holding": "holding_id"}
KEPT = ("person", "right", "holding", "role", "scope", "once")
NEWCOMER = ("given_name", "family_name", "email", "language", "kind", "job", "site")


def _deed(visit: Visit, known: tuple[str, ...]) -> str:
    return visit.field("deed") if visit.field("deed") in known else known[0]


def new_page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /requests/new: one thing, for one person."""
    deed = _deed(visit, (*SINGLE, *OF_RIGHTS))
    known = choices(visit)
    person = visit.field("person")
    names = look_names_up(visit.actor, refs=[f"person:{person}"]) if person else {}
    right = _right(visit, person) if deed in OF_RIGHTS else ""
    kept = form or Form({name: visit.field(name) for name in KEPT})
    return visit.page(
        "requests/new.html",
        pages.Ask(
            form=kept, deed=deed, deeds=_choices(SINGLE), title=_(RIGHT if deed == "allocate" else meanings.DEEDS[deed]),
            person=names.get(f"person:{person}", ""), right=right, profiles=_profiles(known),
            roles=tuple(Choice(role, frame.role_label(role)) for role in known.roles), scopes=_scopes(known.scopes),
            sites=_scopes([scope for scope in known.scopes if scope == "house" or scope.startswith("site:")]),
        ),
        status,
    )  # fmt: skip


def _profiles(known: views.Choices, *, by_slug: bool = False) -> tuple[Choice, ...]:
    """The profiles that may be asked for, each with the roles it holds."""
    return tuple(
        Choice(
            f"profile:{one.slug if by_slug else one.id}",
            f"{one.label} ({', '.join(frame.role_label(role) for role in one.roles)})",
        )
        for one in known.profiles
    )


def _choices(deeds: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(deed, RIGHT if deed == "allocate" else meanings.DEEDS[deed]) for deed in deeds)


def _scopes(scopes: list[str]) -> tuple[Choice, ...]:
    return tuple(Choice(scope, frame.place_label(scope)) for scope in scopes)


def _right(visit: Visit, person: str) -> str:
    """The role or the profile that is to end or to get another end, in words."""
    if visit.field("holding"):
        for holding, profile in profiles_of(visit.actor, uuid_of(person)):
            if str(holding.id) == visit.field("holding"):
                return _("%(role)s, %(place)s", role=profile.label, place=frame.place_label(holding.scope))
        return ""
    for held in list_roles(visit.actor, uuid_of(person)):
        if str(held.id) == visit.field("right"):
            return right_words(held.role, held.scope)
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
        return {"deed": deed, "newcomer": _newcomer(visit), **_profile(visit)}
    if deed in OF_RIGHTS:
        ends = {"ends_at": _last_day(visit.field("ends"))} if deed == "amend" else {}
        held = "holding" if visit.field("holding") else "right"
        return {"deed": deed, HELD[held]: uuid_of(visit.field(held)), **ends}
    wish: dict[str, Any] = {"deed": deed, "person_id": _somebody(visit, "person")}
    if deed == "move":
        return wish | {"removal": _removal(visit), **_profile(visit)}
    if deed == "allocate":
        wish |= {"starts_at": _first_day(visit.field("starts")), "ends_at": _last_day(visit.field("ends"))}
        wish |= _profile(visit) or {"role": visit.field("role"), "scope": visit.field("scope") or "house"}
        wish |= {"bound_to": visit.field("bound_to").strip() or None}
    return wish


def _profile(visit: Visit) -> dict[str, Any]:
    """The access profile a form names, and where it is to be held where that is not plain; nothing where it names none."""
    kind, _colon, key = visit.field("role").partition(":")
    return {"profile_id": uuid_of(key), "place": visit.field("scope") or None} if kind == "profile" else {}


def _newcomer(visit: Visit) -> dict[str, Any]:
    told: dict[str, Any] = {name: visit.field(name).strip() for name in NEWCOMER if visit.field(name).strip()}
    told["phone"] = visit.field("telephone").strip()
    return told | {"manager_id": _manager(visit), "ends_at": _last_day(visit.field("ends"))}


def _removal(visit: Visit) -> dict[str, Any]:
    told: dict[str, Any] = {name: visit.field(name).strip() for name in ("site", "job") if visit.field(name).strip()}
    return told | {"manager_id": _manager(visit), "ends_at": _last_day(visit.field("ends"))}


def _manager(visit: Visit) -> UUID | None:
    return _somebody(visit, "manager") if visit.field("manager").strip() else None


def foresee(visit: Visit) -> Response:
    """POST /requests/foresee: what the chosen profile gives, what ends by it, and what stands against it."""
    deed, named = _deed(visit, SINGLE), _profile(visit)
    if not named:
        return visit.part("requests/foreseen.html", pages.Foreseen())
    try:
        person = _somebody(visit, "person") if deed != "create" and visit.field("person").strip() else None
        found = views.foresee_profile(
            visit.actor, deed=deed, person_id=person, site=visit.field("site") or None, **named  # type: ignore[arg-type]  # one of SINGLE
        )  # fmt: skip
    except OmniError as no:
        return visit.part("requests/foreseen.html", pages.Foreseen(stop=no.why))
    shown = pages.Foreseen(
        found.profile, tuple(right_words(role, found.place) for role in found.roles),
        tuple(meanings.meaning(role) for role in found.roles), tuple(found.gains),
        tuple(right_words(one.role, one.scope) for one in found.ends), found.stop or "",
    )  # fmt: skip
    return visit.part("requests/foreseen.html", shown)


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


def _first_day(text: str) -> datetime | None:
    """The first moment of a day of a form."""
    return typed_times.read_day(text, "starts") if text else None


def _last_day(text: str) -> datetime | None:
    """The end of a day of a form: what ends on a day holds until it is over."""
    return typed_times.read_day(text, "ends", more=1) if text else None


def list_page(visit: Visit) -> Response:
    """GET /requests/list."""
    return _list(visit, Form({"deed": _deed(visit, LISTED)}))


def _list(
    visit: Visit, form: Form, *, looked: bool = False, good: int = 0, bad: tuple[pages.BadLine, ...] = ()
) -> Response:
    known = choices(visit)
    shown = tuple(Choice(role, frame.role_label(role)) for role in known.roles)
    status = 422 if form.problems else 200
    profiles = _profiles(known, by_slug=True)
    view = pages.List(form, _choices(LISTED), profiles, shown, _scopes(known.scopes), looked, good, bad)
    return visit.page("requests/list.html", view, status)


def look(visit: Visit) -> Response:
    """POST /requests/list: look at the list; with `take`, put its good lines into the basket."""
    kept = {name: visit.field(name) for name in ("deed", "role", "scope", "reason", "text")}
    data = visit.file("file") or kept["text"].encode("utf-8", "surrogatepass")
    kept["text"] = data.decode("utf-8-sig", "replace")
    deed = _deed(visit, LISTED)
    kind, _colon, slug = kept["role"].partition(":")
    named = {"profile": slug} if kind == "profile" else {"role": kept["role"] or None}
    try:
        found = preview_list(visit.actor, text=data, deed=deed, scope=kept["scope"] or None, **named)  # type: ignore[arg-type]  # one of LISTED
        if visit.field("take") and found.wishes:
            draft_request(visit.actor, wishes=found.wishes, reason=kept["reason"])
            return visit.go("/requests", "basket")
    except OmniError as error:
        return _list(visit, Form(kept, {_field(name): why for name, why in problems_of(error).items()}))
    bad = tuple(pages.BadLine(one.line, one.why) for one in found.bad)
    return _list(visit, Form(kept), looked=True, good=len(found.wishes), bad=bad)


ROUTES = [
    route("/requests/foresee", foresee, ("POST",), touch=False),
    route("/requests/new", new_page),
    route("/requests/new", add, ("POST",)),
    route("/requests/list", list_page),
    route("/requests/list", look, ("POST",)),
]
