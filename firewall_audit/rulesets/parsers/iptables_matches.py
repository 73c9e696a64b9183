"""The conditions of an iptables rule, each as a narrowing of its box. Pure. [FW-5]

Source: iptables(8), iptables-extensions(8).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from firewall_audit.rulesets import values
from firewall_audit.rulesets.intervals import Intervals
from firewall_audit.rulesets.reading import Reading
from firewall_audit.rulesets.values import FLAGS, STATES, V4, V6, WITH_PORTS

ICMP = {
    V4: {"echo-reply": (0, None), "pong": (0, None), "destination-unreachable": (3, None), "network-unreachable": (3, 0), "host-unreachable": (3, 1), "protocol-unreachable": (3, 2),
         "port-unreachable": (3, 3), "fragmentation-needed": (3, 4), "source-route-failed": (3, 5), "network-unknown": (3, 6), "host-unknown": (3, 7), "network-prohibited": (3, 9),
         "host-prohibited": (3, 10), "communication-prohibited": (3, 13), "source-quench": (4, None), "redirect": (5, None), "echo-request": (8, None), "ping": (8, None),
         "router-advertisement": (9, None), "router-solicitation": (10, None), "time-exceeded": (11, None), "ttl-exceeded": (11, None), "ttl-zero-during-transit": (11, 0),
         "ttl-zero-during-reassembly": (11, 1), "parameter-problem": (12, None), "timestamp-request": (13, None), "timestamp-reply": (14, None),
         "info-request": (15, None), "info-reply": (16, None), "address-mask-request": (17, None), "address-mask-reply": (18, None)},
    V6: {"destination-unreachable": (1, None), "no-route": (1, 0), "communication-prohibited": (1, 1), "address-unreachable": (1, 3), "port-unreachable": (1, 4), "packet-too-big": (2, None),
         "time-exceeded": (3, None), "ttl-exceeded": (3, None), "parameter-problem": (4, None), "echo-request": (128, None), "ping": (128, None), "echo-reply": (129, None),
         "mld-listener-query": (130, None), "mld-listener-report": (131, None), "mld-listener-done": (132, None), "mld-listener-reduction": (132, None), "router-solicitation": (133, None),
         "nd-router-solicit": (133, None), "router-advertisement": (134, None), "nd-router-advert": (134, None), "neighbour-solicitation": (135, None),
         "neighbor-solicitation": (135, None), "nd-neighbor-solicit": (135, None), "neighbour-advertisement": (136, None), "neighbor-advertisement": (136, None),
         "nd-neighbor-advert": (136, None), "redirect": (137, None), "nd-redirect": (137, None), "mld2-listener-report": (143, None)},
}  # fmt: skip
ECHO = {"echo-request", "echo-reply"}


@dataclass(frozen=True, slots=True)
class AddressSet:
    """The content of an ipset, as `ipset save` wrote it beside the rules."""

    found: list[tuple[int, Intervals]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Condition:
    """What stands behind an option, whether it is negated, and the sets that are known."""

    word: str
    negated: bool
    sets: Mapping[str, AddressSet]


Narrow = Callable[[Reading, Condition], None]


def _addresses(dimension: str) -> Narrow:
    def narrow(reading: Reading, said: Condition) -> None:
        reading.narrow_addresses(
            dimension, [values.addresses(part) for part in said.word.split(",")], negated=said.negated
        )

    return narrow


def _ports(*dimensions: str) -> Narrow:
    def narrow(reading: Reading, said: Condition) -> None:
        reading.narrow("protocols", WITH_PORTS)
        reading.narrow(dimensions[0], values.ports(said.word), negated=said.negated)

    return narrow


def _either_port(reading: Reading, said: Condition) -> None:
    """`--ports`: of source or destination. A union, kept as the wider box."""
    reading.narrow("protocols", WITH_PORTS)
    if said.negated:
        reading.narrow("source_ports", values.ports(said.word), negated=True)
        reading.narrow("destination_ports", values.ports(said.word), negated=True)
    else:
        reading.note(f"source or destination port {said.word}")


def _interface(dimension: str) -> Narrow:
    def narrow(reading: Reading, said: Condition) -> None:
        prefix = said.word.endswith("+")
        reading.narrow(dimension, values.name(said.word.removesuffix("+"), prefix=prefix), negated=said.negated)

    return narrow


def _protocol(reading: Reading, said: Condition) -> None:
    if said.word not in {"all", "0"}:
        number = values.protocol("ipv6-icmp" if said.word == "icmp" and V4 not in reading.boxes else said.word)
        reading.narrow("protocols", ((number, number),), negated=said.negated)


def _states(reading: Reading, said: Condition) -> None:
    words = [part.lower() for part in said.word.split(",")]
    known = [part for part in words if part in STATES]
    if len(known) < len(words):  # SNAT, DNAT: beside the state, not instead of it
        reading.note(f"{'not ' if said.negated else ''}in state {said.word}")
        if not said.negated:
            return
    reading.narrow("states", values.states(*known), negated=said.negated)


def _icmp(reading: Reading, said: Condition) -> None:
    for family in tuple(reading.boxes):
        reading.narrow("protocols", ((1, 1),) if family == V4 else ((58, 58),))
        if said.word == "any":
            continue
        if said.word[:1].isdecimal():
            kind, _, code = said.word.partition("/")
            pair = (int(kind), int(code) if code else None)
        elif said.word in ICMP[family]:
            pair = ICMP[family][said.word]
        else:
            raise ValueError(f"{said.word} is no type of ICMP")
        reading.narrow("icmp", values.icmp(*pair), negated=said.negated)


def _flag_bits(word: str) -> int:
    upper = word.upper()
    if upper in {"ALL", "NONE"}:
        return 0x3F if upper == "ALL" else 0
    return sum({FLAGS[part.lower()] for part in word.split(",")})


def _tcp_flags(reading: Reading, said: Condition) -> None:
    mask, _, wanted = said.word.partition(" ")
    try:
        found = values.flags(_flag_bits(mask), _flag_bits(wanted))
    except KeyError as unknown:
        raise ValueError(f"{unknown} is no flag of TCP") from None
    reading.narrow("protocols", ((6, 6),))
    reading.narrow("flags", found, negated=said.negated)


def _syn(reading: Reading, said: Condition) -> None:
    _tcp_flags(reading, Condition("FIN,SYN,RST,ACK SYN", said.negated, said.sets))


def _mac(reading: Reading, said: Condition) -> None:
    reading.narrow("macs", values.mac(said.word), negated=said.negated)


def _set(reading: Reading, said: Condition) -> None:
    name, _, side = said.word.partition(" ")
    dimension = {"src": "sources", "dst": "destinations"}.get(side)
    known = said.sets.get(name)
    if known is None or dimension is None:
        reading.note(f"{'not ' if said.negated else ''}in the set {name} ({side})")
    else:
        reading.narrow_addresses(
            dimension, known.found or [(family, ()) for family in reading.boxes], negated=said.negated
        )


def _comment(reading: Reading, said: Condition) -> None:
    reading.comment = f"{reading.comment} {said.word}".strip()


def _names(option: str, *others: str, words: int, narrow: Narrow) -> dict[str, tuple[int, Narrow]]:
    return dict.fromkeys((option, *others), (words, narrow))


OPTIONS: dict[str, tuple[int, Narrow]] = {
    **_names("-s", "--source", "--src", "--src-range", words=1, narrow=_addresses("sources")),
    **_names("-d", "--destination", "--dst", "--dst-range", words=1, narrow=_addresses("destinations")),
    **_names("-p", "--protocol", "--proto", words=1, narrow=_protocol),
    **_names("-i", "--in-interface", words=1, narrow=_interface("incoming")),
    **_names("-o", "--out-interface", words=1, narrow=_interface("outgoing")),
    **_names("--sport", "--source-port", "--sports", "--source-ports", words=1, narrow=_ports("source_ports")),
    **_names(
        "--dport", "--destination-port", "--dports", "--destination-ports", words=1, narrow=_ports("destination_ports")
    ),
    **_names("--ports", words=1, narrow=_either_port),
    **_names("--state", "--ctstate", words=1, narrow=_states),
    **_names("--icmp-type", "--icmpv6-type", words=1, narrow=_icmp),
    **_names("--tcp-flags", words=2, narrow=_tcp_flags),
    **_names("--syn", words=0, narrow=_syn),
    **_names("--mac-source", words=1, narrow=_mac),
    **_names("--match-set", words=2, narrow=_set),
    **_names("--comment", words=1, narrow=_comment),
}
"""An option: how many words follow it, and what they narrow."""
