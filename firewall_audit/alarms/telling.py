"""Who is told of an alarm, step by step, until somebody answers: by state, never by a timer that could be lost. [FW-6]"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import col, select

from firewall_audit.alarms.models import OPEN, Alarm, AlarmRule, AlarmSending, OnCallShift
from firewall_audit.alarms.terms import STEPS, Step, Terms
from kernel.action import Fact, Work, action, on_fact
from kernel.actor import clerk
from kernel.db import HOUSE, read_session
from kernel.errors import Conflict
from kernel.sweeps import sweep
from policy import book
from policy.holders import holders

CLERK: Final = clerk("alarms")
MOST_TOLD: Final = 10
"""People of one step who are told by letter; a larger role sees it in the console."""
SHIFT_LINES: Final = {"on-call": "first", "second-line": "second"}


def minutes(danger: str) -> int:
    """Return within how many minutes an alarm is acknowledged before others are told."""
    return book.number("FW-6", f"acknowledge_{danger}_minutes")


def channels(danger: str) -> list[str]:
    """Return by which letters people are told of an alarm, beside the console."""
    return [
        channel
        for channel in ("mail", "sms")
        if isinstance(chosen := book.parameter("FW-6", f"{channel}_dangers"), list) and danger in chosen
    ]


def on_call(session: object, line: str, now: datetime) -> list[UUID]:
    """Return who is on call on a line at a moment; two shifts may overlap."""
    rows = select(OnCallShift.person_id).where(
        OnCallShift.line == line, OnCallShift.since <= now, OnCallShift.until > now,
        col(OnCallShift.dropped_at).is_(None),
    )  # fmt: skip
    return list(dict.fromkeys(session.scalars(rows.order_by(col(OnCallShift.since)))))  # type: ignore[attr-defined]


def people_of(work: Work, step: Step) -> list[UUID]:
    """Return who stands at a step now."""
    if step in SHIFT_LINES:
        return on_call(work.session, SHIFT_LINES[step], work.now)
    return sorted(holders([step], HOUSE, work.now))[:MOST_TOLD]


def tell_from(work: Work, alarm: Alarm, steps: list[Step], place: int) -> None:
    """Tell whoever stands at a step, or at the first one behind it where somebody does; say when the next are told."""
    work.session.flush()
    while place < len(steps):
        people = people_of(work, steps[place])
        if people:
            break
        work.add(AlarmSending(alarm_id=alarm.id, step=steps[place], channel="nobody", told_at=work.now))
        place += 1
    alarm.step = min(place, len(steps) - 1)
    alarm.next_at = work.now + timedelta(minutes=minutes(alarm.danger)) if place + 1 < len(steps) else None
    if place >= len(steps):
        return
    for person_id in people:
        work.add(
            AlarmSending(
                alarm_id=alarm.id, step=steps[place], person_id=person_id, channel="console", told_at=work.now,
                left_at=work.now,
            )
        )  # fmt: skip
    work.fact(
        "alarm.telling", alarm_id=alarm.id, people=people, channels=channels(alarm.danger), kind=alarm.kind,
        name=alarm.name, about=alarm.about, step=steps[place],
    )  # fmt: skip


def steps_of(work: Work, alarm: Alarm) -> list[Step]:
    """Return who is told of an alarm, in their order."""
    if alarm.rule_id is None:
        return list(STEPS)
    return Terms.model_validate(work.get(AlarmRule, alarm.rule_id).terms).steps


@on_fact("alarm.letters")
def note_letters(work: Work, fact: Fact) -> None:
    """Write down which letters went out for an alarm."""
    for person_id, letter_id, channel in fact.data["letters"]:
        work.add(
            AlarmSending(
                alarm_id=fact.data["alarm_id"], step=fact.data["step"], person_id=person_id, channel=channel,
                letter_id=letter_id, told_at=work.now,
            )
        )  # fmt: skip


@on_fact("letter.sent")
def note_left(work: Work, fact: Fact) -> None:
    """Write down when a letter of an alarm left."""
    for row in work.select(select(AlarmSending).where(AlarmSending.letter_id == fact.data["letter_id"])):
        row.left_at = work.now


@action("alarm.escalate", on=Alarm)
def escalate(work: Work, alarm: Alarm) -> None:
    """Tell the next of an alarm that nobody has acknowledged in time. [FW-6]"""
    if alarm.state != OPEN or alarm.next_at is None or alarm.next_at > work.now:
        raise Conflict("This alarm need not be told further now.", "FW-6")
    tell_from(work, alarm, steps_of(work, alarm), alarm.step + 1)


@sweep("alarms", seconds=5)
def look(now: datetime) -> None:
    """Tell the next of every alarm that nobody acknowledged in time."""
    with read_session() as session:
        due = list(session.scalars(select(Alarm.id).where(Alarm.state == OPEN, col(Alarm.next_at) <= now).limit(100)))
    for alarm_id in due:
        try:
            escalate(CLERK, alarm_id)
        except Conflict:
            continue  # another worker was quicker, or somebody has just answered
