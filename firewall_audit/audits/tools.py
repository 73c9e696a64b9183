"""What the machine says of a device before anybody answers: each tool its verdict, its figures, and the digest of what it looked at. [FW-5]"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlmodel import col, or_, select

from firewall_audit.alarms.models import Alarm, AlarmTest
from firewall_audit.analyses.models import OPEN as UNANSWERED
from firewall_audit.analyses.readings import latest_analysis, standing
from firewall_audit.audits.models import AuditedDevice, AuditFinding, FirewallAudit
from firewall_audit.models import IntakeEvent, LogBatch, NetworkDevice
from firewall_audit.models.configurations import ANSWERED, DIFFERENCE, EVENT, ConfigurationDrift, ConfigurationVersion
from firewall_audit.review.models import SIGNED, AcceptedNoise, LogFinding, LogReview
from firewall_audit.rulesets.findings import IMPACTS
from kernel.ledger.entries import canonical
from policy import book
from policy.models import Duty

Verdict = Literal["fine", "look", "bad", "unknown"]
FINE, LOOK, BAD, UNKNOWN = "fine", "look", "bad", "unknown"
HEARD_WITHIN = timedelta(days=2)


class Check(BaseModel):
    """What one tool found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tool: str
    verdict: Verdict
    figures: dict[str, int | str]
    digest: str
    """SHA-256 of what it looked at; empty where there was nothing."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A device in an audit, and the time."""

    session: Any
    audit: FirewallAudit
    device: NetworkDevice
    version: ConfigurationVersion | None
    now: datetime


def checks_of(scene: Scene) -> list[Check]:
    """Ask every tool that needs nothing but the records of the house."""
    return [one(scene) for one in TOOLS]


def configuration(scene: Scene) -> Check:
    """Its latest configuration: how old, when last seen, whether a version was approved."""
    version = scene.version
    if version is None:
        return Check(tool="configuration", verdict="bad", figures={"versions": 0}, digest="")
    days = (scene.now - version.seen_at).days
    based = scene.session.scalars(
        select(ConfigurationVersion.number)
        .where(ConfigurationVersion.device_id == scene.device.id, col(ConfigurationVersion.baseline_at).is_not(None))
        .order_by(col(ConfigurationVersion.number).desc())
    ).first()
    stale = days > book.number("FW-2", "look_days")
    return Check(
        tool="configuration", verdict="bad" if stale else "fine" if based else "look",
        figures={
            "number": version.number, "days": days, "rules": version.rules, "unmodelled": version.unmodelled, "approved": based or 0,
        },
        digest=version.digest,
    )  # fmt: skip


def analysis(scene: Scene) -> Check:
    """What the last analysis found in its rules, and what of that nobody has answered."""
    made = latest_analysis(scene.session, scene.device.id)
    if made is None:
        return Check(tool="analysis", verdict="unknown", figures={}, digest="")
    rows = standing(scene.session, scene.device.id)
    unanswered = [one for one in rows if one.state == UNANSWERED]
    grave = any(one.impact == "security" for one in unanswered)
    fresh = scene.version is not None and made.version_id == scene.version.id
    counts: dict[str, int] = {impact: sum(one.impact == impact for one in rows) for impact in IMPACTS}
    return Check(
        tool="analysis", verdict="bad" if grave else "fine" if fresh and made.complete and not unanswered else "look",
        figures={"number": made.number, **counts, "open": len(unanswered), "not_judged": 0 if made.complete else len(made.not_looked)},
        digest=digest_of([[made.digest, made.terms_digest], *([one.key, one.state] for one in rows)]),
    )  # fmt: skip


def changes(scene: Scene) -> Check:
    """What changed on it since the last audit, and what of that nobody approved."""
    rows = list(
        scene.session.scalars(
            select(ConfigurationDrift)
            .where(
                ConfigurationDrift.device_id == scene.device.id,
                ConfigurationDrift.last_at >= scene.audit.since,
                col(ConfigurationDrift.kind).in_([DIFFERENCE, EVENT]),
            )
            .order_by(col(ConfigurationDrift.id))
        )
    )
    unapproved = [one for one in rows if one.verdict not in ANSWERED]
    unsettled = sum(one.settled_at is None for one in unapproved)
    return Check(
        tool="changes", verdict="bad" if unsettled else "look" if unapproved else "fine",
        figures={"changes": len(rows), "unapproved": len(unapproved), "unsettled": unsettled},
        digest=digest_of([one.ref, one.verdict, one.settled_at is not None] for one in rows),
    )  # fmt: skip


