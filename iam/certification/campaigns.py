"""Campaigns of certification: opened by kind, filled by the clerk a few rights at a time, read page by page. [AC-10]

A campaign is small by nature: it asks about what is new, changed, unused or long not certified, and leaves the rest out.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import and_, func
from sqlmodel import col, select

from iam.certification import choice as certification_choice
from iam.certification import last_deeds
from iam.certification import reviewers as certification_reviewers
from iam.certification.models import MANAGER, PERSON, PLATFORM, ROLE, Certification, CertificationItem
from iam.people.models import Person, Platform
from kernel import clock, gate
from kernel.access import Scope
from kernel.action import Fact, Work, action, on_fact
from kernel.actor import clerk
from kernel.db import HOUSE, Answer, read_session
from kernel.errors import Conflict, NotFound, Refused
from kernel.outbox import effect
from kernel.reading import reading
from policy import book, duties
from policy.workflow import Step, Workflow

CLERK = clerk("certification")
REVIEW = "certification-review"
MOST = 100
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
Kind = Literal["manager", "platform", "role", "person"]

CERTIFICATION_STEPS = Workflow(
    Certification,
    "drawing",
    [
        Step("drawing", "begin", "open"),
        Step("open", "close", "closed", clause="AC-10"),
        Step("closed", "reopen", "open"),
    ],
)
ITEM_STEPS = Workflow(
    CertificationItem,
    "open",
    [
        Step("open", "keep", "kept", clause="AC-10"),
        Step("open", "withdraw", "withdrawn", clause="AC-10"),
        Step("open", "suspend", "suspended", clause="AC-10"),
        Step("open", "spare", "spared"),
        Step("open", "pass", "gone"),
        Step("kept", "undo", "open"),
        Step("withdrawn", "undo", "open"),
        Step("suspended", "keep", "kept", clause="AC-10"),
        Step("suspended", "withdraw", "withdrawn", clause="AC-10"),
    ],
)


class CertificationView(Answer):
    """A campaign in a list: what it asks, until when, how far it is. `left_out` counts the rights it need not ask about."""

    id: UUID
    kind: str
    about: str
    scope: str
    reason: str
    opened_at: datetime
    due_at: datetime
    suspend_at: datetime
    state: str
    asked: int
    left_out: int
    open: int = 0
    mine: int = 0


def begin(work: Work, *, kind: str, about: str, scope: str, reason: str, days: int) -> Certification:
    """Make a campaign that is due in so many days, with the book's grace after it."""
    due = work.now + timedelta(days=days)
    made = work.add(
        Certification(
            scope=scope, kind=kind, about=about, reason=reason, opened_by=work.actor.ref, opened_at=work.now, due_at=due,
            suspend_at=due + timedelta(days=book.number("AC-10", "grace_days")),
        )
    )  # fmt: skip
    work.session.flush()
    work.fact("certification.opened", certification_id=made.id, kind=kind, about=about)
    return made


@action("certification.open", scope=lambda fields: fields.scope)
def open_certification(
    work: Work,
    *,
    kind: Kind,
    about: Annotated[str, Field(max_length=100)] = "",
    scope: Annotated[str, Field(max_length=80)] = HOUSE,
    reason: Reason,
    days: Annotated[int, Field(ge=1, le=180)] | None = None,
) -> Certification:
    """Open a campaign in which access is certified again: by managers, for a platform, a role or a person. [AC-10, AC-6]"""
    if work.session.get(Scope, scope) is None:
        raise NotFound(f"There is no scope {scope}.")
    _check_about(work, kind, about)
    running = select(Certification.id).where(
        Certification.kind == kind, Certification.about == about, Certification.scope == scope,
        col(Certification.state).in_(["drawing", "open"]),
    )  # fmt: skip
    if work.select(running.limit(1)).first() is not None:
        raise Conflict("This campaign is running already.")
    made = begin(
        work, kind=kind, about=about, scope=scope, reason=reason, days=days or book.number("AC-10", "campaign_days")
    )
    work.later("certification.draw", certification_id=made.id)
    return made


def _check_about(work: Work, kind: str, about: str) -> None:
    if kind == ROLE and about not in gate.current().parents:
        raise NotFound("The book knows no such role.")
    if (
        kind == PLATFORM
        and work.select(select(Platform.id).where(Platform.slug == about)).first() is None
        and about != "omniwarden"
    ):
        raise NotFound("There is no such platform.")
    if kind == PERSON or (kind == MANAGER and about):
        try:
            person_id = UUID(about)
        except ValueError:
            raise Refused("AC-10", "Say which person, by their id.") from None
        work.get(Person, person_id)


