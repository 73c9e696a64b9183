"""Rules that other rules make idle, doubtful or needless: shadowed (by one or by many together), redundant, correlated, generalised. Pure. [FW-5]

Words as of Al-Shaer and Hamed, 2004. A rule is judged over all places where its chain is called: it is shadowed when it is never reached from any.
"""

from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field

from firewall_audit.rulesets.boxes import contains, touch
from firewall_audit.rulesets.findings import Finding, Kind, Place
from firewall_audit.rulesets.index import bits, mask_of
from firewall_audit.rulesets.program import Entry, Program
from firewall_audit.rulesets.walk import DEFAULT, ENDS_IN, Budget, Exhausted, Paths, Way, key

PER_RULE, PER_GLANCE = 20_000, 2_000
WHOLE = 400_000
"""Comparisons of two boxes: some five seconds for each million."""
PER_NEED, NEEDS = 4_000, 200_000
"""The same, for whether a rule is needed: that it could not be found out is counted, and no fault of the rule."""
REDUNDANCY_PROBES = 6
NAMED = 5
MOST_TOLD = 20
"""Rules that are named of the correlated ones and of the generalised ones, the worst first; all pairs are counted."""


@dataclass(slots=True)
class Anomalies:
    """What was found of one program, and what it cost."""

    findings: list[Finding] = field(default_factory=list)
    pairs: dict[str, int] = field(default_factory=dict)
    """How many pairs of rules are correlated, how many generalised."""
    undecided: int = 0
    """Rules of which it was too costly to find out whether they are ever reached."""
    unweighed: int = 0
    """Rules that are reached, and of which it was too costly to find out whether they are needed."""
    budget: Budget = field(default_factory=lambda: Budget(WHOLE))


def find_anomalies(program: Program) -> Anomalies:
    """Judge all rules of a program against one another; what the budget did not suffice for is `undecided`."""
    paths, found = Paths(program), Anomalies()
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, entry in enumerate(program.entries):
        if entry.effect != "log" and entry.rule.action != "goto":  # its skip is reached by what came back, not by it
            places[key(entry)].append(place)
    needs = Budget(NEEDS)
    for mine in places.values():
        entry = program.entries[mine[0]]
        at = Place.of(entry.filter, entry.rule)
        try:
            takers = _takers(paths, mine, found.budget)
        except Exhausted:
            found.undecided += 1
            found.findings.append(Finding("undecided", at))
            continue
        try:
            if takers is not None:
                found.findings.append(_shadowed(program, entry, takers))
            elif entry.effect in ENDS_IN and (instead := _redundant(paths, mine, needs)):
                found.findings.append(Finding("redundant", at, _named(program, instead)))
        except Exhausted:
            found.unweighed += 1
    dead = {
        (one.at.filter, one.at.rule)
        for one in found.findings
        if one.kind in {"shadowed-allow", "shadowed-deny", "redundant", "undecided"}
    }
    _overlaps(paths, found, dead)
    return found


def _takers(paths: Paths, mine: list[int], budget: Budget) -> set[int] | None:
    """The entries that decide before a rule of everything that it names; None when some packet comes to it."""
    if any(paths.probe(place, seed) is not None for seed in (0, 1) for place in mine):
        return None
    takers: set[int] = set()
    for place in mine:
        box = paths.entries[place].box
        way = _close(paths, place, budget)
        if way is None:
            with budget.share(PER_RULE) as own:
                way = paths.walk(box, place, own)
        if way.arrived:
            return None
        single = [at for _, at in way.decided if contains(paths.entries[at].box, box)]
        takers.update(single[:1] or [at for _, at in way.decided])
    return takers


def _close(paths: Paths, place: int, budget: Budget) -> Way | None:
    """A walk among the closest entries alone by which nothing arrives; None where none of them suffices."""
    for some in paths.closest(place):
        with suppress(Exhausted), budget.share(PER_GLANCE) as own:
            way = paths.walk(paths.entries[place].box, place, own, among=some)
            if not way.arrived:
                return way
    return None


def _shadowed(program: Program, entry: Entry, takers: set[int]) -> Finding:
    """Shadowed when some of it is decided otherwise before, redundant when all of it alike."""
    others = [program.entries[at] for at in sorted(takers)]
    at = Place.of(entry.filter, entry.rule)
    by = _named(program, takers)
    allows = entry.effect == "allow"
    if entry.effect in ENDS_IN and any((other.effect == "allow") != allows for other in others):
        return Finding("shadowed-allow" if allows else "shadowed-deny", at, by, count=len(takers), weight=_width(entry))
    return Finding("redundant", at, by, count=len(takers))


