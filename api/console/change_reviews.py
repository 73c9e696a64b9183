"""The periodic review that only approved changes were made: begun when it is due, answered by keys, signed with one's name. [CC-4]"""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from starlette.responses import Response

from api.console import change_words as words
from api.console import frame, sentences
from api.console.account import uuid_of
from api.console.observed import SOURCES, VERDICTS
from api.console.pages import change_reviews as pages
from api.console.pages.frame import Form, State
from api.console.readings import look_names_up
from api.console.visit import Visit, problems_of, route
from api.words import N_, P_, _
from changecontrol.observed import reviews
from changecontrol.observed.reconciliation import ObservedView
from changecontrol.observed.reviews import DrawnView, ReviewPage, ReviewView
from kernel.errors import Conflict, Malformed, NotFound, Refused
from policy import desk

SHOWN = 25
"""Of what is not matched, so many stand on the review itself."""
DIGITS = 24
"""Of a digest or a value, so much is shown."""
OPEN, SIGNED = State(P_("review", "Open"), "blue"), State(N_("Signed"), "green")
ANSWERS: Mapping[bool, State] = {True: State(N_("In order"), "green"), False: State(N_("Not in order"), "red")}


def listing(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /changes/reviews."""
    found = reviews.list_reviews(visit.actor)
    names = look_names_up(visit.actor, refs=sorted({f"person:{one.reviewer_id}" for one in found}))
    begun = {one.duty_id for one in found}
    due = []
    if frame.is_open(visit.actor, "change-review.open"):
        mine = desk.my_duties(visit.actor)
        due = [one for one in mine if one.rule == reviews.RULE and one.id not in begun]
    view = pages.List(
        rows=tuple(_row(one, names) for one in found),
        due=tuple(pages.Due(str(one.id), one.due_at, one.due_at <= visit.now) for one in due),
        form=form or Form(),
    )
    return visit.page("changes/reviews.html", view, status)


def _row(one: ReviewView, names: dict[str, str]) -> pages.Row:
    return pages.Row(
        str(one.id), one.since, one.until, sentences.name_of(f"person:{one.reviewer_id}", names), len(one.answers),
        len(one.sample), sum(not fine for fine in one.answers.values()), SIGNED if one.signed_at else OPEN, one.signed_at,
    )  # fmt: skip


def begin(visit: Visit) -> Response:
    """POST /changes/reviews: begin one that is due."""
    try:
        made = reviews.open_review(visit.actor, duty_id=uuid_of(visit.field("duty")))
    except (Refused, Conflict) as error:
        return listing(visit, Form({}, problems_of(error)), 422)
    return visit.go(f"/changes/reviews/{made.id}")


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /changes/reviews/{id}."""
    found = reviews.read_review(visit.actor, _id(visit))
    one, now = found.review, found.reconciliation
    names = look_names_up(visit.actor, refs=[f"person:{one.reviewer_id}"])
    answers = _is_asked(visit, one)
    view = pages.Review(
        id=str(one.id), since=one.since, until=one.until, opened=one.opened_at,
        reviewer=sentences.name_of(f"person:{one.reviewer_id}", names), state=SIGNED if one.signed_at else OPEN,
        figures=tuple(
            pages.Figure(state, one.verdicts.get(name, 0), now.verdicts.get(name, 0))
            for name, state in VERDICTS.items()
            if one.verdicts.get(name) or now.verdicts.get(name)
        ),
        begun=now.changes_done, population=one.population,
        unmatched=tuple(_seen(each) for each in now.unmatched[:SHOWN]), watched=tuple(now.watched),
        unwatched=tuple(now.unwatched), sample=tuple(_sample(found, place, may_answer=answers) for place in range(len(found.drawn))),
        left=len(set(one.sample) - one.answers.keys()), seed=one.seed, digest=one.digest, may_sign=answers,
        conclusion=one.conclusion, signed=one.signed_at, signed_name=one.signed_name, form=form or Form(),
    )  # fmt: skip
    return visit.page("changes/review.html", view, status)


def _id(visit: Visit) -> UUID:
    return uuid_of(visit.request.path_params["id"])


def _is_asked(visit: Visit, one: ReviewView) -> bool:
    """Tell whether this review is still to be answered by whoever looks."""
    return one.signed_at is None and one.reviewer_id == visit.actor.id


def _seen(one: ObservedView) -> pages.Seen:
    return pages.Seen(one.what, one.system or "", VERDICTS[one.verdict], one.last_at)


def _sample(found: ReviewPage, place: int, *, may_answer: bool, again: bool = False) -> pages.Sample:
    one, drawn = found.review, found.drawn[place]
    given = None if again else one.answers.get(drawn.ref)
    return replace(
        _drawn(drawn, str(one.id), place),
        answer=None if given is None else ANSWERS[given],
        remark=one.remarks.get(drawn.ref, ""),
        may_answer=may_answer,
    )


def _drawn(drawn: DrawnView, review: str, place: int) -> pages.Sample:
    change, seen = drawn.change, drawn.seen
    if change is not None:
        return pages.Sample(
            review, place, change.title, words.MODELS[change.model], words.STATES[change.state], change.number,
            f"/changes/{change.id}", at=change.started_at,
        )  # fmt: skip
    if seen is None:
        return pages.Sample(review, place, drawn.ref, N_("No longer on record"), None)
    return pages.Sample(
        review, place, seen.what, " · ".join(each for each in (seen.system, _(SOURCES.get(seen.source, seen.source))) if each),
        VERDICTS[seen.verdict], (seen.bound_to or "").removeprefix("change:"), "/changes/observed?verdict=all",
        " → ".join(_short(each) for each in (seen.before, seen.after) if each), seen.last_at,
    )  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= DIGITS else f"{text[:DIGITS]}…"


def answer(visit: Visit) -> Response:
    """POST /changes/reviews/{id}/sample/{place}/{verb}: the answer is the row as the house has it."""
    found, place = _placed(visit)
    in_order = visit.request.path_params["verb"] == "in-order"
    if not in_order and visit.request.path_params["verb"] != "not":
        raise NotFound("There is no such answer.")
    remark = "" if in_order else visit.field("reason")
    reviews.answer_sample(visit.actor, _id(visit), ref=found.drawn[place].ref, in_order=in_order, remark=remark)
    if not visit.partial:
        return visit.go(f"/changes/reviews/{_id(visit)}", "done")
    return _one(visit, reviews.read_review(visit.actor, _id(visit)), place)


def again(visit: Visit) -> Response:
    """GET /changes/reviews/{id}/sample/{place}: the row as it was before it was answered, to be answered anew."""
    found, place = _placed(visit)
    if not visit.partial:
        return visit.go(f"/changes/reviews/{_id(visit)}")
    return _one(visit, found, place, again=True)


def _placed(visit: Visit) -> tuple[ReviewPage, int]:
    found, place = reviews.read_review(visit.actor, _id(visit)), visit.request.path_params["place"]
    if not (place.isascii() and place.isdigit() and len(place) < 6 and int(place) < len(found.drawn)):  # noqa: PLR2004 - as long as any sample
        raise NotFound("This is not in the sample.")
    return found, int(place)


def _one(visit: Visit, found: ReviewPage, place: int, *, again: bool = False) -> Response:
    row = _sample(found, place, may_answer=_is_asked(visit, found.review), again=again)
    return visit.part("parts/sample_row.html", pages.SampleRow(row))


def sign(visit: Visit) -> Response:
    """POST /changes/reviews/{id}/sign."""
    sent = {name: visit.field(name) for name in ("name", "conclusion")}
    try:
        reviews.sign_review(visit.actor, _id(visit), **sent)
    except (Refused, Malformed, Conflict) as error:
        return page(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/changes/reviews/{_id(visit)}", "done")


ROUTES = [
    route("/changes/reviews", listing),
    route("/changes/reviews", begin, ("POST",)),
    route("/changes/reviews/{id}", page),
    route("/changes/reviews/{id}/sign", sign, ("POST",)),
    route("/changes/reviews/{id}/sample/{place}", again),
    route("/changes/reviews/{id}/sample/{place}/{verb}", answer, ("POST",)),
]
