"""Directories: the list, adding one, trying one, and one with its groups, looks and changes. [AC-7, PW-4]"""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from api.console import frame, sentences
from api.console.account import uuid_of
from api.console.deviation_words import KINDS as DEVIATIONS
from api.console.deviations import STANDINGS
from api.console.directory_words import KINDS, REMEDIES, STEPS
from api.console.pages import directories as pages
from api.console.pages.frame import Choice, Form
from api.console.visit import Visit, problems_of, route
from api.words import N_, _, plural
from changecontrol import systems
from iam.directory import registry, trials, views
from iam.directory.trials import Trial
from iam.directory.views import DirectoryPage, LookView
from iam.people.platforms import add_platform, list_platforms
from kernel.errors import Busy, Conflict, Denied, Malformed, NotFound, OmniError, Refused
from kernel.ledger.browse import read_history

KEPT = ("platform", "label", "slug", "kind", "host", "port", "security", "bind_dn", "people", "groups", "authority")
PATTERNS = ("pattern", "forms")
FAULTS = (Refused, Malformed, Conflict, NotFound, Busy)
PORTS = {"ldaps": "636", "starttls": "389"}


def listing(visit: Visit) -> Response:
    """GET /directories."""
    found = registry.list_directories(visit.actor)
    labels = {one.slug: one.label for one in list_platforms(visit.actor)}
    rows = tuple(_row(views.read_directory(visit.actor, one.id), labels) for one in found)
    may_add = frame.is_open(visit.actor, "directory.add")
    return visit.page("directories/directories.html", pages.Directories(rows, may_add, not may_add))


def _row(one: DirectoryPage, labels: dict[str, str]) -> pages.Row:
    return pages.Row(
        str(one.id), labels.get(one.platform, one.platform), KINDS[one.kind], one.url,
        STANDINGS[one.state if one.active else "let-be"], one.why, one.answered_at, one.full_at, one.entries,
        sum(one.deviations.values()),
    )  # fmt: skip


def new_page(visit: Visit) -> Response:
    """GET /directories/new."""
    if not frame.is_open(visit.actor, "directory.add"):
        raise Denied("Adding a directory needs the elevated right. Ask for an elevation first.", "AC-5")
    return _new(visit, Form({"security": "ldaps", "kind": "ldap"}))


def _new(visit: Visit, form: Form, status: int = 200, trial: pages.Trial | None = None) -> Response:
    taken = {one.platform for one in registry.list_directories(visit.actor)}
    free = tuple(
        Choice(one.slug, one.label)
        for one in list_platforms(visit.actor)
        if one.kind in KINDS and one.slug not in taken and one.active
    )
    return visit.page("directories/new.html", pages.New(form, free, trial), status)


def _told(visit: Visit) -> dict[str, Any]:
    """Return the settings a form tells. Raises Malformed for what no address can be made of."""
    security = visit.field("security") if visit.field("security") in PORTS else "ldaps"
    scheme = "ldaps" if security == "ldaps" else "ldap"
    port = visit.field("port").strip() or PORTS[security]
    file = visit.file("authority_file")
    return {
        "kind": _kind(visit),
        "url": f"{scheme}://{visit.field('host').strip()}:{port}",
        "bind_dn": visit.field("bind_dn"),
        "password": visit.field("password"),
        "people": visit.field("people"),
        "groups": visit.field("groups"),
        "authority": (file.decode("utf-8", "replace") if file else visit.field("authority")).strip(),
    }


def _kind(visit: Visit) -> str:
    if visit.field("platform"):
        known = {one.slug: one.kind for one in list_platforms(visit.actor)}
        return known.get(visit.field("platform"), "")
    return visit.field("kind")


def _kept(visit: Visit, error: OmniError | None = None) -> Form:
    """Return what was typed, the password left out, and what is wrong with it by the names of the form."""
    file = visit.file("authority_file")
    kept = {name: visit.field(name) for name in (*KEPT, *PATTERNS)}
    if file and error is None:
        kept["authority"] = file.decode("utf-8", "replace")
    if "PRIVATE KEY" in kept["authority"]:
        kept["authority"] = ""
    problems = problems_of(error) if error is not None else {}
    return Form(kept, {"host" if name == "url" else name: why for name, why in problems.items()})


