"""Long work inside a transaction: the database is told now and then that somebody still is there. [FW-2]"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import text

from kernel.action import Work

T = TypeVar("T")
BEAT = 2.0
"""Seconds; the database ends a transaction that says nothing for five times as long."""


def patiently(work: Work, call: Callable[[], T]) -> T:
    """Do pure work that may take seconds, and keep the transaction alive meanwhile; raises what the work raises."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(call)
        while True:
            try:
                return running.result(timeout=BEAT)
            except TimeoutError:
                if running.done():
                    raise
                work.session.execute(text("select 1"))
