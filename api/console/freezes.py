"""Freezes: declared in a form, listed with what each meets, and lifted before their time. [CC-1]"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from starlette.responses import Response

from api.console import change_fields as fields
from api.console import frame, typed_times
from api.console.account import uuid_of
from api.console.learning_tables import names_of
from api.console.pages import freezes as pages
from api.console.pages.frame import Choice, Form, State
from api.console.visit import Visit, problems_of, route
from api.words import N_, _
from changecontrol import freezes, schedule
from changecontrol.freezes import FreezeView
from kernel import gate
from kernel.db import HOUSE
from kernel.errors import Conflict, Fault, Malformed, NotFound, Refused

SENT = ("title", "about", "starts_at", "starts_at_which", "ends_at", "ends_at_which")
NOW, COMING, OVER, LIFTED = (
    State(N_("In force"), "red"), State(N_("To come"), "amber"), State(N_("Over"), "grey"), State(N_("Lifted"), "grey")
)  # fmt: skip
KINDS = {
    "system": N_("System"), "site": N_("Site"), "client": N_("Client"), "campaign": N_("Campaign"), "team": N_("Team"),
}  # fmt: skip
WHEN = N_("Say when it begins and when it ends.")
TITLE = N_("A title has 5 to 160 signs.")


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /changes/freezes."""
    past = visit.field("past") == "1"
    found = freezes.list_freezes(visit.actor, past=past)
    if past:
        found.reverse()
    names = names_of(visit.actor, (one.declared_by for one in found))
    held, lifts = _held(visit, found), frame.is_open(visit.actor, "freeze.lift")
    may_declare, kept = frame.is_open(visit.actor, "freeze.declare"), form or Form({"about": HOUSE})
    view = pages.Freezes(
        tuple(_row(visit, one, found, names, held.get(one.id, ()), lifts=lifts) for one in found),
        past, may_declare, kept, _places() if may_declare else (), typed_times.zone_name(),
    )  # fmt: skip
    return visit.page("changes/freezes.html", view, status)


def _row(
    visit: Visit,
    one: FreezeView,
    found: Sequence[FreezeView],
    names: Mapping[UUID, str],
    held: tuple[pages.Held, ...],
    *,
    lifts: bool,
) -> pages.Row:
    state = _state(visit, one)
    lives = state in {NOW, COMING}
    meets = tuple(
        each.title for each in found
        if lives and each.id != one.id and _state(visit, each) in {NOW, COMING}
        and each.starts_at < one.ends_at and one.starts_at < each.ends_at
    )  # fmt: skip
    return pages.Row(
        str(one.id), one.title, frame.place_label(one.about), one.starts_at, one.ends_at,
        names.get(one.declared_by, ""), state, held, meets, one.lifted_at, may_lift=lives and lifts,
    )  # fmt: skip


def _state(visit: Visit, one: FreezeView) -> State:
    if one.lifted_at is not None:
        return LIFTED
    if one.ends_at <= visit.now:
        return OVER
    return NOW if one.starts_at <= visit.now else COMING


def _held(visit: Visit, found: Sequence[FreezeView]) -> dict[UUID, tuple[pages.Held, ...]]:
    """Give the planned changes that each freeze holds, within the time that a calendar shows."""
    lives = [one for one in found if one.lifted_at is None and one.ends_at > visit.now]
    if not lives:
        return {}
    begin = min(one.starts_at for one in lives)
    end = min(max(one.ends_at for one in lives), begin + timedelta(days=schedule.MOST_DAYS))
    shown = schedule.calendar(visit.actor, starts_at=begin, ends_at=end, limit=1000)
    changes = {one.id: one for one in shown.changes}
    held: dict[UUID, tuple[pages.Held, ...]] = {}
    for one in lives:
        met = [
            changes[each.change_id]
            for each in shown.clashes
            if (each.kind, each.name, each.starts_at, each.ends_at) == ("freeze", one.title, one.starts_at, one.ends_at)
        ]
        held[one.id] = tuple(pages.Held(each.number, each.starts_at, each.ends_at) for each in met if each.starts_at and each.ends_at)  # fmt: skip
    return held


def _places() -> tuple[Choice, ...]:
    """Where nothing may be changed: the house first, then everything else that has a name."""
    rest = (
        Choice(scope, f"{_(KINDS[kind])}: {frame.place_label(scope)}" if kind in KINDS else frame.place_label(scope))
        for scope in gate.current().scopes
        if (kind := scope.partition(":")[0]) != HOUSE
    )
    return (Choice(HOUSE, N_("The whole house")), *sorted(rest, key=lambda one: one.label))


def declare(visit: Visit) -> Response:
    """POST /changes/freezes."""
    try:
        begins, ends = _window(visit)
        freezes.declare_freeze(
            visit.actor, title=visit.field("title"), starts_at=begins, ends_at=ends, about=visit.field("about") or HOUSE
        )
    except (Malformed, Refused, NotFound) as error:
        problems = dict(problems_of(error))
        if "title" in problems:
            problems["title"] = TITLE
        if isinstance(error, NotFound):
            problems = {"about": error.why}
        elif isinstance(error, Refused):
            problems = {"ends_at": error.why}
        return page(visit, Form({name: visit.field(name) for name in SENT}, problems), 422)
    return visit.go("/changes/freezes", "done")


def _window(visit: Visit) -> tuple[datetime, datetime]:
    """Read both times on the house's clock. Raises Malformed, naming each field that says none."""
    wrong: dict[str, str] = {}
    begins, ends = (fields.time_of(visit.form, name, wrong) for name in fields.WINDOW)
    if wrong or begins is None or ends is None:
        told = wrong or {("ends_at" if begins else "starts_at"): WHEN}
        raise Malformed(WHEN, [Fault(name, why) for name, why in told.items()])
    return begins, ends


def lift(visit: Visit) -> Response:
    """POST /changes/freezes/{id}/lift."""
    try:
        freezes.lift_freeze(visit.actor, uuid_of(visit.request.path_params["id"]))
    except Conflict as error:
        return page(visit, Form({"about": HOUSE}, problems_of(error)), 409)
    return visit.go("/changes/freezes", "done")


ROUTES = [
    route("/changes/freezes", page),
    route("/changes/freezes", declare, ("POST",)),
    route("/changes/freezes/{id}/lift", lift, ("POST",)),
]
