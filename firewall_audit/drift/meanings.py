"""What a rule does where it stands: two rules of other words that do the same in the same list mean the same. Pure. [FW-2]"""

from collections.abc import Sequence

from firewall_audit.rulesets.difference import merged
from firewall_audit.rulesets.model import Rule, Ruleset, Unreadable
from firewall_audit.rulesets.parsers import PARSERS

DECIDES = frozenset({"allow", "deny", "reject", "return", "jump", "goto"})
"""Of other actions (addresses translated, marks) what they do is not modelled."""
TRIES = 8
"""Lines that are read one by one where they cannot be read together."""
Meaning = tuple[object, ...]


def meaning(filter_name: str, rule: Rule | None) -> Meaning | None:
    """What a rule does, in its list; None where it is not modelled exactly, so that only its words say it."""
    if rule is None or not rule.exact or rule.action not in DECIDES:
        return None
    boxes = frozenset(merged(list(dict.fromkeys(rule.boxes))))
    return filter_name, rule.action, rule.target, rule.enabled, rule.logs, boxes


def read_beside(text: str, kind: str, line: int, lines: Sequence[str]) -> list[Meaning | None]:
    """Read lines as if they stood behind this line of a configuration; None for one that is no rule there."""
    told = _read(text, kind, line, lines)
    if told is None and 1 < len(lines) <= TRIES:
        return [(_read(text, kind, line, [one]) or [None])[0] for one in lines]
    return told or [None] * len(lines)


def _read(text: str, kind: str, line: int, lines: Sequence[str]) -> list[Meaning | None] | None:
    """None where the whole cannot be read with these lines in it."""
    rows = text.split("\n")
    if not lines or not 0 < line <= len(rows):
        return None
    indent = rows[line - 1][: len(rows[line - 1]) - len(rows[line - 1].lstrip())]
    both = "\n".join([*rows[:line], *(f"{indent}{one}" for one in lines), *rows[line:]])
    parser = next(one for one in PARSERS if one.name == kind)
    try:
        ruleset = parser.parse(both)
    except Unreadable:
        return None
    found = _by_line(ruleset)
    return [found.get(line + place) for place in range(1, len(lines) + 1)]


def _by_line(ruleset: Ruleset) -> dict[int, Meaning | None]:
    told: dict[int, Meaning | None] = {}
    for one in ruleset.filters:
        for rule in one.rules:
            told[rule.line] = None if rule.line in told else meaning(one.name, rule)
    return told
