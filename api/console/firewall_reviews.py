"""The weekly review of firewall logs: what is new, dangerous, persistent, unexplained; answered, then signed with one's name. [FW-3]"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from starlette.responses import Response

from api import formats
from api.console import firewall_pictures as pictures
from api.console import frame
from api.console.account import uuid_of
from api.console.pages import firewall_reviews as pages
from api.console.pages.frame import Form, State
from api.console.review_words import (
    DANGERS,
    DISPOSITIONS,
    GATHERING,
    GONE,
    KINDS,
    NEW,
    OPEN,
    PERSISTENT,
    SIGNED,
)
from api.console.said_findings import said
from api.console.visit import Visit, problems_of, route
from api.words import N_
from firewall_audit.review import readings, reviews
from firewall_audit.review.readings import LineView, ReviewPage
from firewall_audit.review.views import FindingView, ReviewView
from kernel.errors import Conflict, Malformed, NotFound, Refused

STATES: Mapping[str, State] = {"gathering": GATHERING, "open": OPEN, "signed": SIGNED}
ANSWERS: Mapping[bool, State] = {True: State(N_("Read rightly"), "green"), False: State(N_("Read wrongly"), "red")}
READ = {
    "device": N_("Device"), "kind": N_("Kind"), "action": N_("Decision"), "src": N_("From"), "src_port": N_("Source port"), "dst": N_("To"),
    "dst_port": N_("Port"), "protocol": N_("Protocol"), "rule": N_("Rule"), "message": N_("Message"), "user": N_("User"),
    "outcome": N_("Outcome"), "times": N_("Times"),
}  # fmt: skip


def listing(visit: Visit) -> Response:
    """GET /firewalls/reviews."""
    found = readings.list_reviews(visit.actor)
    waiting = readings.list_reports(visit.actor, state="open")
    rows = tuple(
        pages.Row(
            str(one.id),
            one.since,
            last_moment(one.until),
            STATES[one.state],
            _told(one),
            one.signed_at,
            one.signed_name,
        )
        for one in found
    )
    return visit.page("firewalls/reviews.html", pages.List(rows, len(waiting)))


def last_moment(until: datetime) -> datetime:
    """Give the last moment of a period, so that its last day is named and not the first of the next."""
    return until - timedelta(microseconds=1)


def _told(one: ReviewView) -> str:
    totals = one.figures.get("totals", {})
    return formats.number(totals["events"]) if totals else ""


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/reviews/{id}."""
    found = readings.read_review(visit.actor, _id(visit))
    lines = readings.read_sample(visit.actor, _id(visit)) if found.review.sample else []
    return visit.page("firewalls/review.html", view_of(visit, found, lines, form), status)


def view_of(visit: Visit, found: ReviewPage, lines: list[LineView], form: Form | None) -> pages.Review:
    """Make the page of a review from what the readings say."""
    one = found.review
    works = one.state == "open" and frame.is_open(visit.actor, "log-review.answer")
    return pages.Review(
        id=str(one.id), since=one.since, until=last_moment(one.until), due=found.due_at, state=STATES[one.state],
        figures=figures_of(found), findings=tuple(finding_of(each) for each in found.findings),
        left=sum(each.needs_answer for each in found.findings), missing=found.missing or "",
        inputs=tuple(_input(each) for each in one.inputs), heat=pictures.heat(one.figures.get("hours", ())),
        talkers=pictures.talkers(one.figures), services=pictures.services(one.figures), zones=pictures.zones(one.figures),
        rules=pictures.rules(one.figures),
        sample=tuple(sample_of(one, lines, place, may_answer=works) for place in range(len(one.sample))),
        known=tuple(pages.Known(said(title), reason, until) for _key, title, reason, until in one.figures.get("known", ())),
        seed=one.seed, digest=one.inputs_digest, pack=one.pack, gathering=one.state == "gathering", may_answer=works,
        may_sign=works and frame.is_open(visit.actor, "log-review.sign"), conclusion=one.conclusion, signed=one.signed_at,
        signed_name=one.signed_name, signed_digest=one.signed_digest, dropped=found.dropped_at, form=form or Form(),
    )  # fmt: skip


