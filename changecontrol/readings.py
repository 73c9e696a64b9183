"""Readings of changes: the list, one change with all it rests on, and the record of maintenance. [CC-1, CC-4, CC-11]"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints
from sqlalchemy import ColumnElement, or_, union_all
from sqlmodel import col, select

from changecontrol import conflicts, deeds, reach
from changecontrol import requirements as needed
from changecontrol.authorisation import AuthorisationView
from changecontrol.changes import ChangeView
from changecontrol.emergencies import SpokenView, last_word
from changecontrol.implementation import one_of
from changecontrol.models import (
    Attachment,
    Change,
    ChangeAuthorisation,
    ChangeRevision,
    ChangeSystem,
    ChangeWork,
    System,
    TestResult,
)
from changecontrol.papers import AttachmentView, TestView
from changecontrol.states import CHANGE_STEPS
from changecontrol.systems import SystemView
from kernel import clock, gate
from kernel.action import Work
from kernel.actor import Actor
from kernel.db import Answer
from kernel.gate import Ask, condition
from kernel.reading import reading
from policy import changes
from policy.settlements import settled

REPRESENTATIVE = "client-representative"
Page = Annotated[int, Field(ge=1, le=200)]


class RevisionView(Answer):
    """A revision with its content."""

    number: int
    digest: str
    edit: str
    reason: str | None
    made_by: UUID
    made_at: datetime
    content: dict[str, Any]


class AskedView(Answer):
    """One who is asked, and how it stands."""

    asked: AuthorisationView
    state: str
    why: str
    missing: list[str]
    may_acknowledge: bool
    """Whoever reads may acknowledge it for their client."""


class WorkView(Answer):
    """What was done: when, on what, by whom."""

    at: datetime
    system_id: UUID
    person_id: UUID
    what: str


class HindranceView(Answer):
    """What stands in the way: another change or a freeze."""

    kind: str
    name: str
    starts_at: datetime
    ends_at: datetime


class ChangePage(Answer):
    """Everything an approver, an engineer or an auditor needs of a change, on one page."""

    change: ChangeView
    content: dict[str, Any]
    revisions: list[RevisionView]
    systems: list[SystemView]
    clients: list[str]
    asked: list[AskedView]
    spoken: SpokenView | None
    tests: list[TestView]
    attachments: list[AttachmentView]
    hindrances: list[HindranceView]
    work: list[WorkView]
    report: str
    review: str
    next: list[str]
    deeds: list[str]
    """Next steps that are open to whoever asks."""
    edits: list[str]
    """What whoever asks may write into it now: `revise`, `attach`, `test`."""
    approved: int | None
    """The revision that was authorised last, whatever became of it; None where none ever was."""
    urgent: list[str]
    """What an emergency wants now of whoever asks."""


class MaintenanceView(Answer):
    """A line of the maintenance record: date, incident, what changed, who did it. [CC-11]"""

    number: str
    title: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    incident: str | None
    systems: list[str]
    persons: list[UUID]
    work: list[WorkView]


def spoken_for(actor: Actor, now: datetime) -> list[str]:
    """Give the scopes for which somebody speaks as a client's representative."""
    index = gate.current()
    return [
        one.scope
        for one in index.assignments.get(actor.ref, ())
        if one.start <= now < one.end and REPRESENTATIVE in index.closure(one.role)
    ]


def _for_client(model: Any, actor: Actor) -> ColumnElement[bool]:
    asked = select(ChangeAuthorisation.change_id).where(
        col(ChangeAuthorisation.dropped_at).is_(None),
        col(ChangeAuthorisation.scope).in_([one for one in spoken_for(actor, clock.now()) if one != "house"]),
    )
    return one_of(model, asked)


@condition("affects-your-client", where=_for_client)
def affects_your_client(ask: Ask) -> str | None:
    """Tell whether the change affects a client that this person speaks for."""
    if isinstance(ask.target, Change) and ask.session is not None:
        mine = select(Change.id).where(Change.id == ask.target.id, _for_client(Change, ask.actor))
        if ask.session.scalars(mine).first() is not None:
            return None
    return "This change affects no client that you speak for."


