"""The composed house: every door with its layers. One process of it runs per core."""

import contextlib
import importlib
import logging
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import fields, logs, operations  # noqa: F401 - fields registers every use case
from api.console.problems import answer_page_error
from api.door import close_threads
from api.errors import answer_burst, answer_error, answer_http
from api.headers import SameOriginOnly, SecurityHeaders
from api.routes import routes
from api.signpost import Signpost
from kernel import db, frame, fresh
from kernel.errors import NotFound, OmniError
from kernel.settings import settings

log = logging.getLogger("omniwarden.web")
NOT_FOUND = 404
PROGRAMS = ("/api/", "/chat/", "/phone/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/csp", "/check")
"""Where programs ask, and not a person's browser."""
DOORS = ("api.console", "api.webchat", "api.phone", "api.live", "api.programs", "api.check")


@contextlib.asynccontextmanager
async def life(_: Starlette) -> AsyncIterator[None]:
    """Start and stop what each process has of its own: the freshness poll, the live hub, the ledger's writer."""
    poll = fresh.Poll(lambda error: log.warning("rights and sessions could not be confirmed: %s", error))
    poll.start()
    async with contextlib.AsyncExitStack() as stack:
        for name in DOORS:
            own = getattr(importlib.import_module(name), "life", None)
            if own is not None:
                await stack.enter_async_context(own())
        yield
    poll.stop()
    close_threads()
    frame.close_writer()
    db.forget_engines()


async def _told(request: Request, error: Exception) -> Response:
    """Answer what no door answered itself: a page for people, problem details for programs."""
    if not request.url.path.startswith(PROGRAMS):
        try:
            return await answer_page_error(request, error)
        except OmniError as worse:  # no page can be made, most often for want of the database
            return await answer_error(request, worse)
    if isinstance(error, HTTPException):
        return (
            await answer_error(request, NotFound("There is nothing at this address."))
            if error.status_code == NOT_FOUND
            else await answer_http(error)
        )
    return await (answer_error if isinstance(error, OmniError) else answer_burst)(request, error)


class Bursts:
    """Answers what should not have happened, inside the layers that count answers and put headers on them.

    (What the framework itself answers for `Exception` leaves above every layer.)
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an error becomes an answer, unless one has begun to leave."""
        begun = scope["type"] != "http"

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception as error:
            if begun:
                raise
            log.exception("a request failed", extra={"method": scope["method"]})
            answer = await _told(Request(scope, receive), error)
            await answer(scope, receive, send)


def build() -> Starlette:
    """Compose the application."""
    logs.set_up()
    table: list[Any] = [*operations.ROUTES, *routes()]
    for name in DOORS:
        table += getattr(importlib.import_module(name), "ROUTES", [])
    secure = settings.base_url.startswith("https://")
    house = Starlette(
        middleware=[
            Middleware(operations.Measured),
            Middleware(SecurityHeaders, secure=secure),
            Middleware(Bursts),
            Middleware(SameOriginOnly),
            Middleware(GZipMiddleware, minimum_size=1000),
        ],
        exception_handlers={OmniError: _told, HTTPException: _told},
    )
    house.router = Signpost(table, lifespan=life)
    return house