def figures_of(found: ReviewPage) -> tuple[pages.Figure, ...]:
    """Give the numbers at the head: how much there was, what of it is new, dangerous, persistent, unread."""
    now, before = found.review.figures.get("totals", {}), found.review.figures.get("before", {})
    live = [one for one in found.findings if not one.gone]
    unparsed = sum(one.get("unparsed", 0) for one in found.review.inputs)
    grave = sum(one.danger == "high" for one in live)
    return (
        pages.Figure(N_("Events"), now.get("events", 0), before.get("events")),
        pages.Figure(N_("Refused"), now.get("refused", 0), before.get("refused")),
        pages.Figure(N_("Let through"), now.get("allowed", 0), before.get("allowed")),
        pages.Figure(N_("New"), sum(one.new for one in live)),
        pages.Figure(N_("Dangerous"), grave, grave=grave > 0),
        pages.Figure(N_("Persistent"), sum(one.persistent for one in live)),
        pages.Figure(N_("Unread lines"), unparsed, grave=unparsed > 0),
    )


def finding_of(one: FindingView) -> pages.Finding:
    """Give a finding as the list shows it."""
    marks = [mark for mark, is_so in ((NEW, one.new), (PERSISTENT, one.persistent), (GONE, one.gone)) if is_so]
    return pages.Finding(
        str(one.id), said(one.title), KINDS.get(one.kind.partition(".")[0], one.kind), DANGERS[one.danger], tuple(marks), one.periods,
        one.count, one.device, DISPOSITIONS[one.disposition] if one.disposition else None, one.needs_answer,
    )  # fmt: skip


def _input(one: Mapping[str, object]) -> pages.Input:
    told = [str(one.get(name, "")) for name in ("device", "first", "last")]
    return pages.Input(told[0], int(str(one.get("rows", 0))), int(str(one.get("unparsed", 0))), told[1], told[2])


def sample_of(
    one: ReviewView, lines: list[LineView], place: int, *, may_answer: bool, again: bool = False
) -> pages.Sample:
    """Give a line of the sample with what the machine read in it, and its answer."""
    drawn = one.sample[place]
    given = None if again else one.answers.get(str(place))
    said = drawn["read"]
    read = tuple((label, str(said[name])) for name, label in READ.items() if said.get(name) not in {None, ""})
    text = lines[place].text if place < len(lines) else None
    return pages.Sample(
        str(one.id), place, text or "", read, None if given is None else ANSWERS[given], one.remarks.get(str(place), ""), may_answer
    )  # fmt: skip


def _id(visit: Visit) -> UUID:
    return uuid_of(visit.request.path_params["id"])


def answer(visit: Visit) -> Response:
    """POST /firewalls/reviews/{id}/sample/{place}/{verb}: the answer is the row as the house has it."""
    place, verb = _place(visit), visit.request.path_params["verb"]
    if verb not in {"right", "wrong"}:
        raise NotFound("There is no such answer.")
    remark = "" if verb == "right" else visit.field("reason")
    reviews.answer_sample(visit.actor, _id(visit), place=place, right=verb == "right", remark=remark)
    return _row(visit, place) if visit.partial else visit.go(f"/firewalls/reviews/{_id(visit)}#sample", "done")


def again(visit: Visit) -> Response:
    """GET /firewalls/reviews/{id}/sample/{place}: the row as it was before it was answered."""
    place = _place(visit)
    return _row(visit, place, again=True) if visit.partial else visit.go(f"/firewalls/reviews/{_id(visit)}#sample")


def _place(visit: Visit) -> int:
    place = visit.request.path_params["place"]
    if not (place.isascii() and place.isdigit() and len(place) < 6):  # noqa: PLR2004 - longer than any sample
        raise NotFound("This is not in the sample.")
    return int(place)


def _row(visit: Visit, place: int, *, again: bool = False) -> Response:
    one = readings.read_review(visit.actor, _id(visit)).review
    if place >= len(one.sample):
        raise NotFound("This is not in the sample.")
    lines = readings.read_sample(visit.actor, _id(visit))
    row = sample_of(one, lines, place, may_answer=one.state == "open", again=again)
    return visit.part("parts/log_sample_row.html", pages.SampleRow(row))


def sign(visit: Visit) -> Response:
    """POST /firewalls/reviews/{id}/sign."""
    sent = {name: visit.field(name) for name in ("name", "conclusion")}
    try:
        reviews.sign_review(visit.actor, _id(visit), **sent)
    except (Refused, Malformed, Conflict) as error:
        return page(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/firewalls/reviews/{_id(visit)}", "done")


ROUTES = [
    route("/firewalls/reviews", listing),
    route("/firewalls/reviews/{id}", page),
    route("/firewalls/reviews/{id}/sign", sign, ("POST",)),
    route("/firewalls/reviews/{id}/sample/{place}", again),
    route("/firewalls/reviews/{id}/sample/{place}/{verb}", answer, ("POST",)),
]
