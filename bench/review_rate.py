"""The weekly review from the log's lines to its findings: read, written to the store, all detections asked.

One process on one core, start of Python included; then once with both cores, whose seconds and memory are told beside it.
20 million lines (5 GB) are measured by --entries 20000000.
"""

import shutil
import statistics

from bench.firewall_log import made
from bench.firewall_review import apart
from bench.harness import Measured, Options, figure

LINES = 2_000_000
RUNS = 3


@figure("review_rate", unit="lines/CPU-s", bar=">= 150000")
def measure(options: Options) -> Measured:
    """Lines in a second of CPU; the median of three runs, of one beyond five million lines."""
    with made(options.size(LINES)) as log:
        store = log.log.parent / "store"
        costs = []
        for _ in range(RUNS if log.lines <= 5_000_000 else 1):
            costs.append(apart(log.log, store, 0))
            shutil.rmtree(store)
        both = apart(log.log, store, 2)
    runs = [log.lines / cost.cpu for cost in costs]
    memory = max(cost.memory for cost in costs)
    note = (
        f"{log.lines:,} lines; {memory:,.0f} MB at most; with two processes {both.wall:.1f} s by the wall, "
        f"{both.cpu:.1f} CPU-s, {both.memory:,.0f} MB the largest"
    )
    return Measured(statistics.median(runs), None, runs, note)
