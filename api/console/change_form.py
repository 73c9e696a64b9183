"""Drafting and editing a change: one form, errors beside their fields, nothing typed is lost, nobody's words are overwritten unseen. [CC-1]"""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

import changecontrol
from api.console import change_fields as fields
from api.console import change_words as words
from api.console import frame, typed_times
from api.console.account import uuid_of
from api.console.change_diff import Spoken, differences, facts_of
from api.console.learning_tables import titles_of
from api.console.pages import change_form as pages
from api.console.pages.changes import Differs
from api.console.pages.frame import Choice, Form
from api.console.readings import look_names_up
from api.console.sent import Limits
from api.console.visit import Visit, route
from api.words import N_
from changecontrol import contents, readings, systems, templates
from changecontrol.readings import ChangePage
from changecontrol.states import FROZEN
from firewall_audit import devices
from kernel import gate
from kernel.db import HOUSE
from kernel.errors import Conflict, Denied, Fault, Malformed, NotFound, Refused, StepUpNeeded
from policy import book

MODELS = ("normal", "standard", "emergency")
RIGHTS = {"normal": "change.draft", "standard": "change.draft", "emergency": "emergency.raise"}
LEADS = {
    "normal": N_("It is a draft until you hand it in; then it is assessed, tested and put before those who decide."),
    "standard": N_("The template was authorised before. Say what is of this time alone."),
    "emergency": N_("It is before the technical director as soon as you send it. Its papers follow within the time the book gives."),
}  # fmt: skip
EVERYTHING = frozenset(contents.Content.model_fields)
TEMPLATES_WORD = N_("This is the template's word; whatever says otherwise is a normal change.")
AUTHORISED = N_(
    "Whatever you edit here beyond the marked fields voids the approvals and puts the change before everybody again."
)
WORKING = N_(
    "Work has begun: an edit stops it, takes the right on its systems back, and puts the change before everybody again."
)
STEP_UP = N_(
    "Show your second factor again, in the window that the link opens; then send this form once more. Nothing is lost."
)
OWN = N_("Who asked for the change edits it.")
NOTHING = N_("Nothing says otherwise than before.")
MANY = Limits(form=1_048_576, fields=1200)
"""Texts of a change at their longest, and every system of a large register."""
PAGE = 500
MOST_PAGES = 10


def new_page(visit: Visit, form: Form | None = None, status: int = 200, *, step_up: bool = False) -> Response:
    """GET /changes/new."""
    open_to = [one for one in MODELS if frame.is_open(visit.actor, RIGHTS[one])]
    if not open_to:
        raise Denied("none of your roles gives change.draft", "CC-1")
    model = visit.field("model") if visit.field("model") in open_to else open_to[0]
    if model == "emergency" and form is None:
        _fresh_factor(visit)
    listed = templates.list_templates(visit.actor) if model == "standard" else []
    template = next((one for one in listed if str(one.id) == visit.field("template")), listed[0] if listed else None)
    kept = form or Form({"kind": "change", "risk": "medium"})
    ids = set(template.content["systems"]) if template else None
    frozen = EVERYTHING - templates.FREE if model == "standard" else frozenset()
    spoken = Spoken({}, {}, visit.now)
    view = _view(
        visit, kept, model, open_ids=ids,
        title=words.MODELS[model], above=N_("Draft a change"), lead=LEADS[model], action="/changes/new", back="/changes",
        models=tuple(Choice(one, words.MODELS[one]) for one in open_to),
        templates=tuple(Choice(str(one.id), one.title) for one in listed),
        frozen=frozen, standing=facts_of({k: v for k, v in template.content.items() if k in frozen}, spoken) if template else (),
        submit="" if model == "standard" and template is None else N_("Raise the emergency") if model == "emergency" else N_("Keep as draft"),
        hidden=(("model", model), ("normalises", visit.field("normalises")), *((("template", str(template.id)),) if template else ())),
        step_up=step_up,
    )  # fmt: skip
    return visit.page("changes/form.html", view, status)


def _fresh_factor(visit: Visit) -> None:
    """Have the second factor shown before anything is typed. Raises StepUpNeeded."""
    found = gate.may(visit.actor, RIGHTS["emergency"], HOUSE)
    if found.condition == "step-up":
        raise StepUpNeeded(found.why, found.clause)


