"""Access profiles: list, one profile, the edit with its preview, giving and withdrawing. [AC-6, AC-10]"""

from datetime import datetime
from uuid import UUID

from starlette.responses import Response

from api.console import frame, profile_edit, typed_times
from api.console.account import uuid_of
from api.console.pages import profiles as pages
from api.console.pages.frame import Choice, Form, State
from api.console.readings import find_names, look_names_up
from api.console.sentences import name_of
from api.console.visit import Visit, problems_of, route
from api.words import N_, _
from iam.profiles import holders as profile_holders
from iam.profiles import profiles
from iam.profiles import readings as profile_readings
from iam.profiles.profiles import ProfileView
from iam.profiles.readings import ProfileLine, ProfilePage
from kernel import gate
from kernel.errors import Conflict, Fault, Malformed, Refused

STATES = {
    "draft": State(N_("Draft"), "grey"),
    "asked": State(N_("Waits for approval"), "amber"),
    "in-force": State(N_("In force"), "green"),
    "retired": State(N_("Retired"), "grey"),
    "refused": State(N_("Refused"), "red"),
    "dropped": State(N_("Taken back"), "grey"),
}
KINDS = (
    Choice("site", N_("Site")),
    Choice("client", N_("Client")),
    Choice("campaign", N_("Campaign")),
    Choice("house", N_("The house")),
)
PLACES = {one.value: one.label for one in KINDS}
EMPTY = State(N_("Nothing in force"), "amber")
FIELDS = ("slug", "label", "job", "scope_kind")


