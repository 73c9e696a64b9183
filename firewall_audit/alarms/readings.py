"""What the pages of the alarms show. [FW-6]"""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import func
from sqlmodel import col, select

from firewall_audit.alarms.models import (
    CLOSED,
    OPEN,
    Alarm,
    AlarmRule,
    AlarmRuleVersion,
    AlarmSending,
    AlarmTest,
    AlarmWatch,
)
from firewall_audit.alarms.telling import on_call
from kernel import clock
from kernel.action import Work
from kernel.db import HOUSE, Answer, read_session
from kernel.reading import reading
from policy import book

MOST = 200


class AlarmView(Answer):
    """An alarm as a list shows it."""

    id: UUID
    state: str
    kind: str
    rule_id: UUID | None
    name: str
    """Of its rule; empty: no rule of the house rang."""
    about: str
    device: str
    danger: str
    count: int
    first_at: datetime
    last_at: datetime
    raised_at: datetime
    next_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    closed_at: datetime | None
    closed_by: UUID | None
    disposition: str
    words: str

    @classmethod
    def of(cls, row: Alarm) -> "AlarmView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class SendingView(Answer):
    """That somebody was told, by which channel, and when the letter left."""

    step: str
    person_id: UUID | None
    channel: str
    told_at: datetime
    left_at: datetime | None


class AlarmPage(Answer):
    """One alarm with its lines, and who was told."""

    alarm: AlarmView
    lines: list[str]
    sendings: list[SendingView]


class TestView(Answer):
    """A test of the alarms, and how far it came."""

    id: UUID
    asked_at: datetime
    alarm_id: UUID | None
    raised_at: datetime | None
    acknowledged_at: datetime | None


class RuleView(Answer):
    """A rule as it is now."""

    id: UUID
    slug: str
    name: str
    shipped: bool
    number: int
    terms: dict[str, Any]
    off_until: datetime | None
    off_reason: str
    written_at: datetime
    alarms: int = 0
    """In the last 30 days."""


class VersionView(Answer):
    """A rule as somebody wrote it."""

    number: int
    name: str
    why: str
    written_by: str
    written_at: datetime


class RulePage(Answer):
    """A rule with its versions, the newest first."""

    rule: RuleView
    versions: list[VersionView]


class HealthView(Answer):
    """How the evaluator is, who is on call, and when the alarms were tested last."""

    beat_at: datetime | None
    is_alive: bool
    began_at: datetime | None
    lag_ms: int
    lines: int
    unread: int
    forgotten: int
    missed: int
    rules: int
    first: list[UUID]
    second: list[UUID]
    tested_at: datetime | None
    test_due_at: datetime | None


@reading("alarm.list", scope=HOUSE, watched=True)
def list_alarms(
    work: Work, *, closed: bool = False, limit: Annotated[int, Field(ge=1, le=MOST)] = 100
) -> list[AlarmView]:
    """List the alarms, those that wait first, the gravest of them first; `closed`: those that are closed, the newest first. [FW-6]"""
    rows = select(Alarm).order_by(col(Alarm.raised_at).desc()).limit(limit)
    rows = rows.where(Alarm.state == CLOSED) if closed else rows.where(Alarm.state != CLOSED)
    found: list[Alarm] = list(work.select(rows))
    found.sort(key=lambda one: (one.state != OPEN, ("high", "medium", "low").index(one.danger)))
    return [AlarmView.of(one) for one in found]


@reading("alarm.read", on=Alarm, watched=True)
def read_alarm(work: Work, alarm: Alarm) -> AlarmPage:
    """Show an alarm with the lines that raised it, and who was told. [FW-6]"""
    rows = select(AlarmSending).where(AlarmSending.alarm_id == alarm.id).order_by(col(AlarmSending.told_at)).limit(MOST)
    return AlarmPage(
        alarm=AlarmView.of(alarm), lines=list(alarm.lines),
        sendings=[SendingView.model_validate(one, from_attributes=True) for one in work.select(rows)],
    )  # fmt: skip


