"""A text of Sigma rules as what the weekly review asks: each rule, or a correlation with the rules it counts. Pure. [FW-3]"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sigma.correlations import (
    SigmaCorrelationCondition,
    SigmaCorrelationConditionOperator,
    SigmaCorrelationRule,
    SigmaCorrelationType,
)
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from firewall_audit.detections.asked import Count, Imported
from firewall_audit.detections.finding import Danger
from firewall_audit.sigma.conditions import Binder, sql_of
from firewall_audit.sigma.documents import fault, load, split
from firewall_audit.sigma.fields import CATEGORIES, PRODUCTS, SERVICES
from kernel.errors import Malformed

DANGERS: Final[dict[str, Danger]] = {
    "INFORMATIONAL": "info",
    "LOW": "low",
    "MEDIUM": "medium",
    "HIGH": "high",
    "CRITICAL": "high",
}
LONGEST_CONDITION: Final = 1_000
DEEPEST_CONDITION: Final = 4
LONGEST_SPAN: Final = 7 * 86_400
WHERE: Final = (
    "The log source is not of firewalls: {told}. Known are the categories {categories}, and the products {products}."
)


@dataclass(frozen=True, slots=True)
class Written:
    """One rule of a text: what it is called, its words by themselves, and what it asks."""

    key: str
    """Its own id, or one made of its name: the same rule in another text has the same."""
    title: str
    text: str
    asked: Imported

    @property
    def digest(self) -> str:
        """The SHA-256 of its words."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Document:
    text: str
    rule: SigmaRule | SigmaCorrelationRule
    refs: frozenset[str]

    @property
    def key(self) -> str:
        name = self.rule.name or self.rule.title
        return str(self.rule.id or uuid5(NAMESPACE_URL, f"sigma:{name}"))


def read(text: str) -> list[Written]:
    """Read a text of rules. A rule that a correlation counts is part of that correlation, unless it says `generate`.

    Raises Malformed, naming the document, for what is no rule, what speaks of fields or log sources that firewalls do not have, and for
    correlations of other kinds than event_count and value_count.
    """
    documents = [_document(place, one) for place, one in enumerate(split(text), 1)]
    keys = [one.key for one in documents]
    if len(set(keys)) != len(keys):
        raise fault("Two rules of the text have the same id or the same name.")
    counted: set[str] = set()
    found: list[Written] = []
    for one in documents:
        if isinstance(one.rule, SigmaCorrelationRule):
            bases = _bases(one.rule, documents)
            if not one.rule.generate:
                counted |= {base.key for base in bases}
            found.append(_written([*bases, one], one.rule))
    found += [_written([one], None) for one in documents if isinstance(one.rule, SigmaRule) and one.key not in counted]
    return sorted(found, key=lambda each: keys.index(each.key))


@lru_cache(maxsize=256)
def read_one(text: str) -> Imported:
    """Read the text of one rule as it was kept. Raises Malformed when this release cannot read it any more."""
    (found,) = read(text)
    return found.asked


