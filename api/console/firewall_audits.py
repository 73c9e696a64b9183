"""The six-monthly audits: the list, one audit as a matrix of devices and areas, its signature; the findings somebody owns. [FW-5]"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from starlette.responses import Response

from api.console import audit_words as words
from api.console import frame
from api.console.account import uuid_of
from api.console.named import person_named
from api.console.pages import firewall_audits as pages
from api.console.pages.frame import Form
from api.console.readings import look_names_up
from api.console.typed_times import read_day
from api.console.visit import Visit, problems_of, route
from firewall_audit.audits import findings as doing
from firewall_audit.audits import readings, signing
from firewall_audit.audits.findings import AuditFindingView
from firewall_audit.audits.readings import AuditPage
from firewall_audit.audits.views import AuditedView
from kernel.errors import Conflict, Malformed, NotFound, Refused
from policy import book

FAULTS = (Refused, Malformed, Conflict)
GRAVEST = ("bad", "look", "unknown", "fine")


def listing(visit: Visit) -> Response:
    """GET /firewalls/audits."""
    mine = sum(one.state == "open" for one in readings.my_findings(visit.actor))
    found = readings.list_audits(visit.actor)
    rows = tuple(
        pages.Row(
            str(one.audit.id), one.audit.until, one.due_at, words.AUDIT_STATES[one.audit.state], one.devices, one.open_findings,
            one.audit.signed_at, one.audit.signed_name, (one.audit.signed_at or visit.now) > one.due_at,
        )
        for one in found.rows
    )  # fmt: skip
    waiting = min(found.waiting, default=None)
    return visit.page("firewalls/audits.html", pages.List(rows, waiting, found.method, found.before, mine))


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/audits/{id}."""
    found = readings.read_audit(visit.actor, _id(visit))
    return visit.page("firewalls/audit.html", view_of(visit, found, form), status)


def view_of(visit: Visit, found: AuditPage, form: Form | None) -> pages.Audit:
    """Make the page of an audit."""
    one = found.audit
    areas = [area for area in words.AREAS if any(point.area == area for point in found.method.points)]
    slugs = {device.id: device.slug for device in found.devices}
    told = tuple(rows_of(visit, (each for each in found.findings if each.state != "withdrawn"), slugs))
    return pages.Audit(
        id=str(one.id), since=one.since, until=one.until, due=found.due_at, state=words.AUDIT_STATES[one.state], method=found.method.number,
        method_digest=found.method.digest, seed=one.seed, areas=tuple(words.AREAS[area] for area in areas),
        devices=tuple(_device(found, device, areas) for device in found.devices), added=tuple(found.added), findings=told,
        missing=found.missing or "", gathering=one.state == "gathering",
        may_sign=one.state == "open" and frame.is_open(visit.actor, "firewall-audit.sign"), conclusion=one.conclusion, signed=one.signed_at,
        signed_name=one.signed_name, digest=one.signed_digest, form=form or Form(),
    )  # fmt: skip


def _device(found: AuditPage, device: AuditedView, areas: list[str]) -> pages.DeviceRow:
    verdicts = {check["verdict"] for check in device.checks}
    worst = next((one for one in GRAVEST if one in verdicts), "unknown")
    return pages.DeviceRow(
        str(device.id), device.slug, device.name, words.VERDICTS[worst], tuple(_cell(found, device, area) for area in areas),
        len(device.sample) - len(device.judged), len(device.sample),
        sum(one.audited_id == device.id and one.state in {"open", "answered"} for one in found.findings), device.slug in found.retired,
    )  # fmt: skip


def _cell(found: AuditPage, device: AuditedView, area: str) -> pages.Cell:
    codes = [one.code for one in found.method.points if one.area == area]
    given = [device.answers[code]["answer"] for code in codes if code in device.answers]
    return pages.Cell(len(codes) - len(given), given.count("no"), len(codes))


