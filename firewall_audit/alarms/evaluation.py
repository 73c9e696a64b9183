"""Rules over the stream of events, in memory that is bounded whatever comes. Pure: the time is that of the lines' arrival. [FW-6]

Which rule fires when depends on the lines and on when they came in, never on how they were cut into blocks. A clock that goes back is
taken to stand still. Groups beyond the bound push out the one not seen for longest, which is counted and told.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from firewall_audit.alarms.matching import Columns, Ground, Matcher, Verdicts
from firewall_audit.alarms.terms import Terms

MOST_GROUPS: Final = 10_000
"""Groups that one rule remembers."""
KEPT_LINES: Final = 3
LONGEST_LINE: Final = 600
Group = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its id and version, with what it says."""

    id: str
    number: int
    terms: Terms


@dataclass(slots=True)
class Fired:
    """A rule that was met: by which group, from when to when, by how many events, and a few of their lines."""

    rule: str
    group: Group
    at: datetime
    first: datetime
    count: int
    device: str
    lines: tuple[str, ...]


@dataclass(slots=True)
class Again:
    """How often a group came back in the quiet time of its alarm."""

    rule: str
    group: Group
    at: datetime
    count: int = 0


@dataclass(slots=True)
class _State:
    seen: "OrderedDict[Any, float]" = field(default_factory=OrderedDict)
    """Of a rule that tells things apart: each with when it was seen last."""
    times: "deque[float]" = field(default_factory=deque)
    prior: "deque[float]" = field(default_factory=deque)
    lines: "deque[str]" = field(default_factory=lambda: deque(maxlen=KEPT_LINES))
    at: float = 0.0
    first: float = 0.0
    quiet: float = 0.0


class Stream:
    """One rule over the stream."""

    def __init__(self, rule: Rule, ground: Ground, most_groups: int = MOST_GROUPS) -> None:
        self.rule = rule
        self.forgotten = 0
        self._terms = rule.terms
        self._most = most_groups
        self._look = Matcher(rule.terms.look, ground) if rule.terms.look else None
        self._before = Matcher(rule.terms.before, ground) if rule.terms.before else None
        self._states: OrderedDict[Group, _State] = OrderedDict()
        self.again: dict[Group, Again] = {}

    def take(
        self, device: str, at: datetime, columns: Columns, count: int, line: Callable[[int], str]
    ) -> Iterable[Fired]:
        """Take a block of events that came in at one moment; yield what fires."""
        if self._look is None:
            return
        found = [(row, False) for row in self._look.rows(device, at, columns, count)]
        if self._before is not None:
            earlier = self._before.rows(device, at, columns, count)
            found = sorted(found + [(row, True) for row in earlier])
        for row, is_before in found:
            group = self._group(device, columns, row)
            if group is None:
                continue
            fired = self._step(group, device, at, columns, row, line, is_before=is_before)
            if fired is not None:
                yield fired

    def _group(self, device: str, columns: Columns, row: int) -> Group | None:
        """Return whose row it is; None where it does not say what the rule groups by."""
        parts = []
        for name in self._terms.group:
            value = device if name == "device" else columns[name][row] if name in columns else ""
            if value in {"", None}:
                return None
            parts.append(str(value))
        return tuple(parts)

    def _step(
        self, group: Group, device: str, at: datetime, columns: Columns, row: int, line: Callable[[int], str], *,
        is_before: bool,
    ) -> Fired | None:  # fmt: skip
        state = self._state(group)
        now = state.at = max(state.at, at.timestamp())
        times = max(1, columns["times"][row]) if "times" in columns else 1
        if is_before:
            _keep(state.prior, now, times, self._terms.before_at_least)
            return None
        if now < state.quiet:
            again = self.again.setdefault(group, Again(self.rule.id, group, at))
            again.at, again.count = at, again.count + times
            return None
        state.lines.append(line(row)[:LONGEST_LINE])
        counted = self._counted(state, now, times, device, columns, row)
        if not counted:
            return None
        fired = Fired(
            self.rule.id, group, at, datetime.fromtimestamp(min(state.first, now), at.tzinfo), counted, device,
            tuple(state.lines),
        )  # fmt: skip
        state.quiet = now + self._terms.quiet
        state.seen.clear()
        state.times.clear()
        state.prior.clear()
        state.lines.clear()
        return fired

    def _state(self, group: Group) -> _State:
        state = self._states.get(group)
        if state is None:
            state = self._states[group] = _State()
            if len(self._states) > self._most:
                self._states.popitem(last=False)
                self.forgotten += 1
        else:
            self._states.move_to_end(group)
        return state

    def _counted(self, state: _State, now: float, times: int, device: str, columns: Columns, row: int) -> int:
        """Return how many events or things met the rule; 0 while it is not met."""
        terms = self._terms
        if self._before is not None:
            met = len(state.prior) >= terms.before_at_least and now - state.prior[0] <= terms.within
            state.first = state.prior[0] if met else now
            return len(state.prior) + times if met else 0
        if terms.distinct:
            return self._told_apart(state, now, device, columns, row)
        _keep(state.times, now, times, terms.at_least)
        state.first = state.times[0]
        met = len(state.times) >= terms.at_least and now - state.times[0] <= terms.within
        return max(len(state.times), times) if met else 0

    def _told_apart(self, state: _State, now: float, device: str, columns: Columns, row: int) -> int:
        thing = tuple(
            device if name == "device" else columns[name][row] if name in columns else ""
            for name in self._terms.distinct.split("+")
        )
        state.seen.pop(thing, None)
        state.seen[thing] = now
        while state.seen and (first := next(iter(state.seen.items())))[1] < now - self._terms.within:
            del state.seen[first[0]]
        state.first = next(iter(state.seen.values()))
        return len(state.seen) if len(state.seen) >= self._terms.at_least else 0


