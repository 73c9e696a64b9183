"""What was seen in production: what nobody authorised first, then what was matched. [CC-4]"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from api.console import frame, sentences
from api.console.account import uuid_of
from api.console.change_words import STATES
from api.console.pages import observed as pages
from api.console.pages.frame import Choice, Form, State
from api.console.readings import look_names_up
from api.console.visit import Visit, route
from api.words import N_
from changecontrol.observed import reconciliation
from changecontrol.observed.reconciliation import ObservedView

PAGE = 100
VERDICTS: Mapping[str, State] = {
    "matched": State(N_("Authorised"), "green"),
    "other-text": State(N_("Another text than authorised"), "red"),
    "other-person": State(N_("By another person"), "red"),
    "not-begun": State(N_("Before it was begun"), "amber"),
    "afterwards": State(N_("After it was over"), "amber"),
    "outside-window": State(N_("Outside the window"), "red"),
    "unapproved": State(N_("Nobody authorised it"), "red"),
    "never-seen": State(N_("Done, never seen"), "amber"),
    "idle-session": State(N_("Privileged, nothing done"), "amber"),
}
SOURCES: Mapping[str, str] = {
    "packages": N_("Packages"),
    "files": N_("Files"),
    "deployments": N_("Deployments"),
    "database": N_("Database"),
    "directory": N_("Directory"),
    "policy": N_("Policy book"),
    "reconciliation": N_("Reconciliation"),
    "firewall": N_("Network device"),
}
MEMBER = re.compile(r": (account:[0-9a-f-]{36})$")
UNMATCHED, ALL = "unmatched", "all"


def board(visit: Visit) -> Response:
    """GET /changes/observed: what is not matched, unless something else is asked for."""
    chosen = visit.field("verdict") if visit.field("verdict") in {*VERDICTS, ALL} else UNMATCHED
    asked: dict[str, Any] = {"unmatched": True} if chosen == UNMATCHED else {}
    if chosen in VERDICTS:
        asked["verdict"] = chosen
    before = uuid_of(visit.field("before")) if visit.field("before") else None
    found = reconciliation.list_observed(visit.actor, **asked, before=before, limit=PAGE)
    refs = {f"person:{one.person_id}" for one in found if one.person_id} | {member_of(one.what) for one in found} - {""}
    names = look_names_up(visit.actor, refs=sorted(refs))
    older = (
        f"/changes/observed?{urlencode({'verdict': chosen, 'before': str(found[-1].id)})}" if len(found) == PAGE else ""
    )
    choices = (Choice(UNMATCHED, N_("Not matched")), Choice(ALL, N_("Everything seen")))
    view = pages.List(
        form=Form({"verdict": chosen}),
        verdicts=(*choices, *(Choice(name, one.word) for name, one in VERDICTS.items())),
        rows=tuple(_row(one, names) for one in found),
        unmatched=chosen == UNMATCHED,
        older=older,
        may_see_reviews=frame.is_open(visit.actor, "change-review.list"),
    )
    return visit.page("changes/observed.html", view)


def member_of(what: str) -> str:
    """The account that something seen in a directory is about, as its reference; empty for anything else."""
    found = MEMBER.search(what)
    return found[1] if found else ""


def spoken(what: str, names: Mapping[str, str]) -> str:
    """Say what was seen, an account by its name."""
    account = member_of(what)
    return what.replace(account, names[account]) if account in names else what


def _row(one: ObservedView, names: dict[str, str]) -> pages.Row:
    by = sentences.name_of(f"person:{one.person_id}", names) if one.person_id else one.account
    return pages.Row(
        str(one.id), one.system or "", SOURCES.get(one.source, one.source), spoken(one.what, names),
        one.before, one.after,
        one.first_at, one.last_at, one.since, one.count, by, VERDICTS[one.verdict],
        (one.bound_to or "").removeprefix("change:"), one.found or "",
        STATES[one.found_state] if one.found_state else None,
    )  # fmt: skip


ROUTES = [route("/changes/observed", board)]
