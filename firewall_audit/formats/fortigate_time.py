"""When a FortiGate's line happened: three clocks in one line, in four units. Pure. [FW-3]"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from firewall_audit.formats.stamps import stamp, zone

_SECOND, _MILLI, _MICRO, _NANO = 10, 13, 16, 19
"""Digits of seconds, thousandths, millionths and billionths since 1970."""
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = 2**33
_APART: Final = timedelta(seconds=1)


def time_of(fields: Mapping[str, str]) -> tuple[datetime | None, bool]:
    """Return when it happened: `eventtime` is UTC and exact; `date` and `time` with their zone are the device's own clock.

    Where the line names a zone and the two are more than a second apart one of them is wrong, and the clock that people set is believed.
    """
    zone_named = fields.get("tz") or fields.get("timezone") or ""
    instant = fields.get("eventtime") or ""
    if day := fields.get("date"):
        local, second = _clock(day, fields.get("time", ""), zone_named)
        if (
            local is not None
            and second is not None
            and len(instant) == _NANO
            and instant.isdigit()
            and int(instant[:_SECOND]) == second
        ):
            return local.replace(microsecond=int(instant[_SECOND:16])), True
        if local is not None:
            exact = _epoch(instant)
            if exact is None or (second is not None and abs(exact - local) >= _APART):
                return local, True
            return exact if second is None else exact.astimezone(local.tzinfo), True
    if exact := _epoch(instant) or _epoch(fields.get("timestamp") or ""):
        return exact, True
    started, offset = stamp(fields.get("start", "")), _zone(zone_named)
    return (started.at.replace(tzinfo=offset) if offset else started.at, started.has_year) if started else (None, True)


@lru_cache(maxsize=4096)
def _clock(day: str, hour: str, zone_named: str) -> tuple[datetime | None, int | None]:
    """Return what the device's clock showed, and its second since 1970 where the zone is known; many lines are of one second."""
    found, offset = stamp(f"{day} {hour}"), _zone(zone_named)
    if found is None:
        return None, None
    local = found.at.replace(tzinfo=offset)
    return local, None if offset is None else int(local.timestamp())


def _epoch(number: str) -> datetime | None:
    if not (number.isascii() and number.isdigit() and _SECOND <= len(number) <= _NANO):
        return None
    unit = 10 ** (0 if len(number) < _MILLI else 3 if len(number) < _MICRO else 6 if len(number) < _NANO else 9)
    seconds, rest = divmod(int(number), unit)
    return _START + timedelta(seconds=seconds, microseconds=rest * 1_000_000 // unit) if seconds < _LAST else None


@lru_cache(maxsize=64)
def _zone(text: str) -> timezone | None:
    try:
        return zone(text)
    except ValueError:
        return None