@action("certification.draw", on=Certification)
def draw(work: Work, certification: Certification) -> int:
    """Look at the next rights of a campaign and ask about those that need it; returns how many were looked at. [AC-10]"""
    if certification.state != "drawing":
        return 0
    looked, chosen = certification_choice.next_rights(work, certification)
    put(work, certification, chosen)
    certification.left_out += looked - len(chosen)
    work.note("looked_at", looked)
    if looked < certification_choice.AT_ONCE:
        CERTIFICATION_STEPS.advance(work, certification, "begin")
        close_if_done(work, certification)
    return looked


def put(work: Work, certification: Certification, chosen: list[CertificationItem]) -> None:
    """Put rights before their reviewers, each of whom gets one duty for the whole campaign."""
    for item in chosen:
        work.add(item)
    certification.asked += len(chosen)
    for reviewer in {item.reviewer_id for item in chosen if item.reviewer_id is not None}:
        oblige(work, certification, reviewer)


def oblige(work: Work, certification: Certification, reviewer: UUID) -> None:
    """Open a reviewer's duty for a campaign; its reminders and its lateness are the duty's own."""
    duties.open_duty(
        work, REVIEW, about_ref=certification.ref, due_at=max(certification.due_at, work.now + timedelta(minutes=1)),
        period=str(reviewer), holder_id=reviewer,
    )  # fmt: skip


def close_if_done(work: Work, certification: Certification) -> None:
    """Close a campaign in which nothing is open; a whole house's fulfils the duty that asked for it."""
    work.session.flush()
    left = select(CertificationItem.id).where(
        CertificationItem.certification_id == certification.id, CertificationItem.state == "open"
    )
    if certification.state != "open" or work.select(left.limit(1)).first() is not None:
        return
    CERTIFICATION_STEPS.advance(work, certification, "close")
    certification.closed_at = work.now
    duties.end_duties(work, REVIEW, certification.ref, "everything is decided")
    if (certification.kind, certification.about, certification.scope) == (MANAGER, "", HOUSE):
        duties.fulfil(work, "access-review", HOUSE, certification.ref)
    work.fact("certification.closed", certification_id=certification.id)


@on_fact("person.moved")
def review_move(work: Work, fact: Fact) -> None:
    """Open a small review of what a person still holds from before when they move; their new manager answers. [AC-10, AC-3]

    What came with the move itself (`given`) was asked for and approved a moment ago, and is not asked about again.
    """
    person = work.get(Person, fact.data["person_id"])
    work.session.flush()
    held = [one for one in certification_choice.rights_of(work, person) if one.id not in fact.data["given"]]
    if not held:
        return
    made = begin(
        work, kind=PERSON, about=str(person.id), scope=HOUSE, reason="the person moved",
        days=book.number("AC-10", "move_days"),
    )  # fmt: skip
    put(work, made, certification_choice.all_of(work, made, held, "moved"))
    CERTIFICATION_STEPS.advance(work, made, "begin")


@effect("certification.draw")
def draw_all(*, certification_id: str) -> None:
    """Fill a campaign, a few rights at a time, until it stands open; what was used a moment ago counts as used."""
    last_deeds.gather(clock.now())
    while draw(CLERK, UUID(certification_id)) >= certification_choice.AT_ONCE:
        continue


@reading("certification.list")
def list_certifications(work: Work, *, which: Literal["live", "closed"] = "live") -> list[CertificationView]:
    """List the campaigns one answers in or may see, with how much is open and how much of it is one's own. [AC-9, AC-10]

    The closed ones, the last closed first, are shown to whoever may see all.
    """
    sees_all = gate.current().decide(work.actor, "certification.see-all", HOUSE, work.now).allowed
    waits = col(CertificationItem.state) == "open"
    mine = and_(certification_reviewers.answered_by(CertificationItem, work.actor, work.now), waits)
    rows = select(Certification).limit(MOST)
    if which == "live":
        rows = rows.where(col(Certification.state).in_(["drawing", "open"]))
        rows = rows.order_by(col(Certification.due_at), col(Certification.id))
    else:
        rows = rows.where(Certification.state == "closed").order_by(col(Certification.closed_at).desc())
    if not sees_all:
        rows = rows.where(col(Certification.id).in_(select(CertificationItem.certification_id).where(mine)))
    found = list(work.select(rows))
    counts = work.session.execute(
        select(CertificationItem.certification_id, func.count().filter(waits), func.count().filter(mine))
        .where(col(CertificationItem.certification_id).in_([row.id for row in found]))
        .group_by(col(CertificationItem.certification_id))
    )
    told = {row[0]: {"open": row[1], "mine": row[2]} for row in counts}
    return [CertificationView.model_validate(row.model_dump()).model_copy(update=told.get(row.id, {})) for row in found]


gate.RIGHTS.add("certification.see-all")


def drawing() -> list[UUID]:
    """Return the campaigns that are not filled yet."""
    with read_session() as session:
        return list(session.scalars(select(col(Certification.id)).where(Certification.state == "drawing")))
