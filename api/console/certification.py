"""Access review: campaigns, and the page on which a reviewer answers for one right after another. [AC-10]"""

from collections.abc import Callable
from uuid import UUID

from starlette.responses import Response

from api.console import frame, sentences
from api.console.account import uuid_of
from api.console.pages import certification as pages
from api.console.pages.frame import Choice, Form, State
from api.console.readings import find_names, look_names_up
from api.console.visit import Visit, problems_of, route
from api.words import N_, P_, _
from iam.certification import campaigns as certification
from iam.certification import decisions as certification_decisions
from iam.certification import pages as rights
from iam.certification.pages import ItemView
from kernel import gate
from kernel.actor import Actor
from kernel.errors import Conflict, Fault, Malformed, NotFound, Refused

PAGE = 200
NOBODY = N_("Nobody, or more than one person, has this name; write the user name.")
KINDS = (
    Choice("manager", N_("Every manager, for his people")),
    Choice("role", N_("One role, by its owner")),
    Choice("platform", N_("One platform's accounts, by its owner")),
)
STATES = {
    "drawing": State(N_("Being filled"), "purple"),
    "open": State(N_("Open"), "blue"),
    "closed": State(N_("Closed"), "grey"),
}
WHY = {
    "unused": State(N_("Not used lately"), "amber"),
    "new": State(P_("right", "New"), "blue"),
    "moved": State(N_("The person moved"), "purple"),
    "changed": State(N_("The role changed"), "purple"),
    "due": State(N_("Due again"), "grey"),
}
VERDICTS = {
    "kept": State(N_("Kept"), "green"),
    "withdrawn": State(N_("Withdrawn"), "red"),
    "suspended": State(N_("Suspended: nobody answered"), "red"),
    "spared": State(N_("Kept: the last of the house"), "amber"),
    "gone": State(N_("Ended already"), "grey"),
}


def listing(visit: Visit) -> Response:
    """GET /certification."""
    return visit.page("certification/campaigns.html", _campaigns(visit, Form({"kind": "manager"})))


def _campaigns(visit: Visit, form: Form) -> pages.Campaigns:
    is_closed = visit.field("state") == "closed"
    found = certification.list_certifications(visit.actor, which="closed" if is_closed else "live")
    names = look_names_up(
        visit.actor, refs=[f"person:{one.about}" for one in found if one.kind in {"person", "manager"}]
    )
    rows = tuple(
        pages.Campaign(
            str(one.id), _title(one.kind), _about(one.kind, one.about, names), one.reason, one.due_at, one.suspend_at,
            one.open, one.mine, one.asked, one.left_out, STATES[one.state],
        )
        for one in found
    )  # fmt: skip
    may_open = gate.could(visit.actor, "certification.open", visit.now).allowed and not is_closed
    return pages.Campaigns(rows, form, may_open, KINDS, frame.is_open(visit.actor, "certification.see-all"), is_closed)


def _title(kind: str) -> str:
    titles = {
        "manager": N_("Managers, for their people"),
        "role": N_("Holders of a role"),
        "platform": N_("Accounts on a platform"),
        "person": N_("A person who moved"),
    }
    return _(titles[kind])


def _about(kind: str, about: str, names: dict[str, str]) -> str:
    if kind == "role":
        return frame.role_label(about)
    return names.get(f"person:{about}", about) if kind in {"person", "manager"} else about


def start(visit: Visit) -> Response:
    """POST /certification."""
    sent = {name: visit.field(name).strip() for name in ("kind", "about", "reason")}
    try:
        about = _whom(visit.actor, sent["about"]) if sent["kind"] == "manager" else sent["about"]
        made = certification.open_certification(visit.actor, **sent | {"about": about})  # type: ignore[arg-type]  # checked by the action's model
    except (Refused, Malformed, Conflict, NotFound) as error:
        return visit.page("certification/campaigns.html", _campaigns(visit, Form(sent, problems_of(error))), 422)
    return visit.go(f"/certification/{made.id}", "done")


def _whom(actor: Actor, words: str) -> str:
    """The id of the one person a name or user name means, as it is where it is empty. Raises Malformed."""
    found = [ref for ref in (find_names(actor, words=words[:100]) if words else {}) if ref.startswith("person:")]
    if words and len(found) != 1:
        raise Malformed(NOBODY, [Fault("about", NOBODY)])
    return found[0].partition(":")[2] if words else ""


