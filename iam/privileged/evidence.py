"""What AC-5 is proved by: no standing privilege, reviews and documentation in time, and guards that are tried."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from iam.privileged import standing
from iam.privileged.models import BreakGlass, Elevation
from kernel.access import RoleAssignment
from kernel.action import Fact, Work
from policy import book
from policy.evidence import Evidence, evidence, found, probe


@evidence("AC-5", empty_ok=True)
def no_standing_privilege(session: Any, now: datetime) -> Evidence:
    """Every privileged role that works now ends, and an elevation or a break-glass stands behind it."""
    held = [
        one
        for one in session.scalars(
            select(RoleAssignment).where(
                col(RoleAssignment.role).in_(standing.names("AC-5", "privileged_roles")),
                col(RoleAssignment.taken_at).is_(None),
            )
        )
        if one.ends_at is None or one.ends_at > now
    ]
    rightly = {one.ref for one in held if one.ends_at is not None and one.given_by.startswith(standing.BEHIND)}
    return found([one.ref for one in held], [one.ref for one in held if one.ref not in rightly])


@evidence("AC-5", empty_ok=True)
def privileged_work_is_accounted_for(session: Any, now: datetime) -> Evidence:
    """Every ended elevation was reviewed in time by another person, and every break-glass documented in time."""
    review = timedelta(hours=book.number("AC-5", "review_hours"))
    papers = timedelta(hours=book.number("AC-5", "documentation_hours"))
    ended = list(
        session.scalars(
            select(Elevation).where(col(Elevation.ended_at).is_not(None), col(Elevation.taken_at).is_not(None))
        )
    )
    opened = list(session.scalars(select(BreakGlass).where(col(BreakGlass.opened_at).is_not(None))))
    late = [
        one.ref
        for one in ended
        if one.ended_at is not None
        and ((one.reviewed_at or now) - one.ended_at > review or one.reviewed_by == one.person_id)
    ]
    late += [
        one.ref for one in opened if one.opened_at is not None and (one.documented_at or now) - one.opened_at > papers
    ]
    return found([one.ref for one in [*ended, *opened]], late)


@probe("AC-5", guard="no-standing-privilege-given")
def standing_gift(work: Work) -> None:
    """A privileged role given for good is refused."""
    role = standing.names("AC-5", "privileged_roles")[0]
    made = RoleAssignment(subject_ref="person:nobody", role=role, given_by=work.actor.ref, reason="a trial")
    work.add(made)
    standing.refuse_standing(work, Fact("role.given", {"role": role, "assignment_id": made.id}))
