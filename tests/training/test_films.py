"""Films of lessons and their captions: told by their bytes, kept encrypted, read by the part, and only where a lesson shows them. [TR-1, PW-4]"""

import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import db
from kernel.errors import Denied, NotFound, Refused, Unavailable
from policy import book
from tests import world
from tests.training.conftest import School
from tests.training.test_drafts import begun, both, edit, whole
from training.courses import drafts, films, publication, versions
from training.courses.content import CourseContent
from training.courses.films import AT_ONCE, PART, kind_of
from training.courses.folder import read_courses
from training.courses.models import CourseFilm, CourseFilmPart

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm\x42\x87\x81\x02"
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.500\nQui demande un code ?\n"


def kept(school: School, data: bytes) -> str:
    return films.add_film(school.trainer.actor, data=data)


def read(who: Any, digest: str, start: int = 0, most: int = AT_ONCE) -> bytes:
    return films.read_film(who.actor, digest=digest, start=start, most=most).data


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (MP4, "video/mp4"), (WEBM, "video/webm"), (VTT, "text/vtt"), (b"\xef\xbb\xbf" + VTT, "text/vtt"),
        (VTT.replace(b"\n", b"\r\n"), "text/vtt"), (b"", None), (b"WEBVTT", None), (b"WEBVTT\n\nno cue at all\n", None),
        (b"WEBVTTX\n\n00:00.000 --> 00:02.500\n", None), (VTT + b"\xff", None), (b"\x1a\x45\xdf\xa3\x42\x82\x88matroska", None),
        (b"\x00\x00\x00\x18ftypheic" + bytes(20), None), (b"<html><video>", None), (b"MZ" + bytes(80), None),
    ],
)  # fmt: skip
def test_a_file_is_what_its_bytes_show(data: bytes, kind: str | None) -> None:
    assert kind_of(data) == kind


@given(st.binary(max_size=64))
def test_no_bytes_make_the_judge_of_films_stumble(data: bytes) -> None:
    kind_of(data)
    kind_of(b"WEBVTT\n" + data)
    kind_of(b"\x1a\x45\xdf\xa3" + data)


def test_any_span_of_a_film_is_what_was_given_and_nothing_lies_in_clear(school: School) -> None:
    data = MP4 + os.urandom(2 * PART + 77)
    digest = kept(school, data)
    assert kept(school, data) == digest, "given twice, kept once"
    for start, most in (
        (0, 10),
        (PART - 5, 10),
        (PART, PART),
        (2 * PART + 50, 1000),
        (len(data) - 1, 5),
        (len(data), 5),
    ):
        assert read(school.trainer, digest, start, most) == data[start : start + most]
    with db.read_session() as session:
        (film,) = session.query(CourseFilm).filter_by(digest=digest).all()
        parts = session.query(CourseFilmPart).filter_by(film_id=film.id).order_by(CourseFilmPart.number).all()
    assert [one.number for one in parts] == [0, 1, 2]
    assert all(data[n * PART + 30 : n * PART + 70] not in one.content for n, one in enumerate(parts))


def test_a_film_is_seen_by_learners_only_where_a_lesson_in_force_shows_it(school: School) -> None:
    film, captions, other = kept(school, MP4), kept(school, VTT), kept(school, WEBM)
    ama, draft = world.person(), begun(school)
    told = {"name": "a.mp4", "media_type": "video/mp4", "digest": film, "captions": {"fr": captions}}
    unshown = {"name": "b.webm", "media_type": "video/webm", "digest": other, "captions": {}}
    lesson = {"title": both("The caller"), "text": both("![A call](films/a.mp4)")}
    seen = edit(school, draft, whole(lessons=[lesson], films=[told, unshown]))
    with pytest.raises(NotFound):
        read(ama, film)
    version = drafts.seal_draft(school.trainer.actor, draft.id, summary="with a film in it", seen=seen)
    assert [one.name for one in version.read().films] == ["a.mp4"]
    versions.ask_publication(school.trainer.actor, version.id)
    school.approve(version.ref)
    publication.publish_approved(version_id=str(version.id))
    assert (read(ama, film), read(ama, captions)) == (MP4, VTT)
    for digest in (other, "0" * 64, "' or 1=1 --"):
        with pytest.raises(NotFound):
            read(ama, digest)


def test_what_was_not_kept_or_is_of_another_kind_is_no_film_of_a_draft(school: School) -> None:
    film, captions, draft = kept(school, MP4), kept(school, VTT), begun(school)
    for digest, kind, more in (("0" * 64, "video/mp4", {}), (captions, "video/mp4", {}), (film, "video/mp4", {"en": film}), (film, "video/webm", {})):  # fmt: skip
        told = {"name": "a.mp4", "media_type": kind, "digest": digest, "captions": more}
        with pytest.raises(Refused, match="has not been kept"):
            edit(school, draft, {"films": [told]})


def test_what_is_no_film_or_too_large_or_from_another_is_refused(school: School) -> None:
    for data in (b"", b"%PDF-1.7\n", VTT + b"x" * book.number("TR-1", "captions_kilobytes") * 1024):
        with pytest.raises(Refused):
            kept(school, data)
    with pytest.raises(Denied):
        films.add_film(world.person(role="agent").actor, data=MP4)


def test_parts_that_change_places_are_found_out(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = kept(school, MP4 + bytes(PART))
    real = films.open_content
    monkeypatch.setattr(films, "open_content", lambda *told: b"\x00\x00\x00\x07" + (real(*told) or b"")[4:])
    with pytest.raises(Unavailable, match="another's place"):
        read(school.trainer, digest)


def test_a_course_without_films_has_the_digest_it_always_had() -> None:
    content = read_courses()[0]
    assert "films" not in content.document()
    assert CourseContent.model_validate(content.document()).digest() == content.digest()
