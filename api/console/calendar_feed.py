"""Changes and one's own shifts on call for a calendar program: the address is the key, the gate is asked as its person each time. [CC-1, FW-6]"""

from datetime import timedelta

from starlette.responses import Response

from api.console import alarm_words, frame
from api.console import change_words as words
from api.console.visit import Visit, route
from api.throttles import Throttle
from api.words import N_, _
from changecontrol import feeds, ical, schedule
from changecontrol.changes import ChangeView
from changecontrol.freezes import FreezeView
from firewall_audit.alarms import oncall
from firewall_audit.alarms.oncall import ShiftView
from iam.entry.rates import Rate
from kernel.actor import person
from kernel.errors import NotFound
from kernel.settings import settings
from policy import book
from policy.local_time import local

CLAUSE = "CC-1"
MOST = 1000
STATUS = {
    **dict.fromkeys(("draft", "assess", "authorise"), "TENTATIVE"),
    **dict.fromkeys(("scheduled", "implementing", "review", "closed", "rolled-back"), "CONFIRMED"),
    **dict.fromkeys(("cancelled", "rejected"), "CANCELLED"),
}
"""What a calendar program is told of each state."""
MINUTE = 60
TOO_OFTEN = N_("This calendar is read too often; wait a minute.")


turnstile = Throttle("calendar", why=TOO_OFTEN)


def feed(visit: Visit) -> Response:
    """GET /changes/calendar.ics: by its token, without a session; a dead token is as unknown as one that never was."""
    most = book.number(CLAUSE, "feed_reads_per_minute")
    rate = Rate(burst=most, per_second=most / MINUTE)
    reader = feeds.holder(visit.request.query_params.get("token", ""))
    if reader is None:
        turnstile.take(f"from {visit.source.address}", rate)
        raise NotFound("There is no such calendar.")
    turnstile.take(f"by {reader}", rate)
    whose = person(reader, "")
    since = visit.now - timedelta(days=book.number(CLAUSE, "feed_days_back"))
    until = visit.now + timedelta(days=book.number(CLAUSE, "feed_days_ahead"))
    found = schedule.calendar(whose, states="all", limit=MOST, starts_at=since, ends_at=until)
    events = [_change(one) for one in found.changes] + [_freeze(one) for one in found.freezes]
    if frame.is_open(whose, "on-call-shift.list"):
        shifts = oncall.list_shifts(whose, since=since, until=until).shifts
        events += [_shift(one) for one in shifts if one.person_id == reader]
    every = book.number(CLAUSE, "feed_every_minutes")
    raw = ical.written(events, name=_("Changes"), stamp=visit.now, every_minutes=every)
    headers = {
        "Content-Disposition": 'inline; filename="changes.ics"',
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return Response(raw, media_type="text/calendar; charset=utf-8", headers=headers)


def _change(one: ChangeView) -> ical.Event:
    if one.starts_at is None or one.ends_at is None:
        raise ValueError("what stands in a calendar has a window")
    said = (_(words.STATES[one.state].word), _(words.MODELS[one.model]), _(words.RISKS[one.risk].word))
    return ical.Event(
        str(one.id), one.revision, f"{one.number} {one.title}", one.starts_at, one.ends_at, STATUS[one.state],  # type: ignore[arg-type]  # a key of the table above
        " · ".join(said), f"{settings.base_url.rstrip('/')}/changes/{one.id}", _(words.MODELS[one.model]),
    )  # fmt: skip


def _freeze(one: FreezeView) -> ical.Event:
    title = _("Freeze: %(title)s", title=one.title)
    return ical.Event(
        str(one.id), 0, title, one.starts_at, one.ends_at, "CONFIRMED", _("Nothing is changed."), category=_("Freeze")
    )


def _shift(one: ShiftView) -> ical.Event:
    line = _(alarm_words.LINES[one.line])
    return ical.Event(
        str(one.id), 0, _("On call: %(line)s", line=line), one.since, one.until, "CONFIRMED", _("Whoever is on call answers the alarms."),
        f"{settings.base_url.rstrip('/')}/firewalls/alarms/on-call?from={local(one.since):%Y-%m-%d}", _("On call"),
    )  # fmt: skip


ROUTES = [route("/changes/calendar.ics", feed, public=True)]