def reviews(scene: Scene) -> Check:
    """The weekly reviews of the house's logs since the last audit: how many were missed or late."""
    rows = list(
        scene.session.execute(
            select(LogReview, Duty)
            .join(Duty, col(Duty.id) == LogReview.duty_id)
            .where(LogReview.until > scene.audit.since, Duty.due_at <= scene.now)
            .order_by(col(LogReview.since))
        )
    )
    missed = sum(review.state != SIGNED for review, _ in rows)
    late = sum(review.signed_at is not None and review.signed_at > duty.due_at for review, duty in rows)
    return Check(
        tool="reviews", verdict="bad" if missed else "look" if late or not rows else "fine",
        figures={"reviews": len(rows), "missed": missed, "late": late},
        digest=digest_of([review.ref, review.state, review.signed_digest] for review, _ in rows),
    )  # fmt: skip


def acceptances(scene: Scene) -> Check:
    """What was let be until a day that has come: of the logs, and of the findings of earlier audits."""
    noise = list(
        scene.session.execute(
            select(AcceptedNoise, LogFinding)
            .join(LogFinding, col(LogFinding.id) == AcceptedNoise.finding_id)
            .where(
                col(LogFinding.device).in_([scene.device.slug, ""]),
                col(AcceptedNoise.ended_at).is_(None),
                AcceptedNoise.until > scene.audit.since,
            )
            .order_by(col(AcceptedNoise.id))
        )
    )
    risks = list(
        scene.session.scalars(
            select(AuditFinding)
            .join(AuditedDevice, col(AuditedDevice.id) == AuditFinding.audited_id)
            .where(
                AuditedDevice.device_id == scene.device.id,
                AuditFinding.response == "accepted",
                AuditFinding.audit_id != scene.audit.id,
            )
            .order_by(col(AuditFinding.id))
        )
    )
    ends = [*(one.until for one, _ in noise), *(one.until for one in risks if one.until is not None)]
    over = sum(one <= scene.now for one in ends)
    return Check(
        tool="acceptances", verdict="look" if over else "fine", figures={"standing": len(ends) - over, "ended": over},
        digest=digest_of([*([one.ref, one.until.isoformat()] for one, _ in noise), *([one.ref] for one in risks)]),
    )  # fmt: skip


def alarms(scene: Scene) -> Check:
    """The tests of the alarms since the last audit: how many went the whole way to somebody's answer, and when the last did."""
    rows = list(
        scene.session.execute(
            select(AlarmTest.id, Alarm.acknowledged_at)
            .outerjoin(Alarm, col(Alarm.id) == AlarmTest.alarm_id)
            .where(AlarmTest.asked_at >= scene.audit.since)
            .order_by(col(AlarmTest.id))
        )
    )
    answered = [at for _, at in rows if at is not None]
    recent = scene.now - timedelta(days=book.number("FW-6", "test_days"))
    return Check(
        tool="alarms", verdict="bad" if not answered else "fine" if max(answered) > recent else "look",
        figures={"tests": len(rows), "answered": len(answered), "tested": max(answered).isoformat() if answered else ""},
        digest=digest_of([str(one), at.isoformat() if at else ""] for one, at in rows),
    )  # fmt: skip


def silence(scene: Scene) -> Check:
    """Its lines: when the last one came, how often and how long it was silent, how many were lost on the way."""
    rows = list(
        scene.session.scalars(
            select(IntakeEvent)
            .where(
                or_(col(IntakeEvent.device_id) == scene.device.id, col(IntakeEvent.device_id).is_(None)),
                IntakeEvent.until >= scene.audit.since,
                col(IntakeEvent.kind).in_(["silent", "dropped", "full"]),
            )
            .order_by(col(IntakeEvent.id))
        )
    )
    silent = [one for one in rows if one.kind == "silent" and one.device_id == scene.device.id]
    lost = sum(one.count for one in rows if one.kind != "silent")
    batches = select(LogBatch).where(LogBatch.device_id == scene.device.id, col(LogBatch.last_at).is_not(None))
    last = scene.session.scalars(batches.order_by(col(LogBatch.last_at).desc()).limit(1)).first()
    heard = last is not None and last.last_at is not None and last.last_at >= scene.now - HEARD_WITHIN
    longest = max((one.until - one.since for one in silent), default=timedelta())
    return Check(
        tool="silence", verdict="bad" if not heard else "look" if silent or lost else "fine",
        figures={
            "silences": len(silent), "longest_hours": int(longest.total_seconds() // 3600), "lost": lost,
            "last": last.last_at.isoformat() if last is not None and last.last_at is not None else "",
        },
        digest=digest_of([*([one.ref] for one in rows), [last.digest if last is not None else ""]]),
    )  # fmt: skip


def digest_of(rows: Iterable[list[Any]]) -> str:
    """Give the SHA-256 of what was looked at, in canonical form."""
    return hashlib.sha256(canonical(list(rows))).hexdigest()


TOOLS: tuple[Callable[[Scene], Check], ...] = (
    configuration, analysis, changes, reviews, alarms, acceptances, silence,
)  # fmt: skip
