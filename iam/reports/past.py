"""Rights as they stood: the gate of an earlier moment, from the edition then in force and the assignments then standing. [AC-9]

Scopes carry no dates (they are only ever added), and actions are those of this release; everything else is of that moment. A right
that had run out and was given another end only afterwards counts as held between the two: the log tells of the amendment.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, or_, select

from kernel.access import PolicyEdition, RoleAssignment, Scope
from kernel.action import every_action
from kernel.db import HOUSE
from kernel.edition import FOUNDING, Access, compile_index
from kernel.gate import ALWAYS, FOREVER, Assignment, Index

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def made_at(id: UUID) -> datetime:  # noqa: A002 - the field's own name
    """Return when a record was made, to the millisecond, from its id (UUID version 7)."""
    return EPOCH + timedelta(milliseconds=id.int >> 80)


def first_id_at(at: datetime, *, later: int = 0) -> UUID:
    """Return the least id that a record made at a moment, or so many milliseconds later, can have; before 1970 there are none."""
    return UUID(int=max(0, (at - EPOCH) // timedelta(milliseconds=1) + later) << 80)


def standing_at(at: datetime) -> Any:
    """Select the assignments that had been given and not taken back at a moment, those of another time among them."""
    return select(RoleAssignment).where(
        col(RoleAssignment.id) < first_id_at(at, later=1),
        or_(col(RoleAssignment.taken_at).is_(None), col(RoleAssignment.taken_at) > at),
    )


def index_at(session: Any, at: datetime, ref: str | None = None) -> Index:
    """Compile the gate as it stood at a moment, for one subject or for all."""
    wanted = standing_at(at)
    if ref is not None:
        wanted = wanted.where(RoleAssignment.subject_ref == ref)
    held: dict[str, list[Assignment]] = {}
    for row in session.scalars(wanted.order_by(col(RoleAssignment.id))):
        held.setdefault(row.subject_ref, []).append(
            Assignment(row.role, row.scope, row.starts_at or ALWAYS, row.ends_at or FOREVER)
        )
    number, access = edition_at(session, at)
    scopes = {row.id: row.parent for row in session.scalars(select(Scope))}
    assignments = {subject: tuple(given) for subject, given in held.items()}
    return compile_index(number, access, every_action(), {HOUSE: None, **scopes}, assignments)


def edition_at(session: Any, at: datetime) -> tuple[int, Access]:
    """Return the number and the access part of the edition in force at a moment; 0 before the first."""
    number = session.scalars(
        select(PolicyEdition.number)
        .where(col(PolicyEdition.published_at) <= at)
        .order_by(col(PolicyEdition.number).desc())
        .limit(1)
    ).first()
    if number is None:
        return 0, FOUNDING
    document = session.scalars(select(PolicyEdition.document).where(PolicyEdition.number == number)).one()
    return int(number), Access.model_validate(document)


def editions_between(session: Any, since: datetime, until: datetime) -> list[datetime]:
    """Return the moments at which an edition came into force within a time."""
    rows = select(PolicyEdition.published_at).where(
        col(PolicyEdition.published_at) > since, col(PolicyEdition.published_at) < until
    )
    return list(session.scalars(rows))
