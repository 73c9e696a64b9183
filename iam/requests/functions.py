"""The function a line asks for: an access profile for somebody who joins, moves or is here; what it gives and what it ends. [AC-3, AC-6]

What was approved is what is given: a line names the profile's version, and a later version is asked for anew.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import select

from iam.profiles import holdings
from iam.profiles.models import AccessProfile, ProfileHolding, ProfileVersion
from iam.requests.models import AMEND, CREATE, MOVE, AccessLine
from kernel import gate
from kernel.action import Work
from kernel.db import HOUSE
from kernel.errors import Refused

CHANGED = "This profile has another version in force than the one asked for; ask for it again."


def name_profile(work: Work, line: AccessLine, profile_id: UUID, place: str | None) -> AccessProfile:
    """Have a line ask for a profile's version in force, in a place of its kind. Raises NotFound, Refused."""
    profile = work.get(AccessProfile, profile_id)
    if profile.current is None or profile.retired_at is not None:
        raise Refused("AC-6", "This profile has no version in force.")
    line.profile_id, line.profile_number = profile.id, profile.current
    line.profile_scope = place or (HOUSE if profile.scope_kind == HOUSE else line.scope)
    return profile


def asked_for(session: Any, line: AccessLine) -> tuple[AccessProfile, ProfileVersion] | None:
    """Give the profile a line names and the version it asks for; None where it names none."""
    if line.profile_id is None:
        return None
    version = session.scalars(
        select(ProfileVersion).where(
            ProfileVersion.profile_id == line.profile_id, ProfileVersion.number == line.profile_number
        )
    ).one()
    return session.get_one(AccessProfile, line.profile_id), version


def roles_asked(session: Any, line: AccessLine) -> list[str]:
    """List the roles a line would give: its own, or those of the profile it names."""
    named = asked_for(session, line)
    return list(named[1].roles) if named is not None else [line.role] if line.role else []


def left_behind(session: Any, line: AccessLine) -> list[ProfileHolding]:
    """List the profiles that end when a line is carried out: a new function takes the place of those held for the former one."""
    if line.deed != MOVE or line.profile_id is None or line.person_id is None:
        return []
    held = holdings.live_of(session, line.person_id)
    return [one for one in held if (one.profile_id, one.scope) != (line.profile_id, line.profile_scope)]


def stays(session: Any, line: AccessLine) -> bool:
    """Tell whether somebody who moves holds the profile of the line there already."""
    held = holdings.live_of(session, line.person_id) if line.deed == MOVE and line.person_id else []
    return any((one.profile_id, one.scope) == (line.profile_id, line.profile_scope) for one in held)


def why_not_held(work: Work, line: AccessLine) -> str | None:
    """Say why the profile a line names cannot be given as things stand, or None where it can, or none is named."""
    named = asked_for(work.session, line)
    if named is None:
        return None
    profile, version = named
    place = line.profile_scope or HOUSE
    if place not in gate.current().scopes:
        return f"There is no scope {place}."
    wrong = holdings.unfit(profile, place) or (CHANGED if profile.current != version.number else None)
    if wrong is not None or line.deed == CREATE or line.person_id is None or stays(work.session, line):
        return wrong
    held = holdings.live_of(work.session, line.person_id)
    if line.deed != MOVE and any((one.profile_id, one.scope) == (profile.id, place) for one in held):
        return "This person holds this profile there already."
    clash = holdings.conflict(work.session, line.person_id, version, leaving=left_behind(work.session, line))
    return f"These duties conflict: {clash}" if clash else None


def why_not_ended(work: Work, line: AccessLine) -> str | None:
    """Say why a profile that is held cannot be withdrawn or get another end, or None where it can."""
    holding = work.session.get(ProfileHolding, line.holding_id)
    if holding is None:
        return "There is no such right."
    if holding.ended_at is not None or (holding.ends_at is not None and holding.ends_at <= work.now):
        return "This right has ended already."
    if line.deed == AMEND and line.ends_at == holding.ends_at:
        return "The right ends then already."
    if line.deed == AMEND and line.ends_at is not None and line.ends_at <= max(holding.starts_at or work.now, work.now):
        return "The right would end before it starts, or has ended already."
    return None


def held_by(work: Work, line: AccessLine, holding_id: UUID, ends_at: datetime | None) -> None:
    """Have a line be about a profile that is held. Raises NotFound."""
    holding = work.get(ProfileHolding, holding_id)
    line.holding_id, line.person_id, line.scope, line.ends_at = holding.id, holding.person_id, holding.scope, ends_at
    profile = work.get(AccessProfile, holding.profile_id)
    line.profile_id, line.profile_scope = profile.id, holding.scope
    line.profile_number = holding.applied or profile.current


def profiles_of(session: Any, lines: Iterable[AccessLine]) -> dict[UUID, AccessProfile]:
    """Read the profiles that lines name, each once."""
    wanted = {line.profile_id for line in lines if line.profile_id is not None}
    return {id_: session.get_one(AccessProfile, id_) for id_ in wanted}
