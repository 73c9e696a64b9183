"""Who may do an action in a scope, among 10,000 people: asked of rights that were just read, so that nothing is remembered.

Through the whole reading (`access.who-may` of the command line and the reports ask the same function): each answer is held against what
the gate decides for a sample of people.
"""

import random
import statistics
import time
from typing import Any

from bench.gate import NOW, house
from bench.harness import Measured, figure
from kernel import gate
from kernel.actor import Actor

PEOPLE = 10_000
RUNS = 15
SAMPLE = 200


@figure("who_may", unit="ms", bar="<= 50", against="asked again, with all remembered")
def measure(options: Any) -> Measured:
    """Milliseconds, the slowest of 20 scopes and actions for each run; the ratio is the first time over the second."""
    pick = random.Random(3)
    first, again = [], []
    for seed in range(RUNS):
        index = house(seed, max(100, int(PEOPLE * min(1.0, options.scale))))
        gate.put_in_force(index)
        action, scope = pick.choice(index.actions), pick.choice(list(index.scopes))
        found, spent = timed(action, scope)
        first.append(spent)
        again.append(timed(action, scope)[1])
        check(found, action, scope, pick)
    gate.put_in_force(gate.EMPTY)
    return Measured(
        max(first),
        statistics.median(first) / statistics.median(again),
        first,
        f"median {statistics.median(first):.1f} ms",
    )


def timed(action: str, scope: str) -> tuple[list[str], float]:
    begin = time.perf_counter()
    found = gate.who_may(action, scope, NOW)
    return found, (time.perf_counter() - begin) * 1000


def check(found: list[str], action: str, scope: str, pick: random.Random) -> None:
    """Hold the answer against the gate's own decisions for a sample of people."""
    index, named = gate.current(), set(found)
    for ref in pick.sample(list(index.assignments), min(SAMPLE, len(index.assignments))):
        allowed = index.decide(Actor("person", ref, ref), action, scope, NOW).allowed
        if allowed != (ref in named):
            raise AssertionError(f"the gate and who_may differ on {ref}")
