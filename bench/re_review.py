"""The weekly review once more, from the store alone: every detection over two million rows, on both cores."""

import statistics

from bench.firewall_log import made
from bench.firewall_review import reviewed, write
from bench.harness import Measured, Options, figure, timed

LINES = 2_000_000
RUNS = 5


@figure("re_review", unit="s", bar="<= 2")
def measure(options: Options) -> Measured:
    """Seconds by the wall; the median of five runs."""
    with made(options.size(LINES)) as log:
        store = log.log.parent / "store"
        write(log.log, store, 2)
        runs = []
        for _ in range(RUNS):
            with timed() as seconds:
                found = reviewed(store, 2)
            runs.append(seconds())
    return Measured(statistics.median(runs), None, runs, f"{log.lines:,} rows, {len(found)} findings")
