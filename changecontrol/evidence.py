"""What the clauses on changes are proved by: queries over the tables, and guards that are tried. [CC-1 to CC-3, CC-5 to CC-11, WS-3]"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from changecontrol import design, trials
from changecontrol.models import (
    Change,
    ChangeAuthorisation,
    ChangeRevision,
    ChangeTemplate,
    ChangeWork,
    Dependency,
    Patch,
    SpokenAuthorisation,
    System,
    TestResult,
)
from changecontrol.models.changes import EMERGENCY, NORMAL, STANDARD, UNAUTHORISED
from changecontrol.models.register import PRODUCTION
from policy.evidence import Evidence, evidence, found
from policy.models import Approval, ApprovalVote

__all__ = ["design", "trials"]


def begun(session: Any) -> list[Change]:
    """Give every change that was begun."""
    return list(session.scalars(select(Change).where(col(Change.started_at).is_not(None))))


def _refs(changes: Iterable[Change]) -> list[str]:
    return [one.ref for one in changes]


def _yes(session: Any, requirement: str) -> set[tuple[UUID, int, str]]:
    """Give the changes and revisions that somebody else than the requester approved, with the scope for which."""
    rows = session.execute(
        select(ChangeAuthorisation.change_id, ChangeAuthorisation.revision, ChangeAuthorisation.scope)
        .join(Approval, col(Approval.id) == ChangeAuthorisation.approval_id)
        .join(
            ApprovalVote, (col(ApprovalVote.approval_id) == Approval.id) & (col(ApprovalVote.digest) == Approval.digest)
        )
        .join(Change, col(Change.id) == ChangeAuthorisation.change_id)
        .where(
            ChangeAuthorisation.requirement == requirement,
            col(Approval.state).in_(["granted", "used"]),
            col(ApprovalVote.yes),
            col(ApprovalVote.voided_at).is_(None),
            ApprovalVote.voter_id != Change.requester_id,
            ApprovalVote.principal_id != Change.requester_id,
        )
    )
    return {(row[0], row[1], row[2]) for row in rows}


@evidence("CC-1")
def changes_were_authorised(session: Any, now: datetime) -> Evidence:  # noqa: ARG001 - the frame's own form
    """Every change that was begun was authorised by the technical director as it stood, or by a template he authorised."""
    rows = [one for one in begun(session) if one.model in (NORMAL, STANDARD)]
    approved = {key[:2] for key in _yes(session, "change.authorise")}
    templates = {
        row.id: row for row in session.scalars(select(ChangeTemplate).where(col(ChangeTemplate.state) != "draft"))
    }

    def stands(change: Change) -> bool:
        if change.model == STANDARD:
            template = templates.get(change.template_id) if change.template_id else None
            return template is not None and change.started_at is not None and change.started_at < template.ends_at
        return (change.id, change.revision) in approved

    return found(_refs(rows), (one.ref for one in rows if not stands(one)))


@evidence("CC-2")
def changes_were_tested(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every normal change that was begun had passed a test before, with its file."""
    rows = [one for one in begun(session) if one.model == NORMAL]
    passed: dict[UUID, datetime] = {}
    for result in session.scalars(select(TestResult).where(TestResult.outcome == "passed")):
        passed[result.change_id] = min(result.tested_at, passed.get(result.change_id, result.tested_at))
    return found(
        _refs(rows),
        (one.ref for one in rows if one.id not in passed or (one.started_at is not None and passed[one.id] > one.started_at)),
    )  # fmt: skip


