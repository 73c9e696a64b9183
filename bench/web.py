"""A house served for measuring: real PostgreSQL, real web processes, an agent with a session, a conversation in hand.

python -m bench.web FD [unaudited|unwatched]     one web process; the two words switch the ledger off, here only
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from api import processes
from kernel import db, frame, fresh
from kernel.postgres import Cluster, start
from kernel.settings import load


@dataclass(frozen=True, slots=True)
class House:
    """A prepared house: its database, a supervisor's session token, conversations open on the floor."""

    cluster: Cluster
    url: str
    folder: Path
    token: str
    conversations: tuple[UUID, ...]


@contextmanager
def database(*, quick: bool = False) -> Iterator[tuple[Cluster, Path]]:
    """Have this process work on an empty database of a PostgreSQL of its own, in a temporary folder; all is thrown away."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        cluster = start(folder / "postgres", quick=quick)
        try:
            cluster.create_database("bench")
            use(cluster.dsn("bench"), folder)
            yield cluster, folder
        finally:
            frame.close_writer()
            db.forget_engines()
            cluster.stop()


@contextmanager
def house(*, quick: bool = False, conversations: int = 200) -> Iterator[House]:
    """Prepare a house in a temporary folder and throw it away."""
    with database(quick=quick) as (cluster, folder):
        url = cluster.dsn("bench")
        token, found = people(url, conversations)
        yield House(cluster, url, folder, token, found)


def use(url: str, folder: Path) -> None:
    """Have this process and its children work on a database."""
    os.environ["OMNIWARDEN_DATABASE_URL"] = url
    os.environ["OMNIWARDEN_KEY_FOLDER"] = str(folder / "keys")
    os.environ["OMNIWARDEN_STATE_FOLDER"] = str(folder)
    db.settings = load()
    fresh.forget()


def people(url: str, count: int) -> tuple[str, tuple[UUID, ...]]:
    """Found the house; return a supervisor's session token and the conversations visitors opened."""
    from sqlmodel import col, select

    from api import house as founding
    from api import schema
    from contactcenter import demo
    from contactcenter.channels import webchat
    from contactcenter.models import Conversation
    from tests import world

    schema.migrate(url)
    founding.found()
    demo.seed_lines()
    who = world.activated(role="supervisor")
    for number in range(count):
        webchat.open_visit(webchat.CLERK, widget="care", language="fr", text=f"Bonjour {number}", once=uuid4())
    with db.read_session() as session:
        found = tuple(session.scalars(select(col(Conversation.id))))
    assert who.entered is not None
    return who.entered.token, found


_serving: dict[str, list[int]] = {}


def processes_of(address: str) -> list[int]:
    """Return the pids of the web processes behind an address."""
    return _serving[address]


@contextmanager
def serving(made: House, mode: str = "", workers: int | None = None) -> Iterator[str]:
    """Serve the house by real web processes on a free loopback port; yields its address."""
    shared = processes.listen("127.0.0.1", 0)
    port = shared.getsockname()[1]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.web", str(shared.fileno()), mode],
            pass_fds=(shared.fileno(),),
            env={**os.environ, "OMNIWARDEN_LOG_LEVEL": "ERROR"},
        )
        for _ in range(workers or os.cpu_count() or 1)
    ]
    address = f"http://127.0.0.1:{port}"
    _serving[address] = [process.pid for process in running]
    try:
        wait_until_ready(address)
        yield address
    finally:
        shared.close()
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=20)


def wait_until_ready(address: str) -> None:
    """Wait until the house answers."""
    for _ in range(200):
        try:
            if httpx.get(f"{address}/readyz", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the house did not come up")


def unguard(url: str) -> None:
    """Take the walls down in this throw-away database, for the measure without a ledger."""
    with db.connect("none", url) as conn:
        for (name,) in conn.execute(
            "select distinct tgrelid::regclass::text from pg_trigger where tgname in ('wall_stamp', 'wall_entry')"
        ).fetchall():
            conn.execute(f"alter table {name} disable trigger wall_stamp, disable trigger wall_entry")


def guard(url: str) -> None:
    """Put the walls up again."""
    with db.connect("none", url) as conn:
        for (name,) in conn.execute(
            "select distinct tgrelid::regclass::text from pg_trigger where tgname in ('wall_stamp', 'wall_entry')"
        ).fetchall():
            conn.execute(f"alter table {name} enable always trigger wall_stamp, enable always trigger wall_entry")


def main(descriptor: int, mode: str) -> None:
    """Run one web process, with the ledger or without."""
    from api import serving as real
    from kernel import action, reading, transaction
    from kernel.history import History

    if mode == "unaudited":
        action.insert_statement = lambda draft: b""  # type: ignore[assignment]
        action.finish = lambda raw, entry, action_id: transaction.send(raw, b"commit")  # type: ignore[assignment]
        History.told = lambda self, key_of: ({}, [])  # type: ignore[method-assign]
    if mode == "unwatched":
        from api import fields  # noqa: F401

        for case in reading.READINGS.values():
            case.watched = False
    real.run_web(descriptor)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
