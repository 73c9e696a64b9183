"""The worker: effects that left with a commit, and the sweeps of the clerks (deadlines, routing), each second."""

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import datetime

from api import fields, logs, processes, uploads  # noqa: F401 - registers every effect and sweep
from kernel import clock, db, frame, fresh
from kernel.errors import OmniError
from kernel.outbox import QUEUE, worker_app
from kernel.sweeps import SWEEPS

log = logging.getLogger("omniwarden.worker")


def run() -> None:
    """Run until told to stop."""
    logs.set_up()
    stop = processes.stop_event()
    poll = fresh.Poll(lambda error: log.warning("rights could not be confirmed: %s", error))
    poll.start()
    sweeping = threading.Thread(target=sweep, args=(stop,), name="sweeps", daemon=True)
    sweeping.start()
    asyncio.run(work(stop))
    sweeping.join(timeout=10)
    poll.stop()
    frame.close_writer()
    db.forget_engines()


async def work(stop: threading.Event) -> None:
    """Do jobs until told to stop; a lost database is waited for."""
    while not stop.is_set():
        try:
            await _work(stop)
        except Exception:
            log.exception("the worker lost its database; it tries again")
            await asyncio.sleep(2)


async def _work(stop: threading.Event) -> None:
    jobs = worker_app()
    async with jobs.open_async():
        working = asyncio.create_task(
            jobs.run_worker_async(
                queues=[QUEUE], concurrency=4, install_signal_handlers=False, shutdown_graceful_timeout=5
            )
        )
        while not stop.is_set() and not working.done():  # noqa: ASYNC110 - set by a signal, outside the loop
            await asyncio.sleep(0.2)
        if working.done():
            working.result()
        working.cancel()
        await asyncio.wait([working], timeout=10)


def sweep(stop: threading.Event) -> None:
    """Call every sweep at its interval; one that fails is told and called again."""
    due = dict.fromkeys(SWEEPS, 0.0)
    while not stop.wait(0.2):
        for name, (interval, call) in SWEEPS.items():
            if clock.monotonic() >= due.get(name, 0.0):
                due[name] = clock.monotonic() + interval
                _sweep(name, call)


def _sweep(name: str, call: Callable[[datetime], object]) -> None:
    try:
        call(clock.now())
    except OmniError as error:
        log.warning("the sweep %s could not be done now: %s", name, error.why)
    except Exception:
        log.exception("the sweep %s failed", name)
