"""Training for who leads: who falls asleep tomorrow, who is late by person, site and manager, and asking for an excuse. [TR-1]"""

from datetime import datetime, timedelta
from uuid import UUID

from starlette.responses import Response

from api.console import frame, learning_tables
from api.console.account import uuid_of
from api.console.pages import learning as pages
from api.console.pages.frame import Choice, Form
from api.console.report_tables import Asked
from api.console.training import length_of
from api.console.visit import Visit, problems_of, route
from api.words import N_
from kernel.errors import Conflict, Malformed, NotFound, Refused
from policy import book
from training.learning import excuses
from training.learning import readings as learning
from training.learning.readings import Late

SHOWN = 100
TABS = (
    (Choice("/training/team", N_("People")), "training.completion"),
    (Choice("/training/courses", N_("Courses")), "course.list"),
)
CLAUSE = "TR-1"


def tabs(visit: Visit) -> tuple[Choice, ...]:
    """The pages of training beside one's own, as far as they are open."""
    return tuple(one for one, right in TABS if frame.is_open(visit.actor, right))


def page(visit: Visit) -> Response:
    """GET /training/team."""
    days = visit.field("days") if visit.field("days") in {one.value for one in learning_tables.DAYS} else "1"
    titles = learning_tables.titles_of(visit.actor)
    done = tuple(
        pages.DoneRow(titles.get(one.course, one.course), one.bound, one.in_date, one.late)
        for one in learning.completion(visit.actor)
    )
    late = learning.overdue(visit.actor) if frame.is_open(visit.actor, "training.overdue") else None
    leaders = learning_tables.leaders_of(visit.actor, late) if late else {}
    view = pages.Team(
        tabs=tabs(visit), days=days, spans=learning_tables.DAYS, falling=_falling(visit, int(days), titles),
        late=_late(visit, late, titles, leaders) if late is not None else None, late_count=len(late or ()),
        sites=tuple(pages.GroupRow(*row) for row in learning_tables.by_site(late or ())),
        leaders=tuple(pages.GroupRow(*row) for row in learning_tables.count_late(late or (), leaders)), done=done,
    )  # fmt: skip
    return visit.page("training/team.html", view)


def _falling(visit: Visit, days: int, titles: dict[str, str]) -> tuple[pages.FallingRow, ...] | None:
    if not frame.is_open(visit.actor, "training.tomorrow"):
        return None
    found = learning.falling_asleep(visit.actor, days=days)[:SHOWN]
    names = learning_tables.names_of(visit.actor, (one.person_id for one in found))
    return tuple(
        pages.FallingRow(
            names.get(one.person_id, ""), f"/people/{one.person_id}", frame.place_label(one.place),
            titles.get(one.course, one.course), one.at, one.asleep, learning_tables.deeds_of(one.actions),
        )
        for one in found
    )  # fmt: skip


def _late(
    visit: Visit, late: list[Late], titles: dict[str, str], leaders: dict[UUID, str]
) -> tuple[pages.LateRow, ...]:
    asks = frame.is_open(visit.actor, "training.ask-excuse")
    names = learning_tables.names_of(visit.actor, (one.person_id for one in late[:SHOWN]))
    return tuple(
        pages.LateRow(
            names.get(one.person_id, ""), f"/people/{one.person_id}", frame.place_label(one.place),
            leaders.get(one.person_id, ""), titles.get(one.course, one.course), one.due_at,
            f"/training/excuses/{one.assignment_id}" if asks else "",
        )
        for one in late[:SHOWN]
    )  # fmt: skip


def excuse(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /training/excuses/{id}: asking that somebody, or oneself, need not take a course until a day."""
    key = uuid_of(visit.request.path_params["id"])
    titles = learning_tables.titles_of(visit.actor)
    longest = length_of(str(book.parameter(CLAUSE, "longest_excuse")))
    found = _of_mine(visit, key) or _of_others(visit, key)
    if found is None:
        raise NotFound("There is no such assignment.")
    name, course, due, back = found
    view = pages.Excuse(form or Form(), str(key), name, titles.get(course, course), due, longest, back)
    return visit.page("training/excuse.html", view, status)


def _of_mine(visit: Visit, key: UUID) -> tuple[str, str, datetime, str] | None:
    mine = next((one for one in learning.my_courses(visit.actor) if one.assignment_id == key), None)
    return ("", mine.slug, mine.due_at or visit.now, f"/training/{mine.slug}") if mine else None


def _of_others(visit: Visit, key: UUID) -> tuple[str, str, datetime, str] | None:
    if not frame.is_open(visit.actor, "training.overdue"):
        return None
    late = next((one for one in learning.overdue(visit.actor) if one.assignment_id == key), None)
    if late is None:
        return None
    name = learning_tables.names_of(visit.actor, [late.person_id]).get(late.person_id, "")
    return name, late.course, late.due_at, "/training/team"


def ask_excuse(visit: Visit) -> Response:
    """POST /training/excuses/{id}: until the end of the day that was chosen."""
    sent = {name: visit.field(name) for name in ("reason", "until")}
    try:
        until = Asked(visit.actor, sent, visit.now).day("until", 1) - timedelta(seconds=1)
        excuses.ask_excuse(visit.actor, uuid_of(visit.request.path_params["id"]), reason=sent["reason"], until=until)
    except (Refused, Conflict, Malformed) as error:
        return excuse(visit, Form(sent, problems_of(error)), 422)
    return visit.go("/training", "asked")


ROUTES = [
    route("/training/team", page),
    route("/training/excuses/{id}", excuse),
    route("/training/excuses/{id}", ask_excuse, ("POST",)),
]
