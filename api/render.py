"""Pages from templates: the Jinja environment, and what templates may call.

A page is a frozen dataclass and the template that shows it; templates decide nothing but looks.
"""

from contextvars import ContextVar
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api import formats, words
from api.console import typed_times
from api.console.pages.frame import Frame
from api.statics import asset, manifest

FOLDER = Path(__file__).parent / "templates"
BOOSTED = Markup("""hx-boost='swap:"innerHTML" target:"#main" select:"#main > *"' hx-sync="this:drop\"""")
"""On a form of the desk: what is sent changes #main alone, so that the browser's telephone lives on."""
_now: ContextVar[datetime] = ContextVar("render_now")


def environment() -> Environment:
    """The one Jinja environment. Everything is escaped, an unknown name is an error."""
    jinja = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    jinja.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        words._,
        lambda one, many, count: words.catalogue(words.language()).ngettext(one, many, count),
        newstyle=True,
        pgettext=lambda context, message: words._(words.P_(context, message)),
    )
    jinja.globals.update(
        asset=asset, icon=icon, moment=moment, ago=ago, until=until, told=words.told, LANGUAGES=words.NAMES
    )
    jinja.globals.update(boosted=BOOSTED)
    jinja.globals.update(has_phone_script=lambda: "phone.js" in manifest())
    jinja.globals.update(clock=formats.clock, day=formats.day, duration=formats.duration)
    jinja.globals.update(number=formats.number, masked_phone=formats.masked_phone, is_twice=typed_times.is_twice)
    return jinja


def icon(name: str) -> Markup:
    """An icon of the sprite, hidden from screen readers: the word stands beside it."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(asset("icons.svg"), name)


def moment(at: datetime) -> Markup:
    """A moment as people say it, exact UTC on hover."""
    return formats.moment(at, _now.get())


def ago(at: datetime) -> str:
    """How long ago, in two figures."""
    return formats.duration(max(timedelta(), _now.get() - at))


def until(at: datetime) -> str:
    """How long from now, in two figures."""
    return formats.duration(max(timedelta(), at - _now.get()))


_jinja = environment()


def render(template: str, view: object, frame: Frame, **more: Any) -> str:
    """The text of a page or fragment in the frame's language."""
    token = _now.set(frame.now)
    try:
        with words.speaking(frame.language):
            return _jinja.get_template(template).render(page=view, frame=frame, **more)
    finally:
        _now.reset(token)


def page(
    request: Request, template: str, view: object, *, status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    """The answer to a request: a whole page, or the fragment a template of `parts` makes."""
    text = render(template, view, request.state.frame)
    return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-store", **(headers or {})})
