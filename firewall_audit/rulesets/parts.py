"""The judgement of a configuration piece by piece, so that what was done stands when the time is up. Pure. [FW-1, FW-5]

The pieces: what is said of single rules, then each list that packets enter, the shortest first, then what was never used.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from firewall_audit.rulesets.anomalies import find_anomalies
from firewall_audit.rulesets.findings import Finding, Place
from firewall_audit.rulesets.hygiene import openings, silent_refusals, single_rules, unused
from firewall_audit.rulesets.model import Filter, Ruleset, Unmodelled
from firewall_audit.rulesets.outside import open_outside
from firewall_audit.rulesets.program import unfold
from firewall_audit.rulesets.register import wrongly_named
from firewall_audit.rulesets.terms import Terms, Usage
from firewall_audit.rulesets.walk import Paths

SINGLE, OUTSIDE, USAGE = "single rules", "from outside", "usage"
"""Names of the pieces that are no list."""
LIST = "list "
"""Before the name of a list."""
IDLE = frozenset({"shadowed-allow", "shadowed-deny", "redundant"})


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of a configuration before anything of it is judged."""

    rules: int
    inexact: int
    """Rules with conditions that are not modelled."""
    pieces: Mapping[str, int]
    """The pieces to be judged, in their order, and the rules of each."""
    calls: Mapping[str, tuple[str, ...]]
    """Of each list that packets enter: the chains it reaches."""
    not_judged: tuple[str, ...]
    unmodelled: tuple[Unmodelled, ...]


@dataclass(slots=True)
class Part:
    """One piece, judged."""

    name: str
    findings: list[Finding] = field(default_factory=list)
    reached: list[tuple[str, str]] = field(default_factory=list)
    """Filter and id of every rule that the list walks."""
    pairs: Counter[str] = field(default_factory=Counter)
    unweighed: int = 0
    stopped: str = ""


def ground_of(ruleset: Ruleset) -> Ground:
    """Say what is there to be judged."""
    judged = sorted((one for one in ruleset.filters if one.judged), key=lambda one: len(one.rules))
    chains = {one.name: one for one in ruleset.filters}
    pieces = {SINGLE: ruleset.size, OUTSIDE: ruleset.size} | {LIST + one.name: len(one.rules) for one in judged}
    return Ground(
        ruleset.size, sum(1 for one in ruleset.filters for rule in one.rules if rule.unmodelled), pieces | {USAGE: ruleset.size},
        {LIST + one.name: _called(chains, one) for one in judged},
        tuple(one.name for one in ruleset.filters if one.hook and one.rules and not one.judged), ruleset.unmodelled,
    )  # fmt: skip


def _called(chains: Mapping[str, Filter], base: Filter) -> tuple[str, ...]:
    pending, seen = [base.name], set[str]()
    while pending:
        name = pending.pop()
        if name in chains and name not in seen:
            seen.add(name)
            pending += [rule.target for rule in chains[name].rules if rule.enabled and rule.target]
    return tuple(sorted(seen))


def parts(ruleset: Ruleset, terms: Terms, *, at: datetime, usages: Sequence[Usage] = ()) -> Iterator[Part]:
    """Judge a configuration (its comments read already) as of a time, piece by piece."""
    yield Part(SINGLE, [*single_rules(ruleset, at), *wrongly_named(ruleset, terms)])
    yield Part(OUTSIDE, list(open_outside(ruleset, terms)))
    for one in sorted((each for each in ruleset.filters if each.judged), key=lambda each: len(each.rules)):
        yield _list(ruleset, one, terms)
    yield Part(USAGE, [one for usage in usages for one in unused(ruleset, usage, terms)])


def _list(ruleset: Ruleset, one: Filter, terms: Terms) -> Part:
    program = unfold(ruleset, one)
    anomalies = find_anomalies(program)
    part = Part(LIST + one.name, pairs=Counter(anomalies.pairs), unweighed=anomalies.unweighed, stopped=program.stopped)
    part.reached = sorted({(entry.filter, entry.rule.id) for entry in program.entries})
    paths = Paths(program)
    part.findings += (Finding("loop", Place.of_filter(one), detail=chain) for chain in sorted(set(program.loops)))
    part.findings += (*anomalies.findings, *openings(paths, terms), *silent_refusals(paths))
    return part


def without_twins(
    found: list[Finding], occurs: Counter[tuple[str, str]], unsure: Collection[str] = ()
) -> list[Finding]:
    """A chain that several lists call is judged with each: a finding is told once, and a rule is idle only if it is so in every list that reaches it.

    `unsure`: chains that a list reaches which was not judged; nothing in them is called idle.
    """
    idle = Counter((one.at.filter, one.at.rule) for one in found if one.kind in IDLE)
    by_id: dict[str, Finding] = {}
    for one in found:
        place = one.at.filter, one.at.rule
        if one.kind in IDLE and (idle[place] < occurs[place] or one.at.filter in unsure):
            continue
        if one.id not in by_id or one.weight > by_id[one.id].weight:
            by_id[one.id] = one
    return list(by_id.values())
