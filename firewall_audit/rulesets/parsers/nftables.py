"""Configurations of netfilter as `nft list ruleset` writes them, with `define` as in files. Pure. [FW-2, FW-5]

Judged are chains of type filter on input, output and forward in the families ip, ip6 and inet. Source: nft(8).
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace

from firewall_audit.rulesets.model import (
    Action,
    Filter,
    Hits,
    NamedObject,
    Rule,
    Ruleset,
    Unmodelled,
    Unreadable,
    content_id,
    numbered,
)
from firewall_audit.rulesets.parsers.nftables_meaning import NamedSet, narrow
from firewall_audit.rulesets.parsers.nftables_words import Statement, read_elements, read_statements
from firewall_audit.rulesets.parsers.parser import LONGEST_LINE, MOST_RULES, Parser
from firewall_audit.rulesets.reading import Reading
from firewall_audit.rulesets.values import V4, V6

FAMILIES = {"ip": (V4,), "ip6": (V6,), "inet": (V4, V6)}
OTHERS = {"arp", "bridge", "netdev"}
HOOKS = {"input", "output", "forward"}
TOKEN = re.compile(r'"[^"\n]*"|#[^\n]*|\\\n|[{};,()\n]|[^\s{};,()"]+')
VERDICTS: dict[str, Action] = {
    "accept": "allow",
    "drop": "deny",
    "reject": "reject",
    "return": "return",
    "continue": "continue",
    "queue": "continue",
}


@dataclass(slots=True)
class Sheet:
    """A file while it is read."""

    tokens: list[tuple[str, int]]
    place: int = 0
    filters: list[Filter] = field(default_factory=list)
    objects: list[NamedObject] = field(default_factory=list)
    unmodelled: list[Unmodelled] = field(default_factory=list)
    variables: dict[str, list[str]] = field(default_factory=dict)
    rules: int = 0

    @property
    def line(self) -> int:
        """Where the reader is."""
        return self.tokens[min(self.place, len(self.tokens) - 1)][1] if self.tokens else 1

    def take(self) -> str:
        """The next token; raises `Unreadable` at the end."""
        if self.place >= len(self.tokens):
            raise Unreadable(self.line, "it ends in the middle of a block")
        token, _ = self.tokens[self.place]
        self.place += 1
        return token

    def until(self, *ends: str) -> list[str]:
        """Tokens up to one of the ends outside braces, which is taken too; names of variables replaced."""
        taken: list[str] = []
        depth = 0
        while self.place < len(self.tokens):
            token = self.take()
            if depth == 0 and token in ends:
                return taken
            if depth == 0 and token == "}":  # noqa: S105 a brace
                self.place -= 1
                return taken
            depth += {"{": 1, "}": -1}.get(token, 0)
            if token != "\n":  # noqa: S105
                taken += self.variables.get(token[1:], [token]) if token.startswith("$") else [token]
        return taken


def parse(text: str) -> Ruleset:
    """Read a ruleset.

    Raises:
        Unreadable: there is no table in it, a brace is not closed, a line is longer than 64 KiB, there are more than 100,000 rules.

    """
    for number, written in enumerate(text.split("\n"), 1):
        if len(written) > LONGEST_LINE:
            raise Unreadable(number, f"the line is longer than {LONGEST_LINE} characters")
    sheet = Sheet(list(_tokens(text)))
    tables = 0
    while sheet.place < len(sheet.tokens):
        line = sheet.line
        token = sheet.take()
        if token == "table":  # noqa: S105
            tables += 1
            _table(sheet)
        elif token in {"define", "redefine"}:
            name, _, *said = sheet.until("\n", ";") or [""] * 2
            sheet.variables[name] = said
        elif token not in {"\n", ";"}:
            rest = sheet.until("\n", ";")
            if token != "flush":  # noqa: S105
                sheet.unmodelled.append(Unmodelled(line, " ".join([token, *rest])[:80]))
            if sheet.place < len(sheet.tokens) and sheet.tokens[sheet.place][0] == "}":
                sheet.place += 1
    if not tables:
        raise Unreadable(sheet.unmodelled[0].line if sheet.unmodelled else 1, "there is no table in it")
    return Ruleset("nftables", tuple(sheet.filters), tuple(sheet.objects), tuple(sheet.unmodelled))


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for found in TOKEN.finditer(text):
        token = found[0]
        if token.startswith("#"):
            handle = re.match(r"# handle (\d+)", token)
            if handle:
                yield f"#{handle[1]}", line
        elif token == "\\\n":  # noqa: S105
            line += 1
        else:
            yield token, line
            line += token == "\n"  # noqa: S105


def _table(sheet: Sheet) -> None:
    """`table inet fw { … }`: its sets first, for rules name them whatever their order."""
    words = sheet.until("{", "\n", ";")
    name = words[-1] if words else ""
    family = words[0] if len(words) > 1 else "ip"
    if family not in FAMILIES and family not in OTHERS:
        raise Unreadable(sheet.line, f"{family} is no family of tables")
    chains: list[tuple[str, int, int]] = []
    sets: dict[str, NamedSet] = {}
    while (token := sheet.take()) != "}":
        line = sheet.line
        if token in {"\n", ";"} or token.startswith("#"):
            continue
        said = sheet.until("{", "\n", ";")
        if token == "chain":  # noqa: S105
            chains.append((said[0] if said else "", sheet.place, line))
        elif token in {"set", "map"} and said:
            sets[said[0]] = read_elements(_inside(sheet))
            sheet.objects.append(NamedObject(said[0], token, f"{len(sets[said[0]].words)} members", line))
            continue
        elif sheet.tokens[sheet.place - 1][0] != "{":
            continue
        _inside(sheet)
    after = sheet.place
    for chain, begin, line in chains:
        sheet.place = begin
        sheet.filters.append(_chain(sheet, family, name, chain, line, sets))
    sheet.place = after


def _inside(sheet: Sheet) -> list[str]:
    """What stands in the block that was just opened, without its brace."""
    depth, taken = 1, list[str]()
    while True:
        token = sheet.take()
        depth += {"{": 1, "}": -1}.get(token, 0)
        if not depth:
            return taken
        taken += sheet.variables.get(token[1:], [token]) if token.startswith("$") else [token]


def _chain(sheet: Sheet, family: str, table: str, name: str, line: int, sets: dict[str, NamedSet]) -> Filter:
    rules: list[Rule] = []
    base = Filter(f"{family} {table} {name}", (), "return", "", line=line)
    while sheet.tokens[sheet.place][0] != "}":
        at = sheet.line
        words = sheet.until("\n", ";")
        if words[:1] == ["type"]:
            base = _hooked(base, family, words)
        elif words[:1] == ["policy"] and len(words) > 1:
            base = replace(base, default=VERDICTS.get(words[1], "allow"))
        elif words and words[0] not in {"comment", "flags", "devices", "device"} and not words[0].startswith("#"):
            sheet.rules += 1
            if sheet.rules > MOST_RULES:
                raise Unreadable(at, f"more than {MOST_RULES} rules")
            rules += _rules(words, at, len(rules) + 1, family, table, sets)
    sheet.place += 1
    return replace(base, rules=numbered(rules))


def _hooked(base: Filter, family: str, words: list[str]) -> Filter:
    """`type filter hook input priority filter`."""
    kind = words[1] if len(words) > 1 else ""
    hook = words[words.index("hook") + 1] if "hook" in words[:-1] else ""
    judged = kind == "filter" and hook in HOOKS and family in FAMILIES
    number = (
        next((word for word in words[words.index("priority") + 1 :] if word.lstrip("-").isdecimal()), "0")
        if "priority" in words
        else "0"
    )
    return replace(base, hook=hook if judged else f"{family} {kind} {hook}", default="allow", priority=int(number))


def _rules(words: list[str], line: int, place: int, family: str, table: str, sets: dict[str, NamedSet]) -> list[Rule]:
    """One rule as written; a map of verdicts makes one rule for each verdict, in the order of the map."""
    handle = next((word[1:] for word in words if re.fullmatch(r"#\d+", word)), "")
    said = read_statements([word for word in words if not re.fullmatch(r"#\d+", word)])
    text = said.text
    base = Rule(
        handle or content_id(text),
        place,
        line,
        text,
        "continue",
        (),
        logs=said.logs,
        comment=said.comment,
        hits=Hits(*said.counted) if said.counted else None,
    )
    return list(meant(said, base, FAMILIES.get(family, ()), f"{family} {table} ", sets))


def meant(
    said: Statement, base: Rule, families: tuple[int, ...], prefix: str, sets: dict[str, NamedSet]
) -> Iterator[Rule]:
    """What the statements of one rule mean: boxes, and what is done with them."""
    readings = [Reading.begin(*families)] if families else []
    for condition in said.conditions:
        readings = narrow(readings, condition, sets)
    for what in said.notes:
        for reading in readings:
            reading.note(what)
    if said.verdict_map is None:
        yield _with(base, readings, said.verdict, prefix, said.logs)
        return
    where, name = said.verdict_map
    pairs = (
        NamedSet(where.words, said.map_verdicts)
        if not name
        else sets.get(name.removeprefix("@"), NamedSet(known=False))
    )
    if not pairs.known:
        for reading in readings:
            reading.note(f"a map of verdicts {name}, of which the members are not known")
        yield _with(base, readings, "continue", prefix, said.logs)
        return
    for word, verdict in zip(pairs.words, pairs.verdicts, strict=False):
        yield _with(base, narrow(deepcopy(readings), replace(where, words=[word]), sets), verdict, prefix, said.logs)


def _with(base: Rule, readings: list[Reading], verdict: str, prefix: str, logs: bool) -> Rule:
    word, _, target = verdict.partition(" ")
    action: Action = VERDICTS.get(word) or (
        "jump"
        if word == "jump"
        else "goto"
        if word == "goto"
        else "nat"
        if word == "nat"
        else "log"
        if logs
        else "continue"
    )
    boxes = tuple(box for reading in readings for box in reading.done())
    notes = tuple(dict.fromkeys(what for reading in readings for what in reading.unmodelled))
    return replace(base, action=action, target=f"{prefix}{target}" if target else "", boxes=boxes, unmodelled=notes)


def recognises(text: str) -> bool:
    """Whether it has a table as nft writes it."""
    return bool(
        re.search(
            r"(?m)^\s*(?:table (?:ip|ip6|inet|arp|bridge|netdev) [\w-]+ \{|add table |#!/usr/sbin/nft|flush ruleset)",
            text[:20_000],
        )
    )


PARSER = Parser("nftables", "Linux: nftables", recognises, parse)
