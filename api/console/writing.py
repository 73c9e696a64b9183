"""A course written in pages: opened, its facts and pictures, sealed as a version or dropped. Its parts are in `writing_parts`. [TR-1]"""

import base64
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from api.console import frame, writing_films, writing_words
from api.console.learning_tables import names_of
from api.console.pages import writing as pages
from api.console.pages.frame import Choice, Form
from api.console.sent import Limits
from api.console.training import length_of
from api.console.visit import Visit, problems_of, route
from api.words import N_, NAMES, _
from kernel.errors import Conflict, Denied, Fault, Malformed, NotFound, OmniError, Refused
from policy import book
from training.courses import drafts, films, versions
from training.courses import readings as courses
from training.courses.content import LANGUAGES, pictures_in
from training.courses.drafts import DraftView
from training.courses.sketches import Sketch, lacking, words_in

FAULTS = (Refused, Malformed, Conflict)
NUMBERS = ("minutes", "pass_mark", "draws", "attempts")
SPANS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "time_limit": (N_("Time for the quiz"), ("15 minutes", "30 minutes", "45 minutes", "1 hour")),
    "pause": (N_("Wait after a failed attempt"), ("15 minutes", "1 hour", "4 hours", "1 day")),
    "valid_for": (N_("A pass is good"), ("6 months", "1 year", "2 years", "")),
}
CLAUSE = "TR-1"
SLUG_WRONG = N_("A short name has 2 to 41 signs: small letters, digits and dashes, a letter first.")
NUMBER_WRONG = N_("This is no number.")


def new_page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /training/courses/new."""
    if not frame.is_open(visit.actor, "course.add"):
        raise Denied("none of your roles gives course.add", CLAUSE)
    return visit.page("training/write_new.html", pages.New(form or Form()), status)


def add(visit: Visit) -> Response:
    """POST /training/courses/new: the course, its draft, and its title."""
    sent = {name: visit.field(name).strip() for name in ("slug", "title_en", "title_fr")}
    try:
        made = versions.add_course(visit.actor, slug=sent["slug"])
    except FAULTS as error:
        why = SLUG_WRONG if isinstance(error, Malformed) else error.why
        return new_page(visit, Form(sent, {"slug": why}), 422)
    draft = drafts.begin_draft(visit.actor, made.id)
    title = {code: sent[f"title_{code}"][:120] for code in LANGUAGES}
    drafts.edit_draft(visit.actor, draft.id, fields={"title": title}, seen=draft.version)
    return visit.go(f"/training/courses/{made.slug}/draft", "saved")


def begin(visit: Visit) -> Response:
    """POST /training/courses/{slug}/begin: the next version of a course that is there."""
    slug = visit.request.path_params["slug"][:80]
    found = courses.find_course(visit.actor, slug=slug)
    drafts.begin_draft(visit.actor, found.id)
    return visit.go(f"/training/courses/{slug}/draft", "done")


def draft_of(visit: Visit) -> DraftView:
    """Read the draft whose course the address names. Raises NotFound."""
    return drafts.read_draft(visit.actor, slug=visit.request.path_params["slug"][:60])


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /training/courses/{slug}/draft."""
    found = draft_of(visit)
    sketch, lacks = found.content, lacking(found.slug, found.content)
    kept = form or Form(_typed(sketch))
    chosen = {name.removeprefix("teaches-") for name, value in kept.values.items() if name.startswith("teaches-") and value}  # fmt: skip
    wrong = {(one.part, one.number) for one in lacks}
    view = pages.Draft(
        found.slug, title_of(visit, found), found.seen,
        names_of(visit.actor, [found.written_by]).get(found.written_by, ""), found.written_at, kept,
        tuple(pages.LackRow(writing_words.said(one), writing_words.place_of(found.slug, one)) for one in lacks),
        tuple(
            pages.PartRow(n, words_in(one.title, visit.language) or _("Without a title"), "", ("lesson", n) not in wrong)
            for n, one in enumerate(sketch.lessons, 1)
        ),
        tuple(
            pages.PartRow(
                n, words_in(one.text, visit.language) or _("Without a scene"), _("Lesson %(n)s", n=one.lesson),
                ("question", n) not in wrong,
            )
            for n, one in enumerate(sketch.questions, 1)
        ),
        pictures_of(sketch), _taught(chosen), _spans(kept), book.number(CLAUSE, "picture_kilobytes"),
        writing_films.rows_of(sketch), tuple(Choice(one.name, one.name) for one in sketch.films),
        tuple(Choice(code, name) for code, name in NAMES.items() if code in LANGUAGES),
        book.number(CLAUSE, "film_megabytes"),
    )  # fmt: skip
    return visit.page("training/write.html", view, status)


