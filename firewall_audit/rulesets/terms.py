"""What the house asks of rules: services it calls non-essential, and how owners, changes and ends are written in comments. [FW-1, FW-5]"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import EVERYTHING, Box
from firewall_audit.rulesets.model import Rule, Ruleset
from policy import book


@dataclass(frozen=True, slots=True)
class Service:
    """A service by its protocol and ports."""

    name: str
    boxes: tuple[Box, ...]

    @classmethod
    def read(cls, text: str) -> "Service":
        """Read `telnet tcp/23`, `netbios udp/137-138`; raises ValueError with a sentence otherwise."""
        name, _, where = text.strip().rpartition(" ")
        protocol, slash, ports = where.partition("/")
        if not (name and slash):
            raise ValueError(f"{text} is no service: it is written like telnet tcp/23")
        number = values.protocol(protocol)
        box = {"protocols": ((number, number),), "destination_ports": values.ports(ports)}
        return cls(name, tuple(every._replace(**box) for every in EVERYTHING))


@dataclass(frozen=True, slots=True)
class Terms:
    """What rules are held against. The patterns have one group each; of a rule's comment and name the first hit counts."""

    services: tuple[Service, ...] = ()
    owner: str = r"(?i)\bowner\s*[:=]\s*([\w.@-]+)"
    ticket: str = r"\b((?:CHG|CR|RFC|INC|REQ|TICKET)[-#]?\d+|[A-Z][A-Z0-9]+-\d+)\b"
    ends: str = r"(?i)\b(?:until|ends?|expires?|valid to)\s*[:=]?\s*(\d{4}-\d{2}-\d{2})"
    unused_days: int = 90
    """A shorter window proves no rule unused."""


def house_terms(at: datetime | None = None) -> Terms:
    """The terms of the book in force, or in force at a time; raises NotFound when the clause is not in that edition."""
    said = book.parameter("FW-1", "non_essential", at)
    services = tuple(Service.read(str(one)) for one in said) if isinstance(said, list) else ()
    return Terms(services, unused_days=book.number("FW-1", "unused_days", at))


def annotated(ruleset: Ruleset, terms: Terms) -> Ruleset:
    """The ruleset with owner, ticket and end found in its comments, where the vendor has no field for them."""
    patterns = re.compile(terms.owner), re.compile(terms.ticket), re.compile(terms.ends)
    return replace(
        ruleset,
        filters=tuple(
            replace(one, rules=tuple(_annotated(rule, *patterns) for rule in one.rules)) for one in ruleset.filters
        ),
    )


def _annotated(rule: Rule, owner: re.Pattern[str], ticket: re.Pattern[str], ends: re.Pattern[str]) -> Rule:
    said = f"{rule.name} {rule.comment}".strip()
    if not said:
        return rule
    who, what, until = owner.search(said), ticket.search(said), ends.search(said)
    return replace(
        rule,
        owner=rule.owner or (who[1] if who else ""),
        ticket=rule.ticket or (what[1] if what else ""),
        ends_at=rule.ends_at or (_end(until[1]) if until else None),
    )


def _end(text: str) -> datetime | None:
    """The end of that day; None where there is no such day."""
    try:
        return datetime.combine(date.fromisoformat(text), time.max, UTC)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Usage:
    """How often rules were hit in a window, by the device's counters or by our own log lines."""

    since: datetime
    until: datetime
    hits: Mapping[tuple[str, str], int]
    """By filter and rule id; a rule that is not in it is one of which nothing is known."""
    source: str = "counters"
    """`counters` or `logs`."""
    reset: bool = False
    """Counters were reset in the window: nothing is proved then."""

    @property
    def days(self) -> int:
        """Whole days of the window."""
        return (self.until - self.since).days
