"""A filter with everything it calls, unfolded into one list that is walked from the top: every jump is forward. Pure. [FW-5]

A called chain stands where it is called, its boxes cut to the caller's; `return` skips to its end. So a packet's way is one pass, and a set of packets' too.
"""

from dataclasses import dataclass, field
from typing import Literal

from firewall_audit.rulesets.boxes import EVERYTHING, Box, common
from firewall_audit.rulesets.model import Filter, Rule, Ruleset

Effect = Literal["allow", "deny", "reject", "skip", "log"]
DEEPEST = 64
"""Chains that call chains: more is a loop in all but name."""
MOST_ENTRIES = 60_000
MOST_STEPS = 150_000


@dataclass(slots=True)
class Entry:
    """One box of one rule, where it is walked."""

    box: Box
    effect: Effect
    rule: Rule
    filter: str
    """Where the rule is written."""
    exact: bool
    """False: what it matches is less than the box, by a condition of its own or of who calls it."""
    skip_to: int = -1


@dataclass(slots=True)
class Program:
    """What a filter does with every packet."""

    filter: Filter
    entries: list[Entry] = field(default_factory=list)
    called: set[str] = field(default_factory=set)
    """Names of the chains it reaches."""
    loops: list[str] = field(default_factory=list)
    """Chains that come back to themselves: such a jump is left out."""
    stopped: str = ""
    """Where unfolding stopped, because the whole would be too long; what stands before is whole."""
    steps: int = 0


class _Stopped(Exception):
    """The program is long enough."""


def unfold(ruleset: Ruleset, filter_: Filter) -> Program:
    """Write a filter and what it calls as one list; at most 60,000 entries, then `stopped` says where."""
    program = Program(filter_)
    chains = {one.name: one for one in ruleset.filters}
    try:
        _chain(program, chains, filter_, list(EVERYTHING), True, (filter_.name,))
    except _Stopped as where:
        program.stopped = str(where)
        for entry in program.entries:
            if entry.skip_to < 0 and entry.effect == "skip":
                entry.skip_to = len(program.entries)
    return program


def _chain(
    program: Program, chains: dict[str, Filter], chain: Filter, limits: list[Box], exact: bool, stack: tuple[str, ...]
) -> None:
    """Append a chain for the packets within the limits; what returns goes on behind it."""
    begin = len(program.entries)
    leaving: list[Entry] = []
    for rule in chain.rules:
        program.steps += 1
        if program.steps > MOST_STEPS or len(program.entries) > MOST_ENTRIES:
            raise _Stopped(f"{chain.name}, line {rule.line}")
        if not rule.enabled or rule.action in {"continue", "nat"}:
            continue
        boxes = [cut for limit in limits for box in rule.boxes if (cut := common(limit, box))]
        if boxes:
            leaving += _rule(program, chains, chain, rule, boxes, exact and rule.exact, stack)
    for entry in leaving:
        entry.skip_to = len(program.entries)
    if len(program.entries) > begin:
        program.called.add(chain.name)


def _rule(
    program: Program,
    chains: dict[str, Filter],
    chain: Filter,
    rule: Rule,
    boxes: list[Box],
    exact: bool,
    stack: tuple[str, ...],
) -> list[Entry]:
    """Append one rule; the entries that leave the present chain are handed back, to be told where it ends."""
    match rule.action:
        case "allow" | "deny" | "reject" | "log" as effect:
            program.entries += [Entry(box, effect, rule, chain.name, exact) for box in boxes]
            return []
        case "jump" | "goto":
            target = chains.get(rule.target)
            if target is not None and rule.target in stack:
                program.loops.append(rule.target)
            elif target is not None and len(stack) < DEEPEST:
                program.called.add(target.name)
                _chain(program, chains, target, boxes, exact, (*stack, rule.target))
            elif target is not None:
                raise _Stopped(f"{chain.name}, line {rule.line}")
            if rule.action == "jump" or target is None:
                return []
    leaving = [Entry(box, "skip", rule, chain.name, exact) for box in boxes]
    program.entries += leaving
    return leaving
