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
PLACE = re.compile(r"\\\{(\w+)\\\}")
"""A place of a sentence, such as {state}, as `re.escape` writes it."""
CONTEXT = "\x04"
"""What parts a context from its word in a catalogue: gettext's own sign."""
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
    text = catalogue(language()).gettext(message).rpartition(CONTEXT)[2]
    return text % values if values else text


def told(sentence: str) -> str:
    """Translate a sentence the fields made.

    Figures in it stand for themselves (`#` in the catalogue); a word or a list of words at a place (`{state}`) is translated too.
    """
    found = _(sentence)
    if found != sentence or language() == LANGUAGES[0]:
        return found
    figures = FIGURE.findall(sentence)
    pattern = FIGURE.sub("#", sentence)
    translated = _(pattern)
    if translated == pattern or translated.count("#") != len(figures):
        return _with_places(sentence)
    for figure in figures:
        translated = translated.replace("#", figure, 1)
    return translated


def _with_places(sentence: str) -> str:
    for pattern, translation in _patterns(language()):
        if found := pattern.fullmatch(sentence):
            words = {name: ", ".join(map(_, words.split(", "))) for name, words in found.groupdict().items()}
            return translation.format_map(words)
    return sentence


@cache
def _patterns(code: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The sentences of a language that have places, each as a pattern; the one that says most comes first."""
    with (FOLDER / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        told = [
            (m.id, m.string) for m in read_po(file, locale=code) if isinstance(m.id, str) and isinstance(m.string, str)
        ]
    placed = sorted(((a, b) for a, b in told if "{" in a and b and CONTEXT not in a), key=lambda pair: -len(pair[0]))
    return tuple((re.compile(PLACE.sub(r"(?P<\1>.+?)", re.escape(a))), b) for a, b in placed)


def plural(one: str, many: str, count: int, **values: object) -> str:
    """Translate a sentence that counts; `%(num)s` is the count."""
    return catalogue(language()).ngettext(one, many, count) % {"num": count, **values}


def N_(message: str) -> str:  # noqa: N802  # gettext's own name for "mark, translate later"
    """Mark a sentence for the catalogue; it is translated where it is shown."""
    return message


def P_(context: str, message: str) -> str:  # noqa: N802  # beside N_: gettext's pgettext, marked here and translated later
    """Mark a word that means several things, with which of them it is."""
    return f"{context}{CONTEXT}{message}"


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