@reading("alarm-test.list", scope=HOUSE)
def list_tests(work: Work) -> list[TestView]:
    """List the last tests of the alarms: when each was asked, and how long its line took. [FW-6]"""
    rows = select(AlarmTest, Alarm).outerjoin(Alarm, col(Alarm.id) == AlarmTest.alarm_id)
    found = work.session.execute(rows.order_by(col(AlarmTest.id).desc()).limit(20))
    return [
        TestView(
            id=one.id, asked_at=one.asked_at, alarm_id=one.alarm_id, raised_at=alarm.raised_at if alarm else None,
            acknowledged_at=alarm.acknowledged_at if alarm else None,
        )
        for one, alarm in found
    ]  # fmt: skip


@reading("alarm-rule.list", scope=HOUSE)
def list_rules(work: Work) -> list[RuleView]:
    """List the rules of the alarms, and how often each has raised one lately. [FW-6]"""
    since = work.now - timedelta(days=30)
    told = select(Alarm.rule_id, func.count()).where(Alarm.raised_at > since).group_by(col(Alarm.rule_id))
    counts: dict[UUID | None, int] = {row[0]: row[1] for row in work.session.execute(told)}
    return [_rule(one, counts.get(one.id, 0)) for one in work.select(select(AlarmRule).order_by(AlarmRule.slug))]


def _rule(one: AlarmRule, alarms: int = 0) -> RuleView:
    return RuleView(**one.model_dump(include=set(RuleView.model_fields) - {"alarms"}), alarms=alarms)


@reading("alarm-rule.read", on=AlarmRule)
def read_rule(work: Work, rule: AlarmRule) -> RulePage:
    """Show a rule with what it said before. [FW-6]"""
    rows = select(AlarmRuleVersion).where(AlarmRuleVersion.rule_id == rule.id)
    rows = rows.order_by(col(AlarmRuleVersion.number).desc()).limit(MOST)
    return RulePage(
        rule=_rule(rule), versions=[VersionView.model_validate(one, from_attributes=True) for one in work.select(rows)]
    )


@reading("alarm.health", scope=HOUSE)
def health(work: Work) -> HealthView:
    """Say whether the evaluator lives and keeps up, who is on call now, and when the alarms were tested last. [FW-6]"""
    watch = work.session.get(AlarmWatch, 1)
    patience = timedelta(seconds=book.number("FW-6", "silence_seconds"))
    tested = tested_at(work.session)
    due = timedelta(days=book.number("FW-6", "test_days"))
    return HealthView(
        beat_at=watch.beat_at if watch else None, is_alive=watch is not None and watch.beat_at > work.now - patience,
        began_at=watch.began_at if watch else None, lag_ms=watch.lag_ms if watch else 0,
        lines=watch.lines if watch else 0, unread=watch.unread if watch else 0, forgotten=watch.forgotten if watch else 0,
        missed=watch.missed if watch else 0, rules=watch.rules if watch else 0,
        first=on_call(work.session, "first", work.now), second=on_call(work.session, "second", work.now),
        tested_at=tested, test_due_at=tested + due if tested else None,
    )  # fmt: skip


def tested_at(session: Any) -> datetime | None:
    """Return when a test was answered last."""
    rows = select(func.max(Alarm.acknowledged_at)).join(AlarmTest, col(AlarmTest.alarm_id) == Alarm.id)
    found: datetime | None = session.scalar(rows)
    return found


def gravest() -> tuple[int, list[UUID]]:
    """Return how many alarms of high danger nobody has acknowledged, and who is on call: what stands on every page while there are any."""
    with read_session() as session:
        open_ones = select(func.count()).select_from(Alarm).where(Alarm.state == OPEN, Alarm.danger == "high")
        count: int = session.scalar(open_ones) or 0
        return count, on_call(session, "first", clock.now()) if count else []
