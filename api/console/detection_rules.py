"""Imported detection rules: handed in, tried over a past week, switched on until a day by the security officer. [FW-3]"""

from datetime import date, datetime, timedelta
from uuid import UUID

from starlette.responses import Response

from api.console import frame, sentences
from api.console.account import uuid_of
from api.console.pages import detection_rules as pages
from api.console.pages.firewall_reviews import Line
from api.console.pages.frame import Form, State
from api.console.readings import look_names_up
from api.console.review_words import DANGERS
from api.console.sent import Limits
from api.console.visit import Visit, problems_of, route
from api.words import N_, P_
from firewall_audit.sigma import library, readings
from firewall_audit.sigma.documents import MOST_BYTES
from firewall_audit.sigma.readings import RulePage, RuleView, VersionView
from kernel.errors import Conflict, Fault, Malformed, Refused
from policy import book
from policy.local_time import local, midnight

ON, OFF, ENDED = State(P_("rule", "On"), "green"), State(P_("rule", "Off"), "grey"), State(N_("Ended"), "amber")
BAD_DAY = N_("Write a day as 2026-11-23.")


def listing(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/rules."""
    rows = tuple(_row(one) for one in readings.list_rules(visit.actor))
    view = pages.Rules(rows, MOST_BYTES, frame.is_open(visit.actor, "detection-rule.take"), form or Form())
    return visit.page("firewalls/rules.html", view, status)


def _row(one: RuleView) -> pages.Row:
    newer = one.is_on and one.on_version != one.versions
    return pages.Row(
        str(one.id),
        one.title,
        DANGERS[one.danger],
        _state(one),
        one.versions,
        one.on_until if one.is_on else None,
        newer,
    )


def _state(one: RuleView) -> State:
    if one.is_on:
        return ON
    return ENDED if one.on_until else OFF


def take(visit: Visit) -> Response:
    """POST /firewalls/rules: a file of rules, or their text."""
    text = visit.field("text")
    try:
        sent = visit.file("file")
        found = library.take_rules(visit.actor, text=sent.decode("utf-8", "replace") if sent else text)
    except (Malformed, Refused) as error:
        return listing(visit, Form({"text": text}, problems_of(error)), 422)
    one = found.rules[0]
    return visit.go(f"/firewalls/rules/{one.id}" if len(found.rules) == 1 else "/firewalls/rules", "done")


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/rules/{id}."""
    found = readings.read_rule(visit.actor, _id(visit))
    refs = {one.taken_by for one in found.versions} | ({f"person:{found.rule.on_by}"} if found.rule.on_by else set())
    names = look_names_up(visit.actor, refs=sorted(refs))
    may_see = frame.is_open(visit.actor, "detection-version.lines")
    newest = found.versions[0]
    lines = readings.read_lines(visit.actor, newest.id) if may_see and newest.tried_events else []
    days = timedelta(days=book.number("FW-3", "longest_rule_days"))
    view = pages.Rule(
        str(found.rule.id), found.rule.key, found.rule.title, _state(found.rule), tuple(_version(one, found, names) for one in found.versions),
        tuple(Line(one.place, one.text or "") for one in lines), found.rule.on_until,
        sentences.name_of(f"person:{found.rule.on_by}", names) if found.rule.on_by else "", visit.now + days,
        frame.is_open(visit.actor, "detection-version.try"), frame.is_open(visit.actor, "detection-version.switch-on"),
        form or Form({"until": f"{local(visit.now):%Y-%m-%d}"}),
    )  # fmt: skip
    return visit.page("firewalls/rule.html", view, status)


def _version(one: VersionView, found: RulePage, names: dict[str, str]) -> pages.Version:
    return pages.Version(
        str(one.id), one.number, DANGERS[one.danger], sentences.name_of(one.taken_by, names), one.taken_at, one.text, one.digest,
        found.rule.is_on and found.rule.on_version == one.number, one.tried_at, one.tried_since, one.tried_until, one.tried_events,
        one.tried_subjects,
    )  # fmt: skip


def try_version(visit: Visit) -> Response:
    """POST /firewalls/rules/{id}/try: over the seven days before the end of a day."""
    try:
        until = min(_after(visit, "until"), visit.now)
        library.try_version(visit.actor, uuid_of(visit.field("version")), until=until)
    except (Malformed, Refused, Conflict) as error:
        return page(visit, Form(dict(visit.form), problems_of(error)), 422)
    return visit.go(f"/firewalls/rules/{_id(visit)}", "done")


def switch_on(visit: Visit) -> Response:
    """POST /firewalls/rules/{id}/on."""
    try:
        library.switch_on(visit.actor, uuid_of(visit.field("version")), until=_after(visit, "end"))
    except (Malformed, Refused) as error:
        return page(visit, Form(dict(visit.form), problems_of(error)), 422)
    return visit.go(f"/firewalls/rules/{_id(visit)}", "done")


def switch_off(visit: Visit) -> Response:
    """POST /firewalls/rules/{id}/off."""
    try:
        library.switch_off(visit.actor, _id(visit))
    except Conflict as error:
        return page(visit, Form({}, {"": error.why}), 409)
    return visit.go(f"/firewalls/rules/{_id(visit)}", "done")


def _after(visit: Visit, name: str) -> datetime:
    """Read a day and give the moment when it is over in the house. Raises Malformed."""
    try:
        return midnight(date.fromisoformat(visit.field(name)) + timedelta(days=1))
    except (ValueError, OverflowError):
        raise Malformed(BAD_DAY, [Fault(name, BAD_DAY)]) from None


def _id(visit: Visit) -> UUID:
    return uuid_of(visit.request.path_params["id"])


def most_bytes() -> int:
    """Bytes of a file of rules."""
    return MOST_BYTES


ROUTES = [
    route("/firewalls/rules", listing),
    route("/firewalls/rules", take, ("POST",), limits=Limits(form=2 * MOST_BYTES, file=most_bytes)),
    route("/firewalls/rules/{id}", page),
    route("/firewalls/rules/{id}/try", try_version, ("POST",)),
    route("/firewalls/rules/{id}/on", switch_on, ("POST",)),
    route("/firewalls/rules/{id}/off", switch_off, ("POST",)),
]
