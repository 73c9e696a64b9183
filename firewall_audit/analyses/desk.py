"""The process in which one configuration is judged: it gets the task as its input and tells each piece as it is done. [FW-5]

It has no database, no keys and no network to speak of: whatever a hostile configuration does to it stays in it.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import IO, Any

from firewall_audit.analyses.tasks import Task, ground_told, part_told
from firewall_audit.rulesets.model import Unreadable
from firewall_audit.rulesets.parsers import PARSERS
from firewall_audit.rulesets.parts import ground_of, parts
from firewall_audit.rulesets.terms import annotated

UNREADABLE, OUT_OF_MEMORY = 3, 4
"""How the process ends where it could not do its work."""
GENTLE = 10
"""How much it steps back for whoever answers people."""


def work(told: dict[str, Any], out: IO[str]) -> int:
    """Judge a task piece by piece; give how it ended."""
    task = Task.read(told)
    parser = next((one for one in PARSERS if one.name == task.kind), None)
    try:
        if parser is None:
            return UNREADABLE
        terms = task.terms()
        known = annotated(parser.parse(task.text), terms)
        _tell(out, {"ground": ground_told(ground_of(known))})
        for part in parts(known, terms, at=task.at, usages=task.usages):
            _tell(out, {"part": part_told(part)})
    except Unreadable:
        return UNREADABLE
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _tell(out: IO[str], told: dict[str, Any]) -> None:
    out.write(json.dumps(told) + "\n")
    out.flush()


def bound(megabytes: int) -> None:
    """Have no more than so much memory beyond what this process has now, and step back."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + (megabytes << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(GENTLE)


if __name__ == "__main__":
    bound(int(sys.argv[1]))
    sys.exit(work(json.load(sys.stdin), sys.stdout))
