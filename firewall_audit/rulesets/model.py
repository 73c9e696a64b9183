"""What a configuration says, whoever's it is: filters of rules, each with the packets it matches. Pure. [FW-1, FW-2, FW-5]

How a parser fills it. A parser is a pure function from the text to a `Ruleset`; it raises `Unreadable` with a line where the text is
no such configuration at all, and nothing else, whatever the text.

* `Filter`: one list that is walked from the top: a chain, an access list, the policies of a pair of zones. The first rule that matches decides. A language where
  the last one decides is turned round: of pf, first the `quick` rules in their order, then the others from the last to the first; `place` and `line` keep what was written.
* `Rule.boxes`: every packet that the rule can match, and perhaps more: negations resolved, groups and aliases resolved, a rule for both families two boxes,
  services of several kinds (tcp 80 or udp 53) several boxes. No boxes: it never matches. Never too few: analysis would be wrong.
* `Rule.unmodelled`: whatever makes it match fewer packets than its boxes (a limit, a schedule, a country, a string, an address by name), in words. Such a rule never
  counts as covering another, and the report names it. What is wholly unknown of a rule has the full dimension, and a word here.
* `Rule.id`: what stays the same when the rule moves: uuid, tracker, policy id, handle, name; where there is none `content_id(text)`. Unique in its filter: `Filter` does not check,
  `numbered()` makes it so.
* What is understood but is no filtering (addresses translated, marks, queues) is action `nat` or `continue`, and lines that were not understood at all go to `Ruleset.unmodelled`.
* `owner`, `ticket`, `ends_at`: only where the vendor has a field for it (a schedule's end). What stands in comments is found later, by the house's patterns: `annotations.annotate`.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

from firewall_audit.rulesets.boxes import Box

Action = Literal["allow", "deny", "reject", "jump", "goto", "return", "log", "continue", "nat"]
"""`deny`: dropped without a word; `reject`: with an answer; `jump`: walk `target`, then come back; `goto`: walk `target`, and come back to where the
present filter was called from; `log`, `continue`: the walk goes on; `nat`: translation, not judged."""
DECIDES = frozenset({"allow", "deny", "reject"})


class Unreadable(ValueError):
    """The text is no configuration of this kind; `line` is where that shows (from 1)."""

    def __init__(self, line: int, why: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {why}")


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """A line, or a part of a rule, that was not understood."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Hits:
    """What the device itself has counted of a rule since its counters began."""

    packets: int
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as written, and the packets it matches."""

    id: str
    place: int
    """From 1, as written in its filter."""
    line: int
    """Where it stands in the text, from 1."""
    text: str
    """As written, without counters."""
    action: Action
    boxes: tuple[Box, ...]
    target: str = ""
    """Of `jump` and `goto`: the filter's name."""
    enabled: bool = True
    unmodelled: tuple[str, ...] = ()
    logs: bool = False
    name: str = ""
    comment: str = ""
    """Description, remark, comment: whatever people wrote to it."""
    objects: tuple[str, ...] = ()
    """Names of the objects it uses."""
    owner: str = ""
    ticket: str = ""
    ends_at: datetime | None = None
    hits: Hits | None = None

    @property
    def exact(self) -> bool:
        """Whether it matches exactly the packets of its boxes."""
        return not self.unmodelled


@dataclass(frozen=True, slots=True)
class Filter:
    """A list of rules that is walked from the top."""

    name: str
    """Unique in the ruleset: `filter/FORWARD`, `inet fw input`, `outside_in`, `trust to untrust`."""
    rules: tuple[Rule, ...]
    default: Action = "deny"
    """When no rule decided: `allow`, `deny`, `reject`; `return` of a chain that is walked only when called."""
    hook: str = "forward"
    """What traffic passes it: `input` (to the device), `output` (from it), `forward`; `""`: only what calls it; `nat`, `mangle` and the like: not judged."""
    priority: int = 0
    """Filters of the same hook are walked from the lowest; each may refuse, and an allowed packet goes on to the next."""
    applied: tuple[str, ...] | None = None
    """Where it is applied, in the vendor's words; `()`: nowhere; None: the question does not arise."""
    line: int = 0
    """Where it begins."""
    default_logs: bool = False

    @property
    def judged(self) -> bool:
        """Whether packets enter it from outside and it decides of them."""
        return self.hook in JUDGED_HOOKS


JUDGED_HOOKS = frozenset({"input", "output", "forward"})


@dataclass(frozen=True, slots=True)
class NamedObject:
    """An address, a service, a group, a set, a schedule that rules name."""

    name: str
    kind: str
    """`address`, `service`, `zone`, `schedule`, `set`…"""
    text: str
    """Its members in words, shortened where there are many."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A whole configuration."""

    vendor: str
    """The parser's name."""
    filters: tuple[Filter, ...]
    objects: tuple[NamedObject, ...] = ()
    unmodelled: tuple[Unmodelled, ...] = ()
    host: str = ""
    """As the configuration names its device."""

    def filter(self, name: str) -> Filter | None:
        """The filter of this name, or None."""
        return next((one for one in self.filters if one.name == name), None)

    @property
    def size(self) -> int:
        """How many rules it has in all filters."""
        return sum(len(one.rules) for one in self.filters)


def content_id(text: str) -> str:
    """An id of a rule that has no name of its own: the first 12 hexadecimal digits of the digest of its words."""
    return sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def numbered(rules: list[Rule]) -> tuple[Rule, ...]:
    """Make ids unique in a filter: the second rule with the id `x` is `x~2`."""
    seen: Counter[str] = Counter()
    told: list[Rule] = []
    for rule in rules:
        seen[rule.id] += 1
        told.append(rule if seen[rule.id] == 1 else replace(rule, id=f"{rule.id}~{seen[rule.id]}"))
    return tuple(told)
