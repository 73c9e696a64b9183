"""Who holds which profile: given and withdrawn by people, brought to the version in force by a clerk, few people at a time. [AC-2, AC-6, AC-10]

A clerk that is killed between two lots goes on where it stood: each lot is one action, and what is left to do is a state.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints
from sqlmodel import col, select

from iam.deviations.findings import close_deviation, live_deviation, raise_deviation
from iam.people.models import Person
from iam.profiles.holdings import (
    CLERK,
    behind,
    conflict,
    declared_by,
    difference_of,
    live_of,
    standing,
    unfit,
    version_in_force,
)
from iam.profiles.models import AccessProfile, ProfileGrant, ProfileHolding
from iam.profiles.rights import Difference
from kernel import edition
from kernel.access import RoleAssignment
from kernel.action import Fact, Work, action, on_fact
from kernel.db import HOUSE, Answer, read_session
from kernel.errors import Conflict, Refused
from kernel.gate import ALWAYS
from kernel.sweeps import sweep
from policy import book, lint

MOST_CHANGES = 120
"""Roles given and taken in one action; more facts than that and one action would be too heavy."""
MOST_ROUNDS = 50
BLOCKED = "missing-right"
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9:_.-]{1,80}$")]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]


class HoldingView(Answer):
    """A profile somebody holds: where, since when, until when, by whom, and whether it is up to date."""

    id: UUID
    profile_id: UUID
    person_id: UUID
    scope: str
    starts_at: datetime | None
    ends_at: datetime | None
    given_by: str
    given_at: datetime
    reason: str
    applied: int
    blocked: str
    ended_at: datetime | None

    @classmethod
    def of(cls, row: ProfileHolding) -> "HoldingView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("profile.give", scope=lambda fields: fields.scope, answer=HoldingView)
def give_profile(
    work: Work,
    *,
    person_id: UUID,
    profile_id: UUID,
    scope: Identifier = HOUSE,
    reason: Reason,
    start: AwareDatetime | None = None,
    end: AwareDatetime | None = None,
) -> ProfileHolding:
    """Give a person an access profile in a place: the roles of its version in force, and no more. [AC-2, AC-6, AC-10]"""
    return hold(work, work.get(Person, person_id, lock=True), work.get(AccessProfile, profile_id), scope, reason=reason, start=start, end=end)  # fmt: skip


def hold(
    work: Work,
    person: Person,
    profile: AccessProfile,
    scope: str,
    *,
    reason: str,
    start: datetime | None = None,
    end: datetime | None = None,
) -> ProfileHolding:
    """Give a person a profile, inside any action; raises Refused where a duty conflicts, Conflict where it is held already."""
    if person.status in {"left", "suspended"}:
        raise Refused("AC-2", f"This person is {person.status} and is given no profile.")
    wrong = unfit(profile, scope)
    if wrong:
        raise Refused("AC-6", wrong)
    if end is not None and end <= max(work.now, start or work.now):
        raise Refused("AC-2", "The profile would end before it starts.")
    if any((one.profile_id, one.scope) == (profile.id, scope) for one in live_of(work.session, person.id)):
        raise Conflict("This person holds this profile there already.")
    version = version_in_force(work.session, profile)
    clash = conflict(work.session, person.id, version)
    if clash:
        raise Refused("AC-6", f"These duties conflict: {clash}")
    holding = work.add(
        ProfileHolding(
            profile_id=profile.id, person_id=person.id, scope=scope, starts_at=start, ends_at=end,
            given_by=work.actor.ref, given_at=work.now, reason=reason,
        )
    )  # fmt: skip
    work.session.flush()
    _do(work, profile, holding, difference_of(work.session, profile, version, holding, work.now))
    work.fact(
        "profile.given", person_id=person.id, profile_id=profile.id, holding_id=holding.id, scope=scope,
        roles=list(version.roles), name=person.name, site=person.scope, language=person.language,
    )  # fmt: skip
    return holding


@action("profile.withdraw", on=ProfileHolding, answer=HoldingView)
def withdraw_profile(work: Work, holding: ProfileHolding) -> ProfileHolding:
    """Withdraw a profile from a person; its roles stop working everywhere within a second. [AC-2]"""
    if f"person:{holding.person_id}" == work.actor.ref:
        raise Refused("AC-2", "Nobody changes his own rights.")
    return release(work, holding)


def release(work: Work, holding: ProfileHolding) -> ProfileHolding:
    """End a holding and take its roles back, inside any action. Raises Conflict where it has ended already."""
    if holding.ended_at is not None:
        raise Conflict("This profile has been withdrawn already.")
    for assignment in standing(work.session, holding):
        if assignment.ends_at is None or assignment.ends_at > work.now:
            _take(work, assignment)
    holding.ended_at, holding.ended_by = work.now, work.actor.ref
    work.fact("profile.withdrawn", person_id=holding.person_id, profile_id=holding.profile_id, holding_id=holding.id)
    return holding


def prolong(work: Work, holding: ProfileHolding, end: datetime | None) -> ProfileHolding:
    """Give a holding and its roles another end, inside any action. Raises Conflict where it has ended, Refused for a past end."""
    if holding.ended_at is not None or (holding.ends_at is not None and holding.ends_at <= work.now):
        raise Conflict("This profile has been withdrawn already.")
    for assignment in standing(work.session, holding):
        edition.amend_role(work, assignment, end=end)
        work.fact(
            "role.amended", assignment_id=assignment.id, role=assignment.role, scope=assignment.scope,
            subject=assignment.subject_ref,
        )  # fmt: skip
    holding.ends_at = end
    return holding


@on_fact("person.left")
def end_of_leaver(work: Work, fact: Fact) -> None:
    """End the profiles of somebody who left; their roles are taken by the leaving itself."""
    rows = select(ProfileHolding).where(
        ProfileHolding.person_id == fact.data["person_id"], col(ProfileHolding.ended_at).is_(None)
    )
    for holding in work.select(rows.with_for_update()):
        holding.ended_at, holding.ended_by = work.now, work.actor.ref


@on_fact("role.given")
def keep_declared_conflicts(work: Work, fact: Fact) -> None:
    """Refuse a role that a profile held by the same person declares to be in conflict with it. [AC-6]"""
    reach = lint.included(book.in_force(), str(fact.data["role"]))
    declared = declared_by(work.session, fact.data["person_id"])
    for role in sorted(reach & set(declared)):
        raise Refused("AC-6", f"These duties conflict: a profile held and {role}: {declared[role]}")


@on_fact("role.taken")
def try_again(work: Work, fact: Fact) -> None:
    """Have a holder who was kept from a version by a conflict looked at again once they lose a role."""
    noun, _, key = str(fact.data.get("subject", "")).partition(":")
    if noun != "person":
        return
    rows = select(ProfileHolding).where(
        ProfileHolding.person_id == UUID(key), ProfileHolding.blocked != "", col(ProfileHolding.ended_at).is_(None)
    )
    for holding in work.select(rows.with_for_update()):
        holding.applied = 0


def _do(work: Work, profile: AccessProfile, holding: ProfileHolding, found: Difference) -> int:
    """Give and take what a difference says, and note the version; returns how many roles changed."""
    for assignment in standing(work.session, holding):
        if assignment.role in found.takes:
            _take(work, assignment)
    for role in found.gives:
        start = None if found.holding.start == ALWAYS else found.holding.start
        made = edition.give_role(
            work, found.holding.ref, role, holding.scope, start=start, end=holding.ends_at,
            reason=f"Profile {profile.slug}, version {profile.current}: {holding.reason}",
        )  # fmt: skip
        work.session.flush()
        work.add(ProfileGrant(holding_id=holding.id, assignment_id=made.id, number=profile.current or 0))
        work.fact("role.given", person_id=holding.person_id, role=role, scope=holding.scope, assignment_id=made.id)
    holding.applied, holding.blocked = profile.current or 0, found.clash
    return len(found.takes) + len(found.gives)


def _take(work: Work, assignment: RoleAssignment) -> None:
    edition.take_role(work, assignment)
    work.fact(
        "role.taken", assignment_id=assignment.id, role=assignment.role, scope=assignment.scope,
        subject=assignment.subject_ref,
    )  # fmt: skip


@action("profile.apply", scope=HOUSE)
def apply_profiles(work: Work) -> int:
    """Bring the holders of changed profiles to the version in force, so many people at a time; returns how many. [AC-2, AC-6]"""
    lot = book.number("AC-6", "people_per_action")
    rows = work.select(behind(work.now).limit(lot).with_for_update(skip_locked=True, of=ProfileHolding)).all()
    done = changes = 0
    for holding in rows:
        if changes >= MOST_CHANGES:
            break
        profile = work.get(AccessProfile, holding.profile_id)
        if profile.retired_at is not None or (holding.ends_at is not None and holding.ends_at <= work.now):
            changes += len(standing(work.session, holding))
            release(work, holding)
        else:
            version = version_in_force(work.session, profile)
            found = difference_of(work.session, profile, version, holding, work.now)
            changes += _do(work, profile, holding, found)
            _tell(work, holding)
        done += 1
    work.note("people", done)
    work.note("roles", changes)
    return done


def _tell(work: Work, holding: ProfileHolding) -> None:
    """Open a case about somebody whom a conflict of duties keeps from the version in force, or close it once it is over. [AC-9]"""
    case = live_deviation(work, BLOCKED, holding.ref)
    if holding.blocked:
        detail = {"profile": str(holding.profile_id), "version": holding.applied, "why": holding.blocked}
        raise_deviation(
            work, kind=BLOCKED, about_ref=holding.ref, platform=None, clause="AC-6", detail=detail,
            person_id=holding.person_id, scope=holding.scope,
        )  # fmt: skip
        work.fact("profile.blocked", holding_id=holding.id, person_id=holding.person_id)
    elif case is not None:
        close_deviation(work, case, "the version in force could be given", corrected=True)


@sweep("profiles", seconds=2)
def bring_up_to_date(now: datetime) -> None:
    """Apply what was published until nothing is left; what a crash leaves undone is found by the next sweep."""
    for _ in range(MOST_ROUNDS):
        with read_session() as session:
            waiting = session.scalars(behind(now).limit(1)).first()
        if waiting is None or apply_profiles(CLERK) == 0:
            return
