"""One entry of an access list, as ASA or IOS writes it, to a rule. Pure. [FW-2, FW-5]"""

import re
from datetime import UTC, datetime

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import ANY_FLAGS, ANY_PORT
from firewall_audit.rulesets.intervals import Intervals, intersection, points
from firewall_audit.rulesets.model import Action, Rule, content_id
from firewall_audit.rulesets.parsers.cisco.lists import AccessList, Entry
from firewall_audit.rulesets.parsers.cisco.objects import Objects, icmp, ports
from firewall_audit.rulesets.parsers.terms import (
    ANY_SERVICE,
    ANYWHERE,
    Addresses,
    Service,
    Services,
    boxes_of,
    icmp_service,
    masked_addresses,
    narrowed,
    protocol_service,
    some_addresses,
    unknown_addresses,
)
from firewall_audit.rulesets.values import FLAGS, V4, V6

_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+$")
_IGNORED = frozenset(
    {
        "log-input",
        "interval",
        "informational",
        "notifications",
        "warnings",
        "errors",
        "debugging",
        "alerts",
        "critical",
        "emergencies",
    }
)
_FLAG = re.compile(r"[+-]?(fin|syn|rst|psh|ack|urg)$")
_SUFFIX = {
    "dscp": 1, "tos": 1, "precedence": 1, "ttl": 2, "option": 1, "reflect": 1, "packet-length": 2, "flow-label": 1, "user": 1, "user-group": 1, "object-group-user": 1,
    "object-group-security": 1, "security-group": 2, "timeout": 1, "evaluate": 1, "vlan": 1, "set-erspan-dscp": 1,
}  # fmt: skip


class EntryReader:
    """Reads the entries of lists with the objects that they name; `wildcards` of IOS, masks of ASA."""

    def __init__(self, objects: Objects, ends: dict[str, str], *, wildcards: bool) -> None:
        self._objects = objects
        self._ends = ends
        self._wildcards = wildcards

    def rule(self, made: AccessList, entry: Entry, place: int) -> Rule:
        """Give the rule of an entry; what it does not understand stands in `unmodelled`, and the boxes are wide enough."""
        parts = _Parts(list(entry.words[1:]), V6 if made.kind == "ipv6" else V4)
        action: Action = "allow" if entry.words[0] == "permit" else "deny"
        if entry.words[0] == "evaluate":
            return self._evaluate(entry, place)
        try:
            if made.kind == "standard":
                parts.sources = self._address(parts)
            else:
                self._extended(parts)
        except (ValueError, IndexError) as fault:
            parts.wide(f"not understood: {fault}")
        self._suffix(parts)
        families = (V6,) if made.kind == "ipv6" else (V4,) if self._wildcards else (V4, V6)
        return Rule(
            id=entry.number or content_id(entry.text), place=place, line=entry.line, text=entry.text, action=action,
            boxes=boxes_of(parts.sources, parts.destinations, parts.limited(), families=families, states=parts.states),
            enabled=parts.enabled, unmodelled=parts.unmodelled(), logs=parts.logs, comment=entry.remark,
            objects=tuple(dict.fromkeys(parts.objects)), ends_at=_end(self._ends.get(parts.time_range, "")),
        )  # fmt: skip

    def _evaluate(self, entry: Entry, place: int) -> Rule:
        return Rule(
            id=entry.number or content_id(entry.text), place=place, line=entry.line, text=entry.text, action="allow",
            boxes=boxes_of(ANYWHERE, ANYWHERE, ANY_SERVICE), unmodelled=("a reflexive list",), comment=entry.remark,
        )  # fmt: skip

    def _extended(self, parts: "_Parts") -> None:
        given = self._protocol(parts)
        parts.sources = self._address(parts)
        source = self._ports(parts, given)
        parts.destinations = self._address(parts)
        target = self._ports(parts, given)
        parts.services = _with_ports(given, source, target)
        if _is_icmp(given) and parts.words and target is None:
            self._type(parts)

    def _protocol(self, parts: "_Parts") -> Services:
        word = parts.take()
        if word in {"object-group", "object"}:
            name = parts.take()
            parts.objects.append(name)
            return self._objects.services(name)
        if word in {"icmp", "icmp6", "icmpv6"}:
            return Services((icmp_service(V6 if word != "icmp" or parts.family == V6 else V4),))
        if word in {"ipv6", "ip"}:
            return ANY_SERVICE
        return Services((protocol_service(word),))

    def _address(self, parts: "_Parts") -> Addresses:
        word = parts.take()
        if word in {"any", "any4", "any6"}:
            return (
                ANYWHERE if word == "any" else Addresses(ANYWHERE.v4) if word == "any4" else Addresses(v6=ANYWHERE.v6)
            )
        if word in {"object", "object-group", "addrgroup"}:
            name = parts.take()
            parts.objects.append(name)
            return self._objects.addresses(name)
        if word == "host":
            return some_addresses(self._objects.host(parts.take()))
        if word == "interface":
            return unknown_addresses(f"the address of the interface {parts.take()}")
        word = self._objects.host(word)
        if "/" not in word and parts.words and _ADDRESS.match(parts.words[0]) and _ADDRESS.match(word):
            return masked_addresses(word, parts.take(), wildcard=self._wildcards)
        return some_addresses(word)

    def _ports(self, parts: "_Parts", given: Services) -> Services | Intervals | None:
        if parts.words[:1] in (["object-group"], ["object"], ["portgroup"]) and len(parts.words) > 1:
            name = parts.words[1]
            if self._objects.has("network", name) and not self._objects.has("service", name):
                return None
            if self._objects.has("icmp-type", name) or self._objects.has("service", name):
                del parts.words[:2]
                parts.objects.append(name)
                found = self._objects.services(name)
                return Services(found.of, (*given.unknown, *found.unknown))
        return ports(parts.words)

    def _type(self, parts: "_Parts") -> None:
        """Take the type, and the code, of ICMP."""
        family = V6 if parts.family == V6 or any(one.family == V6 for one in parts.services.of) else V4
        code = parts.words[1] if len(parts.words) > 1 and parts.words[0].isdecimal() else ""
        try:
            found = icmp(parts.words[0], family, code)
        except ValueError:
            return
        del parts.words[: 2 if code.isdecimal() else 1]
        parts.services = Services((found,), parts.services.unknown)

    def _suffix(self, parts: "_Parts") -> None:
        """Read what stands behind the addresses: logging, flags, times, and what narrows the entry in ways that are not modelled."""
        while parts.words:
            word = parts.words.pop(0)
            if word == "log" or word in _IGNORED:
                parts.log(word)
            elif word == "inactive":
                parts.enabled = False
            elif word == "established":
                parts.flags.append(points(o for o in range(256) if o & (FLAGS["ack"] | FLAGS["rst"])))
            elif _FLAG.match(word):
                parts.some_flags.append(word)
            elif word in {"match-all", "match-any"}:
                parts.all_flags = word == "match-all"
            else:
                parts.narrow(word)


