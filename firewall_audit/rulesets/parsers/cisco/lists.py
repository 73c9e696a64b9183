"""Access lists of Cisco ASA and IOS as written: lines put under their lists, with who applies them. Pure. [FW-2]"""

import re
from dataclasses import dataclass, field

from firewall_audit.rulesets.model import Unmodelled


@dataclass(slots=True)
class Entry:
    """One line of a list, its words, and the remarks right before it."""

    line: int
    text: str
    words: list[str]
    remark: str = ""
    number: str = ""
    """The sequence number, where one is written."""


@dataclass(slots=True)
class AccessList:
    """A list with its entries; `kind` is `extended`, `standard` or `ipv6`."""

    name: str
    kind: str
    line: int
    entries: list[Entry] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    """Remarks that no entry followed yet."""


@dataclass(slots=True)
class Written:
    """What a configuration says of access lists and objects."""

    lists: dict[str, AccessList] = field(default_factory=dict)
    objects: dict[tuple[str, str], list[tuple[int, list[str]]]] = field(default_factory=dict)
    """(`network`, name) to its lines: objects and object groups share no names with one another on one device."""
    object_lines: dict[tuple[str, str], int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)
    """Absolute ends of time ranges."""
    unmodelled: list[Unmodelled] = field(default_factory=list)
    host: str = ""
    open_interfaces: dict[str, int] = field(default_factory=dict)
    """Interfaces with a name (ASA) by their line."""


_BLOCK = re.compile(r"(?:ip|ipv6) access-list(?: (extended|standard|role-based))? (\S+)$")
_GROUP = re.compile(
    r"object-group (?:group )?(network|service|protocol|icmp-type|security|user|ip address|ip port|v4address|v6address)\s+(\S+)(?:\s+(\S+))?"
)
_OBJECT = re.compile(r"object (network|service) (\S+)")
_STANDARD = re.compile(r"(?:[1-9]\d?|1[3-9]\d\d)$")
ZONE_PAIR = "zone pairs and their policy maps are not modelled; the access lists that they use are listed"


