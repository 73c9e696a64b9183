"""A directory's groups that are rights, whose its entries are, and one's own password there. [ID-2, AC-2, AC-7, PW-1]"""

from urllib.parse import quote
from uuid import UUID

from starlette.responses import Response

from api.console import activation, frame
from api.console.account import uuid_of
from api.console.directories import FAULTS, id_of
from api.console.directory_words import AGREE
from api.console.pages import directories as pages
from api.console.pages.frame import Choice, Form
from api.console.readings import find_names
from api.console.visit import Visit, problems_of, route
from api.words import N_, _
from iam.credentials import passwords
from iam.directory import bindings, own_passwords, registry, trials, views
from iam.directory.views import Unbound
from kernel import gate
from kernel.errors import Fault, Malformed, NotFound, Unavailable
from policy import book

SURE = 2
"""Things that agree from which on a proposal is offered first."""
ID_LENGTH, ID_DASHES = 36, 4
SEVERAL = N_("Several people are called so; write the user id.")
NOBODY = N_("Nobody is called so.")


def groups_page(visit: Visit) -> Response:
    """GET /directories/{id}/groups: which of its groups shall be a right."""
    return _groups(visit, Form())


def _groups(visit: Visit, form: Form, status: int = 200) -> Response:
    found = views.read_directory(visit.actor, id_of(visit))
    taken, why, there = {one.name for one in found.group_rights}, "", list[tuple[str, str]]()
    try:
        there = trials.groups_there(visit.actor, found.id)
    except Unavailable as error:
        why = error.why
    roles = sorted((frame.role_label(role), role) for role in book.in_force().roles if not role.startswith("clerk-"))
    view = pages.Groups(
        id=str(found.id), name=found.label, form=form,
        groups=tuple(Choice(key, name) for key, name in there if name not in taken),
        roles=tuple(Choice(role, label) for label, role in roles),
        scopes=tuple(Choice(scope, frame.place_label(scope)) for scope in sorted(gate.current().scopes)), why=why,
    )  # fmt: skip
    return visit.page("directories/groups.html", view, status)


def govern(visit: Visit) -> Response:
    """POST /directories/{id}/groups."""
    key = visit.field("group")
    try:
        named = dict(trials.groups_there(visit.actor, id_of(visit)))
        if key not in named:
            why = "Choose one of the directory's groups."
            raise Malformed(why, [Fault("group", why)])
        registry.govern_group(
            visit.actor, id_of(visit), external_id=key, name=named[key], role=visit.field("role") or None,
            scope=visit.field("scope") or "house",
        )  # fmt: skip
    except (*FAULTS, Unavailable) as error:
        kept = {name: visit.field(name) for name in ("group", "role", "scope")}
        return _groups(visit, Form(kept, problems_of(error)), 422)
    return visit.go(f"/directories/{id_of(visit)}", "governed")


def ungovern(visit: Visit) -> Response:
    """POST /directories/{id}/groups/{group}/end."""
    registry.end_group(visit.actor, uuid_of(visit.request.path_params["group"]))
    return visit.go(f"/directories/{id_of(visit)}", "saved")


def bindings_page(visit: Visit) -> Response:
    """GET /directories/{id}/entries: entries nobody is bound to."""
    return _bindings(visit, Form())


def _bindings(visit: Visit, form: Form, status: int = 200) -> Response:
    found, after = views.read_directory(visit.actor, id_of(visit)), visit.field("after")[:300]
    rows = views.propose_bindings(visit.actor, found.id, after=after)
    view = pages.Bindings(
        id=str(found.id), name=found.label, rows=tuple(map(_entry, rows)), form=form,
        total=max(0, found.entries - found.bound), is_first=not after, may_import=found.unbound_accounts > 0,
        older=f"/directories/{found.id}/entries?after={quote(rows[-1].name)}" if len(rows) == views.AT_ONCE else "",
    )  # fmt: skip
    return visit.page("directories/entries.html", view, status)


def _entry(one: Unbound) -> pages.Entry:
    return pages.Entry(
        one.external_id, one.name, f"{one.given_name} {one.family_name}".strip(), one.mail, one.enabled,
        tuple(
            pages.Candidate(
                str(who.person_id), str(who.account_id or ""), who.name, who.user_name,
                ", ".join(_(AGREE[word]) for word in who.agree), len(who.agree) >= SURE,
            )
            for who in one.candidates
        ),
    )  # fmt: skip


def bind(visit: Visit) -> Response:
    """POST /directories/{id}/entries: bind an entry to an account, or take it in for a person."""
    key, account = visit.field("entry"), visit.field("account")
    try:
        if account:
            bindings.bind_account(visit.actor, uuid_of(account), external_id=key)
        else:
            bindings.adopt_entry(visit.actor, id_of(visit), external_id=key, person_id=_person(visit))
    except FAULTS as error:
        return _bindings(
            visit, Form({"entry": key, "person": visit.field("person"), "typed": _typed(visit)}, {"": error.why}), 422
        )
    return visit.go(f"/directories/{id_of(visit)}/entries", "bound")


def _typed(visit: Visit) -> str:
    """Tell whether the person was typed, so that it stays in its field; a proposal's id is not shown."""
    words = visit.field("person")
    return "" if len(words) == ID_LENGTH and words.count("-") == ID_DASHES else "1"


def _person(visit: Visit) -> UUID:
    """The person a form names: by id from a proposal, else by user id or name if exactly one is meant. Raises Malformed."""
    words = visit.field("person").strip()[:100]
    try:
        return UUID(words)
    except ValueError:
        found = [ref for ref in find_names(visit.actor, words=words or "?", limit=20) if ref.startswith("person:")]
    if len(found) != 1:
        raise Malformed(SEVERAL if found else NOBODY)
    return UUID(found[0].removeprefix("person:"))


def bind_all(visit: Visit) -> Response:
    """POST /directories/{id}/import: bind every account whose entry agrees in user id and in mail or both names."""
    try:
        bindings.import_entries(visit.actor, id_of(visit))
    except FAULTS as error:
        return _bindings(visit, Form(problems=problems_of(error)), 422)
    return visit.go(f"/directories/{id_of(visit)}/entries", "bound")


def password_page(visit: Visit) -> Response:
    """GET /account/directories/{id}."""
    return visit.page("account/directory_password.html", _password(visit, Form()))


def _password(visit: Visit, form: Form) -> pages.OwnPassword:
    for one in views.list_own_entries(visit.actor):
        if one.account_id == id_of(visit):
            return pages.OwnPassword(form, str(one.account_id), one.directory, one.name, tuple(passwords.said_rules()))
    raise NotFound("There is no such account of yours.")


def set_password(visit: Visit) -> Response:
    """POST /account/directories/{id}."""
    try:
        own_passwords.set_password(visit.actor, id_of(visit), activation.twice(visit))
    except (*FAULTS, Unavailable) as error:
        view = _password(visit, Form(problems=problems_of(error)))
        return visit.page("account/directory_password.html", view, 503 if isinstance(error, Unavailable) else 422)
    return visit.go("/account", "directory-password")


ROUTES = [
    route("/directories/{id}/groups", groups_page),
    route("/directories/{id}/groups", govern, ("POST",)),
    route("/directories/{id}/groups/{group}/end", ungovern, ("POST",)),
    route("/directories/{id}/entries", bindings_page),
    route("/directories/{id}/entries", bind, ("POST",)),
    route("/directories/{id}/import", bind_all, ("POST",)),
    route("/account/directories/{id}", password_page),
    route("/account/directories/{id}", set_password, ("POST",)),
]
