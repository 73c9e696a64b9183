"""A visit to a page: who is there, what they sent, and the ways to answer. Every page of the console goes through here.

Page handlers are plain functions of a visit; they run in a thread, and what the house refuses becomes a page that says why.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route

from api import render, words
from api.caller import cookie_name, source_of
from api.console import frame, problems, sent
from api.console.pages.frame import Form, Frame
from api.console.sent import ORDINARY, Limits, Sent
from api.door import in_thread
from api.standing import fingerprint, standing
from iam.entry import presence
from iam.entry.entering import Source
from kernel import clock, gate
from kernel.actor import NOBODY, Actor
from kernel.errors import Malformed, NotSignedIn, OmniError, StepUpNeeded

LOOK = "__Host-look"
STEP = "__Host-step"
DEVICE = "__Host-device"
YEAR = 31_536_000


class Visit:
    """One request to the console."""

    def __init__(
        self, request: Request, form: Mapping[str, str], sent: Sent | None = None, *, touch: bool = True
    ) -> None:
        self.request = request
        self.form = form
        self._sent = sent or Sent(form)
        self.touch = touch
        self.now = clock.now()
        self.live = frame.position()
        self.rights = gate.current()

    @cached_property
    def signed(self) -> presence.Signed | None:
        """The session behind the cookie, a locked one too."""
        token = self.token
        return presence.who(token, touch=self.touch) if token else None

    @property
    def token(self) -> str | None:
        """The session's token."""
        return self.request.cookies.get(cookie_name())

    @property
    def actor(self) -> Actor:
        """Who acts: the person, unless the session is locked."""
        signed = self.signed
        return signed.actor if signed and signed.state(self.now) == "open" else NOBODY

    @property
    def source(self) -> Source:
        """Where the request comes from, for the counters of wrong tries."""
        return Source(address=source_of(self.request)[:64], agent=self.request.headers.get("user-agent", "")[:1024])

    @property
    def look(self) -> frame.Look:
        """Language, theme and density as chosen in this browser."""
        return frame.Look.parse(self.request.cookies.get(LOOK, ""))

    @cached_property
    def language(self) -> str:
        """The language of this visit."""
        profile = self.look.language or (self.signed.language if self.signed else None)
        return words.choose(profile, self.request.headers.get("accept-language", ""))

    @cached_property
    def frame(self) -> Frame:
        """What surrounds the page."""
        path = self.request.url.path
        held = fingerprint(self.actor, standing(self.rights, self.actor, self.now)[0])
        return frame.build(
            self.actor, self.signed, self.look, self.language, path, self.now, self.live, held, self.field("done")
        )

    def field(self, name: str) -> str:
        """What was sent under a name, by form or address; empty when nothing was."""
        value = self.form.get(name)
        return value if value is not None else self.request.query_params.get(name, "")

    def file(self, name: str) -> bytes:
        """A file that was sent, empty when none was. Raises Malformed for one that was larger than this page takes."""
        return self._sent.content(name)

    def file_name(self, name: str) -> str:
        """The name a file was sent under."""
        return self._sent.name(name)

    @property
    def raw(self) -> bytes:
        """A part of a file that came as the body itself, empty when none did."""
        return self._sent.raw

    @property
    def next(self) -> str:
        """Where to go afterwards: a path of this house and nothing else."""
        return own_path(self.field("next"))

    @property
    def partial(self) -> bool:
        """Whether htmx asks, and not the browser itself."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def boosted(self) -> bool:
        """Whether htmx asks in the browser's place: it follows to another page by itself, and the frame stays."""
        return self.request.headers.get("hx-boosted") == "true"

    def page(self, template: str, view: object, status: int = 200) -> Response:
        """Answer with a page or a fragment."""
        self.request.state.frame = self.frame
        return render.page(self.request, template, view, status=status)

    def part(self, template: str, view: object) -> Response:
        """Answer with a fragment that shows nothing of the frame, so that nothing is asked for it."""
        person_id = str(self.actor.id or "")
        self.request.state.frame = frame.bare(
            self.look, self.language, self.request.url.path, self.now, person_id=person_id
        )
        return render.page(self.request, template, view)

    def go(self, path: str, done: str = "") -> Response:
        """Send the browser elsewhere; `done` names the notice that is shown there."""
        if done:
            path += ("&" if "?" in path else "?") + f"done={quote(done)}"
        if self.partial and not self.boosted:
            return Response(status_code=204, headers={"HX-Redirect": path})
        return RedirectResponse(path, status_code=303)

    def back_with(self, error: OmniError, template: str, make: Callable[[Form], object]) -> Response:
        """Show a form again with what is wrong with it."""
        kept = {name: value for name, value in self.form.items() if name not in {"password", "again", "old", "code"}}
        return self.page(template, make(Form(kept, problems_of(error), "")), 422)


