"""FortiOS as written: tables of entries with their settings, and the commands that move, rename, clone and delete them. Pure. [FW-2]"""

from dataclasses import dataclass, field

from firewall_audit.rulesets.model import Unreadable
from firewall_audit.rulesets.parsers.words import words_of

DEEPEST = 30


@dataclass(slots=True)
class Entry:
    """One entry of a table, or the settings of a table that has none."""

    name: str
    line: int
    settings: dict[str, list[str]] = field(default_factory=dict)
    text: list[str] = field(default_factory=list)

    def value(self, name: str, default: str = "") -> str:
        """The first word of a setting."""
        return next(iter(self.settings.get(name, ())), default)

    def all(self, name: str) -> list[str]:
        """All words of a setting."""
        return self.settings.get(name, [])

    def on(self, name: str) -> bool:
        """Whether a setting is switched on."""
        return self.value(name) == "enable"


Table = dict[str, Entry]


def read_tables(text: str) -> dict[tuple[str, str], Table]:
    """Give the tables by virtual domain and path (`("root", "firewall policy")`). Raises Unreadable where a block is not closed as it should."""
    tables: dict[tuple[str, str], Table] = {}
    stack: list[tuple[str, Entry | None]] = []
    seen = False
    for number, line in _logical(text):
        words = words_of(line)
        if not words or words[0].startswith("#"):
            continue
        verb, rest = words[0], words[1:]
        if verb == "config":
            seen = True
            stack.append((" ".join(rest), None))
            if len(stack) > DEEPEST:
                raise Unreadable(number, f"blocks lie more than {DEEPEST} deep in one another")
        elif verb == "end":
            if stack:
                stack.pop()
        elif stack:
            _step(tables, stack, number, verb, rest, line)
    if not seen:
        raise Unreadable(1, "nothing of a FortiOS configuration stands here")
    return tables


def _logical(text: str) -> list[tuple[int, str]]:
    """Give the lines; a value in quotes may go over several."""
    told: list[tuple[int, str]] = []
    pending, begun = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        whole = f"{pending}\n{line}" if pending else line
        open_quote = whole.replace('\\"', "").count('"') % 2 == 1 and not whole.lstrip().startswith("#")
        if open_quote and len(whole) < 60_000 and number - (begun or number) < 400:  # noqa: PLR2004 - a certificate, not the rest of the file
            pending, begun = whole, begun or number
            continue
        told.append((begun or number, whole.strip()))
        pending, begun = "", 0
    if pending:
        told.append((begun, pending.strip()))
    return told


def _step(
    tables: dict[tuple[str, str], Table],
    stack: list[tuple[str, Entry | None]],
    number: int,
    verb: str,
    rest: list[str],
    line: str,
) -> None:
    path, entry = stack[-1]
    table = tables.setdefault((_domain(stack), _path(stack)), {})
    match verb, rest:
        case "edit", [name, *_]:
            stack[-1] = (path, table.setdefault(name, Entry(name, number)))
        case "next", _:
            stack[-1] = (path, None)
        case "delete", [name, *_]:
            table.pop(name, None)
        case "rename", [old, "to", *new] if old in table and new:
            _renamed(tables, _domain(stack), _path(stack), old, "".join(new))
        case "clone", [old, "to", new, *_] if old in table:
            table[new] = Entry(
                new, number, {key: list(told) for key, told in table[old].settings.items()}, list(table[old].text)
            )
        case "move", [name, where, other, *_] if name in table and other in table:
            _move(table, name, other, before=where == "before")
        case (("set" | "unset" | "append" | "select" | "unselect"), [key, *told]):
            _change(entry if entry is not None else table.setdefault("", Entry("", number)), verb, key, told, line)


def _path(stack: list[tuple[str, Entry | None]]) -> str:
    """The table's path; what lies inside an entry names its table too."""
    return " / ".join(path for path, _ in stack if path not in {"vdom", "global"})


def _domain(stack: list[tuple[str, Entry | None]]) -> str:
    return next((entry.name for path, entry in stack if path == "vdom" and entry is not None), "root")


def _change(entry: Entry, verb: str, key: str, told: list[str], line: str) -> None:
    entry.text.append(" ".join(line.split())[:500])
    before = entry.settings.get(key, [])
    if verb in {"set", "select"}:
        entry.settings[key] = told
    elif verb == "unset":
        entry.settings.pop(key, None)
    elif verb == "append":
        entry.settings[key] = list(dict.fromkeys((*before, *told)))
    else:
        entry.settings[key] = [one for one in before if one not in told]


def _move(table: Table, name: str, other: str, *, before: bool) -> None:
    moved = table.pop(name)
    told = list(table.values())
    if moved.name != other:
        at = next(i for i, one in enumerate(told) if one.name == other)
        told.insert(at if before else at + 1, moved)
    else:
        told.append(moved)
    table.clear()
    table.update({one.name: one for one in told})


_NAMED_BY = {
    "firewall address": ("srcaddr", "dstaddr", "member", "exclude-member"), "firewall addrgrp": ("srcaddr", "dstaddr", "member"),
    "firewall address6": ("srcaddr6", "dstaddr6", "member"), "firewall service custom": ("service", "member"), "firewall service group": ("service", "member"),
    "system zone": ("srcintf", "dstintf"),
}  # fmt: skip


def _renamed(tables: dict[tuple[str, str], Table], domain: str, path: str, old: str, new: str) -> None:
    """Rename an entry, and whoever names it follows; a name in use stays with who has it."""
    table = tables[(domain, path)]
    if new in table:
        return
    told = [(new if name == old else name, one) for name, one in table.items()]
    table.clear()
    table.update(told)
    table[new].name = new
    for (where, _), other in tables.items():
        if where == domain:
            for entry in other.values():
                for key in _NAMED_BY.get(path, ()):
                    if key in entry.settings:
                        entry.settings[key] = [new if one == old else one for one in entry.settings[key]]
