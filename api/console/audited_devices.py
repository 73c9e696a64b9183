"""A device in an audit: the machine's answers, the checklist by area, the sample, files and scans, its findings. [FW-5]"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api import formats
from api.console import audit_words as words
from api.console import frame
from api.console.account import uuid_of
from api.console.firewall_audits import FAULTS, rows_of
from api.console.pages import firewall_audits as pages
from api.console.pages.frame import Choice, Form
from api.console.sent import Limits
from api.console.visit import Visit, problems_of, route
from api.words import N_, _
from firewall_audit.audits import answers, files, findings, gathering, readings
from firewall_audit.audits.files import FileView
from firewall_audit.audits.readings import AuditedPage
from kernel.errors import Malformed, NotFound
from policy import book

RULE = {
    "filter": N_("List"), "line": N_("Line"), "owner": N_("Owner"), "ticket": N_("Change"), "ends": N_("Ends"), "comment": N_("Comment"),
}  # fmt: skip
DAY = {"rows": N_("Lines")}
NO_FILE = N_("Choose a file.")


def page(visit: Visit, form: Form | None = None, status: int = 200, *, same: bool | None = None) -> Response:
    """GET /firewalls/audited/{id}."""
    found = readings.read_audited(visit.actor, _id(visit))
    return visit.page("firewalls/audited.html", view_of(visit, found, form or Form(), same), status)


def view_of(visit: Visit, found: AuditedPage, form: Form, same: bool | None) -> pages.Device:
    """Make the page of a device in an audit."""
    one = found.device
    told = [each for each in found.findings if each.state != "withdrawn"]
    return pages.Device(
        id=str(one.id), audit=str(one.audit_id), slug=one.slug, name=one.name, state=words.AUDIT_STATES[found.audit.state],
        checks=tuple(_check(each) for each in one.checks), areas=tuple(_areas(found)),
        sample=tuple(_drawn(found, place) for place in range(len(one.sample))), configuration=one.configuration, seed=found.audit.seed,
        files=tuple(_file(each) for each in found.files), zones=tuple(Choice(name, name) for name in found.zones),
        points=tuple(Choice(each.code, f"{each.code} · {each.ask[:70]}") for each in found.method.points),
        findings=tuple(rows_of(visit, told, {})), before=str(found.before or ""), after=str(found.after or ""),
        may_answer=found.audit.state == "open" and frame.is_open(visit.actor, "audited-device.answer"), same=same, form=form,
    )  # fmt: skip


def _check(one: Mapping[str, Any]) -> pages.Check:
    figures = tuple(
        (words.FIGURES.get(name, name), _figure(value)) for name, value in one["figures"].items() if value != ""
    )
    return pages.Check(
        words.TOOLS.get(one["tool"], one["tool"]), words.VERDICTS[one["verdict"]], figures, one["digest"]
    )


def _figure(value: object) -> str:
    return formats.number(value) if isinstance(value, int) else str(value)[:16].replace("T", " ")


def _areas(found: AuditedPage) -> list[pages.Area]:
    told = []
    for area, name in words.AREAS.items():
        points = tuple(
            pages.Point(
                one.code, one.ask, one.how, words.TOOLS.get(one.tool, ""), words.DANGERS[one.danger],
                found.device.answers.get(one.code, {}).get("answer", ""), found.device.answers.get(one.code, {}).get("words", ""),
            )
            for one in found.method.points
            if one.area == area
        )  # fmt: skip
        if points:
            told.append(pages.Area(area, name, points, sum(not one.answer for one in points)))
    return told


def _drawn(found: AuditedPage, place: int) -> pages.Drawn:
    one, given = found.device.sample[place], found.device.judged.get(str(place), {})
    is_day = one["kind"] == "day"
    facts = [
        (label, str(one[name])) for name, label in (DAY if is_day else RULE).items() if one.get(name) not in {"", None}
    ]
    if is_day:
        facts.append((N_("Review"), _("Signed") if one["signed"] else _("not signed")))
    return pages.Drawn(
        place, one["day"] if is_day else one["text"], tuple(facts), is_day, given.get("answer", ""), given.get("words", "")
    )  # fmt: skip


def _file(one: FileView) -> pages.File:
    told = ""
    if one.kind == "nmap":
        told = _(
            "%(open)s ports open on %(hosts)s hosts; %(refused)s of them the configuration refuses, %(non)s are non-essential",
            open=one.told["open"], hosts=one.told["hosts"], refused=one.told["refused"], non=one.told["non-essential"],
        )  # fmt: skip
    return pages.File(str(one.id), one.name, one.size, one.digest, one.point, one.attached_at, told)


def answer(visit: Visit) -> Response:
    """POST /firewalls/audited/{id}/answers/{area}: every point of an area that was answered otherwise than before."""
    found = readings.read_audited(visit.actor, _id(visit))
    area = visit.request.path_params["area"]
    problems: dict[str, str] = {}
    for point in found.method.points:
        told, said = visit.field(f"answer-{point.code}"), visit.field(f"words-{point.code}").strip()
        before = found.device.answers.get(point.code, {})
        if point.area != area or not told or (told, said) == (before.get("answer"), before.get("words", "")):
            continue
        try:
            answers.answer_point(visit.actor, _id(visit), point=point.code, answer=told, words=said)  # type: ignore[arg-type] # it is checked there
        except FAULTS as error:
            problems[f"words-{point.code}"] = error.why
    if problems:
        return page(visit, Form(dict(visit.form), problems), 422)
    return visit.go(f"/firewalls/audited/{_id(visit)}?done=saved#area-{area}")


def judge(visit: Visit) -> Response:
    """POST /firewalls/audited/{id}/sample/{place}."""
    place = visit.request.path_params["place"]
    if not (place.isascii() and place.isdigit() and len(place) < 4):  # noqa: PLR2004 - longer than any sample
        raise NotFound("This is not in the sample.")
    told, said = visit.field("answer"), visit.field("words")
    try:
        answers.judge_sample(visit.actor, _id(visit), place=int(place), answer=told, words=said)  # type: ignore[arg-type] # it is checked there
    except FAULTS as error:
        kept = {f"judged-{place}": told, f"why-{place}": said}
        return page(visit, Form(kept, {f"why-{place}": error.why}), 422)
    return visit.go(f"/firewalls/audited/{_id(visit)}?done=saved#drawn-{place}")


def attach(visit: Visit) -> Response:
    """POST /firewalls/audited/{id}/files."""
    sent = {name: visit.field(name) for name in ("point", "zone")}
    try:
        content = visit.file("file")
        if not content and not visit.file_name("file"):
            raise Malformed(NO_FILE)
        files.attach(visit.actor, _id(visit), name=visit.file_name("file"), content=content, **sent)
    except FAULTS as error:
        return page(visit, Form(sent, {"file": error.why}), 422)
    return visit.go(f"/firewalls/audited/{_id(visit)}?done=attached#files")


def find(visit: Visit) -> Response:
    """POST /firewalls/audited/{id}/find."""
    sent = {name: visit.field(name) for name in ("title", "danger")}
    try:
        findings.find(visit.actor, _id(visit), **sent)  # type: ignore[arg-type] # it is checked there
    except FAULTS as error:
        return page(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/firewalls/audited/{_id(visit)}?done=done#findings")


def again(visit: Visit) -> Response:
    """POST /firewalls/audited/{id}/look-again."""
    gathering.look_again(visit.actor, _id(visit))
    return visit.go(f"/firewalls/audited/{_id(visit)}", "looking")


def draw(visit: Visit) -> Response:
    """GET /firewalls/audited/{id}/draw: the sample drawn again, by whoever wants to see it."""
    return page(visit, same=readings.draw_again(visit.actor, _id(visit)).same)


def read(visit: Visit) -> Response:
    """GET /firewalls/audit-files/{id}: the file as it came, never shown in the page."""
    one = files.read_file(visit.actor, _id(visit))
    name = "".join(sign for sign in one.name if sign.isascii() and (sign.isalnum() or sign in "._-")) or "file"
    return Response(
        one.content, media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )  # fmt: skip


def _id(visit: Visit) -> UUID:
    return uuid_of(visit.request.path_params["id"])


def most_bytes() -> int:
    """Bytes of the largest file, as the book has it."""
    return book.number("FW-5", "most_megabytes") << 20


ROUTES = [
    route("/firewalls/audit-files/{id}", read),
    route("/firewalls/audited/{id}", page),
    route("/firewalls/audited/{id}/answers/{area}", answer, ("POST",), limits=Limits(fields=300)),
    route("/firewalls/audited/{id}/sample/{place}", judge, ("POST",)),
    route("/firewalls/audited/{id}/files", attach, ("POST",), limits=Limits(form=65_536, file=most_bytes)),
    route("/firewalls/audited/{id}/find", find, ("POST",)),
    route("/firewalls/audited/{id}/look-again", again, ("POST",)),
    route("/firewalls/audited/{id}/draw", draw),
]
