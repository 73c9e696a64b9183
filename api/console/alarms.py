"""Alarms: the list, one with its lines, taken on, closed; tests; and the line on every page while a grave one is open. [FW-6]"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from starlette.responses import Response

from api.console import alarm_words as words
from api.console import frame
from api.console.account import uuid_of
from api.console.firewall_words import shown
from api.console.pages import alarms as pages
from api.console.pages.frame import Alarmed, Choice, Form
from api.console.readings import look_names_up
from api.console.visit import Visit, problems_of, route
from api.words import _
from firewall_audit import devices
from firewall_audit.alarms import alarms, readings, testing
from firewall_audit.alarms.readings import AlarmPage, AlarmView, HealthView
from kernel.actor import Actor
from kernel.errors import Conflict, Malformed, NotFound, Refused, Unavailable

FAULTS = (Refused, Malformed, Conflict, NotFound, Unavailable)


def listing(visit: Visit) -> Response:
    """GET /firewalls/alarms."""
    closed = visit.field("closed") == "on"
    rows = _rows(visit, closed=closed)
    may_test = frame.is_open(visit.actor, "alarm-test.ask")
    standing = devices.list_devices(visit.actor, limit=500) if may_test else []
    view = pages.List(
        rows, closed, health=_health(visit), tests=_tests(visit), may_test=may_test,
        devices=tuple(Choice(str(one.id), one.name) for one in standing),
    )  # fmt: skip
    return visit.page("firewalls/alarms.html", view)


def part(visit: Visit) -> Response:
    """GET /firewalls/alarms/list: the list anew, when an alarm came or changed."""
    closed = visit.field("closed") == "on"
    return visit.part("parts/alarm_list.html", pages.List(_rows(visit, closed=closed), closed))


def _rows(visit: Visit, *, closed: bool) -> tuple[pages.Row, ...]:
    found = readings.list_alarms(visit.actor, closed=closed)
    names = names_of(visit.actor, [one.acknowledged_by for one in found])
    return tuple(_row(one, names) for one in found)


def _row(one: AlarmView, names: Mapping[UUID, str]) -> pages.Row:
    return pages.Row(
        str(one.id), words.title_of(one.kind, one.name, one.about), words.DANGERS[one.danger], words.STATES[one.state], words.MARKS.get(one.kind), one.device,
        one.count, one.raised_at, one.last_at, names.get(one.acknowledged_by, "") if one.acknowledged_by else "",
    )  # fmt: skip


def names_of(actor: Actor, people: list[UUID | None]) -> dict[UUID, str]:
    """Give the names of people by their ids."""
    known = [one for one in dict.fromkeys(people) if one is not None]
    found = look_names_up(actor, refs=[f"person:{one}" for one in known]) if known else {}
    return {one: found.get(f"person:{one}", _("somebody")) for one in known}


def _health(visit: Visit) -> pages.Health | None:
    if not frame.is_open(visit.actor, "alarm.health"):
        return None
    one: HealthView = readings.health(visit.actor)
    names = names_of(visit.actor, [*one.first, *one.second])
    return pages.Health(
        words.ALIVE if one.is_alive else words.SILENT, one.beat_at, _seconds(one.lag_ms / 1000), one.lines, one.unread,
        one.forgotten, one.missed, one.rules, tuple(names[each] for each in one.first),
        tuple(names[each] for each in one.second), one.tested_at, one.test_due_at is None or one.test_due_at < visit.now,
    )  # fmt: skip


def _tests(visit: Visit) -> tuple[pages.Test, ...]:
    if not frame.is_open(visit.actor, "alarm-test.list"):
        return ()
    return tuple(
        pages.Test(
            str(one.id), str(one.alarm_id or ""), one.asked_at, _between(one.asked_at, one.raised_at),
            _between(one.asked_at, one.acknowledged_at),
        )
        for one in readings.list_tests(visit.actor)[:5]
    )  # fmt: skip


def _between(begin: datetime, end: datetime | None) -> str:
    return "" if end is None else _seconds((end - begin).total_seconds())


def _seconds(count: float) -> str:
    """Say a short time: seconds with a tenth, minutes from two on."""
    if count < 120:  # noqa: PLR2004 - two minutes
        return _("%(num)s s", num=f"{count:.1f}")
    return _("%(num)s min", num=f"{count / 60:.0f}")


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/alarms/{id}."""
    found = readings.read_alarm(visit.actor, _id(visit))
    return visit.page("firewalls/alarm.html", view_of(visit, found, form), status)


