"""The edit of a profile: what it holds, and beside it, at each change, whom it gives what and from whom it takes what. [AC-6]"""

from collections.abc import Mapping
from uuid import UUID

from starlette.responses import Response

from api.console import frame
from api.console.account import uuid_of
from api.console.pages import profiles as pages
from api.console.pages.frame import Choice, Form
from api.console.visit import Visit, problems_of, route
from api.words import N_, _, plural
from iam.profiles import profiles
from iam.profiles import readings as profile_readings
from iam.profiles.holdings import may_hold
from iam.profiles.readings import Preview
from kernel.errors import Conflict, Malformed, Refused
from policy import book, lint

SLOTS = (1, 2, 3)


def edit_page(visit: Visit) -> Response:
    """GET /profiles/{id}/edit."""
    profile_id = uuid_of(visit.request.path_params["id"])
    found = profile_readings.read_profile(visit.actor, profile_id)
    now = next((one for one in found.versions if one.number == found.profile.current), None)
    values: dict[str, str] = {f"role-{role}": "on" for role in (now.roles if now else [])}
    for slot, (role, why) in zip(SLOTS, sorted(now.conflicts.items()) if now else [], strict=False):
        values |= {f"conflict-{slot}": role, f"why-{slot}": why}
    return _form(visit, profile_id, Form(values))


def _form(visit: Visit, profile_id: UUID, form: Form, status: int = 200) -> Response:
    found = profile_readings.read_profile(visit.actor, profile_id)
    written = book.in_force()
    able = [role for role in sorted(written.roles) if may_hold(role)]
    view = pages.Edit(
        id=str(profile_id),
        label=found.profile.label,
        number=max((one.number for one in found.versions), default=0) + 1,
        form=form,
        roles=tuple(
            pages.RoleChoice(
                role, frame.role_label(role), form.value(f"role-{role}") == "on",
                ", ".join(frame.role_label(one) for one in sorted(lint.included(written, role) - {role, "member"})),
            )
            for role in able
        ),
        others=tuple(
            Choice(role, frame.role_label(role))
            for role in sorted(written.roles)
            if not role.startswith("clerk-") and role not in {"member", "nobody", "visitor"}
        ),
        slots=SLOTS,
    )  # fmt: skip
    return visit.page("profiles/edit.html", view, status)


def _content(form: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    roles = sorted(
        name.removeprefix("role-") for name, value in form.items() if name.startswith("role-") and value == "on"
    )
    conflicts = {
        form[f"conflict-{slot}"]: form.get(f"why-{slot}", "").strip() for slot in SLOTS if form.get(f"conflict-{slot}")
    }
    return roles, conflicts


def write(visit: Visit) -> Response:
    """POST /profiles/{id}/edit."""
    profile_id = uuid_of(visit.request.path_params["id"])
    roles, conflicts = _content(visit.form)
    try:
        made = profiles.write_version(
            visit.actor, profile_id, roles=roles, conflicts=conflicts, summary=visit.field("summary")
        )
        if visit.field("then") == "ask":
            profiles.ask_publication(visit.actor, made.id)
    except (Refused, Conflict, Malformed) as error:
        return _form(visit, profile_id, Form(dict(visit.form), problems_of(error)), 422)
    return visit.go(f"/profiles/{profile_id}", "done")


def preview(visit: Visit) -> Response:
    """POST /profiles/{id}/preview: the part of the edit that says what it would do."""
    profile_id = uuid_of(visit.request.path_params["id"])
    roles, conflicts = _content(visit.form)
    if not roles:
        return visit.part("profiles/preview.html", pages.Preview(wrong=N_("Choose at least one role.")))
    try:
        found = profile_readings.preview_edit(visit.actor, profile_id, roles=roles, conflicts=conflicts)
    except (Refused, Malformed) as error:
        return visit.part("profiles/preview.html", pages.Preview(wrong=error.why))
    return visit.part("profiles/preview.html", foreseen(found))


def foreseen(found: Preview) -> pages.Preview:
    """A preview in words: one sentence, then by role, by right, by person."""
    return pages.Preview(
        says=_sentence(found),
        holders=found.holders,
        roles=tuple(
            pages.RoleChange(frame.role_label(role), found.roles_given.get(role, 0), found.roles_taken.get(role, 0))
            for role in sorted({*found.roles_given, *found.roles_taken})
        ),
        rights=tuple(
            pages.RoleChange(right, found.rights_given.get(right, 0), found.rights_taken.get(right, 0))
            for right in sorted({*found.rights_given, *found.rights_taken})
        ),
        people=tuple(
            pages.PersonRow(
                str(one.person_id), one.name, frame.place_label(one.scope),
                ", ".join(map(frame.role_label, one.roles_given)), ", ".join(map(frame.role_label, one.roles_taken)),
            )
            for one in found.people
        ),
        blocked=tuple(found.blocked),
    )  # fmt: skip


def _sentence(found: Preview) -> str:
    if not found.roles_given and not found.roles_taken:
        return _("This edit changes nothing for those who hold the profile.")
    gives = [
        _("gives %(people)s %(role)s", people=_people(count), role=frame.role_label(role))
        for role, count in found.roles_given.items()
    ]
    takes = [
        _("takes %(role)s from %(people)s", people=_people(count), role=frame.role_label(role))
        for role, count in found.roles_taken.items()
    ]
    return _("This edit %(what)s.", what=", ".join([*gives, *takes]))


def _people(count: int) -> str:
    return plural("%(num)s person", "%(num)s people", count)


ROUTES = [
    route("/profiles/{id}/edit", edit_page),
    route("/profiles/{id}/edit", write, ("POST",)),
    route("/profiles/{id}/preview", preview, ("POST",), touch=False),
]
