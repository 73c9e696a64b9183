"""Bounds on what is asked before anybody is known: so much from one address, counted for the whole house."""

from math import ceil
from threading import Lock

from api.words import N_
from iam.entry import rates
from iam.entry.rates import Rate
from kernel import clock
from kernel.errors import Busy

USUAL = Rate(burst=100, per_second=5.0)
"""How much one address may ask at once, and how much more each second, where a door says nothing else."""
TOO_MANY = N_("Too many requests from your address; wait a moment.")


class Throttle:
    """A door's bound by address or key. The house counts; who was turned away is told here until then, and costs it nothing more."""

    def __init__(self, door: str, rate: Rate = USUAL, *, why: str = TOO_MANY, most: int = 10_000) -> None:
        self._door, self._rate, self._why, self._most = door, rate, why, most
        self._shut: dict[str, float] = {}
        self._lock = Lock()

    def take(self, key: str, rate: Rate | None = None) -> None:
        """Count one request under a key, by the door's rate or the one that is told.

        Raises:
            Busy: when it is one too many. Unavailable: when the house cannot count.

        """
        at = clock.monotonic()
        with self._lock:
            wait = self._shut.get(key, 0.0) - at
        if wait <= 0:
            wait = rates.take(self._door, key, rate or self._rate, clock.now())
            self._remember(key, at, wait)
        if wait > 0:
            raise Busy(self._why, retry_after=max(1, ceil(wait)))

    def _remember(self, key: str, at: float, wait: float) -> None:
        """Keep until when a key waits; of too many the oldest is forgotten, and asked of the house again."""
        with self._lock:
            self._shut.pop(key, None)
            if wait > 0:
                self._shut[key] = at + wait
            while len(self._shut) > self._most:
                self._shut.pop(next(iter(self._shut)))
