"""What HTTP makes of each kind of error: one table, and one body (RFC 9457 problem details) for programs."""

from typing import Any, NamedTuple

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.words import N_
from kernel.errors import (
    Busy,
    Conflict,
    Denied,
    Malformed,
    NotFound,
    NotSignedIn,
    OmniError,
    Refused,
    StepUpNeeded,
    Unavailable,
)


class Kind(NamedTuple):
    """What a kind of error is over HTTP: its status, its name for programs, its title for people."""

    status: int
    name: str
    title: str


KINDS: dict[type[OmniError], Kind] = {
    NotSignedIn: Kind(401, "not-signed-in", N_("Sign in first")),
    StepUpNeeded: Kind(403, "step-up-needed", N_("Show your code again")),
    Denied: Kind(403, "denied", N_("This is not open to you")),
    NotFound: Kind(404, "not-found", N_("There is nothing here")),
    Refused: Kind(409, "refused", N_("A rule of the house stands against it")),
    Conflict: Kind(409, "conflict", N_("Somebody was quicker")),
    Malformed: Kind(422, "malformed", N_("Something is not right with what was sent")),
    Busy: Kind(429, "busy", N_("Too much at once")),
    Unavailable: Kind(503, "unavailable", N_("Out of service for a moment")),
}


def status_of(error: OmniError) -> int:
    """Return the HTTP status of an error. What a person may not even know of is not there: 404, not 403."""
    if isinstance(error, Denied) and error.hidden:
        return 404
    return KINDS[type(error)].status


def problem(error: OmniError) -> dict[str, Any]:
    """Return the problem details of an error; a hidden thing is told as not found."""
    hidden = isinstance(error, Denied) and error.hidden
    kind = KINDS[NotFound if hidden else type(error)].name
    body: dict[str, Any] = {
        "type": f"urn:omniwarden:{kind}",
        "title": kind.replace("-", " "),
        "status": status_of(error),
        "detail": "There is no such thing here." if hidden else error.why,
    }
    if error.clause and not hidden:
        body["clause"] = error.clause
    if isinstance(error, Malformed) and error.faults:
        body["faults"] = [{"field": f.field, "why": f.why} for f in error.faults]
    return body


def answer(error: OmniError) -> Response:
    """Return the answer for a program."""
    body = orjson.dumps(problem(error))
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Busy | Unavailable) else {}
    return Response(body, status_of(error), headers, media_type="application/problem+json")


async def answer_error(_: Request, error: Exception) -> Response:
    """Answer an error of the house that came up to the doorstep."""
    if not isinstance(error, OmniError):
        raise error
    return answer(error)


async def answer_burst(_: Request, __: Exception) -> Response:
    """Answer what should not have happened; it is in the log and, where an action ran, on the ledger."""
    body = {
        "type": "urn:omniwarden:failed",
        "title": "failed",
        "status": 500,
        "detail": "Something broke on our side; it is noted.",
    }
    return Response(orjson.dumps(body), 500, media_type="application/problem+json")


async def answer_http(error: HTTPException) -> Response:
    """Answer what the router itself refuses, such as a method that an address does not take."""
    body = {"type": "about:blank", "title": error.detail, "status": error.status_code, "detail": error.detail}
    return Response(orjson.dumps(body), error.status_code, error.headers, media_type="application/problem+json")