def _view(visit: Visit, form: Form, model: str, *, open_ids: set[str] | None = None, **more: Any) -> pages.Edit:
    chosen = set(fields.chosen(form.values, "person-"))
    names = look_names_up(visit.actor, refs=[f"person:{one}" for one in sorted(chosen)][:100])
    return pages.Edit(
        model=model, form=form, zone=typed_times.zone_name(),
        kinds=tuple(Choice(name, label) for name, label in words.KINDS.items()),
        risks=tuple(Choice(name, one.word) for name, one in words.RISKS.items()),
        systems=_systems(visit, set(fields.chosen(form.values, "system-")), open_ids),
        people=tuple(pages.PersonChoice(one, names[f"person:{one}"]) for one in sorted(chosen) if f"person:{one}" in names),
        devices=_devices(visit, form), device_rows=fields.rows_of(form.values) + 1,
        courses=_courses(visit, fields.named_courses(form.values)),
        wanted=frozenset(_beside(name) for name in contents.required(model, "submit")), **more,
    )  # fmt: skip


def _beside(name: str) -> str:
    return "starts_at" if name == "window" else name


def _systems(visit: Visit, chosen: set[str], only: set[str] | None) -> tuple[pages.SystemChoice, ...]:
    """The register, what is ticked first; of a template, its own systems alone."""
    if not frame.is_open(visit.actor, "system.list"):
        return ()
    found: list[systems.SystemView] = []
    for _page in range(MOST_PAGES):
        more = systems.list_systems(visit.actor, after=found[-1].slug if found else "", limit=PAGE)
        found += more
        if len(more) < PAGE:
            break
    rows = [
        pages.SystemChoice(
            str(one.id), one.label, one.slug, words.ENVIRONMENTS[one.environment], one.function, str(one.id) in chosen
        )
        for one in found
        if only is None or str(one.id) in only
    ]
    return tuple(sorted(rows, key=lambda one: (not one.chosen, one.slug)))


def _devices(visit: Visit, form: Form) -> tuple[Choice, ...]:
    """The devices of the register by name; one that is named already stays to be chosen."""
    named = {form.value(f"{fields.DEVICE}{row}") for row in range(fields.rows_of(form.values))} - {""}
    known = {}
    if frame.is_open(visit.actor, "network-device.list"):
        known = {
            f"device:{one.slug}": f"{one.name} ({one.slug})" for one in devices.list_devices(visit.actor, limit=PAGE)
        }
    return (Choice("", N_("No device")), *(Choice(ref, known.get(ref, ref)) for ref in sorted({*known, *named})))


def _courses(visit: Visit, chosen: Sequence[str]) -> tuple[pages.CourseChoice, ...]:
    """The courses in force by their titles, what is ticked first; one that is ticked and no longer in force stays to be seen."""
    titles = dict.fromkeys(chosen, "") | titles_of(visit.actor)
    rows = [pages.CourseChoice(slug, title, slug in chosen) for slug, title in titles.items()]
    return tuple(sorted(rows, key=lambda one: (not one.chosen, one.title.casefold(), one.slug)))


def add(visit: Visit) -> Response:
    """POST /changes/new."""
    model = visit.field("model") if visit.field("model") in MODELS else MODELS[0]
    told, wrong = fields.said(visit, EVERYTHING if model != "standard" else templates.FREE)
    try:
        made = _made(visit, model, told, wrong)
    except StepUpNeeded:
        return new_page(visit, _kept(visit, told, {"": STEP_UP}), 422, step_up=True)
    except (Refused, Malformed, Conflict, NotFound) as error:
        return new_page(visit, _kept(visit, told, fields.placed(error) | wrong), 422)
    return visit.go(f"/changes/{made.id}", "done")


def _made(visit: Visit, model: str, told: dict[str, Any], wrong: Mapping[str, str]) -> Any:
    """Draft or raise it. Raises Malformed where a field could not be read, naming whatever else is wrong as well."""
    _check(told, wrong)
    if model == "emergency":
        return changecontrol.raise_emergency(visit.actor, content=told)  # type: ignore[arg-type]  # checked by the action
    named = {name: uuid_of(visit.field(field)) for name, field in (("template_id", "template"), ("normalises_id", "normalises")) if visit.field(field)}  # fmt: skip
    return changecontrol.draft_change(visit.actor, content=told, **named)  # type: ignore[arg-type]  # checked by the action


def _check(told: Mapping[str, Any], wrong: Mapping[str, str]) -> None:
    """Raise Malformed for what the form alone shows to be wrong, so that everything is told at once."""
    if wrong:
        contents.checked(told)
        raise Malformed("Something on this form cannot be read.", [Fault(name, why) for name, why in wrong.items()])


def _kept(visit: Visit, told: Mapping[str, Any], problems: Mapping[str, str]) -> Form:
    """The form as it was typed; names that were found are ticked, and only what was not found is still to be read."""
    values = dict(visit.form) | {f"person-{one}": "on" for one in told.get("implementers", ())}
    if "implementers" not in problems:
        values["implementers"] = ""
    return Form(values, {name: why for name, why in problems.items() if why})


