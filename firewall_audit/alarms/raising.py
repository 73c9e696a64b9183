"""An alarm is raised once for its group and quiet time; what comes again is counted, and beyond the bounds too. [FW-6]"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from firewall_audit.alarms.models import CLOSED, Alarm, AlarmRule, AlarmTest, AlarmWatch
from firewall_audit.alarms.telling import steps_of, tell_from
from firewall_audit.alarms.terms import STEPS, Terms
from firewall_audit.models import NetworkDevice
from kernel.action import Work, action
from kernel.db import HOUSE
from policy import book

HOUR = timedelta(hours=1)
TEST_LASTS = timedelta(hours=1)
Part = Annotated[str, StringConstraints(max_length=300)]
Line = Annotated[str, StringConstraints(max_length=700)]


class Met(BaseModel):
    """A rule that was met by the lines of a group, or met again in its quiet time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: UUID
    group: Annotated[tuple[Part, ...], Field(max_length=3)]
    at: AwareDatetime
    first: AwareDatetime
    count: Annotated[int, Field(ge=1)]
    device: Part = ""
    lines: Annotated[tuple[Line, ...], Field(max_length=3)] = ()
    again: bool = False


class Rung(BaseModel):
    """A test line that came through a device's spool."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: Part
    device: Part
    at: AwareDatetime
    line: Line


class Standing(BaseModel):
    """How far the evaluator is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    began_at: AwareDatetime
    positions: Annotated[dict[str, int], Field(max_length=20_000)]
    lag_ms: int = 0
    lines: int = 0
    unread: int = 0
    forgotten: int = 0
    missed: int = 0
    rules: int = 0


@action("alarm.take", scope=HOUSE)
def take(
    work: Work,
    *,
    met: Annotated[list[Met], Field(max_length=40)],
    rung: Annotated[list[Rung], Field(max_length=20)],
    standing: Standing,
) -> int:
    """Raise the alarms that the lines call for, and note how far the lines have been judged: both or neither. [FW-6]"""
    raised = 0
    for one in met:
        rule: AlarmRule | None = work.session.get(AlarmRule, one.rule)
        if rule is not None and rule.is_on(work.now):
            made = raise_alarm(
                work, rule, one.group, at=one.at, first=one.first, count=one.count, device=one.device, lines=one.lines,
                again=one.again,
            )  # fmt: skip
            raised += made is not None
    raised += sum(_ring(work, one) for one in rung)
    work.session.connection().execute(beat(standing, work.now))  # ungoverned: how far it is, beside what came of it
    return raised


def beat(standing: Standing, now: datetime) -> Any:
    """Give the statement by which the evaluator says how far it is."""
    values = {**standing.model_dump(), "beat_at": now}
    return insert(AlarmWatch).values(id=1, **values).on_conflict_do_update(index_elements=["id"], set_=values)


def raise_alarm(
    work: Work, rule: AlarmRule, group: Sequence[str], *, at: datetime, first: datetime, count: int = 1,
    device: str = "", lines: Sequence[str] = (), again: bool = False,
) -> Alarm | None:  # fmt: skip
    """Raise an alarm of a rule, unless one of this group stands: then it counts there. None where nothing new was raised."""
    terms = Terms.model_validate(rule.terms)
    about = "".join(sign if sign.isprintable() else "\ufffd" for sign in ", ".join(group))
    quiet = timedelta(seconds=terms.quiet)
    held = _standing(work, rule.id, about, at, quiet)
    if held is not None:
        held.count += count
        held.last_at = max(held.last_at, at)
        return None
    if again:  # its alarm was closed meanwhile: the quiet time goes on, and only what is met anew raises another
        return None
    if _held_back(work, rule, terms, at, count):
        return None
    key = hashlib.sha256("\0".join([str(rule.id), about, at.isoformat()]).encode()).hexdigest()
    if work.select(select(Alarm.id).where(Alarm.key == key)).first() is not None:
        return None
    made = work.add(
        Alarm(
            rule_id=rule.id, rule_number=rule.number, key=key, name=rule.name, about=about, device=device, danger=terms.danger, count=count, first_at=min(first, at), last_at=at,
            raised_at=work.now, lines=list(lines),
        )
    )  # fmt: skip
    tell_from(work, made, terms.steps, 0)
    work.fact("alarm.raised", alarm_id=made.id, danger=made.danger, rule=rule.slug)
    return made


def _standing(work: Work, rule_id: UUID, about: str, at: datetime, quiet: timedelta) -> Alarm | None:
    """Return the alarm of a group to which what comes now belongs."""
    rows = select(Alarm).where(
        Alarm.rule_id == rule_id, Alarm.about == about, Alarm.state != CLOSED, Alarm.kind == "rule",
        col(Alarm.last_at) >= at - quiet,
    )  # fmt: skip
    found: Alarm | None = work.select(rows.order_by(col(Alarm.raised_at).desc()).limit(1).with_for_update()).first()
    return found


def _held_back(work: Work, rule: AlarmRule, terms: Terms, at: datetime, count: int) -> bool:
    """Count what is beyond a bound in one alarm of the hour, which is told once; tell whether it was."""
    lately = select(func.count()).select_from(Alarm).where(Alarm.raised_at > work.now - HOUR, Alarm.kind == "rule")
    if (work.session.scalar(lately.where(Alarm.rule_id == rule.id)) or 0) >= terms.most_hourly:
        _count_more(work, rule, terms.danger, at, count)
        return True
    if (work.session.scalar(lately) or 0) >= book.number("FW-6", "most_hourly"):
        _count_more(work, None, "high", at, count)
        return True
    return False


def _count_more(work: Work, rule: AlarmRule | None, danger: str, at: datetime, count: int) -> None:
    key = f"more:{rule.id if rule else HOUSE}:{work.now:%Y-%m-%dT%H}"
    held: Alarm | None = work.select(select(Alarm).where(Alarm.key == key).with_for_update()).first()
    if held is not None:
        held.count += count
        held.last_at = max(held.last_at, at)
        return
    made = work.add(
        Alarm(
            rule_id=rule.id if rule else None, rule_number=rule.number if rule else 0, key=key, kind="more",
            name=rule.name if rule else "", danger=danger, count=count, first_at=at, last_at=at, raised_at=work.now,
        )
    )  # fmt: skip
    tell_from(work, made, steps_of(work, made), 0)


def _ring(work: Work, rung: Rung) -> bool:
    """Raise the alarm of a test that somebody asked for; a line that nobody asked for raises nothing."""
    digest = hashlib.sha256(rung.token.encode()).hexdigest()
    rows = (
        select(AlarmTest)
        .join(NetworkDevice, col(NetworkDevice.id) == AlarmTest.device_id)
        .where(
            AlarmTest.token_digest == digest, col(AlarmTest.alarm_id).is_(None), NetworkDevice.slug == rung.device,
            AlarmTest.asked_at > work.now - TEST_LASTS,
        )
    )  # fmt: skip
    test: AlarmTest | None = work.select(rows.with_for_update(of=AlarmTest)).first()
    if test is None:
        return False
    made = work.add(
        Alarm(
            key=f"test:{test.id}", kind="test", device=rung.device, danger="high",
            first_at=test.asked_at, last_at=rung.at, raised_at=work.now, lines=[rung.line],
        )
    )  # fmt: skip
    work.session.flush()
    test.alarm_id = made.id
    tell_from(work, made, list(STEPS), 0)
    return True
