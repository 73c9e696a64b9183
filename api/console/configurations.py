"""Configurations of network devices: handed in, read in plain words, compared, approved; and what changed that nobody approved. [FW-2]"""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from api.console import frame, sentences
from api.console.account import uuid_of
from api.console.applied_words import VERDICTS, rows_of
from api.console.pages import configurations as pages
from api.console.pages.frame import Choice, Form, State
from api.console.readings import look_names_up
from api.console.sent import Limits
from api.console.visit import Visit, problems_of, route
from api.words import N_, _
from firewall_audit import readings as device_readings
from firewall_audit.configurations import lists, readings, versions
from firewall_audit.configurations.lists import VersionView
from firewall_audit.configurations.readings import Comparison, FilterLines, RuleLine
from firewall_audit.drift import readings as drift
from firewall_audit.drift.readings import DriftView
from firewall_audit.rulesets.parsers import PARSERS
from kernel.errors import Conflict, Malformed, Refused

PAGE = 100
KINDS = {
    "difference": N_("Configuration"), "event": N_("Told by the device"), "sign-in": N_("Sign-in"), "absent": N_("Change"),
}  # fmt: skip
ACTIONS = {
    "allow": State(N_("Allow"), "green"), "deny": State(N_("Deny"), "red"), "reject": State(N_("Reject"), "red"),
}  # fmt: skip
UNKNOWN, APPROVED, OPEN, NEVER = (
    State(N_("Not approved yet"), "amber"), State(N_("As approved"), "green"), State(N_("Changed without approval"), "red"), State(N_("Never looked at"), "grey"),
)  # fmt: skip
SHOWS = (
    Choice("open", N_("Open")), Choice("changes", N_("Every change")), Choice("sign-ins", N_("Sign-ins")), Choice("all", N_("Everything")),
)  # fmt: skip
AGAIN = N_("Nothing is new: the same configuration was seen before.")


def devices(visit: Visit) -> Response:
    """GET /firewalls/configurations."""
    found = lists.list_device_versions(visit.actor)
    rows = tuple(
        pages.Device(
            str(one.device_id), one.name, one.slug, one.latest.number if one.latest else 0, one.latest.rules if one.latest else 0,
            one.latest.seen_at if one.latest else None, NEVER if one.latest is None else OPEN if one.open else APPROVED if one.approved else UNKNOWN,
        )
        for one in found
    )  # fmt: skip
    return visit.page("firewalls/configurations.html", pages.Devices(rows, sum(one.open for one in found)))


