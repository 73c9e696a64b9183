"""Memory of the idle server, and the time from start to the first page."""

import statistics

import httpx

from bench import web
from bench.harness import Measured, Options, figure
from kernel.clock import monotonic


@figure(
    "footprint", unit="MiB", against="proportional memory of one idle web process; the note tells start to first page"
)
def measure(_: Options) -> Measured:
    """Median resident MiB of a web process after its first page; seconds from its start to that page."""
    sizes, starts = [], []
    with web.house(conversations=1) as made:
        for _round in range(3):
            begin = monotonic()
            with web.serving(made, workers=1) as address:
                httpx.get(f"{address}/signin").raise_for_status()
                starts.append(monotonic() - begin)
                sizes.append(max(memory_of(pid) for pid in web.processes_of(address)))
    return Measured(
        value=round(statistics.median(sizes), 1),
        runs=[round(s, 1) for s in sizes],
        note=f"first page after {statistics.median(starts):.2f} s",
    )


def memory_of(pid: int) -> float:
    """Return the proportional set size in MiB."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    raise RuntimeError("the kernel tells no memory")
