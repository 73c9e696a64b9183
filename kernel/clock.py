"""The one clock of the house. Everything below takes the time from here, or is told it."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the time now, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds of a clock that never steps back; for waits and ages, never for records."""
    return time.monotonic()


def milliseconds() -> int:
    """Return milliseconds since 1970, for ids that sort by time."""
    return time.time_ns() // 1_000_000
