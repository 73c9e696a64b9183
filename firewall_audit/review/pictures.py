"""What the pictures of a review show: hours and days, who speaks most, which services, between which zones, which rules. [FW-3]"""

from typing import Any, Final

from firewall_audit.detections.ground import REFUSED
from firewall_audit.store import Window

MOST: Final = 20
TALLY: Final = f"sum(times) FILTER (WHERE {REFUSED})::BIGINT AS refused, sum(times) FILTER (WHERE action = 'allow')::BIGINT AS allowed"
TRAFFIC: Final = "kind IN ('traffic', 'threat')"
PICTURES: Final = {
    "hours": f"SELECT moment::DATE::VARCHAR, hour(moment)::INTEGER, {TALLY} FROM events WHERE {TRAFFIC} GROUP BY 1, 2 ORDER BY 1, 2",
    "devices": f"SELECT device, count(*)::BIGINT, {TALLY} FROM events GROUP BY 1 ORDER BY 1",
    "kinds": "SELECT kind, sum(times)::BIGINT FROM events GROUP BY 1 ORDER BY 1",
    "talkers": f"""SELECT src, {TALLY}, count(DISTINCT (dst, dst_port))::BIGINT, count(DISTINCT moment::DATE)::BIGINT FROM events
        WHERE {TRAFFIC} AND src <> '' GROUP BY 1 ORDER BY coalesce(refused, 0) DESC, coalesce(allowed, 0) DESC, 1 LIMIT {MOST}""",
    "services": f"""SELECT protocol, dst_port, {TALLY}, count(DISTINCT src)::BIGINT FROM events
        WHERE {TRAFFIC} AND dst_port IS NOT NULL GROUP BY 1, 2 ORDER BY coalesce(refused, 0) DESC, 1, 2 LIMIT {MOST}""",
    "zones": f"""SELECT coalesce(nullif(in_zone, ''), in_interface), coalesce(nullif(out_zone, ''), out_interface), {TALLY} FROM events
        WHERE {TRAFFIC} GROUP BY 1, 2 ORDER BY coalesce(refused, 0) + coalesce(allowed, 0) DESC, 1, 2 LIMIT {MOST * 2}""",
    "rules": f"SELECT device, rule, {TALLY} FROM events WHERE {TRAFFIC} AND rule <> '' GROUP BY 1, 2 ORDER BY coalesce(refused, 0) + coalesce(allowed, 0) DESC, 1, 2 LIMIT {MOST}",
}  # fmt: skip


def pictures_of(window: Window) -> dict[str, list[list[Any]]]:
    """Give the rows of every picture; nothing that is null in them is zero, but not said."""
    return {name: [list(row) for row in window.ask(sql)] for name, sql in PICTURES.items()}


def totals_of(window: Window) -> dict[str, int]:
    """Add up what two periods are compared by."""
    rows = window.ask(PICTURES["devices"])
    return {
        "events": sum(row[1] for row in rows),
        "refused": sum(row[2] or 0 for row in rows),
        "allowed": sum(row[3] or 0 for row in rows),
    }
