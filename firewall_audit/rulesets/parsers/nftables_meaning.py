"""The conditions of an nftables rule, each as a narrowing of its boxes; the same for its text and its JSON. Pure. [FW-5]

A condition is a selector (`tcp dport`), a sign and words (`192.0.2.0/24`, `1-1023`, `established`). Source: nft(8), libnftables-json(5).
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from firewall_audit.rulesets import values
from firewall_audit.rulesets.intervals import Intervals, interval_set, points, union
from firewall_audit.rulesets.parsers.iptables_matches import ICMP
from firewall_audit.rulesets.reading import Reading
from firewall_audit.rulesets.values import FLAGS, LAST_FLAGS, STATES, V4, V6, WITH_PORTS

MOST_READINGS = 2_000
"""Members of a set of tuples that are read one by one."""
TCP, UDP = ((6, 6),), ((17, 17),)
PORTS: dict[str, Intervals] = {
    "tcp": TCP,
    "udp": UDP,
    "th": WITH_PORTS,
    "sctp": ((132, 132),),
    "dccp": ((33, 33),),
    "udplite": ((136, 136),),
}
SIDES = {"saddr": "sources", "daddr": "destinations", "sport": "source_ports", "dport": "destination_ports"}
SIGNS = {"==", "!=", "<", ">", "<=", ">=", "in"}
FAMILIES = {"ip": V4, "ip6": V6, "ipv4": V4, "ipv6": V6}
INTERFACES = {"meta iifname": "incoming", "meta iif": "incoming", "meta oifname": "outgoing", "meta oif": "outgoing"}


@dataclass(slots=True)
class Condition:
    """What must hold of a packet. Several selectors: tuples of words."""

    selectors: tuple[str, ...]
    sign: str
    words: list[tuple[str, ...]]
    """Each one word for every selector; any of them may hold."""
    set_name: str = ""
    mask: int | None = None
    """Of TCP flags."""


@dataclass(slots=True)
class NamedSet:
    """A set or map of a table: its members' words; `known` is False when members come and go by themselves."""

    words: list[tuple[str, ...]] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    known: bool = True


def _ports(text: str) -> Intervals:
    return values.ports(text)


def _protocol(text: str) -> Intervals:
    first, dash, last = text.partition("-")
    if dash and first.isdecimal():
        return ((values.protocol(first), values.protocol(last)),)
    return ((values.protocol(text), values.protocol(text)),)


def _interface(text: str) -> Intervals:
    plain = text.strip('"')
    return values.name(plain.removesuffix("*"), prefix=plain.endswith("*"))


def _flags(text: str) -> Intervals:
    """One flag: the packets that have it; several with commas: any of them."""
    bits = flag_bits(text)
    return interval_set((octet, octet) for octet in range(LAST_FLAGS + 1) if octet & bits)


def flag_bits(text: str) -> int:
    """`syn,ack` or a number, as one octet; raises ValueError."""
    total = 0
    for part in text.replace("|", ",").strip("()").split(","):
        word = part.strip().lower()
        if word in FLAGS:
            total |= FLAGS[word]
        else:
            total |= int(word, 0)
    return total


def masked(sign: str, text: str) -> tuple[str, int | None]:
    """The mask behind a slash; a sign that nobody models where it is none."""
    try:
        return "==" if sign == "in" else sign, flag_bits(text)
    except ValueError:
        return "/", None


def _icmp(family: int, *, code: bool) -> Callable[[str], Intervals]:
    def read(text: str) -> Intervals:
        first, dash, last = text.partition("-")
        numeric = first.isdecimal() and (not dash or last.isdecimal())
        if code:
            if not numeric:
                raise ValueError(f"{text} is a code by name")
            low, high = int(first), int(last or first)
            return interval_set((kind << 8 | low, kind << 8 | high) for kind in range(256))
        if numeric:
            return ((values.icmp(int(first))[0][0], values.icmp(int(last or first))[0][1]),)
        if text not in ICMP[family]:
            raise ValueError(f"{text} is no type of ICMP")
        return values.icmp(*ICMP[family][text])

    return read


def narrow(readings: list[Reading], condition: Condition, sets: Mapping[str, NamedSet]) -> list[Reading]:
    """Let a condition narrow what was read so far; what cannot be modelled is noted there."""
    words = condition.words
    said = f"{' . '.join(condition.selectors)} {condition.sign} {condition.set_name or '{'}"
    if condition.set_name:
        known = sets.get(condition.set_name.removeprefix("@"))
        if known is None or not known.known:
            return _noted(
                readings,
                f"{' . '.join(condition.selectors)} {condition.sign} {condition.set_name}, of which the members are not known",
            )
        words = known.words
    try:
        if len(condition.selectors) > 1:
            return _tuples(readings, condition, words, said)
        made = deepcopy(readings)
        plain = _single(words)
        for reading in made:
            _one(reading, condition, plain)
    except (ValueError, IndexError) as wrong:
        return _noted(
            readings,
            f"{' . '.join(condition.selectors)} {condition.sign} {', '.join(' . '.join(word) for word in words[:4])} ({wrong})",
        )
    return made


