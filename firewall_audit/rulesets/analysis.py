"""The judgement of a whole configuration: every finding ranked by impact, how many there are, and what could not be judged. Pure. [FW-1, FW-5]"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from firewall_audit.rulesets.findings import Finding, Kind, ranked
from firewall_audit.rulesets.model import Ruleset, Unmodelled
from firewall_audit.rulesets.parts import Ground, Part, ground_of, parts, without_twins
from firewall_audit.rulesets.terms import Terms, Usage, annotated
from firewall_audit.rulesets.words import describe

MOST_TOLD = 50
"""Findings of one kind that are told, the worst first; all are counted."""
BOXES_TOLD = 4


@dataclass(slots=True)
class Report:
    """What is said of a configuration."""

    rules: int
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[Kind] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)
    """Pairs of rules that are correlated or generalised."""
    inexact: int = 0
    """Rules with conditions that are not modelled: none of them counts as covering another."""
    unweighed: int = 0
    """Rules of which it was too costly to find out whether they are needed."""
    stopped: list[str] = field(default_factory=list)
    """Where unfolding a list stopped; what stands behind was not judged."""
    not_judged: list[str] = field(default_factory=list)
    """Lists that are no filtering, or of traffic that is not judged."""
    unmodelled: tuple[Unmodelled, ...] = ()
    """Lines of the text that were not understood."""
    not_looked: dict[str, int] = field(default_factory=dict)
    """Pieces that were not judged at all (see `parts.Ground.pieces`), and how many rules they have."""
    ids: frozenset[str] = frozenset()
    """Of everything found, also of what is not told."""


def analyse(ruleset: Ruleset, terms: Terms, *, at: datetime, usage: Usage | None = None) -> Report:
    """Judge a configuration as of a time. Each list that packets enter is judged by itself; of lists one behind the other each stands alone."""
    known = annotated(ruleset, terms)
    return joined(ground_of(known), parts(known, terms, at=at, usages=(usage,) if usage else ()))


def joined(ground: Ground, judged: Iterable[Part]) -> Report:
    """Make one report of what was judged piece by piece; pieces that did not come are named in it."""
    report = Report(
        ground.rules, inexact=ground.inexact, not_judged=list(ground.not_judged), unmodelled=ground.unmodelled
    )
    missing = dict(ground.pieces)
    found: list[Finding] = []
    occurs: Counter[tuple[str, str]] = Counter()
    for part in judged:
        missing.pop(part.name, None)
        found += part.findings
        occurs.update(part.reached)
        report.pairs.update(part.pairs)
        report.unweighed += part.unweighed
        if part.stopped:
            report.stopped.append(part.stopped)
    report.not_looked = missing
    unsure = {chain for name in missing for chain in ground.calls.get(name, ())}
    told = without_twins(found, occurs, unsure)
    report.counts = Counter(one.kind for one in told)
    report.ids = frozenset(one.id for one in told)
    room: Counter[Kind] = Counter()
    for finding in ranked(told):
        room[finding.kind] += 1
        if room[finding.kind] <= MOST_TOLD:
            report.findings.append(finding)
    return report


@dataclass(frozen=True, slots=True)
class Listed:
    """One rule as an auditor reads it."""

    filter: str
    place: int
    line: int
    id: str
    action: str
    traffic: tuple[str, ...]
    """In words; empty: nothing, ever."""
    more: int
    """Kinds of traffic that are not told."""
    logs: bool
    enabled: bool
    owner: str
    ticket: str
    ends_at: datetime | None
    comment: str
    unmodelled: tuple[str, ...]
    text: str


def listing(ruleset: Ruleset, terms: Terms) -> Iterator[Listed]:
    """Every rule of every list in plain words, in the order as written."""
    for one in annotated(ruleset, terms).filters:
        for rule in sorted(one.rules, key=lambda each: each.place):
            yield Listed(
                one.name, rule.place, rule.line, rule.id, f"{rule.action} {rule.target}".strip(), tuple(describe(box) for box in rule.boxes[:BOXES_TOLD]), max(0, len(rule.boxes) - BOXES_TOLD),
                rule.logs, rule.enabled, rule.owner, rule.ticket, rule.ends_at, rule.comment, rule.unmodelled, rule.text,
            )  # fmt: skip