def _document(place: int, text: str) -> _Document:
    told = load(text)
    if isinstance(told.get("detection"), dict):
        _bounded(told["detection"])
    try:
        rule = SigmaCorrelationRule.from_dict(told) if "correlation" in told else SigmaRule.from_dict(told)
    except (SigmaError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise fault(f"Document {place} is no Sigma rule: {str(error)[:300]}.") from None
    if not rule.title.strip():
        raise fault(f"Document {place} is no Sigma rule: it has no title.")
    return _Document(text, rule, frozenset(str(one) for one in (rule.id, rule.name) if one))


def _bounded(detection: dict[str, Any]) -> None:
    """Refuse a condition whose parsing takes long."""
    told = detection.get("condition", "")
    for one in told if isinstance(told, list) else [told]:
        text, depth, deepest = str(one), 0, 0
        for sign in text:
            depth += (sign == "(") - (sign == ")")
            deepest = max(deepest, depth)
        if len(text) > LONGEST_CONDITION or deepest > DEEPEST_CONDITION or len(re.findall(r"\bnot\b", text)) > 20:  # noqa: PLR2004
            raise fault("A condition is too long, or nested too deeply.")


def _bases(rule: SigmaCorrelationRule, documents: Sequence[_Document]) -> list[_Document]:
    found = []
    for wanted in rule.rules or ():
        base = next((one for one in documents if wanted.reference in one.refs), None)
        if base is None:
            raise fault(f"The correlation counts {wanted.reference[:80]}, which is not in this text.")
        if isinstance(base.rule, SigmaCorrelationRule):
            raise fault("A correlation of correlations is not supported.")
        found.append(base)
    if not found:
        raise fault("The correlation counts no rule.")
    return found


def _written(documents: list[_Document], correlation: SigmaCorrelationRule | None) -> Written:
    """Make what is asked of a rule, or of a correlation with its rules before it."""
    told = documents[-1]
    binder = Binder()
    conditions = [_condition(one.rule, binder) for one in documents if isinstance(one.rule, SigmaRule)]
    count = _count(correlation, binder) if correlation is not None else None
    if binder.unknown:
        raise fault(f"No line of a firewall has these fields: {', '.join(sorted(binder.unknown))}.")
    level = (
        (told.rule.level or next((one.rule.level for one in documents if one.rule.level), None)) if told.rule else None
    )
    asked = Imported(
        key=told.key, title=told.rule.title.strip()[:200], reason=_reason(told.rule.description), danger=DANGERS[level.name] if level else "low",
        where=" OR ".join(conditions), values=tuple(binder.values.items()), networks=tuple(sorted(binder.networks)), count=count,
    )  # fmt: skip
    return Written(told.key, asked.title, "---\n".join(one.text for one in documents), asked)


def _reason(description: Any) -> str:
    return " ".join(str(description or "").split())[:900]


def _condition(rule: SigmaRule, binder: Binder) -> str:
    source = rule.logsource
    kinds, products = _kinds(rule), PRODUCTS.get((source.product or "").lower())
    if kinds is None or (source.product and products is None):
        names = ", ".join(filter(None, (source.category, source.product, source.service)))
        raise fault(WHERE.format(told=names, categories=", ".join(CATEGORIES), products=", ".join(PRODUCTS)))
    try:
        trees = [one.parsed for one in rule.detection.parsed_condition]
    except SigmaError as error:
        raise fault(f"The condition of {rule.title[:80]} cannot be read: {str(error)[:200]}.") from None
    parts = [f"({' OR '.join(sql_of(one, binder) for one in trees)})"]
    if kinds:
        parts.append("kind IN ({})".format(", ".join(f"'{one}'" for one in kinds)))
    if products is not None:
        parts.append(
            f"device IN (SELECT device FROM imported_products WHERE product = {binder.bind(str(source.product).lower())})"
        )
    return f"({' AND '.join(parts)})"


def _kinds(rule: SigmaRule) -> tuple[str, ...] | None:
    """Return the kinds of events that a rule's log source is about, none where it is about all; None where it is of no firewall."""
    source = rule.logsource
    if source.service:
        return SERVICES.get(source.service.lower())
    if source.category:
        return CATEGORIES.get(source.category.lower())
    return ()


def _count(rule: SigmaCorrelationRule, binder: Binder) -> Count:
    if rule.type not in {SigmaCorrelationType.EVENT_COUNT, SigmaCorrelationType.VALUE_COUNT}:
        raise fault(f"Of correlations event_count and value_count are supported, not {rule.type.name.lower()}.")
    condition = rule.condition
    least = SigmaCorrelationConditionOperator.GTE, SigmaCorrelationConditionOperator.GT
    if (
        not isinstance(condition, SigmaCorrelationCondition)
        or condition.op not in least
        or not 0 < condition.count < 10**9
    ):
        raise fault("A correlation counts at least so many (gte), or more than so many (gt).")
    if rule.timespan.seconds > LONGEST_SPAN:
        raise fault("A correlation spans seven days at most: so much is looked at at once.")
    if len(rule.aliases):
        raise fault("Aliases of a correlation are not supported.")
    distinct = ""
    if rule.type is SigmaCorrelationType.VALUE_COUNT:
        if not isinstance(condition.fieldref, str):
            raise fault("A value_count counts the values of one field.")
        distinct = _name(condition.fieldref, binder)
    group = tuple(_name(one, binder) for one in rule.group_by or ())
    count = int(condition.count) + (condition.op is SigmaCorrelationConditionOperator.GT)
    return Count(group=group, span=rule.timespan.seconds, least=count, distinct=distinct)


def _name(field: str, binder: Binder) -> str:
    found = binder.column(field)
    return found.name if found else ""


__all__ = ["Malformed", "Written", "read", "read_one"]