class Reader:
    """Walks the lines once and puts each where it belongs."""

    def __init__(self, text: str) -> None:
        self.written = Written()
        self._block: AccessList | None = None
        self._object: tuple[str, str] | None = None
        self._interface = ""
        self._range = ""
        self._uses: dict[str, list[str]] = {}
        for number, raw in enumerate(text.splitlines(), 1):
            line = raw.split(" !", 1)[0].rstrip() if " ! " in raw or raw.endswith(" !") else raw.rstrip()
            bare = line.strip()
            if bare and not bare.startswith("!"):
                self._read(number, bare, indented=line[0] in " \t")
        for name, where in self._uses.items():
            if name in self.written.lists:
                self.written.lists[name].applied = where

    def _read(self, number: int, bare: str, *, indented: bool) -> None:
        if not indented and self._top(number, bare):
            return
        if self._block is not None and self._entry(self._block, number, bare):
            return
        if self._object is not None and indented:
            self.written.objects[self._object].append((number, bare.split()))
            return
        if indented:
            self._inside(number, bare)
        elif self._object is not None and bare.split(maxsplit=1)[0] in _MEMBERS:
            self.written.objects[self._object].append((number, bare.split()))

    def _top(self, number: int, bare: str) -> bool:
        words = bare.split()
        found = _BLOCK.match(bare)
        if found is not None:
            kind = (
                "ipv6" if words[0] == "ipv6" else found[1] or ("standard" if _STANDARD.match(found[2]) else "extended")
            )
            self._leave()
            self._block = self._list(found[2], kind, number)
            return True
        group = _GROUP.match(bare) or _OBJECT.match(bare)
        if group is not None:
            self._leave()
            self._object = (group[1], group[2])
            self.written.object_lines.setdefault(self._object, number)
            self.written.objects.setdefault(self._object, [])
            if group.re is _GROUP and group[1] == "service" and group[3]:
                self.written.objects[self._object].append((number, ["default-protocol", group[3]]))
            return True
        if words[0] in {"permit", "deny", "remark"} or words[0].isdecimal() or words[0] in _MEMBERS:
            return False
        self._leave()
        self._statement(number, bare, words)
        return True

    def _leave(self) -> None:
        self._block, self._object, self._interface, self._range = None, None, "", ""

    def _statement(self, number: int, bare: str, words: list[str]) -> None:
        """One line that stands alone, or begins a block that is only looked at for references."""
        told = self.written
        match words:
            case ["hostname", host, *_]:
                told.host = host
            case ["name", address, name, *_]:
                told.names[name] = address
            case ["interface", *rest]:
                self._interface = " ".join(rest)
            case ["line", *rest]:
                self._interface = f"line {' '.join(rest)}"
            case ["time-range", name, *_]:
                self._range = name
            case ["access-group", name, *rest]:
                self._apply(name, " ".join(rest))
            case ["access-list", name, *rest] if rest:
                self._flat(number, bare, name, rest)
            case ["zone-pair", *_]:
                told.unmodelled.append(Unmodelled(number, ZONE_PAIR))

    def _flat(self, number: int, bare: str, name: str, rest: list[str]) -> None:
        if rest[0] == "line" and len(rest) > 2:  # noqa: PLR2004 - `line 3` and what it says
            rest = rest[2:]
        kind = "extended"
        if rest[0] in {"extended", "standard"}:
            kind, rest = rest[0], rest[1:]
        elif rest[0] in {"ethertype", "webtype"}:
            self.written.unmodelled.append(Unmodelled(number, f"access list {name}: {rest[0]} is not modelled"))
            return
        elif _STANDARD.match(name):
            kind = "standard"
        made = self._list(name, kind, number)
        if rest:
            self._add(made, number, bare, rest, "")

    def _list(self, name: str, kind: str, number: int) -> AccessList:
        return self.written.lists.setdefault(name, AccessList(name, kind, number))

    def _entry(self, made: AccessList, number: int, bare: str) -> bool:
        words = bare.split()
        sequence = ""
        if words[0] == "sequence" and len(words) > 1:
            words = words[1:]
        if words[0].isdecimal() and len(words) > 1:
            sequence, words = words[0], words[1:]
        if words[0] not in {"permit", "deny", "remark", "evaluate"}:
            return words[0] in {"exit", "statistics", "fragments", "no"}
        self._add(made, number, bare, words, sequence)
        return True

    def _add(self, made: AccessList, number: int, bare: str, words: list[str], sequence: str) -> None:
        if words[0] == "remark":
            made.pending.append(" ".join(words[1:]))
            return
        made.entries.append(Entry(number, bare, words, "\n".join(made.pending), sequence))
        made.pending = []

    def _inside(self, number: int, bare: str) -> None:
        """A line inside a block that is no list: an interface, a line, a class map, a time range."""
        words = bare.split()
        match words:
            case ["nameif", name, *_]:
                self._interface = name
                self.written.open_interfaces[name] = number
            case ["ip" | "ipv6", "access-group" | "traffic-filter", name, *rest]:
                self._apply(name, f"{self._interface} {' '.join(rest)}".strip())
            case ["access-class", name, *rest]:
                self._apply(name, f"{self._interface} {' '.join(rest)}".strip())
            case ["match", "access-group", "name", name, *_] | ["match", "access-list", name, *_]:
                self._apply(name, "class map")
            case ["absolute", *rest] if self._range and "end" in rest:
                self.written.ends[self._range] = " ".join(rest[rest.index("end") + 1 :])

    def _apply(self, name: str, where: str) -> None:
        self._uses.setdefault(name, []).append(where)


_MEMBERS = frozenset({
    "network-object", "service-object", "port-object", "protocol-object", "icmp-object", "group-object", "host", "subnet", "range",
    "description", "fqdn", "service",
})  # fmt: skip
