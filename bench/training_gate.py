"""What the condition `trained` adds to a decision: 10,000 people with eight courses each, and an action that eight rules gate."""

import random
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.harness import Measured, figure
from kernel import gate
from kernel.actor import Actor
from kernel.db import HOUSE
from kernel.gate import Assignment, Index, Rule
from policy.reading import CourseRule

NOW = datetime(2026, 11, 1, tzinfo=UTC)
GATED, FREE = "call.take", "call.see"
COURSES = [f"course-{n}" for n in range(8)]


def index_of(people: list[str]) -> Index:
    """Return an index in which everybody may do both actions, and one of them needs the training."""
    held = {ref: (Assignment("agent", HOUSE),) for ref in people}
    rules = (Rule("agent", GATED), Rule("agent", FREE))
    return Index(1, rules, {}, {HOUSE: None}, held, {GATED: ("trained",)}, {}, (FREE, GATED))


@figure("training_gate", unit="µs", bar="<= 1", against="the same decision without the need")
def measure(options: Any) -> Measured:
    """Median microseconds that the need adds to a decision that is a yes."""
    from training.standing.memory import STANDINGS
    from training.standing.plans import CourseFacts, Passed, Standing, plan_of

    people = [f"person:{n}" for n in range(max(100, int(10_000 * min(1.0, options.scale))))]
    index, before = index_of(people), gate.current()
    facts = {course: CourseFacts(course, NOW - timedelta(days=400)) for course in COURSES}
    passes = tuple(Passed(course, 1, NOW + timedelta(days=90)) for course in COURSES)
    rules = {
        course: CourseRule(clause="TR-1", title="A course", courses=[course], duty="x", gates=[GATED], grace="30 days")
        for course in COURSES
    }
    gate.put_in_force(index)
    try:
        for ref in people:
            standing = Standing((0, 8, 8), HOUSE, NOW - timedelta(days=400), passes, {}, {}, facts)
            STANDINGS.plans[ref] = plan_of(standing, ref, index, rules, NOW)
        actors = [Actor("person", ref, ref) for ref in random.Random(1).choices(people, k=10_000)]
        for ref in people:
            index.masks(ref, HOUSE, NOW)
        pairs = [(spent(index, actors, FREE), spent(index, actors, GATED)) for _ in range(25)]
    finally:
        STANDINGS.plans.clear()
        gate.put_in_force(before)
    added = [gated - free for free, gated in pairs]
    plain = statistics.median(free for free, _ in pairs)
    median = statistics.median(added)
    return Measured(median, (plain + median) / plain, added, f"a decision without it takes {plain:.2f} µs")


def spent(index: Index, actors: list[Actor], action: str) -> float:
    """Return the mean microseconds of a decision over all actors; each is a yes."""
    from training.standing.memory import STANDINGS

    STANDINGS.fresh_until = NOW + timedelta(seconds=1)
    decide = index.decide
    begin = time.perf_counter()
    for actor in actors:
        decide(actor, action, HOUSE, NOW)
    took = (time.perf_counter() - begin) / len(actors) * 1e6
    if not all(decide(actor, action, HOUSE, NOW).allowed for actor in actors[:100]):
        raise AssertionError("a trained person was refused")
    return took