def listing(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /profiles."""
    rows = tuple(_row(line) for line in profile_readings.list_profiles(visit.actor))
    may_add = frame.is_open(visit.actor, "profile.add")
    return visit.page("profiles/profiles.html", pages.Profiles(rows, form or Form(), KINDS, may_add), status)


def _row(line: ProfileLine) -> pages.ProfileRow:
    one = line.profile
    roles = ", ".join(frame.role_label(role) for role in line.roles)
    return pages.ProfileRow(
        str(one.id),
        one.label,
        one.slug,
        one.job,
        PLACES[one.scope_kind],
        roles,
        line.holders,
        state_of(one),
        line.asked,
    )


def state_of(one: ProfileView) -> State:
    """The state of a profile in a word."""
    if one.retired_at is not None:
        return STATES["retired"]
    return STATES["in-force"] if one.current is not None else EMPTY


def add(visit: Visit) -> Response:
    """POST /profiles."""
    sent = {name: visit.field(name).strip() for name in FIELDS}
    try:
        made = profiles.add_profile(visit.actor, **sent)  # type: ignore[arg-type]  # checked by the action's own model
    except (Refused, Conflict, Malformed) as error:
        return listing(visit, Form(sent, problems_of(error)), 422)
    return visit.go(f"/profiles/{made.id}/edit")


def page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    """GET /profiles/{id}."""
    found = profile_readings.read_profile(visit.actor, uuid_of(visit.request.path_params["id"]))
    one = found.profile
    live = one.retired_at is None
    refs = [f"person:{version.written_by}" for version in found.versions]
    names = look_names_up(visit.actor, refs=refs)
    view = pages.Profile(
        id=str(one.id),
        label=one.label,
        slug=one.slug,
        job=one.job,
        place=PLACES[one.scope_kind],
        state=state_of(one),
        versions=_versions(visit, found, names),
        holders=_holders(visit, found),
        form=form or Form(),
        places=places_of(one.scope_kind),
        may_write=live and frame.is_open(visit.actor, "profile.write"),
        may_give=live and one.current is not None and frame.is_open(visit.actor, "profile.give"),
        may_retire=live and frame.is_open(visit.actor, "profile.retire"),
    )
    return visit.page("profiles/profile.html", view, status)


def places_of(kind: str) -> tuple[Choice, ...]:
    """The places of a kind."""
    scopes = sorted(scope for scope in gate.current().scopes if scope.partition(":")[0] == kind)
    return tuple(Choice(scope, frame.place_label(scope)) for scope in scopes)


def _versions(visit: Visit, found: ProfilePage, names: dict[str, str]) -> tuple[pages.Version, ...]:
    may_ask = frame.is_open(visit.actor, "profile.ask")
    may_drop = frame.is_open(visit.actor, "profile.drop")
    may_see = frame.is_open(visit.actor, "profile.preview-version")
    return tuple(
        pages.Version(
            id=str(one.id),
            number=one.number,
            state=STATES[one.state],
            roles=tuple(frame.role_label(role) for role in one.roles),
            conflicts=tuple((frame.role_label(role), why) for role, why in sorted(one.conflicts.items())),
            summary=one.summary,
            by=name_of(f"person:{one.written_by}", names),
            at=one.in_force_at or one.written_at,
            may_ask=may_ask and one.state == "draft" and one.base == found.profile.current,
            may_drop=may_drop and one.state in {"draft", "asked"},
            preview=profile_edit.foreseen(profile_readings.preview_version(visit.actor, one.id))
            if may_see and one.state == "asked"
            else None,
        )
        for one in found.versions
    )


def _holders(visit: Visit, found: ProfilePage) -> tuple[pages.HolderRow, ...]:
    may = frame.is_open(visit.actor, "profile.withdraw")
    return tuple(
        pages.HolderRow(
            id=str(one.holding.id),
            person=str(one.holding.person_id),
            name=one.name,
            place=frame.place_label(one.holding.scope),
            since=one.holding.starts_at or one.holding.given_at,
            end=one.holding.ends_at,
            reason=one.holding.reason,
            version=one.holding.applied,
            blocked=one.holding.blocked,
            may_withdraw=may and one.holding.person_id != visit.actor.id,
        )
        for one in found.holders
    )


def give(visit: Visit) -> Response:
    """POST /profiles/{id}/give."""
    profile_id = uuid_of(visit.request.path_params["id"])
    kept = {name: visit.field(name).strip()[:300] for name in ("person", "scope", "reason", "end")}
    try:
        profile_holders.give_profile(
            visit.actor,
            person_id=_person(visit, kept["person"]),
            profile_id=profile_id,
            scope=kept["scope"] or "house",
            reason=kept["reason"],
            end=_end_of(kept["end"]),
        )
    except (Refused, Conflict, Malformed) as error:
        return page(visit, Form(kept, problems_of(error)), 422)
    return visit.go(f"/profiles/{profile_id}", "done")


def _end_of(day: str) -> datetime | None:
    """The last moment of a day as a form sends it, None for none. Raises Malformed."""
    return typed_times.read_day(day, "end", more=1) if day else None


def _person(visit: Visit, words: str) -> UUID:
    found = [ref for ref in find_names(visit.actor, words=words, limit=5) if ref.startswith("person:")] if words else []
    if len(found) != 1:
        several = N_("Several people are called like this; write more of the name, or the user name.")
        why = several if found else N_("Nobody is called like this.")
        raise Malformed(_(why), [Fault("person", why)])
    return UUID(found[0].partition(":")[2])


def withdraw(visit: Visit) -> Response:
    """POST /profiles/{id}/holders/{holding}/withdraw."""
    profile_holders.withdraw_profile(visit.actor, uuid_of(visit.request.path_params["holding"]))
    return visit.go(f"/profiles/{uuid_of(visit.request.path_params['id'])}", "done")


def retire(visit: Visit) -> Response:
    """POST /profiles/{id}/retire."""
    profile_id = uuid_of(visit.request.path_params["id"])
    profiles.retire_profile(visit.actor, profile_id, reason=visit.field("reason"))
    return visit.go(f"/profiles/{profile_id}", "done")


def ask(visit: Visit) -> Response:
    """POST /profiles/{id}/versions/{version}/ask."""
    profiles.ask_publication(visit.actor, uuid_of(visit.request.path_params["version"]))
    return visit.go(f"/profiles/{uuid_of(visit.request.path_params['id'])}", "done")


def drop(visit: Visit) -> Response:
    """POST /profiles/{id}/versions/{version}/drop."""
    profiles.drop_version(visit.actor, uuid_of(visit.request.path_params["version"]))
    return visit.go(f"/profiles/{uuid_of(visit.request.path_params['id'])}", "done")


ROUTES = [
    route("/profiles", listing),
    route("/profiles", add, ("POST",)),
    route("/profiles/{id}", page),
    route("/profiles/{id}/give", give, ("POST",)),
    route("/profiles/{id}/retire", retire, ("POST",)),
    route("/profiles/{id}/holders/{holding}/withdraw", withdraw, ("POST",)),
    route("/profiles/{id}/versions/{version}/ask", ask, ("POST",)),
    route("/profiles/{id}/versions/{version}/drop", drop, ("POST",)),
    *profile_edit.ROUTES,
]
