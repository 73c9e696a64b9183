"""Run the processes: web on a shared socket, and the sequencer with the signing key."""

import logging
import os
import shutil
import threading
from pathlib import Path

import psycopg
import uvicorn

from api import logs, processes
from api.processes import REFUSED, Child
from api.wire import Bounded
from kernel import db
from kernel.db import SEQUENCER
from kernel.errors import OmniError, Refused, Unavailable
from kernel.ledger.sequencer import Sequencer
from kernel.ledger.signer import Signer
from kernel.settings import settings

log = logging.getLogger("omniwarden.processes")
INTERVAL = 0.04
"""Seconds between looks: what people see live waits for the tree, so this is part of every delivery."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def check_house() -> None:
    """Make sure that there is a house to serve, on a database of this release and of its own kind.

    Raises:
        Refused: no database is set, its tables are of another release, or it is (or is not) the demonstration's.
        Unavailable: the database does not answer.

    """
    from api import demo, schema  # noqa: PLC0415 - alembic and the whole registry are loaded only for this

    url = db.dsn_of(settings.database_url)
    if not url:
        raise Refused(None, "No database is set: set OMNIWARDEN_DATABASE_URL (or DATABASE_URL) first.")
    try:
        (demo.require_mark if settings.demo else demo.refuse_marked)(url)
        schema.check(url)
    except psycopg.OperationalError as error:
        raise Unavailable(f"The database does not answer: {str(error).splitlines()[0]}") from error


def web_children(host: str = "", port: int = 0, workers: int = 0) -> list[Child]:
    """Return the web processes to run, on one socket opened here.

    Raises:
        Refused: when the demonstration house is asked to listen beyond loopback.

    """
    address, number = host or settings.host, port or settings.port
    if settings.demo and address not in LOOPBACK:
        raise Refused(None, "The demonstration house shows secrets on a page, so it listens on this machine only.")
    shared = processes.listen(address, number)
    _share_metrics()
    count = workers or settings.workers or os.cpu_count() or 1
    return [
        Child(f"web {n + 1}", ["web", str(shared.fileno())], (shared.detach() if n == count - 1 else shared.fileno(),))
        for n in range(count)
    ]


def _share_metrics() -> None:
    """Have the web processes keep their figures in one folder, so that whichever answers tells of all."""
    folder = Path(settings.state_folder).resolve() / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def run_web(descriptor: int) -> None:
    """Serve on an open socket until told to stop; open streams end at once, running requests are finished."""
    uvicorn.run(
        "api.app:build",
        factory=True,
        http=Bounded,
        fd=descriptor,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=20,
        server_header=False,
        proxy_headers=False,
        ws_max_size=65_536,
    )


def signer() -> Signer:
    """Return the log's signer, its key made at the first start."""
    folder = Path(settings.key_folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key, state = folder / "ledger.key", folder / "ledger.state"
    if key.exists():
        return Signer.open(settings.ledger_name, key, state)
    return Signer.create(settings.ledger_name, key, state)


def run_sequencer(stop: threading.Event) -> int:
    """Sequence until told to stop; return the exit code.

    A ledger that may not be signed, such as a restored older database, is refused with 3: only people can put that right.
    The public verifier key lies beside the private one, for auditors.
    """
    logs.set_up()
    try:
        made = signer()
        (Path(settings.key_folder) / "ledger.vkey").write_text("".join(f"{v.vkey}\n" for v in made.verifiers))
        Sequencer(lambda: db.connect(SEQUENCER), made).run(stop, INTERVAL)
    except OmniError as error:
        log.critical("the sequencer refuses to go on: %s", error.why)
        return REFUSED
    return 0
