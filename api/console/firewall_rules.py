"""The rules of one firewall: findings with what becomes of them, the readable listing, and which rule decides of a packet. [FW-1, FW-5]"""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from api.console import frame, sentences
from api.console import rule_words as words
from api.console.account import uuid_of
from api.console.configurations import ACTIONS
from api.console.named import person_named
from api.console.pages import firewall_rules as pages
from api.console.pages.frame import Choice, Form, State
from api.console.readings import look_names_up
from api.console.visit import Visit, problems_of, route
from api.words import N_, _
from firewall_audit.analyses import answers
from firewall_audit.analyses import pages as readings
from firewall_audit.analyses.pages import Deciding, RuleLine
from firewall_audit.analyses.views import AnalysisView, FindingView
from firewall_audit.rulesets.findings import IMPACTS
from kernel.errors import Conflict, Denied, Fault, Malformed, NotFound, Refused
from policy import book
from policy.local_time import local, midnight

SHOWN, BARS, MOST_PAGES = 100, 12, 10_000
HOOKS = (Choice("forward", N_("through the device")), Choice("input", N_("to the device itself")), Choice("output", N_("from the device itself")))  # fmt: skip
CHOICES = (
    Choice("waiting", N_("Waiting for an answer")), Choice("all", N_("All that stand")), *(Choice(one, words.IMPACTS[one].word) for one in IMPACTS), Choice("gone", N_("Gone")),
)  # fmt: skip
ASKED = ("source", "destination", "protocol", "port", "incoming", "hook")


def page(visit: Visit) -> Response:
    """GET /firewalls/{id}/rules."""
    shown = visit.field("show") if visit.field("show") in {one.value for one in CHOICES} else "waiting"
    found = readings.read_analysis(visit.actor, _id(visit), gone=shown == "gone")
    rows = [one for one in found.findings if _fits(one, shown)]
    view = pages.Rules(
        str(found.device_id), found.name, found.slug, found.number, _analysis(found.analysis) if found.analysis else None, Form({"show": shown}), CHOICES,
        tuple(_finding(one) for one in rows[:SHOWN]), len(rows), found.gone, found.number is not None and (found.analysis is None or found.analysis.number != found.number),
    )  # fmt: skip
    return visit.page("firewalls/judged.html", view)


def _fits(one: FindingView, shown: str) -> bool:
    if shown == "waiting":
        return one.state in {"open", "to-mend"}
    return shown in {"all", "gone"} or one.impact == shown


def _finding(one: FindingView) -> pages.Finding:
    return pages.Finding(
        str(one.id), words.NAMES[one.kind], words.sentence(one.kind, one.detail), words.IMPACTS[one.impact], words.STATES[one.state], one.filter, one.line, one.text,
        tuple(_rule(each) for each in one.because), max(0, one.count - len(one.because)) if one.because else 0, one.first_at, one.until or one.due_at,
    )  # fmt: skip


def _rule(one: list[Any]) -> str:
    name, rule, line, text = one
    return _("line %(line)s: %(text)s", line=line, text=text) if rule else _("the default of %(name)s", name=name)


def _analysis(one: AnalysisView) -> pages.Analysis:
    uses = tuple(_use(each) for each in one.usage)
    known = max((each.rules for each in uses), default=0)
    return pages.Analysis(
        one.number, one.made_at, f"{one.took_ms / 1000:.1f}", one.complete, words.WHY.get(one.why, ""), tuple(words.piece(name) for name in one.not_looked), one.rules,
        one.inexact, one.unweighed, one.unread, tuple(f"{line}: {what}" if line else what for line, what in one.unmodelled), tuple(one.not_judged), tuple(one.stopped),
        sum(one.counts.values()), uses, max(0, one.rules - known),
    )  # fmt: skip


def _use(told: dict[str, Any]) -> pages.Use:
    since, until = datetime.fromisoformat(told["since"]), datetime.fromisoformat(told["until"])
    hits = sorted(
        ((f"{name} {rule}", count) for name, rules in told["hits"].items() for rule, count in rules.items()),
        key=lambda one: -one[1],
    )
    bars = tuple(pages.Bar(name, count, f"{count}") for name, count in hits[:BARS] if count)
    return pages.Use(words.SOURCES.get(told["source"], told["source"]), since, until, (until - since).days, len(hits), sum(not count for _name, count in hits), bars)  # fmt: skip


