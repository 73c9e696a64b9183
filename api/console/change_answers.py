"""What people answer on a change's page beside its steps: for a client, by telephone, in papers, at work. [CC-5, CC-6, CC-10, CC-11]"""

from collections.abc import Callable
from uuid import UUID

from starlette.responses import Response

import changecontrol
from api.console import changes
from api.console.account import uuid_of
from api.console.pages.frame import Form
from api.console.urgency import moment_of, person_named
from api.console.visit import Visit, problems_of, route
from changecontrol import emergencies
from kernel.errors import Conflict, Malformed, Refused


def _answered(call: Callable[[Visit, UUID], object], names: tuple[str, ...]) -> Callable[[Visit], Response]:
    """Make the door of an answer: what is refused comes back on the change's page, with what was typed."""

    def door(visit: Visit) -> Response:
        change_id = uuid_of(visit.request.path_params["id"])
        try:
            call(visit, change_id)
        except (Refused, Malformed, Conflict) as error:
            return changes.page(visit, Form({name: visit.field(name) for name in names}, problems_of(error)), 422)
        return visit.go(f"/changes/{change_id}", "done")

    return door


def _acknowledge(visit: Visit, _change_id: UUID) -> None:
    revision = visit.field("revision")
    changecontrol.acknowledge(
        visit.actor,
        uuid_of(visit.request.path_params["authorisation"]),
        revision=int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0,  # noqa: PLR2004 - as long as any number of a revision
    )


def _record(visit: Visit, change_id: UUID) -> None:
    changecontrol.record_word(
        visit.actor,
        change_id,
        authority_id=uuid_of(visit.field("authority_id")),
        channel=visit.field("channel"),  # type: ignore[arg-type]  # checked by the action's model
        said_at=moment_of(visit, "said_at"),
        witness_id=person_named(visit, "witness_id"),
    )


def _document(visit: Visit, change_id: UUID) -> None:
    changecontrol.document_emergency(visit.actor, change_id, documentation=visit.field("documentation"))


def _see(visit: Visit, change_id: UUID) -> None:
    emergencies.see_breach(visit.actor, change_id, remark=visit.field("remark"))


def _work(visit: Visit, change_id: UUID) -> None:
    changecontrol.work_on(visit.actor, uuid_of(visit.field("system")), change_id=change_id, what=visit.field("what"))


ROUTES = [
    route("/changes/{id}/acknowledge/{authorisation}", _answered(_acknowledge, ()), ("POST",)),
    route(
        "/changes/{id}/word",
        _answered(_record, ("authority_id", "channel", "said_at", "said_at_which", "witness_id")),
        ("POST",),
    ),
    route("/changes/{id}/documentation", _answered(_document, ("documentation",)), ("POST",)),
    route("/changes/{id}/work", _answered(_work, ("system", "what")), ("POST",)),
    route("/changes/{id}/breach", _answered(_see, ("remark",)), ("POST",)),
]
