"""The door of web chat: the hosted page, its frame for clients' sites, and what visitors send and read. [OC-1]

Visitors are nobody's: the clerk `webchat` acts for whoever holds a visit's token, with a narrow role. What is spoken here is
told in `contactcenter/channels/webchat.py`.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from api import errors
from api.caller import source_of
from api.console.pages.plain import Chat
from api.console.visit import Visit as PageVisit
from api.console.visit import route
from api.door import body_of, in_thread, shown
from api.live import HEARTBEAT, RETRY, hub
from api.throttles import Throttle
from api.words import NAMES
from contactcenter.channels import webchat
from kernel.errors import Busy, Malformed, NotFound, NotSignedIn, OmniError

MAX_STREAMS = 2000
_streams: set[object] = set()


throttle = Throttle("webchat")


def door(handler: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """Make an endpoint that answers the house's errors as problem details."""

    async def endpoint(request: Request) -> Response:
        try:
            found = await handler(request)
        except OmniError as error:
            return errors.answer(error)
        except ClientDisconnect:
            return Response(status_code=499)
        if isinstance(found, Response):
            return found
        return Response(orjson.dumps(found), media_type="application/json", headers={"Cache-Control": "no-store"})

    return endpoint


async def visit_of(request: Request) -> UUID:
    """Return the visit of whoever sends this.

    Raises:
        NotSignedIn: without a token that stands for one.

    """
    given = request.headers.get("authorization", "")
    token = given[7:].strip()[:200] if given.lower().startswith("bearer ") else ""
    found = await in_thread(webchat.visit_of, token) if token else None
    if found is None:
        raise NotSignedIn("This chat is over; write again to begin a new one.")
    return found  # type: ignore[no-any-return]


async def begin(request: Request) -> Any:
    """POST /chat/{widget}/open: the first words of a visitor."""
    await in_thread(throttle.take, source_of(request))
    fields = await body_of(request)
    if not fields.get("name"):
        fields.pop("name", None)
    fields["widget"] = request.path_params["widget"]
    return shown(webchat.open_visit, await in_thread(webchat.open_visit, webchat.CLERK, **fields))


async def write(request: Request) -> Any:
    """POST /chat/{widget}/messages: one more message."""
    visit = await visit_of(request)
    fields = await body_of(request)
    return shown(webchat.post, await in_thread(webchat.post, webchat.CLERK, visit, **fields))


async def read(request: Request) -> Any:
    """GET /chat/{widget}/messages: the transcript, from a sequence on."""
    visit = await visit_of(request)
    found = await in_thread(webchat.read, webchat.CLERK, visit, **dict(request.query_params))
    return found.model_dump(mode="json")


async def leave(request: Request) -> Any:
    """POST /chat/{widget}/leave: the visitor ends the conversation."""
    await in_thread(webchat.leave, webchat.CLERK, await visit_of(request))
    return {}


async def live(request: Request) -> Response:
    """GET /chat/{widget}/live: a `data:` line whenever something changed for this visitor; he then asks for what is new."""
    visit = await visit_of(request)
    if len(_streams) >= MAX_STREAMS:
        raise Busy("Too many chats are open; the page asks again by itself.", retry_after=10)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(visit), media_type="text/event-stream", headers=headers)


async def _stream(visit: UUID) -> AsyncIterator[str]:
    mark = object()
    _streams.add(mark)
    try:
        position = hub.position
        talk = (await in_thread(webchat.read, webchat.CLERK, visit, since=0)).conversation
        yield f"{RETRY}data: {{}}\n\n"
        while hub.open:
            await hub.wait(HEARTBEAT)
            hints = hub.after(position)
            position = hub.position
            mine = {f"visit:{visit}", f"conversation:{talk}"}
            if hints is not None and not any(mine & hint.topics for hint in hints):
                yield ": still here\n\n"
                continue
            if hints is None or any(f"visit:{visit}" in hint.topics for hint in hints):
                talk = (await in_thread(webchat.read, webchat.CLERK, visit, since=0)).conversation
            yield "data: {}\n\n"
    finally:
        _streams.discard(mark)


def page(visit: PageVisit) -> Response:
    """GET /chat/{widget}: the hosted page."""
    return _page(visit, framed=False)


def frame(visit: PageVisit) -> Response:
    """GET /chat/{widget}/frame: the page inside a client's own; only the sites the widget names may frame it."""
    return _page(visit, framed=True)


def _page(visit: PageVisit, *, framed: bool) -> Response:
    key = str(visit.request.path_params["widget"])
    try:
        place = webchat.read_place(webchat.CLERK, widget=key)
    except Malformed:
        raise NotFound("There is no chat at this address.") from None
    if framed:
        visit.request.scope["frame_ancestors"] = " ".join(place.origins) or "'self'"
    greeting = place.greetings.get(visit.language) or next(iter(place.greetings.values()))
    languages = tuple((code, NAMES.get(code, code)) for code in place.languages)
    return visit.page("chat/chat.html", Chat(key, place.label, greeting, framed, languages))


def first(visit: PageVisit) -> Response:  # noqa: ARG001 - the form of a page
    """GET /chat: the house's first chat, for who tries it out."""
    return RedirectResponse(f"/chat/{webchat.first_place(webchat.CLERK)}", status_code=303)


ROUTES = [
    route("/chat", first, public=True),
    route("/chat/{widget}", page, public=True),
    route("/chat/{widget}/frame", frame, public=True),
    Route("/chat/{widget}/open", door(begin), methods=["POST"]),
    Route("/chat/{widget}/messages", door(write), methods=["POST"]),
    Route("/chat/{widget}/messages", door(read), methods=["GET"]),
    Route("/chat/{widget}/leave", door(leave), methods=["POST"]),
    Route("/chat/{widget}/live", door(live), methods=["GET"]),
]
