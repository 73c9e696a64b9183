"""Reminders of the risks of IT: given by the security officer at intervals, on every desk, and who has read them. [TR-9]"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator
from sqlmodel import col, select

from kernel.action import Work, action
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict
from kernel.reading import reading
from policy.approvals import person_of
from policy.duties import fulfil
from training.awareness.models import Reminder, ReminderSeen
from training.courses.content import both

RULE = "risk-reminder"
Words = Annotated[dict[str, str], AfterValidator(both(600))]


class ReminderView(Answer):
    """The reminder that stands now, and when the reader said that they read it."""

    id: UUID
    text: dict[str, str]
    given_at: datetime
    seen_at: datetime | None


@action("awareness.remind", scope=HOUSE)
def give_reminder(work: Work, *, text: Words) -> Reminder:
    """Remind officers and agents of a risk; it stands on every desk until the next. [TR-9]"""
    made = work.add(Reminder(text=text, given_by=person_of(work), given_at=work.now))
    work.session.flush()
    fulfil(work, RULE, HOUSE, made.ref)
    work.fact("awareness.reminded", reminder_id=made.id)
    return made


@reading("awareness.current")
def current_reminder(work: Work) -> ReminderView | None:
    """Read the reminder that stands now. [TR-9]"""
    row = work.select(select(Reminder).order_by(col(Reminder.given_at).desc()).limit(1)).first()
    if row is None:
        return None
    seen = select(ReminderSeen.at).where(ReminderSeen.reminder_id == row.id, ReminderSeen.person_id == work.actor.id)
    return ReminderView(id=row.id, text=row.text, given_at=row.given_at, seen_at=work.select(seen).first())


@action("awareness.seen", on=Reminder)
def note_seen(work: Work, reminder: Reminder) -> ReminderSeen:
    """Say that you read a reminder. [TR-9]"""
    me = person_of(work)
    known = select(ReminderSeen.id).where(ReminderSeen.reminder_id == reminder.id, ReminderSeen.person_id == me)
    if work.select(known).first() is not None:
        raise Conflict("You said so already.")
    return work.add(ReminderSeen(reminder_id=reminder.id, person_id=me, at=work.now))
