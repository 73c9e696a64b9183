"""Watched reads a second against the same reads unwatched."""

import statistics

from bench import web
from bench.harness import Measured, Options, figure
from bench.load import GET, per_second

ROUNDS = 5


@figure("watched_ratio", unit="ratio", bar=">= 0.80", against="the same reading unwatched")
def measure(options: Options) -> Measured:
    """Median of the rounds' ratios."""
    seconds = max(2, round(6 * options.scale))
    ratios, rates = [], []
    with web.house() as made:
        for number in range(ROUNDS):
            found = {}
            for mode in ("", "unwatched") if number % 2 else ("unwatched", ""):
                with web.serving(made, mode) as address:
                    per_second(address, made, GET, seconds=1, reading="read")
                    found[mode] = per_second(address, made, GET, seconds=seconds, reading="read")
            ratios.append(round(found[""] / found["unwatched"], 3))
            rates.append(found[""])
    return Measured(
        value=statistics.median(ratios),
        ratio=statistics.median(ratios),
        runs=ratios,
        note=f"{statistics.median(rates):.0f} watched reads/s, 16 clients",
    )