def _named(program: Program, takers: set[int]) -> tuple[Place, ...]:
    """The first few rules of these entries, each once."""
    named: dict[str, Place] = {}
    for at in sorted(takers, key=lambda place: (place < 0, place)):
        if at == DEFAULT:
            named[""] = Place.of_filter(program.filter)
        else:
            named.setdefault(key(program.entries[at]), Place.of(program.entries[at].filter, program.entries[at].rule))
        if len(named) == NAMED:
            break
    return tuple(named.values())


def _redundant(paths: Paths, mine: list[int], budget: Budget) -> set[int] | None:
    """The entries that would decide alike if a rule were not there; None when some packet would fare otherwise, or may."""
    without = key(paths.entries[mine[0]])
    effect = paths.entries[mine[0]].effect
    end = len(paths.entries)
    for place in mine:
        for seed in range(REDUNDANCY_PROBES):
            packet = paths.probe(place, seed)
            if packet is not None and _effect(paths, paths.follow(packet, place + 1, end, without=without)) != effect:
                return None
    with budget.share(PER_NEED) as own:
        return _instead(paths, mine, own)


def _instead(paths: Paths, mine: list[int], own: Budget) -> set[int] | None:
    """As `_redundant`, by all packets that come to the rule."""
    without, effect, end = key(paths.entries[mine[0]]), paths.entries[mine[0]].effect, len(paths.entries)
    instead: set[int] = set()
    for place in mine:
        for piece in paths.walk(paths.entries[place].box, place, own).arrived:
            way = paths.walk(piece, end, own, begin=place + 1, without=without)
            deciders = {at for _, at in way.decided} | ({DEFAULT} if way.arrived else set())
            doubtful = any(paths.entries[at].effect not in {effect, "skip"} for at in way.doubtful)
            if doubtful or any(_effect(paths, at) != effect for at in deciders):
                return None
            instead |= deciders
    return instead


def _effect(paths: Paths, place: int | None) -> str:
    """What an entry decides; the default where there is none."""
    return paths.program.filter.default if place in {None, DEFAULT} else paths.entries[place or 0].effect


def _width(entry: Entry) -> int:
    """How many dimensions are left open: a wide rule weighs more."""
    return sum(1 for one in entry.box if len(one) == 1 and one[0][1] - one[0][0] > 60_000)  # noqa: PLR2004 as good as all ports


def _overlaps(paths: Paths, found: Anomalies, dead: set[tuple[str, str]]) -> None:
    """Count pairs of rules that overlap and decide otherwise, and name the rules with most of them."""
    entries = paths.entries
    allow = mask_of([place for place, one in enumerate(entries) if one.effect == "allow"])
    refuse = mask_of([place for place, one in enumerate(entries) if one.effect in {"deny", "reject"}])
    totals = {"correlated": 0, "generalised": 0}
    worst: dict[str, tuple[int, int, int, int]] = {}
    for place, entry in enumerate(entries):
        if entry.effect not in ENDS_IN or (entry.filter, entry.rule.id) in dead:
            continue
        opposite = refuse if entry.effect == "allow" else allow
        earlier = paths.index.over(entry.box) & opposite & ((1 << place) - 1)
        inside = earlier & _within(paths, entry)
        crossing = earlier & ~inside
        totals["generalised"] += inside.bit_count()
        totals["correlated"] += crossing.bit_count()
        if key(entry) not in worst or worst[key(entry)][0] < crossing.bit_count():
            worst[key(entry)] = (crossing.bit_count(), inside.bit_count(), place, crossing or inside)
    found.pairs = totals
    told: Counter[Kind] = Counter()
    for count, covered, place, mask in sorted(worst.values(), reverse=True):
        kind: Kind = "correlated" if count else "generalised"
        if told[kind] == MOST_TOLD:
            continue
        by = {at for at in bits(mask)[:200] if touch(entries[at].box, entries[place].box)}
        if by:
            told[kind] += 1
            at, number = Place.of(entries[place].filter, entries[place].rule), count or covered
            found.findings.append(Finding(kind, at, _named(paths.program, by), str(number), number, number))


def _within(paths: Paths, entry: Entry) -> int:
    """Entries whose boxes lie within this one's: none of their packets is outside it in any dimension."""
    mask = paths.index.everything
    for dimension, one in zip(paths.index.dimensions, entry.box, strict=True):
        if not dimension.trivial:
            mask &= dimension.inside(one)
    return mask
