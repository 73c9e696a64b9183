"""Authorised windows: what may be changed, when and by whom, told by change control to every field that has to know. [CC-1, FW-2, AC-5]

A field that sees something change (a firewall's rules, a host's packages) matches it here; a right that serves a change looks
here whether the change is authorised. Neither has to know how a change is made.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col, select

from kernel.action import Work
from kernel.db import Record, Utc
from policy.models import Approval

BOUND = "change:"


class ChangeWindow(Record, table=True):
    """A change as it was authorised: its reference, its window, who carries it out, on what. It ends with the change, however that ends."""

    __tablename__ = "change_window"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("ends_at > starts_at", name="change_window_time"),
        Index("change_window_bound", "bound_to"),
        Index("change_window_live", "bound_to", unique=True, postgresql_where=text("ended_at is null")),
        Index("change_window_ends", "ends_at"),
        Index("change_window_things", "things", postgresql_using="gin"),
        {"info": {"governed": True}},
    )

    bound_to: str
    """`change:CH-2026-0014`, as elevations and reports name it."""
    change_id: UUID
    model: str
    revision: int
    digest: str
    """SHA-256 of the revision that was authorised."""
    starts_at: datetime = Field(sa_type=Utc)
    ends_at: datetime = Field(sa_type=Utc)
    implementers: list[str] = Field(sa_type=JSONB)
    """Ids of natural persons."""
    things: list[str] = Field(sa_type=JSONB)
    """What it touches: `system:<slug>`, `device:<slug>`."""
    texts: list[str] = Field(sa_type=JSONB)
    """SHA-256 of the texts (rule sets, configurations) that it puts in place."""
    rules: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
    """By device, the words of the rules that it puts in place and takes away: see `rule_texts`."""
    authorised_at: datetime = Field(sa_type=Utc)
    opened_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_at: datetime | None = Field(default=None, sa_type=Utc)
    ended_why: str | None = None

    def told(self) -> dict[str, Any]:
        """Give what a fact tells of the window."""
        return {
            "change_id": self.change_id, "bound_to": self.bound_to, "revision": self.revision, "digest": self.digest,
            "model": self.model, "starts_at": self.starts_at, "ends_at": self.ends_at,
            "implementers": list(self.implementers), "things": list(self.things), "texts": list(self.texts),
        }  # fmt: skip

    def covers(self, at: datetime) -> bool:
        """Tell whether a time lies inside the window and before its end."""
        return self.starts_at <= at < min(self.ends_at, self.ended_at or self.ends_at)


def authorise_window(
    work: Work,
    ref: str,
    *,
    change_id: UUID,
    model: str,
    revision: int,
    digest: str,
    starts_at: datetime,
    ends_at: datetime,
    implementers: Iterable[UUID],
    things: Iterable[str],
    texts: Iterable[str] = (),
    rules: Mapping[str, str] | None = None,
) -> ChangeWindow:
    """Tell that a change is authorised; an earlier window of the same change ends. Tells `change.authorised`."""
    end_window(work, ref, "another revision was authorised")
    made = work.add(
        ChangeWindow(
            bound_to=ref, change_id=change_id, model=model, revision=revision, digest=digest,
            starts_at=starts_at, ends_at=ends_at, implementers=sorted(map(str, implementers)),
            things=sorted(set(things)), texts=sorted(set(texts)), rules=dict(rules or {}), authorised_at=work.now,
        )
    )  # fmt: skip
    work.session.flush()
    work.fact("change.authorised", **made.told())
    return made


def open_window(work: Work, ref: str) -> None:
    """Tell that the work has begun. Tells `change.begun`."""
    window = live_window(work.session, ref)
    if window is not None:
        window.opened_at = work.now
        work.fact("change.begun", **window.told())


def end_window(work: Work, ref: str, why: str) -> None:
    """Tell that an authorised change is over, done or not. Tells `change.ended`; where nothing was authorised nothing is told."""
    window = live_window(work.session, ref)
    if window is not None:
        window.ended_at, window.ended_why = work.now, why
        work.session.flush()
        work.fact("change.ended", why=why, **window.told())


def live_window(session: Any, ref: str) -> ChangeWindow | None:
    """Give the authorised window of a change that has not ended, whatever the time; None where there is none."""
    found: ChangeWindow | None = session.scalars(
        select(ChangeWindow).where(ChangeWindow.bound_to == ref, col(ChangeWindow.ended_at).is_(None))
    ).first()
    return found


def last_approved(session: Any, ref: str) -> int | None:
    """Give the revision of a change that was authorised last, whether its window still stands or not; None where none ever was."""
    rows = select(ChangeWindow.revision).where(ChangeWindow.bound_to == ref)
    found: int | None = session.scalars(rows.order_by(col(ChangeWindow.id).desc()).limit(1)).first()
    return found


def windows_over(session: Any, thing: str, at: datetime) -> list[ChangeWindow]:
    """List the windows that allowed something to be changed at a time, judged by their times and not by a mark."""
    rows = session.scalars(
        select(ChangeWindow)
        .where(col(ChangeWindow.things).contains([thing]), ChangeWindow.starts_at <= at, ChangeWindow.ends_at > at)
        .order_by(col(ChangeWindow.id))
    )
    return [row for row in rows if row.covers(at)]


def why_not(session: Any, ref: str, person_id: UUID, starts_at: datetime, ends_at: datetime) -> str | None:
    """Say why a right of this person from a time to a time cannot rest on a change; None where it can.

    The change must be authorised and not ended, name the person, and its window must hold the whole time.
    """
    window = live_window(session, ref)
    if window is None:
        return "There is no authorised change of this number."
    if str(person_id) not in window.implementers:
        return "This change names other persons to carry it out."
    if starts_at < window.starts_at or ends_at > window.ends_at:
        return "The time asked for is not inside the window of the change."
    return None


def ends_with(approval: Approval, until: datetime) -> None:
    """Have a granted approval end with the window it was given for, where its own time is longer."""
    if approval.valid_until is not None and until < approval.valid_until:
        approval.valid_until = until
