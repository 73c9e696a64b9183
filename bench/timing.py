"""Does the time of an answer tell whether a user exists? Known and unknown users by turns, at each door that takes a user id.

Sign-in with a wrong password, the first step of a reset, and an enrolment's code: 1,000 tries of each kind, each from an address of its
own. The tries alternate, so that what else the machine does disturbs both alike. The figure is the largest difference of the medians,
in shares of the median; a permutation test over the pairs says whether it could be chance.
"""

import contextlib
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench.harness import Measured, figure

TRIES = 1_000
KNOWN = 40
SHUFFLES = 10_000
SURE = 0.01
Try = Callable[[str, str], object]


@figure("timing", unit="share of the median", bar="<= 0.05", against="chance: the smallest of the tests' p")
def measure(options: Any) -> Measured:
    """The largest share by which the medians differ, of the doors whose difference is not chance; 0 where all may be chance."""
    from bench.web import database

    with database():
        found = {door: apart(*spent) for door, spent in times(max(40, options.size(TRIES))).items()}
    told = [share if p < SURE else 0.0 for share, p, _ in found.values()]
    note = "; ".join(
        f"{door}: medians differ by {share:.1%} of {at * 1000:.1f} ms, p {p:.2f}"
        for door, (share, p, at) in found.items()
    )
    return Measured(max(told), min(p for _, p, _ in found.values()), [share for share, _, _ in found.values()], note)


def times(count: int) -> dict[str, tuple[list[float], list[float]]]:
    """Time so many tries with a known and an unknown user at each door."""
    from api import house, schema
    from kernel import db
    from tests import world

    schema.migrate(db.settings.database_url)
    house.found()
    known, forgetful = (
        [world.activated().user_name for _ in range(KNOWN)] for _ in range(2)
    )  # a name has only so many tries
    waiting = [world.person().user_name for _ in range(KNOWN)]
    return {
        "sign-in": by_turns(sign_in, known, count),
        "reset": by_turns(open_code, forgetful, count),
        "enrolment": by_turns(open_code, waiting, count),
    }


def by_turns(attempt: Try, names: list[str], count: int) -> tuple[list[float], list[float]]:
    """Try with a known and an unknown name in random order; returns the seconds of each."""
    pick, spent = random.Random(11), ([], [])  # type: tuple[random.Random, tuple[list[float], list[float]]]
    for number in range(count):
        for unknown in pick.sample((False, True), 2):
            name = f"nobody.{pick.randrange(10**6)}" if unknown else names[number % len(names)]
            address = f"2001:db8:{number:x}::{int(unknown)}"
            begin = time.perf_counter()
            attempt(name, address)
            spent[unknown].append(time.perf_counter() - begin)
    return spent


def sign_in(name: str, address: str) -> None:
    import iam
    from kernel.errors import Refused

    with contextlib.suppress(Refused):
        iam.sign_in(name, "Wrong-Tractor9-Mumble", source=iam.Source(address=address))


def open_code(name: str, address: str) -> None:
    import iam
    from kernel.errors import Refused

    with contextlib.suppress(Refused):
        iam.open_code(name, "AAAAA-AAAAA", source=iam.Source(address=address))


def apart(known: list[float], unknown: list[float]) -> tuple[float, float, float]:
    """Return by what share of the median the medians differ, how often chance differs as much, and the median."""
    middle = statistics.median(known + unknown)
    seen = abs(statistics.median(known) - statistics.median(unknown))
    pick, rarer = random.Random(12), 0
    pairs = list(zip(known, unknown, strict=True))
    shuffles = SHUFFLES // max(1, len(pairs) // 100)
    for _ in range(shuffles):
        left, right = zip(*(pair if pick.random() < 0.5 else pair[::-1] for pair in pairs), strict=True)
        rarer += abs(statistics.median(left) - statistics.median(right)) >= seen
    return seen / middle, (rarer + 1) / (shuffles + 1), middle
