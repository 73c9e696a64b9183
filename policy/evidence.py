"""Evidence: named queries that count a clause's population and its violations, and probes that try each guard. [AC-9, CC-4]

Fields register both; the evidence clerk runs them (`policy.trials`). What a run found is kept, never overwritten.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, Field
from sqlmodel import col, select

from kernel import founding  # noqa: F401 - its actions are words of the book
from kernel.action import Work, action, every_action
from kernel.actor import clerk
from kernel.errors import NotFound, OmniError, Refused
from kernel.gate import CONDITIONS, RIGHTS
from kernel.ledger.entries import canonical
from policy import book
from policy.approvals import person_of
from policy.lint import Vocabulary
from policy.models import Attestation, Evaluation, ProbeRun
from policy.relations import RELATIONS
from policy.spans import SpanText, span

CLERK = clerk("evidence")
SHOWN = 500
"""How many violations a run keeps by name; the digest covers all of them."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a query found: the refs it looked at, those that break the clause, and those it left out with good reason.

    Refs are pseudonymous (`person:<id>`), never names. An empty population proves nothing.
    """

    population: list[str]
    violations: list[str]
    left_out: list[str]

    def digest(self) -> str:
        """Give the SHA-256 of all three lists in canonical form."""
        whole = {
            "population": sorted(self.population),
            "violations": sorted(self.violations),
            "left_out": sorted(self.left_out),
        }
        return hashlib.sha256(canonical(whole)).hexdigest()


def found(population: Iterable[str], violations: Iterable[str] = (), left_out: Iterable[str] = ()) -> Evidence:
    """Make the answer of a query."""
    return Evidence(list(population), list(violations), list(left_out))


@dataclass(frozen=True, slots=True)
class Query:
    """A registered query: for which clause, under which name in the book, and how long its answer stays fresh."""

    clause: str
    name: str
    max_age: SpanText
    empty_ok: bool
    ask: Callable[[Any, datetime], Evidence]


@dataclass(frozen=True, slots=True)
class Probe:
    """A registered attempt that must be refused; run inside an action that is always rolled back."""

    clause: str
    guard: str
    attempt: Callable[[Work], None]


QUERIES: dict[str, Query] = {}
PROBES: dict[str, Probe] = {}
GUARDS: dict[str, str] = {}
Ask = Callable[[Any, datetime], Evidence]


def evidence(
    clause: str, *, name: str | None = None, max_age: str = "2 days", empty_ok: bool = False
) -> Callable[[Ask], Ask]:
    """Register a query `(session, now) -> Evidence` as evidence for a clause; its name in the book is its own, with hyphens.

    `empty_ok`: nothing to look at is a good answer (rare: say so only where the clause speaks of something that may never happen).
    """

    def register(ask: Ask) -> Ask:
        told = name or ask.__name__.replace("_", "-")
        if told in QUERIES:
            raise RuntimeError(f"the query {told} is there already")
        span(max_age)
        QUERIES[told] = Query(clause, told, max_age, empty_ok, ask)
        return ask

    return register


def probe(clause: str, *, guard: str) -> Callable[[Callable[[Work], None]], Callable[[Work], None]]:
    """Register an attempt `(work) -> None` that the guard must refuse (Refused, Denied, NotSignedIn or StepUpNeeded)."""

    def register(attempt: Callable[[Work], None]) -> Callable[[Work], None]:
        if guard in PROBES:
            raise RuntimeError(f"the guard {guard} has a probe already")
        PROBES[guard] = Probe(clause, guard, attempt)
        return attempt

    return register


def name_guard(name: str, why: str) -> None:
    """Name a guard that is neither action nor condition, such as a constraint of the database, with a sentence on what it does."""
    GUARDS[name] = why


def vocabulary() -> Vocabulary:
    """Give every name that a book may use in this release."""
    return Vocabulary(
        actions=frozenset({*every_action(), *RIGHTS}),
        conditions=frozenset(CONDITIONS),
        evidence={query.name: query.clause for query in QUERIES.values()},
        guards=frozenset({*GUARDS, *PROBES}),
        relations=frozenset(RELATIONS),
    )


@action("evidence.evaluate", scope="house")
def evaluate(work: Work, *, query: str) -> Evaluation:
    """Run a named query and keep what it found. [AC-9]"""
    asked = QUERIES.get(query)
    if asked is None:
        raise NotFound(f"There is no query {query}.")
    work.cite(asked.clause)
    try:
        answer = asked.ask(work.session, work.now)
    except OmniError as fault:
        return work.add(_run(asked, work.now, found([]), fault.why))
    return work.add(_run(asked, work.now, answer, None))


def _run(query: Query, at: datetime, answer: Evidence, fault: str | None) -> Evaluation:
    return Evaluation(
        clause=query.clause,
        query=query.name,
        at=at,
        population=len(answer.population),
        left_out=len(answer.left_out),
        violations=sorted(answer.violations)[:SHOWN],
        digest=answer.digest(),
        fault=fault,
    )


@action("evidence.attest", scope="house")
def attest(
    work: Work,
    *,
    clause: str,
    statement: Annotated[str, Field(min_length=10, max_length=2000)],
    ends_at: AwareDatetime | None = None,
    evidence_ref: Annotated[str, Field(max_length=500)] | None = None,
) -> Attestation:
    """State under your name that a clause holds, until an end; it is always shown as a statement. [AC-9]"""
    limit = book.clause(clause).attestation
    if limit is None:
        raise Refused(clause, "This clause is proven by measurement; a statement is not accepted.")
    longest = span(limit).after(work.now)
    end = ends_at or longest
    if not work.now < end <= longest:
        raise Refused(clause, f"A statement about this clause stands for {limit} at most.")
    work.cite(clause)
    return work.add(
        Attestation(
            clause=clause,
            statement=statement,
            made_by=person_of(work),
            made_at=work.now,
            ends_at=end,
            evidence_ref=evidence_ref,
        )
    )


def latest_evaluations(session: Any, at: datetime) -> dict[str, Evaluation]:
    """Give the newest run of each query at a time."""
    rows = session.scalars(
        select(Evaluation)
        .where(col(Evaluation.at) <= at)
        .distinct(col(Evaluation.query))
        .order_by(col(Evaluation.query), col(Evaluation.at).desc())
    )
    return {row.query: row for row in rows}


def latest_probes(session: Any, at: datetime) -> dict[str, ProbeRun]:
    """Give the newest trial of each guard at a time."""
    rows = session.scalars(
        select(ProbeRun)
        .where(col(ProbeRun.at) <= at)
        .distinct(col(ProbeRun.guard))
        .order_by(col(ProbeRun.guard), col(ProbeRun.at).desc())
    )
    return {row.guard: row for row in rows}
