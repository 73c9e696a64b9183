"""The cases of deviations as people work on them: the list, one case, accepting it for a time, closing it. [AC-7, AC-8, AC-9]"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints
from sqlmodel import col, select

from iam.deviations.findings import bar_subject, close_deviation
from iam.directory.models import ACCEPTED, LIVE, OPEN, Deviation
from kernel import gate
from kernel.action import Work, action
from kernel.db import Answer
from kernel.errors import Conflict, Refused
from kernel.reading import reading
from policy.models import Waiver
from policy.waivers import ask_waiver

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000)]
AT_ONCE = 200


class DeviationView(Answer):
    """A case as a door shows it."""

    id: UUID
    scope: str
    kind: str
    about_ref: str
    platform: str | None
    clause: str
    detail: dict[str, Any]
    person_id: UUID | None
    owner_id: UUID | None
    found_at: datetime
    due_at: datetime
    state: str
    waiver_id: UUID | None
    accepted_until: datetime | None = None
    asked_by: str | None
    asked_at: datetime | None
    fault: str | None
    settled_at: datetime | None
    settled_by: str | None
    how: str | None

    @classmethod
    def of(cls, deviation: Deviation) -> "DeviationView":
        """Show a row."""
        return cls.model_validate(deviation, from_attributes=True)


@reading("deviation.list")
def list_deviations(
    work: Work,
    *,
    state: Literal["live", "open", "accepted", "corrected", "closed"] = "live",
    kind: Annotated[str, Field(max_length=40)] | None = None,
    platform: Annotated[str, Field(max_length=40)] | None = None,
    owner_id: UUID | None = None,
    limit: Annotated[int, Field(ge=1, le=AT_ONCE)] = AT_ONCE,
    after: AwareDatetime | None = None,
) -> list[DeviationView]:
    """List deviations: those that are open or accepted, or of one state; the one due first stands first. [AC-7, AC-9]"""
    rows = select(Deviation).where(gate.visible(work.actor, "deviation.list", Deviation, work.now))
    rows = rows.where(col(Deviation.state).in_(LIVE if state == "live" else (state,)))
    for column, wanted in ((Deviation.kind, kind), (Deviation.platform, platform), (Deviation.owner_id, owner_id)):
        if wanted is not None:
            rows = rows.where(column == wanted)
    if after is not None:
        rows = rows.where(col(Deviation.due_at) > after)
    return [
        DeviationView.of(row)
        for row in work.select(rows.order_by(col(Deviation.due_at), col(Deviation.id)).limit(limit))
    ]


@reading("deviation.read", on=Deviation, watched=True, answer=DeviationView)
def read_deviation(work: Work, deviation: Deviation) -> DeviationView:
    """Read a deviation: what was found, whose it is, and until when; of an accepted one, until when it may stand. [AC-7, AC-9]"""
    waiver = work.session.get(Waiver, deviation.waiver_id) if deviation.waiver_id is not None else None
    until = waiver.ends_at if waiver is not None and deviation.state == ACCEPTED else None
    return DeviationView.of(deviation).model_copy(update={"accepted_until": until})


@action("deviation.accept", on=Deviation, answer=DeviationView)
def accept_deviation(
    work: Work, deviation: Deviation, *, reason: Sentence, compensation: Sentence, ends_at: AwareDatetime
) -> Deviation:
    """Ask that a deviation may stand until an end; once another has approved the waiver it is accepted. [AC-7, AC-8]"""
    bar_subject(work, deviation)
    if deviation.state != OPEN:
        raise Refused("AC-7", f"This deviation is {deviation.state}; only an open one can be accepted.")
    if deviation.waiver_id is not None and _is_asked(work, deviation.waiver_id):
        raise Conflict("A waiver for this deviation is being asked for already.")
    waiver = ask_waiver(
        work,
        clause=deviation.clause,
        about_ref=deviation.ref,
        reason=reason,
        compensation=compensation,
        ends_at=ends_at,
        scope=deviation.scope,
        subjects=[deviation.person_id] if deviation.person_id is not None else [],
    )
    deviation.waiver_id = waiver.id
    return deviation


def _is_asked(work: Work, waiver_id: UUID) -> bool:
    waiver = work.session.get(Waiver, waiver_id)
    return waiver is not None and waiver.state == "asked" and waiver.ends_at > work.now


@action("deviation.close", on=Deviation, answer=DeviationView)
def end_deviation(work: Work, deviation: Deviation, *, how: Sentence) -> Deviation:
    """Close a deviation that was none, or was settled by hand; what is still found opens a new case. [AC-7]"""
    bar_subject(work, deviation)
    return close_deviation(work, deviation, how)
