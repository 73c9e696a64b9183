"""Elevations: asked for, taken up, ended, and what was done under them, for review. [AC-5]"""

from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from api.console import frame, sentences, typed_times
from api.console.account import uuid_of
from api.console.pages import elevations as pages
from api.console.pages.frame import Choice, Form, HistoryRow, State
from api.console.readings import look_names_up
from api.console.visit import Visit, problems_of, route
from api.words import N_, plural
from iam.privileged import elevations, standing
from iam.privileged import reviews as elevation_reviews
from iam.privileged.elevations import ElevationView
from iam.privileged.reviews import Deed
from kernel.actor import Actor
from kernel.errors import Conflict, Malformed, NotFound, Refused
from policy import book

STATES = {
    "asked": State(N_("Waits for approval"), "amber"),
    "granted": State(N_("Approved"), "green"),
    "refused": State(N_("Refused"), "red"),
    "dropped": State(N_("Not taken up"), "grey"),
    "active": State(N_("Active"), "purple"),
    "ended": State(N_("To be reviewed"), "amber"),
    "reviewed": State(N_("Reviewed"), "grey"),
}
VERDICTS = {"in-order": State(N_("In order"), "green"), "questioned": State(N_("Questioned"), "red")}


def listing(visit: Visit) -> Response:
    """GET /elevations."""
    return visit.page("elevations/elevations.html", _page(visit, Form({"hours": "2"})))


def _page(visit: Visit, form: Form) -> pages.Elevations:
    found = elevations.list_elevations(visit.actor)
    names = look_names_up(visit.actor, refs=sorted({f"person:{one.person_id}" for one in found}))
    roles = tuple(Choice(role, frame.role_label(role)) for role in standing.names("AC-5", "elevation_roles"))
    longest = book.number("AC-5", "longest_hours")
    hours = tuple(
        Choice(str(n), plural("%(num)s hour", "%(num)s hours", n)) for n in (1, 2, 4, 8, 12, 24) if n <= longest
    )
    return pages.Elevations(tuple(_row(visit, one, names) for one in found), form, roles, hours)


def _row(visit: Visit, one: ElevationView, names: dict[str, str]) -> pages.ElevationRow:
    mine = one.person_id == visit.actor.id
    return pages.ElevationRow(
        id=str(one.id),
        who=sentences.name_of(f"person:{one.person_id}", names),
        role=frame.role_label(one.role),
        scope=frame.place_label(one.scope),
        bound_to=one.bound_to,
        reason=one.reason,
        start=one.taken_at or one.starts_at,
        end=one.ended_at or one.ends_at,
        state=STATES[one.state],
        may_take_up=mine and one.state == "granted" and one.starts_at <= visit.now < one.ends_at,
        may_end=one.state in {"asked", "granted", "active"} and (mine or frame.is_open(visit.actor, "elevation.deeds")),
        has_deeds=one.taken_at is not None,
    )


def ask(visit: Visit) -> Response:
    """POST /elevations."""
    sent = {
        name: visit.field(name).strip()[:600]
        for name in ("role", "bound_to", "reason", "start", "start_which", "hours")
    }
    hours = int(sent["hours"][:6]) if sent["hours"].isdecimal() else 0
    try:
        start = typed_times.read_time(sent, "start")
        elevations.ask_elevation(
            visit.actor,
            role=sent["role"],
            bound_to=sent["bound_to"],
            reason=sent["reason"],
            start=start,
            until=_until(start or visit.now, hours),
        )
    except (Refused, Malformed, Conflict, NotFound) as error:
        return visit.page("elevations/elevations.html", _page(visit, Form(sent, problems_of(error))), 422)
    return visit.go("/elevations", "done")


def _until(begins: datetime, hours: int) -> datetime:
    """Some hours after it begins; where the calendar ends, it ends too, and the action says that this is too long."""
    try:
        return begins + timedelta(hours=min(hours, 1000))
    except OverflowError:
        return begins


