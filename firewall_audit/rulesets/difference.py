"""What two versions of a configuration do differently: which packets are now allowed, which are now refused; and which rules' words came and went. Pure. [FW-2]

Only what touches a rule that changed can fare otherwise; so exactly those rules' packets are followed through both. Conditions that are not modelled count
as not met in rules that stayed, and as met in the rule that changed: such an answer is not `certain`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from firewall_audit.rulesets.alignment import changed_places
from firewall_audit.rulesets.boxes import EVERYTHING, Box, subtract
from firewall_audit.rulesets.findings import Place
from firewall_audit.rulesets.intervals import size, union
from firewall_audit.rulesets.model import Filter, Ruleset
from firewall_audit.rulesets.program import Entry, unfold
from firewall_audit.rulesets.walk import DEFAULT, Budget, Exhausted, Paths
from firewall_audit.rulesets.words import describe

PER_RULE = 10_000
WHOLE = 400_000
"""Comparisons of two boxes, for one rule and for all: some five seconds in all."""
MOST_BOXES = 200
"""Boxes told for each list and direction; the rest is counted."""
Now = Literal["allowed", "refused"]


@dataclass(frozen=True, slots=True)
class Traffic:
    """Packets that fare otherwise."""

    filter: str
    now: Now
    box: Box | None
    """None: everything that no rule names."""
    because: tuple[Place, ...] = ()
    """The rules that came, went or moved."""
    certain: bool = True

    @property
    def words(self) -> str:
        """`tcp 3306 from 0.0.0.0/0 to 10.30.0.5`."""
        return describe(self.box) if self.box else "everything that no rule names"


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between two versions."""

    traffic: tuple[Traffic, ...]
    added: tuple[tuple[str, str], ...]
    """Filter and words; as often as they came."""
    removed: tuple[tuple[str, str], ...]
    more: int = 0
    """Boxes that are not told, because there are too many."""
    undecided: tuple[Place, ...] = ()
    """Rules that changed and of which finding out was too costly."""

    @property
    def empty(self) -> bool:
        """Whether nothing differs, neither in what is done nor in words."""
        return not (self.traffic or self.added or self.removed or self.undecided)


def words_of(ruleset: Ruleset) -> Counter[tuple[str, str]]:
    """Every rule's words and every list's default, however often; counters and order left out."""
    told: Counter[tuple[str, str]] = Counter()
    for one in ruleset.filters:
        told[one.name, f"default {one.default}"] += 1
        for rule in one.rules:
            told[one.name, rule.text] += 1
    return told


def compare(before: Ruleset, after: Ruleset) -> Difference:
    """Compare two versions of one device's configuration."""
    old, new = words_of(before), words_of(after)
    names = [one.name for one in after.filters if one.judged] + [
        one.name for one in before.filters if one.judged and after.filter(one.name) is None
    ]
    traffic: list[Traffic] = []
    undecided: list[Place] = []
    more, budget = 0, Budget(WHOLE)
    for name in names:
        was, is_ = before.filter(name), after.filter(name)
        told = _Comparison(before, was or _empty(is_), after, is_ or _empty(was), budget)
        traffic += told.traffic[:MOST_BOXES]
        more += len(told.traffic[MOST_BOXES:])
        undecided += told.undecided
    traffic.sort(key=lambda one: (one.now != "allowed", not one.certain, -_width(one.box)))
    return Difference(
        tuple(traffic), tuple((new - old).elements()), tuple((old - new).elements()), more, tuple(undecided)
    )


def _empty(other: Filter | None) -> Filter:
    """A list that is not there decides by the other's default."""
    return replace(other, rules=()) if other else Filter("", ())


def _width(box: Box | None) -> int:
    return 300 if box is None else sum(size(one).bit_length() for one in box[1:6])


