"""Films of lessons and their captions: told by their bytes, kept encrypted in parts, read by the part. [TR-1, PW-4]

Sources: ISO/IEC 14496-12 section 4.3 (the `ftyp` box), RFC 8794 and the WebM container guidelines (EBML DocType), W3C WebVTT.
"""

import hashlib
import re
from typing import Annotated

from pydantic import ConfigDict, Field
from sqlmodel import col, or_, select

from kernel import gate
from kernel.action import Work, action
from kernel.contents import FileBytes
from kernel.db import HOUSE, Answer
from kernel.errors import NotFound, Refused, Unavailable
from kernel.keys import open_content, seal_content
from kernel.reading import reading
from policy import book
from training.courses.content import LANGUAGES
from training.courses.models import CourseFilm, CourseFilmPart, CourseVersion

CLAUSE = "TR-1"
CAPTIONS = "text/vtt"
PART = 2_097_152
AT_ONCE = 4_194_304
"""Bytes that one reading gives at most."""
_BRANDS = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V ", b"MSNV"})
_DOCTYPE = re.compile(rb"\x42\x82(?:\x84|\x40\x04)webm")
_TIMING = re.compile(r"^(\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}[ \t]+-->[ \t]+(\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}([ \t].*)?$", re.MULTILINE)  # fmt: skip
_HEAD = re.compile(r"\A\ufeff?WEBVTT([ \t][^\n]*)?\n")


class FilmSlice(Answer):
    """Some bytes of a film from `start` on, and how many there are of it in all; in JSON they are base64."""

    model_config = ConfigDict(ser_json_bytes="base64")

    media_type: str
    size: int
    start: int
    data: bytes


def kind_of(data: bytes) -> str | None:
    """Tell the media type of a film or of captions by its bytes; None for anything else."""
    if data[4:8] == b"ftyp" and data[8:12] in _BRANDS:
        return "video/mp4"
    if data.startswith(b"\x1a\x45\xdf\xa3") and _DOCTYPE.search(data[:128]):
        return "video/webm"
    return CAPTIONS if _is_captions(data) else None


def _is_captions(data: bytes) -> bool:
    if not data.startswith((b"WEBVTT", b"\xef\xbb\xbfWEBVTT")):
        return False
    try:
        text = data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return False
    return "\x00" not in text and _HEAD.match(text) is not None and _TIMING.search(text) is not None


@action("course.add-film", scope=HOUSE)
def add_film(work: Work, *, data: FileBytes) -> str:
    """Keep a film or captions for lessons and give its digest, by which a version names it. [TR-1]"""
    kind = kind_of(data)
    kinds = book.parameter(CLAUSE, "film_kinds")
    if kind is None or kind not in (kinds if isinstance(kinds, list) else [kinds]):
        raise Refused(CLAUSE, "A film is MP4 or WebM, and captions are WebVTT in UTF-8.")
    unit, most = ("captions_kilobytes", 1024) if kind == CAPTIONS else ("film_megabytes", 1_048_576)
    if len(data) > book.number(CLAUSE, unit) * most:
        raise Refused(CLAUSE, "This file is larger than the book lets.")
    digest = hashlib.sha256(data).hexdigest()
    if work.select(select(CourseFilm.id).where(CourseFilm.digest == digest)).first() is None:
        film = work.add(CourseFilm(digest=digest, media_type=kind, size=len(data)))
        work.session.flush()
        for number, start in enumerate(range(0, len(data), PART)):
            part = number.to_bytes(4, "big") + data[start : start + PART]
            work.add(CourseFilmPart(film_id=film.id, number=number, content=seal_content(work, film.id, part)))
    work.note("digest", digest)
    return digest


@reading("course.film")
def read_film(
    work: Work,
    *,
    digest: str,
    start: Annotated[int, Field(ge=0)] = 0,
    most: Annotated[int, Field(ge=0, le=AT_ONCE)] = 0,
) -> FilmSlice:
    """Read some bytes of a film or of captions: of a version that is or was in force, or of any for who writes or reviews. [TR-1]"""
    film: CourseFilm | None = work.select(select(CourseFilm).where(CourseFilm.digest == digest)).first()
    cares = any(gate.may(work.actor, right, HOUSE, work.now).allowed for right in ("course.write", "course.review"))
    if film is None or not (cares or _is_shown(work, digest)):
        raise NotFound("There is no such film.")
    end = min(start + most, film.size)
    data = (
        b"".join(_part(work, film, number) for number in range(start // PART, -(-end // PART))) if start < end else b""
    )
    offset = start % PART
    return FilmSlice(media_type=film.media_type, size=film.size, start=start, data=data[offset : offset + end - start])


def _part(work: Work, film: CourseFilm, number: int) -> bytes:
    """Open one part. Raises Unavailable where it is not the one that was kept there, NotFound where it was erased."""
    asked = select(CourseFilmPart).where(CourseFilmPart.film_id == film.id, CourseFilmPart.number == number)
    row: CourseFilmPart = work.select(asked).one()
    opened = open_content(work.session, film.id, row.content)
    if opened is None:
        raise NotFound("There is no such film.")
    if opened[:4] != number.to_bytes(4, "big"):
        raise Unavailable("A part of this film stands in another's place.")
    return opened[4:]


def _is_shown(work: Work, digest: str) -> bool:
    """Tell whether a version that is or was in force shows a film, or these captions of one."""
    content = col(CourseVersion.content)
    named = [{"digest": digest}, *({"captions": {code: digest}} for code in LANGUAGES)]
    shown = select(CourseVersion.id).where(
        col(CourseVersion.state).in_(["in-force", "retired"]),
        or_(*(content.contains({"films": [one]}) for one in named)),
    )
    return work.select(shown.limit(1)).first() is not None
