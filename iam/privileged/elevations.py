"""Elevations: a privileged role for a time, asked with its reason, approved by another, taken up with a fresh factor. [AC-5]

Nobody holds such a role for good. The role begins when it is taken up and ends by itself with its window: the gate judges by the
clock, so nothing has to run for it to stop. What was done under it is reviewed by another person.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints
from sqlmodel import col, select

from iam.privileged import standing
from iam.privileged.models import Elevation
from kernel import gate
from kernel.action import Fact, Work, action, on_fact
from kernel.db import HOUSE, Answer
from kernel.errors import Refused
from kernel.gate import Ask, condition
from kernel.reading import reading
from policy import book
from policy.approvals import ask_approval, person_of, subject_of, use_approval, withdraw_all
from policy.ballots import seal
from policy.workflow import Step, Workflow

REQUIREMENT = "elevation.grant"
MOST = 200
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9:_.-]{1,80}$")]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
Bound = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,30}:[A-Za-z0-9_.-]{1,80}$")]
"""The change or the incident that it serves; `iam.privileged.bindings` judges whether there is such a one."""

ELEVATION_STEPS = Workflow(
    Elevation,
    "asked",
    [
        Step("asked", "grant", "granted"),
        Step("asked", "refuse", "refused"),
        Step("asked", "drop", "dropped"),
        Step("granted", "void", "asked"),
        Step("granted", "drop", "dropped"),
        Step("granted", "take-up", "active", clause="AC-5"),
        Step("active", "end", "ended", clause="AC-5"),
        Step("ended", "review", "reviewed", clause="AC-5"),
    ],
)


class ElevationView(Answer):
    """An elevation as a door shows it."""

    id: UUID
    person_id: UUID
    role: str
    scope: str
    reason: str
    bound_to: str
    asked_at: datetime
    starts_at: datetime
    ends_at: datetime
    state: str
    taken_at: datetime | None
    ended_at: datetime | None
    ended_why: str | None
    reviewed_at: datetime | None
    reviewed_by: UUID | None
    verdict: str | None
    remark: str

    @classmethod
    def of(cls, row: Elevation) -> "ElevationView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@condition("own-elevation", where=lambda model, actor: model.person_id == actor.id)
def own_elevation(ask: Ask) -> str | None:
    """Tell whether the elevation is this person's."""
    mine = isinstance(ask.target, Elevation) and ask.target.person_id == ask.actor.id
    return None if mine else "This is another person's elevation."


@action("elevation.ask", scope=lambda fields: fields.scope, answer=ElevationView)
def ask_elevation(
    work: Work,
    *,
    role: Identifier,
    scope: Identifier = HOUSE,
    reason: Reason,
    bound_to: Bound,
    until: AwareDatetime,
    start: AwareDatetime | None = None,
) -> Elevation:
    """Ask for a privileged role for a stated change or incident and its window; another person approves it. [AC-5, AC-2]"""
    person_id = person_of(work)
    begins = start or work.now
    if role not in standing.names("AC-5", "elevation_roles"):
        raise Refused("AC-5", "The book names no such role for elevation.")
    longest = timedelta(hours=book.number("AC-5", "longest_hours"))
    ahead = timedelta(days=book.number("AC-5", "ahead_days"))
    if (
        begins < work.now - timedelta(minutes=1)
        or until <= begins
        or until - begins > longest
        or begins > work.now + ahead
    ):
        raise Refused(
            "AC-5",
            f"The window lies ahead, begins within {ahead.days} days and lasts {int(longest.total_seconds() // 3600)} hours at most.",
        )
    standing.bear(work, person_id, role, scope, "AC-5")
    elevation = work.add(
        Elevation(
            scope=scope, person_id=person_id, role=role, reason=reason, bound_to=bound_to,
            asked_at=work.now, starts_at=begins, ends_at=until,
        )
    )  # fmt: skip
    work.session.flush()
    ask_approval(work, elevation.ref, REQUIREMENT, content_of(elevation), subjects=[person_id], scope=scope)
    work.fact("elevation.asked", elevation_id=elevation.id, person_id=person_id, role=role, scope=scope)
    return elevation


def content_of(elevation: Elevation) -> dict[str, Any]:
    """Return what the approval binds to."""
    return {
        "role": elevation.role,
        "scope": elevation.scope,
        "reason": elevation.reason,
        "bound_to": elevation.bound_to,
        "starts_at": elevation.starts_at.isoformat(),
        "ends_at": elevation.ends_at.isoformat(),
    }


@action("elevation.take-up", on=Elevation, answer=ElevationView)
def take_up(work: Work, elevation: Elevation) -> Elevation:
    """Take up an approved elevation: the role works from now until its window ends. [AC-5]"""
    if elevation.person_id != work.actor.id:
        raise Refused("AC-5", "An elevation is taken up by the person it was approved for.")
    if not elevation.starts_at <= work.now < elevation.ends_at:
        raise Refused("AC-5", "The window of this elevation is not open now.")
    standing.bear(work, elevation.person_id, elevation.role, elevation.scope, "AC-5")
    sealed = seal(elevation.ref, REQUIREMENT, content_of(elevation), subjects=[elevation.person_id])
    use_approval(work, elevation.ref, REQUIREMENT, sealed.digest)
    ELEVATION_STEPS.advance(work, elevation, "take-up")
    made = standing.mint(
        work, elevation.person_id, elevation.role, elevation.scope, start=work.now, end=elevation.ends_at,
        behind=elevation.ref, reason=f"elevation for {elevation.bound_to}",
    )  # fmt: skip
    elevation.taken_at, elevation.assignment_id = work.now, made.id
    work.fact("elevation.begun", elevation_id=elevation.id, person_id=elevation.person_id, role=elevation.role)
    return elevation


