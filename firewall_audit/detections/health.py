"""The health of the watch itself: silence, lines that are missing, clocks, volume, and what devices say of themselves. [FW-3, FW-6]"""

import statistics
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from firewall_audit.detections.finding import Danger, Finding, Selector, capped
from firewall_audit.detections.ground import counted, moment, present
from firewall_audit.detections.parameters import Parameters
from firewall_audit.detections.tallies import History, Tally
from firewall_audit.store import Manifest, Window

MINUTES: Final = "SELECT DISTINCT device, epoch_us(moment) // 60000000 FROM events ORDER BY ALL"
MISSING: Final = """
SELECT device, host, sum(step - 1)::BIGINT, count(*), min(moment), max(moment) FROM (
    SELECT device, host, moment, sequence - lag(sequence) OVER (PARTITION BY device, host ORDER BY sequence) AS step
    FROM (SELECT device, host, sequence, min(moment) AS moment FROM events WHERE sequence IS NOT NULL GROUP BY ALL))
WHERE step > 1 AND step < 1000000 GROUP BY ALL HAVING sum(step - 1) >= {least} ORDER BY ALL"""
SAID: Final = """
SELECT device, message, min(detail), sum(times)::BIGINT, min(moment), max(moment) FROM events
WHERE kind = 'health' AND severity <= 3 GROUP BY ALL ORDER BY ALL"""


def detect(window: Window, parameters: Parameters, history: History, now: Tally) -> list[Finding]:
    """Return what is wrong with the devices, or with the way of their lines to us."""
    more = "{count} more messages of devices about themselves", "A device says that it is in trouble."
    return [
        *_silences(window, parameters),
        *[_missing(row) for row in window.ask(MISSING.format(least=parameters.missing_least))],
        *_clocks(window.manifests, parameters),
        *_volumes(window, parameters, history, now),
        *capped(
            [_said(row) for row in window.ask(SAID)] if "health" in present(window, "kind") else [],
            parameters.most,
            *more,
        ),
    ]


def _silences(window: Window, parameters: Parameters) -> list[Finding]:
    heard: dict[str, list[float]] = {}
    for device, minute in window.ask(MINUTES):
        heard.setdefault(device, []).append(minute)
    start, end = (at.timestamp() // 60 for at in (window.since, window.until))
    found = []
    for device in sorted({*heard, *parameters.devices}):
        most = parameters.silences.get(device, parameters.silence_minutes)
        expected = device in parameters.devices
        minutes = [*([start] if expected else []), *heard.get(device, []), *([end] if expected else [])]
        gaps = [(one, two) for one, two in pairwise(minutes) if two - one > most]
        if gaps:
            found.append(_silent(device, gaps, window))
    return found


def _silent(device: str, gaps: list[tuple[float, float]], window: Window) -> Finding:
    longest = round(max(two - one for one, two in gaps))
    first, last = (datetime.fromtimestamp(60 * one, tz=window.since.tzinfo) for one in (gaps[0][0], gaps[-1][1]))
    times = "" if len(gaps) == 1 else f", {len(gaps)} times"
    return Finding(
        kind="health.silence", subject="silence", scope=device, title=f"{device} said nothing for {timedelta(minutes=longest)}{times}",
        reason="A firewall that says nothing may be off, cut off, or made to be silent by somebody.", danger="medium",
        count=len(gaps), first=first, last=last, figures={"longest in minutes": longest}, selectors=(Selector(device=device),),
    )  # fmt: skip


def _missing(row: tuple[Any, ...]) -> Finding:
    device, host, missing, gaps, first, last = row
    return Finding(
        kind="health.missing", subject=host or "lines", scope=device, title=f"{counted(missing, 'line', 'lines')} of {host or device} never arrived",
        reason="The sender counts its lines, and these are missing: lost on the way, or taken out.", danger="medium", count=missing,
        first=moment(first), last=moment(last), figures={"gaps": gaps}, selectors=(Selector(device=device),),
    )  # fmt: skip


def _clocks(manifests: Iterable[Manifest], parameters: Parameters) -> list[Finding]:
    """Judge clocks by batch: lines from the future, and clocks that went back."""
    found = []
    by_device: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        by_device.setdefault(manifest.device, []).append(manifest)
    for device, batches in sorted(by_device.items()):
        jumps = sum(batch.jumps for batch in batches)
        ahead = [
            batch
            for batch in batches
            if batch.last and batch.last > batch.arrived + timedelta(minutes=parameters.ahead_minutes)
        ]
        if jumps:
            found.append(
                _clock(
                    device, "back", f"The clock of {device} went back {counted(jumps, 'time', 'times')}", jumps, batches
                )
            )
        if ahead:
            found.append(_clock(device, "ahead", f"{device} sent lines from the future", len(ahead), ahead))
    return found


def _clock(device: str, which: str, title: str, count: int, batches: list[Manifest]) -> Finding:
    ends = [at for batch in batches for at in (batch.first, batch.last) if at is not None]
    return Finding(
        kind="health.clock", subject=which, scope=device, title=title, danger="low", count=count, first=min(ends), last=max(ends),
        reason="What happened when cannot be proved by a clock that is wrong.", selectors=(Selector(device=device),),
    )  # fmt: skip


def _volumes(window: Window, parameters: Parameters, history: History, now: Tally) -> list[Finding]:
    """Compare each whole day with the same weekday of the weeks behind."""
    found = []
    for key, count in sorted(now.seen.get("volume", {}).items()):
        device, _, text = key.rpartition(" ")
        day = datetime.fromisoformat(text).replace(tzinfo=now.since.tzinfo)
        behind = history.volumes(device, day.weekday())
        usual = statistics.median(behind) if behind else 0
        whole = window.since <= day and day + timedelta(days=1) <= window.until
        if len(behind) < parameters.weeks or not whole or max(usual, count) < parameters.volume_least:
            continue
        if count > parameters.spike * usual or count < parameters.drop * usual:
            found.append(_volume(device, day, count, round(usual)))
    return found


def _volume(device: str, day: datetime, count: int, usual: int) -> Finding:
    more = count > usual
    danger: Danger = "low" if more else "medium"
    return Finding(
        kind="health.volume", subject="more" if more else "less", scope=device,
        title=f"{device} told {count:,} events on {day:%A}, where {usual:,} are usual", danger=danger, count=count, first=day,
        last=day + timedelta(days=1), figures={"usual": usual}, selectors=(Selector(device=device),),
        reason="Something happens that did not before." if more else "Logging was turned down, or traffic goes another way.",
    )  # fmt: skip


def _said(row: tuple[Any, ...]) -> Finding:
    device, message, detail, count, first, last = row
    return Finding(
        kind="health.said", subject=message or "trouble", scope=device, title=f"{device}: {detail or message}"[:200],
        reason="The device says itself that something is wrong.", danger="low", count=count, first=moment(first), last=moment(last),
        selectors=(Selector(device=device, kinds=("health",)),),
    )  # fmt: skip
