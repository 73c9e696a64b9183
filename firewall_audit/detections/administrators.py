"""What administrators of devices did: at odd hours, in vain, and with the users of the device. [FW-2, FW-3]"""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from firewall_audit.detections.finding import Finding, Selector, capped
from firewall_audit.detections.ground import counted, moment, present
from firewall_audit.detections.parameters import Parameters
from firewall_audit.store import Window

DID: Final = """
SELECT device, user, src, epoch(moment) // 60 * 60 AS minute, sum(times)::BIGINT, min(moment), max(moment), bool_or(kind = 'config')
FROM events WHERE kind IN ('admin', 'config') AND user <> '' AND outcome <> 'failure' GROUP BY ALL ORDER BY ALL"""
USERS: Final = """
SELECT device, user, detail, sum(times)::BIGINT, min(moment), max(moment) FROM events
WHERE kind IN ('admin', 'config') AND outcome <> 'failure'
  AND regexp_matches(lower(detail), '(user|username|admin|account|password|privilege|role|group)') AND regexp_matches(
      lower(detail), '(add|creat|delet|remov|edit|modif|chang|set|grant|privilege|password|username |no user)')
GROUP BY ALL ORDER BY ALL"""
CONFIGURED: Final = """
SELECT device, user, sum(times)::BIGINT, min(moment), max(moment) FROM events WHERE kind = 'config' AND outcome <> 'failure' GROUP BY ALL ORDER BY ALL"""


def detect(window: Window, parameters: Parameters) -> list[Finding]:
    """Return work outside the hours of administrators, changes of users, and who changed the configuration."""
    if present(window, "kind").isdisjoint({"admin", "config"}):
        return []
    users = [_users(row) for row in window.ask(USERS)]
    configured = [_configured(row) for row in window.ask(CONFIGURED)]
    return [
        *_odd_hours(window, parameters),
        *capped(
            users, parameters.most, "{count} more changes of users", "Whoever can change users can let anybody in."
        ),
        *capped(
            configured, parameters.most, "{count} more changes of configurations", "Each must be one that was approved."
        ),
    ]


def _odd_hours(window: Window, parameters: Parameters) -> list[Finding]:
    zone = ZoneInfo(parameters.zone)
    together: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for row in window.ask(DID):
        local = datetime.fromtimestamp(row[3], zone)
        start, end = parameters.hours
        if local.weekday() not in parameters.workdays or not start <= local.time() < end:
            together.setdefault((row[0], row[1]), []).append(row)
    found = [_odd(device, user, rows) for (device, user), rows in sorted(together.items())]
    return capped(
        found, parameters.most, "{count} more administrators worked at odd hours", "Nobody is expected at work then."
    )


def _odd(device: str, user: str, rows: list[tuple[Any, ...]]) -> Finding:
    sources = tuple(sorted({row[2] for row in rows if row[2]}))
    changed = any(row[7] for row in rows)
    return Finding(
        kind="administrator.hours", subject=user, scope=device, title=f"{user} worked on {device} outside the usual hours",
        reason="Nobody is expected at work then" + (", and the configuration was changed." if changed else "."),
        danger="medium" if changed else "low", count=sum(row[4] for row in rows), first=moment(min(row[5] for row in rows)),
        last=moment(max(row[6] for row in rows)), sources=sources[:50],
        selectors=(Selector(user=user, device=device, kinds=("admin", "config")),),
    )  # fmt: skip


def _users(row: tuple[Any, ...]) -> Finding:
    device, user, detail, count, first, last = row
    return Finding(
        kind="administrator.users", subject=f"{user} {detail}"[:300], scope=device,
        title=f"{user or 'Somebody'} changed users of {device}: {detail}"[:300], reason="Whoever can change users can let anybody in.",
        danger="medium", count=count, first=moment(first), last=moment(last),
        selectors=(Selector(user=user or None, device=device, kinds=("admin", "config")),),
    )  # fmt: skip


def _configured(row: tuple[Any, ...]) -> Finding:
    device, user, count, first, last = row
    return Finding(
        kind="administrator.configuration", subject=user or "somebody", scope=device,
        title=f"{user or 'Somebody'} changed the configuration of {device}: {counted(count, 'event', 'events')}",
        reason="Every change must be one that was approved; changes are matched to approvals apart from this.", danger="low", count=count,
        first=moment(first), last=moment(last), selectors=(Selector(user=user or None, device=device, kinds=("config",)),),
    )  # fmt: skip
