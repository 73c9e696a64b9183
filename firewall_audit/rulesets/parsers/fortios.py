"""FortiOS: `show full-configuration` or `show`, with virtual domains. Pure. [FW-2, FW-5]

Sources: FortiOS CLI reference (firewall policy, address, addrgrp, service custom), FortiOS administration guide (implicit deny, order of policies).
"""

import re
from datetime import UTC, datetime

from firewall_audit.rulesets.boxes import ANY_NAME
from firewall_audit.rulesets.intervals import Intervals
from firewall_audit.rulesets.model import Action, Filter, NamedObject, Rule, Ruleset, Unreadable, numbered
from firewall_audit.rulesets.parsers.fortios_services import custom_service, known_service
from firewall_audit.rulesets.parsers.fortios_tables import Entry, Table, read_tables
from firewall_audit.rulesets.parsers.parser import MOST_RULES, Parser
from firewall_audit.rulesets.parsers.terms import (
    ANYWHERE,
    NOWHERE,
    Addresses,
    Service,
    Services,
    boxes_of,
    joined,
    joined_services,
    masked_addresses,
    names,
    some_addresses,
    unknown_addresses,
    unknown_services,
)
from firewall_audit.rulesets.values import V4, V6

DEEPEST = 20
_MARK = re.compile(
    r"^#config-version=|^\s*config (?:system|firewall|vdom|router|user|vpn|log|global|antivirus|ips|webfilter|endpoint-control)\b",
    re.MULTILINE,
)
_NARROWING = (
    "users",
    "groups",
    "fsso-groups",
    "devices",
    "internet-service-name",
    "internet-service-src-name",
    "ztna-ems-tag",
    "application",
    "url-category",
    "custom-log-fields",
)


def is_fortios(text: str) -> bool:
    """Tell whether a text is written as FortiOS writes."""
    return (
        _MARK.search(text, 0, 400_000) is not None
        and re.search(r"^\s*(?:end|next)\s*$", text[:400_000], re.MULTILINE) is not None
    )


def parse(text: str) -> Ruleset:
    """Read the policies of every virtual domain. Raises Unreadable."""
    tables = read_tables(text)
    domains = list(dict.fromkeys(domain for domain, _ in tables))
    filters: list[Filter] = []
    objects: list[NamedObject] = []
    for domain in domains:
        known = _Domain({path: table for (of, path), table in tables.items() if of == domain})
        filters += known.filters("" if len(domains) == 1 else f"{domain} ")
        objects += known.named()
    if sum(len(one.rules) for one in filters) > MOST_RULES:
        raise Unreadable(1, f"more than {MOST_RULES} rules")
    host = next(
        (
            told
            for (_, path), table in tables.items()
            if path == "system global"
            for one in table.values()
            if (told := one.value("hostname"))
        ),
        "",
    )
    return Ruleset("fortios", tuple(filters), tuple(objects), host=host)


