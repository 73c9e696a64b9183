"""What the counters of a device say of its rules over time: read again and again, reset now and then. Pure. [FW-5]

Of each rule, by its list and its id: `print` of its words (a rule with other words is another rule), `packets` as last told, `hits` of all
readings together, `since` when it was first read, `quiet` since when no hit was seen. Where any counter went down all were reset: what was
hit between the last reading and the reset is known by nobody, so every rule's quiet begins anew.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from firewall_audit.rulesets.model import Ruleset
from firewall_audit.rulesets.terms import Usage
from policy.rule_texts import digest

Told = dict[str, dict[str, dict[str, Any]]]


def counted(ruleset: Ruleset) -> bool:
    """Tell whether a configuration came with counters."""
    return any(rule.hits is not None for one in ruleset.filters for rule in one.rules)


def add_reading(before: Mapping[str, Any], ruleset: Ruleset, at: datetime) -> tuple[Told, bool]:
    """Give what is known after one more reading, and whether the counters were reset since the last; rules that are gone are forgotten."""
    told: Told = {}
    reset = False
    for one in ruleset.filters:
        for rule in one.rules:
            if rule.hits is None:
                continue
            old = before.get(one.name, {}).get(rule.id)
            words = digest(rule.text)[:16]
            known = old is not None and old["print"] == words
            reset = reset or (known and rule.hits.packets < old["packets"])
            told.setdefault(one.name, {})[rule.id] = {
                "print": words, "packets": rule.hits.packets, "hits": old["hits"] if known else rule.hits.packets,
                "since": old["since"] if known else at.isoformat(), "quiet": old["quiet"] if known else at.isoformat(),
                "before": old["packets"] if known else rule.hits.packets,
            }  # fmt: skip
    for rules in told.values():
        for entry in rules.values():
            last = entry.pop("before")
            grew = entry["packets"] if reset and entry["since"] != at.isoformat() else entry["packets"] - last
            entry["hits"] += grew
            if grew or reset:
                entry["quiet"] = at.isoformat()
    return told, reset


def usage_by(told: Mapping[str, Any], since: datetime, read_at: datetime) -> Usage:
    """Give what the readings say of the use of rules."""
    entries = [((name, rule), entry) for name, rules in told.items() for rule, entry in rules.items()]
    return Usage(
        since,
        read_at,
        {key: entry["hits"] for key, entry in entries},
        {key: datetime.fromisoformat(entry["quiet"]) for key, entry in entries},
        "counters",
    )
