"""Network devices tell by a fact what changed on them without approval: it opens an unauthorised change with an owner, as any other. [CC-4, FW-2]"""

from typing import Any

from changecontrol.contents import Content
from changecontrol.found import open_found
from changecontrol.models import Change
from changecontrol.observed.differences import fingerprint
from changecontrol.observed.models import NEVER_SEEN, ObservedChange
from changecontrol.observed.verdicts import who_answers
from kernel.action import Fact, Work, on_fact
from policy.matching import VERDICTS

SOURCE = "firewall"
SHOWN = 100
_AS = {"partly": "other-text"}
"""What a firewall's verdict is called among those of all systems."""


@on_fact("firewall.changed-without-approval")
def open_for_device(work: Work, fact: Fact) -> None:
    """Open one unauthorised change for what was seen on a device, and put it on record beside all else. Tells `change.found-on-device`."""
    owner = who_answers(work, fact.data["owner_id"])
    if owner is None:
        work.note("without_owner", len(fact.data["seen"]))
        return
    change = open_found(work, _content(fact), owner)
    for one in fact.data["seen"]:
        verdict = _AS.get(one["verdict"], one["verdict"])
        work.add(_row(work, fact, one, verdict if verdict in VERDICTS else "unapproved", change))
    work.fact(
        "change.found-on-device",
        change_id=change.id,
        number=change.number,
        seen=[one["id"] for one in fact.data["seen"]],
    )


def _content(fact: Fact) -> Content:
    seen = fact.data["seen"]
    lines = [
        line for one in seen for line in (f"{one['what']} ({one['verdict']})", *(f"  {text}" for text in one["lines"]))
    ]
    more = len(lines) - SHOWN
    return Content(
        title=f"Seen on {fact.data['label']}: {len(seen)} that nobody authorised"[:160],
        summary="\n".join([*lines[:SHOWN], *([f"and {more} more"] if more > 0 else [])])[:20_000],
        things=[fact.data["thing"]],
    )


def _row(work: Work, fact: Fact, one: dict[str, Any], verdict: str, change: Change | None) -> ObservedChange:
    return ObservedChange(
        scope=fact.data["scope"], source=SOURCE, kind="changed", what=f"{fact.data['thing']} {one['what']}"[:500], before="", after="",
        fingerprint=fingerprint(fact.data["thing"], SOURCE, one["what"], str(one["id"])), since=one["since"], first_at=one["first_at"],
        last_at=one["last_at"], person_id=one["person_id"], account=one["account"][:200], verdict=verdict, bound_to=one["bound_to"],
        found_id=change.id if change else None, seen_at=work.now,
    )  # fmt: skip


@on_fact("firewall.change-never-seen")
def note_never_seen(work: Work, fact: Fact) -> None:
    """Put on record a change that was authorised on a device, was called done, and of which nothing was seen."""
    for one in fact.data["seen"]:
        work.add(_row(work, fact, one, NEVER_SEEN, None))
