"""Revisions: each edit of a change is sealed with its digest; what an edit is, is computed, never said. [CC-1, CC-3]

Clerical fields are the book's (the approval's own list). A clerical edit keeps the approvals and needs its reason; any other voids them.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, cast, func, text
from sqlmodel import col, select

from changecontrol.contents import Content, checked, digest_of
from changecontrol.models import Change, ChangeImplementer, ChangeRevision, ChangeSystem, System
from kernel import gate
from kernel.action import Work
from kernel.errors import Conflict, NotFound, Refused
from policy import book
from policy.approvals import person_of
from policy.ballots import Edit, edit_of

_NUMBERS = text("select pg_advisory_xact_lock(hashtext('changecontrol.number'))")


def next_number(work: Work) -> str:
    """Give the next number of the year, such as CH-2026-0014; two at once wait for one another."""
    work.session.execute(_NUMBERS)
    year = f"CH-{work.now:%Y}-"
    counted = func.max(cast(func.split_part(Change.number, "-", 3), Integer))
    last: int | None = work.session.execute(select(counted).where(col(Change.number).startswith(year))).scalar()
    return f"{year}{(last or 0) + 1:04d}"


def begin(
    work: Work,
    content: Content,
    *,
    model: str,
    template_id: UUID | None = None,
    normalises_id: UUID | None = None,
    by: UUID | None = None,
) -> Change:
    """Draft a change with its first revision; `by` answers for one that a machine found."""
    change = work.add(
        Change(
            number=next_number(work), model=model, kind=content.kind, title=content.title, risk=content.risk,
            requester_id=by or person_of(work), opened_at=work.now, template_id=template_id, normalises_id=normalises_id,
        )
    )  # fmt: skip
    work.session.flush()
    write(work, change, content, "first", None, by=by)
    work.fact("change.drafted", change_id=change.id, model=model)
    return change


def edit_between(old: dict[str, Any], new: dict[str, Any]) -> Edit:
    """Tell what an edit is: none, clerical or material, by the fields that the book calls clerical."""
    clerical = book.requirement("change.authorise").clerical
    return edit_of({"content": old}, {"content": new}, clerical)


def amended(old: dict[str, Any], fields: dict[str, Any]) -> Content:
    """Give the content that an edit of some fields makes.

    Raises Malformed for fields that a change does not have, or of another form.
    """
    return checked(old | fields)


def write(
    work: Work, change: Change, content: Content, edit: str, reason: str | None, *, by: UUID | None = None
) -> ChangeRevision:
    """Seal a content as the next revision, and have the columns and rows beside it say the same.

    Raises Refused for an implementer whom the house does not know, a window that is too long or over; NotFound for a system.
    """
    _check_window(work, content)
    _check_people(content)
    systems = _systems(work, content)
    plain = content.plain()
    change.revision += 1
    change.digest = digest_of(plain)
    change.title, change.kind, change.risk = content.title, content.kind, content.risk
    change.starts_at, change.ends_at = content.starts_at, content.ends_at
    change.incident = content.incident or None
    made = work.add(
        ChangeRevision(
            change_id=change.id, number=change.revision, content=plain, digest=change.digest, edit=edit, reason=reason,
            made_by=by or person_of(work), made_at=work.now,
        )
    )  # fmt: skip
    _match(work, change, ChangeSystem, "system_id", systems)
    _match(work, change, ChangeImplementer, "person_id", set(content.implementers))
    work.session.flush()
    return made


def _check_window(work: Work, content: Content) -> None:
    start, end = content.starts_at, content.ends_at
    if start is None and end is None:
        return
    longest, ahead = book.number("CC-1", "longest_hours"), book.number("CC-1", "ahead_days")
    if start is None or end is None or end <= start or end <= work.now:
        raise Refused("CC-1", "A window has a start and an end after it, and is not over.")
    if (end - start).total_seconds() > longest * 3600:
        raise Refused("CC-1", f"A window lasts {longest} hours at most.")
    if (start - work.now).days >= ahead:
        raise Refused("CC-1", f"A window begins within {ahead} days.")


def _check_people(content: Content) -> None:
    known = gate.current().assignments
    if any(f"person:{person}" not in known for person in content.implementers):
        raise Refused("CC-1", "Somebody who is to carry it out holds no role in this house.")


def _systems(work: Work, content: Content) -> set[UUID]:
    wanted = set(content.systems)
    rows = list(work.select(select(System).where(col(System.id).in_(wanted)))) if wanted else []
    if len(rows) != len(wanted):
        raise NotFound("A system that is named is not on the register.")
    if any(row.retired_at is not None for row in rows):
        raise Refused("CC-8", "A system that is named is out of use.")
    return wanted


def _match(work: Work, change: Change, model: Any, column: str, wanted: set[UUID]) -> None:
    """Have the rows of a change say exactly this."""
    rows = {getattr(row, column): row for row in work.select(select(model).where(model.change_id == change.id))}
    for key in rows.keys() - wanted:
        work.session.delete(rows[key])
    for key in sorted(wanted - rows.keys()):
        work.add(model(change_id=change.id, **{column: key}))


def unchanged(change: Change, number: int | None) -> None:
    """Refuse an edit that began from another revision than the one that stands. Raises Conflict."""
    if number is not None and number != change.revision:
        raise Conflict("It was changed meanwhile; read it again before you edit it.")


def things_of(work: Work, content: dict[str, Any], systems: Iterable[UUID]) -> list[str]:
    """Give everything a change touches, by the names others know it by: its systems' scopes, and what else it names."""
    scopes = work.select(select(System.scope).where(col(System.id).in_(list(systems))))
    return sorted({*scopes, *content["things"], *content.get("rules", ())})


def time_of(written: str | None) -> datetime | None:
    """Read a time as a content holds it."""
    return None if written is None else datetime.fromisoformat(written)
