"""Run every test on two processes and see to it that the run ends: after 75 minutes (25 are the aim) it is stopped and has failed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_SECONDS = 75 * 60
SECONDS_TO_END = 30


def main() -> int:
    """Run pytest; more arguments are passed on to it. Returns its exit code, which is not 0 when no test ran."""
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", "--durations", "10", *sys.argv[1:]]
    tests = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        return tests.wait(LONGEST_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt) as reason:
        # An interrupt lets pytest tell what it has seen so far and stop what its tests have started.
        os.killpg(tests.pid, signal.SIGINT)
        try:
            tests.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            os.killpg(tests.pid, signal.SIGKILL)
        if isinstance(reason, subprocess.TimeoutExpired):
            print(f"the tests were stopped after {LONGEST_SECONDS // 60} minutes", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
