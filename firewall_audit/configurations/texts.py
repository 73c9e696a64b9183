"""A configuration's text: recognised, read, and the digests by which it can be approved. Pure. [FW-2]

A change may name, as the SHA-256 of what it puts in place: the whole text as it will be handed in; the same with its secrets masked, as it is shown here; or
each rule by itself, its words with single blanks (`+ ` before a rule that comes, `- ` before one that goes).
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from firewall_audit.rulesets.model import Ruleset, Unreadable
from firewall_audit.rulesets.parsers import PARSERS
from kernel.errors import Fault, Malformed

KIND_NAMES = tuple(one.name for one in PARSERS)


@dataclass(frozen=True, slots=True)
class Words:
    """The rules that came and went between two versions, list by list, as often as they did."""

    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]

    @property
    def lines(self) -> list[str]:
        """What went, then what came, as it is shown."""
        return [f"- {name}: {text}" for name, text in self.removed] + [f"+ {name}: {text}" for name, text in self.added]

    @property
    def digests(self) -> list[str]:
        """The digest of each rule, by which a change may have approved it."""
        return [rule_digest("+", text) for _, text in self.added] + [rule_digest("-", text) for _, text in self.removed]


def rule_digest(sign: str, text: str) -> str:
    """The SHA-256 of a rule that comes (`+`) or goes (`-`)."""
    return digest(f"{sign} {' '.join(text.split())}")


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def plain(text: str) -> str:
    """The text as it is kept: one kind of line end, no mark of byte order, no NUL, none of the blanks behind the end."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").rstrip() + "\n"


def read(text: str, kind: str = "") -> Ruleset:
    """Read a configuration. Raises Malformed, naming the line, for one that no parser takes."""
    if not text.strip():
        raise _fault("The text is empty.")
    parser = next((one for one in PARSERS if (one.name == kind if kind else one.recognises(text))), None)
    if parser is None:
        raise _fault("No kind of configuration that is known here looks like this text; say which it is.")
    try:
        return parser.parse(text)
    except Unreadable as fault:
        raise _fault(f"This cannot be read as {parser.title}: {fault}.") from None


def _fault(why: str) -> Malformed:
    return Malformed(why, [Fault("text", why)])


def inexact(ruleset: Ruleset) -> int:
    """How many rules and lines are not modelled exactly."""
    return len(ruleset.unmodelled) + sum(not rule.exact for one in ruleset.filters for rule in one.rules)


def words_between(before: Ruleset, after: Ruleset) -> Words:
    """The rules that came and went, however often; order and counters left out."""
    old, new = _rules(before), _rules(after)
    return Words(tuple((new - old).elements()), tuple((old - new).elements()))


def _rules(ruleset: Ruleset) -> Counter[tuple[str, str]]:
    told: Counter[tuple[str, str]] = Counter()
    for one in ruleset.filters:
        told[one.name, f"default {one.default}"] += 1
        told.update((one.name, rule.text) for rule in one.rules)
    return told


def covered(wanted: Iterable[str], approved: frozenset[str]) -> tuple[int, int]:
    """How many of some digests were approved, and how many were not."""
    told = [one in approved for one in wanted]
    return sum(told), len(told) - sum(told)
