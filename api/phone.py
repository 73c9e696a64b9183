"""The door of browser phones: a one-time credential by POST, then SIP over our own WebSocket to Asterisk on loopback. [OC-3]

Asterisk's own port is never exposed. The socket lives as long as the session: it is closed with 4401 when that ends, and
the exchange hangs up what the phone was saying. Browsers send cookies with a WebSocket from any page, so Origin is checked.
"""

import asyncio
import contextlib
import logging

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from api.caller import caller_of
from api.door import in_thread
from contactcenter.voice.phones import Ticket, issue_credential
from contactcenter.voice.server import address
from kernel import gate
from kernel.errors import Unavailable

log = logging.getLogger(__name__)
SESSION_OVER, NOT_ALLOWED, TOO_LARGE, TRY_LATER = 4401, 4403, 1009, 1013
LARGEST_FRAME = 65_536
CHECK_EVERY = 0.4


async def credential(request: Request) -> Response:
    """POST /phone/credential: what this session's phone registers with, shown once."""
    ticket: Ticket = await in_thread(issue_credential, caller_of(request))
    return Response(ticket.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})


async def phone(browser: WebSocket) -> None:
    """/phone: SIP frames between a browser and Asterisk, both ways, while the session lives."""
    if browser.headers.get("origin") != _own_origin(browser) or "sip" not in browser.scope.get("subprotocols", []):
        await browser.close()
        return
    refusal = await in_thread(_refusal, browser)
    asterisk = address()
    if refusal or asterisk is None:
        await browser.accept("sip")
        await browser.close(refusal or TRY_LATER)
        return
    try:
        async with connect(asterisk.socket("/ws"), subprotocols=["sip"], compression=None, proxy=None,  # type: ignore[list-item]
                           max_size=LARGEST_FRAME, open_timeout=5) as line:  # fmt: skip
            await browser.accept("sip")
            code = await _carry(browser, line)
    except (OSError, TimeoutError, WebSocketException) as away:
        log.info("a phone could not reach Asterisk: %s", away)
        code = TRY_LATER
        if browser.client_state.name == "CONNECTING":
            await browser.accept("sip")
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # the browser may have gone first
        await browser.close(code)


def _own_origin(browser: WebSocket) -> str:
    scheme = "https" if browser.url.scheme == "wss" else "http"
    return f"{scheme}://{browser.headers.get('host', '')}"


def _refusal(browser: WebSocket) -> int:
    """The close code that tells why this caller has no phone (any more); 0 when he has."""
    caller = caller_of(browser)
    if caller.kind != "person":
        return SESSION_OVER
    return 0 if gate.may(caller, "phone.credential", gate.ANYWHERE).allowed else NOT_ALLOWED


async def _carry(browser: WebSocket, line: ClientConnection) -> int:
    """Carry frames both ways until one side ends or the session does; the close code for the browser."""
    tasks = [asyncio.create_task(run(browser, line)) for run in (_upward, _downward, _watch)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return max(task.result() for task in done)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _upward(browser: WebSocket, line: ClientConnection) -> int:
    while True:
        try:
            frame = await browser.receive_text()
        except (WebSocketDisconnect, KeyError):  # gone, or a binary frame, which SIP over WebSocket here never is
            return 1000
        if len(frame) > LARGEST_FRAME:
            return TOO_LARGE
        await line.send(frame)


async def _downward(browser: WebSocket, line: ClientConnection) -> int:
    async for frame in line:
        await browser.send_text(frame if isinstance(frame, str) else frame.decode())
    return TRY_LATER


async def _watch(browser: WebSocket, _: ClientConnection) -> int:
    while True:
        await asyncio.sleep(CHECK_EVERY)
        try:
            refusal: int = await in_thread(_refusal, browser)
        except Unavailable:
            return TRY_LATER  # whether the session still lives cannot be told: fail closed
        if refusal:
            return refusal


ROUTES = [Route("/phone/credential", credential, methods=["POST"]), WebSocketRoute("/phone", phone)]
