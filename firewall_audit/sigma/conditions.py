"""The condition of a Sigma rule as SQL over `events`: columns are ours, every value is bound, never written into the text. Pure. [FW-3]"""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any, Final

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import (
    CompareOperators,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SpecialChars,
)

from firewall_audit.sigma.documents import fault
from firewall_audit.sigma.fields import (
    KEYWORDS,
    OUTCOMES,
    PROTOCOLS,
    VERDICTS,
    Column,
    column_of,
)

MOST_VALUES: Final = 2_000
LONGEST: Final = 1_000
DIGITS: Final = 15
COMPARED: Final = {
    CompareOperators.LT: "<", CompareOperators.LTE: "<=", CompareOperators.GT: ">", CompareOperators.GTE: ">=", CompareOperators.NEQ: "<>",
}  # fmt: skip
QUOTE: Final = '"'
FLAGS: Final = {"IGNORECASE": "i", "MULTILINE": "m", "DOTALL": "s"}


class Binder:
    """The values of a rule, each under a name of its own; the fields that no line has; the networks that are asked for."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.networks: set[str] = set()
        self.unknown: set[str] = set()

    def bind(self, value: Any) -> str:
        """Keep a value and return what stands for it in the SQL. Raises Malformed for too many, and for one that is too long."""
        if len(self.values) >= MOST_VALUES:
            raise fault(f"A rule has {MOST_VALUES} values at most.")
        if isinstance(value, str) and len(value) > LONGEST:
            raise fault(f"A value has {LONGEST} characters at most.")
        name = f"s{len(self.values)}"
        self.values[name] = value
        return f"${name}"

    def column(self, field: str) -> Column | None:
        """Return the column of a field; one that there is none for is remembered, so that all are named at once."""
        found = column_of(field)
        if found is None:
            self.unknown.add(field[:80])
        return found


def sql_of(node: Any, binder: Binder) -> str:
    """Return a condition as SQL that is true or false, never unknown. Raises Malformed for what cannot be asked here."""
    if isinstance(node, (ConditionAND, ConditionOR)):
        word = " AND " if isinstance(node, ConditionAND) else " OR "
        return "(" + word.join(sql_of(one, binder) for one in node.args) + ")"
    if isinstance(node, ConditionNOT):
        return f"(NOT {sql_of(node.args[0], binder)})"
    if isinstance(node, ConditionFieldEqualsValueExpression):
        column = binder.column(node.field)
        return "false" if column is None else _held(column, node.value, binder)
    if isinstance(node, ConditionValueExpression):
        return "(" + " OR ".join(_keyword(f'"{name}"', node.value, binder) for name in KEYWORDS) + ")"
    raise fault(f"A condition of this kind is not supported: {type(node).__name__}.")


def _keyword(name: str, value: Any, binder: Binder) -> str:
    if isinstance(value, SigmaRegularExpression):
        return _regex(name, value, binder)
    if isinstance(value, (SigmaString, SigmaNumber)):
        text = SigmaString(str(value.number)) if isinstance(value, SigmaNumber) else value
        return _like(name, f"%{_pattern(text)}%", binder, cased=isinstance(value, SigmaCasedString))
    if isinstance(value, SigmaExpansion):
        return _either(_keyword(name, one, binder) for one in value.values)
    raise _unsupported(value)


def _held(column: Column, value: Any, binder: Binder) -> str:
    """Hold a value against a column; a column without a value is held by nothing but `null` and `exists: false`."""
    if isinstance(value, SigmaExpansion):
        return _either(_held(column, one, binder) for one in value.values)
    if isinstance(value, SigmaNull):
        return _missing(column)
    if isinstance(value, SigmaExists):
        return f"(NOT {_missing(column)})" if bool(value) else _missing(column)
    if isinstance(value, SigmaRegularExpression):
        return _regex(column.sql, value, binder)
    if isinstance(value, SigmaFieldReference):
        return _same(column, value, binder)
    if isinstance(value, SigmaCompareExpression):
        if column.kind != "number":
            raise fault(f"The field {column.name} is no number and cannot be compared.")
        sign = COMPARED.get(value.op)
        if sign is None:
            raise _unsupported(value)
        return f"coalesce({column.sql} {sign} {binder.bind(value.number.number)}, false)"
    return HOLDERS[column.kind](column.sql, value, binder)


def _either(parts: Iterable[str]) -> str:
    return "(" + " OR ".join(parts) + ")"


def _missing(column: Column) -> str:
    return f"({column.sql} IS NULL)" if column.kind == "number" else f"(coalesce({column.sql}, '') = '')"


def _same(column: Column, value: SigmaFieldReference, binder: Binder) -> str:
    other = binder.column(value.field)
    if other is None:
        return "false"
    if value.starts_with or value.ends_with or (other.kind == "number") != (column.kind == "number"):
        raise fault("Two fields can only be compared for being equal, and only of the same kind.")
    return f"coalesce({column.sql} = {other.sql}, false)"


def _text(name: str, value: Any, binder: Binder) -> str:
    if isinstance(value, SigmaNumber):
        value = SigmaString(str(value.number))
    if not isinstance(value, SigmaString):
        raise _unsupported(value)
    cased = isinstance(value, SigmaCasedString)
    if value.contains_special():
        return _like(name, _pattern(value), binder, cased=cased)
    plain = _plain(value)
    return f"({name} = {binder.bind(plain)})" if cased else f"(lower({name}) = {binder.bind(plain.lower())})"


def _word(name: str, value: Any, binder: Binder) -> str:
    told = PROTOCOLS.get(str(value).lower())
    return f"({name} = {binder.bind(told)})" if told else _text(name, value, binder)


def _address(name: str, value: Any, binder: Binder) -> str:
    if isinstance(value, SigmaCIDRExpression):
        return _within(name, value.cidr, binder)
    plain = str(value)
    try:
        return f"({name} = {binder.bind(str(ipaddress.ip_address(plain)))})"
    except ValueError:
        pass
    try:
        return _within(name, str(ipaddress.ip_network(plain)), binder)
    except ValueError:
        return _text(name, value, binder)


def _within(name: str, network: str, binder: Binder) -> str:
    told = str(ipaddress.ip_network(network))
    binder.networks.add(told)
    return f"({name} IN (SELECT address FROM imported_networks WHERE network = {binder.bind(told)}))"


def _number(name: str, value: Any, binder: Binder) -> str:
    if isinstance(value, SigmaNumber):
        return f"coalesce({name} = {binder.bind(value.number)}, false)"
    if isinstance(value, SigmaString) and value.contains_special():
        return _like(f"CAST({name} AS VARCHAR)", _pattern(value), binder)
    if isinstance(value, SigmaString) and str(value).isdecimal() and str(value).isascii() and len(str(value)) <= DIGITS:
        return f"coalesce({name} = {binder.bind(int(str(value)))}, false)"
    raise fault(f"The field {name.split(QUOTE)[1]} is a number; this value is none.")


def _verdict(name: str, value: Any, binder: Binder) -> str:
    return _named(name, value, VERDICTS, binder)


def _outcome(name: str, value: Any, binder: Binder) -> str:
    return _named(name, value, OUTCOMES, binder)


def _named(name: str, value: Any, known: Any, binder: Binder) -> str:
    told = known.get(str(value).lower()) if isinstance(value, (SigmaString, SigmaNumber)) else None
    if told is None:
        raise fault(f"The field {name.split(QUOTE)[1]} has no such value here: {str(value)[:60]}.")
    return f"({name} = {binder.bind(told)})"


HOLDERS: Final[dict[str, Callable[[str, Any, Binder], str]]] = {
    "text": _text, "word": _word, "address": _address, "number": _number, "verdict": _verdict, "outcome": _outcome,
}  # fmt: skip


def _regex(name: str, value: SigmaRegularExpression, binder: Binder) -> str:
    """Ask by RE2, the engine that checked it when it was read: it takes time in proportion to the text, whatever the expression."""
    flags = "".join(sorted(FLAGS[one.name] for one in value.flags))
    told = binder.bind((f"(?{flags})" if flags else "") + value.regexp.original)
    return f"coalesce(regexp_matches(CAST({name} AS VARCHAR), {told}), false)"


def _like(name: str, pattern: str, binder: Binder, *, cased: bool = False) -> str:
    return f"coalesce({name} {'LIKE' if cased else 'ILIKE'} {binder.bind(pattern)} ESCAPE '!', false)"


def _pattern(value: SigmaString) -> str:
    """Return a text with its wildcards as LIKE writes them."""
    told = []
    for part in value.s:
        if part is SpecialChars.WILDCARD_MULTI:
            told.append("%")
        elif part is SpecialChars.WILDCARD_SINGLE:
            told.append("_")
        elif isinstance(part, str):
            told.append("".join(f"!{sign}" if sign in "!%_" else sign for sign in part))
        else:
            raise _unsupported(value)
    return "".join(told)


def _plain(value: SigmaString) -> str:
    if not all(isinstance(part, str) for part in value.s):
        raise _unsupported(value)
    return "".join(str(part) for part in value.s)


def _unsupported(value: Any) -> Exception:
    return fault(f"A value of this kind is not supported: {type(value).__name__}.")
