"""Trials: each guard of a clause in force is tried, must refuse, and is rolled back whatever happens. [AC-9]

A guard that stops refusing is found the same night, not by the auditor.
"""

import logging
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlmodel import col, select

from kernel import gate
from kernel.action import Work, action, every_action
from kernel.actor import NOBODY, person
from kernel.db import read_session, uuid7
from kernel.errors import Denied, NotFound, NotSignedIn, OmniError, Refused, StepUpNeeded
from kernel.sweeps import sweep
from policy import book
from policy.evidence import CLERK, PROBES, QUERIES, Probe, evaluate
from policy.models import ProbeRun

NIGHT_HOUR = 1
"""Hour of the day, UTC."""
log = logging.getLogger("omniwarden.policy")


class Tried(Refused):
    """The end of every trial: it rolls back whatever the attempt did."""

    def __init__(self, clause: str, why: str, *, refused: bool) -> None:
        super().__init__(clause, f"A trial, rolled back: {why}")
        self.told = why
        self.refused = refused
        self.ledger_notes = {"trial": True, "refused": refused}


def trial_of(guard: str) -> Probe:
    """Give how a guard is tried: by its own probe, or (an action, a reading, a condition) by a stranger at its door.

    Raises NotFound for a guard that nothing can try: it stays unproven.
    """
    own = PROBES.get(guard)
    if own is not None:
        return own
    clause = next((found.id for found in book.in_force().clauses if guard in found.guard), "AC-9")
    if guard in set(every_action()):
        return Probe(clause, guard, lambda work: _nobody_at(work, guard))
    if guard in gate.CONDITIONS:
        return Probe(clause, guard, lambda work: _stranger_under(work, guard))
    raise NotFound(f"Nothing can try the guard {guard}.")


def _nobody_at(work: Work, name: str) -> None:
    verdict = gate.may(NOBODY, name, gate.ANYWHERE, work.now, work.session)
    if not verdict.allowed:
        raise Denied(f"nobody is let in: {verdict.why}")


def _stranger_under(work: Work, name: str) -> None:
    stranger = person(uuid7(), "a stranger")
    why = gate.CONDITIONS[name].check(gate.Ask(stranger, work.action, None, work.now, work.session))
    if why is not None:
        raise Denied(f"a stranger is told: {why}")


@action("evidence.probe", scope="house")
def try_guard(work: Work, *, guard: str) -> None:
    """Attempt what a guard must refuse; always rolled back. [AC-9]"""
    tried = trial_of(guard)
    try:
        tried.attempt(work)
        work.session.flush()
    except (Refused, Denied, NotSignedIn, StepUpNeeded) as no:
        raise Tried(tried.clause, no.why, refused=True) from None
    raise Tried(tried.clause, "nothing refused it", refused=False)


@action("evidence.note-probe", scope="house")
def note_probe(work: Work, *, guard: str, refused: bool, why: Annotated[str, Field(max_length=1000)]) -> ProbeRun:
    """Keep what a trial of a guard showed. [AC-9]"""
    tried = trial_of(guard)
    work.cite(tried.clause)
    if not refused:
        work.fact("guard.failed", guard=guard, clause=tried.clause)
    return work.add(ProbeRun(clause=tried.clause, guard=guard, at=work.now, refused=refused, why=why))


def run_probe(guard: str) -> bool:
    """Try one guard and keep the outcome; tells whether it refused. An attempt that broke otherwise counts as not refused."""
    try:
        try_guard(CLERK, guard=guard)
    except Tried as ended:
        refused, why = ended.refused, ended.told
    except OmniError as fault:
        refused, why = False, f"the trial itself did not work: {fault.why}"
    except Exception as fault:
        log.exception("the trial of %s broke", guard)
        refused, why = False, f"the trial itself broke: {type(fault).__name__}"
    if refused or _tells(guard):
        note_probe(CLERK, guard=guard, refused=refused, why=why[:1000])
    return refused


def _tells(guard: str) -> bool:
    """Tell whether it means something that a guard let the trial pass.

    A condition may rightly let a stranger pass (it may bar only one's own things): it then needs a probe of its own and stays
    unproven until it has one. But one that has refused strangers before must go on refusing them.
    """
    if guard in PROBES or guard not in gate.CONDITIONS:
        return True
    with read_session() as session:
        return (
            session.scalars(select(ProbeRun.id).where(ProbeRun.guard == guard, col(ProbeRun.refused)).limit(1)).first()
            is not None
        )


def run_nightly() -> None:
    """Run every query and try every guard of the clauses in force, as the evidence clerk; one that breaks does not stop the others."""
    live = [clause for clause in book.in_force().clauses if clause.in_force]
    for name in dict.fromkeys(name for clause in live for name in clause.evidence if name in QUERIES):
        try:
            evaluate(CLERK, query=name)
        except OmniError as fault:
            log.warning("query %s was not run: %s", name, fault.why)
    for guard in dict.fromkeys(guard for clause in live for guard in clause.guard):
        try:
            trial_of(guard)
        except NotFound:
            continue
        run_probe(guard)


@sweep("trials", seconds=1800)
def run_when_due(now: datetime) -> None:
    """Run the night's trials, once a day at the hour that is night in the house, or as soon as it is up again. [AC-9]"""
    night = now.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    last_night = night if now >= night else night - timedelta(days=1)
    with read_session() as session:
        done = session.scalars(select(ProbeRun.id).where(col(ProbeRun.at) >= last_night).limit(1)).first()
    if done is None:
        run_nightly()
