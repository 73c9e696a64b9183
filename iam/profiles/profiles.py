"""Access profiles: written as versions, seen before they are asked for, approved by another, published by a clerk. [AC-6, AC-10]"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlmodel import col, select

from iam.profiles.holdings import CLERK, may_hold
from iam.profiles.models import VERSION_STEPS, AccessProfile, ProfileHolding, ProfileVersion
from kernel.action import Fact, Work, action, on_fact
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, NotFound, Refused
from kernel.outbox import effect
from policy import book, lint
from policy.approvals import ask_approval, person_of, subject_of, use_approval, withdraw_all
from policy.ballots import seal

REQUIREMENT = "profile.publish"
PUBLISH = "profile.publish"
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Job = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Role = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,79}$")]
Roles = Annotated[list[Role], Field(min_length=1, max_length=12)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=300)]
Conflicts = Annotated[dict[Role, Why], Field(max_length=12)]
Foreseen = Annotated[dict[Role, Annotated[str, Field(max_length=300)]], Field(max_length=12)]
"""Conflicts while they are being written: their reasons may still be short."""
Summary = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]


class VersionView(Answer):
    """A version of a profile as a door shows it."""

    id: UUID
    profile_id: UUID
    number: int
    roles: list[str]
    conflicts: dict[str, str]
    summary: str
    base: int | None
    written_by: UUID
    written_at: datetime
    state: str
    in_force_at: datetime | None
    retired_at: datetime | None

    @classmethod
    def of(cls, row: ProfileVersion) -> "VersionView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class ProfileView(Answer):
    """A profile as a list shows it."""

    id: UUID
    slug: str
    label: str
    job: str
    scope_kind: str
    current: int | None
    retired_at: datetime | None

    @classmethod
    def of(cls, row: AccessProfile) -> "ProfileView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("profile.add", scope=HOUSE, answer=ProfileView)
def add_profile(
    work: Work,
    *,
    slug: Slug,
    label: Label,
    scope_kind: Literal["house", "site", "client", "campaign"],
    job: Job = "",
) -> AccessProfile:
    """Add a profile for a function; it gives nothing until a version of it is in force. [AC-6]"""
    if work.select(select(AccessProfile.id).where(AccessProfile.slug == slug)).first() is not None:
        raise Conflict("There is a profile of this name already.")
    return work.add(AccessProfile(slug=slug, label=label, job=job, scope_kind=scope_kind))


@action("profile.write", on=AccessProfile, answer=VersionView)
def write_version(
    work: Work, profile: AccessProfile, *, roles: Roles, conflicts: Conflicts | None = None, summary: Summary
) -> ProfileVersion:
    """Write the next version of a profile; it is a draft until you ask for its approval. [AC-6]"""
    if profile.retired_at is not None:
        raise Refused("AC-6", "This profile is retired.")
    check_content(roles, conflicts or {})
    last = work.select(
        select(ProfileVersion.number)
        .where(ProfileVersion.profile_id == profile.id)
        .order_by(col(ProfileVersion.number).desc())
        .limit(1)
    ).first()
    return work.add(
        ProfileVersion(
            profile_id=profile.id, number=(last or 0) + 1, roles=sorted(roles), conflicts=dict(conflicts or {}),
            summary=summary, base=profile.current, written_by=person_of(work), written_at=work.now,
        )
    )  # fmt: skip


def check_content(roles: list[str], conflicts: dict[str, str]) -> None:
    """Refuse roles that are unknown, of control, said twice or contained in another, and conflicts of duties among them. [AC-6]"""
    written = book.in_force()
    for role in [*roles, *conflicts]:
        if role not in written.roles:
            raise Refused("AC-6", f"The book knows no role {role}.")
    if len(set(roles)) < len(roles):
        raise Refused("AC-6", "A role stands there twice.")
    for role in roles:
        if not may_hold(role):
            raise Refused("AC-6", f"The role {role} is given one by one, never by a profile.")
        inside = next((one for one in roles if one != role and role in lint.included(written, one)), None)
        if inside is not None:
            raise Refused("AC-6", f"A profile holds no more than it needs: {role} is contained in {inside}.")
    clash = lint.conflicts(written, roles)
    if clash:
        raise Refused("AC-6", f"These duties conflict: {clash[0]}")
    reach = {name for role in roles for name in lint.included(written, role)}
    own = sorted(reach & set(conflicts))
    if own:
        raise Refused("AC-6", f"The profile itself holds {own[0]}, which it declares to be in conflict.")


@action("profile.ask", on=ProfileVersion, answer=VersionView)
def ask_publication(work: Work, version: ProfileVersion) -> ProfileVersion:
    """Ask that a version be approved; the one who wrote or asks for it cannot approve it. [AC-6]"""
    profile = work.get(AccessProfile, version.profile_id, lock=True)
    _current(profile, version)
    check_content(version.roles, version.conflicts)
    waiting = select(ProfileVersion.id).where(
        ProfileVersion.profile_id == profile.id, ProfileVersion.state == "asked", ProfileVersion.id != version.id
    )
    if work.select(waiting).first() is not None:
        raise Conflict("Another version of this profile waits for approval; withdraw it first.")
    VERSION_STEPS.advance(work, version, "ask")
    ask_approval(
        work, version.ref, REQUIREMENT, content_of(profile, version), implementers=[version.written_by], scope=HOUSE
    )
    work.fact("profile.asked", profile_id=profile.id, version_id=version.id)
    return version


def content_of(profile: AccessProfile, version: ProfileVersion) -> dict[str, Any]:
    """Give what the approval of a version binds to."""
    return {
        "profile": profile.slug,
        "label": profile.label,
        "place": profile.scope_kind,
        "number": version.number,
        "base": version.base or 0,
        "roles": list(version.roles),
        "conflicts": dict(version.conflicts),
        "summary": version.summary,
    }


def _current(profile: AccessProfile, version: ProfileVersion) -> None:
    if profile.retired_at is not None:
        raise Refused("AC-6", "This profile is retired.")
    if version.base != profile.current:
        raise Refused("AC-6", "Another version came into force since this was written; write the difference anew.")


@action("profile.drop", on=ProfileVersion, answer=VersionView)
def drop_version(work: Work, version: ProfileVersion) -> ProfileVersion:
    """Take back a version that is not in force, and the question about it. [AC-6]"""
    if version.state == "asked":
        withdraw_all(work, version.ref, "the version was taken back")
    VERSION_STEPS.advance(work, version, "drop")
    return version


@on_fact("approval.granted")
@on_fact("approval.refused")
@on_fact("approval.expired")
def follow(work: Work, fact: Fact) -> None:
    """Have an approved version published by the clerk, never by the voter; close one that was refused."""
    if fact.data["requirement"] != REQUIREMENT:
        return
    version = work.get(ProfileVersion, subject_of(fact))
    if version.state != "asked":
        return
    if fact.name == "approval.granted":
        work.later(PUBLISH, version_id=version.id)
    else:
        VERSION_STEPS.advance(work, version, "refuse" if fact.name == "approval.refused" else "drop")


@effect(PUBLISH)
def publish_approved(*, version_id: str) -> None:
    """Publish an approved version; one that was published or dropped meanwhile is left as it is."""
    try:
        publish_version(CLERK, UUID(version_id))
    except (Refused, Conflict, NotFound) as no:
        note_unpublished(CLERK, UUID(version_id), why=no.why[:300])


@action("profile.publish", on=ProfileVersion, answer=VersionView)
def publish_version(work: Work, version: ProfileVersion) -> ProfileVersion:
    """Put an approved version in force; its holders follow within seconds, a bounded number at a time. [AC-6]"""
    return put_in_force(work, version)


def put_in_force(work: Work, version: ProfileVersion) -> ProfileVersion:
    """Publish a version, inside any action; raises Refused when it is outdated, faulty or not approved exactly as it stands."""
    profile = work.get(AccessProfile, version.profile_id, lock=True)
    if version.state != "asked":
        raise Refused("AC-6", f"A version that is {version.state} cannot be published.")
    _current(profile, version)
    check_content(version.roles, version.conflicts)
    use_approval(work, version.ref, REQUIREMENT, _digest(profile, version))
    old = work.select(
        select(ProfileVersion).where(ProfileVersion.profile_id == profile.id, ProfileVersion.state == "in-force")
    ).first()
    if old is not None:
        VERSION_STEPS.advance(work, old, "retire")
        old.retired_at = work.now
    VERSION_STEPS.advance(work, version, "publish")
    version.in_force_at, profile.current = work.now, version.number
    work.fact("profile.published", profile_id=profile.id, version_id=version.id, number=version.number)
    return version


def _digest(profile: AccessProfile, version: ProfileVersion) -> str:
    return seal(
        version.ref, REQUIREMENT, content_of(profile, version), implementers=[version.written_by], subjects=()
    ).digest


@action("profile.note-unpublished", on=ProfileVersion)
def note_unpublished(work: Work, version: ProfileVersion, *, why: Annotated[str, Field(max_length=300)]) -> None:
    """Write down why an approved version was not published. [AC-6]"""
    work.note("why", why)
    if version.state == "asked":
        VERSION_STEPS.advance(work, version, "drop")
    work.fact("profile.unpublished", version_id=version.id)


@action("profile.retire", on=AccessProfile, answer=ProfileView)
def retire_profile(work: Work, profile: AccessProfile, *, reason: Reason) -> AccessProfile:
    """Retire a profile: nobody is given it any more, and whoever holds it loses its roles within seconds. [AC-6]"""
    if profile.retired_at is not None:
        raise Conflict("This profile is retired already.")
    own = select(ProfileHolding.id).where(
        ProfileHolding.profile_id == profile.id, ProfileHolding.person_id == work.actor.id,
        col(ProfileHolding.ended_at).is_(None),
    )  # fmt: skip
    if work.select(own).first() is not None:
        raise Refused("AC-2", "Nobody changes his own rights.")
    profile.retired_at = work.now
    old = work.select(
        select(ProfileVersion).where(ProfileVersion.profile_id == profile.id, ProfileVersion.state == "in-force")
    ).first()
    if old is not None:
        VERSION_STEPS.advance(work, old, "retire")
        old.retired_at = work.now
    work.note("reason", reason)
    work.fact("profile.retired", profile_id=profile.id)
    return profile
