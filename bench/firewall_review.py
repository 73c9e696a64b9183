"""A log of firewalls written to a store and reviewed, as a process of its own does it: what it cost, and what it found."""

import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from firewall_audit.detections.finding import Finding
from firewall_audit.detections.parameters import Parameters
from firewall_audit.detections.review import review
from firewall_audit.intake.whole import Whole, split_blocks
from firewall_audit.store import Reading, Store, Window
from kernel.clock import monotonic

READ = 1 << 20
SINCE = datetime(2026, 10, 5, tzinfo=UTC)
"""The generator's week begins here."""
UNTIL = SINCE + timedelta(days=7)


class Cost(NamedTuple):
    """Seconds of CPU of the process and its children, seconds by the wall, MB of memory at most (of the largest process), and lines."""

    cpu: float
    wall: float
    memory: float
    lines: int


def blocks(log: Path) -> Iterator[Whole]:
    """Yield the lines of a file, many at a time, as they are taken in."""
    with log.open("rb") as file:
        for block, _ in split_blocks(iter(lambda: file.read(READ), b"")):
            yield block


def write(log: Path, folder: Path, workers: int = 0) -> int:
    """Write a log to a store; return how many lines it has."""
    how = Reading("fw", UNTIL + timedelta(days=1), ("netfilter",))
    return Store(folder).write_batch(blocks(log), how, source=log.name, workers=workers).manifest.lines


def reviewed(folder: Path, threads: int) -> tuple[Finding, ...]:
    """Return what all detections find in the week of a store."""
    with Window(Store(folder), SINCE, UNTIL, threads=threads) as week:
        return review(week, Parameters(devices=("fw",))).findings


def apart(log: Path, folder: Path, workers: int) -> Cost:
    """Write and review in a process of its own, on one core or on as many as there are workers."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_apart, args=(log, folder, workers, theirs))
    child.start()
    theirs.close()
    try:
        cost: Cost = ours.recv()
    finally:
        child.join()
    return cost


def _apart(log: Path, folder: Path, workers: int, answer: Any) -> None:
    begin = monotonic()
    lines = write(log, folder, workers)
    reviewed(folder, max(1, workers))
    wall = monotonic() - begin
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    answer.send(Cost(cpu, wall, max(one.ru_maxrss for one in used) / 1024, lines))
