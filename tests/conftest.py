"""One PostgreSQL for the run, one database per worker cloned from a template, real commits."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from kernel import db, frame, fresh, gate
from kernel.actor import clerk
from kernel.gate import ALWAYS
from kernel.postgres import Cluster, start
from kernel.settings import load
from policy.book import forget_editions
from tests import rows
from training.standing.memory import STANDINGS

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / "var" / "test"
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", secrets.token_hex(4))[:12]
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
SERVERS = {"cluster", "cluster_dsn"}
# How quickly examples are drawn says something of the machine, nothing of the product.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for a PostgreSQL as a test of the database, so that `make check` can go without."""
    for item in items:
        if SERVERS & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of our own, shared by the workers of this run."""
    running = start(STATE / "postgres", quick=True)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def cluster_dsn(cluster: Cluster) -> str:
    """The address of the server's own database, as superuser."""
    return cluster.dsn("postgres")


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """The name of this run's template database: migrated, and founded on the shipped book."""
    from api import house
    from api.schema import migrate
    from kernel.founding import found_house

    name = f"template_{RUN}"
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with db.connect("none", cluster.dsn("postgres")) as conn:
            if conn.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
                making = f"{name}_making"
                conn.execute(f'drop database if exists "{making}"')
                conn.execute(f'create database "{making}"')
                migrate(cluster.dsn(making))
                use(cluster.dsn(making))
                fresh.refresh(force=True)
                found_house(house.SETUP, document=house.shipped())
                leave()
                conn.execute(f'alter database "{making}" rename to "{name}"')
    return name


def make_samples(url: str) -> None:
    """Make the tables of the tests' own little fields, as a later migration would: owned, and with their walls."""
    samples = [table for name, table in SQLModel.metadata.tables.items() if name.startswith("sample_")]
    engine = create_engine("postgresql+psycopg://", creator=lambda: db.connect(db.OWNER, url))
    SQLModel.metadata.create_all(engine, tables=samples)
    engine.dispose()


@contextmanager
def founded(cluster: Cluster, field: str, document: dict[str, Any]) -> Iterator[str]:
    """A database of a field's own tests, founded on its little book; afterwards this process is back where it was."""
    from api.schema import migrate
    from kernel.founding import found_house

    name, before = f"{field}_{RUN}_{WORKER}", db.settings
    with db.connect("none", cluster.dsn("postgres")) as conn:
        conn.execute(f'drop database if exists "{name}" with (force)')
        conn.execute(f'create database "{name}"')
    url = cluster.dsn(name)
    migrate(url)
    make_samples(url)
    leave()
    use(url)
    fresh.refresh(force=True)
    found_house(clerk("setup"), document=document)
    yield url
    leave()
    db.settings = before
    with db.connect("none", cluster.dsn("postgres")) as conn:
        conn.execute(f'drop database if exists "{name}" with (force)')


def use(url: str) -> None:
    """Have this process work on a database."""
    db.settings = load({"OMNIWARDEN_DATABASE_URL": url, "OMNIWARDEN_THREADS": "8"})
    fresh.forget()
    forget_editions()


def leave() -> None:
    """Let go of every connection to the database in use."""
    frame.close_writer()
    db.forget_engines()
    gate.put_in_force(gate.EMPTY)
    fresh.forget()
    forget_editions()


@pytest.fixture(scope="session")
def worker_database(cluster: Cluster, template: str) -> Iterator[str]:
    """This worker's own database."""
    name = f"test_{RUN}_{WORKER}"
    with db.connect("none", cluster.dsn("postgres")) as conn:
        conn.execute(f'create database "{name}" template "{template}" strategy file_copy')
    url = cluster.dsn(name)
    use(url)
    yield url
    leave()
    with db.connect("none", cluster.dsn("postgres")) as conn:
        conn.execute(f'drop database if exists "{name}" with (force)')


@pytest.fixture(scope="session")
def every_world(worker_database: str) -> Iterator[rows.Worlds]:
    """The worlds of this worker's database."""
    made = rows.Worlds(worker_database)
    yield made
    made.conn.close()


@pytest.fixture
def database(worker_database: str, every_world: rows.Worlds) -> Iterator[str]:
    """The worker's database, emptied of what the test before wrote (the ledger grows on)."""
    fresh.refresh(force=True)
    STANDINGS.fresh_until = ALWAYS  # the clock of the test before may have run months ahead
    yield worker_database
    frame.close_writer()
    rows.empty(every_world.conn)


@pytest.fixture
def worlds(every_world: rows.Worlds, database: str, request: pytest.FixtureRequest) -> rows.Worlds:
    """Builds a world once for the tests of a file, and puts it back for each of them."""
    every_world.turn_to(request.node.path)
    return every_world


@pytest.fixture(scope="session")
def application() -> Any:
    """The composed application: made once, since it keeps nothing between one start of its life and the next."""
    from api.app import build

    return build()