def finding(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/rule-findings/{id}."""
    one = readings.read_finding(visit.actor, _id(visit))
    told = one.finding
    refs = [f"person:{who}" for who in (told.answered_by, told.mender_id) if who]
    names = look_names_up(visit.actor, refs=refs)
    view = pages.FindingPage(
        _finding(told), str(told.device_id), one.device_name, tuple(_rule(each) for each in told.because), told.reason,
        sentences.name_of(f"person:{told.answered_by}", names) if told.answered_by else "", told.answered_at,
        sentences.name_of(f"person:{told.mender_id}", names) if told.mender_id else "", told.change_ref.removeprefix("change:"), told.last_at, told.first_number,
        told.state != "gone" and frame.is_open(visit.actor, "rule-finding.answer"), told.state in {"explained", "accepted", "to-mend"},
        visit.now + timedelta(days=book.number("FW-1", "longest_accept_days")), (), form or Form(),
    )  # fmt: skip
    return visit.page("firewalls/rule_finding.html", view, status)


def answer(visit: Visit) -> Response:
    """POST /firewalls/rule-findings/{id}."""
    sent: dict[str, Any] = {name: visit.field(name) for name in ("answer", "reason", "until", "mender", "change")}
    try:
        if sent["answer"] == "reopen":
            answers.reopen_finding(visit.actor, _id(visit), reason=sent["reason"])
        else:
            mends = sent["answer"] == "to-mend"
            answers.answer_finding(
                visit.actor, _id(visit), answer=sent["answer"], reason=sent["reason"], until=None if sent["answer"] == "explained" else _until(sent["until"]),
                mender_id=person_named(visit, "mender") if mends else None, change=sent["change"] if mends else "",
            )  # fmt: skip
    except (Refused, Malformed, Conflict, NotFound) as error:
        return finding(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/firewalls/{readings.read_finding(visit.actor, _id(visit)).finding.device_id}/rules", "done")


def _until(text: str) -> datetime:
    """Read the last day of an answer: it holds until that day is over in the house. Raises Malformed."""
    try:
        return midnight(date.fromisoformat(text) + timedelta(days=1))
    except (ValueError, OverflowError):
        why = N_("Write a day as 2026-11-23.")
        raise Malformed(why, [Fault("until", why)]) from None


def listing(visit: Visit) -> Response:
    """GET /firewalls/{id}/rules/listing."""
    id, sought = _id(visit), visit.field("words").strip()[:120]  # noqa: A001 - the field's own name
    told = visit.field("page")
    number = min(int(told), MOST_PAGES) if told.isdecimal() and len(told) < 10 and int(told) else 1  # noqa: PLR2004 digits
    found = readings.list_rules(visit.actor, id, words=sought, page=number)

    def place(other: int) -> str:
        return f"/firewalls/{id}/rules/listing?{urlencode({'words': sought, 'page': other})}"

    names = look_names_up(
        visit.actor, refs=sorted({one.owner for one in found.rules if one.owner.startswith("person:")})
    )
    owns = frame.is_open(visit.actor, "rule-owner.give")
    view = pages.Listing(
        str(id), found.name, found.number, sought, found.found, tuple(_line(one, names, _owning(id, one) if owns else "") for one in found.rules), place(number - 1) if number > 1 else "",
        place(number + 1) if number * readings.TOGETHER < found.found else "",
    )  # fmt: skip
    return visit.page("firewalls/rule_listing.html", view)


def _owning(id: UUID, one: RuleLine) -> str:  # noqa: A002 - the field's own name
    return f"/firewalls/{id}/rules/owner?{urlencode({'filter': one.filter, 'rule': one.id})}"


def _line(one: RuleLine, names: dict[str, str], owning: str = "") -> pages.Line:
    owner = sentences.name_of(one.owner, names) if one.owner.startswith("person:") else one.owner
    return pages.Line(
        one.filter, one.place, one.line, ACTIONS.get(one.action, State(one.action, "grey")), tuple(one.traffic), one.more, owner, one.ticket, one.ends_at, one.logs,
        not one.enabled, tuple(one.unmodelled), one.comment, one.text, owning,
    )  # fmt: skip


def owner(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/{id}/rules/owner: who answers for one rule."""
    id, filter_, rule = _id(visit), visit.field("filter"), visit.field("rule")  # noqa: A001
    if not frame.is_open(visit.actor, "rule-owner.give"):
        raise Denied("You may not say who answers for a rule.", "FW-1")
    found = readings.list_rules(visit.actor, id, filter=filter_[:300], rule=rule[:300])
    if not rule or not found.rules:
        raise NotFound("There is no such rule in the configuration that the device runs now.")
    one = found.rules[0]
    names = look_names_up(visit.actor, refs=[one.owner] if one.owner.startswith("person:") else [])
    row = _line(one, names)
    held = {
        "owner": row.owner if one.registered else "", "ticket": row.ticket, "purpose": one.purpose,
        "until": f"{local(row.ends - timedelta(seconds=1)):%Y-%m-%d}" if row.ends else "",
    }  # fmt: skip
    back = f"/firewalls/{id}/rules/listing"
    view = pages.Owning(str(id), found.name, back, one.id, row, one.registered, form or Form(held))
    return visit.page("firewalls/rule_owner.html", view, status)


def give_owner(visit: Visit) -> Response:
    """POST /firewalls/{id}/rules/owner: name it, or take the entry out."""
    device_id = _id(visit)
    sent = {name: visit.field(name) for name in ("filter", "rule", "owner", "ticket", "until", "purpose")}
    which = {"filter": sent["filter"], "rule": sent["rule"]}
    try:
        if visit.field("drop"):
            answers.drop_owner(visit.actor, device_id, **which)
        else:
            answers.give_owner(
                visit.actor, device_id, **which, owner_id=person_named(visit, "owner"), ticket=sent["ticket"], purpose=sent["purpose"],
                until=_until(sent["until"]) if sent["until"] else None,
            )  # fmt: skip
    except (Refused, Malformed, Conflict) as error:
        return owner(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/firewalls/{device_id}/rules/listing?{urlencode({'words': sent['ticket'][:60]})}", "saved")


def ask(visit: Visit) -> Response:
    """GET /firewalls/{id}/rules/ask: what decides of a packet."""
    id = _id(visit)  # noqa: A001
    sent: dict[str, Any] = {name: visit.field(name).strip()[:120] for name in ASKED}
    asked = bool(sent["source"] or sent["destination"] or sent["port"])
    sent["protocol"], sent["hook"] = sent["protocol"] or "tcp", sent["hook"] or "forward"
    name = readings.list_rules(visit.actor, id, page=MOST_PAGES).name if not asked else ""
    problems: dict[str, str] = {}
    lists: list[Deciding] = []
    if asked:
        try:
            told = readings.what_decides(visit.actor, id, **sent)
            lists, name = told.lists, told.name
        except Malformed as error:
            problems = {name or "source": why for name, why in problems_of(error).items()} or {"source": error.why}
    view = pages.Question(
        str(id), name, Form(sent, problems), HOOKS, asked and not problems, tuple(_list(one) for one in lists)
    )
    return visit.page("firewalls/rule_question.html", view, 422 if problems else 200)


def _list(one: Deciding) -> pages.List:
    rows = tuple(
        pages.Decides(ACTIONS.get(each.effect, State(each.effect, "grey")), each.line, each.text, each.packets, each.default) for each in one.answers
    )  # fmt: skip
    return pages.List(one.filter, ", ".join(one.applied or ()), rows, one.more, tuple(one.doubtful), one.undecided)


def _id(visit: Visit) -> UUID:
    return uuid_of(visit.request.path_params["id"])


ROUTES = [
    route("/firewalls/rule-findings/{id}", finding),
    route("/firewalls/rule-findings/{id}", answer, ("POST",)),
    route("/firewalls/{id}/rules", page),
    route("/firewalls/{id}/rules/listing", listing),
    route("/firewalls/{id}/rules/ask", ask),
    route("/firewalls/{id}/rules/owner", owner),
    route("/firewalls/{id}/rules/owner", give_owner, ("POST",)),
]
