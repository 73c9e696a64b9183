"""Databases that hold nothing but the ledger, in a throw-away cluster."""

import contextlib
import itertools
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kernel import postgres
from kernel.ledger.entries import Draft, render, statement
from kernel.ledger.sequencer import Sequencer
from kernel.ledger.signer import Signer

SCHEMA = Path(__file__).parents[3] / "kernel" / "ledger" / "schema.sql"
ORIGIN = "omniwarden.example/test"
ROLES = ("omniwarden_owner", "omniwarden_app", "omniwarden_sequencer", "omniwarden_auditor")


@pytest.fixture(scope="session")
def cluster_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster of the ledger's own: an open transaction anywhere in a cluster holds back the sequencer's horizon."""
    cluster = postgres.start(tmp_path_factory.mktemp("ledger-cluster"), quick=True)
    yield cluster.dsn("postgres")
    cluster.stop()


@pytest.fixture(scope="session")
def ledger_schema() -> bytes:
    return SCHEMA.read_bytes()


@pytest.fixture(scope="session")
def ledger_template(cluster_dsn: str, ledger_schema: bytes) -> str:
    """The name of a database that holds nothing but the ledger, to be copied."""
    name = f"ledger_{secrets.token_hex(4)}"
    with psycopg.connect(cluster_dsn, autocommit=True) as admin:
        for role in ROLES:
            admin.execute(f"CREATE ROLE {role} NOLOGIN")
        admin.execute(f"CREATE DATABASE {name} OWNER omniwarden_owner")
    with psycopg.connect(make_conninfo(cluster_dsn, dbname=name)) as owner:
        owner.execute("SET ROLE omniwarden_owner")
        owner.execute(ledger_schema)
    return name


@contextlib.contextmanager
def copied(cluster: str, source: str) -> Iterator[str]:
    """The address of a copy of a database, dropped afterwards."""
    name = f"ledger_{secrets.token_hex(4)}"
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} OWNER omniwarden_owner TEMPLATE {source} STRATEGY file_copy")
        yield make_conninfo(cluster, dbname=name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def ledger_database(cluster_dsn: str, ledger_template: str) -> Iterator[str]:
    """The address (as superuser) of a new database for a module."""
    with copied(cluster_dsn, ledger_template) as address:
        yield address


@pytest.fixture
def as_role(ledger_database: str) -> Iterator[Callable[[str], psycopg.Connection]]:
    """Give autocommit connections that act as a role; all are closed after the test."""
    opened: list[psycopg.Connection] = []

    def connect(role: str) -> psycopg.Connection:
        connection = psycopg.connect(role_dsn(ledger_database, role), autocommit=True)
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        connection.close()


def role_dsn(address: str, role: str) -> str:
    return make_conninfo(address, options=f"-c role=omniwarden_{role}")


_numbers = itertools.count()


def make_draft(**fields: object) -> Draft:
    """Make a draft; every field can be given."""
    number = next(_numbers)
    plain: dict[str, object] = {
        "action_id": uuid4(),
        "at": datetime.now(UTC),
        "actor": f"person:{uuid4()}",
        "session": uuid4(),
        "action": "conversation.reply",
        "target": f"conversation:{uuid4()}",
        "scope": "house",
        "outcome": "done",
        "clauses": ["OC-2"],
        "edition": 3,
        "rows": 1,
        "changes": {f"message:{number}": {"text": [None, "hmac-sha256:00"], "seen": [False, True]}},
        "facts": ["message.sent"],
        "notes": {"number": number},
    }
    return Draft(**(plain | fields))


@pytest.fixture
def draft() -> Callable[..., Draft]:
    return make_draft


@pytest.fixture(scope="module")
def role_connection(ledger_database: str) -> Iterator[SimpleNamespace]:
    """Connections that live as long as the module, for properties tried many times."""
    with (
        psycopg.connect(role_dsn(ledger_database, "app"), autocommit=True) as app,
        psycopg.connect(role_dsn(ledger_database, "auditor"), autocommit=True) as auditor,
    ):
        yield SimpleNamespace(app=app, auditor=auditor, draft=make_draft)


class House:
    """A ledger database with its signer: write entries, step the sequencer, ask what came of it."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self.files = (folder / "key", folder / "state")
        self.signer = Signer.open(ORIGIN, *self.files)
        self._opened: list[psycopg.Connection] = []

    def dsn(self, role: str) -> str:
        return role_dsn(self.address, role)

    def connect(self, role: str) -> psycopg.Connection:
        connection = psycopg.connect(self.dsn(role), autocommit=True)
        self._opened.append(connection)
        return connection

    def superuser(self) -> psycopg.Connection:
        self._opened.append(psycopg.connect(self.address, autocommit=True))
        return self._opened[-1]

    def sequencer(self, **options: object) -> Sequencer:
        options = {"checkpoint_seconds": 0.0} | options
        return Sequencer(lambda: self.connect("sequencer"), Signer.open(ORIGIN, *self.files), **options)

    def write(self, count: int, **fields: object) -> list[Draft]:
        drafts = [make_draft(**fields) for _ in range(count)]
        with psycopg.connect(self.dsn("app"), autocommit=True) as app:
            for start in range(0, count, 500):
                result = app.pgconn.exec_(statement(render(draft) for draft in drafts[start : start + 500]))
                assert result.status == psycopg.pq.ExecStatus.COMMAND_OK, result.error_message
        return drafts

    def step(self, sequencer: Sequencer | None = None) -> int:
        """Step once as the leader; a lock whose holder has just gone is free only a moment later."""
        stepping = sequencer or self.sequencer()
        try:
            deadline = time.monotonic() + 20
            taken = stepping.step()
            while not stepping.leads:
                assert time.monotonic() < deadline, "the lock is not free"
                time.sleep(0.01)
                taken = stepping.step()
            return taken
        finally:
            if sequencer is None:
                stepping.close()

    def settle(self, sequencer: Sequencer | None = None) -> int:
        """Step until every entry is in the tree and signed; the horizon is the whole cluster's, so this may take some steps."""
        stepping = sequencer or self.sequencer()
        try:
            deadline = time.monotonic() + 20
            while self.one("SELECT count(*) - (SELECT size FROM ledger.log_state) FROM ledger.entry")[0]:
                assert time.monotonic() < deadline, "entries stay out of the tree"
                if not self.step(stepping):
                    time.sleep(0.01)
            self.step(stepping)
        finally:
            if sequencer is None:
                stepping.close()
        return self.one("SELECT size FROM ledger.log_state")[0]

    def one(self, query: str, values: object = None) -> tuple:
        with psycopg.connect(self.dsn("auditor"), autocommit=True) as auditor:
            return auditor.execute(query, values).fetchone()

    def close(self) -> None:
        for connection in self._opened:
            connection.close()


@pytest.fixture
def house(cluster_dsn: str, ledger_template: str, tmp_path: Path) -> Iterator[House]:
    """A ledger of one test's own."""
    with copied(cluster_dsn, ledger_template) as address:
        opened = House(address, tmp_path)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def full_house(cluster_dsn: str, ledger_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A ledger of 1,300 entries in three batches, shared by tests that only read."""
    with copied(cluster_dsn, ledger_template) as address:
        opened = House(address, tmp_path_factory.mktemp("signer"))
        for count in (500, 300, 500):
            opened.write(count)
            opened.settle()
        yield opened
        opened.close()


@pytest.fixture
def copy_of(cluster_dsn: str) -> Iterator[Callable[[House], House]]:
    """Copy a house's database as it is now, as a backup would; its signer stays the same."""
    with contextlib.ExitStack() as copies:

        def copy(house: House) -> House:
            house.close()
            address = copies.enter_context(copied(cluster_dsn, conninfo_to_dict(house.address)["dbname"]))
            return House(address, house.files[0].parent)

        yield copy