class _Parts:
    """What was read of an entry so far."""

    def __init__(self, words: list[str], family: int) -> None:
        self.words = words
        self.family = family
        self.sources, self.destinations = ANYWHERE, ANYWHERE
        self.services = ANY_SERVICE
        self.states = ((0, len(values.STATES) - 1),)
        self.enabled, self.logs, self.all_flags = True, False, False
        self.time_range = ""
        self.objects: list[str] = []
        self.lacking: list[str] = []
        self.some_flags: list[str] = []
        self.flags: list[Intervals] = []

    def take(self) -> str:
        return self.words.pop(0)

    def wide(self, why: str) -> None:
        """Match everything: the entry was not understood."""
        self.sources, self.destinations, self.services = ANYWHERE, ANYWHERE, ANY_SERVICE
        self.words.clear()
        self.lacking.append(why[:120])

    def log(self, word: str) -> None:
        """Read whether it logs: `log [level [interval n]] [disable | default]`, `log-input`."""
        self.logs = True
        while word == "log" and self.words and (self.words[0].isdecimal() or self.words[0] in _IGNORED):
            self.words.pop(0)
        if self.words[:1] in (["disable"], ["default"]):
            self.logs = self.words.pop(0) != "disable"

    def narrow(self, word: str) -> None:
        """Note what is not modelled, with its own words."""
        if word == "time-range" and self.words:
            self.time_range = self.words.pop(0)
            self.lacking.append(f"only at the times of {self.time_range}")
            return
        rest = [self.words.pop(0) for _ in range(min(_SUFFIX.get(word, 0), len(self.words)))]
        self.lacking.append(" ".join((word, *rest))[:80])

    def limited(self) -> Services:
        """Give the services, cut down to the TCP flags named."""
        cut: Intervals = ANY_FLAGS
        for one in (*self.flags, *([_flags(self.some_flags, whole=self.all_flags)] if self.some_flags else [])):
            cut = intersection(cut, one)
        return self.services if cut == ANY_FLAGS else narrowed(self.services, Service(points((6,)), flags=cut))

    def unmodelled(self) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys((*self.lacking, *self.sources.unknown, *self.destinations.unknown, *self.services.unknown))
        )


def _flags(words: list[str], *, whole: bool) -> Intervals:
    """Octets of TCP flags that one of the words allows, or that all of them do."""
    told = []
    for octet in range(256):
        hits = [bool(octet & FLAGS[word.lstrip("+-")]) != word.startswith("-") for word in words]
        if all(hits) if whole else any(hits):
            told.append(octet)
    return points(told)


def _is_icmp(given: Services) -> bool:
    return bool(given.of) and all(one.protocols in (points((1,)), points((58,))) for one in given.of)


def _with_ports(given: Services, source: Services | Intervals | None, target: Services | Intervals | None) -> Services:
    told, unknown = given, given.unknown
    for place, found in ((0, source), (1, target)):
        if found is None:
            continue
        if isinstance(found, Services):
            unknown = (*unknown, *found.unknown)
            wanted = [_turned(one) if place == 0 else one for one in found.of]
        else:
            protocols = values.WITH_PORTS
            wanted = [Service(protocols, found) if place == 0 else Service(protocols, ANY_PORT, found)]
        told = Services(tuple(cut for one in wanted for cut in narrowed(told, one).of), unknown)
    return told


def _turned(one: Service) -> Service:
    """A group of ports that stands behind the source means source ports."""
    return one._replace(source_ports=one.destination_ports, destination_ports=ANY_PORT)


def _end(text: str) -> datetime | None:
    for form in ("%H:%M %d %B %Y", "%H:%M:%S %d %B %Y"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
