"""The words of one nftables rule as conditions and a verdict. Pure. [FW-5]"""

import re
from dataclasses import dataclass, field, replace

from firewall_audit.rulesets.parsers.nftables_meaning import SIGNS, Condition, NamedSet, flag_bits, masked

SUBJECTS = {"ip", "ip6", "tcp", "udp", "th", "sctp", "dccp", "udplite", "icmp", "icmpv6", "ether", "meta", "ct", "arp", "vlan", "esp", "ah", "comp", "rt", "fib", "socket", "exthdr", "igmp", "frag", "mh", "dst", "hbh", "srh"}  # fmt: skip
SHORT = {
    "iif",
    "oif",
    "iifname",
    "oifname",
    "iifgroup",
    "oifgroup",
    "l4proto",
    "nfproto",
    "mark",
    "skuid",
    "skgid",
    "pkttype",
    "iiftype",
    "oiftype",
    "cpu",
    "length",
    "hour",
    "day",
    "time",
    "protocol",
}
FINAL = {"accept", "drop", "return", "continue"}
NAT = {"dnat", "snat", "masquerade", "redirect", "tproxy", "dup", "fwd", "notrack"}
JOINED = re.compile(r"(.+):(accept|drop|return|continue|jump|goto)?")
STARTS = (
    SUBJECTS
    | SHORT
    | FINAL
    | NAT
    | {
        "jump",
        "goto",
        "reject",
        "log",
        "counter",
        "comment",
        "queue",
        "limit",
        "quota",
        "add",
        "update",
        "delete",
        "meter",
        "synproxy",
        "flow",
        "iif",
        "oif",
    }
)


@dataclass(slots=True)
class Statement:
    """One rule in parts."""

    conditions: list[Condition] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    verdict: str = ""
    """`accept`, `jump door`, `nat`; empty: the walk goes on."""
    verdict_map: tuple[Condition, str] | None = None
    """The selectors of a map of verdicts, and its name where it has one."""
    map_verdicts: list[str] = field(default_factory=list)
    logs: bool = False
    comment: str = ""
    counted: tuple[int, int] | None = None
    text: str = ""


class _Words:
    """A rule's words, read one by one."""

    def __init__(self, words: list[str]) -> None:
        self.words, self.place = words, 0

    @property
    def next(self) -> str:
        return self.words[self.place] if self.place < len(self.words) else ""

    def take(self) -> str:
        word = self.next
        self.place += 1
        return word

    def rest(self) -> list[str]:
        """Words up to where another statement begins."""
        taken, depth = list[str](), 0
        while self.place < len(self.words) and (depth or self.next not in STARTS):
            depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(self.next, 0)
            taken.append(self.take())
        return taken

    def block(self) -> list[str]:
        """What stands in braces, of which the first was taken."""
        taken: list[str] = []
        depth = 1
        while self.place < len(self.words):
            word = self.take()
            depth += {"{": 1, "}": -1}.get(word, 0)
            if not depth:
                break
            taken.append(word)
        return taken


def read_statements(words: list[str]) -> Statement:
    """Read a rule; what is not known is noted."""
    said, reader = Statement(), _Words(words)
    counters: list[str] = []
    while reader.next:
        word = reader.take()
        if word in SUBJECTS | SHORT:
            _selected(said, reader, word)
        elif word in FINAL | NAT | {"jump", "goto", "reject"}:
            _verdict(said, reader, word)
        elif word == "log":
            _log(said, reader)
        elif word == "counter":
            counters += _counter(said, reader.rest())
        elif word == "comment":
            said.comment = reader.take().strip('"')
        else:
            _other(said, word, reader.rest())
    said.text = " ".join(words)
    for counter in counters:
        said.text = said.text.replace(counter, "counter")
    return said


def _counter(said: Statement, rest: list[str]) -> list[str]:
    """Its figures, which are no part of the rule's words."""
    if rest[:1] != ["packets"] or len(rest) < 4 or not (rest[1].isdecimal() and rest[3].isdecimal()):  # noqa: PLR2004 two pairs
        return []
    said.counted = int(rest[1]), int(rest[3])
    return [" ".join(["counter", *rest])]


def _verdict(said: Statement, reader: _Words, word: str) -> None:
    """Decided, or to a chain by its name; a chain that is written here and now is not modelled."""
    if word in FINAL:
        said.verdict = word
    elif word in NAT or word == "reject":
        said.verdict = "reject" if word == "reject" else "nat"
        while reader.next and reader.next not in {"comment", "accept", "drop"}:
            reader.take()
    elif reader.next == "{":
        reader.take()
        said.notes.append(f"{word} {{ {' '.join(reader.block())} }}"[:120])
    else:
        said.verdict = f"{word} {reader.take()}"


def _log(said: Statement, reader: _Words) -> None:
    """`log prefix "refused: " level info flags tcp options group 0`."""
    said.logs = True
    while reader.next in {"prefix", "level", "flags", "group", "snaplen", "queue-threshold"}:
        option = reader.take()
        if reader.take() in {"tcp", "ip"} and option == "flags":
            _listed(reader)


