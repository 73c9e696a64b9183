"""Certificates seen from outside: a code says who passed which course when, and nothing else; one's own as a PDF. [TR-1]

Nobody signs in here. A code has 80 random bits and each address may try few, so there is nothing to guess or to list.
"""

from starlette.responses import RedirectResponse, Response

from api import certificate_paper
from api.caller import base_url
from api.certificate_paper import CertificatePaper
from api.console.pages import certificates as pages
from api.console.pages.frame import Form
from api.console.readings import look_names_up
from api.console.visit import Visit, route
from api.formats import day
from api.throttles import Throttle
from api.words import _
from iam.entry.rates import Rate
from kernel.actor import clerk
from kernel.errors import Malformed, NotFound
from training.learning import passes

CLERK = clerk("certificates")
MOST_SIGNS = 40
UNKNOWN = 404
throttle = Throttle("certificates", Rate(burst=20, per_second=0.2))


def ask(visit: Visit) -> Response:
    """GET /certificates: a field for the code."""
    code = passes.spelt(visit.field("code")[:MOST_SIGNS])
    if code:
        return RedirectResponse(f"/certificates/{code}", status_code=303)
    return _bare(visit.page("training/verify.html", pages.Ask(Form())))


def verify(visit: Visit) -> Response:
    """GET /certificates/{code}: valid, lapsed, or that nobody has this code."""
    throttle.take(visit.source.address)
    code = passes.spelt(visit.request.path_params["code"][:MOST_SIGNS])
    try:
        found = passes.verify_certificate(CLERK, code=code)
    except (NotFound, Malformed):
        return _bare(visit.page("training/verify.html", pages.Ask(Form({"code": code}), code), UNKNOWN))
    ref = f"person:{found.person_id}"
    view = pages.Proof(
        code=found.code, name=look_names_up(CLERK, refs=[ref]).get(ref, ""), course=found.title[visit.language],
        at=found.passed_at, until=found.valid_until, holds=found.holds,
    )  # fmt: skip
    return _bare(visit.page("training/proof.html", view))


def _bare(answer: Response) -> Response:
    """Keep search engines from what carries a person's name."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def take(visit: Visit) -> Response:
    """GET /training/{slug}/certificate: one's own newest certificate of a course, to print."""
    slug = visit.request.path_params["slug"]
    found = next((one for one in passes.my_certificates(visit.actor) if one.course == slug), None)
    if found is None:
        raise NotFound("You have no certificate of this course.")
    lines = [
        _("has passed the course"),
        _("on %(day)s with %(score)s %%", day=day(found.passed_at), score=found.score),
        _("Good until %(day)s.", day=day(found.valid_until)) if found.valid_until else _("Good for ever."),
    ]
    address = f"{base_url()}/certificates/{found.code}"
    made = certificate_paper.pdf_of(
        CertificatePaper(
            heading=_("Certificate"), name=visit.frame.name, said=lines[0], course=found.title[visit.language],
            when=lines[1], until=lines[2], code=found.code, address=address,
            verify=_("Whoever holds this paper can verify it here:"),
            foot=_("Version %(n)s of the course, %(digest)s", n=found.number, digest=found.digest[:16]),
            language=visit.language,
        )
    )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="{slug}-{found.code}.pdf"', "Cache-Control": "no-store"}
    return Response(made, media_type="application/pdf", headers=headers)


ROUTES = [
    route("/certificates", ask, public=True),
    route("/certificates/{code}", verify, public=True),
    route("/training/{slug}/certificate", take),
]
