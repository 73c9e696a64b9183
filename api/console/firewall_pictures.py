"""Pictures of a review: hours by day, who speaks most, which services, between which zones, which rules."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from api import formats
from api.console.pages.firewall_reviews import Bar, Cell, HeatRow
from api.words import _, plural
from policy.local_time import local

SHADES = 5
TOP = 8
HOURS = 24


def heat(hours: Iterable[Sequence[Any]]) -> tuple[HeatRow, ...]:
    """Give the refused events by day and hour of the house's clock; the darkest hour is that of the most."""
    counts: dict[tuple[Any, int], int] = {}
    for day, hour, refused, _allowed in hours:
        at = local(datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=int(hour)))
        counts[at.date(), at.hour] = counts.get((at.date(), at.hour), 0) + (refused or 0)
    most = max(counts.values(), default=0)
    return tuple(
        HeatRow(f"{day:%d/%m}", tuple(_cell(day, hour, counts.get((day, hour)), most) for hour in range(HOURS)))
        for day in sorted({day for day, _hour in counts})
    )


def _cell(day: Any, hour: int, count: int | None, most: int) -> Cell:
    told = formats.number(count or 0)
    shade = 0 if not count else max(1, -(-SHADES * count // most))
    return Cell(
        _("%(day)s %(hour)s h: %(count)s refused") % {"day": f"{day:%d/%m}", "hour": hour, "count": told}, shade
    )


def talkers(figures: Mapping[str, Any]) -> tuple[Bar, ...]:
    """Give the sources that were refused most."""
    rows = [row for row in figures.get("talkers", ()) if row[1]][:TOP]
    return _bars([(row[0], row[1], row[2], _days(row[4])) for row in rows])


def _days(count: int) -> str:
    return _("on one day") if count == 1 else _("on %(num)s days") % {"num": count}


def services(figures: Mapping[str, Any]) -> tuple[Bar, ...]:
    """Give the ports that were refused most, and from how many sources."""
    rows = [row for row in figures.get("services", ()) if row[2]][:TOP]
    return _bars(
        [
            (
                f"{row[0]}/{row[1]}",
                row[2],
                row[3],
                plural("%(num)s source", "%(num)s sources", row[4], num=formats.number(row[4])),
            )
            for row in rows
        ]
    )


def zones(figures: Mapping[str, Any]) -> tuple[Bar, ...]:
    """Give between which zones or interfaces most was decided."""
    return _bars([(f"{row[0] or '·'} → {row[1] or '·'}", row[2], row[3], "") for row in figures.get("zones", ())[:TOP]])


def rules(figures: Mapping[str, Any]) -> tuple[Bar, ...]:
    """Give the rules that decided most."""
    return _bars([(row[1], row[2], row[3], row[0]) for row in figures.get("rules", ())[:TOP]])


def _bars(rows: Sequence[tuple[str, int | None, int | None, str]]) -> tuple[Bar, ...]:
    most = max(((refused or 0) + (allowed or 0) for _label, refused, allowed, _detail in rows), default=0)
    return tuple(
        Bar(
            label,
            refused or 0,
            allowed or 0,
            round(100 * ((refused or 0) + (allowed or 0)) / most) if most else 0,
            detail,
        )
        for label, refused, allowed, detail in rows
    )