def attempt(visit: Visit) -> Response:
    """POST /directories/try: try the settings of the form; nothing is kept."""
    try:
        trial = shown(trials.try_settings(visit.actor, **_told(visit)))
    except FAULTS as error:
        if visit.partial:
            return visit.part("directories/trial.html", _no_trial(_kept(visit, error)))
        return _new(visit, _kept(visit, error), 422)
    if visit.partial:
        return visit.part("directories/trial.html", trial)
    return _new(visit, _kept(visit), trial=trial)


def _no_trial(form: Form) -> pages.Trial:
    """Say of settings that cannot be tried what is wrong with them."""
    why = " ".join(dict.fromkeys(form.problems.values()))
    return pages.Trial(STANDINGS["refused"], why, "", (), "")


def add(visit: Visit) -> Response:
    """POST /directories/new: the platform where it is a new one, then the directory."""
    try:
        told = _told(visit)
        trials.check_directory(visit.actor, **told)
        del told["kind"]
        slug = visit.field("platform") or _platform(visit)
        made = registry.add_directory(visit.actor, platform=slug, **told)
    except FAULTS as error:
        return _new(visit, _kept(visit, error), 422)
    return visit.go(f"/directories/{made.id}", "directory-added")


def _platform(visit: Visit) -> str:
    shape = {name: visit.field(name).strip() for name in PATTERNS if visit.field(name).strip()}
    told: dict[str, Any] = dict(shape)
    if "forms" in shape:
        told["forms"] = shape["forms"].split()
    told |= {"slug": visit.field("slug").strip(), "label": visit.field("label"), "kind": _kind(visit)}
    made = add_platform(visit.actor, **told)
    return made.slug


def page(visit: Visit) -> Response:
    """GET /directories/{id}."""
    return _page(visit, Form())


def id_of(visit: Visit) -> UUID:
    """Return which directory the address names. Raises NotFound."""
    return uuid_of(visit.request.path_params["id"])


def _page(visit: Visit, form: Form, status: int = 200, trial: pages.Trial | None = None) -> Response:
    found = views.read_directory(visit.actor, id_of(visit))
    entries = (
        read_history(visit.actor, ref=f"directory:{found.id}") if frame.is_open(visit.actor, "ledger.history") else []
    )
    names = sentences.names_for(visit.actor, entries)
    state = found.state if found.active else "let-be"
    may_change = frame.is_open(visit.actor, "directory.amend")
    view = pages.Directory(
        id=str(found.id), name=found.label, kind=KINDS[found.kind], state=STANDINGS[state], why=found.why,
        remedy=REMEDIES.get(found.state, "") if found.active else "", url=found.url, bind_dn=found.bind_dn,
        people=found.people, groups=found.groups, pattern=found.pattern,
        authority=N_("its own, given here") if found.has_authority else N_("the machine's own list"),
        active=found.active, asked=found.asked_at, answered=found.answered_at, whole=found.full_at,
        entries=found.entries, bound=found.bound, unbound_accounts=found.unbound_accounts,
        deviations=tuple(
            (kind, DEVIATIONS.get(kind, kind), count) for kind, count in sorted(found.deviations.items())
        ),
        group_rights=tuple(
            pages.Group(str(one.id), one.name, frame.role_label(one.role) if one.role else "", frame.place_label(one.scope))
            for one in found.group_rights
        ),
        looks=tuple(map(_look, found.looks)),
        history=tuple(sentences.row(entry, names) for entry in entries),
        form=form, trial=trial, system=found.system, systems=_systems(visit, found.system) if may_change else (),
        may_look=frame.is_open(visit.actor, "directory.look"), may_change=may_change, needs_elevation=not may_change,
    )  # fmt: skip
    return visit.page("directories/directory.html", view, status)


