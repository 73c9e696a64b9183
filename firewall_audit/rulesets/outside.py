"""What is open from outside: services that can be reached, through every list that stands in the way. Pure. [FW-1]

A condition that is not modelled counts as met where it allows and as not met where it refuses: too much is said rather than too little.
Addresses are those after translation where the device translates before it filters, as the rules themselves write them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firewall_audit.rulesets.boxes import ANY_NAME, EVERYTHING, Box, common
from firewall_audit.rulesets.findings import Finding, Place
from firewall_audit.rulesets.index import bits
from firewall_audit.rulesets.intervals import Intervals, size, union
from firewall_audit.rulesets.model import Filter, Ruleset
from firewall_audit.rulesets.program import unfold
from firewall_audit.rulesets.terms import Outside, Terms
from firewall_audit.rulesets.values import LAST_NAME
from firewall_audit.rulesets.values import name as numbered
from firewall_audit.rulesets.walk import Budget, Exhausted, Paths

PER_PIECE, WHOLE = 4_000, 400_000
"""Comparisons of two boxes for one service at one rule, and for all; what costs more is told as open, and that it was too costly to know."""
LOOPBACK = numbered("lo")
NAMED = 6


@dataclass(slots=True)
class _Open:
    """What a place lets in."""

    at: Place
    names: dict[str, bool]
    """Of each service whether it is certain."""
    width: int = 0


def open_outside(ruleset: Ruleset, terms: Terms) -> Iterator[Finding]:
    """Rules, and defaults, by which a non-essential service is reached from outside."""
    outside = terms.outside
    if outside is None:
        return
    incoming = towards(ruleset, outside.names)
    wanted = [(one.name, box) for one in terms.services for each in one.boxes if all(box := outside.of(each, incoming))]
    found: dict[tuple[str, str], _Open] = {}
    budget = Budget(WHOLE)
    for hook in ("input", "forward"):
        ways = [Paths(unfold(ruleset, one)) for one in entered(ruleset, hook, outside)]
        for place, one in enumerate(ways):
            others = _beside(one, [each for at, each in enumerate(ways) if at != place])
            _through(one, others, wanted, found, budget)
    for opened in found.values():
        names = [name if sure else f"{name} (too costly to be sure)" for name, sure in opened.names.items()]
        told = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
        yield Finding("open-outside", opened.at, detail=told, count=len(names), weight=opened.width + len(names))


def towards(ruleset: Ruleset, names: frozenset[str]) -> Intervals:
    """The interfaces towards the outside, as the rules know them: a language of zones does not know interfaces, and the other way round."""
    numbers = {numbered(one) for one in names}
    known = {
        one
        for filter_ in ruleset.filters
        for rule in filter_.rules
        for box in rule.boxes
        for way in (box.incoming, box.outgoing)
        if way != ANY_NAME
        for one in numbers
        if _speaks_of(way, one[0][0])
    }
    found: Intervals = ()
    for one in known or numbers:
        found = union(found, one)
    return found or ANY_NAME


def _speaks_of(way: Intervals, number: int) -> bool:
    """Whether a set of names tells one from others: it names it, all but it, or all that begin alike."""
    return any(
        number in (low, high, low - 1, high + 1) or (low > 0 and high < LAST_NAME and low <= number <= high)
        for low, high in way
    )


def entered(ruleset: Ruleset, hook: str, outside: Outside) -> list[Filter]:
    """The lists that a packet from outside enters, in their order."""
    lists = [one for one in ruleset.filters if one.hook == hook and _applies(one, outside)]
    return sorted(lists, key=lambda one: one.priority)


def _applies(one: Filter, outside: Outside) -> bool:
    """Whether a list that is applied at interfaces stands at one towards the outside, on the way in."""
    if one.applied is None or not outside.names:
        return one.applied != ()
    words = [set(where.split()) for where in one.applied]
    return any("global" in told or (told & outside.names and "out" not in told) for told in words)


def _beside(one: Paths, others: Sequence[Paths]) -> list[Paths]:
    """The lists that a packet must pass as well: those that stand behind one another, not those of other interfaces."""
    if one.program.filter.applied is not None:
        return []
    return [each for each in others if each.program.filter.applied is None]


def _through(
    one: Paths,
    others: Sequence[Paths],
    wanted: Sequence[tuple[str, Box]],
    found: dict[tuple[str, str], _Open],
    budget: Budget,
) -> None:
    """Note what each rule that allows, and the default, lets in."""
    for service, box in wanted:
        for at in bits(one.index.over(box)):
            entry = one.entries[at]
            if entry.effect != "allow" or entry.box.incoming == LOOPBACK:
                continue
            part = common(entry.box, box)
            told = found.get((entry.filter, entry.rule.id))
            if part is None or (told and told.names.get(service)):
                continue
            sure = _arrives(one, part, at, others, budget)
            if sure is not None:
                _note(found, Place.of(entry.filter, entry.rule), service, part, sure=sure)
        if one.program.filter.default == "allow" and box.family in _families(one):
            sure = _arrives(one, box, len(one.entries), others, budget)
            if sure is not None:
                _note(found, Place.of_filter(one.program.filter), service, box, sure=sure)


def _families(one: Paths) -> set[Intervals]:
    """The families a list speaks of, both where it has no rule: iptables has another list for IPv6, which is not in this text."""
    return {entry.box.family for entry in one.entries} or {box.family for box in EVERYTHING}


def _note(found: dict[tuple[str, str], _Open], at: Place, service: str, box: Box, *, sure: bool) -> None:
    one = found.setdefault((at.filter, at.rule), _Open(at, {}))
    one.names[service] = one.names.get(service, False) or sure
    one.width = max(one.width, size(box.sources).bit_length())


def _arrives(one: Paths, box: Box, at: int, others: Sequence[Paths], budget: Budget) -> bool | None:
    """Whether a packet of the box comes to a place and may pass the other lists: True; None: none does; False: too costly to know."""
    if not others and at < len(one.entries) and one.probe(at, within=box) is not None:
        return True
    try:
        budget.spend(1)
        with budget.share(PER_PIECE) as own:
            pieces = one.walk(box, at, own).arrived
            return True if any(_passes(others, piece, own) for piece in pieces) else None
    except Exhausted:
        return False


def _passes(lists: Sequence[Paths], box: Box, budget: Budget) -> bool:
    """Whether some packet of the box may be allowed by every one of the lists."""
    if not lists:
        return True
    first, rest = lists[0], lists[1:]
    for at in bits(first.index.over(box)):
        entry = first.entries[at]
        part = common(entry.box, box) if entry.effect == "allow" else None
        if part is not None and any(_passes(rest, one, budget) for one in first.walk(part, at, budget).arrived):
            return True
    if first.program.filter.default != "allow":
        return False
    return any(_passes(rest, one, budget) for one in first.walk(box, len(first.entries), budget).arrived)