class _Domain:
    """One virtual domain: its objects and its policies."""

    def __init__(self, tables: dict[str, Table]) -> None:
        self._tables = tables
        self._zones = {name: one.all("interface") for name, one in self._table("system zone").items()}

    def _table(self, path: str) -> Table:
        return self._tables.get(path, {})

    def named(self) -> list[NamedObject]:
        """List the objects."""
        kinds = {
            "firewall address": "address", "firewall address6": "address", "firewall addrgrp": "address", "firewall addrgrp6": "address",
            "firewall service custom": "service", "firewall service group": "service",
        }  # fmt: skip
        return [
            NamedObject(one.name, kind, "; ".join(one.text)[:200], one.line)
            for path, kind in kinds.items()
            for one in self._table(path).values()
        ]

    def filters(self, prefix: str) -> list[Filter]:
        """Give the policies as lists: forwarded traffic, then traffic to the device itself."""
        told = []
        for paths, name, hook in (
            (("firewall policy", "firewall policy6"), "policy", "forward"),
            (("firewall local-in-policy", "firewall local-in-policy6"), "local-in-policy", "input"),
        ):
            entries = [(path, one) for path in paths for one in self._table(path).values()]
            if entries:
                rules = [self._rule(path, one, place) for place, (path, one) in enumerate(entries, 1)]
                default: Action = "deny" if hook == "forward" else "allow"
                told.append(Filter(f"{prefix}{name}", numbered(rules), default, hook, line=entries[0][1].line))
        return told

    def _rule(self, path: str, one: Entry, place: int) -> Rule:
        six = path.endswith("6")
        sources = self._side(one, "srcaddr", six=six)
        targets = self._side(one, "dstaddr", six=six)
        services = self._services(one)
        incoming, outgoing = (
            self._interfaces(one.all("srcintf") or one.all("intf")),
            self._interfaces(one.all("dstintf")),
        )
        families = (V6,) if six else (V4, V6)
        lacking = [*sources.unknown, *targets.unknown, *services.unknown, *self._narrowed(one)]
        schedule = one.value("schedule", "always")
        ends = self._ends(schedule)
        if schedule != "always":
            lacking.append(f"only at the times of {schedule}")
        action: Action = "allow" if one.value("action") in {"accept", "ipsec", "ssl-vpn"} else "deny"
        return Rule(
            id=f"{one.name}{'/6' if six else ''}", place=place, line=one.line, text=f"{one.name}: {'; '.join(one.text)}", action=action,
            boxes=boxes_of(sources, targets, services, incoming=incoming, outgoing=outgoing, families=families),
            enabled=one.value("status", "enable") != "disable", unmodelled=tuple(dict.fromkeys(lacking)), name=one.value("name"),
            logs=one.value("logtraffic", "utm") == "all" or (action == "deny" and one.value("logtraffic") not in {"", "disable"}),
            comment=" ".join(one.all("comments")), ends_at=ends,
            objects=tuple(dict.fromkeys(x for key in ("srcaddr", "dstaddr", "srcaddr6", "dstaddr6", "service") for x in one.all(key) if x not in {"all", "ALL"})),
        )  # fmt: skip

    def _narrowed(self, one: Entry) -> list[str]:
        told = [f"only {key} {', '.join(one.all(key))}"[:120] for key in _NARROWING if one.all(key)]
        return told + [
            f"only {key}"
            for key in ("internet-service", "internet-service-src")
            if one.on(key) and not any(key in x for x in told)
        ]

    def _side(self, one: Entry, key: str, *, six: bool) -> Addresses:
        """Resolve one end: IPv4 and IPv6 stand in settings of their own."""
        told: list[Addresses] = [self.address(name, six=six) for name in one.all(key)]
        six_names = one.all(f"{key}6")
        told += [self.address(name, six=True) for name in six_names]
        if not told:
            return unknown_addresses(f"{key} is not said")
        found = joined(told)
        return found.negated() if one.on(f"{key}-negate") or one.on(f"{key}6-negate") else found

    def address(self, name: str, *, six: bool, depth: int = 0) -> Addresses:
        """Resolve an address or a group."""
        if name in {"all", "none"} and name not in self._table("firewall address"):
            return (Addresses(v6=ANYWHERE.v6) if six else Addresses(ANYWHERE.v4)) if name == "all" else NOWHERE
        if name == "all":
            return Addresses(v6=ANYWHERE.v6) if six else Addresses(ANYWHERE.v4)
        for path in ("firewall address6", "firewall address") if six else ("firewall address", "firewall address6"):
            if name in self._table(path):
                return _address(self._table(path)[name], six=path.endswith("6"))
        for path in ("firewall addrgrp", "firewall addrgrp6"):
            group = self._table(path).get(name)
            if group is not None and depth < DEEPEST:
                told = joined(self.address(one, six=six, depth=depth + 1) for one in group.all("member"))
                if group.on("exclude"):
                    told = told.without(
                        joined(self.address(one, six=six, depth=depth + 1) for one in group.all("exclude-member"))
                    )
                return told
        return unknown_addresses(f"the address {name}")

    def _services(self, one: Entry) -> Services:
        if one.on("internet-service"):
            return Services((Service(),))
        told = joined_services(self.service(name) for name in one.all("service"))
        if not one.all("service"):
            return unknown_services("the service is not said")
        return Services((Service(),), (*told.unknown, "the service is negated")) if one.on("service-negate") else told

    def service(self, name: str, depth: int = 0) -> Services:
        """Resolve a service or a group."""
        custom, group = (
            self._table("firewall service custom").get(name),
            self._table("firewall service group").get(name),
        )
        if custom is not None:
            return custom_service(custom)
        if group is not None and depth < DEEPEST:
            return joined_services(self.service(one, depth + 1) for one in group.all("member"))
        return known_service(name)

    def _interfaces(self, words: list[str]) -> Intervals:
        """Interfaces and zones by name; a zone also counts as its interfaces."""
        if not words or "any" in words:
            return ANY_NAME
        return names([*words, *(one for word in words for one in self._zones.get(word, ()))])

    def _ends(self, schedule: str) -> datetime | None:
        once = self._table("firewall schedule onetime").get(schedule)
        try:
            return (
                datetime.strptime(" ".join(once.all("end")), "%H:%M %Y/%m/%d").replace(tzinfo=UTC)
                if once is not None
                else None
            )
        except ValueError:
            return None


def _address(one: Entry, *, six: bool) -> Addresses:
    kind = one.value("type", "ipprefix" if six else "ipmask")
    try:
        match kind:
            case "ipmask" if one.all("subnet"):
                told = one.all("subnet")
                return masked_addresses(told[0], told[1]) if len(told) > 1 else some_addresses(told[0])
            case "ipprefix" if one.value("ip6"):
                return some_addresses(one.value("ip6"))
            case "iprange" if one.value("start-ip") and one.value("end-ip"):
                return some_addresses(f"{one.value('start-ip')}-{one.value('end-ip')}")
            case "wildcard" if len(one.all("wildcard")) > 1:
                return masked_addresses(*one.all("wildcard")[:2])
            case "ipmask" | "ipprefix":
                return Addresses(v6=ANYWHERE.v6) if six else Addresses(ANYWHERE.v4)
    except ValueError:
        return unknown_addresses(f"the address {one.name}")
    return unknown_addresses(f"the address {one.name} of the kind {kind}")


FORTIOS = Parser("fortios", "Fortinet FortiOS", is_fortios, parse)
