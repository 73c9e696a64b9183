"""What a reviewer sees: one campaign's rights a page at a time, unused first, each with its last real use. [AC-10]"""

import base64
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select

from iam.certification.choice import given_at
from iam.certification.models import Certification, CertificationItem
from iam.certification.reviewers import answered_by
from iam.people.models import Person
from kernel import gate
from kernel.access import RoleAssignment
from kernel.action import Work
from kernel.db import HOUSE, Answer
from kernel.errors import Malformed
from kernel.reading import reading

PAGE = 200


class ItemView(Answer):
    """A right before its reviewer: who, what, where, since when, until when, last used when, why it is asked."""

    id: UUID
    certification_id: UUID
    person_id: UUID
    person: str
    job: str
    right: str
    scope: str
    is_account: bool
    why: str
    given_at: datetime | None
    given_by: str | None
    given_for: str | None
    ends_at: datetime | None
    used_at: datetime | None
    state: str
    decided_at: datetime | None
    decided_by: str | None
    reason: str
    delegated_by: UUID | None
    version: int


class CertificationPage(Answer):
    """One page of a campaign; `next` begins the page after, empty on the last. `open` counts what still waits for one."""

    certification_id: UUID
    items: list[ItemView]
    next: str
    open: int
    due_at: datetime
    suspend_at: datetime


def _cursor(after: str) -> tuple[int, UUID] | None:
    if not after:
        return None
    try:
        rank, _, key = base64.urlsafe_b64decode(after.encode()).decode().partition(" ")
        return int(rank), UUID(key)
    except ValueError:
        raise Malformed("This page does not exist.") from None


def _mark(item: CertificationItem) -> str:
    return base64.urlsafe_b64encode(f"{item.rank} {item.id}".encode()).decode()


@reading("certification.page", on=Certification)
def open_page(
    work: Work,
    certification: Certification,
    *,
    which: Literal["open", "decided"] = "open",
    after: Annotated[str, Field(max_length=200)] = "",
    limit: Annotated[int, Field(ge=1, le=PAGE)] = 50,
) -> CertificationPage:
    """Show the rights of a campaign that wait for one's answer, or those decided, a page at a time. [AC-9, AC-10]"""
    whose = and_(col(CertificationItem.certification_id) == certification.id, _seen_by(work, which))
    waiting = CertificationItem.state == "open"
    rows = (
        select(CertificationItem, Person, RoleAssignment)
        .join(Person, col(Person.id) == CertificationItem.person_id)
        .outerjoin(RoleAssignment, col(RoleAssignment.id) == CertificationItem.assignment_id)
        .where(whose, waiting if which == "open" else CertificationItem.state != "open")
        .order_by(col(CertificationItem.rank), col(CertificationItem.id))
        .limit(limit + 1)
    )
    start = _cursor(after)
    if start is not None:
        rank, key = start
        rows = rows.where(
            or_(
                col(CertificationItem.rank) > rank,
                and_(col(CertificationItem.rank) == rank, col(CertificationItem.id) > key),
            )
        )
    found = list(work.session.execute(rows))
    left = work.session.execute(select(func.count()).select_from(CertificationItem).where(whose, waiting)).scalar_one()
    return CertificationPage(
        certification_id=certification.id,
        items=[_view(item, person, held) for item, person, held in found[:limit]],
        next=_mark(found[limit - 1][0]) if len(found) > limit else "",
        open=int(left),
        due_at=certification.due_at,
        suspend_at=certification.suspend_at,
    )


def _seen_by(work: Work, which: str) -> ColumnElement[bool]:
    mine = answered_by(CertificationItem, work.actor, work.now)
    if which == "open":
        return mine
    if gate.current().decide(work.actor, "certification.see-all", HOUSE, work.now).allowed:
        return col(CertificationItem.id).is_not(None)
    return or_(mine, col(CertificationItem.decided_by) == work.actor.ref)


@reading("certification.item", on=CertificationItem)
def read_item(work: Work, item: CertificationItem) -> ItemView:
    """Read one right of a campaign as it stands. [AC-10]"""
    held = work.get(RoleAssignment, item.assignment_id) if item.assignment_id is not None else None
    return _view(item, work.get(Person, item.person_id), held)


def _view(item: CertificationItem, person: Person, held: RoleAssignment | None) -> ItemView:
    return ItemView(
        **item.model_dump(
            include={
                "id", "certification_id", "person_id", "right", "scope", "why", "used_at", "state", "decided_at",
                "decided_by", "reason", "delegated_by", "version",
            }
        ),
        person=person.name,
        job=person.job,
        is_account=item.account_id is not None,
        given_at=given_at(held) if held is not None else None,
        given_by=held.given_by if held is not None else None,
        given_for=held.reason if held is not None else None,
        ends_at=held.ends_at if held is not None else None,
    )  # fmt: skip
