"""Changes: the list, one change on one page, and its next steps. Approval itself is given in the inbox. [CC-1, CC-2, CC-4, CC-11]"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from starlette.responses import Response

import changecontrol
from api.console import applied, frame, meanings, sentences, urgency
from api.console import change_words as words
from api.console.account import uuid_of
from api.console.change_diff import Spoken, facts_of, revisions_of, since_approved
from api.console.change_intake import intake
from api.console.pages import changes as pages
from api.console.pages.frame import Choice, Form
from api.console.readings import look_names_up
from api.console.visit import Visit, problems_of, route
from api.words import N_, _
from changecontrol import readings
from changecontrol.changes import ChangeView
from kernel.errors import Conflict, Malformed, NotFound, Refused
from kernel.ledger.browse import read_history
from policy import inbox

PAGE = 50
MOST_WORDS = 80
ACTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType({
    "submit": changecontrol.submit_change,
    "ask": changecontrol.ask_authorisation,
    "return": changecontrol.return_change,
    "cancel": changecontrol.cancel_change,
    "start": changecontrol.start_change,
    "finish": changecontrol.finish_change,
    "roll-back": changecontrol.roll_back,
    "stop": changecontrol.stop_change,
    "close": changecontrol.close_change,
})  # fmt: skip


def board(visit: Visit) -> Response:
    """GET /changes."""
    asked = {name: visit.field(name) for name, known in (("state", words.STATES), ("model", words.MODELS)) if visit.field(name) in known}  # fmt: skip
    search = " ".join(visit.field("search").replace("\x00", "").split())[:MOST_WORDS]
    if search:
        asked["search"] = search
    before = uuid_of(visit.field("before")) if visit.field("before") else None
    found = readings.list_changes(visit.actor, **asked, before=before, limit=PAGE)
    if len(found) == 1 and before is None and search.upper() == found[0].number:
        return visit.go(f"/changes/{found[0].id}")
    names = look_names_up(visit.actor, refs=list({f"person:{one.requester_id}" for one in found}))
    older = f"/changes?{urlencode({**asked, 'before': str(found[-1].id)})}" if len(found) == PAGE else ""
    view = pages.List(
        form=Form(asked),
        states=tuple(Choice(name, one.word) for name, one in words.STATES.items()),
        models=tuple(Choice(name, label) for name, label in words.MODELS.items()),
        rows=tuple(_row(one, names) for one in found),
        filtered=bool(asked) or before is not None,
        older=older,
        may_see_observed=frame.is_open(visit.actor, "observed.list"),
        may_draft=any(frame.is_open(visit.actor, right) for right in ("change.draft", "emergency.raise")),
    )
    return visit.page("changes/changes.html", view)


def _row(one: ChangeView, names: dict[str, str]) -> pages.Row:
    name = sentences.name_of(f"person:{one.requester_id}", names)
    waits = _(words.WAITS[one.state], name=name) if one.state in words.WAITS else ""
    return pages.Row(
        str(one.id), one.number, one.title, words.MODELS[one.model], words.STATES[one.state], words.RISKS[one.risk],
        one.starts_at, one.ends_at, waits,
    )  # fmt: skip


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /changes/{id}."""
    change_id = uuid_of(visit.request.path_params["id"])
    found = readings.read_change(visit.actor, change_id)
    ref = f"change:{change_id}"
    entries = read_history(visit.actor, ref=ref) if frame.is_open(visit.actor, "ledger.history") else []
    said, asked = _said(visit, found), _asked(visit, found)
    answer = next((one.answer for one in asked if one.answer), "")
    named = dict(said.names) | sentences.names_for(visit.actor, entries) | {ref: found.change.number}
    view = pages.Change(
        id=str(change_id), number=found.change.number, title=found.change.title,
        model=words.MODELS[found.change.model], kind=words.KINDS[found.change.kind],
        state=words.STATES[found.change.state], risk=words.RISKS[found.change.risk],
        requester=said.person(found.change.requester_id), opened=found.change.opened_at,
        starts=found.change.starts_at, ends=found.change.ends_at, texts=_texts(found),
        rules=applied.said_by(found.content), seen=applied.seen_of(visit, found.change.number) if found.content.get("rules") else (),
        systems=tuple((one.label, words.ENVIRONMENTS[one.environment]) for one in found.systems),
        clients=tuple(meanings.place(one) for one in found.clients),
        implementers=tuple(said.person(one) for one in found.content["implementers"]),
        asked=asked, tests=_tests(visit, found, said), papers=_papers(visit, found, said),
        hindrances=tuple(
            pages.Hindrance(one.name, one.kind == "freeze", one.starts_at, one.ends_at) for one in found.hindrances
        ),
        work=tuple(
            pages.Worked(one.at, said.systems.get(str(one.system_id), ""), said.person(one.person_id), one.what)
            for one in found.work
        ),
        works_on=_works_on(visit, found),
        revisions=revisions_of(found.revisions, said), deeds=tuple(one for one in words.DEEDS.values() if one.name in found.deeds),
        history=tuple(sentences.row(entry, named) for entry in entries), facts=_facts(found, said),
        notice=found.change.ended_why or "" if found.change.state in {"rejected", "cancelled"} else "", form=form or Form(),
        intake=intake(visit, found), may_edit="revise" in found.edits,
        may_normalise=found.change.model == "emergency" and frame.is_open(visit.actor, "change.draft"),
        approved=found.approved or 0, since=since_approved(found.revisions, found.approved, said),
        urgency=urgency.urgency_of(visit, found, said, answer),
    )  # fmt: skip
    return visit.page("changes/change.html", view, status)


