"""The authorised windows on some things, read for matching: for every field that sees something change. [CC-4, FW-2]"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, or_, select

from policy import book
from policy.changes import ChangeWindow
from policy.matching import Allowed, Windows
from policy.rule_texts import digests


def near() -> timedelta:
    """How far from its window a change is still called outside of it."""
    return timedelta(days=book.number("CC-4", "near_days"))


def windows_near(session: Any, things: Sequence[str], since: datetime, until: datetime) -> list[ChangeWindow]:
    """List the windows on some things that could speak of a time."""
    apart = near()
    return list(
        session.scalars(
            select(ChangeWindow)
            .where(
                or_(*(col(ChangeWindow.things).contains([one]) for one in things)),
                ChangeWindow.starts_at <= until + apart,
                ChangeWindow.ends_at >= since - apart,
            )
            .order_by(col(ChangeWindow.id))
        )
    )


def windows_on(session: Any, things: Sequence[str], since: datetime, until: datetime) -> Windows:
    """Read the authorised windows on some things that could speak of this time, ready to be asked."""
    return matched_against(windows_near(session, things, since, until), things)


def matched_against(rows: Iterable[ChangeWindow], things: Sequence[str]) -> Windows:
    """Make windows ready to be asked of some things."""
    wanted = frozenset(things)
    return Windows((one for row in rows for one in allowed(row) if one.thing in wanted), near())


def allowed(row: ChangeWindow) -> Iterable[Allowed]:
    """Give what a window allowed, thing by thing, until it really ended."""
    end = min(row.ends_at, row.ended_at or row.ends_at)
    if end <= row.starts_at:
        return
    people, texts = frozenset(row.implementers), frozenset(row.texts)
    for thing in row.things:
        said = texts.union(digests(row.rules[thing])) if thing in row.rules else texts
        yield Allowed(row.bound_to, thing, row.starts_at, end, row.authorised_at, row.opened_at, people, said)
