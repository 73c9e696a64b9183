"""Lessons as pages: their Markdown (CommonMark and tables) as HTML that holds nothing but text, links of known kinds and known pictures. [TR-1]

Written HTML in a lesson is shown as the text it is; a link leads to https:// or into the house; nothing carries a style or a script.
"""

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

from api.words import NAMES
from training.courses.content import Film

PICTURES, FILMS = "pictures/", "films/"


class Renderer(RendererHTML):
    """Writes the parts of a lesson that this house writes its own way; markdown-it finds each by its name."""

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]) -> str:
        """Write a picture of the course by its digest; of an unknown one its words alone."""
        told = self.renderInlineAsText(tokens[idx].children or (), options, env)
        film = env["films"].get(str(tokens[idx].attrGet("src")))
        if film is not None:
            return film_html(film, told)
        digest = env["pictures"].get(str(tokens[idx].attrGet("src")).removeprefix(PICTURES))
        if digest is None:
            return str(escape(told))
        return str(Markup('<img src="/training/pictures/{}" alt="{}" loading="lazy">').format(digest, told))

    def table_open(self, *_: Any) -> str:
        """Open a table that scrolls by itself on a narrow screen."""
        return '<div class="table-responsive"><table class="table">\n'

    def table_close(self, *_: Any) -> str:
        """Close it."""
        return "</table></div>\n"


class LessonMarkdown(MarkdownIt):
    """The Markdown of lessons: no HTML of their own, and links of known kinds alone."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's own name
        """Tell whether a lesson may lead there: https, a page of this house, a picture or a film of the course."""
        own = url.startswith("/") and not url.startswith(("//", "/\\"))
        return own or url.startswith(("https://", PICTURES, FILMS))


_markdown = LessonMarkdown("commonmark", {"html": False}, renderer_cls=Renderer).enable("table")


def film_html(film: Film, told: str) -> str:
    """Write a film of the course with its captions, its words beneath for who cannot play it."""
    tracks = Markup("").join(
        Markup('<track kind="captions" srclang="{}" label="{}" src="/training/films/{}">').format(
            code, NAMES[code], digest
        )
        for code, digest in sorted(film.captions.items())
    )
    shown = Markup('<video controls preload="metadata" width="640" aria-label="{}"><source src="/training/films/{}" type="{}">{}{}</video>')  # fmt: skip
    return str(shown.format(told, film.digest, film.media_type, tracks, told))


def lesson_html(text: str, pictures: Mapping[str, str], films: Iterable[Film] = ()) -> Markup:
    """Give a lesson as HTML without its first heading, which is the title of the page; `pictures` maps names to digests."""
    tokens = _markdown.parse(text)
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        tokens = tokens[3:]
    for token in tokens:
        token.attrs.pop("style", None)  # how a column stands, which a strict content policy would refuse
        if token.tag == "h1":
            token.tag = "h2"
    shown = _markdown.renderer.render(
        tokens, _markdown.options, {"pictures": pictures, "films": {f"{FILMS}{one.name}": one for one in films}}
    )
    return Markup(shown)  # noqa: S704 - written by the renderer above, which escapes whatever a lesson says


def line_html(text: str) -> Markup:
    """Give one line of a quiz as HTML: emphasis, code and links, no blocks."""
    return Markup(_markdown.renderInline(text, {"pictures": {}, "films": {}}))  # noqa: S704 - as above
