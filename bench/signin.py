"""Sign-ins with password and OTP beside bare argon2id verifications with the same parameters, on all cores.

python -m bench.signin PLAN    one web process' worth of sign-ins or verifications; PLAN is JSON

The whole use case is measured (throttle, look-up, hash, OTP, session row, ledger entry, commit), called as a door calls it, by
as many processes as the machine has cores, from known devices. Each process' clock runs ahead so that every code is a fresh one.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from bench.harness import Measured, figure
from kernel import clock
from kernel.settings import settings

ACCOUNTS = 10
SECONDS = 6.0
ROUNDS = 3
THREADS = 4
HASHING = 2  # as many hash at once in a web process (see iam.hashing), so that both ask the machine for as much
CROWD = 40
PASSWORD = "Violet-Tractor9-Mumble"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a process does: `signin` or `bare`, for how long, with how many threads, with whom, how far ahead its clock is."""

    kind: str
    seconds: float
    threads: int
    people: list[dict[str, str]]
    ahead: int


@figure(
    "signin",
    unit="sign-ins per bare verification",
    bar=">= 0.8",
    against="bare argon2id verifications/s, same parameters",
)
def measure(options: Any) -> Measured:
    from bench.web import database
    from kernel import db, frame

    cores = os.cpu_count() or 1
    with database():
        made = [people(options.size(ACCOUNTS)) for _ in range(cores)]
        frame.close_writer()
        db.forget_engines()
        return rounds(made, SECONDS * max(0.3, min(options.scale, 1)))


def people(count: int) -> list[dict[str, str]]:
    """Found the house where it is not yet, and let so many people move in; returns what they know."""
    from api import house, schema
    from kernel import db
    from tests import world

    schema.migrate(db.settings.database_url)
    house.found()
    found = []
    for _ in range(count):
        who = world.activated()
        assert who.entered is not None
        found.append(
            {"name": who.user_name, "password": who.password, "otp": who.otp, "device": who.entered.device or ""}
        )
    return found


def rounds(made: list[list[dict[str, str]]], seconds: float) -> Measured:
    """Alternate bare verifications and sign-ins, so that a busy machine disturbs both alike; then a crowd."""
    bare, signed, ratios, ahead = [], [], [], 3600
    for _ in range(ROUNDS):
        bare.append(together("bare", seconds, HASHING, made, ahead)[0])
        done, _busy = together("signin", seconds, THREADS, made, ahead)
        signed.append(done)
        ratios.append(done / bare[-1])
        ahead += 86_400
    crowded, busy = together("signin", seconds, CROWD, made, ahead)
    note = (
        f"{median(signed):.1f} sign-ins/s beside {median(bare):.1f} verifications/s; {CROWD * len(made)} at once, "
        f"most of them guessing: {crowded:.1f}/s answered, {busy:.0f}/s sent away with 429"
    )
    return Measured(median(ratios), median(ratios), ratios, note)


def together(
    kind: str, seconds: float, threads: int, made: list[list[dict[str, str]]], ahead: int
) -> tuple[float, float]:
    """Run one process a core; returns done and sent away, each second."""
    running = [start_one(Plan(kind, seconds, threads, people, ahead)) for people in made]
    answers = [json.loads(process.communicate(timeout=seconds * 10 + 120)[0].splitlines()[-1]) for process in running]
    return sum(a["done"] for a in answers), sum(a["busy"] for a in answers)


def start_one(plan: Plan) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "bench.signin", json.dumps(asdict(plan))],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMNIWARDEN_KEY_FOLDER": str(settings.key_folder.absolute())},
    )


class Turns:
    """Lends one person to one thread at a time, the clock a step further at each use so that no code is used twice."""

    def __init__(self, people: list[dict[str, str]], ahead: int) -> None:
        self._free: queue.SimpleQueue[tuple[dict[str, str], int]] = queue.SimpleQueue()
        self._ahead, self._real = ahead, clock.now
        for person in people:
            self._free.put((person, 0))

    @contextmanager
    def lent(self) -> Iterator[tuple[dict[str, str] | None, datetime]]:
        """Give a person and their time, or nobody where all are lent."""
        try:
            person, turn = self._free.get_nowait()
        except queue.Empty:
            yield None, self._real() + timedelta(seconds=self._ahead)
            return
        try:
            yield person, self._real() + timedelta(seconds=self._ahead + 31 * turn)
        finally:
            self._free.put((person, turn + 1))


def work(plan: Plan) -> dict[str, float]:
    """Do a plan; returns what was done and sent away, each second."""
    from api import fields  # noqa: F401
    from iam.credentials import hashing
    from kernel import fresh
    from kernel.errors import Busy

    fresh.refresh(force=True)
    turns, now = Turns(plan.people, plan.ahead), threading.local()
    real = clock.now
    clock.now = lambda: getattr(now, "at", None) or real()
    known = hashing.hashed(PASSWORD)
    done, busy, ends = [0] * plan.threads, [0] * plan.threads, clock.monotonic() + plan.seconds

    def loop(number: int) -> None:
        while clock.monotonic() < ends:
            with turns.lent() as (person, now.at):
                try:
                    if plan.kind == "bare":
                        hashing.verify(known, PASSWORD)
                    elif person is not None:
                        sign_in(person, now.at)
                    else:
                        guess()
                except Busy:
                    busy[number] += 1
                    time.sleep(0.05)
                else:
                    done[number] += 1

    threads = [threading.Thread(target=loop, args=(n,)) for n in range(plan.threads)]
    begun = clock.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = clock.monotonic() - begun
    return {"done": sum(done) / spent, "busy": sum(busy) / spent}


def sign_in(person: dict[str, str], at: datetime) -> None:
    """One sign-in with password and OTP from a known device."""
    import pyotp

    import iam

    entered = iam.sign_in(
        person["name"],
        person["password"],
        source=iam.Source(address="192.0.2.1"),
        device=person["device"],
        proof=iam.Proof(code=pyotp.TOTP(person["otp"]).at(at)),
    )
    assert isinstance(entered, iam.Entered)


def guess() -> None:
    """One stranger's guess, from anywhere: the same work, and a refusal."""
    import iam
    from kernel.errors import Refused

    source = iam.Source(address=f"2001:db8::{os.urandom(2).hex()}")
    with contextlib.suppress(Refused):
        iam.sign_in(os.urandom(6).hex(), PASSWORD, source=source)


if __name__ == "__main__":
    print(json.dumps(work(Plan(**json.loads(sys.argv[1])))))
