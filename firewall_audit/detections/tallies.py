"""What a week leaves behind for the weeks after it: the little that says what is usual. [FW-3]"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from firewall_audit.detections.ground import net_of, prepare
from firewall_audit.detections.parameters import Category, Parameters
from firewall_audit.store import Window

Country = Callable[[str], str]
"""The country of an address by ISO 3166, empty where nobody knows."""
STAMP: Final = "%Y%m%dT%H%M"
IN: Final = (
    "FROM accepted JOIN addresses AS a ON a.id = src AND NOT a.inside JOIN addresses AS b ON b.id = dst AND b.inside"
)
OUT: Final = (
    "FROM accepted JOIN addresses AS a ON a.id = src AND a.inside JOIN addresses AS b ON b.id = dst AND NOT b.inside"
)
ASKED: Final[Mapping[Category, str]] = {
    "service": f"SELECT b.address || ' ' || protocol || '/' || dst_port, sum(n) {IN} WHERE dst_port IS NOT NULL GROUP BY ALL",
    "outbound": f"SELECT protocol || '/' || dst_port, sum(n) {OUT} WHERE dst_port IS NOT NULL AND dst_port < 32768 GROUP BY ALL",
    "rule": "SELECT device || ' ' || rule, n FROM (SELECT device, rule, sum(times) AS n FROM events WHERE rule <> '' GROUP BY ALL)",
    "administrator": "SELECT user || ' ' || src, sum(times) FROM events WHERE kind IN ('admin', 'config') AND user <> '' GROUP BY ALL",
    "volume": "SELECT device || ' ' || day, n FROM (SELECT device, moment::DATE AS day, sum(times) AS n FROM events GROUP BY ALL)",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """What was seen in one window, by category, with counts: small, and kept when the lines are long gone."""

    since: datetime
    until: datetime
    seen: Mapping[Category, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class History:
    """The weeks behind, in any order."""

    tallies: tuple[Tally, ...] = ()
    usual: Mapping[Category, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        everything: dict[Category, set[str]] = {}
        for tally in self.tallies:
            for category, seen in tally.seen.items():
                everything.setdefault(category, set()).update(seen)
        object.__setattr__(self, "usual", {category: frozenset(seen) for category, seen in everything.items()})

    def volumes(self, device: str, weekday: int) -> list[int]:
        """Return how many events a device told on the same weekday of the weeks behind."""
        found = []
        for tally in self.tallies:
            for key, count in tally.seen.get("volume", {}).items():
                name, _, day = key.rpartition(" ")
                if name == device and datetime.fromisoformat(day).weekday() == weekday:
                    found.append(count)
        return found


def take(window: Window, parameters: Parameters, country: Country | None = None) -> Tally:
    """Return the tally of a window, for the weeks that come."""
    prepare(window, parameters)
    seen: dict[Category, dict[str, int]] = {
        category: {str(key): int(count) for key, count in window.ask(sql)} for category, sql in ASKED.items()
    }
    strangers = window.ask(f"SELECT a.address, sum(n)::BIGINT {IN} GROUP BY ALL")
    seen["network"] = _added((net_of(src), count) for src, count in strangers)
    if country is not None:
        seen["country"] = _added((country(src), count) for src, count in strangers)
    return Tally(window.since.astimezone(UTC), window.until.astimezone(UTC), seen)


def keep(folder: Path, tally: Tally) -> Path:
    """Put a tally beside the store, at once and whole; one of the same window takes the place of the old. Returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{tally.since:{STAMP}}-{tally.until:{STAMP}}.json"
    fresh = file.with_suffix(f".{os.getpid()}")
    with fresh.open("w", encoding="utf-8") as out:
        json.dump({"since": tally.since.isoformat(), "until": tally.until.isoformat(), "seen": tally.seen}, out)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    return file


def behind(folder: Path, before: datetime, weeks: int) -> History:
    """Return the last so many tallies of windows that had ended by a time (aware)."""
    found = []
    for file in sorted(folder.glob("*.json"), reverse=True):
        told = json.loads(file.read_text("utf-8"))
        since, until = datetime.fromisoformat(told["since"]), datetime.fromisoformat(told["until"])
        if until <= before:
            found.append(Tally(since, until, told["seen"]))
        if len(found) == weeks:
            break
    return History(tuple(found))


def _added(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, count in pairs:
        if key:
            found[key] = found.get(key, 0) + count
    return found
