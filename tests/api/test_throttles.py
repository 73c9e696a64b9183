"""Bounds on what is asked before anybody is known: counted for the house, not for each of its processes. [ID-1]"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from api import throttles
from api.throttles import Throttle
from iam.entry import rates
from iam.entry.rates import Rate
from kernel import clock
from kernel.errors import Busy
from tests.conftest import ROOT
from tests.iam.conftest import Hands, hands  # noqa: F401 - a fixture

SLOW = Rate(burst=5, per_second=0.001)
HERE = "192.0.2.1"
ASKER = """
import sys
from api.throttles import Throttle
from iam.entry.rates import Rate
from kernel.errors import Busy
door, passed = Throttle("two"), 0
for _ in range(30):
    try:
        door.take("192.0.2.9", Rate(burst=12, per_second=0.0001))
        passed += 1
    except Busy:
        door._shut.clear()
print(passed)
"""


def passes(door: Throttle, times: int, key: str = HERE) -> int:
    """How many of so many requests a door lets in."""
    let_in = 0
    for _ in range(times):
        try:
            door.take(key)
        except Busy:
            continue
        let_in += 1
    return let_in


@pytest.mark.slow
def test_two_processes_together_give_no_more_than_one(database: str, tmp_path) -> None:
    known = {name: value for name, value in os.environ.items() if not name.startswith("OMNIWARDEN_")}
    told = known | {
        "OMNIWARDEN_DATABASE_URL": database,
        "OMNIWARDEN_KEY_FOLDER": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    rates.fingerprint("rate", "the key file is there")
    running = [
        subprocess.Popen([sys.executable, "-c", ASKER], cwd=ROOT, env=told, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=120)[0] for process in running]
    assert sum(map(int, answers)) == 12, answers


def test_many_at_once_are_let_in_as_often_as_the_bucket_holds(database: str) -> None:
    doors = [Throttle("crowd", SLOW) for _ in range(4)]
    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(lambda number: passes(doors[number % 4], 5), range(8))) == SLOW.burst


def test_a_bucket_fills_again_as_time_goes_by(database: str, hands: Hands) -> None:  # noqa: F811
    rate = Rate(burst=3, per_second=0.5)
    waits = [rates.take("pump", HERE, rate, hands.time) for _ in range(4)]
    assert waits == [0, 0, 0, 2]
    hands.forward(seconds=2)
    assert [rates.take("pump", HERE, rate, hands.time) > 0 for _ in range(2)] == [False, True]
    hands.forward(hours=1)
    assert [rates.take("pump", HERE, rate, hands.time) > 0 for _ in range(4)] == [False, False, False, True], (
        "no more than the bucket holds"
    )


def test_a_clock_that_goes_back_locks_nobody_out(database: str, hands: Hands) -> None:  # noqa: F811
    rate = Rate(burst=2, per_second=1.0)
    rates.take("clock", HERE, rate, hands.time)
    hands.back(hours=5)
    assert rates.take("clock", HERE, rate, hands.time) == 1
    hands.forward(seconds=1)
    assert rates.take("clock", HERE, rate, hands.time) == 0


def test_doors_and_keys_have_buckets_of_their_own(database: str) -> None:
    assert passes(Throttle("front", SLOW), 9) == 5
    assert passes(Throttle("back", SLOW), 9) == 5
    assert passes(Throttle("front", SLOW), 9, "2001:db8::1") == 5


def test_who_was_turned_away_costs_the_house_nothing_until_the_wait_is_over(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, asked, at = Throttle("quiet", Rate(burst=1, per_second=0.1)), [], [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: at[0])
    monkeypatch.setattr(rates, "take", lambda *_: asked.append(1) or (0.0 if len(asked) == 1 else 10.0))
    assert passes(door, 50) == 1
    assert len(asked) == 2
    with pytest.raises(Busy) as told:
        door.take(HERE)
    assert told.value.retry_after == 10
    at[0] += 10
    assert passes(door, 3) == 0
    assert len(asked) == 3, "asked again once, when the wait was over"


def test_of_too_many_addresses_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttles.rates, "take", lambda *_: 60.0)
    door = Throttle("full", SLOW, most=10)
    for number in range(50):
        assert passes(door, 1, f"198.51.100.{number}") == 0
    assert len(door._shut) == 10
