"""Objects and object groups of Cisco ASA and IOS, resolved to addresses and services; groups that hold themselves end there. Pure. [FW-2]"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from firewall_audit.rulesets import values
from firewall_audit.rulesets.boxes import ANY_PORT
from firewall_audit.rulesets.intervals import Intervals, interval_set, union
from firewall_audit.rulesets.parsers.cisco.lists import Written
from firewall_audit.rulesets.parsers.terms import (
    ANYWHERE,
    Addresses,
    Service,
    Services,
    icmp_service,
    joined,
    joined_services,
    masked_addresses,
    port_service,
    protocol_service,
    some_addresses,
    unknown_addresses,
    unknown_services,
)
from firewall_audit.rulesets.values import V4, V6

TCP, UDP = 6, 17
DEEPEST = 20
T = TypeVar("T")
_PORTS = {
    "cifs": 3020, "www": 80, "lotusnotes": 1352, "citrix-ica": 1494, "sqlnet": 1521, "pim-auto-rp": 496, "rpc": 111, "nfs": 2049, "msrpc": 135,
    "drip": 3949, "onep-plain": 15001, "onep-tls": 15002, "netbios-ss": 139, "sunrpc": 111, "aol": 5190, "pcanywhere-data": 5631,
    "secureid-udp": 5510, "ctiqbe": 2748, "non500-isakmp": 4500, "kerberos": 750, "tacacs": 49, "dnsix": 195, "nameserver": 42,
}  # fmt: skip
_ICMP = {
    "echo-reply": (0, None), "unreachable": (3, None), "net-unreachable": (3, 0), "host-unreachable": (3, 1), "protocol-unreachable": (3, 2), "port-unreachable": (3, 3),
    "packet-too-big": (3, 4), "administratively-prohibited": (3, 13), "source-quench": (4, None), "redirect": (5, None), "alternate-address": (6, None), "echo": (8, None),
    "router-advertisement": (9, None), "router-solicitation": (10, None), "time-exceeded": (11, None), "ttl-exceeded": (11, 0), "reassembly-timeout": (11, 1),
    "parameter-problem": (12, None), "timestamp-request": (13, None), "timestamp-reply": (14, None), "information-request": (15, None), "information-reply": (16, None),
    "mask-request": (17, None), "mask-reply": (18, None), "traceroute": (30, None), "conversion-error": (31, None), "mobile-redirect": (32, None),
}  # fmt: skip
_ICMP6 = {
    "unreachable": (1, None), "no-route": (1, 0), "port-unreachable": (1, 4), "packet-too-big": (2, None), "time-exceeded": (3, None), "hop-limit": (3, 0), "parameter-problem": (4, None),
    "echo-request": (128, None), "echo": (128, None), "echo-reply": (129, None), "mld-query": (130, None), "membership-query": (130, None), "mld-report": (131, None),
    "membership-report": (131, None), "mld-reduction": (132, None), "membership-reduction": (132, None), "router-solicitation": (133, None), "router-advertisement": (134, None),
    "nd-ns": (135, None), "neighbor-solicitation": (135, None), "nd-na": (136, None), "neighbor-advertisement": (136, None), "neighbor-redirect": (137, None), "router-renumbering": (138, None),
}  # fmt: skip


def port(word: str) -> int:
    """Read a port as Cisco names it. Raises ValueError."""
    return _PORTS[word] if word in _PORTS else values.port(word)


def ports(words: list[str]) -> Intervals | None:
    """Take `eq a [b…]`, `range a b`, `gt a`, `lt a`, `neq a` off the front of the words; None where none stands there. Raises ValueError."""
    if not words or words[0] not in {"eq", "range", "gt", "lt", "neq"}:
        return None
    word = words.pop(0)
    if word == "range":
        if len(words) < 2:  # noqa: PLR2004 - from and to
            raise ValueError("a range needs two ports")
        low, high = port(words.pop(0)), port(words.pop(0))
        return interval_set([(low, high)])
    if not words:
        raise ValueError(f"{word} needs a port")
    first = port(words.pop(0))
    if word == "eq":
        found: Intervals = ((first, first),)
        while words and _is_port(words[0]):
            more = port(words.pop(0))
            found = union(found, ((more, more),))
        return found
    kept = {
        "gt": [(first + 1, values.LAST_PORT)],
        "lt": [(0, first - 1)],
        "neq": [(0, first - 1), (first + 1, values.LAST_PORT)],
    }
    return interval_set(kept[word])


def _is_port(word: str) -> bool:
    try:
        return word not in {"log", "echo-reply"} and port(word) >= 0
    except ValueError:
        return False


def icmp(word: str, family: int = V4, code: str = "") -> Service:
    """Read a type of ICMP by name or number. Raises ValueError."""
    known = (_ICMP6 if family == V6 else _ICMP).get(word)
    if known is None and not word.isdecimal():
        raise ValueError(f"{word} is no type of ICMP")
    kind, fixed = known if known is not None else (int(word), None)
    return icmp_service(family, kind, int(code) if code.isdecimal() else fixed)


class Objects:
    """What the names in a configuration stand for."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._addresses: dict[str, Addresses] = {}
        self._services: dict[str, Services] = {}
        self._open: set[tuple[str, str]] = set()

    def host(self, word: str) -> str:
        """Give the address behind a name of `names`, or the word itself."""
        return self._written.names.get(word, word)

    def addresses(self, name: str) -> Addresses:
        """Resolve an object or a group of networks."""
        if name not in self._addresses:
            self._addresses[name] = self._once("network", name, self._network)
        return self._addresses[name]

    def has(self, kind: str, name: str) -> bool:
        """Tell whether the configuration has an object or group of this kind."""
        return (kind, name) in self._written.objects

    def _once(self, kind: str, name: str, member: Callable[[list[str]], Addresses]) -> Addresses:
        lines = self._written.objects.get((kind, name))
        if lines is None or (kind, name) in self._open or len(self._open) > DEEPEST:
            return unknown_addresses(
                f"the group {name} is not there" if lines is None else f"the group {name} holds itself"
            )
        self._open.add((kind, name))
        told = joined(_read(member, words, unknown_addresses) for _, words in lines if words[0] not in _APART)
        self._open.discard((kind, name))
        return told

    def _network(self, words: list[str]) -> Addresses:
        if words[0] == "network-object":
            words = words[1:]
        match words:
            case ["group-object" | "object", name, *_]:
                return self.addresses(name)
            case ["any" | "any4" | "any6", *_]:
                return (
                    ANYWHERE
                    if words[0] == "any"
                    else Addresses(ANYWHERE.v4)
                    if words[0] == "any4"
                    else Addresses(v6=ANYWHERE.v6)
                )
            case ["host", address, *_]:
                return some_addresses(self.host(address))
            case ["range", low, high, *_]:
                return some_addresses(f"{self.host(low)}-{self.host(high)}")
            case ["fqdn", *rest]:
                return unknown_addresses(f"the host by name {rest[-1] if rest else ''}")
            case ["subnet", address, mask] | [address, mask]:
                return masked_addresses(self.host(address), mask)
            case ["subnet", address] | [address]:
                return some_addresses(self.host(address))
        raise ValueError(f"{' '.join(words)[:80]} was not understood")

    def services(self, name: str) -> Services:
        """Resolve an object or group of services, protocols or types of ICMP."""
        if name not in self._services:
            self._services[name] = self._group(name)
        return self._services[name]

    def _group(self, name: str) -> Services:
        kind = next((one for one in ("service", "protocol", "icmp-type") if self.has(one, name)), None)
        if kind is None or (kind, name) in self._open or len(self._open) > DEEPEST:
            return unknown_services(
                f"the group {name} is not there" if kind is None else f"the group {name} holds itself"
            )
        self._open.add((kind, name))
        protocols: tuple[int, ...] = (TCP, UDP)
        told = []
        for _, words in self._written.objects[(kind, name)]:
            if words[0] == "default-protocol":
                protocols = _protocols(words[1])
            elif words[0] not in _APART:
                told.append(_read(lambda one: self._service(one, protocols), words, unknown_services))  # noqa: B023 - called at once
        self._open.discard((kind, name))
        return joined_services(told)

    def _service(self, words: list[str], protocols: tuple[int, ...]) -> Services:
        match words:
            case ["group-object", name, *_] | [
                "service-object" | "protocol-object",
                "object" | "object-group",
                name,
                *_,
            ]:
                if (
                    not any(self.has(kind, name) for kind in ("service", "protocol", "icmp-type"))
                    and name in values.PROTOCOLS
                ):
                    return Services((protocol_service(name),))
                return self.services(name)
            case ["port-object", *rest]:
                found = ports(list(rest))
                if found is None:
                    raise ValueError(f"{' '.join(words)[:80]} was not understood")
                return Services((port_service(protocols, found),))
            case ["icmp-object", kind, *_]:
                return Services((icmp(kind),))
            case ["protocol-object", protocol, *_]:
                return Services((protocol_service(protocol),))
            case ["service-object" | "service", *rest] if rest:
                return Services((described(list(rest)),))
        return Services((described(list(words)),))


