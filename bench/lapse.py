"""How long a right goes on working in another process once a course has lapsed, and how soon it wakes there after a pass.

python -m bench.lapse    one web process' view; reads a person's ref, says when the right was awake and when it slept

The watching process has the poll of every server and nothing else. The clock of the passing is set back, so that a pass runs out soon.
"""

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.harness import Measured, figure
from bench.revocation import p99

TRIES, RIGHT = 40, "conversation.serve"
AHEAD = timedelta(seconds=2.5)
GIVE_UP = 20.0


@figure("lapse", unit="s", bar="<= 1", against="the poll's interval of 0.4 s")
def measure(options: Any) -> Measured:
    from bench.web import database

    with database() as (_, folder):
        sleeps, wakes = delays(options.size(TRIES), folder / "courses")
    note = "; ".join(
        f"{len(seen)} {what}: median {sorted(seen)[len(seen) // 2]:.3f} s, p99 {p99(seen):.3f} s"
        for what, seen in (("lapses", sleeps), ("passes that woke a right", wakes))
    )
    return Measured(p99(sleeps), p99(sleeps) / 0.4, [p99(sleeps), p99(wakes)], note)


def delays(count: int, folder: Path) -> tuple[list[float], list[float]]:
    """Let so many passes run out; returns how long each right worked on elsewhere, and how long it slept on after the pass."""
    from api import house, schema
    from kernel import clock, db
    from tests import world
    from tests.training.conftest import Hands, School
    from training.learning import attempts

    schema.migrate(db.settings.database_url)
    house.found()
    folder.mkdir()
    real, hands = clock.now, Hands()
    sleeps: list[float] = []
    wakes: list[float] = []
    with pytest.MonkeyPatch.context() as patch, watcher() as (send, read):
        patch.setattr(clock, "now", hands.now)
        hands.back(days=60)
        school = School(folder, hands, patch)
        course = school.publish("passwords", valid_for="30 minutes")
        for n in range(count):
            hands.time = real() - timedelta(minutes=30) - timedelta(milliseconds=13 * (n % 31))
            ama = world.person(role="agent")
            school.read(ama, course)
            begun = attempts.start_attempt(ama.actor, course.id)
            for question in begun.questions:
                attempts.give_answer(ama.actor, begun.id, question=question.id, answer="b")
            send(ama.actor.ref)
            read()
            hands.time = real() - timedelta(minutes=30) + AHEAD
            attempts.finish_attempt(ama.actor, begun.id)
            ended, passed = hands.time + timedelta(minutes=30), time.monotonic()
            wakes.append(max(0.0, read() - passed))
            lapsed = time.monotonic() + (ended - real()).total_seconds()
            sleeps.append(max(0.0, read() - lapsed))
    return sleeps, wakes


class watcher:  # noqa: N801 - used as a block
    """The other process: `send` names a person, `read` gives each time it tells."""

    def __enter__(self) -> tuple[Any, Any]:
        words = [sys.executable, "-m", "bench.lapse"]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self.send, self.read

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=20)

    def send(self, ref: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{ref}\n")
        self.process.stdin.flush()

    def read(self) -> float:
        assert self.process.stdout is not None
        return float(self.process.stdout.readline())


def main() -> None:
    """Be the other process: tell when a right was seen asleep, then awake, then asleep again."""
    from uuid import UUID

    from api import fields  # noqa: F401
    from kernel import fresh, gate
    from kernel.actor import person

    fresh.refresh(force=True)
    poll = fresh.Poll(lambda error: print(error, file=sys.stderr))
    poll.start()
    for line in sys.stdin:
        actor = person(UUID(line.strip().removeprefix("person:")), "Watched")
        for wanted in (False, True, False):
            ends = time.monotonic() + GIVE_UP
            while gate.may(actor, RIGHT).allowed is not wanted and time.monotonic() < ends:
                time.sleep(0.001)
            print(time.monotonic(), flush=True)
    poll.stop()


if __name__ == "__main__":
    main()