def view_of(visit: Visit, found: AlarmPage, form: Form | None) -> pages.Alarm:
    """Make the page of an alarm."""
    one = found.alarm
    people = [one.acknowledged_by, one.closed_by, *(each.person_id for each in found.sendings)]
    names = names_of(visit.actor, people)
    rules = {each.id: words.rule_name(each.name) for each in readings.list_rules(visit.actor)}
    return pages.Alarm(
        row=_row(one, names), about=one.about, first=one.first_at, lines=tuple(shown(each) for each in found.lines),
        sendings=tuple(
            pages.Sending(
                words.STEPS.get(each.step, each.step), names.get(each.person_id, "") if each.person_id else "",
                words.CHANNELS[each.channel], each.told_at, _between(one.first_at, each.left_at),
            )
            for each in found.sendings
        ),
        rule=str(one.rule_id or ""), rule_name=rules.get(one.rule_id, "") if one.rule_id else "",
        acknowledged=one.acknowledged_at, next=one.next_at, closed=one.closed_at,
        closed_by=names.get(one.closed_by, "") if one.closed_by else "",
        disposition=words.DISPOSITIONS.get(one.disposition), words=one.words,
        may_acknowledge=one.state == "open" and frame.is_open(visit.actor, "alarm.acknowledge"),
        may_close=one.state == "acknowledged" and frame.is_open(visit.actor, "alarm.close"), form=form or Form(),
    )  # fmt: skip


def _id(visit: Visit) -> UUID:
    return uuid_of(visit.request.path_params["id"])


def acknowledge(visit: Visit) -> Response:
    """POST /firewalls/alarms/{id}/acknowledge."""
    try:
        alarms.acknowledge(visit.actor, _id(visit))
    except (Refused, Conflict) as error:
        return page(visit, Form({}, problems_of(error)), 422)
    return visit.go(f"/firewalls/alarms/{_id(visit)}", "done")


def close(visit: Visit) -> Response:
    """POST /firewalls/alarms/{id}/close."""
    sent = {name: visit.field(name) for name in ("disposition", "words")}
    try:
        alarms.close(visit.actor, _id(visit), **sent)  # type: ignore[arg-type]  # the action says what it takes
    except FAULTS as error:
        return page(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/firewalls/alarms/{_id(visit)}", "done")


def test(visit: Visit) -> Response:
    """POST /firewalls/alarms/test."""
    testing.ring(visit.actor, uuid_of(visit.field("device")))
    return visit.go("/firewalls/alarms", "rung")


def banner(visit: Visit) -> Response:
    """GET /parts/alarm-banner: what stands on every page while a grave alarm is open."""
    return visit.part("parts/alarm_banner.html", banner_of(visit.actor) or Alarmed(0))


def banner_of(actor: Actor) -> Alarmed | None:
    """Say how many grave alarms nobody has taken on, and who is on call; None for those who have nothing to do with alarms."""
    if not frame.is_open(actor, "alarm.list"):
        return None
    count, people = readings.gravest()
    names = names_of(actor, list(people))
    return Alarmed(count, tuple(names[one] for one in people))


ROUTES = [
    route("/firewalls/alarms", listing),
    route("/firewalls/alarms/list", part, touch=False),
    route("/firewalls/alarms/test", test, ("POST",)),
    route("/firewalls/alarms/{id}", page),
    route("/firewalls/alarms/{id}/acknowledge", acknowledge, ("POST",)),
    route("/firewalls/alarms/{id}/close", close, ("POST",)),
    route("/parts/alarm-banner", banner, touch=False),
]
frame.warn_by(banner_of)