def _keep(times: "deque[float]", now: float, count: int, most: int) -> None:
    """Keep the last so many moments; one event may stand for many."""
    times.extend([now] * min(count, most))
    while len(times) > most:
        times.popleft()


class Evaluator:
    """All rules over the stream."""

    def __init__(self, rules: Sequence[Rule], ground: Ground, most_groups: int = MOST_GROUPS) -> None:
        self._most = most_groups
        self._ground = ground
        self._verdicts = Verdicts(ground.prefixes)
        self._streams = [Stream(one, ground, most_groups) for one in rules if one.terms.look]

    @property
    def horizon(self) -> int:
        """Seconds that the longest span of a rule looks back."""
        return max((one.rule.terms.within for one in self._streams), default=0)

    @property
    def forgotten(self) -> int:
        """How many groups were pushed out since the evaluator began."""
        return sum(one.forgotten for one in self._streams)

    @property
    def rules(self) -> int:
        """How many rules look at the stream."""
        return len(self._streams)

    def renew(self, rules: Sequence[Rule], ground: Ground) -> None:
        """Go by other rules; those that stay as they were remember what they saw."""
        kept = {(one.rule.id, one.rule.number): one for one in self._streams} if ground == self._ground else {}
        self._ground, self._verdicts = ground, Verdicts(ground.prefixes)
        self._streams = [
            kept.get((one.id, one.number)) or Stream(one, ground, self._most) for one in rules if one.terms.look
        ]

    def take(self, device: str, at: datetime, columns: Columns, count: int, line: Callable[[int], str]) -> list[Fired]:
        """Take a block of events of a device that came in at one moment; return what fires, rule by rule."""
        if not count:
            return []
        judged = self._verdicts.of(device, columns, count)
        return [fired for one in self._streams for fired in one.take(device, at, judged, count, line)]

    def take_again(self) -> list[Again]:
        """Return who came back in quiet times since this was last asked."""
        found = [again for one in self._streams for again in one.again.values()]
        for one in self._streams:
            one.again.clear()
        return found
