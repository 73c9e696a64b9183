"""Decisions on rights: keep, withdraw with a reason, take back within minutes; delegation; and what nobody decided. [AC-10]

The row is locked while it is decided, so of two reviewers at once the second is told that somebody was quicker.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints
from sqlmodel import col, select

from iam.certification.campaigns import (
    CERTIFICATION_STEPS,
    CLERK,
    ITEM_STEPS,
    REVIEW,
    Reason,
    close_if_done,
    draw_all,
    drawing,
    oblige,
)
from iam.certification.models import Certification, CertificationItem
from iam.people import states as account_states
from iam.people.models import Account, Person
from iam.privileged import standing
from kernel.access import RoleAssignment
from kernel.action import Fact, Work, action, on_fact
from kernel.db import read_session
from kernel.errors import Conflict, Refused
from kernel.sweeps import sweep
from policy import book, duties
from policy.approvals import person_of
from policy.models import Duty

AT_ONCE = 80
Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


@action("certification.keep", on=CertificationItem)
def keep_right(work: Work, item: CertificationItem, *, reason: Remark = "") -> CertificationItem:
    """Say that a person still needs a right. What was suspended because nobody answered works again. [AC-10]"""
    back = item.state == "suspended"
    _decide(work, item, "keep", reason)
    if back:
        _give_back(work, item)
    return item


@action("certification.withdraw", on=CertificationItem)
def withdraw_right(work: Work, item: CertificationItem, *, reason: Reason) -> CertificationItem:
    """Say, with the reason, that a person needs a right no more; it ends at once. [AC-10]"""
    was_open = item.state == "open"
    _decide(work, item, "withdraw", reason)
    if was_open and item.state == "withdrawn":
        _end(work, item, "withdrawn in a certification")
    return item


def _decide(work: Work, item: CertificationItem, event: str, reason: str) -> None:
    reviewer = person_of(work)
    if reviewer == item.person_id:
        raise Refused("AC-10", "Nobody certifies his own rights.")
    if item.state not in {"open", "suspended"}:
        raise Conflict("Somebody was quicker: this right is decided.", "AC-10")
    if item.state == "open" and not _right_lives(work, item):
        ITEM_STEPS.advance(work, item, "pass")
    else:
        ITEM_STEPS.advance(work, item, event)
    item.decided_at, item.decided_by, item.reason = work.now, work.actor.ref, reason
    work.fact("certification.decided", item_id=item.id, person_id=item.person_id, decision=item.state)
    _settle(work, item.certification_id, item.reviewer_id, item.ref)


def _right_lives(work: Work, item: CertificationItem) -> bool:
    if item.account_id is not None:
        return work.get(Account, item.account_id).status == "active"
    held = work.get(RoleAssignment, item.assignment_id) if item.assignment_id is not None else None
    return held is not None and held.taken_at is None and (held.ends_at is None or held.ends_at > work.now)


def _end(work: Work, item: CertificationItem, why: str) -> None:
    """End the right of an item: the role is taken, the account suspended. Raises Refused for the last of the house's guardians."""
    lost = standing.is_last_guardian(work, item.person_id)
    if lost is not None and (item.account_id is not None or item.right == lost):
        raise Refused("AC-10", f"This person is the house's last {lost}; name another one first.")
    if item.account_id is not None:
        account_states.suspend_account(work, work.get(Account, item.account_id, lock=True), why)
    else:
        standing.take(work, item.assignment_id, why)


def _give_back(work: Work, item: CertificationItem) -> None:
    """Let a right that was ended in this campaign work again, as it was, until the end it had."""
    if item.account_id is not None:
        account_states.restore_account(work, work.get(Account, item.account_id, lock=True))
        return
    held = work.get(RoleAssignment, item.assignment_id) if item.assignment_id is not None else None
    if held is None or held.taken_at is None or (held.ends_at is not None and held.ends_at <= work.now):
        return
    standing.bear(work, item.person_id, held.role, held.scope, "AC-10")
    made = standing.mint(
        work, item.person_id, held.role, held.scope, start=held.starts_at, end=held.ends_at,
        behind=item.ref, reason=held.reason,
    )  # fmt: skip
    item.assignment_id = made.id


@action("certification.undo", on=CertificationItem)
def undo_decision(work: Work, item: CertificationItem) -> CertificationItem:
    """Take back one's own decision within the book's minutes; a right that it ended works again. [AC-10]"""
    if item.decided_by != work.actor.ref or item.state not in {"kept", "withdrawn"} or item.decided_at is None:
        raise Refused("AC-10", "Only one's own decision is taken back.")
    minutes = book.number("AC-10", "undo_minutes")
    if work.now - item.decided_at > timedelta(minutes=minutes):
        raise Refused("AC-10", f"A decision is taken back within {minutes} minutes; ask for the right anew.")
    certification = work.get(Certification, item.certification_id, lock=True)
    if certification.state == "closed":
        CERTIFICATION_STEPS.advance(work, certification, "reopen")
        certification.closed_at = None
    was = item.state
    ITEM_STEPS.advance(work, item, "undo")
    item.decided_at, item.decided_by, item.reason = None, None, ""
    if was == "withdrawn":
        _give_back(work, item)
    if item.reviewer_id is not None:
        _reopen_duty(work, certification, item.reviewer_id)
    work.fact("certification.undone", item_id=item.id, person_id=item.person_id)
    return item


