"""Delegation: one lets another vote on one's authority, from a time to a time, one hop and no further. [AC-2]"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlmodel import col, or_, select

from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.errors import Refused
from kernel.gate import Ask, condition
from kernel.reading import reading
from policy import book
from policy.approvals import person_of
from policy.holders import roles_of
from policy.models import Delegation
from policy.relations import RELATIONS

Reason = Annotated[str, Field(min_length=3, max_length=500)]


def delegate(
    work: Work,
    *,
    to: UUID,
    role: str,
    ends_at: datetime,
    reason: str,
    starts_at: datetime | None = None,
    scope: str = HOUSE,
) -> Delegation:
    """Let another vote in one of one's own roles until an end. The giver may still vote himself; together they count once.

    Raises Refused when the role is not one's own, the dates are empty or over, or the two roles are a conflict of duties.
    """
    giver = person_of(work)
    start = starts_at or work.now
    if to == giver:
        raise Refused("AC-2", "One does not delegate to oneself.")
    if role not in roles_of(giver, scope, work.now) and role not in RELATIONS:
        raise Refused(
            "AC-2",
            "Only a role that you hold yourself can be delegated; what was delegated to you cannot be passed on.",
        )
    if ends_at <= start or ends_at <= work.now:
        raise Refused("AC-2", "A delegation ends after it starts, and in the future.")
    wrong = [
        pair
        for pair in book.conflicts([*roles_of(to, scope, work.now), role])
        if pair not in book.conflicts(roles_of(to, scope, work.now))
    ]
    if wrong:
        raise Refused("AC-6", f"The two would be a conflict of duties: {wrong[0]}.")
    made = work.add(
        Delegation(from_id=giver, to_id=to, role=role, scope=scope, starts_at=start, ends_at=ends_at, reason=reason)
    )
    work.fact("delegation.given", delegation_id=made.id, from_id=giver, to_id=to)
    return made


def end_delegation(work: Work, delegation: Delegation) -> Delegation:
    """End a delegation before its time; votes cast under it stand, with both names."""
    if delegation.ended_at is not None or delegation.ends_at <= work.now:
        raise Refused(None, "This delegation has ended already.")
    delegation.ended_at, delegation.ended_by = work.now, person_of(work)
    work.fact("delegation.ended", delegation_id=delegation.id, from_id=delegation.from_id, to_id=delegation.to_id)
    return delegation


class DelegationView(Answer):
    """A delegation as a door shows it."""

    id: UUID
    from_id: UUID
    to_id: UUID
    role: str
    scope: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Delegation) -> "DelegationView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@condition("own-delegation", where=lambda model, actor: (model.from_id == actor.id) | (model.to_id == actor.id))
def own_delegation(ask: Ask) -> str | None:
    """Tell whether this person gave the delegation."""
    return (
        None
        if isinstance(ask.target, Delegation) and ask.actor.id == ask.target.from_id
        else "it is not your delegation"
    )


@action("delegation.give", scope=lambda fields: fields.scope, answer=DelegationView)
def give_delegation(
    work: Work,
    *,
    to: UUID,
    role: str,
    ends_at: AwareDatetime,
    reason: Reason,
    starts_at: AwareDatetime | None = None,
    scope: str = HOUSE,
) -> Delegation:
    """Let another vote on your authority in one of your roles until an end. [AC-2]"""
    return delegate(work, to=to, role=role, ends_at=ends_at, reason=reason, starts_at=starts_at, scope=scope)


@action("delegation.end", on=Delegation, answer=DelegationView)
def stop_delegation(work: Work, delegation: Delegation) -> Delegation:
    """End a delegation before its time. [AC-2]"""
    return end_delegation(work, delegation)


@reading("delegation.list")
def delegations(work: Work) -> list[DelegationView]:
    """List the delegations you gave and received. [AC-9]"""
    me = work.actor.id
    rows = work.select(
        select(Delegation)
        .where(or_(Delegation.from_id == me, Delegation.to_id == me))
        .order_by(col(Delegation.starts_at))
    )
    return [DelegationView.of(row) for row in rows]


@reading("delegation.audit")
def all_delegations(work: Work, *, of: UUID | None = None) -> list[DelegationView]:
    """List everybody's delegations, or those one person gave or received. [AC-9]"""
    rows = select(Delegation).order_by(col(Delegation.starts_at))
    if of is not None:
        rows = rows.where(or_(Delegation.from_id == of, Delegation.to_id == of))
    return [DelegationView.of(row) for row in work.select(rows)]
