"""Films of a draft and their captions: their names, and which film a file of captions belongs to. [TR-1]"""

import re
from typing import Any

from api.console.pages import writing as pages
from api.words import N_, NAMES, _
from kernel.errors import Malformed
from training.courses.content import LANGUAGES, pictures_in
from training.courses.films import CAPTIONS
from training.courses.sketches import Sketch

ENDINGS = {"video/mp4": "mp4", "video/webm": "webm"}


def rows_of(sketch: Sketch) -> tuple[pages.FilmRow, ...]:
    """Give the films of a draft, and which of them a lesson shows."""
    shown = {address for one in sketch.lessons for text in one.text.values() for _words, address in pictures_in(text)}
    return tuple(
        pages.FilmRow(
            one.name, one.digest, f"![{_('What it shows')}](films/{one.name})", f"films/{one.name}" in shown,
            tuple(NAMES[code] for code in sorted(one.captions)),
        )
        for one in sketch.films
    )  # fmt: skip


def name_of(told: str, otherwise: str, ending: str) -> str:
    """Make a name that lessons can use of the one a file was sent under."""
    stem = re.sub(r"[^a-z0-9]+", "-", told.rpartition(".")[0].lower() or told.lower()).strip("-")[:60].strip("-")
    return f"{stem or otherwise}.{ending}"


def with_file(sketch: Sketch, digest: str, kind: str, told: tuple[str, str, str]) -> list[dict[str, Any]]:
    """Give the films after a file came in: its name, the film and the language it has captions of. Raises Malformed."""
    name, of, language = told
    rows = [one.model_dump(mode="json") for one in sketch.films]
    if kind == CAPTIONS:
        film = next((one for one in rows if one["name"] == of), None)
        if film is None or language not in LANGUAGES:
            raise Malformed(N_("Say which film these are captions of, and in which language."))
        film["captions"][language] = digest
        return rows
    name = name_of(name, "film", ENDINGS[kind])
    former: dict[str, str] = next((one["captions"] for one in rows if one["name"] == name), {})
    made = {"name": name, "media_type": kind, "digest": digest, "captions": former}
    return [*(one for one in rows if one["name"] != name), made]
