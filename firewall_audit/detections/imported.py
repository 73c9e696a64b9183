"""What imported rules find: each asks the events by SQL of our own making, with every value bound. [FW-3]"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from firewall_audit.detections.asked import Count, Imported
from firewall_audit.detections.finding import MOST_LINES, MOST_SOURCES, Finding, capped
from firewall_audit.detections.ground import moment
from firewall_audit.detections.parameters import Parameters
from firewall_audit.networks import Networks
from firewall_audit.store import Line, Window

MOST: Final = 200
WHO: Final = "CASE WHEN src <> '' THEN src WHEN \"user\" <> '' THEN \"user\" ELSE device END"
LINES: Final = f"min(row(moment, file, place), {MOST_LINES})"
SOURCES: Final = f"list_slice(list_sort(list(DISTINCT src) FILTER (src <> '')), 1, {MOST_SOURCES})"
TOLD: Final = (
    f"who, sum(times)::BIGINT AS n, min(moment), max(moment), count(DISTINCT moment::DATE)::INTEGER, {SOURCES}, {LINES}"
)
HIT: Final = "SELECT {who} AS who, src, times, moment, file, place{more} FROM events WHERE {where}"
PLAIN: Final = f"WITH hit AS ({HIT}) SELECT {TOLD} FROM hit GROUP BY who ORDER BY n DESC, who LIMIT {MOST}"
COUNTED: Final = f"""
WITH hit AS ({HIT}), seen AS (
    SELECT *, {{measure}} OVER (PARTITION BY who ORDER BY moment RANGE BETWEEN INTERVAL {{span}} SECOND PRECEDING AND CURRENT ROW) AS reached FROM hit
)
SELECT {TOLD} FROM seen GROUP BY who HAVING max(reached) >= {{least}} ORDER BY n DESC, who LIMIT {MOST}"""


@dataclass(frozen=True, slots=True)
class Hit:
    """Of whom a rule speaks, how often, on how many days, and by which lines."""

    who: str
    count: int
    first: datetime
    last: datetime
    days: int
    sources: tuple[str, ...]
    lines: tuple[Line, ...]


UNTOLD: Final = "An imported rule says so; its text tells what it is about."


def detect(window: Window, parameters: Parameters) -> list[Finding]:
    """Return what the rules that are switched on find; and which of them nobody can read any more."""
    found = [_unreadable(window, title) for title in parameters.unreadable]
    if parameters.imported:
        prepare_rules(window, parameters.imported, parameters.products)
    for rule in parameters.imported:
        told = [_finding(rule, one, parameters.persistent_days) for one in ask(window, rule)]
        found += capped(told, parameters.most, f"{_braced(rule.title)}: {{count}} more", rule.reason or UNTOLD)
    return found


def _unreadable(window: Window, title: str) -> Finding:
    return Finding(
        kind="health.rule", subject=title, title=f"The imported rule {title} did not take part", reason="This release cannot read it; hand it in anew, or switch it off.",
        danger="medium", count=1, first=window.since, last=window.until,
    )  # fmt: skip


def prepare_rules(window: Window, rules: Sequence[Imported], products: Mapping[str, Sequence[str]]) -> None:
    """Put beside the events what the rules name: networks with the addresses in them, products with their devices; one empty row gives the types."""
    wanted = sorted({network for rule in rules for network in rule.networks})
    within: list[tuple[str, str]] = [("", "")]
    if wanted:
        addresses = [row[0] for row in window.ask("SELECT src FROM events UNION SELECT dst FROM events") if row[0]]
        for network in wanted:
            held = Networks([network])
            within += [(network, address) for address in addresses if address in held]
    window.load("imported_networks", _columns(("network", "address"), within))
    pairs = [("", ""), *((product, device) for product, devices in products.items() for device in devices)]
    window.load("imported_products", _columns(("product", "device"), pairs))


def ask(window: Window, rule: Imported) -> list[Hit]:
    """Return of whom a rule speaks in a window, the most frequent first."""
    where, values = f"({rule.where})", dict(rule.values)
    if rule.count is None:
        rows = window.ask(PLAIN.format(who=WHO, more="", where=where), **values)
    else:
        rows = window.ask(_counted(rule.count, where), **values)
    return [_hit(window, row) for row in rows]


def _counted(count: Count, where: str) -> str:
    who = "concat_ws(' ', {})".format(", ".join(f'"{one}"' for one in count.group)) if count.group else "'*'"
    more = f', "{count.distinct}" AS told' if count.distinct else ""
    measure = "count(DISTINCT told)" if count.distinct else "sum(times)"
    return COUNTED.format(
        who=who, more=more, where=where, measure=measure, span=int(count.span), least=int(count.least)
    )


def _hit(window: Window, row: tuple[Any, ...]) -> Hit:
    who, count, first, last, days, sources, places = row
    lines = tuple(window.line(file, place) for _moment, file, place in (tuple(_values(one)) for one in places))
    return Hit(str(who), count, moment(first), moment(last), days, tuple(sources or ()), lines)


def _values(one: Any) -> Sequence[Any]:
    return list(one.values()) if isinstance(one, dict) else list(one)


def _finding(rule: Imported, hit: Hit, persistent_days: int) -> Finding:
    who = "" if hit.who == "*" else hit.who
    return Finding(
        kind=f"imported.{rule.key}", subject=who or "house", title=f"{rule.title}: {who}" if who else rule.title, reason=rule.reason or UNTOLD,
        danger=rule.danger, count=hit.count, first=hit.first, last=hit.last, sources=hit.sources, persistent=hit.days >= persistent_days,
        figures={"days": hit.days}, evidence=hit.lines,
    )  # fmt: skip


def _columns(names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
