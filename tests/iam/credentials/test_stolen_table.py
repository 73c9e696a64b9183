"""A stolen table of passwords is tried with a list of common ones, for a bounded time: no hit on what the rules let through. [PW-2, PW-4]

The cracking tools of the distributions do not know argon2id, so the list and its usual disguises are tried by the reference
library itself, on two cores, most frequent words first. A weak password among the stolen ones shows that the trial can hit.
"""

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest
from argon2.exceptions import VerifyMismatchError
from argon2.low_level import Type, verify_secret
from sqlmodel import col, select
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from iam.credentials import hashing, password_rules
from iam.credentials.models import Password
from kernel import db
from tests import world
from tests.iam.credentials.test_password_rules import HOUSE

SECONDS = 15.0
CHOSEN = ("Violet-Tractor9-Mumble", "Kora!Brume47", "7Lagunes&Sable", "Zemidjan_Rouge3")
WEAK = "Monkey1"


def guesses() -> Iterator[str]:
    """The common passwords, most frequent first, each in the disguises that cracking rules begin with."""
    for word in itertools.islice(FREQUENCY_LISTS["passwords"], 20_000):
        yield from dict.fromkeys((word, word.capitalize() + "1", word.capitalize() + "1!", word.capitalize() + "2026"))


def crack(stolen: str, seconds: float) -> tuple[str | None, int]:
    """Try one hash for so long; returns what it was the hash of, and how many were tried."""
    ends = time.monotonic() + seconds
    for tried, guess in enumerate(guesses(), start=1):
        if time.monotonic() > ends:
            return None, tried
        try:
            if verify_secret(stolen.encode(), guess.encode(), Type.ID):
                return guess, tried
        except VerifyMismatchError:
            continue
    return None, tried


@pytest.mark.slow
def test_a_stolen_table_gives_nothing_away_in_a_bounded_time(database: str) -> None:
    for password in CHOSEN:
        world.activated(password=password)
    with db.read_session() as session:
        stolen = list(session.scalars(select(col(Password.hash)).where(col(Password.ended_at).is_(None))))
    assert len(stolen) == len(CHOSEN)
    with ProcessPoolExecutor(2) as pool:
        share = SECONDS / len(stolen)
        found = list(pool.map(crack, [*stolen, hashing.hashed(WEAK)], [share] * len(stolen) + [SECONDS * 4]))
    assert [hit for hit, _ in found] == [None] * len(CHOSEN) + [WEAK]
    assert all(tried > 10 for _, tried in found)


def test_the_rules_refuse_what_the_list_would_hit() -> None:
    """Of the guesses such a list begins with, none may be chosen."""
    passed = [guess for guess in itertools.islice(guesses(), 4_000) if not password_rules.flaws(guess, HOUSE)]
    assert not passed, passed[:20]


def test_what_was_chosen_is_what_the_rules_let_through() -> None:
    assert not [password for password in CHOSEN if password_rules.flaws(password, HOUSE)]
    assert password_rules.flaws(WEAK, HOUSE)
