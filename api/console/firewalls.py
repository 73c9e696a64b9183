"""Firewalls: the register, one device with its batches, its form, lines that no format could read. [FW-3, SW-18]"""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from api.console import collector_words, frame, sentences
from api.console import firewall_words as words
from api.console.account import uuid_of
from api.console.named import person_named
from api.console.pages import firewalls as pages
from api.console.pages.frame import Choice, Form, State
from api.console.readings import look_names_up
from api.console.visit import Visit, problems_of, route
from firewall_audit import credentials, devices, readings
from firewall_audit.devices import DeviceView
from firewall_audit.formats import BY_NAME
from firewall_audit.intake import batches, events
from firewall_audit.readings import EventView
from kernel import gate
from kernel.db import HOUSE
from kernel.errors import Conflict, Denied, Malformed, NotFound, OmniError, Refused
from kernel.ledger.browse import read_history

FAULTS = (Refused, Malformed, Conflict, NotFound)
TOGETHER = 50


def listing(visit: Visit) -> Response:
    """GET /firewalls."""
    retired = visit.field("retired") == "on"
    found = devices.list_devices(visit.actor, retired=retired, limit=500)
    names = {one.id: one.name for one in found}
    sees = frame.is_open(visit.actor, "intake.strangers")
    told = events.list_events(visit.actor, limit=20) if frame.is_open(visit.actor, "intake.events") else []
    view = pages.Devices(
        tuple(
            pages.Row(
                str(one.id), one.slug, one.name, words.KINDS[one.kind], one.vendor, frame.place_label(one.scope),
                words.IN_SERVICE if one.state == "in-service" else words.RETIRED,
            )
            for one in found
        ),
        retired, frame.is_open(visit.actor, "network-device.add"), tuple(_event(one, names) for one in told),
        _strangers(visit) if sees else (), sees,
    )  # fmt: skip
    return visit.page("firewalls/devices.html", view)


def _strangers(visit: Visit) -> tuple[pages.Stranger, ...]:
    return tuple(
        pages.Stranger(one.sender, one.transport, one.first_at, one.last_at, one.lines, words.shown(one.sample[:200]))
        for one in events.list_strangers(visit.actor)
    )


def _event(one: EventView, names: dict[UUID, str]) -> pages.Event:
    name = names.get(one.device_id, "") if one.device_id else ""
    return pages.Event(words.EVENTS[one.kind], name, one.count, one.since, one.until, one.detail)


def page(visit: Visit) -> Response:
    """GET /firewalls/{id}."""
    return page_of(visit, uuid_of(visit.request.path_params["id"]))


def page_of(visit: Visit, device_id: UUID, form: Form | None = None, status: int = 200) -> Response:
    """Show a device, with the form that was refused."""
    found = readings.read_device(visit.actor, device_id)
    one, live = found.device, found.device.state == "in-service"
    sees = frame.is_open(visit.actor, "log-batch.list")
    rows = batches.list_batches(visit.actor, device_id=device_id, limit=TOGETHER) if sees else []
    ref = f"network-device:{device_id}"
    entries = read_history(visit.actor, ref=ref, limit=10) if frame.is_open(visit.actor, "ledger.history") else []
    names = sentences.names_for(visit.actor, entries)
    people = look_names_up(visit.actor, refs=[f"person:{one.owner_id}"])

    def may(right: str) -> bool:
        return live and frame.is_open(visit.actor, right)

    view = pages.Device(
        id=str(one.id), slug=one.slug, name=one.name, kind=words.KINDS[one.kind], vendor=one.vendor,
        formats=tuple(BY_NAME[name].title for name in one.formats if name in BY_NAME),
        owner=people.get(f"person:{one.owner_id}", ""), place=frame.place_label(one.scope), time_zone=one.time_zone,
        state=_state(found), senders=tuple(found.senders),
        zones=tuple(pages.Zone(z.name, words.SIDES[z.side], tuple(z.networks), tuple(z.interfaces)) for z in one.zones),
        prefixes=tuple((prefix, words.VERDICTS[verdict]) for prefix, verdict in one.prefixes.items()),
        expected_daily=one.expected_daily, longest_silence=one.longest_silence, heard=found.heard_at,
        received=found.received,
        credentials=tuple(
            pages.Credential(c.purpose, words.CREDENTIALS[c.kind], c.user_name, c.given_at) for c in found.credentials
        ),
        events=tuple(_event(event, {one.id: ""}) for event in found.events),
        batches=tuple(_batch(row) for row in rows), sees_batches=sees,
        history=tuple(sentences.row(entry, names) for entry in entries),
        form=form or Form(), collecting=form or _collecting(found), may_revise=may("network-device.revise"), may_retire=may("network-device.retire"),
        may_credential=may("network-device.credential"),
        collector=_collector(found) if found.collector else None,
        attempts=tuple(
            pages.Attempt(one.begun_at, one.ended_at, collector_words.OUTCOMES[one.outcome], one.asked, one.number, one.size)
            for one in found.attempts
        ),
        recipes=collector_words.CHOICES, may_collector=may("network-device.set-collector"),
        may_collect=may("network-device.collect"), may_trust=may("network-device.trust-key"),
    )  # fmt: skip
    return visit.page("firewalls/device.html", view, status)