def _reopen_duty(work: Work, certification: Certification, reviewer: UUID) -> None:
    """Have the reviewer's duty again where the decision had closed it; the first one stays on record as it was."""
    open_now = select(Duty.id).where(
        Duty.rule == REVIEW, Duty.about_ref == certification.ref, Duty.holder_id == reviewer, Duty.state == "open"
    )
    if work.select(open_now.limit(1)).first() is None:
        duties.open_duty(
            work, REVIEW, about_ref=certification.ref, due_at=max(certification.due_at, work.now + timedelta(minutes=1)),
            period=f"{reviewer} {work.action_id}", holder_id=reviewer,
        )  # fmt: skip


def _settle(work: Work, certification_id: UUID, reviewer: UUID | None, evidence_ref: str) -> None:
    """Fulfil the duty of a reviewer who has answered everything, and close a campaign in which nothing is open.

    One decision after the other settles: of the last two at once, each would see the other's right still open.
    """
    work.session.flush()
    certification = work.get(Certification, certification_id, lock=True)
    left = select(CertificationItem.id).where(
        CertificationItem.certification_id == certification_id, CertificationItem.state == "open"
    )
    if reviewer is not None and _none(work, left.where(CertificationItem.reviewer_id == reviewer)):
        held = select(Duty).where(
            Duty.rule == REVIEW,
            Duty.about_ref == f"certification:{certification_id}",
            Duty.holder_id == reviewer,
            Duty.state == "open",
        )
        for duty in list(work.select(held.with_for_update())):
            duties.fulfil_duty(work, duty, evidence_ref)
    close_if_done(work, certification)


def _none(work: Work, statement: Any) -> bool:
    return work.select(statement.limit(1)).first() is None


@action("certification.delegate", on=Certification)
def delegate_review(work: Work, certification: Certification, *, to: UUID, reason: Reason) -> int:
    """Have another answer what is yours in a campaign, save his own rights; it goes one hop and no further. [AC-10, AC-2]"""
    giver = person_of(work)
    person = work.get(Person, to)
    if to == giver or person.status != "active":
        raise Refused("AC-10", "It is handed to another person who is active.")
    rows = select(CertificationItem).where(
        CertificationItem.certification_id == certification.id,
        CertificationItem.reviewer_id == giver,
        CertificationItem.person_id != to,
        CertificationItem.state == "open",
        col(CertificationItem.delegated_by).is_(None),
    )
    moved = list(work.select(rows.order_by(col(CertificationItem.id)).limit(1000).with_for_update()))
    if not moved:
        raise Refused("AC-10", "You answer for nothing here that can be handed on.")
    for item in moved:
        item.reviewer_id, item.delegated_by = to, giver
        item.delegated_at, item.delegated_why = work.now, reason
    oblige(work, certification, to)
    _settle(work, certification.id, giver, certification.ref)
    work.note("handed_on", len(moved))
    work.fact("certification.delegated", certification_id=certification.id, from_id=giver, to_id=to)
    return len(moved)


def _overdue(now: datetime) -> Any:
    return (
        select(CertificationItem)
        .join(Certification, col(Certification.id) == CertificationItem.certification_id)
        .where(Certification.state == "open", col(Certification.suspend_at) <= now, CertificationItem.state == "open")
        .order_by(col(CertificationItem.rank), col(CertificationItem.id))
    )


@action("certification.sweep", scope="house")
def sweep_certifications(work: Work) -> int:
    """Suspend the rights that nobody answered for in time and grace; the last of the house's guardians are spared. [AC-10]"""
    rows = list(work.select(_overdue(work.now).limit(AT_ONCE).with_for_update(skip_locked=True, of=CertificationItem)))
    for item in rows:
        event = "suspend" if _right_lives(work, item) else "pass"
        if event == "suspend":
            try:
                _end(work, item, "nobody certified it in time")
            except Refused:
                event = "spare"
                work.fact("certification.spared", item_id=item.id, person_id=item.person_id)
        ITEM_STEPS.advance(work, item, event)
        item.decided_at, item.decided_by, item.reason = work.now, work.actor.ref, "nobody certified it in time"
    for certification_id in {item.certification_id for item in rows}:
        close_if_done(work, work.get(Certification, certification_id, lock=True))
    work.note("suspended", sum(item.state == "suspended" for item in rows))
    return len(rows)


@on_fact("person.left")
def follow_leaver(work: Work, fact: Fact) -> None:
    """Let what is asked about who left be, and have a role answer where he was to answer. [AC-10, AC-3]"""
    person_id = fact.data["person_id"]
    rows = select(CertificationItem).where(
        (CertificationItem.person_id == person_id) | (CertificationItem.reviewer_id == person_id),
        CertificationItem.state == "open",
    )
    for item in list(work.select(rows.with_for_update())):
        if item.person_id == person_id:
            ITEM_STEPS.advance(work, item, "pass")
            item.decided_at, item.decided_by = work.now, work.actor.ref
            _settle(work, item.certification_id, item.reviewer_id, item.ref)
        else:
            item.reviewer_id = None


@sweep("certification", seconds=60)
def advance(now: datetime) -> int:
    """Fill campaigns that were left half filled, and suspend what is overdue; nothing is written where nothing is."""
    for certification_id in drawing():
        draw_all(certification_id=str(certification_id))
    done = 0
    while _is_any(now):
        moved = sweep_certifications(CLERK)
        if not moved:
            break
        done += moved
    return done


def _is_any(now: datetime) -> bool:
    with read_session() as session:
        return session.scalars(_overdue(now).limit(1)).first() is not None