def rows_of(visit: Visit, found: Iterable[AuditFindingView], slugs: Mapping[UUID, str]) -> list[pages.Finding]:
    """Make lines of findings, with the names of their owners."""
    told = list(found)
    names = look_names_up(visit.actor, refs=sorted({f"person:{one.owner_id}" for one in told}))
    return [
        pages.Finding(
            str(one.id), words.title_of(one), words.detail_of(one), words.DANGERS[one.danger], words.FINDING_STATES[one.state],
            slugs.get(one.audited_id, ""), names.get(f"person:{one.owner_id}", ""), one.due_at,
            one.state == "open" and one.due_at <= visit.now,
        )
        for one in told
    ]  # fmt: skip


def sign(visit: Visit) -> Response:
    """POST /firewalls/audits/{id}/sign."""
    sent = {name: visit.field(name) for name in ("name", "conclusion")}
    try:
        signing.sign_audit(visit.actor, _id(visit), **sent)
    except FAULTS as error:
        return page(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/firewalls/audits/{_id(visit)}", "done")


def mine(visit: Visit) -> Response:
    """GET /firewalls/audit-findings: what waits for me, and what I answered."""
    rows = rows_of(visit, readings.my_findings(visit.actor), {})
    return visit.page("firewalls/audit_findings.html", pages.Findings(tuple(rows)))


def finding(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/audit-findings/{id}."""
    one = readings.read_finding(visit.actor, _id(visit))
    (row,) = rows_of(visit, [one], {})
    sees = frame.is_open(visit.actor, "audited-device.read")
    return visit.page(
        "firewalls/audit_finding.html",
        pages.FindingPage(
            finding=row, said=one.said, response=_response(one), words=one.words, change=one.change, until=one.until, answered=one.answered_at,
            verdict=one.verdict, verified=one.verified_at, longest=visit.now + timedelta(days=book.number("FW-5", "longest_accept_days")),
            device=f"/firewalls/audited/{one.audited_id}" if sees else "",
            may_answer=one.state == "open" and one.owner_id == visit.actor.id,
            may_judge=one.state == "answered" and frame.is_open(visit.actor, "audit-finding.verify"),
            may_assign=one.state == "open" and frame.is_open(visit.actor, "audit-finding.assign"), form=form or Form(),
        ),
        status,
    )  # fmt: skip


def _response(one: AuditFindingView) -> str:
    return next((choice.label for choice in words.RESPONSES if choice.value == one.response), "")


def answer(visit: Visit) -> Response:
    """POST /firewalls/audit-findings/{id}/{verb}: the owner's answer, the auditor's verdict, another owner."""
    verb, key = visit.request.path_params["verb"], _id(visit)
    sent = {name: visit.field(name) for name in ("response", "words", "change", "until", "owner")}
    try:
        if verb == "verify":
            doing.verify(visit.actor, key, words=sent["words"])
        elif verb == "return":
            doing.return_finding(visit.actor, key, words=sent["words"])
        elif verb == "assign":
            doing.assign(visit.actor, key, owner_id=person_named(visit, "owner"))
        elif verb == "answer":
            until = read_day(sent["until"], "until") if sent["until"] else None
            told = {name: sent[name] for name in ("response", "words", "change")}
            doing.answer_finding(visit.actor, key, until=until, **told)  # type: ignore[arg-type] # it is checked there
        else:
            raise NotFound("There is no such answer.")
    except FAULTS as error:
        return finding(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/firewalls/audit-findings/{key}", "done")


def _id(visit: Visit) -> UUID:
    return uuid_of(visit.request.path_params["id"])


ROUTES = [
    route("/firewalls/audits", listing),
    route("/firewalls/audit-findings", mine),
    route("/firewalls/audit-findings/{id}", finding),
    route("/firewalls/audit-findings/{id}/{verb}", answer, ("POST",)),
    route("/firewalls/audits/{id}", page),
    route("/firewalls/audits/{id}/sign", sign, ("POST",)),
]
