"""What the house refused, as a page: what happened, which rule it rests on, and how to put it right."""

import re
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from api.console import frame
from api.console.pages.plain import Problem
from api.errors import KINDS, status_of
from api.words import N_, _
from iam.people.roles import list_lately_ended
from kernel.errors import (
    Busy,
    Denied,
    NotFound,
    OmniError,
    Unavailable,
)
from policy import book

if TYPE_CHECKING:
    from api.console.visit import Visit

HIDDEN = N_("The address is wrong, or what was here is not for you to see.")
NO_ROLE = N_("None of your roles opens this here.")
COURSE = re.compile(r"/training/[a-z][a-z0-9-]*$")
"""How a refusal for want of a course ends: where it is taken."""
OTHERWISE = N_(
    "This address does not take what was sent in that way. Nothing was changed; go back and try from the page itself."
)
NOTHING_LOST = N_("Something broke on our side. Nothing was changed, and it is noted.")


def problem_of(error: OmniError) -> Problem:
    """Say an error on a page."""
    status = status_of(error)
    if status == 404:  # noqa: PLR2004 - not found, or hidden
        return Problem(404, KINDS[NotFound].title, HIDDEN)
    text = ""
    if error.clause:
        try:
            text = book.clause(error.clause).text
        except OmniError:
            text = ""  # the book itself cannot be read now; the clause's number still says which rule it is
    why = NO_ROLE if error.why.startswith("none of your roles") else error.why
    return Problem(status, KINDS[type(error)].title, why, error.clause or "", text, *_repair(error))


def _repair(error: OmniError) -> tuple[str, str]:
    """Say how to put it right: by the course that is missing, else by what one may do. [TR-1]"""
    if not isinstance(error, Denied):
        return "", ""
    if course := COURSE.search(error.why):
        return N_("To the course"), course[0]
    return N_("See what you may do"), "/account#rights"


def shown(visit: "Visit", error: OmniError) -> Response:
    """Answer an error: a page for the browser, a notice for htmx."""
    found = problem_of(error)
    if found.what == NO_ROLE:
        found = replace(found, ended=_ended(visit))
    if isinstance(error, Unavailable):
        visit.__dict__["signed"] = None  # who it is cannot be asked now
    signed = visit.signed is not None and visit.actor.id is not None
    response = visit.page("problem.html" if signed else "problem_solo.html", found, found.status)
    if visit.partial:
        response = visit.page("parts/refusal.html", found, 200)
        response.headers["HX-Reswap"] = "none"
    if isinstance(error, Busy | Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _ended(visit: "Visit") -> tuple[tuple[str, datetime], ...]:
    """The rights of this person that ended lately, in words."""
    if visit.actor.id is None:
        return ()
    return tuple(
        (_("%(role)s, %(place)s", role=frame.role_label(one.role), place=frame.place_label(one.scope)), one.ended_at)
        for one in list_lately_ended(visit.actor)[:3]
    )


async def answer_page_error(request: Request, error: Exception) -> Response:
    """Answer what came up to the doorstep of a page: an error of the house, an unknown address, or a burst."""
    from api.console.visit import Visit  # noqa: PLC0415 - visits show problems too
    from api.door import in_thread  # noqa: PLC0415

    visit = Visit(request, {})
    status = getattr(error, "status_code", 500)
    if status == 404 and not isinstance(error, OmniError):  # noqa: PLR2004
        error = NotFound("There is no such page.")
    answer: Response
    if isinstance(error, OmniError):
        answer = await in_thread(shown, visit, error)
    else:
        answer = await in_thread(_burst, visit, status)
    return answer


def _burst(visit: "Visit", status: int) -> Response:
    title = N_("That did not work")
    ours = status >= 500  # noqa: PLR2004 - of HTTP
    return visit.page("problem_solo.html", Problem(status, title, NOTHING_LOST if ours else OTHERWISE), status)
