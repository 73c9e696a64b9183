"""Sweeps: what clerks look at again and again, by state and never by a cron event that could be missed."""

from collections.abc import Callable
from datetime import datetime

Sweep = Callable[[datetime], object]
SWEEPS: dict[str, tuple[float, Sweep]] = {}


def sweep(name: str, *, seconds: float) -> Callable[[Sweep], Sweep]:
    """Register a function of the time that the worker calls every so many seconds; it must be safe to run twice at once."""

    def register(call: Sweep) -> Sweep:
        SWEEPS[name] = (seconds, call)
        return call

    return register
