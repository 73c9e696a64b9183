"""Which rows of a block some plain conditions meet: cheap tests first, so that few rows cost more. Pure. [FW-6]"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from firewall_audit.alarms.terms import Look, spans_of
from firewall_audit.detections.parameters import PRIVATE
from firewall_audit.events import Event
from firewall_audit.networks import Networks

DEFAULTS: Final = Event("other")
REMEMBERED: Final = 16_384
Columns = Mapping[str, Sequence[Any]]
Test = Callable[[Columns, list[int]], list[int]]


@dataclass(frozen=True)
class Ground:
    """What the house knows, by which lines are judged."""

    inside: tuple[str, ...] = PRIVATE
    non_essential: Collection[str] = frozenset()
    """`tcp/23`."""
    begins: time = time(7)
    ends: time = time(20)
    workdays: Collection[int] = (0, 1, 2, 3, 4)
    """Monday is 0."""
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("UTC"))
    prefixes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of each device what the first words of a rule decide."""

    def is_off_hours(self, at: datetime) -> bool:
        """Tell whether nobody is expected to work at a moment."""
        local = at.astimezone(self.zone)
        return local.weekday() not in self.workdays or not self.begins <= local.time() < self.ends


class Matcher:
    """The plain conditions of one look, ready to be asked of many blocks."""

    def __init__(self, look: Look, ground: Ground) -> None:
        self._look = look
        self._ground = ground
        self._devices = frozenset(look.devices)
        self._tests = [one for one in _tests(look, ground) if one is not None]

    def rows(self, device: str, at: datetime, columns: Columns, count: int) -> list[int]:
        """Return the rows of a block that meet every condition."""
        if self._devices and device not in self._devices:
            return []
        if self._look.off_hours and not self._ground.is_off_hours(at):
            return []
        found = list(range(count))
        for test in self._tests:
            if not found:
                break
            found = test(columns, found)
        return found


def _tests(look: Look, ground: Ground) -> list[Test | None]:
    """Return the tests of a look, the cheapest first."""
    return [
        _among("kind", look.kinds),
        _among("action", look.actions),
        _among("outcome", look.outcomes),
        _severity(look.severity),
        _services(look.services) if look.services else None,
        _known_services(ground.non_essential) if look.non_essential else None,
        _among("user", [one.casefold() for one in look.users], str.casefold),
        _network("src", Networks(look.src)) if look.src else None,
        _side("src", look.src_side, ground),
        _network("dst", Networks(look.dst)) if look.dst else None,
        _side("dst", look.dst_side, ground),
        _words(look.words),
    ]


def _among(name: str, wanted: Sequence[Any], change: Callable[[Any], Any] | None = None) -> Test | None:
    if not wanted:
        return None
    chosen = frozenset(wanted)
    return _by_value(name, lambda value: (value if change is None else change(value)) in chosen)


def _severity(most: int | None) -> Test | None:
    return None if most is None else _by_value("severity", lambda value: value is not None and value <= most)


def _network(name: str, networks: Networks) -> Test:
    return _by_value(name, lambda value: bool(value) and value in networks)


def _side(name: str, side: str, ground: Ground) -> Test | None:
    if not side:
        return None
    inside = Networks(ground.inside)
    return _by_value(name, lambda value: bool(value) and (value in inside) == (side == "inside"))


def _by_value(name: str, holds: Callable[[Any], bool]) -> Test:
    """Ask a condition of each value once, however many rows have it."""
    default = getattr(DEFAULTS, name)
    known = lru_cache(maxsize=REMEMBERED)(holds)

    def test(columns: Columns, rows: list[int]) -> list[int]:
        column = columns.get(name)
        if column is None:
            return rows if known(default) else []
        return [row for row in rows if known(column[row])]

    return test


def _services(wanted: Sequence[str]) -> Test:
    spans = [spans_of(one) for one in wanted]

    def holds(protocol: str, port: int | None) -> bool:
        return port is not None and any(
            first <= port <= last and named in {"", protocol} for named, first, last in spans
        )

    return _by_service(holds)


def _known_services(wanted: Collection[str]) -> Test:
    chosen = frozenset(wanted)
    return _by_service(lambda protocol, port: f"{protocol}/{port}" in chosen)


def _by_service(holds: Callable[[str, int | None], bool]) -> Test:
    known = lru_cache(maxsize=REMEMBERED)(holds)

    def test(columns: Columns, rows: list[int]) -> list[int]:
        ports, protocols = columns.get("dst_port"), columns.get("protocol")
        if ports is None:
            return []
        if protocols is None:
            return [row for row in rows if known("", ports[row])]
        return [row for row in rows if known(protocols[row], ports[row])]

    return test


def _words(wanted: Sequence[str]) -> Test | None:
    if not wanted:
        return None
    chosen = [one.casefold() for one in wanted]

    def holds(text: str) -> bool:
        folded = text.casefold()
        return any(word in folded for word in chosen)

    known = lru_cache(maxsize=REMEMBERED)(holds)

    def test(columns: Columns, rows: list[int]) -> list[int]:
        said = [column for name in ("rule", "message", "detail") if (column := columns.get(name)) is not None]
        return [row for row in rows if any(known(column[row]) for column in said)]

    return test


class Verdicts:
    """What a device's own map of prefixes makes of the actions of its rows."""

    def __init__(self, prefixes: Mapping[str, Mapping[str, str]]) -> None:
        self._prefixes = {
            device: sorted(known.items(), key=lambda one: -len(one[0])) for device, known in prefixes.items()
        }
        self._known = lru_cache(maxsize=REMEMBERED)(self._decided)

    def of(self, device: str, columns: Columns, count: int) -> Columns:
        """Return the columns with the actions as the device's owner says they are."""
        rules = columns.get("rule")
        if rules is None or not self._prefixes.get(device):
            return columns
        actions = columns.get("action") or [""] * count
        told = [self._known(device, rule) or action for rule, action in zip(rules, actions, strict=True)]
        return {**columns, "action": told}

    def _decided(self, device: str, rule: str) -> str:
        return next((verdict for prefix, verdict in self._prefixes[device] if rule.startswith(prefix)), "")