def _single(words: list[tuple[str, ...]]) -> list[str]:
    """One word for each member."""
    if any(len(word) != 1 for word in words):
        raise ValueError("it has tuples, and one selector")
    return [word[0] for word in words]


def _noted(readings: list[Reading], what: str) -> list[Reading]:
    for reading in readings:
        reading.note(what)
    return readings


def _tuples(readings: list[Reading], condition: Condition, words: list[tuple[str, ...]], said: str) -> list[Reading]:
    """A set of tuples: one reading for each member, or a note where it is negated or too long."""
    if condition.sign != "==" or len(words) * len(readings) > MOST_READINGS:
        return _noted(readings, f"{said} {len(words)} tuples }}")
    made: list[Reading] = []
    for word in words:
        for one in deepcopy(readings):
            for selector, part in zip(condition.selectors, word, strict=True):
                _one(one, Condition((selector,), "==", []), [part])
            made.append(one)
    return made


def _one(reading: Reading, condition: Condition, words: list[str]) -> None:
    """Narrow by one selector; raises ValueError where it is not modelled."""
    selector, sign = condition.selectors[0], condition.sign
    subject, _, key = selector.partition(" ")
    negated = sign == "!="
    if selector == "tcp flags" and sign == "!":
        reading.narrow("protocols", TCP)
        reading.narrow("flags", values.flags(flag_bits(",".join(words)), 0))
        return
    if sign not in SIGNS or (condition.mask is not None and selector != "tcp flags"):
        raise ValueError("its sign or its mask is not modelled")
    if (subject in {"ip", "ip6"} and key in {"saddr", "daddr"}) or selector in {"meta nfproto", "meta protocol"}:
        if sign not in {"==", "!="}:
            raise ValueError("its sign is not modelled")
        _family(reading, selector, words, negated=negated)
        return
    dimension, read, protocols = _dimension(reading, subject, key, selector)
    if protocols:
        reading.narrow("protocols", protocols)
    if selector == "tcp flags" and (condition.mask is not None or sign in {"==", "!="}):
        mask = LAST_FLAGS if condition.mask is None else condition.mask
        reading.narrow("flags", _joined(lambda word: values.flags(mask, flag_bits(word)), words), negated=negated)
        return
    if sign in {"<", ">", "<=", ">="}:
        reading.narrow(dimension, _beyond(sign, read(words[0])))
        return
    reading.narrow(dimension, _joined(read, words), negated=negated)


def _joined(read: Callable[[str], Intervals], words: list[str]) -> Intervals:
    whole: Intervals = ()
    for word in words:
        whole = union(whole, read(word))
    return whole


def _beyond(sign: str, at: Intervals) -> Intervals:
    (low, high) = at[0]
    bounds = {"<": (0, low - 1), "<=": (0, high), ">": (high + 1, values.LAST_PORT), ">=": (low, values.LAST_PORT)}
    return interval_set([bounds[sign]])


def _family(reading: Reading, selector: str, words: list[str], *, negated: bool) -> None:
    subject, _, key = selector.partition(" ")
    if subject == "meta":
        chosen = {FAMILIES[word] for word in words if word in FAMILIES}
        if len(chosen) < len(set(words)):
            raise ValueError("another family")
        reading.boxes = {family: box for family, box in reading.boxes.items() if (family in chosen) != negated}
        return
    family = FAMILIES[subject]
    found = [values.addresses(word) for word in words]
    if any(one != family for one, _ in found):
        raise ValueError("another family")
    reading.narrow_addresses(SIDES[key], found or [(family, ())], negated=negated)


def _dimension(
    reading: Reading, subject: str, key: str, selector: str
) -> tuple[str, Callable[[str], Intervals], Intervals]:
    """The dimension of a selector, how its words are read, and the protocols it implies; narrows the family where it implies one."""
    if subject in PORTS and key in SIDES:
        return SIDES[key], _ports, PORTS[subject]
    if selector == "tcp flags":
        return "flags", _flags, TCP
    if selector in {"meta l4proto", "ip protocol", "ip6 nexthdr"}:
        if subject in FAMILIES:
            reading.boxes = {family: box for family, box in reading.boxes.items() if family == FAMILIES[subject]}
        return "protocols", _protocol, ()
    if selector in INTERFACES:
        return INTERFACES[selector], _interface, ()
    if selector == "ct state":
        return "states", lambda word: points(STATES.index(one) for one in word.split(",")), ()
    if subject in {"icmp", "icmpv6"} and key in {"type", "code"}:
        family = V4 if subject == "icmp" else V6
        reading.boxes = {one: box for one, box in reading.boxes.items() if one == family}
        return "icmp", _icmp(family, code=key == "code"), ((1, 1),) if family == V4 else ((58, 58),)
    if selector == "ether saddr":
        return "macs", values.mac, ()
    raise ValueError("not modelled")