def take_up(visit: Visit) -> Response:
    """POST /elevations/{id}/take-up."""
    elevations.take_up(visit.actor, uuid_of(visit.request.path_params["id"]))
    return visit.go("/elevations", "done")


def end(visit: Visit) -> Response:
    """POST /elevations/{id}/end."""
    elevations.end_elevation(
        visit.actor, uuid_of(visit.request.path_params["id"]), reason=visit.field("reason") or "ended by hand"
    )
    return visit.go("/elevations", "done")


def deeds(visit: Visit) -> Response:
    """GET /elevations/{id}."""
    return _deeds(visit, Form())


def _deeds(visit: Visit, form: Form, status: int = 200) -> Response:
    elevation_id = uuid_of(visit.request.path_params["id"])
    after = visit.field("after")[:18]
    told = elevation_reviews.list_deeds(visit.actor, elevation_id, after=int(after) if after.isdecimal() else 0)
    one = elevations.read_elevation(visit.actor, elevation_id)
    refs = {
        f"person:{one.person_id}",
        f"person:{one.reviewed_by}",
        *(deed.target for deed in told.deeds if deed.target),
    }
    names = look_names_up(visit.actor, refs=sorted(refs)[:1000])
    may_review = one.state == "ended" and one.person_id != visit.actor.id
    shown = pages.Deeds(
        id=str(one.id),
        who=sentences.name_of(f"person:{one.person_id}", names),
        role=frame.role_label(one.role),
        bound_to=one.bound_to,
        reason=one.reason,
        start=one.taken_at or one.starts_at,
        end=one.ended_at,
        state=STATES[one.state],
        rows=told_rows(visit.actor, one.person_id, told.deeds, names),
        total=told.total,
        form=form,
        more=f"/elevations/{one.id}?after={told.deeds[-1].place}" if told.more else "",
        may_review=may_review and not told.approved and frame.is_open(visit.actor, "elevation.deeds"),
        approved=may_review and told.approved,
        verdict=VERDICTS.get(one.verdict or ""),
        reviewer=names.get(f"person:{one.reviewed_by}", "") if one.reviewed_by else "",
        remark=one.remark,
    )
    return visit.page("elevations/deeds.html", shown, status)


def told_rows(actor: Actor, person_id: Any, done: list[Deed], names: dict[str, str]) -> tuple[HistoryRow, ...]:
    """Deeds as the lines of a history; what only the privileged role allowed carries the shield."""
    return tuple(
        HistoryRow(
            index=deed.index if frame.is_open(actor, "ledger.read") else None,
            sentence=sentences.sentence(
                {"actor": f"person:{person_id}", "action": deed.action, "target": deed.target, "outcome": deed.outcome},
                names,
            ),
            at=deed.at,
            icon="shield" if deed.by_role else sentences.icon_of(deed.action),
            outcome=sentences.OUTCOMES.get(deed.outcome, sentences.OUTCOMES["unknown"]),
            refused=deed.outcome not in sentences.FINE,
        )
        for deed in done
    )


def review(visit: Visit) -> Response:
    """POST /elevations/{id}/review."""
    elevation_id = uuid_of(visit.request.path_params["id"])
    sent = {"verdict": visit.field("verdict"), "remark": visit.field("remark").strip()}
    seen = visit.field("seen")[:9]
    try:
        elevation_reviews.review_elevation(
            visit.actor,
            elevation_id,
            verdict=sent["verdict"],  # type: ignore[arg-type]  # checked by the action's own model
            remark=sent["remark"],
            seen=int(seen) if seen.isdecimal() else 0,
        )
    except (Refused, Malformed, Conflict) as error:
        return _deeds(visit, Form(sent, problems_of(error)), 422)
    return visit.go("/elevations", "done")


ROUTES = [
    route("/elevations", listing),
    route("/elevations", ask, ("POST",)),
    route("/elevations/{id}", deeds),
    route("/elevations/{id}/take-up", take_up, ("POST",)),
    route("/elevations/{id}/end", end, ("POST",)),
    route("/elevations/{id}/review", review, ("POST",)),
]
