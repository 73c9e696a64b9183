"""Reading profiles, and seeing an edit before it is made: whom it gives what, and from whom it takes what. [AC-6, AC-9, AC-10]"""

from collections import Counter
from uuid import UUID

from sqlmodel import col, select

from iam.people.models import Person
from iam.profiles.holders import HoldingView
from iam.profiles.holdings import difference_of, holders_of
from iam.profiles.models import AccessProfile, ProfileHolding, ProfileVersion
from iam.profiles.profiles import Foreseen, ProfileView, Roles, VersionView, check_content
from iam.profiles.rights import Effect, effects
from kernel import gate
from kernel.action import Work
from kernel.db import Answer
from kernel.errors import NotFound
from kernel.reading import reading

SHOWN = 500
"""People a preview names; it counts all of them."""


class ProfileLine(Answer):
    """A profile in a list: itself, the roles in force, how many hold it, and whether a version waits for approval."""

    profile: ProfileView
    roles: list[str]
    holders: int
    asked: bool


class HolderLine(Answer):
    """A holding with the holder's name."""

    holding: HoldingView
    name: str


class ProfilePage(Answer):
    """A profile with every version and everyone who holds it."""

    profile: ProfileView
    versions: list[VersionView]
    holders: list[HolderLine]


class PersonChange(Answer):
    """What an edit does to one person in one place, in roles and in rights (names of actions)."""

    person_id: UUID
    name: str
    scope: str
    roles_given: list[str]
    roles_taken: list[str]
    rights_given: list[str]
    rights_taken: list[str]


class Preview(Answer):
    """What publishing a version will do: by role and by right to how many people, and to whom; `blocked` are left as they are."""

    holders: int
    unchanged: int
    roles_given: dict[str, int]
    roles_taken: dict[str, int]
    rights_given: dict[str, int]
    rights_taken: dict[str, int]
    people: list[PersonChange]
    blocked: list[str]


@reading("profile.list")
def list_profiles(work: Work) -> list[ProfileLine]:
    """List the access profiles of the house. [AC-6]"""
    profiles = work.select(select(AccessProfile).order_by(col(AccessProfile.slug))).all()
    held = Counter(work.select(select(ProfileHolding.profile_id).where(col(ProfileHolding.ended_at).is_(None))))
    versions = work.select(select(ProfileVersion).where(col(ProfileVersion.state).in_(["in-force", "asked"]))).all()
    roles = {row.profile_id: row.roles for row in versions if row.state == "in-force"}
    asked = {row.profile_id for row in versions if row.state == "asked"}
    return [
        ProfileLine(
            profile=ProfileView.of(row), roles=roles.get(row.id, []), holders=held[row.id], asked=row.id in asked
        )
        for row in profiles
    ]


@reading("profile.read", on=AccessProfile)
def read_profile(work: Work, profile: AccessProfile) -> ProfilePage:
    """Read a profile: its versions and who holds it. [AC-6, AC-9]"""
    versions = work.select(
        select(ProfileVersion)
        .where(ProfileVersion.profile_id == profile.id)
        .order_by(col(ProfileVersion.number).desc())
    )
    rows = work.session.execute(
        select(ProfileHolding, Person)
        .join(Person, col(Person.id) == ProfileHolding.person_id)
        .where(ProfileHolding.profile_id == profile.id, col(ProfileHolding.ended_at).is_(None))
        .order_by(col(Person.family_name), col(Person.given_name))
        .limit(SHOWN)
    )
    return ProfilePage(
        profile=ProfileView.of(profile),
        versions=[VersionView.of(row) for row in versions],
        holders=[HolderLine(holding=HoldingView.of(held), name=person.name) for held, person in rows],
    )


@reading("profile.of-person", on=Person)
def profiles_of(work: Work, person: Person) -> list[tuple[HoldingView, ProfileView]]:
    """List the profiles a person holds. [AC-9]"""
    rows = work.session.execute(
        select(ProfileHolding, AccessProfile)
        .join(AccessProfile, col(AccessProfile.id) == ProfileHolding.profile_id)
        .where(ProfileHolding.person_id == person.id, col(ProfileHolding.ended_at).is_(None))
        .order_by(col(AccessProfile.slug))
    )
    return [(HoldingView.of(held), ProfileView.of(profile)) for held, profile in rows]


@reading("profile.preview", on=AccessProfile)
def preview_edit(work: Work, profile: AccessProfile, *, roles: Roles, conflicts: Foreseen | None = None) -> Preview:
    """See what an edit would give to whom and take from whom, before it is asked for. [AC-6, AC-10]"""
    check_content(roles, conflicts or {})
    return foresee(work, profile, roles, conflicts or {})


@reading("profile.preview-version", on=ProfileVersion)
def preview_version(work: Work, version: ProfileVersion) -> Preview:
    """See what a written version gives to whom and takes from whom; its approvers read it before they decide. [AC-6, AC-10]"""
    return foresee(work, work.get(AccessProfile, version.profile_id), version.roles, version.conflicts)


def foresee(work: Work, profile: AccessProfile, roles: list[str], conflicts: dict[str, str]) -> Preview:
    """Compute what a content would do to everyone who holds the profile now. Raises NotFound for a retired profile."""
    if profile.retired_at is not None:
        raise NotFound("This profile is retired.")
    wanted = ProfileVersion(
        profile_id=profile.id, number=0, roles=roles, conflicts=conflicts, summary="", written_by=profile.id,
        written_at=work.now,
    )  # fmt: skip
    rows = [row for row in work.select(holders_of(profile)) if row.ends_at is None or row.ends_at > work.now]
    found = [difference_of(work.session, profile, wanted, row, work.now) for row in rows]
    done = effects(gate.current(), found, work.now)
    return _preview(work, done, len(rows), [one.clash for one in found if one.clash])


def _preview(work: Work, done: list[Effect], holders: int, blocked: list[str]) -> Preview:
    ids = [UUID(one.ref.partition(":")[2]) for one in done[:SHOWN]]
    names = {row.id: row.name for row in work.select(select(Person).where(col(Person.id).in_(ids)))}
    return Preview(
        holders=holders,
        unchanged=holders - len(blocked) - len(done),
        roles_given=_count(done, "roles_given"),
        roles_taken=_count(done, "roles_taken"),
        rights_given=_count(done, "rights_given"),
        rights_taken=_count(done, "rights_taken"),
        people=[
            PersonChange(
                person_id=key, name=names.get(key, ""), scope=one.scope, roles_given=sorted(one.roles_given),
                roles_taken=sorted(one.roles_taken), rights_given=sorted(one.rights_given),
                rights_taken=sorted(one.rights_taken),
            )
            for key, one in zip(ids, done, strict=False)
        ],
        blocked=blocked,
    )  # fmt: skip


def _count(done: list[Effect], what: str) -> dict[str, int]:
    people: dict[str, set[str]] = {}
    for one in done:
        for name in getattr(one, what):
            people.setdefault(name, set()).add(one.ref)
    return {name: len(refs) for name, refs in sorted(people.items())}
