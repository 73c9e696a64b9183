"""What was approved against what was applied, rule by rule: the same words, the same meaning in other words, more, or less. Pure. [FW-2]

Approved words mean what they would mean on the device itself: they are put beside the rule that came (or went) and read with all that the configuration
names. Only rules that are modelled exactly are held to mean the same; of all others the words decide.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import chain
from typing import Literal

from firewall_audit.configurations import texts
from firewall_audit.drift.meanings import Meaning, meaning, read_beside
from firewall_audit.rulesets.model import Rule, Ruleset
from kernel.errors import Malformed
from policy.rule_texts import Line, signed_lines, words_of

How = Literal["same", "meaning", "line", "follows", "missing", "more", "moved", "altered", "unread"]
FINE: frozenset[str] = frozenset({"same", "meaning", "line", "follows"})
"""As approved: in the same words; in others that mean the same; a line that is no rule; or it follows from such lines."""
TOO_MUCH: frozenset[str] = frozenset({"more", "moved", "altered"})
"""Nobody approved it: it came or went; a rule stands elsewhere; a rule of the same words lets other packets through."""
COSTLY = 4_000_000
"""Pairs of equal lines, above which the order of two texts is not compared."""
PLAIN_DEFAULTS = ("default deny", "default reject", "default return")


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule as approved beside the rule as applied; one of the two is empty where the other stands alone."""

    how: How
    sign: str
    approved: str = ""
    applied: str = ""
    filter: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a configuration: its text, and what was read of it."""

    text: str
    ruleset: Ruleset


@dataclass(frozen=True, slots=True)
class _Applied:
    sign: str
    filter: str
    words: str
    rule: Rule | None
    """None: what a list does when no rule decided."""


def compare(approved: str, before: Version, after: Version, done: Iterable[Line] = ()) -> tuple[Pair, ...]:
    """Hold what changed between two versions against what was approved; `done`: approved lines that were applied before.

    A whole text that is no configuration of this kind is told as `unread`. Raises Malformed for lines that `signed_lines` refuses.
    """
    lines = signed_lines(approved)
    if lines is not None:
        rest = Counter(lines) - Counter(done)
        return _Signed(before, after, list(rest.elements())).pairs()
    try:
        wanted = Version(approved, texts.read(approved, after.ruleset.vendor))
    except Malformed as fault:
        changed = _between(before.ruleset, after.ruleset)
        return (Pair("unread", "", fault.why), *(Pair("more", one.sign, "", one.words, one.filter) for one in changed))
    return _whole(before, wanted, after)


class _Signed:
    """Lines with signs against the rules that came and went; whatever is found leaves the lists."""

    def __init__(self, before: Version, after: Version, lines: list[Line]) -> None:
        self.before, self.after = before, after
        self.lines = lines
        self.applied = _between(before.ruleset, after.ruleset)
        self.found: list[Pair] = []

    def pairs(self) -> tuple[Pair, ...]:
        self._by_words()
        for sign, version in (("-", self.before), ("+", self.after)):
            self._by_meaning(sign, version)
        others = self._by_lines(_stayed(self.before.ruleset, self.after.ruleset))
        self.found += [Pair("more", one.sign, "", one.words, one.filter) for one in self.applied]
        return (*self.found, *(Pair("missing", *one) for one in self.lines), *others)

    def _take(self, line: Line, one: _Applied, how: How) -> None:
        self.lines.remove(line)
        self.applied.remove(one)
        self.found.append(Pair(how, line.sign, line.words, one.words, one.filter))

    def _by_words(self) -> None:
        """Words alone, or behind the name of their list as a difference shows them."""
        for line in list(self.lines):
            same = (one for one in self.applied if one.sign == line.sign and line.words in (one.words, _named(one)))
            one = next(same, None)
            if one is not None:
                self._take(line, one, "same")

    def _by_meaning(self, sign: str, version: Version) -> None:
        beside = {one.filter: one.rule.line for one in reversed(self.applied) if one.sign == sign and one.rule}
        for name, at in beside.items():
            lines = [line for line in self.lines if line.sign == sign]
            told = read_beside(version.text, version.ruleset.vendor, at, [_unnamed(line.words, name) for line in lines])
            for line, said in zip(lines, told, strict=True):
                one = self._meant(sign, said)
                if one is not None:
                    self._take(line, one, "meaning")

    def _meant(self, sign: str, said: Meaning | None) -> _Applied | None:
        mine = (one for one in self.applied if one.sign == sign and one.rule)
        return next((one for one in mine if said and meaning(one.filter, one.rule) == said), None)

    def _by_lines(self, others: list[Pair]) -> list[Pair]:
        """Lines that are no rules; where every line that changed was approved, so was all that follows from them."""
        changed = _lines_between(self.before.text, self.after.text)
        if changed is None:
            return others
        rest = Counter(changed) - Counter(Line(one.sign, one.applied) for one in self.found)
        for line in list(self.lines):
            if rest[line] > 0:
                rest[line] -= 1
                self.lines.remove(line)
                self.found.append(Pair("line", *line, line.words))
        every = not +rest
        if every:
            self.found += [Pair("follows", one.sign, "", one.words, one.filter) for one in self.applied]
            self.applied = []
        went = {one.approved for one in self.found if (one.how, one.sign) == ("line", "-")}
        return [replace(one, how="follows") if every or one.applied in went else one for one in others]


def _named(one: _Applied) -> str:
    return f"{one.filter}: {one.words}"


def _unnamed(words: str, name: str) -> str:
    return words.removeprefix(f"{name}: ")


def _between(before: Ruleset, after: Ruleset) -> list[_Applied]:
    """The rules that went and came, list by list; of a list that came whole or went, a default that lets nothing through says nothing."""
    told: list[_Applied] = []
    for sign, mine, other in (("-", before, after), ("+", after, before)):
        for one in mine.filters:
            twin = other.filter(one.name)
            there = Counter(words_of(rule.text) for rule in twin.rules) if twin else Counter[str]()
            default = f"default {one.default}"
            if (twin is None and default not in PLAIN_DEFAULTS) or (twin is not None and twin.default != one.default):
                told.append(_Applied(sign, one.name, default, None))
            for rule in one.rules:
                words = words_of(rule.text)
                if there[words] > 0:
                    there[words] -= 1
                else:
                    told.append(_Applied(sign, one.name, words, rule))
    return told


def _stayed(wanted: Ruleset, after: Ruleset) -> list[Pair]:
    """Rules whose words stayed, once each, and that stand elsewhere or let other packets through."""
    told: list[Pair] = []
    for one in after.filters:
        twin = wanted.filter(one.name)
        if twin is not None:
            old, new = _single(twin.rules), _single(one.rules)
            told += [Pair("moved", "~", "", words, one.name) for words in _moved(old, new)]
            told += [
                Pair("altered", "~", "", words, one.name)
                for words in new
                if words in old and _does(new[words]) != _does(old[words])
            ]
    return told


def _moved(old: Collection[str], new: Collection[str]) -> list[str]:
    changed = _edits([one for one in old if one in new], [one for one in new if one in old])
    return [words for sign, words in changed or () if sign == "+"]


def _single(rules: Iterable[Rule]) -> dict[str, Rule]:
    rules = list(rules)
    often = Counter(words_of(rule.text) for rule in rules)
    return {words: rule for rule in rules if often[words := words_of(rule.text)] == 1}


def _does(rule: Rule) -> tuple[object, ...]:
    return rule.action, rule.target, rule.enabled, rule.boxes, rule.unmodelled


def _lines_between(before: str, after: str) -> list[Line] | None:
    """The lines of two texts that went and came, remarks left out; None where finding out is too costly."""
    return _edits(
        *(
            [words for row in text.split("\n") if (words := words_of(row)) and words[0] not in "#!"]
            for text in (before, after)
        )
    )


def _edits(old: Sequence[str], new: Sequence[str]) -> list[Line] | None:
    begin, shorter = 0, min(len(old), len(new))
    while begin < shorter and old[begin] == new[begin]:
        begin += 1
    end = 0
    while end < shorter - begin and old[-1 - end] == new[-1 - end]:
        end += 1
    old, new = old[begin : len(old) - end], new[begin : len(new) - end]
    often = Counter(new)
    if sum(often[one] for one in old) > COSTLY:
        return None
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return list(
        chain.from_iterable(
            [*(Line("-", one) for one in old[a:b]), *(Line("+", one) for one in new[c:d])]
            for step, a, b, c, d in steps
            if step != "equal"
        )
    )


def _whole(before: Version, wanted: Version, after: Version) -> tuple[Pair, ...]:
    """A whole configuration: what it would have changed against what changed, and then what the device runs against it."""
    approved = _between(before.ruleset, wanted.ruleset)
    applied = _between(before.ruleset, after.ruleset)
    found: list[Pair] = []
    for how, same in (("same", _same_words), ("meaning", _same_meaning)):
        for one in list(approved):
            twin = next((other for other in applied if same(one, other)), None)
            if twin is not None:
                approved.remove(one)
                applied.remove(twin)
                found.append(Pair(how, one.sign, one.words, twin.words, one.filter))  # type: ignore[arg-type]  # one of How
    found += [Pair("missing", one.sign, one.words, "", one.filter) for one in approved]
    found += [Pair("more", one.sign, "", one.words, one.filter) for one in applied]
    found += _stayed(wanted.ruleset, after.ruleset)
    return tuple(found) if any(one.how not in FINE for one in found) else (*found, *_other_lines(found, wanted, after))


def _same_words(one: _Applied, other: _Applied) -> bool:
    return (one.sign, one.filter, one.words) == (other.sign, other.filter, other.words)


def _same_meaning(one: _Applied, other: _Applied) -> bool:
    said = meaning(one.filter, one.rule)
    return one.sign == other.sign and said is not None and said == meaning(other.filter, other.rule)


def _other_lines(found: list[Pair], wanted: Version, after: Version) -> list[Pair]:
    """Lines that are no rules and differ from the approved configuration."""
    if wanted.text == after.text:
        return []
    changed = _lines_between(wanted.text, after.text) or []
    said = Counter(Line("+", one.applied) for one in found) + Counter(Line("-", one.approved) for one in found)
    rest = (Counter(changed) - said).elements()
    return [Pair("more", "+", "", one.words) if one.sign == "+" else Pair("missing", "+", one.words) for one in rest]


def too_much(pairs: Iterable[Pair]) -> int:
    """How much of what was applied nobody approved."""
    return sum(one.how in TOO_MUCH for one in pairs)


def too_little(pairs: Iterable[Pair]) -> int:
    """How much of what was approved was not applied."""
    return sum(one.how == "missing" for one in pairs)


def as_approved(pairs: Iterable[Pair]) -> int:
    """How much was applied as approved."""
    return sum(one.how in FINE for one in pairs)