def _collecting(found: readings.DevicePage) -> Form:
    one = found.collector
    return Form({"recipe": f"{one.way}:{one.recipe}", "address": one.address, "port": str(one.port)} if one else {})


def _collector(found: readings.DevicePage) -> pages.Collector:
    one = found.collector
    assert one is not None  # noqa: S101 - asked by the caller
    title = next(told.label for told in collector_words.CHOICES if told.value == f"{one.way}:{one.recipe}")
    state = collector_words.OUTCOMES["running" if one.running else one.outcome] if one.running or one.outcome else None
    return pages.Collector(
        f"{one.way}:{one.recipe}",
        title,
        one.address,
        one.port,
        one.has_authority,
        one.trusted,
        one.offered,
        state,
        one.failures,
        one.failing_since,
        one.asked,
    )


def _state(found: readings.DevicePage) -> State:
    if found.device.state != "in-service":
        return words.RETIRED
    if found.heard_at is None:
        return words.NEVER
    return words.SILENT if found.silent else words.IN_SERVICE


def _batch(row: batches.BatchView) -> pages.Batch:
    return pages.Batch(
        str(row.id), row.name, words.SOURCES[row.source], row.first_at, row.last_at, row.taken_at, row.lines,
        row.unparsed, row.repeated, row.cut, row.backwards, row.digest, row.partial,
    )  # fmt: skip


def new_page(visit: Visit) -> Response:
    """GET /firewalls/new."""
    if not frame.is_open(visit.actor, "network-device.add"):
        raise Denied("You may not put devices on the register.", "SW-18")
    sender = visit.field("sender")[:260]
    return _edit(visit, Form({"kind": "firewall", "time_zone": "UTC", "longest_silence": "60", "senders": sender}))


def edit_page(visit: Visit) -> Response:
    """GET /firewalls/{id}/edit."""
    device_id = uuid_of(visit.request.path_params["id"])
    found = readings.read_device(visit.actor, device_id)
    one = found.device
    owner = look_names_up(visit.actor, refs=[f"person:{one.owner_id}"]).get(f"person:{one.owner_id}", "")
    values = {
        "slug": one.slug, "name": one.name, "kind": one.kind, "vendor": one.vendor, "owner": owner, "site": one.scope,
        "time_zone": one.time_zone, "senders": "\n".join(found.senders), "zones": words.zones_told(one.zones),
        "prefixes": words.prefixes_told(one.prefixes), "expected_daily": str(one.expected_daily),
        "longest_silence": str(one.longest_silence), "format": one.formats[0] if one.formats else "",
    }  # fmt: skip
    return _edit(visit, Form(values), one)


def _edit(visit: Visit, form: Form, one: DeviceView | None = None, status: int = 200) -> Response:
    places = [Choice(HOUSE, frame.place_label(HOUSE))]
    places += [
        Choice(scope, frame.place_label(scope)) for scope in sorted(gate.current().scopes) if scope.startswith("site:")
    ]
    view = pages.Edit(
        form, str(one.id) if one else "", one.name if one else "",
        tuple(Choice(kind, label) for kind, label in words.KINDS.items()), tuple(places),
        tuple(Choice(name, known.title) for name, known in BY_NAME.items()),
    )  # fmt: skip
    return visit.page("firewalls/form.html", view, status)


