"""Bounds on what is asked before anybody is known: a bucket of tokens by address."""

from kernel import clock
from kernel.errors import Busy

BURST, PER_SECOND = 100.0, 5.0
"""How much one address may ask at once, and how much more each second, where a door says nothing else."""


class Throttle:
    """A bucket of tokens by address, for what comes before anybody is known. Bounded: the oldest address is forgotten."""

    def __init__(self, burst: float = BURST, rate: float = PER_SECOND, most: int = 10_000) -> None:
        self._burst, self._rate, self._most = burst, rate, most
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, address: str) -> None:
        """Take one token.

        Raises:
            Busy: when there is none.

        """
        at = clock.monotonic()
        left, then = self._buckets.pop(address, (self._burst, at))
        left = min(self._burst, left + (at - then) * self._rate)
        if left < 1:
            self._buckets[address] = (left, at)
            raise Busy("Too many requests from your address; wait a moment.", retry_after=5)
        self._buckets[address] = (left - 1, at)
        while len(self._buckets) > self._most:
            self._buckets.pop(next(iter(self._buckets)))
