"""Making analyses in the background: what waits is found by state, judged outside of any transaction, then put on record. [FW-1, FW-5]"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select

from firewall_audit.analyses import findings, ground, usage
from firewall_audit.analyses.judging import judge
from firewall_audit.analyses.models import ACCEPTED, RuleAnalysis, RuleFinding
from firewall_audit.analyses.readings import latest_analysis
from firewall_audit.analyses.tasks import EDITION, Judged, Task, usage_told
from firewall_audit.analyses.told import kept
from firewall_audit.models import ConfigurationVersion, NetworkDevice
from firewall_audit.models.devices import IN_SERVICE
from firewall_audit.rulesets.analysis import Report, joined
from kernel import clock
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import HOUSE, read_session
from kernel.errors import Conflict
from kernel.sweeps import sweep
from policy import book

CLERK = clerk("rules")
EVERYTHING = "everything"
MOST_UNMODELLED = 500


class Made(BaseModel):
    """What the analyser said of a version, ready to be kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version_id: UUID
    digest: str
    terms_digest: str
    begun_at: datetime
    took_ms: int
    why: str
    not_looked: dict[str, int]
    rules: int
    inexact: int
    unweighed: int
    counts: dict[str, int]
    pairs: dict[str, int]
    stopped: list[str]
    not_judged: list[str]
    unmodelled: list[list[Any]]
    unread: int
    usage: list[dict[str, Any]]
    findings: list[dict[str, Any]]
    ids: list[str]
    """Of everything found: what is not told stands all the same."""


def made_of(version: ConfigurationVersion, task: Task, judged: Judged, begun_at: datetime) -> Made:
    """Make one report of what came, and say what did not."""
    report = joined(judged.ground, judged.parts) if judged.ground else Report(version.rules)
    not_looked = report.not_looked if judged.ground else {EVERYTHING: version.rules}
    return Made(
        version_id=version.id, digest=version.digest, terms_digest=task.digest(), begun_at=begun_at, took_ms=judged.took_ms,
        why=judged.why or ("broken" if not_looked else ""), not_looked=not_looked, rules=report.rules, inexact=report.inexact, unweighed=report.unweighed,
        counts={str(kind): count for kind, count in report.counts.items()}, pairs=dict(report.pairs), stopped=report.stopped, not_judged=report.not_judged,
        unmodelled=[[one.line, one.what[:300]] for one in report.unmodelled[:MOST_UNMODELLED]], unread=len(report.unmodelled),
        usage=[usage_told(one) for one in task.usages], findings=[kept(one) for one in report.findings], ids=sorted(report.ids),
    )  # fmt: skip


@action("rule-analysis.keep", on=NetworkDevice)
def keep_analysis(work: Work, device: NetworkDevice, *, made: Made) -> RuleAnalysis:
    """Put on record what was found in the rules of a device; what the rules lack no more is gone by itself. [FW-1, FW-5]"""
    last = latest_analysis(work.session, device.id)
    if last is not None and last.made_at >= made.begun_at:
        raise Conflict("These rules were judged meanwhile.", "FW-5")
    version = work.get(ConfigurationVersion, made.version_id)
    told = made.model_dump(exclude={"begun_at", "ids"})
    row = work.add(
        RuleAnalysis(
            **told,
            scope=device.scope,
            device_id=device.id,
            number=version.number,
            edition=EDITION,
            made_at=work.now,
            complete=not made.why,
        )
    )
    work.session.flush()
    findings.carry(work, device, row, frozenset(made.ids))
    work.note("configuration", made.digest)
    work.note("terms", made.terms_digest)
    work.note("findings", sum(made.counts.values()))
    work.note("complete", row.complete)
    return row


@action("rule-finding.lapse", scope=HOUSE)
def lapse_accepted(work: Work) -> int:
    """Open findings again that were accepted until a day which has come. [FW-1, FW-5]"""
    rows = list(work.select(_lapsed(work.now).with_for_update(skip_locked=True)))
    for row in rows:
        findings.reopen(work, row)
    for device_id in sorted({row.device_id for row in rows}):
        findings.tell_services(work, work.get(NetworkDevice, device_id))
    return len(rows)


def _lapsed(now: datetime) -> Any:
    return (
        select(RuleFinding)
        .where(RuleFinding.state == ACCEPTED, col(RuleFinding.until) <= now)
        .order_by(col(RuleFinding.id))
        .limit(500)
    )


def waiting(session: Any, now: datetime) -> list[tuple[NetworkDevice, ConfigurationVersion, Task]]:
    """Give the devices whose present configuration was not judged by the present terms, or not lately, each with what is asked."""
    since = now - timedelta(days=book.number("FW-1", "analysis_days"))
    newest = (
        select(NetworkDevice, ConfigurationVersion)
        .join(ConfigurationVersion, col(ConfigurationVersion.device_id) == NetworkDevice.id)
        .where(NetworkDevice.state == IN_SERVICE)
        .distinct(col(ConfigurationVersion.device_id))
        .order_by(col(ConfigurationVersion.device_id), col(ConfigurationVersion.number).desc())
    )
    house = ground.house_of(session)
    found = []
    for device, version in list(session.execute(newest)):
        last = latest_analysis(session, device.id)
        task = ground.task_of(session, device, version, house, now)
        fresh = last is not None and last.version_id == version.id and last.edition == EDITION and last.made_at > since
        if not fresh or last is None or last.terms_digest != task.digest():
            found.append((device, version, task))
    return found


@sweep("firewall-rules", seconds=30)
def run(now: datetime) -> None:
    """Judge every configuration that waits for it; open again what was accepted until today. [FW-1, FW-5]"""
    with read_session() as session:
        found = waiting(session, now)
        lapsed = session.execute(_lapsed(now)).first() is not None
    if lapsed:
        lapse_accepted(CLERK)
    for device, version, task in found:
        begun = clock.now()
        asked = replace(task, usages=usage.usages_of(device, version, begun))
        judged = judge(
            asked, seconds=book.number("FW-1", "analysis_seconds"), megabytes=book.number("FW-1", "analysis_megabytes")
        )
        _record(device.id, made_of(version, asked, judged, begun))


def _record(device_id: UUID, made: Made) -> None:
    try:
        keep_analysis(CLERK, device_id, made=made)
    except Conflict:
        return  # another process was quicker: the next sweep sees whether anything still waits
