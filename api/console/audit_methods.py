"""The method of the audit: its versions, what differs from the one in force, writing one and putting it before the technical director. [FW-5]"""

from uuid import UUID

from starlette.responses import Response

from api.console import audit_words as words
from api.console import frame
from api.console.account import uuid_of
from api.console.firewall_audits import FAULTS
from api.console.pages import firewall_audits as pages
from api.console.pages.frame import Choice, Form
from api.console.sent import Limits
from api.console.visit import Visit, problems_of, route
from api.words import N_, _, language
from firewall_audit.audits import methods, readings
from firewall_audit.audits.checklist import Point
from firewall_audit.audits.methods import MethodView
from kernel import gate
from kernel.errors import Malformed, NotFound

NEW_ROWS = 2
"""Empty rows of the form, for points to be added."""
DOINGS = {"ask": methods.ask_method, "recall": methods.recall_method, "withdraw": methods.withdraw_method}
SITE = "site:"
NOT_A_COUNT = N_("Write a whole number.")


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/audit-method, and /firewalls/audit-method/{id}: the newest version, or one of them."""
    found = readings.list_methods(visit.actor)
    key = visit.request.path_params.get("id")
    chosen = next((one for one in found if key is None or str(one.id) == key), None)
    if key is not None and chosen is None:
        raise NotFound("There is no such version.")
    return visit.page("firewalls/audit_method.html", view_of(visit, found, chosen, form or Form()), status)


def view_of(visit: Visit, found: list[MethodView], chosen: MethodView | None, form: Form) -> pages.Method:
    """Make the page of the method."""
    rows = tuple(
        pages.MethodRow(
            str(one.id), one.number, words.METHOD_STATES[one.state], one.written_at, one.approved_at, one is chosen
        )
        for one in found
    )
    may = frame.is_open(visit.actor, "audit-method.draft")
    begin = may and not any(one.state in {"draft", "asked"} for one in found)
    if chosen is None:
        return pages.Method(rows, may_begin=begin, form=form)
    other = next((one for one in found if one.state == "approved" and one.number < chosen.number), None)
    other = other or next((one for one in found if one.number == chosen.number - 1), None)
    return pages.Method(
        rows=rows, id=str(chosen.id), number=chosen.number, state=words.METHOD_STATES[chosen.state], text=chosen.text, tools=tuple(chosen.tools),
        sample_rules=chosen.sample_rules, sample_days=chosen.sample_days, points=tuple(_point(one) for one in chosen.points),
        sites=tuple(frame.place_label(one) for one in chosen.sites), chosen=_ticked(form) if form.problems else tuple(one.removeprefix(SITE) for one in chosen.sites),
        places=tuple(Choice(one.removeprefix(SITE), frame.place_label(one)) for one in sorted(gate.current().scopes) if one.startswith(SITE)),
        areas=tuple(Choice(area, name) for area, name in words.AREAS.items()),
        dangers=tuple(Choice(name, state.word) for name, state in words.DANGERS.items()), digest=chosen.digest,
        differences=tuple(differences(other, chosen)) if other else (), against=other.number if other else 0, may_begin=begin,
        may_write=may and chosen.state == "draft", may_recall=may and chosen.state == "asked", form=form,
    )  # fmt: skip


def _ticked(form: Form) -> tuple[str, ...]:
    """Give the short names of the sites that were chosen."""
    return tuple(sorted(one.removeprefix("site-") for one in form.values if one.startswith("site-")))


def _point(one: Point) -> pages.MethodPoint:
    return pages.MethodPoint(
        one.code, words.AREAS[one.area], one.ask, one.how, words.TOOLS.get(one.tool, ""), one.danger
    )


def differences(old: MethodView, new: MethodView) -> list[pages.Difference]:
    """Tell what differs between two versions: the words, the counts, the tools, each point."""
    told = [pages.Difference("~", _("The text")) for _one in (1,) if old.text != new.text]
    counts = (
        (_("Rules drawn"), old.sample_rules, new.sample_rules),
        (_("Days drawn"), old.sample_days, new.sample_days),
    )
    told += [pages.Difference("~", f"{name}: {was} → {now}") for name, was, now in counts if was != now]
    told += [pages.Difference("+", one) for one in new.tools if one not in old.tools]
    told += [pages.Difference("-", one) for one in old.tools if one not in new.tools]
    if old.sites != new.sites:
        told.append(pages.Difference("~", f"{_('Sites')}: {_places(old)} → {_places(new)}"))
    before, after = {one.code: one for one in old.points}, {one.code: one for one in new.points}
    told += [pages.Difference("-", f"{code} · {one.ask}") for code, one in before.items() if code not in after]
    for code, one in after.items():
        if code not in before:
            told.append(pages.Difference("+", f"{code} · {one.ask}"))
        elif one != before[code]:
            told.append(pages.Difference("~", f"{code} · {one.ask}"))
    return told


def _places(one: MethodView) -> str:
    return ", ".join(map(frame.place_label, one.sites)) or _("every site")


def begin(visit: Visit) -> Response:
    """POST /firewalls/audit-method."""
    made = methods.draft_method(visit.actor, language="fr" if language() == "fr" else "en")
    return visit.go(f"/firewalls/audit-method/{made.id}", "done")


def write(visit: Visit) -> Response:
    """POST /firewalls/audit-method/{id}: keep what was written; a point without a question goes."""
    found = readings.read_method(visit.actor, _id(visit))
    try:
        methods.revise_method(
            visit.actor, _id(visit), text=visit.field("text"), tools=[one for one in visit.field("tools").splitlines() if one.strip()],
            sample_rules=_count(visit.field("sample_rules")), sample_days=_count(visit.field("sample_days")), points=_points(visit, found),
            sites=[f"{SITE}{one}" for one in _ticked(Form(dict(visit.form)))],
        )  # fmt: skip
    except FAULTS as error:
        return page(visit, Form(dict(visit.form), problems_of(error)), 422)
    return visit.go(f"/firewalls/audit-method/{_id(visit)}", "saved")


def _points(visit: Visit, found: MethodView) -> list[Point]:
    told = []
    for one in found.points:
        ask, how = visit.field(f"ask-{one.code}").strip(), visit.field(f"how-{one.code}").strip()
        if ask:
            told.append(
                {**one.model_dump(), "ask": ask, "how": how, "danger": visit.field(f"danger-{one.code}") or one.danger}
            )
    taken = {one.code for one in found.points}
    for place in range(NEW_ROWS):
        ask, area = visit.field(f"ask-new-{place}").strip(), visit.field(f"area-new-{place}")
        if ask and area in words.AREAS:
            stem = "admin" if area == "administration" else area
            code = next(f"{stem}-{n}" for n in range(1, 100) if f"{stem}-{n}" not in taken)
            taken.add(code)
            told.append(
                {
                    "code": code,
                    "area": area,
                    "ask": ask,
                    "how": visit.field(f"how-new-{place}").strip(),
                    "danger": "medium",
                }
            )
    try:
        return [Point.model_validate(one) for one in told]
    except ValueError:
        raise Malformed("Each point asks something and says how it is checked, in 5 to 500 characters.") from None


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):  # noqa: PLR2004 - more than anybody draws
        raise Malformed(NOT_A_COUNT)
    return int(text)


def move(visit: Visit) -> Response:
    """POST /firewalls/audit-method/{id}/{verb}: put it before the technical director, take it back, give it up."""
    doing = DOINGS.get(visit.request.path_params["verb"])
    if doing is None:
        raise NotFound("There is no such answer.")
    try:
        doing(visit.actor, _id(visit))
    except FAULTS as error:
        return page(visit, Form({}, problems_of(error)), 422)
    return visit.go(f"/firewalls/audit-method/{_id(visit)}", "asked" if doing is methods.ask_method else "done")


def _id(visit: Visit) -> UUID:
    return uuid_of(visit.request.path_params["id"])


MANY = Limits(form=1_048_576, fields=1200)
ROUTES = [
    route("/firewalls/audit-method", page),
    route("/firewalls/audit-method", begin, ("POST",)),
    route("/firewalls/audit-method/{id}", page),
    route("/firewalls/audit-method/{id}", write, ("POST",), limits=MANY),
    route("/firewalls/audit-method/{id}/{verb}", move, ("POST",)),
]
