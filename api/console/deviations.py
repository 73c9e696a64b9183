"""Deviations: the board by kind, owner and age; one case, and what may be done about it. [AC-7, AC-8, AC-9]"""

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from api.console import frame, sentences, typed_times
from api.console.account import uuid_of
from api.console.deviation_words import CORRECTIONS, KINDS, MEANINGS
from api.console.pages import deviations as pages
from api.console.pages.frame import Choice, Form, State
from api.console.readings import look_names_up
from api.console.visit import Visit, problems_of, route
from api.words import N_, P_, _
from iam.deviations import cases
from iam.deviations.cases import AT_ONCE, DeviationView
from iam.directory import corrections, registry
from kernel.errors import Conflict, Malformed, NotFound, Refused
from kernel.ledger.browse import read_history
from policy import waivers

STATES = {
    "open": State(N_("Open"), "amber"),
    "accepted": State(N_("Accepted"), "blue"),
    "corrected": State(N_("Corrected"), "green"),
    "closed": State(P_("deviation", "Closed"), "grey"),
}
STANDINGS = {
    "current": State(P_("directory", "Answers"), "green"),
    "new": State(N_("Not asked yet"), "grey"),
    "slow": State(N_("Slow"), "amber"),
    "down": State(N_("Does not answer"), "red"),
    "untrusted": State(N_("Not to be trusted"), "red"),
    "refused": State(N_("Refuses us"), "red"),
    "let-be": State(N_("Left alone"), "grey"),
}
CHOICES = (Choice("live", N_("Not settled")), *(Choice(name, one.word) for name, one in STATES.items()))
FACTS = {
    "name": N_("Account"),
    "registered": N_("Name in the registry"),
    "of": N_("Group"),
    "attributes": N_("What differs"),
    "since": N_("Since"),
    "status": N_("In the registry"),
    "place": N_("Place"),
    "line": N_("Line"),
}
"""What of a finding is shown, and how it is called."""


def board(visit: Visit) -> Response:
    """GET /deviations."""
    state, kind = visit.field("state") or "live", visit.field("kind")
    is_mine = visit.field("mine") == "1"
    asked: dict[str, Any] = {"state": state if state in {one.value for one in CHOICES} else "live"}
    if kind in KINDS:
        asked["kind"] = kind
    if is_mine:
        asked["owner_id"] = visit.actor.id
    found = cases.list_deviations(visit.actor, **asked, **_after(visit.field("after")))
    names = look_names_up(visit.actor, refs=[f"person:{one.owner_id}" for one in found if one.owner_id])
    rows = tuple(_row(one, names, visit.now) for one in found)
    view = pages.Board(
        form=Form({"state": asked["state"], "kind": asked.get("kind", ""), "mine": "1" if is_mine else ""}),
        kinds=tuple(Choice(name, label) for name, label in KINDS.items()),
        states=CHOICES,
        rows=rows,
        late=sum(row.late for row in rows),
        directories=_standings(visit),
        filtered=is_mine or bool(asked.get("kind")) or asked["state"] != "live",
        older=f"/deviations?{_next(asked, found[-1])}" if len(found) == AT_ONCE else "",
    )
    return visit.page("deviations/deviations.html", view)


def _after(text: str) -> dict[str, Any]:
    """Read from where a page goes on; anything else begins at the top."""
    try:
        return {"after": datetime.fromisoformat(text).astimezone(UTC)} if text else {}
    except (ValueError, OverflowError):
        return {}


def _next(asked: dict[str, Any], last: DeviationView) -> str:
    more = "".join(f"&{name}={value}" for name, value in asked.items() if name in {"state", "kind"})
    return f"after={last.due_at.isoformat().replace('+', '%2B')}{more}"


def _row(one: DeviationView, names: dict[str, str], now: datetime) -> pages.Row:
    return pages.Row(
        str(one.id), KINDS.get(one.kind, one.kind), str(one.detail.get("name") or one.detail.get("place") or ""),
        one.platform or "", sentences.name_of(f"person:{one.owner_id}", names) if one.owner_id else "", one.found_at,
        one.due_at, one.state == "open" and one.due_at <= now, STATES[one.state],
    )  # fmt: skip


def _standings(visit: Visit) -> tuple[pages.Standing, ...]:
    if not frame.is_open(visit.actor, "directory.list"):
        return ()
    return tuple(
        pages.Standing(one.platform, STANDINGS[one.state if one.active else "let-be"], one.why, one.full_at)
        for one in registry.list_directories(visit.actor)
    )


def case(visit: Visit) -> Response:
    """GET /deviations/{id}."""
    return _case(visit, Form())