def _works_on(visit: Visit, found: readings.ChangePage) -> tuple[Choice, ...]:
    """Give the systems on which the reader, if the change names them, may write down what they do while it is implemented."""
    if "finish" not in found.deeds or str(visit.actor.id) not in found.content["implementers"]:
        return ()
    return tuple(Choice(str(one.id), one.label) for one in found.systems)


def asked_about(visit: Visit, number: str) -> tuple[readings.ChangePage, tuple[tuple[str, str], ...]] | None:
    """Give the change of a number with what it says, for whoever is asked; None where they may not see it."""
    rows = [one for one in readings.list_changes(visit.actor, search=number, limit=1) if one.number == number]
    if not rows:
        return None
    found = readings.read_change(visit.actor, rows[0].id)
    return found, facts_of(found.content, _said(visit, found))


def _said(visit: Visit, found: readings.ChangePage) -> Spoken:
    names = look_names_up(visit.actor, refs=[f"person:{one}" for one in sorted(_people(found), key=str)])
    return Spoken(names, {str(one.id): one.label for one in found.systems}, visit.now)


def _people(found: readings.ChangePage) -> set[UUID]:
    people = {
        found.change.requester_id,
        *(one.tested_by for one in found.tests),
        *(one.made_by for one in found.revisions),
    }
    people |= {one.attached_by for one in found.attachments} | {one.person_id for one in found.work}
    if found.spoken is not None:
        people |= {found.spoken.authority_id, found.spoken.witness_id}
    return people | {UUID(one) for revision in found.revisions for one in revision.content["implementers"]}


def _texts(found: readings.ChangePage) -> tuple[tuple[str, str], ...]:
    said = [(words.FIELDS[name], found.content[name]) for name in words.TEXTS if found.content[name].strip()]
    more = [(N_("Report"), found.report), (N_("Review"), found.review)]
    return tuple(said + [(label, text) for label, text in more if text.strip()])


def _facts(found: readings.ChangePage, said: Spoken) -> tuple[tuple[str, str], ...]:
    """What is known beside the window: only what is there."""
    told = [
        (words.FIELDS[name], said.value(name, found.content[name]))
        for name in ("training", "incident", "things", "open_source")
        if found.content[name]
    ]
    return tuple(told)


def _asked(visit: Visit, found: readings.ChangePage) -> tuple[pages.Asked, ...]:
    mine: set[UUID] = set()
    if frame.is_open(visit.actor, "approval.inbox"):
        mine = {one.id for one in inbox.approvals_waiting(visit.actor, limit=200)}
    return tuple(
        pages.Asked(
            words.QUESTIONS.get(one.asked.requirement, one.asked.requirement), meanings.place(one.asked.scope),
            words.STANDINGS[one.state], one.why, tuple(meanings.voice(name) for name in one.missing) if one.state == "open" else (),
            f"/approvals/{one.asked.approval_id}" if one.asked.approval_id in mine else "",
            urgency.acknowledgement_of(one.asked),
            f"/changes/{found.change.id}/acknowledge/{one.asked.id}" if one.may_acknowledge else "", one.asked.revision,
        )
        for one in found.asked
    )  # fmt: skip


def _tests(visit: Visit, found: readings.ChangePage, said: Spoken) -> tuple[pages.Test, ...]:
    files = {one.id: one for one in found.attachments}
    return tuple(
        pages.Test(
            one.what, words.TESTS[one.outcome], words.ENVIRONMENTS[one.environment], said.person(one.tested_by),
            one.tested_at, files[one.attachment_id].name, files[one.attachment_id].digest, _file(visit, one.attachment_id),
        )
        for one in found.tests
    )  # fmt: skip


def _papers(visit: Visit, found: readings.ChangePage, said: Spoken) -> tuple[pages.Paper, ...]:
    return tuple(
        pages.Paper(one.name, one.size, one.digest, said.person(one.attached_by), one.attached_at, _file(visit, one.id))
        for one in found.attachments
        if one.purpose != "test"
    )


def _file(visit: Visit, attachment_id: UUID) -> str:
    return f"/changes/files/{attachment_id}" if frame.is_open(visit.actor, "change.attachment") else ""


def file(visit: Visit) -> Response:
    """GET /changes/files/{id}: a file as it was attached, to be saved and never shown inside the console."""
    found = changecontrol.read_attachment(visit.actor, uuid_of(visit.request.path_params["id"]))
    name = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in found.name)
    exact = f"; filename*=UTF-8''{quote(found.name, safe='')}" if name != found.name else ""  # RFC 6266
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"{exact}', "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return Response(found.content, media_type="application/octet-stream", headers=headers)


def do(visit: Visit) -> Response:
    """POST /changes/{id}/{deed}: one of the next steps, with the words that it wants."""
    change_id, name = uuid_of(visit.request.path_params["id"]), visit.request.path_params["deed"]
    deed = words.DEEDS.get(name)
    if deed is None:
        raise NotFound("There is no such step.")
    sent = {deed.wants: visit.field(deed.wants)} if deed.wants else {}
    try:
        ACTIONS[name](visit.actor, change_id, **sent)
    except (Refused, Malformed, Conflict) as error:
        return page(visit, Form({f"{name}-{key}": value for key, value in sent.items()}, problems_of(error)), 422)
    return visit.go(f"/changes/{change_id}", "asked" if name == "ask" else "done")


ROUTES = [
    route("/changes", board),
    route("/changes/files/{id}", file),
    route("/changes/{id}", page),
    route("/changes/{id}/{deed}", do, ("POST",)),
]
