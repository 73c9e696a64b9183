"""Effects that leave after the commit (mail, messages, directory writes): jobs on the same PostgreSQL, put there in the same transaction.

Arguments are ids only: they stand in the job table and in the worker's log. An effect may run twice, so it must be idempotent. [ID-5]
"""

import logging
from collections.abc import Callable
from typing import Any

import procrastinate
from sqlalchemy.orm import Session

from kernel import db
from kernel.db import APP

Effect = Callable[..., None]
EFFECTS: dict[str, Effect] = {}
QUEUE = "effects"
TRIES = 8

jobs = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
logging.getLogger("procrastinate").setLevel(logging.WARNING)


def effect(name: str) -> Callable[[Effect], Effect]:
    """Register what the worker does under a name; it is tried again, ever later, up to eight times."""

    def register(run: Effect) -> Effect:
        if name in EFFECTS:
            raise RuntimeError(f"the effect {name} is there already")
        EFFECTS[name] = run
        retry = procrastinate.RetryStrategy(max_attempts=TRIES, exponential_wait=3)
        jobs.task(name=name, queue=QUEUE, retry=retry)(run)
        return run

    return register


def enqueue(session: Session, name: str, ids: dict[str, Any]) -> None:
    """Put a job beside what the transaction writes; a rollback takes it away again.

    Raises:
        LookupError: when no effect has this name.

    """
    if name not in EFFECTS:
        raise LookupError(f"there is no effect {name}")
    raw = session.connection().connection.driver_connection
    jobs.configure_task(name, queue=QUEUE, connection=raw).defer(**{k: str(v) for k, v in ids.items()})


def worker_app() -> procrastinate.App:
    """Return the job application of a worker process, connected by its own pool."""
    return jobs.with_connector(
        procrastinate.PsycopgConnector(conninfo=db.address_of(APP), kwargs={"options": f"-c role={APP}"})
    )
