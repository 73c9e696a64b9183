"""A log file of five gigabytes taken in by `omniwarden firewall read`: every line counted, and how much memory the process had at most. [FW-3]"""

import os
import subprocess
import sys
import time
from pathlib import Path

from bench import firewall_log, web
from bench.harness import Measured, Options, figure
from firewall_audit import devices
from firewall_audit.intake import batches
from firewall_audit.intake.batches import BatchView
from tests import world

LINES = 20_000_000


@figure(
    "huge_file", unit="MiB", bar="<= 1024", against="the memory of the process that takes 20 M lines in, at its largest"
)
def measure(options: Options) -> Measured:
    with firewall_log.made(options.size(LINES)) as log, web.house(conversations=0):
        officer = world.activated(role="security-officer")
        devices.add_device(
            world.person(role="network-engineer").actor, slug="edge", name="Edge", kind="firewall", vendor="netfilter",
            owner_id=officer.id, formats=["netfilter"], prefixes={"FW-DROP": "deny", "FW-ACCEPT": "allow"},
        )  # fmt: skip
        most, spent = taken(log.log)
        (batch,) = batches.list_batches(officer.actor)
        check(batch, log)
        size = log.log.stat().st_size
    note = (
        f"{batch.lines:,} lines, {size / 2**30:.2f} GiB, {spent:.0f} s; {batch.events:,} read, {batch.unparsed:,} not"
    )
    return Measured(most, None, [most], note)


def taken(log: Path) -> tuple[float, float]:
    """Take a file in by a process of its own; returns its memory at its largest in MiB, and the seconds that it took."""
    begin = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "firewall", "read", str(log), "--device", "edge"], env=os.environ
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the file was not taken in: exit code {process.returncode}")
    return used.ru_maxrss / 1024, time.monotonic() - begin


def check(batch: BatchView, log: firewall_log.Made) -> None:
    """Compare what is on record with the file; raises RuntimeError where a line is missing."""
    told = (batch.lines, batch.events + batch.unparsed)
    if told != (log.lines, log.lines):
        raise RuntimeError(
            f"of {log.lines:,} lines {told[0]:,} are on record, {told[1]:,} of them read or counted as unread"
        )