def review(visit: Visit) -> Response:
    """GET /certification/{id}."""
    return _review(visit, Form())


def _review(visit: Visit, form: Form, status: int = 200) -> Response:
    certification_id = uuid_of(visit.request.path_params["id"])
    decided = visit.field("which") == "decided"
    found = rights.open_page(
        visit.actor,
        certification_id,
        which="decided" if decided else "open",
        after=visit.field("after")[:200],
        limit=PAGE,
    )
    names = _names(visit.actor, found.items)
    following = f"/certification/{certification_id}?after={found.next}{'&which=decided' if decided else ''}"
    shown = pages.Review(
        str(certification_id), _("Access review"), tuple(_right(visit, one, names) for one in found.items), found.open,
        found.due_at, found.suspend_at, form, decided, following if found.next else "",
    )  # fmt: skip
    return visit.page("certification/review.html", shown, status)


def _names(actor: Actor, items: list[ItemView]) -> dict[str, str]:
    refs = {one.given_by for one in items if one.given_by} | {f"person:{one.delegated_by}" for one in items}
    return look_names_up(actor, refs=sorted(refs)[:1000])


def _right(visit: Visit, one: ItemView, names: dict[str, str]) -> pages.Right:
    return pages.Right(
        id=str(one.id),
        person=one.person,
        job=one.job,
        right=one.right if one.is_account else frame.role_label(one.right),
        scope=frame.place_label(one.scope),
        why=WHY[one.why],
        given=one.given_at,
        giver=sentences.name_of(one.given_by, names) if one.given_by else "",
        given_for=one.given_for or "",
        ends=one.ends_at,
        used=one.used_at,
        verdict=VERDICTS.get(one.state),
        reason=one.reason,
        may_undo=one.state in {"kept", "withdrawn"} and one.decided_by == visit.actor.ref,
        from_whom=names.get(f"person:{one.delegated_by}", "") if one.delegated_by else "",
    )


DEEDS: dict[str, Callable[[Actor, UUID, str], object]] = {
    "keep": lambda actor, item, _why: certification_decisions.keep_right(actor, item),
    "withdraw": lambda actor, item, why: certification_decisions.withdraw_right(actor, item, reason=why),
    "undo": lambda actor, item, _why: certification_decisions.undo_decision(actor, item),
}


def decide(visit: Visit) -> Response:
    """POST /certification/items/{id}/{verb}: the answer is the row as the house has it."""
    item_id = uuid_of(visit.request.path_params["id"])
    verb = visit.request.url.path.rpartition("/")[2]
    DEEDS[verb](visit.actor, item_id, visit.field("reason"))
    item = rights.read_item(visit.actor, item_id)
    if not visit.partial:
        return visit.go(f"/certification/{item.certification_id}", "done")
    return visit.part("parts/right_row.html", pages.RightRow(_right(visit, item, _names(visit.actor, [item]))))


def hand_on(visit: Visit) -> Response:
    """POST /certification/{id}/delegate."""
    certification_id = uuid_of(visit.request.path_params["id"])
    words, reason = visit.field("to").strip()[:100], visit.field("why").strip()
    try:
        to = _whom(visit.actor, words)
    except Malformed:
        to = ""
    if not to:
        return _review(visit, Form({"to": words, "why": reason}, {"to": NOBODY}), 422)
    try:
        certification_decisions.delegate_review(visit.actor, certification_id, to=UUID(to), reason=reason)
    except (Refused, Malformed) as error:
        faults = {("why" if name == "reason" else name): text for name, text in problems_of(error).items()}
        return _review(visit, Form({"to": words, "why": reason}, faults), 422)
    return visit.go(f"/certification/{certification_id}", "done")


ROUTES = [
    route("/certification", listing),
    route("/certification", start, ("POST",)),
    *(route(f"/certification/items/{{id}}/{verb}", decide, ("POST",)) for verb in DEEDS),
    route("/certification/{id}", review),
    route("/certification/{id}/delegate", hand_on, ("POST",)),
]
