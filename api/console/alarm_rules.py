"""Rules of the alarms: the list, one as a form that can be tried on the lines of last week, switched off with an end. [FW-6]"""

from uuid import UUID

from pydantic import ValidationError
from starlette.responses import Response

from api import formats
from api.console import alarm_words as words
from api.console import frame, sentences, typed_times
from api.console.account import uuid_of
from api.console.pages import alarms as pages
from api.console.pages.frame import Form
from api.console.readings import look_names_up
from api.console.visit import Visit, problems_of, route
from api.words import _
from firewall_audit.alarms import readings, rules, trials
from firewall_audit.alarms.readings import RulePage, RuleView
from firewall_audit.alarms.terms import Terms
from kernel.errors import Conflict, Denied, Malformed, NotFound, Refused
from kernel.frame import malformed

FAULTS = (Refused, Malformed, Conflict, NotFound)
FRESH = {
    "danger": "medium", "group": "src", "at_least": "1", "within": "60", "quiet": "3600", "most_hourly": "20", "before_at_least": "5",
    "steps": "on-call, second-line, security-officer, technical-director",
}  # fmt: skip


def listing(visit: Visit) -> Response:
    """GET /firewalls/alarms/rules."""
    rows = tuple(row_of(visit, one) for one in readings.list_rules(visit.actor))
    return visit.page("firewalls/alarm_rules.html", pages.Rules(rows, frame.is_open(visit.actor, "alarm-rule.add")))


def row_of(visit: Visit, one: RuleView) -> pages.RuleRow:
    """Give a rule as the list shows it."""
    is_off = one.off_until is not None and one.off_until > visit.now
    terms = Terms.model_validate(one.terms)
    return pages.RuleRow(
        str(one.id), one.slug, words.rule_name(one.name), says(terms), words.DANGERS[terms.danger], words.OFF if is_off else words.ON,
        one.alarms, one.off_until if is_off else None, one.off_reason if is_off else "",
    )  # fmt: skip


def says(terms: Terms) -> str:
    """Say in a few words when a rule fires."""
    if terms.told is not None:
        return _(next(one.label for one in words.TOLD if one.value == terms.told))
    what = _(next(one.label for one in words.DISTINCT if one.value == terms.distinct))
    groups = ", ".join(terms.group)
    if terms.before is not None:
        return _("after %(num)s others within %(span)s s, by %(groups)s", num=terms.before_at_least, span=terms.within, groups=groups)  # fmt: skip
    if terms.at_least == 1:
        return _("each one, by %(groups)s", groups=groups)
    return _(
        "%(num)s %(what)s within %(span)s s, by %(groups)s", num=formats.number(terms.at_least), what=what,
        span=formats.number(terms.within), groups=groups,
    )  # fmt: skip


def new_page(visit: Visit) -> Response:
    """GET /firewalls/alarms/rules/new."""
    if not frame.is_open(visit.actor, "alarm-rule.add"):
        raise Denied("You may not write rules of the alarms.", "FW-6")
    return _shown(visit, None, Form(FRESH))


def page(visit: Visit, form: Form | None = None, status: int = 200, off: Form | None = None) -> Response:
    """GET /firewalls/alarms/rules/{id}."""
    return _shown(visit, readings.read_rule(visit.actor, _id(visit)), form, status, off=off)


def _shown(
    visit: Visit, found: RulePage | None, form: Form | None, status: int = 200, *,
    trial: pages.Trial | None = None, off: Form | None = None,
) -> Response:  # fmt: skip
    right = "alarm-rule.revise" if found else "alarm-rule.add"
    if found is None:
        view = pages.Rule(
            form or Form(FRESH), choices=words.CHOICES, trial=trial, may_write=frame.is_open(visit.actor, right)
        )
        return visit.page("firewalls/alarm_rule.html", view, status)
    terms = Terms.model_validate(found.rule.terms)
    values = {**words.fields_of(terms), "slug": found.rule.slug, "name": found.rule.name}
    names = look_names_up(visit.actor, refs=sorted({one.written_by for one in found.versions}))
    view = pages.Rule(
        form or Form(values), row=row_of(visit, found.rule), number=found.rule.number,
        versions=tuple(
            pages.Version(one.number, one.why, sentences.name_of(one.written_by, names), one.written_at)
            for one in found.versions
        ),
        choices=words.CHOICES, trial=trial, may_write=frame.is_open(visit.actor, right), off_form=off or Form(),
    )  # fmt: skip
    return visit.page("firewalls/alarm_rule.html", view, status)


def write(visit: Visit) -> Response:
    """POST /firewalls/alarms/rules/new and /firewalls/alarms/rules/{id}: save it, or try it first."""
    found = readings.read_rule(visit.actor, _id(visit)) if "id" in visit.request.path_params else None
    sent = {name: visit.field(name) for name in words.FIELDS}
    try:
        terms = Terms.model_validate(words.terms_of(sent))
        if visit.field("do") == "try":
            return _shown(visit, found, Form(sent), trial=_tried(visit, terms))
        if found is None:
            rules.add_rule(visit.actor, slug=sent["slug"], name=sent["name"], terms=terms, why=sent["why"])
        else:
            rules.revise(
                visit.actor, found.rule.id, name=sent["name"], terms=terms, why=sent["why"],
                number=int(visit.field("number") or 0),
            )  # fmt: skip
    except ValidationError as error:
        return _shown(visit, found, Form(sent, problems_of(_named(error))), 422)
    except FAULTS as error:
        return _shown(visit, found, Form(sent, problems_of(error)), 422)
    return visit.go("/firewalls/alarms/rules", "done")


def _named(error: ValidationError) -> Malformed:
    """Name each fault by its field in the form: `look.src.0` is `src`, `before.src.0` is `before_src`."""
    told = malformed(error)
    faults = [type(one)(_field(one.field), one.why) for one in told.faults]
    return Malformed(told.why, faults)


def _field(name: str) -> str:
    begin = words.BEFORE if name.startswith("before.") else ""
    return begin + name.removeprefix("look.").removeprefix("before.").partition(".")[0] or "name"


def _tried(visit: Visit, terms: Terms) -> pages.Trial:
    one = trials.try_rule(visit.actor, terms=terms, days=7)
    rows = tuple((each.at, each.about, each.count) for each in one.first)
    return pages.Trial(one.days, one.fired, one.again, one.looked, one.is_whole, rows)


def switch(visit: Visit) -> Response:
    """POST /firewalls/alarms/rules/{id}/{verb}: off until a day, or on."""
    verb = visit.request.path_params["verb"]
    sent = {name: visit.field(name) for name in ("reason", "until")}
    try:
        if verb == "off":
            until = typed_times.read_day(sent["until"], "until", more=1)
            rules.switch_off(visit.actor, _id(visit), reason=sent["reason"], until=until)
        elif verb == "on":
            rules.switch_on(visit.actor, _id(visit))
        else:
            raise NotFound("There is no such step.")
    except (Refused, Malformed, Conflict) as error:
        return page(visit, None, 422, Form(sent, problems_of(error)))
    return visit.go(f"/firewalls/alarms/rules/{_id(visit)}", "done")


def _id(visit: Visit) -> UUID:
    return uuid_of(visit.request.path_params["id"])


ROUTES = [
    route("/firewalls/alarms/rules", listing),
    route("/firewalls/alarms/rules/new", new_page),
    route("/firewalls/alarms/rules/new", write, ("POST",)),
    route("/firewalls/alarms/rules/{id}", page),
    route("/firewalls/alarms/rules/{id}", write, ("POST",)),
    route("/firewalls/alarms/rules/{id}/{verb}", switch, ("POST",)),
]