def problems_of(error: OmniError) -> Mapping[str, str]:
    """The problems of an error by field; what concerns no field stands under the empty name."""
    if isinstance(error, Malformed) and error.faults:
        return MappingProxyType({fault.field.partition(".")[0]: fault.why for fault in error.faults})
    return MappingProxyType({"": error.why})


def own_path(path: str) -> str:
    """Return a path of this house, `/` for anything else: nobody is led away by a link to the sign-in page."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and "\\" not in path
    return path if fine and path.isprintable() else "/"


Handler = Callable[[Visit], Response]


def route(
    path: str,
    handler: Handler,
    methods: tuple[str, ...] = ("GET",),
    *,
    public: bool = False,
    touch: bool = True,
    limits: Limits = ORDINARY,
) -> Route:
    """Make the route of a page. Pages that are not public want somebody who is signed in and whose screen is not locked.

    `touch` is False for parts that refresh themselves: they are no sign of life from the person. `limits`: how much the page takes;
    a page that takes large files does not listen to who is not signed in.
    """

    async def endpoint(request: Request) -> Response:
        most = await in_thread(_most, request, limits) if limits.file else sent.MAX_FILES
        found = await sent.read(request, limits, most) if most else Sent()
        visit = Visit(request, found.form, found, touch=touch)
        try:
            answer: Response = await in_thread(_serve, handler, visit, public)
        finally:
            found.close()
        return answer

    return Route(path, endpoint, methods=list(methods), name=f"page {path}")


def _most(request: Request, limits: Limits) -> int:
    """Bytes of a form with a large file: none from nobody."""
    if limits.file is None or Visit(request, {}, touch=False).actor is NOBODY:
        return 0
    return limits.file() + limits.form


def _serve(handler: Handler, visit: Visit, public: bool) -> Response:
    try:
        with words.speaking(visit.language):
            if public or visit.actor is not NOBODY:
                return handler(visit)
            return away(visit, "/locked" if visit.signed else "/signin")
    except NotSignedIn:
        return away(visit, "/signin")
    except StepUpNeeded as needed:
        return away(visit, "/step-up", needed)
    except OmniError as error:
        with words.speaking(visit.language):
            return problems.shown(visit, error)


def path_of(address: str) -> str:
    """Return the path of an address, `/` for what is none."""
    try:
        return urlsplit(address).path or "/"
    except ValueError:
        return "/"


def shown_at(request: Request, path: str) -> str:
    """Return the path, or the nearest above it, that can be asked for: a form shown again after a refusal stands where it was sent to."""
    while path != "/" and not any(
        route.matches({"type": "http", "path": path, "method": "GET", "root_path": "", "headers": []})[0] is Match.FULL
        for route in request.app.routes
    ):
        path = path.rpartition("/")[0] or "/"
    return path


def away(visit: Visit, door: str, needed: OmniError | None = None) -> Response:
    """Send somebody to a door, from which they come back to where they were."""
    request = visit.request
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method != "GET" or visit.partial:
        here = shown_at(request, path_of(request.headers.get("hx-current-url") or request.headers.get("referer", "")))
    target = f"{door}?next={quote(own_path(here))}"
    if needed is not None and needed.clause:
        target += f"&clause={quote(needed.clause)}"
    if visit.partial:
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)


def set_cookie(response: Response, name: str, value: str, seconds: int | None) -> None:
    """Set one of our cookies: HttpOnly, Lax, for this host alone."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def drop_cookie(response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
