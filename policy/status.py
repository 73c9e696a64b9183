"""The status of each clause: computed from what was measured, tried, done, excepted and stated. Nobody can type it. [AC-9]

The worst that is true is what is told, in this order: violated, unproven, stale, not evaluable, excepted, attested, holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime
from sqlalchemy import func
from sqlmodel import col, select

from kernel.action import Work
from kernel.db import HOUSE, Answer
from kernel.reading import reading
from policy import book, local_time
from policy.evidence import QUERIES, latest_evaluations, latest_probes
from policy.models import Attestation, Duty, Evaluation, ProbeRun, Waiver
from policy.reading import Clause, Maps
from policy.spans import span

Word = Literal["violated", "unproven", "stale", "not evaluable", "excepted", "attested", "holds"]
ORDER: tuple[Word, ...] = ("violated", "unproven", "stale", "not evaluable", "excepted", "attested", "holds")
PROBE_AGE = "2 days"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is known of a clause: the word it argues for, and why."""

    word: Word
    why: str


@dataclass(frozen=True, slots=True)
class Duties:
    """How the duties of a clause stand: how many there are, which are overdue now."""

    total: int = 0
    overdue: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that is known of one clause at a time."""

    evaluations: dict[str, Evaluation] = field(default_factory=dict)
    probes: dict[str, ProbeRun] = field(default_factory=dict)
    duties: Duties = Duties()
    waived: frozenset[str] = frozenset()
    attestation: Attestation | None = None


def judge(clause: Clause, known: Known, now: datetime) -> tuple[Word, list[Finding]]:
    """Judge a clause: the worst finding gives the word; all findings are told."""
    findings = list(_findings(clause, known, now))
    measured = [finding for finding in findings if finding.word != "attested"]
    if known.attestation is not None and not measured:
        findings.append(
            Finding(
                "attested",
                f"stated until {local_time.local(known.attestation.ends_at):%Y-%m-%d}: {known.attestation.statement}",
            )
        )
    if not findings:
        findings.append(Finding("unproven", _nothing(clause)))
    return min((finding.word for finding in findings), key=ORDER.index), findings


def _nothing(clause: Clause) -> str:
    if not clause.in_force:
        return "nothing measures this clause yet"
    return (
        "the statement about it is missing or over"
        if clause.attestation
        else "no guard was tried, nothing was measured"
    )


def _findings(clause: Clause, known: Known, now: datetime) -> Iterable[Finding]:
    if not clause.in_force:
        return
    for name in clause.evidence:
        yield from _measured(name, known, now)
    for name in clause.guard:
        yield from _tried(name, known, now)
    if clause.duty:
        yield from _worked(known)


def _measured(name: str, known: Known, now: datetime) -> Iterable[Finding]:
    query, run = QUERIES.get(name), known.evaluations.get(name)
    if query is None or run is None:
        yield Finding("unproven", f"{name} was never run")
        return
    unexcused = [ref for ref in run.violations if not {ref, HOUSE} & known.waived]
    if unexcused:
        yield Finding("violated", f"{name}: {len(unexcused)} of {run.population} break it, {unexcused[0]} the first")
    if span(query.max_age).after(run.at) < now:
        yield Finding("stale", f"{name} was last run on {local_time.written(run.at)}")
    if run.fault is not None:
        yield Finding("not evaluable", f"{name}: {run.fault}")
    elif run.population == 0 and not query.empty_ok:
        yield Finding("not evaluable", f"{name} found nothing to look at, and that proves nothing")
    elif run.violations and not unexcused:
        yield Finding("excepted", f"{name}: {len(run.violations)} are waived until a date")
    elif not unexcused:
        yield Finding("holds", f"{name}: none of {run.population} breaks it")


def _tried(name: str, known: Known, now: datetime) -> Iterable[Finding]:
    run = known.probes.get(name)
    if run is None:
        yield Finding("unproven", f"the guard {name} was never tried")
    elif not run.refused:
        yield Finding("unproven", f"the guard {name} did not refuse: {run.why}")
    elif span(PROBE_AGE).after(run.at) < now:
        yield Finding("stale", f"the guard {name} was last tried on {local_time.written(run.at)}")
    else:
        yield Finding("holds", f"the guard {name} refused: {run.why}")


def _worked(known: Known) -> Iterable[Finding]:
    late = [ref for ref in known.duties.overdue if not {ref, HOUSE} & known.waived]
    if late:
        yield Finding("violated", f"{len(late)} of its duties are overdue")
    elif known.duties.overdue:
        yield Finding("excepted", f"{len(known.duties.overdue)} overdue duties are waived until a date")
    elif known.duties.total == 0:
        yield Finding("not evaluable", "none of its duties was ever due")
    else:
        yield Finding("holds", f"none of {known.duties.total} duties is overdue")


class ClauseStatus(Answer):
    """A clause with its status and everything that speaks for or against it."""

    id: str
    text: str
    kind: list[str]
    owner: str
    in_force: bool
    maps: Maps
    status: str
    findings: list[dict[str, str]]


def known_of(session: Any, clauses: Sequence[Clause], at: datetime) -> dict[str, Known]:
    """Gather what was known of each clause at a time, in a fixed number of queries."""
    evaluations, probes = latest_evaluations(session, at), latest_probes(session, at)
    totals = dict(
        session.execute(select(Duty.clause, func.count()).where(col(Duty.opened_at) <= at).group_by(Duty.clause)).all()
    )
    late: dict[str, list[str]] = {}
    for clause_id, about in session.execute(
        select(Duty.clause, Duty.about_ref).where(
            col(Duty.due_at) <= at, (col(Duty.closed_at).is_(None)) | (col(Duty.closed_at) > at)
        )
    ):
        late.setdefault(clause_id, []).append(about)
    waived: dict[str, set[str]] = {}
    for clause_id, about in session.execute(
        select(Waiver.clause, Waiver.about_ref).where(
            col(Waiver.state).in_(["granted", "ended", "expired"]),
            col(Waiver.starts_at) <= at,
            col(Waiver.ends_at) > at,
            (col(Waiver.ended_at).is_(None)) | (col(Waiver.ended_at) > at),
        )
    ):
        waived.setdefault(clause_id, set()).add(about)
    stated = (
        select(Attestation)
        .where(col(Attestation.made_at) <= at, col(Attestation.ends_at) > at)
        .order_by(col(Attestation.made_at))
    )
    attested = {row.clause: row for row in session.scalars(stated)}
    return {
        clause.id: Known(
            evaluations={name: run for name, run in evaluations.items() if run.clause == clause.id},
            probes={name: probes[name] for name in clause.guard if name in probes},
            duties=Duties(totals.get(clause.id, 0), tuple(late.get(clause.id, ()))),
            waived=frozenset(waived.get(clause.id, ())),
            attestation=attested.get(clause.id) if clause.attestation else None,
        )
        for clause in clauses
    }


@reading("evidence.status")
def status(work: Work, *, clause: str | None = None, at: AwareDatetime | None = None) -> list[ClauseStatus]:
    """Tell the status of every clause, or of one, now or as it was at a time, by the edition then in force. [AC-9]"""
    when = at or work.now
    edition = book.in_force(at)
    asked = [book.clause(clause, at)] if clause is not None else edition.clauses
    told = known_of(work.session, asked, when)
    answer = []
    for found in asked:
        word, findings = judge(found, told[found.id], when)
        answer.append(
            ClauseStatus(
                id=found.id,
                text=found.text,
                kind=list(found.kind),
                owner=found.owner,
                in_force=found.in_force,
                maps=found.maps,
                status=word,
                findings=[{"word": finding.word, "why": finding.why} for finding in findings],
            )
        )
    return answer
