"""The languages people read here: which one a request wants, and the catalogue that speaks it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("en", "fr")
NAMES = {"en": "English", "fr": "Français"}
FIGURE = re.compile(r"[0-9]+")
FOLDER = Path(__file__).parent / "locale"
_language: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    """The language being spoken now."""
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak `code` inside the block."""
    token = _language.set(code if code in LANGUAGES else LANGUAGES[0])
    try:
        yield
    finally:
        _language.reset(token)


@cache
def catalogue(code: str) -> NullTranslations:
    """The catalogue of a language, compiled at first use. English is the language of the sources and needs none."""
    if code == LANGUAGES[0]:
        return NullTranslations()
    pages, refusals = (_compiled(FOLDER / code / "LC_MESSAGES" / name, code) for name in ("messages.po", "refusals.po"))
    pages.add_fallback(refusals)
    return pages


def _compiled(path: Path, code: str) -> GNUTranslations:
    out = BytesIO()
    with path.open("rb") as file:
        write_mo(out, read_po(file, locale=code))
    out.seek(0)
    return GNUTranslations(out)


@cache
def locale(code: str) -> Locale:
    """Babel's locale, for dates and numbers. British habits in English: day before month, 24 hours."""
    return Locale.parse("en_GB" if code == "en" else code)


def _(message: str, **values: object) -> str:
    """Translate a sentence; `%(name)s` places take `values`."""
    text = catalogue(language()).gettext(message)
    return text % values if values else text


def told(sentence: str) -> str:
    """Translate a sentence the fields made; figures in it stand for themselves (`#` in the catalogue)."""
    found = _(sentence)
    if found != sentence or language() == LANGUAGES[0]:
        return found
    figures = FIGURE.findall(sentence)
    pattern = FIGURE.sub("#", sentence)
    translated = _(pattern)
    if translated == pattern or translated.count("#") != len(figures):
        return sentence
    for figure in figures:
        translated = translated.replace("#", figure, 1)
    return translated


def plural(one: str, many: str, count: int, **values: object) -> str:
    """Translate a sentence that counts; `%(num)s` is the count."""
    return catalogue(language()).ngettext(one, many, count) % {"num": count, **values}


def N_(message: str) -> str:  # noqa: N802  # gettext's own name for "mark, translate later"
    """Mark a sentence for the catalogue; it is translated where it is shown."""
    return message


def choose(profile: str | None, accepted: str) -> str:
    """The language for a person: the profile's, else the best of the Accept-Language header, else English."""
    if profile in LANGUAGES:
        return profile
    best, weight = LANGUAGES[0], 0.0
    for item in accepted.split(","):
        tag, _semicolon, quality = item.strip().partition(";")
        code = tag.strip().lower().partition("-")[0]
        asked = _quality(quality)
        if code in LANGUAGES and asked > weight:
            best, weight = code, asked
    return best


def _quality(text: str) -> float:
    name, _equals, value = text.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return min(float(value), 1.0)
    except ValueError:
        return 0.0
