"""What FW-6 is proved by: rules are on, the evaluator lives, a test was answered, alarms were acknowledged in time. [FW-6]"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from firewall_audit.alarms.models import Alarm, AlarmRule, AlarmTest, AlarmWatch
from firewall_audit.alarms.readings import tested_at
from firewall_audit.alarms.rules import until_when
from firewall_audit.alarms.telling import minutes
from firewall_audit.models import NetworkDevice
from firewall_audit.models.devices import IN_SERVICE
from kernel.action import Work
from kernel.errors import Refused
from policy import book
from policy.evidence import Evidence, evidence, found, probe

LOOKED_BACK = timedelta(days=90)


def _devices(session: Any) -> list[str]:
    rows = session.scalars(select(NetworkDevice).where(NetworkDevice.state == IN_SERVICE))
    return [one.ref for one in rows]


@evidence("FW-6")
def alarm_rules_are_on(session: Any, now: datetime) -> Evidence:
    """At least one rule is on; those that are off have a reason and an end, and are told apart."""
    rules = list(session.scalars(select(AlarmRule)))
    on = [one.ref for one in rules if one.is_on(now)]
    off = [one.ref for one in rules if not one.is_on(now)]
    return found(on, (), off) if on else found((one.ref for one in rules), off)


@evidence("FW-6")
def alarms_are_watched_for(session: Any, now: datetime) -> Evidence:
    """The lines of every device in service are being judged now."""
    watch = session.get(AlarmWatch, 1)
    patience = timedelta(seconds=book.number("FW-6", "silence_seconds"))
    alive = watch is not None and watch.beat_at > now - patience
    devices = _devices(session)
    return found(devices, () if alive else devices)


@evidence("FW-6")
def a_test_alarm_was_answered(session: Any, now: datetime) -> Evidence:
    """A test went the whole way and somebody acknowledged it, not longer ago than the book allows."""
    tested = tested_at(session)
    rows = select(func.count()).select_from(AlarmTest)
    is_recent = tested is not None and tested > now - timedelta(days=book.number("FW-6", "test_days"))
    if not session.scalar(rows):
        return found(devices := _devices(session), devices)
    return found(["alarm-test"], () if is_recent else ["alarm-test"])


@evidence("FW-6", empty_ok=True)
def alarms_were_acknowledged_in_time(session: Any, now: datetime) -> Evidence:
    """Every alarm of the last three months was acknowledged before the second to be told were due."""
    rows = list(session.scalars(select(Alarm).where(col(Alarm.raised_at) > now - LOOKED_BACK)))
    late = [
        one.ref for one in rows if (one.acknowledged_at or now) > one.raised_at + timedelta(minutes=minutes(one.danger))
    ]
    return found((one.ref for one in rows), late)


@probe("FW-6", guard="off-for-ever")
def switch_off_for_ever(work: Work) -> None:
    """No rule is switched off for good."""
    why = until_when(work.now, work.now + timedelta(days=book.number("FW-6", "longest_off_days") + 1))
    if why is not None:
        raise Refused("FW-6", why)
