"""Log files sent by the browser in parts: the form with a preview, sending that goes on after a break, and how far the worker has read. [FW-3]"""

from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from api.console import firewall_words as words
from api.console import frame, sentences
from api.console.account import uuid_of
from api.console.pages import uploads as pages
from api.console.pages.frame import Choice, Form, State
from api.console.readings import look_names_up
from api.console.sent import Limits
from api.console.visit import Visit, problems_of, route
from api.words import N_
from api.words import told as said
from firewall_audit.formats import BY_NAME
from firewall_audit.intake import preview, uploads
from firewall_audit.intake.files import check_zone
from firewall_audit.intake.parcels import PART, Parcel
from firewall_audit.intake.uploads import UploadView
from kernel.errors import Conflict, Denied, Malformed, NotFound, OmniError, Refused

FAULTS = (Refused, Malformed, Conflict, NotFound)
HEAD = 262_144
"""Bytes of a file by which it is shown how it is read."""
YEARS = 8
SENDING, WAITING, TAKEN, REFUSED, DROPPED = (
    State(N_("Being sent"), "blue"), State(N_("Being taken in"), "blue"), State(N_("Taken in"), "green"),
    State(N_("Not taken in"), "red"), State(N_("Given up"), "grey"),
)  # fmt: skip
STATES = {"sending": SENDING, "waiting": WAITING, "taken": TAKEN, "refused": REFUSED, "dropped": DROPPED}


def listing(visit: Visit) -> Response:
    """GET /firewalls/{id}/uploads."""
    told = uploads.list_uploads(visit.actor, uuid_of(visit.request.path_params["id"]))
    device, found = told.device, told.uploads
    names = look_names_up(visit.actor, refs=sorted({f"person:{one.begun_by}" for one in found}))
    year = visit.now.year
    view = pages.Uploads(
        str(device.id), device.name, device.time_zone,
        ", ".join(BY_NAME[name].title for name in device.formats if name in BY_NAME),
        tuple(Choice(str(one), str(one)) for one in range(year, year - YEARS, -1)), PART,
        tuple(_upload(visit, one, names) for one in found), frame.is_open(visit.actor, "log-upload.begin"),
    )  # fmt: skip
    return visit.page("firewalls/uploads.html", view)


def show_preview(visit: Visit) -> Response:
    """POST /firewalls/{id}/uploads/preview: the first lines as the likeliest formats read them."""
    device = uploads.list_uploads(visit.actor, uuid_of(visit.request.path_params["id"])).device
    if not frame.is_open(visit.actor, "log-upload.begin"):
        raise Denied("You may not send log files.", "FW-3")
    try:
        zone = visit.field("zone").strip() or device.time_zone
        check_zone(zone)
        dated = uploads.dated(visit.now, _modified(visit), _year(visit), zone)
        found = preview.preview(visit.file("head"), device.formats, zone, dated)
    except Malformed as fault:
        return visit.part("firewalls/upload_preview.html", pages.Preview((), fault.why))
    view = pages.Preview(
        tuple(
            pages.Likely(
                one.name, one.title, one.read, one.lines,
                tuple(
                    pages.Line(
                        words.shown(row.line), row.read, row.at, words.VERDICTS.get(row.verdict, ""), row.source,
                        row.destination, words.shown(row.told),
                    )
                    for row in one.rows
                ),
            )
            for one in found
        )
    )  # fmt: skip
    return visit.part("firewalls/upload_preview.html", view)


def begin(visit: Visit) -> Response:
    """POST /firewalls/{id}/uploads: begin, answered as JSON to the page's script."""
    device_id = uuid_of(visit.request.path_params["id"])
    try:
        size: Any = visit.field("size")
        made = uploads.begin_upload(
            visit.actor, device_id, name=visit.field("name"), size=size, modified_at=_modified(visit), year=_year(visit),
            zone=visit.field("zone"), partial=visit.field("partial") == "on",
        )  # fmt: skip
    except (*FAULTS, Denied) as error:
        return _fault(error)
    return JSONResponse({"id": str(made.id), "part": made.part_size, "held": []})


def put(visit: Visit) -> Response:
    """POST /firewalls/uploads/{id}/parts/{number}: a part as the body, its SHA-256 in the address."""
    upload_id = uuid_of(visit.request.path_params["id"])
    try:
        found = uploads.read_upload(visit.actor, upload_id).upload
        if found.state != "sending" or not frame.is_open(visit.actor, "log-upload.begin"):
            raise Conflict("This file is not being sent any more.", "FW-3")
        number = visit.request.path_params["number"]
        parcel = Parcel(found.id, found.size, found.part_size)
        parcel.put(int(number) if number.isdecimal() and len(number) < 10 else -1, visit.raw, visit.field("sha256"))  # noqa: PLR2004 - more parts than any file has
    except (*FAULTS, Denied) as error:
        return _fault(error)
    return JSONResponse({"held": len(parcel.held())})


