"""Waivers: a clause does not hold for one thing, for a time, by another's approval and with something done in its place. [AC-8]

A waiver always ends. To extend one is to ask for a new one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from kernel import gate
from kernel.action import Fact, Work, action, on_fact
from kernel.db import HOUSE, Answer
from kernel.errors import Refused
from kernel.gate import Ask, condition
from kernel.reading import reading
from policy import book
from policy.approvals import ask_approval, person_of, subject_of, withdraw_all
from policy.models import ASKED, GRANTED, Waiver
from policy.spans import span
from policy.workflow import Step, Workflow

REQUIREMENT = "waiver.grant"
AT_ONCE = 80
Sentence = Annotated[str, Field(min_length=10, max_length=2000)]
Reason = Annotated[str, Field(min_length=3, max_length=500)]
Ref = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*(:[a-z0-9:_.-]+)?$", max_length=200)]

WAIVER_STEPS = Workflow(
    Waiver,
    "asked",
    [
        Step("asked", "grant", "granted"),
        Step("asked", "refuse", "refused"),
        Step("asked", "drop", "dropped"),
        Step("granted", "void", "asked"),
        Step("granted", "end", "ended"),
        Step("granted", "expire", "expired"),
        Step("asked", "expire", "expired"),
    ],
)


class WaiverView(Answer):
    """A waiver as a door shows it."""

    id: UUID
    clause: str
    about_ref: str
    scope: str
    reason: str
    compensation: str
    note: str
    asked_by: UUID
    asked_at: datetime
    starts_at: datetime
    ends_at: datetime
    extends: UUID | None
    state: str
    ended_at: datetime | None
    ended_reason: str | None

    @classmethod
    def of(cls, row: Waiver) -> "WaiverView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


def ask_waiver(
    work: Work,
    *,
    clause: str,
    about_ref: str,
    reason: str,
    compensation: str,
    ends_at: datetime,
    starts_at: datetime | None = None,
    scope: str = HOUSE,
    note: str = "",
    extends: UUID | None = None,
    subjects: Sequence[UUID] = (),
) -> Waiver:
    """Ask that a clause need not hold for one thing until an end; someone else must approve it before it counts.

    `subjects` are the people whom that thing concerns: none of them approves it. Raises NotFound for an unknown clause, Refused without a compensating measure, an end in the future and within the book's limit.
    """
    book.clause(clause)
    start = starts_at or work.now
    longest = book.in_force().waivers.longest
    if not compensation.strip() or not reason.strip():
        raise Refused(clause, "Say why, and what is done in its place.")
    if ends_at <= max(start, work.now):
        raise Refused(clause, "A waiver ends, after it starts and in the future.")
    if ends_at > span(longest).after(start):
        raise Refused(clause, f"A waiver lasts {longest} at most; after that a new one is asked for.")
    if extends is not None:
        old = work.get(Waiver, extends)
        if (old.clause, old.about_ref) != (clause, about_ref):
            raise Refused(clause, "An extension is for the same clause and the same thing.")
    waiver = work.add(
        Waiver(
            clause=clause,
            about_ref=about_ref,
            scope=scope,
            reason=reason,
            compensation=compensation,
            note=note,
            asked_by=person_of(work),
            asked_at=work.now,
            starts_at=start,
            ends_at=ends_at,
            extends=extends,
        )
    )
    work.session.flush()
    concerned = [*_subjects(about_ref), *subjects]
    ask_approval(work, waiver.ref, REQUIREMENT, content_of(waiver), subjects=concerned, scope=scope)
    work.cite(clause)
    return waiver


def content_of(waiver: Waiver) -> dict[str, Any]:
    """Give what the approval of a waiver binds to."""
    return {
        "clause": waiver.clause,
        "about_ref": waiver.about_ref,
        "reason": waiver.reason,
        "compensation": waiver.compensation,
        "starts_at": waiver.starts_at.isoformat(),
        "ends_at": waiver.ends_at.isoformat(),
        "note": waiver.note,
    }


def _subjects(about_ref: str) -> list[UUID]:
    noun, _, key = about_ref.partition(":")
    return [UUID(key)] if noun == "person" else []


@on_fact("approval.granted")
@on_fact("approval.refused")
@on_fact("approval.expired")
@on_fact("approval.withdrawn")
@on_fact("approval.voided")
def follow(work: Work, fact: Fact) -> None:
    """Move a waiver as its approval moves."""
    if fact.data["requirement"] != REQUIREMENT:
        return
    waiver = work.get(Waiver, subject_of(fact))
    happened = fact.name.removeprefix("approval.")
    if happened == "granted" and waiver.state == "asked":
        WAIVER_STEPS.advance(work, waiver, "grant")
        work.fact("waiver.granted", waiver_id=waiver.id, clause=waiver.clause, about_ref=waiver.about_ref)
    elif happened == "refused" and waiver.state == "asked":
        WAIVER_STEPS.advance(work, waiver, "refuse")
    elif happened == "voided" and waiver.state == "granted":
        WAIVER_STEPS.advance(work, waiver, "void")
    elif happened in ("withdrawn", "expired") and waiver.state == "asked":
        WAIVER_STEPS.advance(work, waiver, "drop")
    elif happened == "withdrawn" and waiver.state == "granted":
        _end(work, waiver, "end", "the question was taken back")


def _end(work: Work, waiver: Waiver, event: str, reason: str) -> Waiver:
    WAIVER_STEPS.advance(work, waiver, event)
    waiver.ended_at, waiver.ended_reason = work.now, reason
    work.cite(waiver.clause)
    work.fact("waiver.ended", waiver_id=waiver.id, clause=waiver.clause, about_ref=waiver.about_ref)
    return waiver


def waived(session: Any, clause: str, about_refs: list[str], now: datetime) -> Waiver | None:
    """Give the granted waiver of a clause for one of these things (or the whole house) at a time, by its dates and not by the sweep.

    For status and for conditions of the gate, which have a session and no work.
    """
    row: Waiver | None = session.scalars(
        select(Waiver)
        .where(
            Waiver.clause == clause,
            col(Waiver.state) == GRANTED,
            col(Waiver.about_ref).in_([*about_refs, HOUSE]),
            col(Waiver.starts_at) <= now,
            col(Waiver.ends_at) > now,
        )
        .order_by(col(Waiver.ends_at).desc())
        .limit(1)
    ).first()
    return row


@condition("own-waiver", where=lambda model, actor: model.asked_by == actor.id)
def own_waiver(ask: Ask) -> str | None:
    """Tell whether this person asked for the waiver."""
    return None if isinstance(ask.target, Waiver) and ask.actor.id == ask.target.asked_by else "it is not your waiver"


@action("waiver.ask", answer=WaiverView, scope=lambda fields: fields.scope)
def request_waiver(
    work: Work,
    *,
    clause: str,
    about_ref: Ref,
    reason: Sentence,
    compensation: Sentence,
    ends_at: AwareDatetime,
    starts_at: AwareDatetime | None = None,
    scope: str = HOUSE,
    note: Annotated[str, Field(max_length=2000)] = "",
    extends: UUID | None = None,
) -> Waiver:
    """Ask that a clause need not hold for one thing, until an end and with something done in its place. [AC-8]"""
    return ask_waiver(
        work,
        clause=clause,
        about_ref=about_ref,
        reason=reason,
        compensation=compensation,
        ends_at=ends_at,
        starts_at=starts_at,
        scope=scope,
        note=note,
        extends=extends,
    )


@action("waiver.end", on=Waiver, answer=WaiverView)
def end_waiver(work: Work, waiver: Waiver, *, reason: Reason) -> Waiver:
    """End a waiver before its time; the clause holds again at once. [AC-8]"""
    if waiver.state == "granted":
        return _end(work, waiver, "end", reason)
    if waiver.state != "asked":
        raise Refused(waiver.clause, f"This waiver is {waiver.state}.")
    withdraw_all(work, waiver.ref, reason)
    return waiver


@reading("waiver.list")
def list_waivers(work: Work, *, clause: str | None = None, live: bool = False) -> list[WaiverView]:
    """List waivers, the newest first; `live` leaves out those that have ended. [AC-9]"""
    rows = (
        select(Waiver).where(gate.visible(work.actor, "waiver.list", Waiver, work.now)).order_by(col(Waiver.id).desc())
    )
    if clause is not None:
        rows = rows.where(Waiver.clause == clause)
    if live:
        rows = rows.where(col(Waiver.state).in_(["asked", "granted"]), col(Waiver.ends_at) > work.now)
    return [WaiverView.of(row) for row in work.select(rows)]


def over(now: datetime) -> SelectOfScalar[Waiver]:
    """Select the waivers whose end has passed."""
    return select(Waiver).where(col(Waiver.state).in_([ASKED, GRANTED]), col(Waiver.ends_at) <= now)


@action("waiver.sweep", scope="house")
def sweep_waivers(work: Work) -> int:
    """End the waivers whose time is over. [AC-8]"""
    rows = work.select(over(work.now).limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    for waiver in rows:
        _end(work, waiver, "expire", "its time is over")
    work.note("ended", len(rows))
    return len(rows)