def title_of(visit: Visit, found: DraftView) -> str:
    """Call a draft by its title, by its short name where it has none in the reader's language."""
    return words_in(found.content.title, visit.language) or found.slug


def _typed(sketch: Sketch) -> dict[str, str]:
    told = {f"{name}_{code}": words_in(getattr(sketch, name), code) for name in ("title", "summary") for code in LANGUAGES}  # fmt: skip
    told |= {name: str(getattr(sketch, name)) for name in (*NUMBERS, *SPANS)}
    return told | {f"teaches-{one}": "on" for one in sketch.teaches}


def pictures_of(sketch: Sketch) -> tuple[pages.PictureRow, ...]:
    """Give the pictures of a draft, and which of them a lesson shows."""
    shown = {address for one in sketch.lessons for text in one.text.values() for _words, address in pictures_in(text)}
    return tuple(
        pages.PictureRow(
            one.name, one.digest, f"![{_('What it shows')}](pictures/{one.name})", f"pictures/{one.name}" in shown
        )
        for one in sketch.pictures
    )


def _taught(chosen: set[str]) -> tuple[pages.Taught, ...]:
    rows = [pages.Taught(one.id, one.text, one.id in chosen) for one in book.in_force().clauses]
    return tuple(sorted(rows, key=lambda one: (not one.chosen, not one.id.startswith("TR-"))))


def _spans(form: Form) -> tuple[tuple[str, str, tuple[Choice, ...]], ...]:
    told = []
    for name, (label, known) in SPANS.items():
        values = dict.fromkeys((*known, form.value(name)))
        told.append((name, label, tuple(Choice(one, _span_words(one)) for one in values)))
    return tuple(told)


def _span_words(text: str) -> str:
    try:
        return length_of(text) if text else _("for ever")
    except (ValueError, OmniError):
        return text


def save(visit: Visit) -> Response:
    """POST /training/courses/{slug}/draft: its facts."""
    found = draft_of(visit)
    try:
        store(visit, found, _facts(visit))
    except FAULTS as error:
        return page(visit, Form(dict(visit.form), problems_of(error)), 409 if isinstance(error, Conflict) else 422)
    return visit.go(f"/training/courses/{found.slug}/draft", "saved")


def _facts(visit: Visit) -> dict[str, Any]:
    """Read the facts of a form. Raises Malformed for what is no number."""
    wrong = [Fault(name, NUMBER_WRONG) for name in NUMBERS if not visit.field(name).strip().isdigit()]
    if wrong:
        raise Malformed(NUMBER_WRONG, wrong)
    words = {name: {code: visit.field(f"{name}_{code}").strip() for code in LANGUAGES} for name in ("title", "summary")}
    known = {one.id for one in book.in_force().clauses}
    teaches = [one for one in known if visit.form.get(f"teaches-{one}") == "on"]
    return {
        **words, **{name: int(visit.field(name).strip()[:4]) for name in NUMBERS},
        **{name: visit.field(name).strip() for name in SPANS}, "teaches": sorted(teaches),
    }  # fmt: skip


def store(visit: Visit, found: DraftView, fields: dict[str, Any]) -> None:
    """Save parts of a draft as the form had it; raises Conflict where somebody else saved it meanwhile."""
    seen = visit.field("seen")
    drafts.edit_draft(visit.actor, found.id, fields=fields, seen=int(seen[:9]) if seen.isdigit() else 0)


def most_bytes() -> int:
    """Bytes of a picture, by the book in force."""
    return book.number(CLAUSE, "picture_kilobytes") * 1024


