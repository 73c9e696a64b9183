"""After an elevation: everything done under it from the ledger, and its review by another person. [AC-5, AC-9]"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import text
from sqlmodel import col, select

from iam.certification.last_deeds import own_actions
from iam.privileged.elevations import ELEVATION_STEPS, REQUIREMENT, ElevationView, drop, finish
from iam.privileged.models import BreakGlass, Elevation
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import Answer, ledger_session, read_session
from kernel.errors import Conflict, Refused
from kernel.reading import reading
from kernel.sweeps import sweep
from policy.approvals import person_of
from policy.models import Approval, ApprovalVote

CLERK = clerk("privilege")
AT_ONCE = 50
PAGE = 200
Remark = Annotated[str, Field(max_length=2000)]


class Deed(Answer):
    """Something done under a privileged role. `by_role`: only that role allowed it, nothing the person holds for good."""

    place: int
    index: int | None
    at: datetime
    action: str
    target: str | None
    outcome: str
    by_role: bool


class Deeds(Answer):
    """What was done under a privileged role, oldest first; `total` is how many entries there are, `more` whether they go on.

    `approved`: whoever reads this has approved it, so another person reviews it.
    """

    deeds: list[Deed]
    total: int
    more: bool
    approved: bool = False


_WINDOW = "from ledger.entry e where e.actor = :actor and e.at >= :since and e.at < :until"


def deeds_between(person_id: UUID, role: str, since: datetime, until: datetime, after: int) -> Deeds:
    """Read what a person did from a time until a time, from the ledger; only inside a reading."""
    asked: dict[str, Any] = {
        "actor": f"person:{person_id}",
        "since": since,
        "until": until,
        "after": after,
        "limit": PAGE + 1,
    }
    with ledger_session() as session:
        total = int(session.execute(text(f"select count(*) {_WINDOW}"), asked).scalar_one())
        rows = session.execute(
            text(
                "select e.id, (select l.leaf_index from ledger.leaf l where l.entry_id = e.id), e.at, e.action, e.target, e.outcome "
                f"{_WINDOW} and e.id > :after order by e.id limit :limit"
            ),
            asked,
        ).all()
    privileged = own_actions(role)
    shown = [
        Deed(
            place=row[0],
            index=row[1],
            at=row[2],
            action=row[3],
            target=row[4],
            outcome=row[5],
            by_role=row[3] in privileged,
        )
        for row in rows[:PAGE]
    ]
    return Deeds(deeds=shown, total=total, more=len(rows) > PAGE)


@reading("elevation.deeds", on=Elevation)
def list_deeds(work: Work, elevation: Elevation, *, after: Annotated[int, Field(ge=0)] = 0) -> Deeds:
    """List everything done under an elevation, from the ledger, oldest first. [AC-5, AC-9]"""
    approved = work.actor.id in _approvers(work, elevation)
    if elevation.taken_at is None:
        return Deeds(deeds=[], total=0, more=False, approved=approved)
    until = elevation.ended_at or min(work.now, elevation.ends_at)
    told = deeds_between(elevation.person_id, elevation.role, elevation.taken_at, until, after)
    return told.model_copy(update={"approved": approved})


@reading("break-glass.deeds", on=BreakGlass)
def list_emergency_deeds(work: Work, opened: BreakGlass, *, after: Annotated[int, Field(ge=0)] = 0) -> Deeds:
    """List everything done under an open break-glass, from the ledger, oldest first. [AC-5, AC-9]"""
    if opened.opened_at is None or opened.ends_at is None:
        return Deeds(deeds=[], total=0, more=False)
    until = opened.ended_at or min(work.now, opened.ends_at)
    return deeds_between(opened.person_id, opened.role, opened.opened_at, until, after)


@action("elevation.review", on=Elevation, answer=ElevationView)
def review_elevation(
    work: Work,
    elevation: Elevation,
    *,
    verdict: Literal["in-order", "questioned"],
    seen: Annotated[int, Field(ge=0)],
    remark: Remark = "",
) -> Elevation:
    """Say of an ended elevation, having seen what was done under it, whether it was in order. [AC-5]"""
    reviewer = person_of(work)
    if reviewer == elevation.person_id:
        raise Refused("AC-5", "Nobody reviews his own elevation.")
    if reviewer in _approvers(work, elevation):
        raise Refused("AC-5", "Who approved an elevation does not review it.")
    if verdict == "questioned" and not remark.strip():
        raise Refused("AC-5", "Say what is questioned.")
    if elevation.state == "reviewed":
        raise Conflict("Another reviewer was quicker.")
    ELEVATION_STEPS.advance(work, elevation, "review")
    elevation.reviewed_at, elevation.reviewed_by = work.now, reviewer
    elevation.verdict, elevation.remark, elevation.seen = verdict, remark, seen
    work.fact("elevation.reviewed", elevation_id=elevation.id, person_id=elevation.person_id, verdict=verdict)
    return elevation


def _approvers(work: Work, elevation: Elevation) -> set[UUID]:
    votes = (
        select(ApprovalVote)
        .join(Approval, col(Approval.id) == ApprovalVote.approval_id)
        .where(
            Approval.subject_ref == elevation.ref,
            Approval.requirement == REQUIREMENT,
            col(ApprovalVote.yes),
            col(ApprovalVote.voided_at).is_(None),
        )
    )
    return {person for vote in work.select(votes) for person in (vote.voter_id, vote.principal_id)}


def _over(now: datetime) -> Any:
    return (
        select(Elevation)
        .where(col(Elevation.state).in_(["asked", "granted", "active"]), col(Elevation.ends_at) <= now)
        .order_by(col(Elevation.ends_at))
    )


@action("elevation.sweep", scope="house")
def sweep_elevations(work: Work) -> int:
    """Note the elevations whose window is over; the role itself ended with it, to the second. [AC-5]"""
    rows = list(work.select(_over(work.now).limit(AT_ONCE).with_for_update(skip_locked=True)))
    for elevation in rows:
        if elevation.state == "active":
            finish(work, elevation, "its window is over")
        else:
            drop(work, elevation, "its window is over")
    work.note("ended", len(rows))
    return len(rows)


@sweep("elevations", seconds=15)
def end_what_is_over(now: datetime) -> int:
    """Have the privilege clerk end what is over; nothing is written where nothing is."""
    ended = 0
    while _any_over(now):
        done = sweep_elevations(CLERK)
        if not done:
            break
        ended += done
    return ended


def _any_over(now: datetime) -> bool:
    with read_session() as session:
        return session.scalars(_over(now).limit(1)).first() is not None