@action("elevation.end", on=Elevation, answer=ElevationView)
def end_elevation(work: Work, elevation: Elevation, *, reason: Why) -> Elevation:
    """End an elevation before its time, or take back the question; the role stops everywhere within a second. [AC-5]"""
    if elevation.state == "active":
        return finish(work, elevation, reason)
    if elevation.state not in {"asked", "granted"}:
        raise Refused("AC-5", f"This elevation is {elevation.state}.")
    drop(work, elevation, reason)
    return elevation


def finish(work: Work, elevation: Elevation, why: str) -> Elevation:
    """End an active elevation: its role is taken, and its review becomes due."""
    ELEVATION_STEPS.advance(work, elevation, "end")
    elevation.ended_at, elevation.ended_why = min(work.now, elevation.ends_at), why
    if elevation.ends_at > work.now:
        standing.take(work, elevation.assignment_id, why)
    work.fact(
        "elevation.ended", elevation_id=elevation.id, person_id=elevation.person_id,
        bound_to=elevation.bound_to, since=elevation.taken_at,
    )  # fmt: skip
    return elevation


def drop(work: Work, elevation: Elevation, why: str) -> None:
    """Let a question or an approval that was not taken up be; the approval falls with it."""
    withdraw_all(work, elevation.ref, why)
    if elevation.state in {"asked", "granted"}:
        _dropped(work, elevation, why)


def _dropped(work: Work, elevation: Elevation, why: str) -> None:
    ELEVATION_STEPS.advance(work, elevation, "drop")
    elevation.ended_at, elevation.ended_why = work.now, why


@on_fact("approval.granted")
@on_fact("approval.refused")
@on_fact("approval.voided")
@on_fact("approval.expired")
@on_fact("approval.withdrawn")
def follow_approval(work: Work, fact: Fact) -> None:
    """Move an elevation as its approval moves."""
    if fact.data["requirement"] != REQUIREMENT:
        return
    elevation = work.get(Elevation, subject_of(fact))
    happened, state = fact.name.removeprefix("approval."), elevation.state
    if happened == "granted" and state == "asked":
        ELEVATION_STEPS.advance(work, elevation, "grant")
    elif happened == "refused" and state == "asked":
        ELEVATION_STEPS.advance(work, elevation, "refuse")
        elevation.ended_at, elevation.ended_why = work.now, "refused"
    elif happened == "voided" and state == "granted":
        ELEVATION_STEPS.advance(work, elevation, "void")
    elif happened in {"expired", "withdrawn"} and state in {"asked", "granted"}:
        _dropped(work, elevation, f"its approval was {happened}")


def live_of(work: Work, person_id: UUID) -> list[Elevation]:
    """Return a person's elevations that are asked, approved or active."""
    rows = select(Elevation).where(
        Elevation.person_id == person_id, col(Elevation.state).in_(["asked", "granted", "active"])
    )
    return list(work.select(rows.with_for_update()))


@on_fact("person.left")
@on_fact("person.suspended")
@on_fact("person.moved")
def follow_person(work: Work, fact: Fact) -> None:
    """End what a person has or asks for who left, was suspended or moved."""
    for elevation in live_of(work, fact.data["person_id"]):
        settle(work, elevation, f"the {fact.name.replace('.', ' ')}")


def settle(work: Work, elevation: Elevation, why: str) -> None:
    """End an elevation wherever it stands."""
    if elevation.state == "active":
        finish(work, elevation, why)
    else:
        drop(work, elevation, why)


@on_fact("change.ended")
@on_fact("incident.ended")
def follow_binding(work: Work, fact: Fact) -> None:
    """End what was bound to a change or an incident that is over (`bound_to` names it), however it ended. [AC-5]"""
    rows = select(Elevation).where(
        Elevation.bound_to == fact.data["bound_to"], col(Elevation.state).in_(["asked", "granted", "active"])
    )
    for elevation in list(work.select(rows.with_for_update())):
        settle(work, elevation, "what it was bound to is over")


@reading("elevation.list")
def list_elevations(
    work: Work, *, state: str | None = None, before: UUID | None = None, limit: int = 50
) -> list[ElevationView]:
    """List elevations, one's own or all one may see, the newest first. [AC-5, AC-9]"""
    rows = select(Elevation).where(gate.visible(work.actor, "elevation.list", Elevation, work.now))
    if state is not None:
        rows = rows.where(Elevation.state == state)
    if before is not None:
        rows = rows.where(Elevation.id < before)
    found = work.select(rows.order_by(col(Elevation.id).desc()).limit(max(1, min(limit, MOST))))
    return [ElevationView.of(row) for row in found]


@reading("elevation.read", on=Elevation)
def read_elevation(work: Work, elevation: Elevation) -> ElevationView:  # noqa: ARG001 - the frame's own form
    """Read an elevation. [AC-5, AC-9]"""
    return ElevationView.of(elevation)
