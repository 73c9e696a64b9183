"""Session checks with a decision over HTTP: how many a web process answers in a second of one core's time.

The whole door is measured: connection, layers, session from memory confirmed within the second, decision, answer. One process serves;
what it answered is divided by the processor time it took, so that what else the machine does is not counted as ours.
"""

import os
import statistics
from pathlib import Path

from bench import web
from bench.harness import Measured, Options, figure
from bench.load import per_second

ROUNDS = 3
CHECK = """
wrk.headers["Authorization"] = "Bearer %(token)s"
request = function() return wrk.format("GET", "/check?action=%(action)s") end
-- %(ids)s
"""


@figure(
    "session_checks", unit="checks/s per core", bar=">= 1000", against="the same for a right of everybody signed in"
)
def measure(options: Options) -> Measured:
    """Median of the rounds."""
    seconds = max(2, round(6 * options.scale))
    rates: dict[str, list[float]] = {"person.list": [], "approval.inbox": []}
    clock = []
    with web.house(conversations=1) as made, web.serving(made, workers=1) as address:
        (process,) = web.processes_of(address)
        per_second(address, made, CHECK, seconds=1, action="person.list")
        for _ in range(ROUNDS):
            for action, found in rates.items():
                before = core_seconds(process)
                answered = per_second(address, made, CHECK, seconds=seconds, action=action)
                found.append(answered * seconds / (core_seconds(process) - before))
                clock.append(answered)
    value, everybody = (statistics.median(found) for found in rates.values())
    note = f"one web process, 16 clients; {statistics.median(clock):.0f}/s by the clock, beside whatever else ran"
    return Measured(value, value / everybody, rates["person.list"], note)


def core_seconds(process: int) -> float:
    """Return the processor time a process has used, in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