def _case(visit: Visit, form: Form, status: int = 200) -> Response:
    case_id = uuid_of(visit.request.path_params["id"])
    found = cases.read_deviation(visit.actor, case_id)
    ref = f"deviation:{case_id}"
    entries = read_history(visit.actor, ref=ref) if frame.is_open(visit.actor, "ledger.history") else []
    owner = f"person:{found.owner_id}"
    names = sentences.names_for(visit.actor, entries) | look_names_up(
        visit.actor, refs=[owner] if found.owner_id else []
    )
    is_others = found.person_id is None or found.person_id != visit.actor.id
    may = {
        name: is_others and frame.is_open(visit.actor, f"deviation.{name}") for name in ("correct", "accept", "close")
    }
    is_live = found.state in {"open", "accepted"}
    view = pages.Case(
        id=str(found.id),
        kind=KINDS.get(found.kind, found.kind),
        meaning=MEANINGS.get(found.kind, ""),
        name=str(found.detail.get("name") or found.detail.get("place") or ""),
        state=STATES[found.state],
        platform=found.platform or "",
        clause=found.clause,
        facts=tuple((label, _told(found.detail[name])) for name, label in FACTS.items() if found.detail.get(name)),
        person_href=f"/people/{found.person_id}"
        if found.person_id and frame.is_open(visit.actor, "person.read")
        else "",
        owner=sentences.name_of(owner, names) if found.owner_id else "",
        found=found.found_at,
        due=found.due_at,
        late=found.state == "open" and found.due_at <= visit.now,
        history=tuple(sentences.row(entry, names) for entry in entries),
        form=form,
        asked=found.asked_at if is_live else None,
        fault=found.fault or "",
        waiver=str(found.waiver_id or ""),
        settled=found.settled_at,
        how=found.how or "",
        correction=CORRECTIONS.get(found.kind, "") if may["correct"] and corrections.can_correct(found) else "",
        may_accept=may["accept"] and found.state == "open",
        may_close=may["close"] and is_live,
        until=found.accepted_until,
        may_end=is_others and found.state == "accepted" and frame.is_open(visit.actor, "waiver.end"),
    )
    return visit.page("deviations/deviation.html", view, status)


def _told(value: object) -> str:
    words = {"given_name": N_("first name"), "family_name": N_("family name"), "mail": N_("mail")}
    if isinstance(value, list):
        return ", ".join(_(words.get(str(one), str(one))) for one in value)
    return str(value)


def correct(visit: Visit) -> Response:
    """POST /deviations/{id}/correct."""
    case_id = uuid_of(visit.request.path_params["id"])
    corrections.correct_deviation(visit.actor, case_id)
    return visit.go(f"/deviations/{case_id}", "correcting")


def accept(visit: Visit) -> Response:
    """POST /deviations/{id}/accept."""
    case_id = uuid_of(visit.request.path_params["id"])
    sent = {"reason": visit.field("reason"), "compensation": visit.field("compensation")}
    try:
        cases.accept_deviation(visit.actor, case_id, **sent, ends_at=_end_of(visit.field("ends_at")))
    except (Refused, Malformed, Conflict) as error:
        return _case(visit, Form({**sent, "ends_at": visit.field("ends_at")}, problems_of(error)), 422)
    return visit.go(f"/deviations/{case_id}", "asked-waiver")


def _end_of(day: str) -> datetime:
    """Return the end of a day as a browser sends it. Raises Malformed for anything else."""
    return typed_times.read_day(day, "ends_at", more=1)


def end(visit: Visit) -> Response:
    """POST /deviations/{id}/end: the waiver that accepted it ends now, and the case is open again."""
    case_id = uuid_of(visit.request.path_params["id"])
    found = cases.read_deviation(visit.actor, case_id)
    if found.waiver_id is None:
        raise NotFound("Nothing accepts this case.")
    try:
        waivers.end_waiver(visit.actor, found.waiver_id, reason=visit.field("why"))
    except (Refused, Malformed, Conflict) as error:
        return _case(visit, Form({"why": visit.field("why")}, problems_of(error)), 422)
    return visit.go(f"/deviations/{case_id}", "done")


def close(visit: Visit) -> Response:
    """POST /deviations/{id}/close."""
    case_id = uuid_of(visit.request.path_params["id"])
    try:
        cases.end_deviation(visit.actor, case_id, how=visit.field("how"))
    except (Refused, Malformed, Conflict) as error:
        return _case(visit, Form({"how": visit.field("how")}, problems_of(error)), 422)
    return visit.go(f"/deviations/{case_id}", "done")


ROUTES = [
    route("/deviations", board),
    route("/deviations/{id}", case),
    route("/deviations/{id}/correct", correct, ("POST",)),
    route("/deviations/{id}/accept", accept, ("POST",)),
    route("/deviations/{id}/end", end, ("POST",)),
    route("/deviations/{id}/close", close, ("POST",)),
]
