"""Files of a change as they come in by its page: attachments, and results of tests with where, when and with what outcome. [CC-2, CC-3, SW-10]"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from starlette.responses import Response

import changecontrol
from api.console import changes, typed_times
from api.console.account import uuid_of
from api.console.change_intake import most_bytes
from api.console.pages.frame import Form
from api.console.sent import Limits
from api.console.visit import Visit, problems_of, route
from api.words import N_
from kernel.errors import Conflict, Fault, Malformed, NotFound, OmniError, Refused

FIELDS = {"attach": ("purpose",), "test": ("on", "outcome", "tested_at", "tested_at_which", "what")}
NO_FILE = N_("Choose a file.")
NO_TIME = N_("Say when it was tested.")
_FILE = ("The file", "A file", "Files", "The name of", "This is no name", "This file")
_PLACES = {"Nobody tests in production": "on", "There is no such system": "on", "A test that is reported": "tested_at"}


def attach(visit: Visit) -> Response:
    """POST /changes/{id}/attach: a file, streamed, never larger than the book's limit."""
    change_id = uuid_of(visit.request.path_params["id"])
    purpose: Literal["evidence", "document"] = "evidence" if visit.field("purpose") == "evidence" else "document"
    try:
        changecontrol.attach(
            visit.actor, change_id, name=visit.file_name("file"), content=_content(visit), purpose=purpose
        )
    except (Refused, Malformed, Conflict) as error:
        return _again(visit, "attach", error)
    return visit.go(f"/changes/{change_id}", "attached")


def test(visit: Visit) -> Response:
    """POST /changes/{id}/test: a result with its file."""
    change_id = uuid_of(visit.request.path_params["id"])
    try:
        content = _content(visit)
        _report(visit, change_id, content)
    except NotFound as error:
        if not error.why.startswith(tuple(_PLACES)):
            raise
        return _again(visit, "test", error)
    except (Refused, Malformed, Conflict) as error:
        return _again(visit, "test", error)
    return visit.go(f"/changes/{change_id}", "tested")


def _report(visit: Visit, change_id: UUID, content: bytes) -> None:
    changecontrol.report_test(
        visit.actor, change_id, on=visit.field("on").strip(), outcome=visit.field("outcome"),  # type: ignore[arg-type]  # checked by the action
        tested_at=_tested_at(visit), what=visit.field("what"), name=visit.file_name("file"), content=content,
    )  # fmt: skip


def _tested_at(visit: Visit) -> datetime:
    """When it was tested, on the house's clock. Raises Malformed."""
    at = typed_times.read_time(visit.form, "tested_at")
    if at is None:
        raise Malformed(NO_TIME, [Fault("tested_at", NO_TIME)])
    return at


def _content(visit: Visit) -> bytes:
    """The file's bytes. Raises Malformed where none was chosen, or one that is too large was sent."""
    content = visit.file("file")
    if not content and not visit.file_name("file"):
        raise Malformed(NO_FILE, [Fault("file", NO_FILE)])
    return content


def _again(visit: Visit, deed: str, error: OmniError) -> Response:
    """The page again with what was typed; only the file has to be chosen once more, as browsers want it."""
    found = problems_of(error)
    if set(found) == {""}:
        why = found[""]
        name = (
            "file"
            if why.startswith(_FILE)
            else next((to for start, to in _PLACES.items() if why.startswith(start)), "")
        )
        found = {name: why}
    problems = {
        f"{deed}-{'file' if name in {'name', 'content'} else name}" if name else "": why for name, why in found.items()
    }
    kept = {f"{deed}-{name}": visit.field(name) for name in FIELDS[deed]}
    return changes.page(visit, Form(kept, problems), 422)


BY_FILE = Limits(form=65_536, file=most_bytes)
ROUTES = [
    route("/changes/{id}/attach", attach, ("POST",), limits=BY_FILE),
    route("/changes/{id}/test", test, ("POST",), limits=BY_FILE),
]
