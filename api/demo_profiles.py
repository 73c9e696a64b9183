"""The demonstration house's access profiles: written by its administrator, approved by its security officer, in force. [AC-6]"""

from uuid import UUID

from sqlmodel import col, select

from iam.profiles import profiles
from iam.profiles.models import AccessProfile, ProfileVersion
from kernel import clock
from kernel.actor import Actor, person
from kernel.db import read_session
from policy import inbox

PROFILES = (
    ("agent", "Agent", "campaign", "agent", ["agent"], "Answers the customers of a campaign, and no more."),
    ("supervisor", "Supervisor", "house", "supervisor", ["supervisor"], "Leads a team on the floor."),
    ("trainer", "Trainer", "house", "trainer", ["trainer"], "Brings people in and trains them."),
)
"""Short name, name, kind of place, function, roles, and what the version is for."""


def seed_profiles(administrator: UUID, officer: UUID) -> None:
    """Put in force what is missing; safe to repeat, and to be killed in the middle."""
    for slug, label, kind, job, roles, summary in PROFILES:
        with read_session() as session:
            found = session.scalars(select(AccessProfile).where(col(AccessProfile.slug) == slug)).first()
        if found is not None and found.current is not None:
            continue
        writer = person(administrator, "the administrator", factor_at=clock.now())
        made = found or profiles.add_profile(writer, slug=slug, label=label, scope_kind=kind, job=job)  # type: ignore[arg-type]  # one of the kinds
        _take_back(writer, made.id)
        version = profiles.write_version(writer, made.id, roles=roles, summary=summary)
        profiles.ask_publication(writer, version.id)
        _approve(officer, version.ref)
        profiles.publish_approved(version_id=str(version.id))


def _take_back(writer: Actor, profile_id: UUID) -> None:
    """Take back what a seeding that was killed left asked."""
    waiting = select(ProfileVersion.id).where(
        ProfileVersion.profile_id == profile_id, col(ProfileVersion.state).in_(["draft", "asked"])
    )
    with read_session() as session:
        left = list(session.scalars(waiting))
    for version_id in left:
        profiles.drop_version(writer, version_id)


def _approve(officer: UUID, ref: str) -> None:
    voter = person(officer, "the security officer", factor_at=clock.now())
    for asked in inbox.approvals_waiting(voter):
        if asked.subject_ref == ref:
            inbox.cast(voter, asked.id, yes=True, digest=asked.digest)
