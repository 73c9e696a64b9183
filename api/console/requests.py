"""Requests: the basket, what became of each, and asking for one person. [AC-1, AC-2]"""

from starlette.responses import Response

from api.console import frame, meanings, sentences
from api.console.account import uuid_of
from api.console.pages import requests as pages
from api.console.pages.frame import Form
from api.console.readings import look_names_up
from api.console.visit import Visit, problems_of, route
from api.words import _
from iam.requests import requests, views
from iam.requests.line_views import LineView
from kernel import gate
from kernel.errors import OmniError, Refused
from kernel.ledger.browse import read_history
from policy import inbox

PAGE = 50


def basket(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /requests: what is put together, and what was asked."""
    before = uuid_of(visit.field("before")) if visit.field("before") else None
    mine = [_draft(one) for one in views.read_basket(visit.actor)] if before is None else []
    rows = [one for one in views.list_requests(visit.actor, before=before, limit=PAGE) if one.state != "draft"]
    names = look_names_up(visit.actor, refs=list({f"person:{one.requested_by}" for one in rows}))
    older = f"/requests?before={rows[-1].id}" if len(rows) == PAGE else ""
    shown = tuple(_row(one, names) for one in rows)
    all_of_them = any(one.requested_by != visit.actor.id for one in rows)
    return visit.page(
        "requests/basket.html", pages.Basket(tuple(mine), shown, older, all_of_them, form or Form()), status
    )


def _row(one: views.RequestLine, names: dict[str, str]) -> pages.Row:
    return pages.Row(
        str(one.id), meanings.title(one.deed, one.role, one.scope, one.profile), whom(one),
        names.get(f"person:{one.requested_by}", ""), meanings.STATES[one.state], one.asked_at or one.drafted_at, one.why,
    )  # fmt: skip


def whom(one: views.RequestLine) -> str:
    """For whom a request is, in a few words."""
    return one.name if one.count == 1 else _("%(name)s and %(more)s more", name=one.name, more=one.count - 1)


def _draft(one: views.DraftView) -> pages.Draft:
    found = one.request
    return pages.Draft(
        str(found.id),
        title_of(found),
        found.reason,
        tuple(line_of(line) for line in found.lines),
        meanings.voice(" or ".join(found.owners)),
        tuple(pages.Found(each.line, each.stop, each.why) for each in one.found),
    )


def title_of(found: views.RequestView) -> str:
    """What a request asks, in a heading."""
    deeds, roles = {line.deed for line in found.lines}, {line.role for line in found.lines}
    deed, role = (deeds.pop() if len(deeds) == 1 else "several"), (roles.pop() if len(roles) == 1 else None)
    profiles = {line.profile for line in found.lines}
    return meanings.title(deed, role, found.scope, profiles.pop() if len(profiles) == 1 else "")


def line_of(line: LineView) -> pages.Line:
    """A line in words."""
    return pages.Line(
        line.number,
        meanings.title(line.deed, line.role, line.scope, line.profile),
        line.name,
        f"/people/{line.person_id}" if line.person_id else "",
        line.starts_at,
        line.ends_at,
        line.bound_to or "",
        meanings.OUTCOMES[line.outcome],
        line.why,
        gives=tuple(right(role, line.place) for role in line.roles) if line.profile else (),
        ends=tuple(right(one.role, one.scope) for one in line.ends),
        facts=facts_of(line),
    )


def right(role: str, scope: str) -> str:
    """A role and where it holds, in words."""
    return _("%(role)s, %(place)s", role=frame.role_label(role), place=meanings.place(scope))


def facts_of(line: LineView) -> tuple[tuple[str, str], ...]:
    """Where somebody moves: what is new, in words."""
    if line.deed != "move":
        return ()
    told = [(_("New site"), meanings.place(line.scope))]
    return tuple([*told, (_("New function"), line.new_job)] if line.new_job else told)


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /requests/{id}: what it asks, who has answered, what became of it."""
    found = views.read_request(visit.actor, uuid_of(visit.request.path_params["id"]))
    asked = inbox.read_approval(visit.actor, found.approval_id) if found.approval_id else None
    entries = (
        read_history(visit.actor, ref=f"request:{found.id}") if frame.is_open(visit.actor, "ledger.history") else []
    )
    votes = asked.votes if asked else []
    refs = [f"person:{found.requested_by}", *(f"person:{vote.voter_id}" for vote in votes)]
    names = look_names_up(visit.actor, refs=refs + [f"person:{vote.principal_id}" for vote in votes])
    own = found.requested_by == visit.actor.id
    return visit.page(
        "requests/request.html",
        pages.Request(
            id=str(found.id), title=title_of(found), state=meanings.STATES[found.state], reason=found.reason,
            why=found.why, asker=names.get(f"person:{found.requested_by}", ""), drafted=found.drafted_at,
            asked=found.asked_at, settled=found.settled_at, executed=found.executed_at,
            lines=tuple(line_of(line) for line in found.lines),
            answers=tuple(answered(vote, names) for vote in votes),
            missing=tuple(meanings.voice(name) for name in asked.missing) if asked and found.state == "asked" else (),
            history=sentences.rows(visit.actor, entries),
            may_withdraw=own and "withdraw" in requests.REQUEST_STEPS.possible(found.state),
            question=_question(visit, found), form=form or Form(),
        ),
        status,
    )  # fmt: skip


def _question(visit: Visit, found: views.RequestView) -> str:
    """Where somebody who is asked gives their answer; empty for everybody else."""
    if found.state != "asked" or found.approval_id is None:
        return ""
    waiting = {one.id for one in inbox.approvals_waiting(visit.actor)}
    return f"/approvals/{found.approval_id}" if found.approval_id in waiting else ""


def answered(vote: inbox.VoteView, names: dict[str, str]) -> pages.Answered:
    """An answer in words, with both names where somebody spoke for another."""
    behalf = names.get(f"person:{vote.principal_id}", "") if vote.principal_id != vote.voter_id else ""
    name = names.get(f"person:{vote.voter_id}", "")
    return pages.Answered(
        name, behalf, meanings.voice(vote.role), vote.yes, vote.cast_at, vote.comment, vote.void_reason or ""
    )


def send(visit: Visit) -> Response:
    """POST /requests/send: everything in the basket, each request by itself; what cannot go stays and says why."""
    wanted = visit.field("request")
    mine = [one.request for one in views.read_basket(visit.actor) if wanted in {"", str(one.request.id)}]
    kept: dict[str, str] = {}
    for one in mine:
        try:
            requests.send_request(visit.actor, one.id)
        except Refused as no:
            kept[f"draft-{one.id}"] = no.why
    if kept:
        return basket(visit, Form({}, kept), 422)
    return visit.go("/requests", "asked" if mine else "")


def withdraw(visit: Visit) -> Response:
    """POST /requests/{id}/withdraw."""
    request_id = uuid_of(visit.request.path_params["id"])
    try:
        requests.withdraw_request(visit.actor, request_id, reason=visit.field("reason") or "taken out of the basket")
    except OmniError as error:
        return page(visit, Form(dict(visit.form), problems_of(error)), 422)
    return visit.go("/requests", "done")


def choices(visit: Visit) -> views.Choices:
    """Which profiles and roles may be asked for, and where."""
    found = views.list_choices(visit.actor)
    known = gate.current().scopes
    return found.model_copy(update={"scopes": [scope for scope in found.scopes if scope in known]})


ROUTES = [
    route("/requests", basket),
    route("/requests/send", send, ("POST",)),
    route("/requests/{id}", page),
    route("/requests/{id}/withdraw", withdraw, ("POST",)),
]