def _systems(visit: Visit, chosen: str) -> tuple[Choice, ...]:
    """What a directory may be: none, or a production system of the register."""
    known: dict[str, str] = {}
    if frame.is_open(visit.actor, "system.list"):
        known = {one.slug: one.label for one in systems.list_systems(visit.actor, environment="production", limit=500)}
    if chosen:
        known.setdefault(chosen, chosen)
    return (Choice("", N_("No system: nobody judges its groups")), *(Choice(*one) for one in known.items()))


def stand_for(visit: Visit) -> Response:
    """POST /directories/{id}/system: which system of the register it is."""
    try:
        registry.amend_directory(visit.actor, id_of(visit), system=visit.field("system"))
    except FAULTS as error:
        return _page(visit, Form({"system": visit.field("system")}, {"system": error.why}), 422)
    return visit.go(f"/directories/{id_of(visit)}", "saved")


def _look(one: LookView) -> pages.Look:
    told = plural("%(num)s entry compared", "%(num)s entries compared", one.compared)
    if one.found or one.settled:
        told += ", " + _("%(found)s differing, %(settled)s settled", found=one.found, settled=one.settled)
    return pages.Look(
        one.at, N_("Everything") if one.whole else N_("What changed"), f"{one.seconds:.1f} s", told, STANDINGS[one.state],
        one.why,
    )  # fmt: skip


def try_known(visit: Visit) -> Response:
    """POST /directories/{id}/try: ask it now, as a look would."""
    trial = shown(trials.try_directory(visit.actor, id_of(visit)))
    return visit.part("directories/trial.html", trial) if visit.partial else _page(visit, Form(), trial=trial)


def shown(trial: Trial) -> pages.Trial:
    """Say a trial in words: each step, and what to do about the one that failed."""
    counts = ""
    if trial.users or trial.groups:
        counts = plural("%(num)s user", "%(num)s users", trial.users)
        counts += ", " + plural("%(num)s group", "%(num)s groups", trial.groups)
    done = [(label, name in trial.steps) for name, label in STEPS.items()]
    failed = next((at for at, (_label, is_done) in enumerate(done) if not is_done), len(done))
    return pages.Trial(
        STANDINGS[trial.state], trial.why, REMEDIES.get(trial.state, ""), tuple(done[: failed + 1]),
        f"{trial.seconds:.1f} s", counts + (" …" if trial.more else ""), trial.odd_names,
    )  # fmt: skip


def amend(visit: Visit) -> Response:
    """POST /directories/{id}/amend: another address, authority or bind account; what is left empty stays."""
    file = visit.file("authority_file")
    sent: dict[str, Any] = {name: visit.field(name).strip() for name in ("url", "bind_dn") if visit.field(name).strip()}
    more: dict[str, Any] = {"password": visit.field("password")} if visit.field("password") else {}
    if file or visit.field("authority").strip():
        more["authority"] = (file.decode("utf-8", "replace") if file else visit.field("authority")).strip()
    try:
        registry.amend_directory(visit.actor, id_of(visit), **sent, **more)
    except FAULTS as error:
        return _page(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/directories/{id_of(visit)}", "saved")


def switch(visit: Visit) -> Response:
    """POST /directories/{id}/switch: let it be for a time, or take it up again."""
    registry.amend_directory(visit.actor, id_of(visit), active=visit.field("active") == "1")
    return visit.go(f"/directories/{id_of(visit)}", "saved")


def look(visit: Visit) -> Response:
    """POST /directories/{id}/look."""
    try:
        registry.look_soon(visit.actor, id_of(visit))
    except Refused as error:
        return _page(visit, Form(problems=problems_of(error)), 422)
    return visit.go(f"/directories/{id_of(visit)}", "looking")


ROUTES = [
    route("/directories", listing),
    route("/directories/new", new_page),
    route("/directories/new", add, ("POST",)),
    route("/directories/try", attempt, ("POST",)),
    route("/directories/{id}", page),
    route("/directories/{id}/try", try_known, ("POST",)),
    route("/directories/{id}/amend", amend, ("POST",)),
    route("/directories/{id}/switch", switch, ("POST",)),
    route("/directories/{id}/system", stand_for, ("POST",)),
    route("/directories/{id}/look", look, ("POST",)),
]
