"""Awareness for who cares for it: the reminder that stands on every desk, trials and how they went, reported breaches. [TR-8, TR-9]"""

from contextlib import suppress

from starlette.responses import Response

from api.console import breaches as reporting
from api.console import frame
from api.console.account import uuid_of
from api.console.pages import awareness as pages
from api.console.pages.frame import Form, State
from api.console.readings import look_names_up
from api.console.visit import Visit, problems_of, route
from api.words import N_
from kernel.errors import Conflict, Malformed, Refused
from training.awareness import breaches, phishing, reminders

TRIALS = {
    "draft": State(N_("Draft"), "grey"),
    "asked": State(N_("Waits for approval"), "amber"),
    "running": State(N_("Being sent"), "blue"),
    "refused": State(N_("Not approved"), "red"),
    "withdrawn": State(N_("Taken back"), "grey"),
    "sent": State(N_("Sent"), "green"),
}
BREACHES = {"open": State(N_("Open"), "amber"), "closed": State(N_("Closed"), "green")}


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /awareness."""
    may = {right: frame.is_open(visit.actor, right) for right in ("phishing.outcome", "breach.list")}
    view = pages.Awareness(
        form=form or Form(), reminder=reminder_of(visit),
        may_remind=frame.is_open(visit.actor, "awareness.remind"), may_plan=frame.is_open(visit.actor, "phishing.plan"),
        may_close=frame.is_open(visit.actor, "breach.close"),
        trials=_trials(visit) if may["phishing.outcome"] or not any(may.values()) else None,
        breaches=_breaches(visit) if may["breach.list"] else None,
    )  # fmt: skip
    return visit.page("training/awareness.html", view, status)


def reminder_of(visit: Visit) -> pages.Reminder | None:
    """The reminder that stands now, in the reader's language; None before the first."""
    found = reminders.current_reminder(visit.actor)
    if found is None:
        return None
    return pages.Reminder(str(found.id), found.text[visit.language], found.given_at, found.seen_at)


def unread(visit: Visit) -> pages.Reminder | None:
    """The reminder that stands now where the reader has not said that they read it, for desks and lists of courses."""
    if not frame.is_open(visit.actor, "awareness.current"):
        return None
    found = reminder_of(visit)
    return found if found is not None and found.seen is None else None


def _trials(visit: Visit) -> tuple[pages.TrialRow, ...]:
    return tuple(
        pages.TrialRow(
            id=str(one.id), subject=one.subject[visit.language], place=frame.place_label(one.scope), at=one.planned_at,
            state=TRIALS[one.state], sent=one.sent, followed=one.followed, reported=one.reported,
            draft=one.state == "draft", waits=one.state in {"draft", "asked"},
        )
        for one in phishing.outcomes(visit.actor)
    )  # fmt: skip


def _breaches(visit: Visit) -> tuple[pages.BreachRow, ...]:
    found = breaches.list_breaches(visit.actor)
    names = look_names_up(visit.actor, refs=list({f"person:{one.reporter_id}" for one in found}))
    return tuple(
        pages.BreachRow(
            id=str(one.id), kind=reporting.NAMES[one.kind], told=one.told,
            who=names.get(f"person:{one.reporter_id}", ""), at=one.reported_at, state=BREACHES[one.state],
            open=one.state == "open", outcome=one.outcome or "",
        )
        for one in found
    )  # fmt: skip


def remind(visit: Visit) -> Response:
    """POST /awareness/reminder: it stands on every desk from now."""
    sent = {name: visit.field(name) for name in ("text_en", "text_fr")}
    try:
        reminders.give_reminder(visit.actor, text={code: sent[f"text_{code}"].strip() for code in ("en", "fr")})
    except (Refused, Malformed) as error:
        why = next(iter(problems_of(error).values()))
        return page(visit, Form(sent, {"text_en": why}), 422)
    return visit.go("/awareness", "saved")


def seen(visit: Visit) -> Response:
    """POST /awareness/seen: I have read it; then back to where I was."""
    with suppress(Conflict):  # pressed twice is once
        reminders.note_seen(visit.actor, uuid_of(visit.field("reminder")))
    return visit.go(visit.next)


def close(visit: Visit) -> Response:
    """POST /awareness/breaches/{id}/close: with what came of it."""
    key = visit.request.path_params["id"]
    try:
        breaches.close_breach(visit.actor, uuid_of(key), outcome=visit.field("outcome"))
    except (Refused, Malformed) as error:
        why = next(iter(problems_of(error).values()))
        return page(visit, Form({f"outcome-{key}": visit.field("outcome")}, {f"outcome-{key}": why}), 422)
    return visit.go("/awareness", "done")


ROUTES = [
    route("/awareness", page),
    route("/awareness/reminder", remind, ("POST",)),
    route("/awareness/seen", seen, ("POST",)),
    route("/awareness/breaches/{id}/close", close, ("POST",)),
]