class _Comparison:
    """Two versions of one list."""

    def __init__(self, before: Ruleset, was: Filter, after: Ruleset, is_: Filter, budget: Budget) -> None:
        self.old, self.new = Paths(unfold(before, was)), Paths(unfold(after, is_))
        self.name, self.budget = is_.name or was.name, budget
        self.undecided: list[Place] = []
        self.found: defaultdict[tuple[Now, Place, bool], list[Box]] = defaultdict(list)
        self.traffic: list[Traffic] = []
        changed = changed_places(self.old, self.new)
        for at in changed.gone:
            self._changed(self.old, at, self.new, gone=True)
        for at in changed.come:
            self._changed(self.new, at, self.old, gone=False)
        for was_at, is_at in changed.moved:  # last: of what came and went people want to know first
            self._changed(self.old, was_at, self.new, gone=True)
            self._changed(self.new, is_at, self.old, gone=False)
        if _allows(was.default) != _allows(is_.default):
            self._default(is_)
        seen: defaultdict[Now, list[Box]] = defaultdict(list)
        for (now, place, certain), boxes in self.found.items():
            fresh = list(_fresh(boxes, seen[now]))
            seen[now] += fresh
            self.traffic += [Traffic(self.name, now, box, (place,), certain) for box in merged(fresh)]

    def _changed(self, mine: Paths, at: int, other: Paths, *, gone: bool) -> None:
        """Follow what comes to a changed entry through both versions."""
        entry = mine.entries[at]
        place = Place.of(entry.filter, entry.rule)
        try:
            self.budget.spend(1)
            with self.budget.share(PER_RULE) as own:
                for piece in mine.walk(entry.box, at, own, sure=False).arrived:
                    here = (
                        [(piece, entry.effect, False)]
                        if entry.effect != "skip"
                        else _decide(mine, piece, entry.skip_to, own)
                    )
                    for box, effect, doubt in here:
                        for part, instead, elsewhere in _decide(other, box, 0, own):
                            if _allows(effect) != _allows(instead):
                                now: Now = "allowed" if _allows(instead if gone else effect) else "refused"
                                self.found[now, place, entry.exact and not doubt and not elsewhere].append(part)
        except Exhausted:
            self.undecided.append(place)

    def _default(self, is_: Filter) -> None:
        """The default changed: whatever comes to the end of both."""
        now: Now = "allowed" if _allows(is_.default) else "refused"
        place = Place.of_filter(is_)
        try:
            with self.budget.share(PER_RULE) as own:
                for family in EVERYTHING:
                    for piece in self.new.walk(family, len(self.new.entries), own, sure=False).arrived:
                        for part, effect, doubt in _decide(self.old, piece, 0, own):
                            if _allows(effect) != (now == "allowed"):
                                self.found[now, place, not doubt].append(part)
        except Exhausted:
            self.traffic.append(Traffic(self.name, now, None, (place,)))


def _allows(effect: str) -> bool:
    return effect == "allow"


def _decide(paths: Paths, box: Box, begin: int, budget: Budget) -> Iterator[tuple[Box, str, bool]]:
    """What becomes of every packet of a box, and whether a condition that is not modelled may make it otherwise."""
    way = paths.walk(box, len(paths.entries), budget, begin=begin, sure=False)
    for part, at in (*way.decided, *((one, DEFAULT) for one in way.arrived)):
        effect = paths.program.filter.default if at == DEFAULT else paths.entries[at].effect
        yield (
            part,
            effect,
            any(_may_differ(paths.entries[one], effect) for one in way.doubtful if at == DEFAULT or one < at),
        )


def _may_differ(entry: Entry, effect: str) -> bool:
    return entry.effect == "skip" or _allows(entry.effect) != _allows(effect)


def _fresh(boxes: Iterable[Box], seen: list[Box]) -> Iterator[Box]:
    """What of the boxes was not told yet; none twice."""
    told = seen[-MOST_BOXES:]
    for box in boxes:
        parts = [box]
        for one in told:
            parts = [rest for part in parts for rest in subtract(part, one)]
        told += parts
        yield from parts


def merged(boxes: list[Box]) -> list[Box]:
    """Join boxes that differ in one dimension alone, until none are left to join."""
    pending, again = list(boxes), True
    while again and len(pending) <= MOST_BOXES * 5:
        again = False
        for place in range(len(pending[0]) if pending else 0):
            groups: defaultdict[tuple[object, ...], list[Box]] = defaultdict(list)
            for box in pending:
                groups[box[:place] + box[place + 1 :]].append(box)
            again |= len(groups) < len(pending)
            pending = [_joined(group, place) for group in groups.values()]
    return pending


def _joined(group: list[Box], place: int) -> Box:
    whole = group[0][place]
    for box in group[1:]:
        whole = union(whole, box[place])
    return Box._make((*group[0][:place], whole, *group[0][place + 1 :]))
