"""The access directive and its procedures: read, acknowledged with one button, written and asked for approval. [AC-8]"""

import re

from starlette.responses import Response

from api.console import frame
from api.console.account import uuid_of
from api.console.pages import directives as pages
from api.console.pages.frame import Choice, Form, State
from api.console.profiles import STATES
from api.console.readings import look_names_up
from api.console.sentences import name_of
from api.console.visit import Visit, problems_of, route
from api.words import N_
from iam.directives import acknowledgements
from iam.directives import versions as directives
from iam.directives.acknowledgements import DirectivePage
from iam.directives.versions import TextView
from kernel.errors import Conflict, Malformed, Refused

KINDS = (Choice("directive", N_("Directive")), Choice("procedure", N_("Procedure")))
NAMES = {one.value: one.label for one in KINDS}
READ = State(N_("Acknowledged"), "green")
UNREAD = State(N_("To be acknowledged"), "amber")
NONE = State(N_("Nothing in force"), "grey")
HEADING = re.compile(r"^#{1,3} +")


def listing(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /directives."""
    lines = acknowledgements.list_directives(visit.actor)
    rows = tuple(
        pages.DirectiveRow(
            str(one.document.id), one.document.title, NAMES[one.document.kind],
            one.version.number if one.version else None, one.version.in_force_at if one.version else None,
            NONE if one.version is None else READ if one.acknowledged_at else UNREAD,
        )
        for one in lines
    )  # fmt: skip
    may_add = frame.is_open(visit.actor, "directive.add")
    unread = sum(row.state is UNREAD for row in rows)
    return visit.page(
        "directives/directives.html", pages.Directives(rows, form or Form(), KINDS, may_add, unread), status
    )


def add(visit: Visit) -> Response:
    """POST /directives."""
    sent = {name: visit.field(name).strip() for name in ("slug", "title", "kind")}
    try:
        made = directives.add_directive(visit.actor, **sent)  # type: ignore[arg-type]  # checked by the action's own model
    except (Refused, Conflict, Malformed) as error:
        return listing(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/directives/{made.id}/write")


def page(visit: Visit) -> Response:
    """GET /directives/{id}: the version in force, or another by its number."""
    found = acknowledgements.read_directive(visit.actor, uuid_of(visit.request.path_params["id"]))
    asked = visit.field("version")
    current = found.document.current
    shown = next((one for one in found.versions if str(one.number) == asked), None) or next(
        (one for one in found.versions if one.number == current), None
    )
    read = found.acknowledged.get(shown.id) if shown else None
    view = pages.Directive(
        id=str(found.document.id),
        title=found.document.title,
        kind=NAMES[found.document.kind],
        state=_state(shown, acknowledged=read is not None),
        number=shown.number if shown else None,
        version=str(shown.id) if shown else "",
        digest=shown.digest if shown else "",
        paragraphs=paragraphs_of(shown.text) if shown else (),
        read=read,
        may_acknowledge=shown is not None and shown.state == "in-force" and read is None,
        may_write=frame.is_open(visit.actor, "directive.write"),
        versions=_versions(visit, found),
        since=shown.in_force_at if shown else None,
    )
    return visit.page("directives/directive.html", view)


def _state(shown: TextView | None, *, acknowledged: bool) -> State:
    if shown is None:
        return NONE
    if shown.state != "in-force":
        return STATES[shown.state]
    return READ if acknowledged else UNREAD


def paragraphs_of(text: str) -> tuple[tuple[bool, str], ...]:
    """Cut a text at its empty lines; a paragraph that begins with # is a heading."""
    parts = [part.strip("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]
    return tuple((bool(HEADING.match(part)), HEADING.sub("", part)) for part in parts)


def _versions(visit: Visit, found: DirectivePage) -> tuple[pages.Version, ...]:
    names = look_names_up(visit.actor, refs=[f"person:{one.written_by}" for one in found.versions])
    may_ask, may_drop = (frame.is_open(visit.actor, right) for right in ("directive.ask", "directive.drop"))
    return tuple(
        pages.Version(
            str(one.id), one.number, STATES[one.state], one.summary, name_of(f"person:{one.written_by}", names),
            one.in_force_at or one.written_at, may_ask and one.state == "draft",
            may_drop and one.state in {"draft", "asked"},
        )
        for one in found.versions
    )  # fmt: skip


def acknowledge(visit: Visit) -> Response:
    """POST /directives/{id}/versions/{version}/acknowledge."""
    acknowledgements.acknowledge(
        visit.actor, uuid_of(visit.request.path_params["version"]), digest=visit.field("digest")
    )
    return visit.go(f"/directives/{uuid_of(visit.request.path_params['id'])}", "done")


def writing(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /directives/{id}/write: begins with the text in force."""
    found = acknowledgements.read_directive(visit.actor, uuid_of(visit.request.path_params["id"]))
    now = next((one for one in found.versions if one.number == found.document.current), None)
    number = max((one.number for one in found.versions), default=0) + 1
    shown = form or Form({"text": now.text if now else ""})
    view = pages.Writing(str(found.document.id), found.document.title, number, shown)
    return visit.page("directives/write.html", view, status)


def write(visit: Visit) -> Response:
    """POST /directives/{id}/write."""
    document = uuid_of(visit.request.path_params["id"])
    sent = {name: visit.field(name) for name in ("text", "summary")}
    try:
        made = directives.write_text(visit.actor, document, **sent)
        if visit.field("then") == "ask":
            directives.ask_publication(visit.actor, made.id)
    except (Refused, Conflict, Malformed) as error:
        return writing(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/directives/{document}?version={made.number}", "done")


def ask(visit: Visit) -> Response:
    """POST /directives/{id}/versions/{version}/ask."""
    directives.ask_publication(visit.actor, uuid_of(visit.request.path_params["version"]))
    return visit.go(f"/directives/{uuid_of(visit.request.path_params['id'])}", "done")


def drop(visit: Visit) -> Response:
    """POST /directives/{id}/versions/{version}/drop."""
    directives.drop_text(visit.actor, uuid_of(visit.request.path_params["version"]))
    return visit.go(f"/directives/{uuid_of(visit.request.path_params['id'])}", "done")


ROUTES = [
    route("/directives", listing),
    route("/directives", add, ("POST",)),
    route("/directives/{id}", page),
    route("/directives/{id}/write", writing),
    route("/directives/{id}/write", write, ("POST",)),
    route("/directives/{id}/versions/{version}/acknowledge", acknowledge, ("POST",)),
    route("/directives/{id}/versions/{version}/ask", ask, ("POST",)),
    route("/directives/{id}/versions/{version}/drop", drop, ("POST",)),
]