@reading("change.list")
def list_changes(
    work: Work,
    *,
    state: str | None = None,
    model: str | None = None,
    kind: str | None = None,
    system: str | None = None,
    search: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = "",
    before: UUID | None = None,
    limit: Page = 50,
) -> list[ChangeView]:
    """List changes, the newest first; `before` continues after the last one seen. [CC-1]"""
    wanted: list[ColumnElement[bool]] = []
    for column, value in ((Change.state, state), (Change.model, model), (Change.kind, kind)):
        if value is not None:
            wanted.append(col(column) == value)
    if system is not None:
        touched = select(ChangeSystem.change_id).join(System, col(System.id) == ChangeSystem.system_id)
        wanted.append(col(Change.id).in_(touched.where(System.slug == system)))
    if search:
        wanted.append(or_(col(Change.number) == search.upper(), col(Change.title).icontains(search, autoescape=True)))
    if before is not None:
        wanted.append(col(Change.id) < before)
    newest = col(Change.id).desc()
    ways = gate.visible_ways(work.actor, "change.list", Change, work.now)
    if len(ways) == 1:
        rows = select(Change).where(ways[0], *wanted)
    else:
        each = [select(Change.id).where(way, *wanted).order_by(newest).limit(limit) for way in ways]
        rows = select(Change).where(col(Change.id).in_(union_all(*each) if each else []))
    return [ChangeView.of(row) for row in work.select(rows.order_by(newest).limit(limit))]


@reading("change.read", on=Change)
def read_change(work: Work, change: Change) -> ChangePage:
    """Show a change: what it says, revision by revision, who is asked and how that stands, tests, conflicts, work. [CC-1, CC-2]"""
    systems = needed.systems_of(work, change)
    content = needed.content_of(work, change)
    word = last_word(work, change)
    return ChangePage(
        change=ChangeView.of(change),
        content=content,
        revisions=[_revision(row) for row in _of(work, ChangeRevision, change)],
        systems=[
            SystemView.of(row)
            for row in work.select(select(System).where(col(System.id).in_(systems)).order_by(col(System.slug)))
        ],
        clients=reach.clients(work.session, systems),
        asked=[_asked(work, change, one) for one in needed.live_authorisations(work, change)],
        spoken=None if word is None else SpokenView.of(word),
        tests=[TestView.of(row) for row in _of(work, TestResult, change)],
        attachments=[AttachmentView.of(row) for row in _of(work, Attachment, change)],
        hindrances=[
            HindranceView(kind=one.kind, name=one.name, starts_at=one.starts_at, ends_at=one.ends_at)
            for one in [*conflicts.rivals(work, change, systems), *conflicts.freezes(work, change, systems)]
        ],
        work=[WorkView.model_validate(row, from_attributes=True) for row in _of(work, ChangeWork, change)],
        report=change.report,
        review=change.review,
        next=CHANGE_STEPS.possible(change.state),
        deeds=deeds.open_deeds(work, change),
        edits=deeds.open_edits(work, change),
        approved=changes.last_approved(work.session, change.window_ref),
        urgent=deeds.open_urgent(work, change),
    )


def _of(work: Work, model: Any, change: Change) -> list[Any]:
    return list(work.select(select(model).where(model.change_id == change.id).order_by(model.id)))


def _revision(row: ChangeRevision) -> RevisionView:
    return RevisionView.model_validate(row, from_attributes=True)


def _asked(work: Work, change: Change, one: ChangeAuthorisation) -> AskedView:
    standing = settled(work, one.ref, one.requirement)
    return AskedView(
        asked=AuthorisationView.of(one),
        state=standing.state,
        why=standing.why,
        missing=list(standing.missing),
        may_acknowledge=deeds.may_acknowledge(work, change, one),
    )


@reading("maintenance.list")
def maintenance_record(
    work: Work, *, since: AwareDatetime, until: AwareDatetime, limit: Page = 100
) -> list[MaintenanceView]:
    """Show the maintenance of a time: date, incident, what was changed, and who did it. [CC-11]"""
    rows = (
        select(Change)
        .where(
            gate.visible(work.actor, "change.list", Change, work.now),
            Change.kind == "maintenance",
            col(Change.started_at) >= since,
            col(Change.started_at) < until,
        )
        .order_by(col(Change.started_at), col(Change.id))
        .limit(limit)
    )
    return [_maintenance(work, row) for row in work.select(rows)]


def _maintenance(work: Work, change: Change) -> MaintenanceView:
    done = _of(work, ChangeWork, change)
    slugs = select(System.slug).where(col(System.id).in_(needed.systems_of(work, change))).order_by(col(System.slug))
    return MaintenanceView(
        number=change.number, title=change.title, started_at=change.started_at or change.opened_at,
        finished_at=change.finished_at, outcome=change.outcome, incident=change.incident,
        systems=list(work.select(slugs)), persons=sorted({row.person_id for row in done}),
        work=[WorkView.model_validate(row, from_attributes=True) for row in done],
    )  # fmt: skip
