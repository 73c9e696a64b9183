"""The weekly review to take away: PDF and CSV, with what it rests on and who signed. [FW-3]"""

from uuid import UUID

from starlette.responses import Response

from api import formats, papers
from api.console.account import uuid_of
from api.console.firewall_reviews import STATES, finding_of, last_moment
from api.console.visit import Visit, route
from api.words import N_, _, language
from firewall_audit.review import readings
from firewall_audit.review.readings import ReviewPage
from policy.local_time import written

CUT = N_("Only the first rows are set here; the CSV holds all of them.")
COLUMNS = (
    N_("Danger"),
    N_("What was found"),
    N_("Kind"),
    N_("Device"),
    N_("Events"),
    N_("First"),
    N_("Last"),
    N_("What it is"),
    N_("Why"),
)
WIDTHS = (2, 7, 2, 2, 2, 3, 3, 2, 5)


def as_pdf(visit: Visit) -> Response:
    """GET /firewalls/reviews/{id}/paper.pdf."""
    return _file(papers.pdf_of(paper(visit)), "application/pdf", "pdf", _id(visit))


def as_csv(visit: Visit) -> Response:
    """GET /firewalls/reviews/{id}/paper.csv."""
    return _file(papers.csv_of(paper(visit)), "text/csv; charset=utf-8", "csv", _id(visit))


def paper(visit: Visit) -> papers.Paper:
    """Make the paper of a review."""
    found = readings.read_review(visit.actor, _id(visit))
    one = found.review
    return papers.Paper(
        title=_("Review of the firewall logs"), lead=tuple(_lead(found)), columns=tuple(_(name) for name in COLUMNS),
        rows=tuple(_rows(found)), widths=WIDTHS, foot=f"SHA-256 {one.signed_digest or one.inputs_digest}", none=_("Nothing was found"),
        cut=_(CUT), language=language(),
    )  # fmt: skip


def _lead(found: ReviewPage) -> list[str]:
    one = found.review
    totals = one.figures.get("totals", {})
    told = [
        f"{formats.day(one.since)} / {formats.day(last_moment(one.until))} · {_(STATES[one.state].word)}",
        _events(totals, one.suppressed),
        *(
            f"{each['device']}: {formats.number(each['rows'])} · {_('unread')} {formats.number(each['unparsed'])}"
            for each in one.inputs
        ),
        f"{_('Lines')}: SHA-256 {one.inputs_digest}",
        f"{_('Seed')}: {one.seed}",
    ]
    if one.signed_at is not None:
        told += [one.conclusion, f"{_('Signed')}: {one.signed_name}, {written(one.signed_at)}"]
    return told


def _events(totals: dict[str, int], left: int) -> str:
    told = {name: formats.number(totals.get(name, 0)) for name in ("events", "refused", "allowed")}
    words = _(
        "%(events)s events, %(refused)s refused, %(allowed)s let through; %(left)s findings known or accepted were left out."
    )
    return words % (told | {"left": formats.number(left)})


def _rows(found: ReviewPage) -> list[tuple[str, ...]]:
    return [
        (
            _(shown.danger.word), shown.title, _(shown.kind), one.device, formats.number(one.count), written(one.first_at),
            written(one.last_at), _(shown.disposition.word) if shown.disposition else "", one.remark,
        )
        for one in found.findings
        if (shown := finding_of(one))
    ]  # fmt: skip


def _id(visit: Visit) -> UUID:
    return uuid_of(visit.request.path_params["id"])


def _file(content: bytes, kind: str, end: str, review: UUID) -> Response:
    name = f"firewall-review-{review}.{end}"
    return Response(
        content,
        media_type=kind,
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )


ROUTES = [
    route("/firewalls/reviews/{id}/paper.pdf", as_pdf),
    route("/firewalls/reviews/{id}/paper.csv", as_csv),
]
