"""The calendar of who is on call: a week or a month of it, gaps loud, rotations in one step, shifts handed over with consent. [FW-6]"""

from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from babel.dates import format_date
from starlette.responses import Response

from api.console import alarm_words as words
from api.console import frame, typed_times
from api.console.account import uuid_of
from api.console.alarms import FAULTS, names_of
from api.console.calendar import weekdays
from api.console.pages import alarms as pages
from api.console.pages.frame import Choice, Form
from api.console.visit import Visit, problems_of, route
from api.words import N_, language, locale
from firewall_audit.alarms import oncall
from firewall_audit.alarms.oncall import CalendarView
from kernel.errors import Fault, Malformed, NotFound
from policy.local_time import local, midnight

NO_HOUR = N_("Write an hour as 09:00.")
NOBODY = N_("Choose at least one person.")
SENT = ("line", "person", "since", "until", "since_which", "until_which", "first", "hour", "weeks")
WEEKS = 5


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/alarms/on-call?month=on&from=2026-11-23."""
    month = visit.field("month") == "on"
    today = typed_times.today(visit.now)
    monday = _monday(visit.field("from"), today)
    weeks = WEEKS if month else 1
    since, until = midnight(monday), midnight(monday + timedelta(weeks=weeks))
    found = oncall.list_shifts(visit.actor, since=since, until=until)
    names = names_of(visit.actor, [each for one in found.shifts for each in (one.person_id, one.offered_to)])
    may_plan = frame.is_open(visit.actor, "on-call-shift.plan")
    may_offer = frame.is_open(visit.actor, "on-call-shift.offer")
    people = oncall.list_people(visit.actor) if may_plan or may_offer else []
    known = names_of(visit.actor, list(people))
    path = f"/firewalls/alarms/on-call?{'month=on&' if month else ''}from="
    view = pages.Calendar(
        title=f"{format_date(monday, 'd MMMM', locale=locale(language()))} \u2013 "
        f"{format_date(monday + timedelta(days=7 * weeks - 1), 'd MMMM y', locale=locale(language()))}",
        month=month, weekdays=weekdays(),
        weeks=tuple(
            tuple(_day(found, names, monday + timedelta(days=7 * week + day), today) for day in range(7))
            for week in range(weeks)
        ),
        shifts=tuple(
            pages.Shift(
                str(one.id), words.LINES[one.line], names[one.person_id], one.since, one.until,
                names.get(one.offered_to, "") if one.offered_to else "", one.person_id == visit.actor.id,
                one.offered_to is not None and one.offered_to == visit.actor.id, one.until <= visit.now,
            )
            for one in found.shifts
        ),
        gaps=tuple(pages.Gap(one.since, one.until) for one in found.gaps),
        before=f"{path}{monday - timedelta(weeks=weeks)}", after=f"{path}{monday + timedelta(weeks=weeks)}",
        people=tuple(sorted((Choice(str(one), name) for one, name in known.items()), key=lambda one: one.label)),
        may_plan=may_plan, may_offer=may_offer, form=form or Form({"line": "first", "hour": "09:00", "weeks": "8", "first": str(monday)}),
    )  # fmt: skip
    return visit.page("firewalls/on_call.html", view, status)


def _monday(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        day = today
    day = min(max(day, date(2000, 1, 10)), date(2999, 1, 1))
    return day - timedelta(days=day.weekday())


def _day(found: CalendarView, names: dict[UUID, str], day: date, today: date) -> pages.Day:
    begins, ends = midnight(day), midnight(day + timedelta(days=1))

    def held(line: str) -> tuple[str, ...]:
        here = [one.person_id for one in found.shifts if one.line == line and one.since < ends and one.until > begins]
        return tuple(names[one] for one in dict.fromkeys(here))

    empty = any(one.since < ends and one.until > begins for one in found.gaps)
    return pages.Day(
        format_date(day, "d MMM", locale=locale(language())), held("first"), held("second"), empty, day == today,
        day < today,
    )  # fmt: skip


def _sent(visit: Visit) -> dict[str, str]:
    return {
        **{name: visit.field(name) for name in SENT},
        **{name: "on" for name in visit.form if name.startswith("p-")},
    }


def plan(visit: Visit) -> Response:
    """POST /firewalls/alarms/on-call/plan: one shift."""
    sent = _sent(visit)
    try:
        since, until = _time(sent, "since"), _time(sent, "until")
        oncall.plan(visit.actor, line=_line(sent), person_id=uuid_of(sent["person"]), since=since, until=until)
    except FAULTS as error:
        return page(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/firewalls/alarms/on-call?from={local(since):%Y-%m-%d}", "done")


def _line(sent: dict[str, str]) -> Literal["first", "second"]:
    return "second" if sent["line"] == "second" else "first"


def _time(sent: dict[str, str], name: str) -> datetime:
    found = typed_times.read_time(sent, name)
    if found is None:
        raise Malformed(typed_times.NO_TIME, [Fault(name, typed_times.NO_TIME)])
    return found


def rotate(visit: Visit) -> Response:
    """POST /firewalls/alarms/on-call/rotate: weeks for each in turn, in the order of their names."""
    sent = _sent(visit)
    chosen = [one.removeprefix("p-") for one in sent if one.startswith("p-")]
    try:
        first = local(typed_times.read_day(sent["first"], "first")).date()
        if not chosen:
            raise Malformed(NOBODY, [Fault("people", NOBODY)])
        weeks = int(sent["weeks"]) if sent["weeks"].isascii() and sent["weeks"].isdigit() else 0
        oncall.rotate(
            visit.actor, line=_line(sent), people=[uuid_of(one) for one in chosen], first=first,
            hour=_hour(sent["hour"]), weeks=weeks,
        )  # fmt: skip
    except FAULTS as error:
        return page(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/firewalls/alarms/on-call?month=on&from={first}", "done")


def _hour(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Malformed(NO_HOUR, [Fault("hour", NO_HOUR)]) from None


def step(visit: Visit) -> Response:
    """POST /firewalls/alarms/on-call/{id}/{verb}: drop it, offer it, take it or not."""
    shift, verb = uuid_of(visit.request.path_params["id"]), visit.request.path_params["verb"]
    try:
        if verb == "drop":
            oncall.drop(visit.actor, shift)
        elif verb == "offer":
            oncall.offer(visit.actor, shift, to=uuid_of(visit.field("to")))
        elif verb in {"take", "leave"}:
            oncall.answer(visit.actor, shift, takes=verb == "take")
        else:
            raise NotFound("There is no such step.")
    except FAULTS as error:
        return page(visit, Form({}, problems_of(error)), 422)
    return visit.go("/firewalls/alarms/on-call", "done")


ROUTES = [
    route("/firewalls/alarms/on-call", page),
    route("/firewalls/alarms/on-call/plan", plan, ("POST",)),
    route("/firewalls/alarms/on-call/rotate", rotate, ("POST",)),
    route("/firewalls/alarms/on-call/{id}/{verb}", step, ("POST",)),
]
