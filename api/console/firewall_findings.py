"""A finding with its lines and what is said of it; reports of what is dangerous or persistent, and their answers. [FW-3, FW-4]"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api import formats
from api.console import frame, sentences
from api.console.account import uuid_of
from api.console.firewall_reviews import finding_of
from api.console.pages import firewall_reviews as pages
from api.console.pages.frame import Form, State
from api.console.readings import look_names_up
from api.console.review_words import DANGERS, WHY
from api.console.said_findings import said
from api.console.visit import Visit, problems_of, route
from api.words import N_, P_
from firewall_audit.review import readings, reports, reviews
from firewall_audit.review.readings import LineView, ReportPage
from firewall_audit.review.views import FindingView
from kernel.errors import Conflict, Fault, Malformed, NotFound, Refused
from policy import book
from policy.local_time import midnight

WAITS, ANSWERED = State(P_("report", "Waits for an answer"), "amber"), State(N_("Answered"), "green")


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/findings/{id}."""
    found = readings.read_one(visit.actor, _id(visit))
    lines = readings.read_finding(visit.actor, _id(visit))
    names = look_names_up(visit.actor, refs=[f"person:{found.disposed_by}"] if found.disposed_by else [])
    longest = visit.now + timedelta(days=book.number("FW-3", "longest_accept_days"))
    view = pages.FindingPage(
        finding=finding_of(found), review=str(found.review_id), about=found.about, reason=said(found.reason), first=found.first_at,
        last=found.last_at, sources=tuple(found.sources), figures=_figures(found), lines=_lines(lines), remark=found.remark,
        until=found.until, incident=found.incident or "",
        by=sentences.name_of(f"person:{found.disposed_by}", names) if found.disposed_by else "", at=found.disposed_at, longest=longest,
        may_answer=frame.is_open(visit.actor, "log-finding.dispose") and readings.is_open(visit.actor, found.review_id),
        form=form or Form(),
    )  # fmt: skip
    return visit.page("firewalls/finding.html", view, status)


def _figures(found: FindingView) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.replace("_", " "), formats.number(value) if isinstance(value, int) else str(value))
        for name, value in found.figures.items()
    )


def _lines(lines: list[LineView]) -> tuple[pages.Line, ...]:
    return tuple(pages.Line(one.place, one.text or "") for one in lines)


def _id(visit: Visit) -> UUID:
    return uuid_of(visit.request.path_params["id"])


def dispose(visit: Visit) -> Response:
    """POST /firewalls/findings/{id}."""
    sent: dict[str, Any] = {name: visit.field(name) for name in ("disposition", "remark", "until", "incident")}
    try:
        reviews.dispose(
            visit.actor, _id(visit), disposition=sent["disposition"], remark=sent["remark"],
            until=_until(sent) if sent["disposition"] == "accepted" else None,
            incident=sent["incident"] if sent["disposition"] == "incident" else None,
        )  # fmt: skip
    except (Refused, Malformed, Conflict, NotFound) as error:
        return page(visit, Form(sent, problems_of(error)), 422)
    found = readings.read_one(visit.actor, _id(visit))
    return visit.go(f"/firewalls/reviews/{found.review_id}#findings", "done")


def _until(sent: dict[str, str]) -> datetime:
    """Read the last day of an acceptance: it holds until that day is over in the house. Raises Malformed."""
    try:
        return midnight(date.fromisoformat(sent["until"]) + timedelta(days=1))
    except (ValueError, OverflowError):
        why = N_("Write a day as 2026-11-23.")
        raise Malformed(why, [Fault("until", why)]) from None


def listing(visit: Visit) -> Response:
    """GET /firewalls/reports."""
    found = readings.list_reports(visit.actor)
    return visit.page("firewalls/reports.html", pages.Reports(tuple(_row(visit, one) for one in found)))


def _row(visit: Visit, one: ReportPage) -> pages.ReportRow:
    is_open = one.report.state == "open"
    return pages.ReportRow(
        str(one.report.id), said(one.finding.title), WHY[one.report.why], DANGERS[one.finding.danger], one.report.reported_at, one.due_at,
        is_open and one.due_at is not None and one.due_at <= visit.now, WAITS if is_open else ANSWERED,
    )  # fmt: skip


def report(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/reports/{id}."""
    found = readings.read_report(visit.actor, _id(visit))
    told = found.report
    names = look_names_up(visit.actor, refs=[f"person:{told.answered_by}"] if told.answered_by else [])
    view = pages.Report(
        row=_row(visit, found), finding=str(found.finding.id), reason=said(found.finding.reason), count=found.finding.count,
        first=found.finding.first_at, last=found.finding.last_at, lines=_lines(readings.read_finding(visit.actor, found.finding.id)),
        answer=told.answer, answered=told.answered_at,
        answered_by=sentences.name_of(f"person:{told.answered_by}", names) if told.answered_by else "",
        may_answer=told.state == "open" and frame.is_open(visit.actor, "finding-report.answer"), form=form or Form(),
    )  # fmt: skip
    return visit.page("firewalls/report.html", view, status)


def answer(visit: Visit) -> Response:
    """POST /firewalls/reports/{id}."""
    sent = {"answer": visit.field("answer")}
    try:
        reports.answer_report(visit.actor, _id(visit), **sent)
    except (Refused, Malformed, Conflict) as error:
        return report(visit, Form(sent, problems_of(error)), 422)
    return visit.go("/firewalls/reports", "answered")


ROUTES = [
    route("/firewalls/findings/{id}", page),
    route("/firewalls/findings/{id}", dispose, ("POST",)),
    route("/firewalls/reports", listing),
    route("/firewalls/reports/{id}", report),
    route("/firewalls/reports/{id}", answer, ("POST",)),
]
