"""What people do with an alarm: take it on, and say what it was. [FW-6]"""

from typing import Annotated, Literal

from pydantic import StringConstraints
from sqlmodel import select

from firewall_audit.alarms.models import Alarm, AlarmTest
from firewall_audit.alarms.states import ALARM_STEPS
from kernel.action import Work, action
from kernel.db import HOUSE
from policy import duties
from policy.approvals import person_of

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=4000)]
TEST_DUTY = "firewall-alarm-test"


@action("alarm.acknowledge", on=Alarm)
def acknowledge(work: Work, alarm: Alarm) -> None:
    """Take an alarm on: from now on nobody else is told. [FW-6]"""
    ALARM_STEPS.advance(work, alarm, "acknowledge")
    alarm.acknowledged_at, alarm.acknowledged_by, alarm.next_at = work.now, person_of(work), None
    if work.select(select(AlarmTest.id).where(AlarmTest.alarm_id == alarm.id)).first() is not None:
        duties.fulfil(work, TEST_DUTY, HOUSE, alarm.ref)


@action("alarm.close", on=Alarm)
def close(
    work: Work, alarm: Alarm, *, disposition: Literal["true-positive", "benign", "false-positive"], words: Words
) -> None:
    """Close an alarm, and say what it was. [FW-6]"""
    ALARM_STEPS.advance(work, alarm, "close")
    alarm.closed_at, alarm.closed_by = work.now, person_of(work)
    alarm.disposition, alarm.words = disposition, words
    work.fact("alarm.closed", alarm_id=alarm.id, disposition=disposition)
