"""Configurations of netfilter as `nft -j list ruleset` writes them: the same statements as in text, the same meaning. Pure. [FW-2, FW-5]

Source: libnftables-json(5).
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from firewall_audit.rulesets.model import (
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
from firewall_audit.rulesets.parsers.nftables import FAMILIES, HOOKS, VERDICTS, meant
from firewall_audit.rulesets.parsers.nftables_meaning import Condition, NamedSet, flag_bits
from firewall_audit.rulesets.parsers.nftables_words import FINAL, NAT, Statement
from firewall_audit.rulesets.parsers.parser import MOST_RULES, Parser

QUIET = {"counter", "mangle", "ct helper", "set", "flow", "notrack", "secmark"}
Key = tuple[str, str, str]


@dataclass(slots=True)
class _Sheet:
    chains: dict[Key, Filter] = field(default_factory=dict)
    rules: defaultdict[Key, list[Rule]] = field(default_factory=lambda: defaultdict(list))
    sets: defaultdict[tuple[str, str], dict[str, NamedSet]] = field(default_factory=lambda: defaultdict(dict))
    objects: list[NamedObject] = field(default_factory=list)
    unmodelled: list[Unmodelled] = field(default_factory=list)


def parse(text: str) -> Ruleset:
    """Read a ruleset; lines are counted by rule, for the text has none to speak of.

    Raises:
        Unreadable: it is no JSON, or none of nft.

    """
    try:
        parts = json.loads(text)["nftables"]
    except json.JSONDecodeError as wrong:
        raise Unreadable(wrong.lineno, f"no JSON: {wrong.msg}") from None
    except (KeyError, TypeError, RecursionError):
        raise Unreadable(1, "no list called nftables") from None
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise Unreadable(1, "nftables is no list of parts")
    sheet = _Sheet()
    told = [
        (kind, body, line)
        for line, part in enumerate(parts, 1)
        for kind, body in part.items()
        if isinstance(body, dict)
    ]
    for kind, body, line in told:
        _declared(sheet, kind, body, line)
    for line, body in ((line, body) for kind, body, line in told if kind == "rule"):
        if line > MOST_RULES:
            raise Unreadable(line, f"more than {MOST_RULES} rules")
        _rule(sheet, body, line)
    filters = tuple(replace(chain, rules=numbered(sheet.rules[key])) for key, chain in sheet.chains.items())
    return Ruleset("nftables-json", filters, tuple(sheet.objects), tuple(sheet.unmodelled))


def _words(body: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    return tuple(str(body.get(name, "")) for name in names)


def _declared(sheet: _Sheet, kind: str, body: Mapping[str, Any], line: int) -> None:
    family, table, name = _words(body, "family", "table", "name")
    if kind == "chain":
        hook, policy = str(body.get("hook", "")), str(body.get("policy", "accept"))
        judged = body.get("type") == "filter" and hook in HOOKS and family in FAMILIES
        shown = hook if judged else f"{family} {body.get('type')} {hook}" if hook else ""
        number = body.get("prio", 0)
        sheet.chains[family, table, name] = Filter(
            f"{family} {table} {name}",
            (),
            VERDICTS.get(policy, "allow") if hook else "return",
            shown,
            number if isinstance(number, int) else 0,
            line=line,
        )
    elif kind in {"set", "map"}:
        found = NamedSet(known=not {"dynamic", "timeout"} & set(body.get("flags") or ()) and "timeout" not in body)
        for member in body.get("elem") or ():
            value, verdict = member if kind == "map" and isinstance(member, list) and len(member) == 2 else (member, "")  # noqa: PLR2004
            found.words.append(words(value))
            found.verdicts.append(_verdict(verdict) if isinstance(verdict, dict) else str(verdict))
        sheet.sets[family, table][name] = found
        sheet.objects.append(NamedObject(name, kind, f"{len(found.words)} members", line))


def _rule(sheet: _Sheet, body: Mapping[str, Any], line: int) -> None:
    family, table, chain = _words(body, "family", "table", "chain")
    key = (family, table, chain)
    said = statement(body.get("expr") or [])
    said.comment = str(body.get("comment", ""))
    text = json.dumps(
        [part for part in body.get("expr") or [] if not (isinstance(part, dict) and "counter" in part)], sort_keys=True
    )
    base = Rule(
        str(body.get("handle") or content_id(text)), len(sheet.rules[key]) + 1, line, text, "continue", (),
        logs=said.logs, comment=said.comment, hits=Hits(*said.counted) if said.counted else None,
    )  # fmt: skip
    if key not in sheet.chains:
        sheet.unmodelled.append(Unmodelled(line, f"a rule of the chain {chain}, which is nowhere in the file"))
        sheet.chains[key] = Filter(" ".join(key), (), "return", "", line=line)
    sheet.rules[key] += meant(said, base, FAMILIES.get(family, ()), f"{family} {table} ", sheet.sets[family, table])


def statement(parts: list[Any]) -> Statement:
    """The statements of one rule; what is not known is noted."""
    said = Statement()
    for part in parts:
        kind, body = next(iter(part.items()), ("", None)) if isinstance(part, dict) else (str(part), None)
        if kind == "match" and isinstance(body, dict):
            _match(said, body)
        elif kind == "vmap" and isinstance(body, dict):
            _verdict_map(said, body)
        elif kind in FINAL:
            said.verdict = kind
        elif kind in {"jump", "goto"} and isinstance(body, dict) and "target" in body:
            said.verdict = f"{kind} {body['target']}"
        elif kind == "counter" and isinstance(body, dict) and {"packets", "bytes"} <= body.keys():
            said.counted = int(body["packets"]), int(body["bytes"])
        else:
            _other(said, kind, part)
    return said


def _other(said: Statement, kind: str, part: Any) -> None:
    if kind == "log":
        said.logs = True
    elif kind == "reject":
        said.verdict = "reject"
    elif kind in NAT:
        said.verdict = "nat"
    elif kind in {"queue", "synproxy"}:
        said.verdict = "queue"
        said.notes.append(f"decided elsewhere ({kind})")
    elif kind not in QUIET:
        said.notes.append(json.dumps(part)[:120])


def _match(said: Statement, body: Mapping[str, Any]) -> None:
    left, right, sign = body.get("left"), body.get("right"), str(body.get("op", "=="))
    mask: int | None = None
    try:
        if isinstance(left, dict) and "&" in left:
            left, masked = left["&"]
            mask = flag_bits(",".join(words(masked)))
        selectors = _selectors(left)
        sign = "==" if sign == "in" and selectors != ("tcp flags",) else sign
        if isinstance(right, str) and right.startswith("@"):
            said.conditions.append(Condition(selectors, sign, [], right, mask))
            return
        members = right["set"] if isinstance(right, dict) and "set" in right else [right]
        said.conditions.append(
            Condition(
                selectors,
                sign,
                [words(one) for one in (members if isinstance(members, list) else [members])],
                mask=mask,
            )
        )
    except (ValueError, KeyError, TypeError):
        said.notes.append(json.dumps(body)[:120])


def _verdict_map(said: Statement, body: Mapping[str, Any]) -> None:
    try:
        selectors, data = _selectors(body["key"]), body["data"]
        if isinstance(data, str):
            said.verdict_map = Condition(selectors, "==", []), data
            return
        said.verdict_map = Condition(selectors, "==", [words(value) for value, _ in data["set"]]), ""
        said.map_verdicts = [_verdict(verdict) for _, verdict in data["set"]]
    except (ValueError, KeyError, TypeError):
        said.notes.append(json.dumps(body)[:120])


def _verdict(part: Mapping[str, Any]) -> str:
    kind, body = next(iter(part.items()))
    return f"{kind} {body['target']}" if isinstance(body, dict) and "target" in body else kind


def _selectors(left: Any) -> tuple[str, ...]:
    """`{"payload": {"protocol": "tcp", "field": "dport"}}` as `tcp dport`; raises KeyError where it is something else."""
    if "concat" in left:
        return tuple(one for part in left["concat"] for one in _selectors(part))
    if "payload" in left:
        return (f"{left['payload']['protocol']} {left['payload']['field']}",)
    kind = "meta" if "meta" in left else "ct"
    return (f"{kind} {left[kind]['key']}",)


def words(value: Any) -> tuple[str, ...]:
    """A value as the words that stand for it in text; raises KeyError where it is something else."""
    if isinstance(value, dict):
        if "elem" in value:
            return words(value["elem"]["val"])
        if "concat" in value:
            return tuple(one for part in value["concat"] for one in words(part))
        if "prefix" in value:
            return (f"{value['prefix']['addr']}/{value['prefix']['len']}",)
        if "range" in value:
            return ("-".join(words(end)[0] for end in value["range"]),)
        return (",".join(word for part in value["|"] for word in words(part)),)
    if isinstance(value, list):
        return (",".join(word for part in value for word in words(part)),)
    return (str(value),)


def recognises(text: str) -> bool:
    """Whether it begins as `nft -j` does."""
    return text.lstrip()[:14].replace(" ", "").startswith('{"nftables"')


PARSER = Parser("nftables-json", "Linux: nftables, as JSON", recognises, parse)