def upload(visit: Visit) -> Response:
    """POST /training/courses/{slug}/draft/pictures: one picture; of the same name, it takes the former's place."""
    found = draft_of(visit)
    try:
        content = visit.file("picture")
        if not content:
            raise Malformed(N_("Choose a file."))
        digest = versions.add_picture(visit.actor, data=base64.b64encode(content))
        kind = "png" if content.startswith(b"\x89PNG") else "jpg"
        name = writing_films.name_of(visit.file_name("picture"), "picture", kind)
        media = "image/png" if kind == "png" else "image/jpeg"
        rest = [one.model_dump(mode="json") for one in found.content.pictures if one.name != name]
        store(visit, found, {"pictures": [*rest, {"name": name, "media_type": media, "digest": digest}]})
    except FAULTS as error:
        return page(visit, Form(_typed(found.content), {"picture": error.why}), 422)
    return visit.go(f"/training/courses/{found.slug}/draft#pictures")


def add_film(visit: Visit) -> Response:
    """POST /training/courses/{slug}/draft/films: a film, or captions of one that is there."""
    found = draft_of(visit)
    try:
        content = visit.file("film")
        if not content:
            raise Malformed(N_("Choose a file."))
        digest, kind = films.add_film(visit.actor, data=content), films.kind_of(content) or ""
        told = (visit.file_name("film"), visit.field("of"), visit.field("language"))
        store(visit, found, {"films": writing_films.with_file(found.content, digest, kind, told)})
    except FAULTS as error:
        return page(visit, Form(_typed(found.content), {"film": error.why}), 422)
    return visit.go(f"/training/courses/{found.slug}/draft#films")


def most_film_bytes() -> int:
    """Bytes of a film, by the book in force."""
    return book.number(CLAUSE, "film_megabytes") * 1_048_576


def forget(visit: Visit) -> Response:
    """POST /training/courses/{slug}/draft/{pictures,films}/forget: one of them less."""
    found = draft_of(visit)
    for kind, rows in (("pictures", found.content.pictures), ("films", found.content.films)):
        if visit.request.url.path.endswith(f"/{kind}/forget"):
            rest = [one.model_dump(mode="json") for one in rows if one.name != visit.field("name")]
            store(visit, found, {kind: rest})
    return visit.go(f"/training/courses/{found.slug}/draft", "saved")


def seal(visit: Visit) -> Response:
    """POST /training/courses/{slug}/draft/seal: a version, for whose approval one asks on the page of the course."""
    found = draft_of(visit)
    seen = visit.field("seen")
    try:
        drafts.seal_draft(
            visit.actor, found.id, summary=visit.field("version_summary"), retake=visit.field("retake") == "on",
            seen=int(seen[:9]) if seen.isdigit() else 0,
        )  # fmt: skip
    except FAULTS as error:
        why = N_("Say in 10 to 500 signs what is new.") if isinstance(error, Malformed) else error.why
        kept = _typed(found.content) | {"version_summary": visit.field("version_summary")}
        return page(visit, Form(kept, {"version_summary": why}), 422)
    return visit.go(f"/training/courses/{found.slug}", "saved")


def drop(visit: Visit) -> Response:
    """POST /training/courses/{slug}/draft/drop."""
    found = draft_of(visit)
    drafts.drop_draft(visit.actor, found.id)
    return visit.go(f"/training/courses/{found.slug}", "done")


def is_written(visit: Visit, slug: str) -> bool:
    """Tell whether somebody is writing the next version of a course, as far as the reader may know."""
    if not frame.is_open(visit.actor, "course.draft"):
        return False
    try:
        drafts.read_draft(visit.actor, slug=slug)
    except NotFound:
        return False
    return True


ROUTES = [
    route("/training/courses/new", new_page),
    route("/training/courses/new", add, ("POST",)),
    route("/training/courses/{slug}/begin", begin, ("POST",)),
    route("/training/courses/{slug}/draft", page),
    route("/training/courses/{slug}/draft", save, ("POST",), limits=Limits(fields=200)),
    route("/training/courses/{slug}/draft/pictures", upload, ("POST",), limits=Limits(form=65_536, file=most_bytes)),
    route("/training/courses/{slug}/draft/pictures/forget", forget, ("POST",)),
    route(
        "/training/courses/{slug}/draft/films", add_film, ("POST",), limits=Limits(form=65_536, file=most_film_bytes)
    ),
    route("/training/courses/{slug}/draft/films/forget", forget, ("POST",)),
    route("/training/courses/{slug}/draft/seal", seal, ("POST",)),
    route("/training/courses/{slug}/draft/drop", drop, ("POST",)),
]