def _told(visit: Visit) -> dict[str, Any]:
    """Return what a form says of a device. Raises Malformed for what cannot be read."""
    return {
        "name": visit.field("name"), "kind": visit.field("kind"), "vendor": visit.field("vendor"),
        "owner_id": str(person_named(visit, "owner")), "site": visit.field("site") or HOUSE, "time_zone": visit.field("time_zone"),
        "senders": visit.field("senders").split(), "zones": words.zones_of(visit.field("zones")),
        "prefixes": words.prefixes_of(visit.field("prefixes")),
        "expected_daily": visit.field("expected_daily") or 0, "longest_silence": visit.field("longest_silence") or 60,
        "formats": [visit.field("format")] if visit.field("format") else [],
    }  # fmt: skip


def add(visit: Visit) -> Response:
    """POST /firewalls/new."""
    try:
        made = devices.add_device(visit.actor, slug=visit.field("slug"), **_told(visit))
    except FAULTS as error:
        return _edit(visit, _kept(visit, error), status=422)
    return visit.go(f"/firewalls/{made.id}", "saved")


def revise(visit: Visit) -> Response:
    """POST /firewalls/{id}/edit."""
    device_id = uuid_of(visit.request.path_params["id"])
    try:
        devices.revise_device(visit.actor, device_id, **_told(visit))
    except FAULTS as error:
        return _edit(visit, _kept(visit, error), readings.read_device(visit.actor, device_id).device, 422)
    return visit.go(f"/firewalls/{device_id}", "saved")


def _kept(visit: Visit, error: OmniError) -> Form:
    return Form(dict(visit.form), problems_of(error))


def retire(visit: Visit) -> Response:
    """POST /firewalls/{id}/retire."""
    device_id = uuid_of(visit.request.path_params["id"])
    devices.retire_device(visit.actor, device_id)
    return visit.go(f"/firewalls/{device_id}", "done")


def give_credential(visit: Visit) -> Response:
    """POST /firewalls/{id}/credential."""
    device_id = uuid_of(visit.request.path_params["id"])
    told: dict[str, Any] = {name: visit.field(name) for name in ("purpose", "kind", "user_name", "secret")}
    try:
        credentials.give_credential(visit.actor, device_id, **told)
    except FAULTS as error:
        del told["secret"]
        return page_of(visit, device_id, Form(told, problems_of(error)), 422)
    return visit.go(f"/firewalls/{device_id}", "saved")


def drop_credential(visit: Visit) -> Response:
    """POST /firewalls/{id}/drop-credential."""
    device_id = uuid_of(visit.request.path_params["id"])
    purpose: Any = visit.field("purpose")
    credentials.drop_credential(visit.actor, device_id, purpose=purpose)
    return visit.go(f"/firewalls/{device_id}", "done")


def unparsed(visit: Visit) -> Response:
    """GET /firewalls/batches/{id}."""
    found = batches.read_unparsed(visit.actor, uuid_of(visit.request.path_params["id"]))
    view = pages.Unparsed(
        str(found.batch.device_id), _batch(found.batch), tuple((place, words.shown(text)) for place, text in found.lines),
        frame.is_open(visit.actor, "log-batch.ask-again"),
    )  # fmt: skip
    return visit.page("firewalls/unparsed.html", view)


def ask_again(visit: Visit) -> Response:
    """POST /firewalls/batches/{id}/again."""
    batch_id = uuid_of(visit.request.path_params["id"])
    batches.ask_again(visit.actor, batch_id)
    return visit.go(f"/firewalls/batches/{batch_id}", "asked-again")


ROUTES = [
    route("/firewalls", listing),
    route("/firewalls/new", new_page),
    route("/firewalls/new", add, ("POST",)),
    route("/firewalls/batches/{id}", unparsed),
    route("/firewalls/batches/{id}/again", ask_again, ("POST",)),
    route("/firewalls/{id}", page),
    route("/firewalls/{id}/edit", edit_page),
    route("/firewalls/{id}/edit", revise, ("POST",)),
    route("/firewalls/{id}/retire", retire, ("POST",)),
    route("/firewalls/{id}/credential", give_credential, ("POST",)),
    route("/firewalls/{id}/drop-credential", drop_credential, ("POST",)),
]
