"""Argon2id with explicit parameters, and a bounded number of hashes at once: beyond it the answer is "come back". [PW-4]

A hash takes tens of milliseconds of a core and 19 MiB; without a bound a burst of sign-ins would take the machine down.
"""

import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from iam.credentials.password_rules import normal
from kernel.errors import Busy
from kernel.settings import settings
from policy import book

QUEUE_FOR_EACH = 8
LONGEST_WAIT = 2.0


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


class Slots:
    """So many at once, so many waiting at most; who would wait too long is sent away."""

    def __init__(self, count: int, queue: int) -> None:
        self.count = count
        self._free = threading.BoundedSemaphore(count)
        self._queue = threading.BoundedSemaphore(count + queue)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a slot. Raises Busy when the queue is full or the wait too long."""
        if not self._queue.acquire(blocking=False):
            raise Busy("Too many people sign in at this moment. Try again in a few seconds.", retry_after=2)
        try:
            if not self._free.acquire(timeout=LONGEST_WAIT):
                raise Busy("Too many people sign in at this moment. Try again in a few seconds.", retry_after=2)
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._queue.release()


def _share() -> int:
    """Return this process's share: twice the cores over all web processes, so that a hash runs while another waits for disk."""
    return max(1, math.ceil(2 * cores() / (settings.workers or cores())))


SLOTS = Slots(_share(), QUEUE_FOR_EACH * _share())


@lru_cache(maxsize=8)
def _hasher(memory: int, passes: int, lanes: int) -> PasswordHasher:
    return PasswordHasher(
        time_cost=passes, memory_cost=memory, parallelism=lanes, hash_len=32, salt_len=16, type=Type.ID
    )


def hasher() -> PasswordHasher:
    """Return the hasher with the book's parameters."""
    return _hasher(book.number("PW-4", "memory_kib"), book.number("PW-4", "passes"), book.number("PW-4", "lanes"))


def hashed(password: str) -> str:
    """Return the argon2id hash of a password, parameters and salt within."""
    return hasher().hash(normal(password))


@lru_cache(maxsize=4)
def _nobody(worker: PasswordHasher) -> str:
    return worker.hash(os.urandom(32).hex())


def verify(known: str | None, password: str) -> bool:
    """Tell whether a password belongs to a hash. Without a hash the same work is done against nobody's, and the answer is no."""
    worker = hasher()
    try:
        return worker.verify(known or _nobody(worker), normal(password)) and known is not None
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


def is_outdated(known: str) -> bool:
    """Tell whether a hash was made with other parameters than the book's."""
    return hasher().check_needs_rehash(known)