def held(visit: Visit) -> Response:
    """GET /firewalls/uploads/{id}/parts: which parts are here."""
    found = uploads.read_upload(visit.actor, uuid_of(visit.request.path_params["id"]))
    return JSONResponse(
        {
            "id": str(found.upload.id), "part": found.upload.part_size, "size": found.upload.size,
            "held": [[number, digest] for number, digest in sorted(found.parts.items())],
        }
    )  # fmt: skip


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/uploads/{id}."""
    view = _one(visit, form)
    return visit.page("firewalls/upload.html", view, status)


def standing(visit: Visit) -> Response:
    """GET /firewalls/uploads/{id}/standing: how far it is, asked again and again."""
    return visit.part("firewalls/upload_standing.html", _one(visit))


def _one(visit: Visit, form: Form | None = None) -> pages.One:
    found = uploads.read_upload(visit.actor, uuid_of(visit.request.path_params["id"]))
    names = look_names_up(visit.actor, refs=[f"person:{found.upload.begun_by}"])
    shown = _upload(visit, found.upload, names, found)
    return pages.One(found.device_name, shown, found.upload.part_size, form or Form({}))


def finish(visit: Visit) -> Response:
    """POST /firewalls/uploads/{id}/finish."""
    return _step(visit, uploads.finish_upload)


def keep(visit: Visit) -> Response:
    """POST /firewalls/uploads/{id}/keep: take in what is readable of it."""
    return _step(visit, uploads.keep_readable)


def drop(visit: Visit) -> Response:
    """POST /firewalls/uploads/{id}/drop."""
    return _step(visit, uploads.drop_upload)


def _step(visit: Visit, take: Any) -> Response:
    upload_id = uuid_of(visit.request.path_params["id"])
    try:
        take(visit.actor, upload_id)
    except (Refused, Conflict) as error:
        return page(visit, Form({}, problems_of(error)), 409)
    return visit.go(f"/firewalls/uploads/{upload_id}")


def _upload(
    visit: Visit, one: UploadView, names: dict[str, str], told: uploads.UploadPage | None = None
) -> pages.Upload:
    may = frame.is_open(visit.actor, "log-upload.begin")
    return pages.Upload(
        id=str(one.id), device_id=str(one.device_id), name=one.name, size=one.size, state=STATES[one.state],
        step=one.state, begun=one.begun_at, by=sentences.name_of(f"person:{one.begun_by}", names), held=one.held,
        parts=one.parts, read=min(one.read, one.size), lines=told.lines if told and told.lines is not None else one.lines,
        unread=told.unparsed if told and told.unparsed is not None else one.unread, partial=one.partial, why=one.why,
        batch_id=str(one.batch_id or ""), days=told.days if told else (), may_send=may and one.state == "sending",
        may_keep=may and one.state == "refused" and one.kept and not one.partial,
        may_drop=may and one.state in {"sending", "refused"},
    )  # fmt: skip


def _modified(visit: Visit) -> datetime | None:
    text = visit.field("modified")
    return datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdecimal() and len(text) < 15 else None  # noqa: PLR2004 - milliseconds of this age


def _year(visit: Visit) -> int | None:
    text = visit.field("year")
    return int(text) if text.isdecimal() and len(text) == 4 else None  # noqa: PLR2004 - digits of a year


def _fault(error: OmniError) -> Response:
    why = next(iter(problems_of(error).values()), error.why)
    return JSONResponse({"why": said(why)}, status_code=409 if isinstance(error, Conflict) else 422)


def part_bytes() -> int:
    """Bytes of a part."""
    return PART


def head_bytes() -> int:
    """Bytes of the beginning of a file."""
    return HEAD


ROUTES = [
    route("/firewalls/uploads/{id}", page),
    route("/firewalls/uploads/{id}/standing", standing, touch=False),
    route("/firewalls/uploads/{id}/parts", held),
    route("/firewalls/uploads/{id}/parts/{number}", put, ("POST",), limits=Limits(file=part_bytes, raw=PART)),
    route("/firewalls/uploads/{id}/finish", finish, ("POST",)),
    route("/firewalls/uploads/{id}/keep", keep, ("POST",)),
    route("/firewalls/uploads/{id}/drop", drop, ("POST",)),
    route("/firewalls/{id}/uploads", listing),
    route("/firewalls/{id}/uploads", begin, ("POST",)),
    route("/firewalls/{id}/uploads/preview", show_preview, ("POST",), limits=Limits(file=head_bytes)),
]
