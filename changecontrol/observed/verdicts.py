"""From something seen to a verdict and a record: matched to a window, or opened as an unauthorised change with an owner. [CC-1, CC-4]"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from changecontrol.contents import Content
from changecontrol.found import open_found
from changecontrol.models import Change, System
from changecontrol.observed.differences import fingerprint
from changecontrol.observed.models import ObservedChange
from changecontrol.states import OVER
from kernel import gate
from kernel.action import Work
from kernel.db import HOUSE
from policy.holders import holders
from policy.matching import Seen
from policy.windows import windows_on

SHOWN = 100
"""Differences that the unauthorised change lists; all of them are on record beside it."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a collector saw, with what became of it: before any verdict."""

    kind: str
    what: str
    before: str
    after: str
    at: datetime
    since: datetime | None = None
    person_id: UUID | None = None
    account: str = ""


def judge(work: Work, system: System, source: str, sightings: Sequence[Sighting]) -> list[ObservedChange]:
    """Give each sighting its verdict and put it on record; what nobody authorised opens one change with an owner. [CC-4]"""
    if not sightings:
        return []
    thing = f"system:{system.slug}"
    begin = min(one.since or one.at for one in sightings)
    windows = windows_on(work.session, [thing], begin, max(one.at for one in sightings))
    known = _known(work, system, source, sightings)
    made, alone = [], []
    for one in sightings:
        person = str(one.person_id) if one.person_id is not None else None
        match = windows.match(Seen(thing, one.at, one.since, person, one.after))
        same = known.get(fingerprint(system.slug, source, one.what, one.after))
        if same is not None and same.verdict == match.verdict:
            same.count += 1
            same.last_at = max(same.last_at, one.at)
            made.append(same)
            continue
        row = work.add(_row(work, system, source, one, match.verdict, match.ref))
        known[row.fingerprint] = row
        made.append(row)
        if match.verdict != "matched":
            alone.append(row)
    work.session.flush()
    if alone:
        open_for(work, system, alone)
    return made


def _row(work: Work, system: System, source: str, one: Sighting, verdict: str, ref: str | None) -> ObservedChange:
    return ObservedChange(
        scope=system.scope, system_id=system.id, source=source, kind=one.kind, what=one.what[:500],
        before=one.before[:500], after=one.after[:500], fingerprint=fingerprint(system.slug, source, one.what, one.after),
        since=one.since, first_at=one.at, last_at=one.at, person_id=one.person_id, account=one.account[:200],
        verdict=verdict, bound_to=ref, seen_at=work.now,
    )  # fmt: skip


def _known(work: Work, system: System, source: str, sightings: Iterable[Sighting]) -> dict[str, ObservedChange]:
    """Give what was seen before and whose unauthorised change is still open: the same again is counted there, never silenced."""
    prints = {fingerprint(system.slug, source, one.what, one.after) for one in sightings}
    rows = work.select(
        select(ObservedChange)
        .join(Change, col(Change.id) == ObservedChange.found_id)
        .where(col(ObservedChange.fingerprint).in_(prints), col(Change.state).not_in(OVER))
    )
    return {row.fingerprint: row for row in rows}


def open_for(work: Work, system: System, rows: Sequence[ObservedChange]) -> Change | None:
    """Open one unauthorised change for all of these, with an owner; None, to be tried again, while nobody could answer for it."""
    owner = who_answers(work, system.owner_id)
    if owner is None:
        work.note("without_owner", len(rows))
        return None
    shown = [
        f"{row.kind} {row.what}: {row.before or '-'} -> {row.after or '-'} ({row.verdict})" for row in rows[:SHOWN]
    ]
    more = len(rows) - len(shown)
    content = Content(
        title=f"Seen on {system.label}: {len(rows)} that nobody authorised"[:160],
        summary="\n".join([*shown, *([f"and {more} more"] if more else [])])[:20_000],
        systems=[system.id],
    )
    change = open_found(work, content, owner)
    for row in rows:
        row.found_id = change.id
    return change


def who_answers(work: Work, owner_id: UUID) -> UUID | None:
    """Who answers: the owner while he is in the house, else a technical director; None while there is neither."""
    if gate.current().held(f"person:{owner_id}", HOUSE, work.now)[1:]:
        return owner_id
    return min(holders(["technical-director"], HOUSE, work.now), default=None)
