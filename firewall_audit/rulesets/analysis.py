"""The judgement of a whole configuration: every finding ranked by impact, how many there are, and what could not be judged. Pure. [FW-1, FW-5]"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from firewall_audit.rulesets.anomalies import find_anomalies
from firewall_audit.rulesets.findings import Finding, Kind, Place, ranked
from firewall_audit.rulesets.hygiene import openings, silent_refusals, single_rules, unused
from firewall_audit.rulesets.model import Filter, Ruleset, Unmodelled
from firewall_audit.rulesets.program import unfold
from firewall_audit.rulesets.terms import Terms, Usage, annotated
from firewall_audit.rulesets.walk import Paths
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


def analyse(ruleset: Ruleset, terms: Terms, *, at: datetime, usage: Usage | None = None) -> Report:
    """Judge a configuration as of a time. Each list that packets enter is judged by itself; of lists one behind the other each stands alone."""
    known = annotated(ruleset, terms)
    report = Report(known.size, unmodelled=known.unmodelled)
    found = list(single_rules(known, at))
    occurs: Counter[tuple[str, str]] = Counter()
    for one in known.filters:
        if one.judged:
            found += _of_list(known, one, terms, report, occurs)
        elif one.hook and one.rules:
            report.not_judged.append(one.name)
    found += unused(known, usage, terms) if usage else ()
    report.inexact = sum(1 for one in known.filters for rule in one.rules if rule.unmodelled)
    told = _without_twins(found, occurs)
    report.counts = Counter(one.kind for one in told)
    room: Counter[Kind] = Counter()
    for finding in ranked(told):
        room[finding.kind] += 1
        if room[finding.kind] <= MOST_TOLD:
            report.findings.append(finding)
    return report


def _of_list(
    ruleset: Ruleset, one: Filter, terms: Terms, report: Report, occurs: Counter[tuple[str, str]]
) -> Iterator[Finding]:
    program = unfold(ruleset, one)
    anomalies = find_anomalies(program)
    occurs.update({(entry.filter, entry.rule.id) for entry in program.entries})
    report.pairs.update(anomalies.pairs)
    report.unweighed += anomalies.unweighed
    if program.stopped:
        report.stopped.append(program.stopped)
    yield from (Finding("loop", Place.of_filter(one), detail=chain) for chain in sorted(set(program.loops)))
    paths = Paths(program)
    yield from anomalies.findings
    yield from openings(paths, terms)
    yield from silent_refusals(paths)


IDLE = {"shadowed-allow", "shadowed-deny", "redundant"}


def _without_twins(found: list[Finding], occurs: Counter[tuple[str, str]]) -> list[Finding]:
    """A chain that several lists call is judged with each: a finding is told once, and a rule is idle only if it is so in every list that reaches it."""
    idle = Counter((one.at.filter, one.at.rule) for one in found if one.kind in IDLE)
    by_id: dict[str, Finding] = {}
    for one in found:
        place = one.at.filter, one.at.rule
        if one.kind in IDLE and idle[place] < occurs[place]:
            continue
        if one.id not in by_id or one.weight > by_id[one.id].weight:
            by_id[one.id] = one
    return list(by_id.values())


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
