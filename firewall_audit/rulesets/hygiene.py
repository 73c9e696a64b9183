"""What is said of single rules: too wide, open for what is not essential, ended, not logged, without owner, switched off, not used. Pure. [FW-1, FW-5]"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from firewall_audit.rulesets.boxes import ANY_NAME, ANY_PORT, ANY_PROTOCOL, Box, all_of, common, contains
from firewall_audit.rulesets.findings import Finding, Kind, Place
from firewall_audit.rulesets.index import bits, mask_of
from firewall_audit.rulesets.intervals import meets, size
from firewall_audit.rulesets.model import Filter, Rule, Ruleset
from firewall_audit.rulesets.program import Entry
from firewall_audit.rulesets.terms import NEW, Service, Terms, Usage
from firewall_audit.rulesets.values import name
from firewall_audit.rulesets.walk import Budget, Exhausted, Paths, key

LOOPBACK = name("lo")
PER_SERVICE = 2_000
LOGS_ASKED = 200
"""Lines of logging before a refusal that are asked whether they tell of it, the nearest."""


def single_rules(ruleset: Ruleset, at: datetime) -> Iterator[Finding]:
    """What can be said of a rule without the others."""
    for one in ruleset.filters:
        if one.hook and not one.judged:
            continue
        for rule in one.rules:
            yield from _single(one.name, rule, at)
    yield from _never_called(ruleset)


def _single(where: str, rule: Rule, at: datetime) -> Iterator[Finding]:
    place = Place.of(where, rule)
    if not rule.enabled:
        yield Finding("disabled", place)
        return
    if rule.unmodelled and rule.action != "log":
        yield Finding("not-modelled", place, detail="; ".join(rule.unmodelled)[:300])
    if rule.action != "allow":
        return
    if rule.ends_at and rule.ends_at < at:
        yield Finding("expired", place, detail=rule.ends_at.date().isoformat(), weight=(at - rule.ends_at).days)
    lacks: tuple[tuple[Kind, object], ...] = (
        ("no-owner", rule.owner),
        ("no-ticket", rule.ticket),
        ("no-end", rule.ends_at),
    )
    for kind, value in lacks:
        if not value:
            yield Finding(kind, place)


def _never_called(ruleset: Ruleset) -> Iterator[Finding]:
    chains = {one.name: one for one in ruleset.filters}
    pending = [one.name for one in ruleset.filters if one.hook]
    called: set[str] = set()
    while pending:
        here = pending.pop()
        if here not in called and here in chains:
            called.add(here)
            pending += [rule.target for rule in chains[here].rules if rule.enabled and rule.target]
    for one in ruleset.filters:
        if one.name not in called and one.rules:
            yield Finding("never-called", Place.of_filter(one), detail=str(len(one.rules)), weight=len(one.rules))


def openings(paths: Paths, terms: Terms) -> Iterator[Finding]:
    """Rules that allow everything, and rules by which a non-essential service can be reached."""
    open_to: defaultdict[str, list[str]] = defaultdict(list)
    entries: dict[str, Entry] = {}
    weights: defaultdict[str, int] = defaultdict(int)
    wide: set[str] = set()
    for place, entry in enumerate(paths.entries):
        way = entry.box.incoming, entry.box.outgoing
        if entry.effect != "allow" or not meets(entry.box.states, NEW) or LOOPBACK in way:
            continue
        rule = key(entry)
        entries[rule] = entry
        if _everything(entry.box):
            if rule not in wide and paths.probe(place) is not None:
                wide.add(rule)
                yield Finding("any-any", Place.of(entry.filter, entry.rule))
            continue
        for service in terms.services:
            if service.name not in open_to[rule] and _reached(paths, place, service):
                open_to[rule].append(service.name)
                weights[rule] = max(weights[rule], size(entry.box.sources).bit_length())
    for rule, names in open_to.items():
        if names and rule not in wide:
            entry = entries[rule]
            yield Finding(
                "service-open",
                Place.of(entry.filter, entry.rule),
                detail=", ".join(names),
                count=len(names),
                weight=weights[rule],
            )


def _everything(box: Box) -> bool:
    """Whether nothing but the family and the state is named."""
    full = all_of(box.family[0][0])
    return box.sources == full.sources and box.destinations == full.destinations and (box.protocols, box.destination_ports, box.source_ports, box.incoming, box.outgoing) == (
        ANY_PROTOCOL, ANY_PORT, ANY_PORT, ANY_NAME, ANY_NAME,
    )  # fmt: skip


def _reached(paths: Paths, place: int, service: Service) -> bool:
    """Whether a connection to the service comes to the entry; where that is too costly to know, it is said."""
    for box in service.boxes:
        wanted = common(paths.entries[place].box, box._replace(states=NEW))
        if wanted is None:
            continue
        if paths.probe(place, within=wanted) is not None:
            return True
        try:
            if paths.walk(wanted, place, Budget(PER_SERVICE)).arrived:
                return True
        except Exhausted:
            return True
    return False


def silent_refusals(paths: Paths) -> Iterator[Finding]:
    """Rules that refuse and neither log nor stand behind a line of logging for the same packets; the default too."""
    logs = mask_of([place for place, entry in enumerate(paths.entries) if entry.effect == "log"])
    quiet: dict[str, Finding] = {}
    logged: set[str] = set()
    for place, entry in enumerate(paths.entries):
        if entry.effect not in {"deny", "reject"}:
            continue
        before = bits(paths.index.over(entry.box) & logs & ((1 << place) - 1))[-LOGS_ASKED:]
        if entry.rule.logs or any(contains(paths.entries[at].box, entry.box) for at in before):
            logged.add(key(entry))
        else:
            quiet[key(entry)] = Finding("not-logged", Place.of(entry.filter, entry.rule))
    yield from (one for rule, one in quiet.items() if rule not in logged)
    base = paths.program.filter
    if base.default in {"deny", "reject"} and not base.default_logs and not _logs_all(paths, base):
        yield Finding("not-logged", Place.of_filter(base))


def _logs_all(paths: Paths, base: Filter) -> bool:
    """Whether whatever comes to the default has passed a line of logging: such a line stands last of all."""
    last = next((entry for entry in reversed(paths.entries) if entry.effect != "skip"), None)
    return last is not None and last.effect == "log" and last.filter == base.name and _everything(last.box)


def unused(ruleset: Ruleset, usage: Usage, terms: Terms) -> Iterator[Finding]:
    """Rules without a hit for long enough, by counters that were not reset."""
    if usage.reset or usage.days < terms.unused_days:
        return
    for one in ruleset.filters:
        for rule in one.rules:
            quiet = usage.quiet_since((one.name, rule.id)) if rule.enabled else None
            if quiet is None or (days := (usage.until - quiet).days) < terms.unused_days:
                continue
            said = f"{usage.source}, {quiet:%Y-%m-%d}, {usage.until:%Y-%m-%d}, {days} days"
            yield Finding("unused", Place.of(one.name, rule), detail=said, weight=days)
