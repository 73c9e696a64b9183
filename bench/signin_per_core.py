"""Sign-ins with password and OTP a second, for each core: the whole use case, as in the figure `signin`, beside bare argon2id."""

import os
import statistics
from typing import Any

from bench import signin
from bench.harness import Measured, figure

SHARE = 0.80


@figure(
    "signin_per_core", unit="sign-ins/s per core", bar=">= 15", against="bare argon2id verifications/s, same parameters"
)
def measure(options: Any) -> Measured:
    """Median of the rounds; the ratio is that of sign-ins to bare verifications, which the figure `signin` holds to 0.80."""
    from bench.web import database
    from kernel import db, frame

    cores = os.cpu_count() or 1
    with database():
        made = [signin.people(options.size(signin.ACCOUNTS)) for _ in range(cores)]
        frame.close_writer()
        db.forget_engines()
        rates, ratios = rounds(made, signin.SECONDS * max(0.3, min(options.scale, 1)))
    ratio = statistics.median(ratios)
    note = f"{cores} cores; {ratio:.2f} of the bare rate, {SHARE:.2f} asked"
    return Measured(statistics.median(rates) / cores, ratio, [rate / cores for rate in rates], note)


def rounds(made: list[list[dict[str, str]]], seconds: float) -> tuple[list[float], list[float]]:
    """Alternate bare verifications and sign-ins; returns sign-ins a second on all cores, and their ratio to the bare ones."""
    rates, ratios, ahead = [], [], 3600
    for _ in range(signin.ROUNDS):
        bare, _busy = signin.together("bare", seconds, signin.HASHING, made, ahead)
        rate, _busy = signin.together("signin", seconds, signin.THREADS, made, ahead)
        rates.append(rate)
        ratios.append(rate / bare)
        ahead += 86_400
    return rates, ratios