_APART = frozenset({"description", "nat", "default-protocol"})


def _protocols(word: str) -> tuple[int, ...]:
    return (TCP, UDP) if word in {"tcp-udp", "tcpudp"} else (values.protocol(word),)


def described(words: list[str]) -> Service:
    """Read `tcp [source <ports>] [destination] [<ports>]`, `icmp [type [code]]`, `gre`. Raises ValueError."""
    name = words.pop(0)
    if name in {"icmp", "icmp6", "icmpv6"}:
        family = V4 if name == "icmp" else V6
        return icmp(words[0], family, words[1] if len(words) > 1 else "") if words else icmp_service(family)
    if name not in {"tcp", "udp", "tcp-udp", "sctp"}:
        return protocol_service(name)
    source: Intervals = ANY_PORT
    target: Intervals | None = None
    if words and words[0] == "source":
        words.pop(0)
        source = ports(words) or ANY_PORT
    if words and words[0] == "destination":
        words.pop(0)
    target = ports(words)
    if words:
        raise ValueError(f"{' '.join(words)[:80]} was not understood")
    return port_service(_protocols(name), target or ANY_PORT, source)


def _read(member: Callable[[list[str]], T], words: Sequence[str], unknown: Callable[[str], T]) -> T:
    try:
        return member(list(words))
    except (ValueError, IndexError):
        return unknown(f"{' '.join(words)[:80]} was not understood")