@evidence("CC-3")
def changes_are_documented(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every normal change that was begun is documented, and says who needs training or why nobody does."""
    rows = [one for one in begun(session) if one.model in (NORMAL, STANDARD)]
    contents = contents_of(session, rows)

    def told(change: Change) -> bool:
        said = contents.get(change.id, {})
        return bool(said.get("documentation")) and bool(said.get("training") or said.get("no_training"))

    return found(_refs(rows), (one.ref for one in rows if not told(one)))


def contents_of(session: Any, changes: Iterable[Change]) -> dict[UUID, dict[str, Any]]:
    """Give the content of each change as its current revision says."""
    current = {(one.id, one.revision): one.id for one in changes}
    rows = session.scalars(select(ChangeRevision).where(col(ChangeRevision.change_id).in_(set(current.values()))))
    return {row.change_id: dict(row.content) for row in rows if (row.change_id, row.number) in current}


@evidence("CC-5", empty_ok=True)
def emergencies_were_authorised(session: Any, now: datetime) -> Evidence:
    """Every emergency that was begun was authorised by the technical director before, by word or in the console."""
    rows = [one for one in begun(session) if one.model == EMERGENCY]
    approved = {key[:2] for key in _yes(session, "change.emergency")}
    spoken = {
        (word.change_id, word.revision)
        for word in session.scalars(select(SpokenAuthorisation).where(col(SpokenAuthorisation.denied_at).is_(None)))
        if word.confirmed_at is not None or word.confirm_by > now
    }
    return found(_refs(rows), (one.ref for one in rows if (one.id, one.revision) not in approved | spoken))


@evidence("CC-6", empty_ok=True)
def emergencies_are_documented(session: Any, now: datetime) -> Evidence:
    """Every emergency's documentation was in on its hour; what is not due yet is left out."""
    rows = [one for one in begun(session) if one.model == EMERGENCY and one.documentation_due is not None]
    due = [one for one in rows if one.documented_at is not None or (one.documentation_due or now) <= now]
    late = [
        one for one in due if (one.documented_at or now) > (one.documentation_due or now) or one.documented_at is None
    ]
    return found(_refs(due), _refs(late), (one.ref for one in rows if one not in due))


@evidence("CC-7", empty_ok=True)
def emergencies_were_normalised(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every closed emergency has a normal change behind it that was designed and tested, or that was refused."""
    rows = [one for one in begun(session) if one.model == EMERGENCY and one.state == "closed"]
    behind = set(
        session.scalars(
            select(col(Change.normalises_id)).where(
                Change.model == NORMAL, col(Change.state).not_in(["draft", "assess", "cancelled"])
            )
        )
    )
    return found(_refs(rows), (one.ref for one in rows if one.id not in behind))


@evidence("CC-8")
def tests_stayed_out_of_production(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """No test of a change ran on a system of production."""
    rows = list(session.execute(select(TestResult, System).join(System, col(System.id) == TestResult.system_id)))
    return found(
        (test.ref for test, _ in rows), (test.ref for test, system in rows if system.environment == PRODUCTION)
    )


@evidence("CC-9", empty_ok=True)
def patches_are_in_on_time(session: Any, now: datetime) -> Evidence:
    """Every patch whose day has come is in, by a change that was authorised; what is not due yet is left out."""
    rows = list(session.scalars(select(Patch).where(Patch.state != "dropped")))
    models = {
        row.id: row.model
        for row in session.scalars(select(Change).where(col(Change.id).in_([p.change_id for p in rows])))
    }
    due = [one for one in rows if one.installed_at is not None or one.due_at <= now]
    wrong = [
        one
        for one in due
        if one.installed_at is None
        or one.installed_at > one.due_at
        or models.get(one.change_id, UNAUTHORISED) == UNAUTHORISED
    ]
    return found((one.ref for one in due), (one.ref for one in wrong), (one.ref for one in rows if one not in due))


@evidence("WS-3")
def versions_follow_updates(session: Any, now: datetime) -> Evidence:
    """No system that stands waits for an update past its day, or has one on paper alone; left out: no update is known of it.

    A system's updates are the patches noted for it, with the day that their severity gives [CC-9]; an update is in once the
    change that brought it was done. One that came late counts against CC-9 and no longer here: the version is the vendor's.
    """
    standing = {row.id: row.ref for row in session.scalars(select(System).where(col(System.retired_at).is_(None)))}
    rows = session.execute(
        select(Patch, Change.outcome)
        .outerjoin(Change, col(Change.id) == Patch.change_id)
        .where(Patch.state != "dropped", col(Patch.system_id).in_(standing))
    ).all()
    known = {patch.system_id for patch, _ in rows}
    behind = {
        patch.system_id
        for patch, outcome in rows
        if (patch.due_at <= now if patch.installed_at is None else outcome != "done")
    }
    return found(
        *([ref for key, ref in standing.items() if key in some] for some in (known, behind, standing.keys() - known))
    )


@evidence("CC-10", empty_ok=True)
def maintenance_was_agreed(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every maintenance that was begun had the consent of the customer operations director, and of each client that was asked."""
    rows = [one for one in begun(session) if one.kind == "maintenance" and one.model in (NORMAL, STANDARD)]
    agreed = {key[:2] for key in _yes(session, "change.consent")}
    said = _yes(session, "change.client-consent")
    asked = session.scalars(
        select(ChangeAuthorisation).where(
            ChangeAuthorisation.requirement == "change.client-consent", col(ChangeAuthorisation.dropped_at).is_(None)
        )
    )
    silent = {
        one.change_id
        for one in asked
        if one.acknowledged_at is None or (one.change_id, one.revision, one.scope) not in said
    }
    return found(_refs(rows), (one.ref for one in rows if (one.id, one.revision) not in agreed or one.id in silent))


@evidence("CC-11", empty_ok=True)
def maintenance_is_on_record(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every maintenance that was finished has its date, its persons and what they did."""
    rows = [one for one in begun(session) if one.kind == "maintenance" and one.outcome == "done"]
    worked = set(session.scalars(select(ChangeWork.change_id)))
    return found(_refs(rows), (one.ref for one in rows if one.id not in worked or not one.report))


@evidence("SW-9")
def environments_are_apart(session: Any, now: datetime) -> Evidence:  # noqa: ARG001
    """Every system of the register has one environment, and production rests on production alone."""
    systems = {row.id: row for row in session.scalars(select(System).where(col(System.retired_at).is_(None)))}
    mixed = {
        systems[row.dependent_id].ref
        for row in session.scalars(select(Dependency))
        if row.dependent_id in systems
        and row.on_id in systems
        and (systems[row.dependent_id].environment == PRODUCTION) != (systems[row.on_id].environment == PRODUCTION)
    }
    return found((row.ref for row in systems.values()), mixed)
