"""Freezes: times in which nothing is changed, in the house or on a part of it; an exception is a waiver of CC-1. [CC-1]"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints
from sqlmodel import col, select

from changecontrol.models import Freeze
from kernel.access import Scope
from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict, NotFound, Refused
from kernel.reading import reading
from policy.approvals import person_of

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=160)]
Place = Annotated[str, StringConstraints(pattern=r"^[a-z0-9:_.-]{1,80}$")]


class FreezeView(Answer):
    """A freeze as a door shows it."""

    id: UUID
    about: str
    title: str
    starts_at: datetime
    ends_at: datetime
    declared_by: UUID
    lifted_at: datetime | None

    @classmethod
    def of(cls, row: Freeze) -> "FreezeView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


@action("freeze.declare", scope=HOUSE, answer=FreezeView)
def declare_freeze(
    work: Work, *, title: Title, starts_at: AwareDatetime, ends_at: AwareDatetime, about: Place = HOUSE
) -> Freeze:
    """Declare a time in which nothing is changed: in the house, on a system, or on what a client's work rests on. [CC-1]"""
    if ends_at <= starts_at or ends_at <= work.now:
        raise Refused("CC-1", "A freeze ends after it begins, and in the future.")
    if about != HOUSE and work.session.get(Scope, about) is None:
        raise NotFound("There is no such place.")
    return work.add(
        Freeze(
            about=about, title=title, starts_at=starts_at, ends_at=ends_at, declared_by=person_of(work),
            declared_at=work.now,
        )
    )  # fmt: skip


@action("freeze.lift", on=Freeze, answer=FreezeView)
def lift_freeze(work: Work, freeze: Freeze) -> Freeze:
    """Lift a freeze before its time. [CC-1]"""
    if freeze.lifted_at is not None or freeze.ends_at <= work.now:
        raise Conflict("This freeze is over already.")
    freeze.lifted_at, freeze.lifted_by = work.now, person_of(work)
    return freeze


@reading("freeze.list", scope=HOUSE)
def list_freezes(work: Work, *, past: bool = False) -> list[FreezeView]:
    """List the freezes that are or will be in force, or all there were. [CC-1]"""
    rows = select(Freeze).order_by(col(Freeze.starts_at), col(Freeze.id))
    if not past:
        rows = rows.where(col(Freeze.lifted_at).is_(None), Freeze.ends_at > work.now)
    return [FreezeView.of(row) for row in work.select(rows)]
