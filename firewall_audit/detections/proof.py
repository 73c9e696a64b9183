"""The lines behind findings, fetched for all of them at once. [FW-3]"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from firewall_audit.detections.finding import MOST_LINES, Finding
from firewall_audit.detections.ground import REFUSED
from firewall_audit.store import Line, Window

FIELDS: Final = ("src", "dst", "protocol", "dst_port", "user", "device", "rule")
JOINED_BY: Final = ("src", "dst", "user", "rule", "device", "")
"""By the first of these that a selector names its events are found; the rest narrow them."""
ROWS: Final = """
SELECT wanted.finding, events.file, events.place
FROM events JOIN {wanted} AS wanted ON {joined}
WHERE {narrowed}
QUALIFY row_number() OVER (PARTITION BY wanted.finding ORDER BY events.moment, events.file, events.place) <= {most}
ORDER BY wanted.finding, events.moment, events.file, events.place"""


def prove(window: Window, findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with their first lines, at most twenty each."""
    rows: list[dict[str, Any]] = [
        {name: getattr(one, name) for name in FIELDS}
        | {"finding": place, "verdict": one.verdict, "kinds": ",".join(one.kinds)}
        for place, finding in enumerate(findings)
        for one in finding.selectors
    ]
    lines: dict[int, list[Line]] = {}
    for by in JOINED_BY:
        here = [row for row in rows if _joined_by(row) == by]
        if here:
            for place, found in _fetch(window, by, here).items():
                lines.setdefault(place, []).extend(found)
    return [
        replace(finding, evidence=tuple(dict.fromkeys([*finding.evidence, *lines.get(place, [])]))[:MOST_LINES])
        for place, finding in enumerate(findings)
    ]


def _joined_by(row: dict[str, Any]) -> str:
    return next((name for name in JOINED_BY if name and row[name] is not None), "")


def _fetch(window: Window, by: str, rows: list[dict[str, Any]]) -> dict[int, list[Line]]:
    named = sorted({name for row in rows for name in FIELDS if row[name] is not None} - {by})
    columns = {name: [row[name] for row in rows] for name in (*named, by, "finding", "verdict", "kinds") if name}
    wanted = window.load(f"wanted_{by or 'any'}", columns)
    narrowed = [f"(wanted.{name} IS NULL OR events.{name} = wanted.{name})" for name in named]
    narrowed.append(
        f"(wanted.verdict IS NULL OR (wanted.verdict = 'allow' AND action = 'allow') OR (wanted.verdict = 'refused' AND {REFUSED}))"
    )
    narrowed.append("(wanted.kinds = '' OR contains(wanted.kinds, events.kind))")
    sql = ROWS.format(
        wanted=wanted, joined=f"events.{by} = wanted.{by}" if by else "true", narrowed=" AND ".join(narrowed), most=MOST_LINES
    )  # fmt: skip
    found: dict[int, list[Line]] = {}
    for place, file, line in window.ask(sql):
        found.setdefault(place, []).append(window.line(file, line))
    return found
