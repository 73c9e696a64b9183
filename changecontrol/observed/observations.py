"""Telling the house what was seen: a collector's report of one system, or single observations by the API. [CC-4]"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import col, select

from changecontrol.models import System
from changecontrol.observed.differences import differences, fingerprint
from changecontrol.observed.models import ObservedChange, ObservedState
from changecontrol.observed.reports import Event, Source, read_report
from changecontrol.observed.verdicts import Sighting, judge
from changecontrol.systems import standing
from kernel.action import Work, action
from kernel.db import Answer
from kernel.errors import Malformed, Refused
from kernel.gate import ALWAYS
from policy.identities import person_behind

MOST_BYTES = 32 << 20
MOST_DIFFERENCES = 5_000
LONGEST_AHEAD_SECONDS = 600
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Observation(BaseModel):
    """One thing seen: what it is, what it was and became (versions or digests, never content), when, and by whom as far as known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["added", "removed", "changed"] = "changed"
    what: Short
    before: Annotated[str, StringConstraints(max_length=500)] = ""
    after: Annotated[str, StringConstraints(max_length=500)] = ""
    at: AwareDatetime
    since: AwareDatetime | None = None
    account: Annotated[str, StringConstraints(max_length=200)] = ""


class Reported(Answer):
    """What became of a report: how much was another than before, how it was judged, which unauthorised changes it opened."""

    first_look: bool
    differences: int
    matched: int
    unmatched: int
    found: list[UUID]


@action("observed.report", on=System, answer=Reported)
def report_system(work: Work, system: System, *, source: Source, text: str) -> Reported:
    """Report what a collector sees of a system; what differs from its last look is judged. The first look judges nothing. [CC-4]"""
    standing(system)
    if len(text) > MOST_BYTES:
        raise Malformed(f"A report has {MOST_BYTES >> 20} MiB at most.")
    found = read_report(source, text)
    if found.state is not None:
        return _look(work, system, source, found.state)
    return _told(first_look=False, rows=judge(work, system, source, _new(work, system, source, found.events)))


def _new(work: Work, system: System, source: str, events: Sequence[Event]) -> list[Sighting]:
    """Give the events that are news: not told before, and not older than the system's place on the register."""
    for one in events:
        _check_time(work, one.what, one.at)
    prints = {fingerprint(system.slug, source, one.what, one.after): one for one in events}
    told = {
        row.fingerprint: row.last_at
        for row in work.select(
            select(ObservedChange).where(
                ObservedChange.system_id == system.id, col(ObservedChange.fingerprint).in_(list(prints))
            )
        )
    }
    new = [
        one
        for one in events
        if one.at >= system.added_at
        and one.at > told.get(fingerprint(system.slug, source, one.what, one.after), ALWAYS)
    ]
    _check_count(len(new))
    return [
        Sighting(
            "changed", one.what, "", one.after, one.at,
            person_id=person_behind(work.session, one.account), account=one.account,
        )
        for one in sorted(new, key=lambda one: one.at)
    ]  # fmt: skip


def _check_time(work: Work, what: str, at: datetime, since: datetime | None = None) -> None:
    if (at - work.now).total_seconds() > LONGEST_AHEAD_SECONDS:
        raise Malformed(f"{what[:100]} lies in the future: is the collector's clock right?")
    if since is not None and since > at:
        raise Malformed(f"{what[:100]}: the look before lies after it.")


def _check_count(count: int) -> None:
    if count > MOST_DIFFERENCES:
        raise Refused(
            "CC-4", f"{count} differences at once: this is another system, or another list. Nothing was kept."
        )


def _look(work: Work, system: System, source: str, state: dict[str, str]) -> Reported:
    """Hold a state against the last one, and keep it as the last."""
    digest = hashlib.sha256(orjson.dumps(state, option=orjson.OPT_SORT_KEYS)).hexdigest()
    last: ObservedState | None = work.select(
        select(ObservedState)
        .where(ObservedState.system_id == system.id, ObservedState.source == source)
        .with_for_update()
    ).first()
    work.note("digest", digest)
    if last is None:
        work.add(ObservedState(system_id=system.id, source=source, digest=digest, content=state, looked_at=work.now))
        return _told(first_look=True, rows=[])
    changed = [] if last.digest == digest else differences(last.content, state)
    _check_count(len(changed))
    rows = judge(
        work, system, source,
        [Sighting(one.kind, one.what, one.before, one.after, work.now, last.looked_at) for one in changed],
    )  # fmt: skip
    last.looked_at = work.now
    if changed:
        last.digest, last.content = digest, state
    return _told(first_look=False, rows=rows)


@action("observed.tell", on=System, answer=Reported)
def tell_observations(
    work: Work,
    system: System,
    *,
    source: Short,
    seen: Annotated[list[Observation], Field(min_length=1, max_length=1000)],
) -> Reported:
    """Tell single changes that were seen on a system, such as an integration knows them. [CC-4]"""
    standing(system)
    sightings = []
    for one in seen:
        _check_time(work, one.what, one.at, one.since)
        person = person_behind(work.session, one.account)
        sightings.append(Sighting(one.kind, one.what, one.before, one.after, one.at, one.since, person, one.account))
    return _told(first_look=False, rows=judge(work, system, source, sightings))


def _told(*, first_look: bool, rows: list[ObservedChange]) -> Reported:
    matched = sum(row.verdict == "matched" for row in rows)
    return Reported(
        first_look=first_look, differences=len(rows), matched=matched, unmatched=len(rows) - matched,
        found=sorted({row.found_id for row in rows if row.found_id is not None}),
    )  # fmt: skip