def edit_page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /changes/{id}/edit."""
    found = readings.read_change(visit.actor, uuid_of(visit.request.path_params["id"]))
    return visit.page("changes/form.html", _edit(visit, found, form), status)


def _edit(visit: Visit, found: ChangePage, form: Form | None) -> pages.Edit:
    change = found.change
    may = "revise" in found.edits
    if not may and change.state not in FROZEN:
        raise Denied(OWN, "CC-1")
    base = _base(found, form)
    kept = form or Form(fields.typed(found.content))
    frozen, why = _frozen(found, may=may)
    keeps = change.state in {"authorise", "scheduled"}
    clerical = frozenset(book.requirement("change.authorise").clerical)
    warning = AUTHORISED if keeps else WORKING if change.state == "implementing" and may else ""
    return _view(
        visit, kept, change.model, open_ids=set(found.content["systems"]) if not may else None,
        title=change.title, above=change.number, lead="", action=f"/changes/{change.id}/edit", back=f"/changes/{change.id}",
        frozen=frozen, frozen_why=why, warning=warning, clerical=clerical if keeps else frozenset(), wants_reason=keeps,
        meanwhile=_meanwhile(visit, found, base), submit=N_("Save") if may else "",
        hidden=(("revision", str(change.revision)), ("base", str(base))),
    )  # fmt: skip


def _frozen(found: ChangePage, *, may: bool) -> tuple[frozenset[str], str]:
    """Which fields stand as they are, and why."""
    if not may:
        return EVERYTHING, N_("What this change says stands as it is.")
    if found.change.template_id is not None:
        return EVERYTHING - templates.FREE, TEMPLATES_WORD
    if found.change.state == "implementing":
        clerical = frozenset(book.requirement("change.authorise").clerical)
        return clerical & EVERYTHING, N_("While the work goes on, only what changes the work itself is edited.")
    return frozenset(), ""


def _base(found: ChangePage, form: Form | None) -> int:
    """The revision from which this form was begun; the one that stands where the form does not say one that there is."""
    number = (form.value("base") if form else "") or str(found.change.revision)
    known = {str(one.number): one.number for one in found.revisions}
    return known.get(number, found.change.revision)


def _of(found: ChangePage, number: int) -> dict[str, Any]:
    return next(one.content for one in found.revisions if one.number == number)


def _meanwhile(visit: Visit, found: ChangePage, base: int) -> tuple[Differs, ...]:
    """What was written since the form was opened, in words."""
    if base == found.change.revision:
        return ()
    old, new = _of(found, base), found.content
    refs = [f"person:{one}" for one in sorted({*old["implementers"], *new["implementers"]})]
    said = Spoken(look_names_up(visit.actor, refs=refs), {str(one.id): one.label for one in found.systems}, visit.now)
    return differences(old, new, said)


def save(visit: Visit) -> Response:
    """POST /changes/{id}/edit: only what was edited here is sent, so that what somebody else wrote meanwhile stays."""
    change_id = uuid_of(visit.request.path_params["id"])
    found = readings.read_change(visit.actor, change_id)
    frozen, _why = _frozen(found, may="revise" in found.edits)
    told, wrong = fields.said(visit, EVERYTHING - frozen)
    try:
        base = _of(found, _base(found, Form(dict(visit.form))))
        _check(base | told, wrong)
        changecontrol.revise_change(
            visit.actor, change_id, fields=_edited(visit, told, base), revision=_number(visit.field("revision")),
            reason=visit.field("reason_of_edit").strip() or None,
        )  # fmt: skip
    except (Refused, Malformed, Conflict, NotFound) as error:
        problems = fields.placed(error) | wrong
        if error.why.startswith("A clerical edit"):
            problems = {"reason_of_edit": error.why}
        return edit_page(visit, _kept(visit, told, problems), 409 if isinstance(error, Conflict) else 422)
    return visit.go(f"/changes/{change_id}", "done")


def _edited(visit: Visit, told: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fields that say something else than the revision the form was begun from; a time that was not touched keeps its seconds.

    Raises Malformed for what no change can say; Refused where nothing says otherwise.
    """
    shown = fields.typed(base)
    still = {name for name in fields.WINDOW if name in told and fields.untouched(visit.form, shown, name)}
    plain = contents.checked({**base, **told, **{name: base[name] for name in still}}).plain()
    edited = {name: plain.get(name, {}) for name in told if plain.get(name, {}) != base.get(name, {})}
    if not edited:
        raise Refused(None, NOTHING)
    return edited


def _number(text: str) -> int:
    """The revision that was on the screen. Raises Conflict where the form does not say."""
    if not text.isdigit():
        raise Conflict("It was changed meanwhile; read it again before you edit it.")
    return int(text[:9])


ROUTES = [
    route("/changes/new", new_page),
    route("/changes/new", add, ("POST",), limits=MANY),
    route("/changes/{id}/edit", edit_page),
    route("/changes/{id}/edit", save, ("POST",), limits=MANY),
]
