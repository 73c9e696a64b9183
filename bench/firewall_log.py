"""The large log of firewalls that the figures read: made by the generator that lies beside the corpora, with the truth of what was planted in it."""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bench.harness import MissingPart
from tools.parts import PARTS


class Made(NamedTuple):
    """A log, how many lines it has, and what was planted."""

    log: Path
    lines: int
    truth: dict[str, Any]


def corpora() -> Path:
    """Return the corpora of other projects.

    Raises MissingPart where nobody gave them.
    """
    found = PARTS["corpora"].find()
    if found is None:
        raise MissingPart(f"the corpora: {PARTS['corpora'].remedy}")
    return found


@contextlib.contextmanager
def made(lines: int) -> Iterator[Made]:
    """Write a log of so many lines (about 250 bytes each) into a temporary folder; it is gone afterwards."""
    program = corpora().parents[1] / "tools/gen_netfilter.py"
    if not program.is_file():
        raise MissingPart("tools/gen_netfilter.py beside the folder of the corpora")
    with tempfile.TemporaryDirectory() as name:
        log, truth = Path(name) / "firewall.log", Path(name) / "truth.json"
        subprocess.run(
            [sys.executable, str(program), str(lines), str(log), str(truth)], check=True, capture_output=True
        )
        told = json.loads(truth.read_text())
        yield Made(log, int(told["lines"]), told)
