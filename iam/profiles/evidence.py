"""What proves the clauses on profiles and reports: queries over the tables and the ledger, and guards that are tried. [AC-6, AC-8, AC-9]"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from iam.directives import versions as directives
from iam.directives.models import TEXT_STEPS, Directive, DirectiveVersion
from iam.profiles import profiles
from iam.profiles.holdings import difference_of
from iam.profiles.models import VERSION_STEPS, AccessProfile, ProfileHolding, ProfileVersion
from iam.reports.past import first_id_at
from kernel import gate
from kernel.access import RoleAssignment
from kernel.action import Work
from kernel.db import ledger_session, uuid7
from kernel.errors import NotFound
from policy import book
from policy.evidence import Evidence, evidence, found, probe

MONTH = timedelta(days=31)


@evidence("AC-6")
def nobody_holds_a_conflict(session: Any, now: datetime) -> Evidence:  # noqa: ARG001 - the frame's own form
    """Nobody holds both sides of a declared conflict of duties."""
    held = {ref: given for ref, given in gate.current().assignments.items() if ref.startswith("person:")}
    return found(held, (ref for ref, given in held.items() if book.conflicts(one.role for one in given)))


@evidence("AC-6", empty_ok=True)
def profiles_are_as_approved(session: Any, now: datetime) -> Evidence:
    """Whoever holds a profile holds the roles of its approved version, and none that it no longer has."""
    rows = session.execute(
        select(ProfileHolding, AccessProfile, ProfileVersion)
        .join(AccessProfile, col(AccessProfile.id) == ProfileHolding.profile_id)
        .outerjoin(
            ProfileVersion,
            (col(ProfileVersion.profile_id) == AccessProfile.id)
            & (col(ProfileVersion.number) == AccessProfile.current)
            & (col(ProfileVersion.state) == "in-force"),
        )
        .where(col(ProfileHolding.ended_at).is_(None))
    ).all()
    wrong = []
    for holding, profile, version in rows:
        left = difference_of(session, profile, version, holding, now)
        if left.gives or left.takes or left.clash:
            wrong.append(holding.ref)
    return found((holding.ref for holding, _, _ in rows), wrong)


@evidence("AC-9")
def rights_are_on_the_ledger(session: Any, now: datetime) -> Evidence:
    """Every right of the last month that stands in the tables was given by an action that the ledger tells of."""
    rows = list(session.scalars(select(RoleAssignment).where(col(RoleAssignment.id) >= first_id_at(now - MONTH))))
    asked = text(
        "select (regexp_matches(convert_from(changes, 'UTF8'), 'role-assignment:([0-9a-f-]{36})', 'g'))[1] from ("
        "select coalesce(d.ciphertext, e.body) as changes from ledger.entry e left join ledger.detail d "
        "on d.entry_action_id = e.action_id and d.field = 'changes' and d.subject is null "
        "where e.outcome = 'done' and e.at >= :since) told"
    )
    with ledger_session() as ledger:
        told = set(ledger.scalars(asked, {"since": now - 2 * MONTH}))
    return found((row.ref for row in rows), (row.ref for row in rows if str(row.id) not in told))


@probe("AC-6", guard="toxic-profile")
def write_conflict(work: Work) -> None:  # noqa: ARG001 - the frame's own form
    """A profile with both sides of a conflict of duties is refused."""
    profiles.check_content(["client-representative", "agent"], {})


@probe("AC-6", guard="unapproved-profile")
def publish_unapproved(work: Work) -> None:
    """A version that nobody approved is not put in force."""
    profile = work.add(AccessProfile(slug=f"trial-{uuid7().hex}", label="A trial", scope_kind="house"))
    version = ProfileVersion(
        profile_id=profile.id, number=1, roles=["agent"], conflicts={}, summary="a trial of the guard",
        written_by=uuid7(), written_at=work.now,
    )  # fmt: skip
    work.session.flush()
    work.add(version)
    work.session.flush()
    VERSION_STEPS.advance(work, version, "ask")
    try:
        profiles.put_in_force(work, version)
    except NotFound as none:
        raise LookupError("the trial itself did not work") from none


@probe("AC-8", guard="unapproved-directive")
def publish_unread(work: Work) -> None:
    """A version of the directive that nobody approved is not put in force."""
    document = work.add(Directive(slug=f"trial-{uuid7().hex}", title="A trial", kind="procedure"))
    work.session.flush()
    version = work.add(
        DirectiveVersion(
            directive_id=document.id, number=1, text="a trial of the guard", digest="0" * 64,
            summary="a trial of the guard", written_by=uuid7(), written_at=work.now,
        )
    )  # fmt: skip
    work.session.flush()
    TEXT_STEPS.advance(work, version, "ask")
    directives.put_in_force(work, version)
