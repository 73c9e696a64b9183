"""What the house asks of rules: services it calls non-essential, and how owners, changes and ends are written in comments. [FW-1, FW-5]"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import EVERYTHING, Box
from firewall_audit.rulesets.intervals import Intervals, difference, intersection
from firewall_audit.rulesets.model import Rule, Ruleset
from policy import book

PATTERNS = ("owner", "ticket", "ends", "own_ticket")
"""As the book names them, with `_pattern` behind."""
NEW = ((0, 0),)
"""The state of a connection's first packet."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service by its protocol and ports."""

    name: str
    boxes: tuple[Box, ...]
    protocol: int = 0
    ports: Intervals = ()

    @classmethod
    def read(cls, text: str) -> "Service":
        """Read `telnet tcp/23`, `netbios udp/137-138`; raises ValueError with a sentence otherwise."""
        name, _, where = text.strip().rpartition(" ")
        protocol, slash, ports = where.partition("/")
        if not (name and slash):
            raise ValueError(f"{text} is no service: it is written like telnet tcp/23")
        number = values.protocol(protocol)
        box = {"protocols": ((number, number),), "destination_ports": values.ports(ports)}
        return cls(name, tuple(every._replace(**box) for every in EVERYTHING), number, box["destination_ports"])


@dataclass(frozen=True, slots=True)
class Outside:
    """Where packets from outside come from: by which interfaces or zones, and from no address of the house."""

    names: frozenset[str] = frozenset()
    """The interfaces and zones by name; empty: not known, and every list may be the one towards the internet."""
    house: tuple[tuple[int, Intervals], ...] = ()
    """Family and addresses that are the house's own, or nobody's on the internet."""

    def of(self, box: Box, incoming: Intervals) -> Box:
        """The packets of a box that come from outside, by one of these interfaces, and open a connection."""
        sources = box.sources
        for family, addresses in self.house:
            if family == box.family[0][0]:
                sources = difference(sources, addresses)
        return box._replace(
            sources=sources, incoming=intersection(box.incoming, incoming), states=intersection(box.states, NEW)
        )


@dataclass(frozen=True, slots=True)
class Registered:
    """What the house's register says of a rule; it speaks before the rule's comment."""

    owner: str = ""
    ticket: str = ""
    ends_at: datetime | None = None
    gone: bool = False
    """The owner is not of the house any more."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What rules are held against. The patterns have one group each; of a rule's comment and name the first hit counts."""

    services: tuple[Service, ...] = ()
    owner: str = r"(?i)\bowner\s*[:=]\s*([\w.@-]+)"
    ticket: str = r"\b((?:CHG|CR|RFC|INC|REQ|TICKET)[-#]?\d+(?:-\d+)?|[A-Z][A-Z0-9]+-\d+(?:-\d+)?)\b"
    ends: str = r"(?i)\b(?:until|ends?|expires?|valid to)\s*[:=]?\s*(\d{4}-\d{2}-\d{2})"
    unused_days: int = 90
    """A shorter window proves no rule unused."""
    outside: Outside | None = None
    """None: nobody asks what is open from outside."""
    own_ticket: str = r"CH-\d{4}-\d+"
    """How the house numbers its own changes."""
    changes: frozenset[str] | None = None
    """The numbers that change control authorised; None: nobody asks."""
    register: Mapping[tuple[str, str], Registered] = field(default_factory=dict)
    """By filter and rule id."""


def non_essential(at: datetime | None = None) -> tuple[Service, ...]:
    """The services that the book calls non-essential: rules and log lines are held against the same list. [FW-1]"""
    said = book.parameter("FW-1", "non_essential", at)
    return tuple(Service.read(str(one)) for one in said) if isinstance(said, list) else ()


def house_terms(at: datetime | None = None) -> Terms:
    """The terms of the book in force, or in force at a time; raises NotFound when the clause is not in that edition."""
    owner, ticket, ends, own = (str(book.parameter("FW-1", f"{one}_pattern", at)) for one in PATTERNS)
    return Terms(non_essential(at), owner, ticket, ends, book.number("FW-1", "unused_days", at), own_ticket=own)


def annotated(ruleset: Ruleset, terms: Terms) -> Ruleset:
    """The ruleset with owner, ticket and end from the register, else of the rule itself, else found in its comments."""
    patterns = re.compile(terms.owner), re.compile(terms.ticket), re.compile(terms.ends)
    return replace(
        ruleset,
        filters=tuple(
            replace(
                one,
                rules=tuple(
                    _registered(_annotated(rule, *patterns), terms.register.get((one.name, rule.id)))
                    for rule in one.rules
                ),
            )
            for one in ruleset.filters
        ),
    )


def _registered(rule: Rule, entry: Registered | None) -> Rule:
    if entry is None:
        return rule
    return replace(
        rule, owner=entry.owner or rule.owner, ticket=entry.ticket or rule.ticket, ends_at=entry.ends_at or rule.ends_at
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
    quiet: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    """Since when no hit of a rule was seen: its last one, or when it was first looked at; where it is not told, since the window began if there was none at all."""
    source: str = "counters"
    """`counters` or `logs`."""
    reset: bool = False
    """Counters were reset in the window: nothing is proved then."""

    @property
    def days(self) -> int:
        """Whole days of the window."""
        return (self.until - self.since).days

    def quiet_since(self, key: tuple[str, str]) -> datetime | None:
        """Give since when a rule was not hit; None where nothing is known of it, or only that it was hit."""
        return self.quiet.get(key, self.since if self.hits[key] == 0 else None) if key in self.hits else None
