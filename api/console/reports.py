"""Reports on access: a page, a CSV and a PDF of each. [AC-9]"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from starlette.responses import Response

from api import formats, papers
from api.console import frame, learning_tables, report_tables, typed_times
from api.console.pages import reports as pages
from api.console.pages.frame import Form
from api.console.report_tables import Asked, Kind, Table
from api.console.visit import Visit, problems_of, route
from api.words import N_, _
from kernel.errors import Malformed, NotFound, OmniError, Refused
from policy import local_time

KINDS = {**report_tables.KINDS, **learning_tables.KINDS}
CUT = N_("Only the first rows are set here; the CSV holds all of them.")


def index(visit: Visit) -> Response:
    """GET /reports."""
    links = [
        pages.ReportLink(f"/reports/{slug}", kind.title, kind.lead, kind.icon)
        for slug, kind in KINDS.items()
        if frame.is_open(visit.actor, kind.right)
    ]
    return visit.page("reports/reports.html", pages.Index(tuple(links)))


@dataclass(frozen=True)
class _Answer:
    slug: str
    kind: Kind
    form: Form
    table: Table | None


def _answer(visit: Visit) -> _Answer:
    slug = visit.request.path_params["slug"]
    kind = KINDS.get(slug)
    if kind is None:
        raise NotFound("There is no such report.")
    given = {one.name: visit.field(one.name)[:200] for one in kind.filters}
    values = {**kind.preset(visit.now), **{name: value for name, value in given.items() if value}}
    asked = Asked(visit.actor, values, visit.now)
    if kind.wanted and not all(values.get(name) for name in kind.wanted):
        return _Answer(slug, kind, Form(values), None)
    return _Answer(slug, kind, Form(values), kind.build(asked))


def page(visit: Visit) -> Response:
    """GET /reports/{slug}."""
    try:
        found = _answer(visit)
    except (Malformed, Refused, NotFound) as error:
        return _wrong(visit, error)
    table = found.table
    view = _view(found)
    if table is not None:
        view = replace(
            view, asked=True, says=table.says, rows=table.rows, more=table.more,
            take=urlencode({name: value for name, value in found.form.values.items() if value}),
        )  # fmt: skip
    return visit.page("reports/report.html", view)


def _view(found: _Answer) -> pages.Report:
    kind = found.kind
    return pages.Report(
        found.slug, kind.title, kind.lead, found.form, tuple(one.filled() for one in kind.filters), asked=False,
        columns=kind.columns, none=kind.none,
    )  # fmt: skip


def _wrong(visit: Visit, error: OmniError) -> Response:
    slug = visit.request.path_params["slug"]
    kind = KINDS.get(slug)
    if kind is None:
        raise error
    values = {**kind.preset(visit.now), **{one.name: visit.field(one.name)[:200] for one in kind.filters}}
    return visit.page("reports/report.html", _view(_Answer(slug, kind, Form(values, problems_of(error)), None)), 422)


def take_csv(visit: Visit) -> Response:
    """GET /reports/{slug}/csv."""
    made = _paper(visit, lambda at: local_time.local(at).isoformat(" ", "seconds"))
    return _file(visit, papers.csv_of(made), "text/csv; charset=utf-8", "csv")


def take_pdf(visit: Visit) -> Response:
    """GET /reports/{slug}/pdf."""
    return _file(
        visit, papers.pdf_of(_paper(visit, lambda at: formats.exact(at, "%Y-%m-%d %H:%M:%S"))), "application/pdf", "pdf"
    )


def _paper(visit: Visit, told: Callable[[datetime], str]) -> papers.Paper:
    """Give a report as it is taken away; `told` writes a moment."""
    found = _answer(visit)
    if found.table is None:
        raise Malformed("Say what the report is about.")
    kind, table = found.kind, found.table
    asked = ", ".join(
        f"{_(one.label)}: {found.form.value(one.name)}" for one in kind.filters if found.form.value(one.name)
    )
    return papers.Paper(
        title=_(kind.title),
        lead=tuple(line for line in (asked, *table.says) if line),
        columns=tuple(_(name) for name in kind.columns),
        rows=tuple(tuple(_plain(cell, told) for cell in row) for row in table.rows),
        widths=kind.widths,
        foot=_(
            "Made %(at)s for %(name)s; times on the clock of %(zone)s",
            at=local_time.written(visit.now),
            name=visit.frame.name,
            zone=typed_times.zone_name(),
        ),
        none=_(kind.none),
        cut=_(CUT),
        language=visit.language,
    )


def _plain(cell: pages.Cell, told: Callable[[datetime], str]) -> str:
    first = told(cell.at) if cell.at is not None else cell.text
    return "; ".join(part for part in (first, *cell.more) if part)


def _file(visit: Visit, content: bytes, kind: str, ending: str) -> Response:
    name = f"{visit.request.path_params['slug']}-{visit.now:%Y-%m-%d}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


ROUTES = [
    route("/reports", index),
    route("/reports/{slug}", page),
    route("/reports/{slug}/csv", take_csv),
    route("/reports/{slug}/pdf", take_pdf),
]
