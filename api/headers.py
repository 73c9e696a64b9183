"""Security headers on every answer, and refusal of requests that another site's page makes a browser send.

Pure ASGI, so that streams pass untouched. `SecurityHeaders` goes outermost: it covers refusals and errors too.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import answer
from kernel.errors import Denied

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "media-src 'self' blob:; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {ancestors}; require-trusted-types-for 'script'; trusted-types htmx; report-uri /csp"
)
COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class SecurityHeaders:
    """Adds the content security policy and its companions.

    No page may be framed, but one whose handler names who may: `request.scope["frame_ancestors"] = "https://client.example"`.
    """

    def __init__(self, app: ASGIApp, secure: bool = False) -> None:
        self.app = app
        self.common = dict(COMMON)
        if secure:
            self.common["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and put the headers on its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                ancestors = scope.get("frame_ancestors") or "'none'"
                headers["Content-Security-Policy"] = CONTENT_POLICY.format(ancestors=ancestors)
                for name, value in self.common.items():
                    headers[name] = value
                if ancestors == "'none'":
                    headers["X-Frame-Options"] = "DENY"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class SameOriginOnly:
    """Refuses a writing request unless this house's own page, or no page at all, caused it.

    Cookies go to every port of a host, so `same-site` is refused like `cross-site`. A request that carries a bearer token
    instead of a cookie cannot be forged by a page and passes; so do paths whose callers sign what they send.
    """

    def __init__(self, app: ASGIApp, exempt: tuple[str, ...] = ()) -> None:
        self.app = app
        self.exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and not self.passes(scope):
            await _refusal(scope)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def passes(self, scope: Scope) -> bool:
        """True when the request may go on."""
        if scope["method"] in SAFE_METHODS or scope["path"].startswith(self.exempt):
            return True
        headers = Headers(scope=scope)
        if "cookie" not in headers and headers.get("authorization", "").lower().startswith("bearer "):
            return True
        return same_origin(headers)


def _refusal(scope: Scope) -> Response:
    """The no in words for people, and as problem details (RFC 9457) for programs."""
    why = "Refused: this request was not made by a page of this house."
    if scope["path"].startswith("/api/"):
        return answer(Denied(why))
    return PlainTextResponse(why, status_code=403)


def same_origin(headers: Headers) -> bool:
    """True when the browser says that a page of ours, or the person at the address bar, made this request."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    if origin is None:
        # Neither header: not a browser of this century. Without a cookie there is nothing to misuse.
        return "cookie" not in headers
    try:
        return urlsplit(origin).netloc == headers.get("host")
    except ValueError:
        return False