def device(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/configurations/{id}: the versions of one device."""
    id = uuid_of(visit.request.path_params["id"])  # noqa: A001 - the field's own name
    known = device_readings.read_device(visit.actor, id).device
    before = int(visit.field("before")) if visit.field("before").isdecimal() else None
    found = lists.list_versions(visit.actor, id, before=before, limit=PAGE)
    names = _names(visit, found)
    view = pages.Versions(
        str(id), known.name, known.slug, tuple(_version(one, names) for one in found),
        f"/firewalls/configurations/{id}?before={found[-1].number}" if len(found) == PAGE else "",
        frame.is_open(visit.actor, "configuration.take"), frame.is_open(visit.actor, "configuration.read"),
        (Choice("", N_("Find it out")), *(Choice(one.name, one.title) for one in PARSERS)), versions.MOST_BYTES, form or Form({"kind": ""}),
        frame.is_open(visit.actor, "configuration.preview"),
    )  # fmt: skip
    return visit.page("firewalls/versions.html", view, status)


def take(visit: Visit) -> Response:
    """POST /firewalls/configurations/{id}: hand the next version in."""
    id = uuid_of(visit.request.path_params["id"])  # noqa: A001
    try:
        text = visit.file("file").decode("utf-8", "replace")
        told = versions.take_configuration(visit.actor, id, text=text, kind=visit.field("kind"), source="file")
    except (Malformed, Refused) as error:
        problems = {("file" if name == "text" else name): why for name, why in problems_of(error).items()} or {
            "file": error.why
        }
        return device(visit, Form({"kind": visit.field("kind")}, problems), 422)
    if not told.new:
        return device(visit, Form({"kind": ""}, {"file": AGAIN}), 409)
    return visit.go(
        f"/firewalls/versions/{told.id}" if told.number == 1 else f"/firewalls/versions/{told.id}/difference", "done"
    )


def preview(visit: Visit) -> Response:
    """POST /firewalls/configurations/{id}/preview: what a file would change; nothing of it is kept."""
    id = uuid_of(visit.request.path_params["id"])  # noqa: A001
    try:
        text = visit.file("file").decode("utf-8", "replace")
        found = readings.preview_configuration(visit.actor, id, text=text, kind=visit.field("kind"))
    except (Malformed, Refused) as error:
        problems = {("file" if name == "text" else name): why for name, why in problems_of(error).items()} or {
            "file": error.why
        }
        return device(visit, Form({"kind": visit.field("kind")}, problems), 422)
    known = device_readings.read_device(visit.actor, id).device
    return visit.page("firewalls/difference.html", _difference("", str(id), known.name, found))


def version(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /firewalls/versions/{id}: a version in plain words."""
    found = readings.read_version(visit.actor, uuid_of(visit.request.path_params["id"]))
    names = _names(visit, [found.version])
    view = pages.Listing(
        str(found.version.id), str(found.version.device_id), found.device_name, _version(found.version, names), tuple(_rules(one) for one in found.filters),
        tuple(found.unmodelled), VERDICTS[found.drift.verdict] if found.drift else None,
        (found.drift.bound_to or "").removeprefix("change:") if found.drift else "", found.drift.found_ref if found.drift else "", found.text,
        found.version.baseline_at is None and frame.is_open(visit.actor, "configuration.baseline"), form or Form({}),
    )  # fmt: skip
    return visit.page("firewalls/version.html", view, status)


def approve(visit: Visit) -> Response:
    """POST /firewalls/versions/{id}/approve."""
    id = uuid_of(visit.request.path_params["id"])  # noqa: A001
    try:
        versions.approve_baseline(visit.actor, id)
    except (Refused, Conflict) as error:
        return version(visit, Form({}, {"": error.why}), 409)
    return visit.go(f"/firewalls/versions/{id}", "done")


def difference(visit: Visit) -> Response:
    """GET /firewalls/versions/{id}/difference: against the version before, or another."""
    id = uuid_of(visit.request.path_params["id"])  # noqa: A001
    before = int(visit.field("before")) if visit.field("before").isdecimal() else None
    found = readings.compare_versions(visit.actor, id, before=before)
    if found.before is None or found.after is None:
        raise Refused("FW-2", "There is no other version to compare with.")
    known = device_readings.read_device(visit.actor, found.after.device_id).device
    return visit.page("firewalls/difference.html", _difference(str(id), str(known.id), known.name, found))


def _difference(id: str, device: str, name: str, found: Comparison) -> pages.Difference:  # noqa: A002
    return pages.Difference(
        id, device, name, found.before.number if found.before else 0, found.after.number if found.after else 0,
        tuple(
            pages.Traffic(State(N_("Now allowed"), "red") if one.now == "allowed" else State(N_("Now refused"), "amber"), one.words, one.filter, one.certain)
            for one in found.traffic
        ),
        found.more, tuple(found.undecided), tuple(found.added), tuple(found.removed), "\n".join(found.lines), found.digest,
        VERDICTS[found.drift.verdict] if found.drift else None, (found.drift.bound_to or "").removeprefix("change:") if found.drift else "",
        rows_of(found.drift.compared) if found.drift else (),
    )  # fmt: skip


def board(visit: Visit) -> Response:
    """GET /firewalls/drift: what changed, the open ones unless something else is asked for."""
    chosen = visit.field("show") if visit.field("show") in {one.value for one in SHOWS} else "open"
    before = uuid_of(visit.field("before")) if visit.field("before") else None
    asked: dict[str, Any] = {"device": visit.field("device")} if visit.field("device") else {}
    wanted: dict[str, Any] = {"show": chosen, **asked}
    found = drift.list_drift(visit.actor, before=before, limit=PAGE, **wanted)
    names = look_names_up(visit.actor, refs=sorted({f"person:{one.person_id}" for one in found if one.person_id}))
    older = (
        f"/firewalls/drift?{urlencode({'show': chosen, 'before': str(found[-1].id), **asked})}"
        if len(found) == PAGE
        else ""
    )
    view = pages.Drifts(
        Form({"show": chosen}), SHOWS, tuple(_drift(one, names) for one in found), chosen == "open", older
    )
    return visit.page("firewalls/drift.html", view)


def _drift(one: DriftView, names: dict[str, str]) -> pages.Drift:
    by = sentences.name_of(f"person:{one.person_id}", names) if one.person_id else ", ".join(one.accounts)
    notes = [_("The device told nothing of it: its lines were stopped, or somebody hid it.")] if one.silent else []
    if one.unapproved:
        notes.append(_("Rules that were not approved: %(count)s", count=one.unapproved))
    return pages.Drift(
        str(one.id), str(one.device_id), one.device_name, KINDS[one.kind], one.what, tuple(one.lines), str(one.version_id or ""), by, one.since,
        one.last_at, one.count, VERDICTS[one.verdict], " ".join(notes), (one.bound_to or "").removeprefix("change:"), one.found_ref, one.settled_at is not None,
    )  # fmt: skip


def _names(visit: Visit, found: list[VersionView]) -> dict[str, str]:
    refs = {one.taken_by for one in found} | {f"person:{one.baseline_by}" for one in found if one.baseline_by}
    return look_names_up(visit.actor, refs=sorted(refs))


def _version(one: VersionView, names: dict[str, str]) -> pages.Version:
    return pages.Version(
        str(one.id), one.number, next((each.title for each in PARSERS if each.name == one.kind), one.kind), one.rules, one.unmodelled, one.secrets,
        one.added, one.removed, one.taken_at, one.seen_at, sentences.name_of(one.taken_by, names),
        sentences.name_of(f"person:{one.baseline_by}", names) if one.baseline_by else "",
    )  # fmt: skip


def _rules(one: FilterLines) -> pages.Rules:
    applied = ", ".join(one.applied) if one.applied else _("applied nowhere") if one.applied is not None else ""
    return pages.Rules(one.name, applied, _action(one.default), tuple(_rule(rule) for rule in one.rules))


def _rule(rule: RuleLine) -> pages.Rule:
    return pages.Rule(
        rule.place,
        _action(rule.action),
        tuple(rule.traffic),
        rule.more,
        tuple(rule.unmodelled),
        rule.comment,
        rule.text,
        off=not rule.enabled,
    )


def _action(word: str) -> State:
    return ACTIONS.get(word, State(word, "grey"))


def most_bytes() -> int:
    """Bytes of a configuration."""
    return versions.MOST_BYTES


ROUTES = [
    route("/firewalls/configurations", devices),
    route("/firewalls/configurations/{id}", device),
    route("/firewalls/configurations/{id}", take, ("POST",), limits=Limits(form=65_536, file=most_bytes)),
    route("/firewalls/configurations/{id}/preview", preview, ("POST",), limits=Limits(form=65_536, file=most_bytes)),
    route("/firewalls/drift", board),
    route("/firewalls/versions/{id}", version),
    route("/firewalls/versions/{id}/approve", approve, ("POST",)),
    route("/firewalls/versions/{id}/difference", difference),
]
