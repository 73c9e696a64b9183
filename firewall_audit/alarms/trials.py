"""A rule is tried on what lies in the store before it raises anything: how often it would have fired. [FW-6]"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import Field

from firewall_audit import place
from firewall_audit.alarms.evaluation import Evaluator, Fired, Rule
from firewall_audit.alarms.ground import ground_of
from firewall_audit.alarms.terms import Look, Terms
from kernel.action import Work
from kernel.db import HOUSE, Answer
from kernel.errors import Refused
from kernel.reading import reading

MOST_ROWS: Final = 500_000
"""Events that a trial looks at; a rule that meets more of them by its plain conditions says so."""
SHOWN: Final = 20
COLUMNS: Final = (
    "kind", "action", "outcome", "src", "dst", "dst_port", "protocol", "rule", "message", "detail", "user", "severity", "times",
)  # fmt: skip


class TrialRow(Answer):
    """A time when the rule would have fired."""

    at: datetime
    about: str
    count: int


class TrialView(Answer):
    """How often a rule would have fired in the days before."""

    days: int
    fired: int
    again: int
    looked: int
    is_whole: bool
    """False: there were more events than a trial looks at, the oldest were looked at."""
    first: list[TrialRow]


@reading("alarm-rule.try", scope=HOUSE, watched=True)
def try_rule(work: Work, *, terms: Terms, days: Annotated[int, Field(ge=1, le=31)] = 7) -> TrialView:
    """Say how often a rule would have fired in the last days, by what lies in the store. [FW-6]"""
    if terms.look is None:
        raise Refused("FW-6", "What the house itself notices cannot be tried on lines.")
    evaluator = Evaluator([Rule("trial", 1, terms)], ground_of(work.session))
    fired: list[Fired] = []
    again = looked = 0
    for slug, moment, columns, count in _blocks(terms, work.now - timedelta(days=days), work.now):
        fired += evaluator.take(slug, moment, columns, count, lambda _row: "")
        again += sum(one.count for one in evaluator.take_again())
        looked += count
    rows = [TrialRow(at=one.at, about=", ".join(one.group), count=one.count) for one in fired[:SHOWN]]
    return TrialView(days=days, fired=len(fired), again=again, looked=looked, is_whole=looked < MOST_ROWS, first=rows)


def _blocks(
    terms: Terms, since: datetime, until: datetime
) -> Iterator[tuple[str, datetime, dict[str, list[Any]], int]]:
    """Yield the events of the store that could matter, those of one device and second together."""
    from firewall_audit.store import Window  # noqa: PLC0415 - the store's libraries are large

    wanted, values = _wanted([one for one in (terms.look, terms.before) if one is not None])
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    sql = (
        f"SELECT device, date_trunc('second', moment) AS at, {names} FROM events WHERE dated AND ({wanted}) "
        "ORDER BY moment, file, place LIMIT $most"
    )
    with Window(place.store(), since, until, threads=1) as window:
        rows = window.ask(sql, most=MOST_ROWS, **values) if window.manifests else []
    block: list[tuple[Any, ...]] = []
    for row in rows:
        if block and row[:2] != block[0][:2]:
            yield _block(block)
            block = []
        block.append(row)
    if block:
        yield _block(block)


def _block(rows: list[tuple[Any, ...]]) -> tuple[str, datetime, dict[str, list[Any]], int]:
    slug, moment = rows[0][:2]
    columns = dict(zip(COLUMNS, (list(one) for one in zip(*(row[2:] for row in rows), strict=True)), strict=True))
    return slug, moment.replace(tzinfo=UTC), columns, len(rows)


def _wanted(looks: list[Look]) -> tuple[str, dict[str, Any]]:
    """Give what the store can sift by itself: kinds and outcomes; the rest is asked of the rows."""
    parts, values = [], {}
    for place_, look in enumerate(looks):
        asked = ["true"]
        for name, chosen in (("kind", look.kinds), ("outcome", look.outcomes)):
            if chosen:
                asked.append(f"list_contains(${name}{place_}, {name})")
                values[f"{name}{place_}"] = list(chosen)
        parts.append(" AND ".join(asked))
    return " OR ".join(f"({one})" for one in parts), values
