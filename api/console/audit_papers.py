"""An audit to take away: PDF and CSV, every answer of every device, with what it rests on and who signed. [FW-5]"""

from uuid import UUID

from starlette.responses import Response

from api import formats, papers
from api.console import audit_words as words
from api.console.account import uuid_of
from api.console.firewall_papers import CUT
from api.console.visit import Visit, route
from api.words import N_, _, language
from firewall_audit.audits import readings
from firewall_audit.audits.findings import AuditFindingView
from firewall_audit.audits.readings import AuditPage
from firewall_audit.audits.views import AuditedView
from policy.local_time import written

COLUMNS = (N_("Device"), N_("Area"), N_("What was asked"), N_("Answer"), N_("Words"))
WIDTHS = (2, 2, 7, 2, 6)


def as_pdf(visit: Visit) -> Response:
    """GET /firewalls/audits/{id}/paper.pdf."""
    return _file(papers.pdf_of(paper(visit)), "application/pdf", "pdf", _id(visit))


def as_csv(visit: Visit) -> Response:
    """GET /firewalls/audits/{id}/paper.csv."""
    return _file(papers.csv_of(paper(visit)), "text/csv; charset=utf-8", "csv", _id(visit))


def paper(visit: Visit) -> papers.Paper:
    """Make the paper of an audit."""
    found = readings.read_audit(visit.actor, _id(visit))
    rows = [row for device in found.devices for row in _rows(found, device)]
    return papers.Paper(
        title=_("Audit of the firewalls"), lead=tuple(_lead(found)), columns=tuple(_(name) for name in COLUMNS), rows=tuple(rows), widths=WIDTHS,
        foot=f"SHA-256 {found.audit.signed_digest or found.method.digest}", none=_("No device is in this audit"), cut=_(CUT), language=language(),
    )  # fmt: skip


def _lead(found: AuditPage) -> list[str]:
    one = found.audit
    told = [
        f"{formats.day(one.since)} / {formats.day(one.until)} · {_(words.AUDIT_STATES[one.state].word)}",
        f"{_('Method, version %(num)s', num=found.method.number)}: SHA-256 {found.method.digest}",
        f"{_('Seed')}: {one.seed}",
    ]
    if one.signed_at is not None:
        told += [one.conclusion, f"{_('Signed')}: {one.signed_name}, {written(one.signed_at)}"]
    return told


def _rows(found: AuditPage, device: AuditedView) -> list[tuple[str, ...]]:
    answers = {one.value: _(one.label) for one in (*words.ANSWERS, *words.JUDGEMENTS)}
    rows: list[tuple[str, ...]] = [
        (
            device.slug, _(words.TOOLS.get(one["tool"], one["tool"])),
            ", ".join(f"{_(words.FIGURES.get(name, name))}: {value}" for name, value in one["figures"].items() if value != ""),
            _(words.VERDICTS[one["verdict"]].word), f"SHA-256 {one['digest']}" if one["digest"] else "",
        )
        for one in device.checks
    ]  # fmt: skip
    for point in found.method.points:
        given = device.answers.get(point.code, {})
        answer = answers.get(given.get("answer", ""), _("not answered yet"))
        rows.append(
            (device.slug, _(words.AREAS[point.area]), f"{point.code} · {point.ask}", answer, given.get("words", ""))
        )
    for place, one in enumerate(device.sample):
        given = device.judged.get(str(place), {})
        answer = answers.get(given.get("answer", ""), _("not answered yet"))
        rows.append((device.slug, _("Sample"), str(one.get("text") or one.get("day")), answer, given.get("words", "")))
    rows += [
        (device.slug, _("File"), one.name, one.kind, f"SHA-256 {one.digest}")
        for one in found.files
        if one.audited_id == device.id
    ]
    return rows + [_finding(device, one) for one in found.findings if one.audited_id == device.id]


def _finding(device: AuditedView, one: AuditFindingView) -> tuple[str, ...]:
    state = f"{_(words.DANGERS[one.danger].word)} · {_(words.FINDING_STATES[one.state].word)}"
    said = " · ".join(filter(None, (one.said, one.words, one.change)))
    return (device.slug, _("Finding"), words.title_of(one), state, said)


def _id(visit: Visit) -> UUID:
    return uuid_of(visit.request.path_params["id"])


def _file(content: bytes, kind: str, end: str, audit: UUID) -> Response:
    name = f"firewall-audit-{audit}.{end}"
    return Response(
        content,
        media_type=kind,
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )


ROUTES = [
    route("/firewalls/audits/{id}/paper.pdf", as_pdf),
    route("/firewalls/audits/{id}/paper.csv", as_csv),
]
