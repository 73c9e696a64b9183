"""How a holding of a profile stands beside the version in force: what it gives, what it should give, what stands against it. [AC-6]"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from iam.profiles.models import AccessProfile, ProfileGrant, ProfileHolding, ProfileVersion
from iam.profiles.rights import Difference, Holding, clashes, difference
from kernel import gate
from kernel.access import RoleAssignment
from kernel.actor import clerk
from kernel.errors import NotFound
from kernel.gate import ALWAYS, FOREVER, Assignment
from policy import book

CLERK = clerk("profiles")


def version_in_force(session: Any, profile: AccessProfile) -> ProfileVersion:
    """Give a profile's version in force. Raises NotFound where it has none."""
    found: ProfileVersion | None = session.scalars(
        select(ProfileVersion).where(ProfileVersion.profile_id == profile.id, ProfileVersion.number == profile.current)
    ).first()
    if found is None:
        raise NotFound("This profile has no version in force.")
    return found


def difference_of(
    session: Any, profile: AccessProfile, version: ProfileVersion | None, holding: ProfileHolding, now: datetime
) -> Difference:
    """Give what one holding gains and loses by a version, or (none) by the end of its profile."""
    roles = frozenset(version.roles) if version is not None and profile.retired_at is None else frozenset()
    declared = version.conflicts if version is not None else {}
    state = as_it_stands(session, holding, now)
    own = {row.id for row in standing(session, holding)}
    others = other_roles(session, state.ref, own)
    against = declared_by(session, holding.person_id, but={holding.id})
    return difference(state, roles, others, declared, book.in_force(), against)


def declared_by(session: Any, person_id: UUID, *, but: Collection[UUID] = ()) -> dict[str, str]:
    """Give the roles that the profiles a person holds declare to be in conflict, each with the reason."""
    in_force = (col(AccessProfile.id) == ProfileVersion.profile_id) & (
        col(AccessProfile.current) == ProfileVersion.number
    )
    rows = session.execute(
        select(ProfileHolding.id, ProfileVersion.conflicts)
        .join(AccessProfile, col(AccessProfile.id) == ProfileHolding.profile_id)
        .join(ProfileVersion, in_force)
        .where(ProfileHolding.person_id == person_id, col(ProfileHolding.ended_at).is_(None))
    )
    return {role: why for holding, declared in rows if holding not in but for role, why in declared.items()}


def as_it_stands(session: Any, holding: ProfileHolding, now: datetime) -> Holding:
    """Read a holding with the roles it gives now and those that were taken back by hand."""
    rows = session.scalars(
        select(RoleAssignment)
        .join(ProfileGrant, col(ProfileGrant.assignment_id) == RoleAssignment.id)
        .where(ProfileGrant.holding_id == holding.id)
        .order_by(col(RoleAssignment.id))
    ).all()
    last = {row.role: row for row in rows}
    given = {
        row.role: Assignment(row.role, row.scope, row.starts_at or ALWAYS, row.ends_at or FOREVER)
        for row in last.values()
        if row.taken_at is None
    }
    withheld = frozenset(
        row.role for row in last.values() if row.taken_at is not None and row.taken_by not in (CLERK.ref, None)
    )
    start = holding.starts_at if holding.starts_at is not None and holding.starts_at > now else ALWAYS
    return Holding(
        holding.id, f"person:{holding.person_id}", holding.scope, start, holding.ends_at or FOREVER, given, withheld
    )


def live_of(session: Any, person_id: UUID) -> list[ProfileHolding]:
    """List the profiles a person holds, the oldest first."""
    rows = select(ProfileHolding).where(ProfileHolding.person_id == person_id, col(ProfileHolding.ended_at).is_(None))
    return list(session.scalars(rows.order_by(col(ProfileHolding.id))))


def unfit(profile: AccessProfile, scope: str) -> str | None:
    """Say why nobody can be given a profile in a place, or None where somebody can."""
    if profile.current is None or profile.retired_at is not None:
        return "This profile has no version in force."
    if scope.partition(":")[0] != profile.scope_kind:
        return f"This profile is held in a place of the kind {profile.scope_kind}."
    return None


def conflict(
    session: Any, person_id: UUID, version: ProfileVersion, *, leaving: Iterable[ProfileHolding] = ()
) -> str | None:
    """Say which duties would conflict if a person held a version beside what they hold, but for holdings that end with it. [AC-6]"""
    leaving = list(leaving)
    going = [row.id for holding in leaving for row in standing(session, holding)]
    left = {holding.id for holding in leaving}
    others = other_roles(session, f"person:{person_id}", set(going))
    against = declared_by(session, person_id, but=left)
    return clashes(book.in_force(), version.conflicts, frozenset(version.roles), others, against) or None


def standing(session: Any, holding: ProfileHolding) -> list[RoleAssignment]:
    """List the roles a holding gives that were not taken back."""
    rows = (
        select(RoleAssignment)
        .join(ProfileGrant, col(ProfileGrant.assignment_id) == RoleAssignment.id)
        .where(ProfileGrant.holding_id == holding.id, col(RoleAssignment.taken_at).is_(None))
    )
    return list(session.scalars(rows.order_by(col(RoleAssignment.role))))


def other_roles(session: Any, ref: str, but: set[UUID]) -> set[str]:
    """List the roles a person holds or will hold anywhere, but for some assignments."""
    rows = select(RoleAssignment).where(RoleAssignment.subject_ref == ref, col(RoleAssignment.taken_at).is_(None))
    return {row.role for row in session.scalars(rows) if row.id not in but}


def behind(now: datetime) -> SelectOfScalar[ProfileHolding]:
    """Select the holdings that are not what their profile says: of another version, of a retired profile, or over."""
    return (
        select(ProfileHolding)
        .join(AccessProfile, col(AccessProfile.id) == ProfileHolding.profile_id)
        .where(
            col(ProfileHolding.ended_at).is_(None),
            or_(
                col(ProfileHolding.applied) != AccessProfile.current,
                col(AccessProfile.retired_at).is_not(None),
                col(ProfileHolding.ends_at) <= now,
            ),
        )
        .order_by(col(ProfileHolding.id))
    )


def holders_of(profile: AccessProfile) -> SelectOfScalar[ProfileHolding]:
    """Select the live holdings of a profile."""
    return select(ProfileHolding).where(ProfileHolding.profile_id == profile.id, col(ProfileHolding.ended_at).is_(None))


def may_hold(ref: str) -> bool:
    """Whether a role is one that profiles may hold at all: not a machine's, not everybody's, not one of control."""
    reserved = book.parameter("AC-2", "reserved_roles")
    fixed = set(gate.current().implicit.values()) | {"nobody", "visitor"}
    return not ref.startswith("clerk-") and ref not in fixed and not (isinstance(reserved, list) and ref in reserved)