def _other(said: Statement, word: str, rest: list[str]) -> None:
    """A statement that is no condition with a selector."""
    if word in {"queue", "synproxy"}:
        said.verdict = "queue"
        said.notes.append(f"decided elsewhere ({word})")
    elif word not in {"add", "update", "delete", "flow", ",", ";"}:
        said.notes.append(" ".join([word, *rest])[:120])


def _selected(said: Statement, reader: _Words, word: str) -> None:
    """`tcp dport { 22, 80 }`, `ip saddr . tcp dport vmap @doors`, `tcp flags & (fin | syn) == syn`."""
    selectors = [_selector(reader, word)]
    while reader.next == ".":
        reader.take()
        selectors.append(_selector(reader, reader.take()))
    if reader.next == "set":
        reader.rest()
        return
    if reader.next == "map" or selectors[0] in {"ct count", "ct helper"}:
        said.notes.append(" ".join([*selectors, *reader.rest()])[:120])
        return
    if reader.next == "vmap":
        reader.take()
        _verdicts(said, reader, tuple(selectors))
        return
    condition = Condition(tuple(selectors), "in" if selectors == ["tcp flags"] else "==", [])
    if reader.next == "&":
        reader.take()
        try:
            condition.mask = flag_bits("".join(_group(reader)))
        except ValueError:
            said.notes.append(" ".join([*selectors, *reader.rest()])[:120])
            return
    if reader.next in SIGNS | {"!"}:
        condition.sign = reader.take()
    _right(condition, reader)
    said.conditions.append(condition)


def _selector(reader: _Words, word: str) -> str:
    """`tcp dport`; `iifname` is `meta iifname`."""
    if word in SHORT:
        return f"meta {word}"
    return f"{word} {reader.take()}"


def _group(reader: _Words) -> list[str]:
    """`(fin | syn)` or one word."""
    if reader.next != "(":
        return [reader.take()]
    taken: list[str] = []
    while reader.next and (word := reader.take()) != ")":
        taken.append(word)
    return taken[1:]


def _right(condition: Condition, reader: _Words) -> None:
    """The right side: a set, a set's name, one word, words with commas, a mask."""
    if reader.next == "{":
        reader.take()
        condition.words = read_elements(["elements", "=", "{", *reader.block(), "}"]).words
        condition.sign = "==" if condition.sign == "in" else condition.sign
        return
    if reader.next.startswith("@") and "," not in reader.next:
        condition.set_name = reader.take()
        return
    words = ["".join(_group(reader)) if reader.next == "(" else reader.take()]
    while reader.next in {",", "|", "."} and reader.place + 1 < len(reader.words):
        sign = reader.take()
        words = [*words, reader.take()] if sign == "." else [*words[:-1], f"{words[-1]},{reader.take()}"]
    if reader.next == "/":
        reader.take()
        condition.sign, condition.mask = masked(condition.sign, ",".join(_listed(reader)))
    condition.words = [tuple(words)]


def _listed(reader: _Words) -> list[str]:
    words = [reader.take()]
    while reader.next == ",":
        reader.take()
        words.append(reader.take())
    return words


def _member(words: list[str]) -> list[str]:
    """`192.0.2.1 . 80 comment "x"` as its two words; after a colon stands what it maps to."""
    plain: list[str] = []
    place = 0
    while place < len(words) and words[place] not in {"comment", "timeout", "expires", "counter", ":", "limit"}:
        if words[place] == "|" and plain and place + 1 < len(words):
            plain[-1] += f",{words[place + 1]}"
            place += 1
        elif words[place] != ".":
            plain.append(words[place])
        place += 1
    return plain


def _verdicts(said: Statement, reader: _Words, selectors: tuple[str, ...]) -> None:
    """`vmap { 22 : accept, 80 : jump web }` or `vmap @doors`."""
    condition = Condition(selectors, "==", [])
    if reader.next != "{":
        said.verdict_map = condition, reader.take()
        return
    reader.take()
    pairs = read_elements(["elements", "=", "{", *reader.block(), "}"])
    said.verdict_map = replace(condition, words=pairs.words), ""
    said.map_verdicts = pairs.verdicts


def read_elements(words: list[str]) -> NamedSet:
    """The members of a set or map by its block: what changes by itself is not known."""
    found = NamedSet(known=not {"dynamic", "timeout"} & set(words))
    if "elements" not in words:
        return found
    reader = _Words(words)
    reader.place = words.index("elements") + 3
    current: list[str] = []
    members = [word for word in reader.block() if word != "\n"]
    for word, behind in zip([*members, ","], [*members[1:], "", ""], strict=False):
        joined = JOINED.fullmatch(word) if ":" not in current else None
        if word == "," and current:
            found.words.append(tuple(_member(current)))
            found.verdicts.append(" ".join(current[current.index(":") + 1 :]) if ":" in current else "")
            current = []
        elif joined and (joined[2] or behind in FINAL | {"jump", "goto"}):
            current += [joined[1], ":", *([joined[2]] if joined[2] else [])]
        elif word != ",":
            current.append(word)
    return found
