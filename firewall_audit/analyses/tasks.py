"""What is asked of the analyser and what it answers, as plain values: it works in a process of its own. Pure. [FW-5]"""

import hashlib
import ipaddress
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from firewall_audit.analyses.told import finding, kept
from firewall_audit.rulesets.intervals import Intervals, union
from firewall_audit.rulesets.model import Unmodelled
from firewall_audit.rulesets.parts import Ground, Part
from firewall_audit.rulesets.terms import PATTERNS, Outside, Registered, Service, Terms, Usage
from firewall_audit.rulesets.values import addresses
from kernel.ledger.entries import canonical

EDITION = 1
"""Of the analyser: with a new one every configuration is judged again."""
PRIVATE = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
)
"""Nobody on the internet has these."""


@dataclass(frozen=True, slots=True)
class Task:
    """A configuration and all it is held against."""

    text: str
    kind: str
    at: datetime
    services: tuple[str, ...]
    patterns: Mapping[str, str]
    unused_days: int
    outside: tuple[str, ...]
    """Interfaces and zones towards the outside."""
    networks: tuple[str, ...]
    """Of the house."""
    changes: tuple[str, ...]
    register: tuple[tuple[str, str, str, str, str, bool], ...]
    """List, rule, owner, ticket, end (or empty), whether the owner is gone."""
    usages: tuple[Usage, ...] = ()

    def digest(self) -> str:
        """Give the SHA-256 of what the configuration is held against, without the usage: other terms, another judgement."""
        told = {
            "services": list(self.services), "patterns": dict(self.patterns), "unused_days": self.unused_days, "outside": list(self.outside),
            "networks": list(self.networks), "register": [list(one) for one in self.register],
        }  # fmt: skip
        return hashlib.sha256(canonical(told)).hexdigest()

    def terms(self) -> Terms:
        """Read the terms. Raises ValueError for a service or a network that is none."""
        owner, ticket, ends, own = (self.patterns[one] for one in PATTERNS)
        return Terms(
            tuple(Service.read(one) for one in self.services), owner, ticket, ends, self.unused_days, own_ticket=own, outside=outside_of(self.outside, self.networks),
            changes=frozenset(self.changes),
            register={
                (filter_, rule): Registered(owner, ticket, datetime.fromisoformat(ends) if ends else None, gone)
                for filter_, rule, owner, ticket, ends, gone in self.register
            },
        )  # fmt: skip

    def told(self) -> dict[str, Any]:
        """Write the task as plain values."""
        plain = {one: getattr(self, one) for one in self.__slots__ if one not in {"at", "usages"}}
        return plain | {"at": self.at.isoformat(), "usages": [usage_told(one) for one in self.usages]}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Task":
        """Read a task."""
        return cls(
            text=told["text"], kind=told["kind"], at=datetime.fromisoformat(told["at"]), patterns=told["patterns"], unused_days=told["unused_days"],
            usages=tuple(usage_of(one) for one in told["usages"]), services=tuple(told["services"]), outside=tuple(told["outside"]),
            networks=tuple(told["networks"]), changes=tuple(told["changes"]), register=tuple(tuple(one) for one in told["register"]),
        )  # fmt: skip


def outside_of(interfaces: tuple[str, ...], networks: tuple[str, ...]) -> Outside:
    """Say what comes from outside: by these interfaces (any where none is named), from no address of the house. Raises ValueError."""
    return Outside(frozenset(interfaces), house_addresses(networks))


def house_addresses(networks: tuple[str, ...]) -> tuple[tuple[int, Intervals], ...]:
    """Give the addresses that are the house's own or nobody's on the internet, by family."""
    found: dict[int, Intervals] = {4: (), 6: ()}
    for one in (*PRIVATE, *networks):
        family, values = addresses(str(ipaddress.ip_network(one, strict=False)))
        found[family] = union(found[family], values)
    return tuple(found.items())


def usage_told(one: Usage) -> dict[str, Any]:
    """Write a usage as plain values."""
    hits: dict[str, dict[str, int]] = {}
    for (filter_, rule), count in one.hits.items():
        hits.setdefault(filter_, {})[rule] = count
    quiet: dict[str, dict[str, str]] = {}
    for (filter_, rule), at in one.quiet.items():
        quiet.setdefault(filter_, {})[rule] = at.isoformat()
    return {
        "since": one.since.isoformat(),
        "until": one.until.isoformat(),
        "hits": hits,
        "quiet": quiet,
        "source": one.source,
        "reset": one.reset,
    }


def usage_of(told: Mapping[str, Any]) -> Usage:
    """Read a usage."""
    hits = {(filter_, rule): count for filter_, rules in told["hits"].items() for rule, count in rules.items()}
    quiet = {
        (filter_, rule): datetime.fromisoformat(at)
        for filter_, rules in told.get("quiet", {}).items()
        for rule, at in rules.items()
    }
    since, until = datetime.fromisoformat(told["since"]), datetime.fromisoformat(told["until"])
    return Usage(since, until, hits, quiet, told["source"], told["reset"])


def ground_told(one: Ground) -> dict[str, Any]:
    """Write what is there to be judged."""
    return {
        "rules": one.rules, "inexact": one.inexact, "pieces": dict(one.pieces), "calls": dict(one.calls), "not_judged": one.not_judged,
        "unmodelled": [[each.line, each.what] for each in one.unmodelled],
    }  # fmt: skip


def ground_of(told: Mapping[str, Any]) -> Ground:
    """Read what is there to be judged."""
    return Ground(
        told["rules"], told["inexact"], told["pieces"], {name: tuple(chains) for name, chains in told["calls"].items()}, tuple(told["not_judged"]),
        tuple(Unmodelled(line, what) for line, what in told["unmodelled"]),
    )  # fmt: skip


def part_told(one: Part) -> dict[str, Any]:
    """Write a piece that was judged."""
    return {
        "name": one.name, "findings": [kept(each) for each in one.findings], "reached": one.reached, "pairs": dict(one.pairs),
        "unweighed": one.unweighed, "stopped": one.stopped,
    }  # fmt: skip


def part_of(told: Mapping[str, Any]) -> Part:
    """Read a piece that was judged."""
    return Part(
        told["name"], [finding(one) for one in told["findings"]], [(filter_, rule) for filter_, rule in told["reached"]], Counter(told["pairs"]),
        told["unweighed"], told["stopped"],
    )  # fmt: skip


@dataclass(slots=True)
class Judged:
    """What came of a task before its time or its memory was up."""

    ground: Ground | None = None
    parts: list[Part] = field(default_factory=list)
    why: str = ""
    """Why it is not complete: `time`, `memory`, `unreadable`, `broken`; empty: it is."""
    took_ms: int = 0
