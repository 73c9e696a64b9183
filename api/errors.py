"""What HTTP makes of each kind of error: one table, and one body (RFC 9457 problem details) for programs."""

from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

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

STATUS: dict[type[OmniError], int] = {
    NotSignedIn: 401,
    StepUpNeeded: 403,
    Denied: 403,
    NotFound: 404,
    Refused: 409,
    Conflict: 409,
    Malformed: 422,
    Busy: 429,
    Unavailable: 503,
}
KIND: dict[type[OmniError], str] = {
    NotSignedIn: "not-signed-in",
    StepUpNeeded: "step-up-needed",
    Denied: "denied",
    NotFound: "not-found",
    Refused: "refused",
    Conflict: "conflict",
    Malformed: "malformed",
    Busy: "busy",
    Unavailable: "unavailable",
}


def status_of(error: OmniError) -> int:
    """Return the HTTP status of an error. What a person may not even know of is not there: 404, not 403."""
    if isinstance(error, Denied) and error.hidden:
        return 404
    return STATUS[type(error)]


def problem(error: OmniError) -> dict[str, Any]:
    """Return the problem details of an error; a hidden thing is told as not found."""
    hidden = isinstance(error, Denied) and error.hidden
    body: dict[str, Any] = {
        "type": f"urn:omniwarden:{'not-found' if hidden else KIND[type(error)]}",
        "title": "not found" if hidden else KIND[type(error)].replace("-", " "),
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
