"""Observed changes held against authorised windows: a year of a busy house, judged by the same pure rules as a report.

300 systems, 10,000 windows in a year (33 on each), 100,000 things seen: half inside a window that allows them, the rest by another
person, with another text, before anybody began, authorised afterwards, beside the window, or on a day and a system of which nobody knows anything.
A sample is held against each window of its system asked by itself.
"""

import random
import statistics
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.harness import Measured, figure
from kernel.clock import monotonic
from policy.matching import UNAPPROVED, VERDICTS, Allowed, Match, Seen, Windows

SEEN = 100_000
WINDOWS_TO_SEEN = 10
SYSTEMS = 300
RUNS = 5
SAMPLE = 500
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NEAR = timedelta(days=7)
HOUR = timedelta(hours=1)


@figure("observed_match", unit="changes/s", bar=">= 20000")
def measure(options: Any) -> Measured:
    """Observed changes judged in a second, the reading of the windows in it; the median of five runs."""
    pick = random.Random(11)
    count = options.size(SEEN)
    windows = [window(pick, number) for number in range(max(1, count // WINDOWS_TO_SEEN))]
    seen = [sighting(pick, pick.choice(windows)) for _ in range(count)]
    runs = []
    for _ in range(RUNS):
        begin = monotonic()
        ready = Windows(windows, NEAR)
        answers = [ready.match(one) for one in seen]
        runs.append(count / (monotonic() - begin))
    compare(windows, seen, answers, pick)
    told = Counter(one.verdict for one in answers)
    note = f"{len(windows):,} windows; " + ", ".join(f"{name} {told[name]:,}" for name in VERDICTS)
    return Measured(statistics.median(runs), None, runs, note)


def window(pick: random.Random, number: int) -> Allowed:
    """An authorised window of one to eight hours; one in twenty was never begun, one in twenty authorised when it was half over."""
    start = YEAR + pick.randrange(365 * 24) * HOUR
    begun = None if pick.random() < 0.05 else start + timedelta(minutes=pick.randrange(30))
    length = pick.randint(1, 8) * HOUR
    late = pick.random() < 0.05
    return Allowed(
        ref=f"change:CH-{number}", thing=f"system:{pick.randrange(SYSTEMS)}", starts_at=start,
        ends_at=start + length, authorised_at=start + length / 2 if late else start - pick.randrange(1, 300) * HOUR, begun_at=begun,
        people=frozenset(f"person-{pick.randrange(40)}" for _ in range(3)), texts=frozenset({f"text-{number}"}),
    )  # fmt: skip


def sighting(pick: random.Random, one: Allowed) -> Seen:
    """Something seen on account of a window: half of it as authorised, the other half in one of the ways it goes wrong."""
    inside = one.starts_at + pick.random() * (one.ends_at - one.starts_at)
    person, text = min(one.people), next(iter(one.texts))
    wrong = pick.randrange(10)
    if wrong == 0:
        person = "somebody-else"
    elif wrong == 1:
        text = "another text"
    elif wrong == 2:
        inside = one.ends_at + pick.randrange(1, 400) * HOUR
    elif wrong == 3:
        return Seen(f"system:{pick.randrange(SYSTEMS * 2)}", YEAR + pick.randrange(365 * 24) * HOUR, None, person, text)
    since = inside - pick.randrange(1, 24) * HOUR if pick.random() < 0.5 else None
    return Seen(one.thing, inside, since, person, text)


def compare(windows: list[Allowed], seen: list[Seen], answers: list[Match], pick: random.Random) -> None:
    """Hold a sample against every window of its system, each asked by itself."""
    by_thing: dict[str, list[Allowed]] = {}
    for one in windows:
        by_thing.setdefault(one.thing, []).append(one)
    for place in pick.sample(range(len(seen)), min(SAMPLE, len(seen))):
        verdict = alone(by_thing.get(seen[place].thing, []), seen[place])
        if verdict != answers[place].verdict:
            raise AssertionError(f"{seen[place]}: {answers[place].verdict}, but each window alone says {verdict}")


def alone(windows: list[Allowed], one: Seen) -> str:
    """Ask each window by itself; the best verdict speaks."""
    verdicts = [Windows([row], NEAR).match(one).verdict for row in windows]
    return min(verdicts, key=VERDICTS.index, default=UNAPPROVED.verdict)
