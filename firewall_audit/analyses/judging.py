"""Judging a configuration in a process of its own, within a time and a memory: what was done when they are up stands. [FW-5]"""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from threading import Thread
from typing import IO

from firewall_audit.analyses.desk import OUT_OF_MEMORY, UNREADABLE
from firewall_audit.analyses.tasks import Judged, Task, ground_of, part_of

PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ")
"""Of our own surroundings the process gets these alone: it needs no address and no key."""
ENDS = {0: "", UNREADABLE: "unreadable", OUT_OF_MEMORY: "memory"}


def judge(task: Task, *, seconds: float, megabytes: int) -> Judged:
    """Have a task judged; what is not done in time, or needs more memory, is not in the answer, and `why` says so."""
    begun = time.monotonic()
    told = Judged()
    command = [sys.executable, "-m", "firewall_audit.analyses.desk", str(megabytes)]
    surroundings = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with subprocess.Popen(  # noqa: S603 - our own command line
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=surroundings, text=True
    ) as process:
        listening = Thread(target=_listen, args=(process.stdout, told), daemon=True)
        asking = Thread(target=_ask, args=(process.stdin, task), daemon=True)
        listening.start()
        asking.start()
        try:
            told.why = ENDS.get(process.wait(seconds), "broken")
        except subprocess.TimeoutExpired:
            told.why = "time"
            process.kill()
        listening.join()
        asking.join()
    told.took_ms = round((time.monotonic() - begun) * 1000)
    return told


def _ask(into: IO[str] | None, task: Task) -> None:
    with suppress(BrokenPipeError, ValueError):  # it ended before it had read its task: how it ended says why
        if into is not None:
            json.dump(task.told(), into)
            into.close()


def _listen(out: IO[str] | None, told: Judged) -> None:
    """Take in each piece that is told whole; half a line is of a process that was ended."""
    for line in out or ():
        if not line.endswith("\n"):
            return
        said = json.loads(line)
        if "ground" in said:
            told.ground = ground_of(said["ground"])
        else:
            told.parts.append(part_of(said["part"]))
