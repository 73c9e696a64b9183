"""A fresh database with roles and the ledger's schema for every test module, in a throw-away cluster."""

import itertools
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from kernel import postgres
from kernel.ledger.entries import Draft

SCHEMA = Path(__file__).parents[3] / "kernel" / "ledger" / "schema.sql"
ROLES = ("omniwarden_owner", "omniwarden_app", "omniwarden_sequencer", "omniwarden_auditor")


@pytest.fixture(scope="session")
def cluster_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    cluster = postgres.start(tmp_path_factory.mktemp("ledger-cluster"), quick=True)
    yield cluster.dsn("postgres")
    cluster.stop()


@pytest.fixture(scope="session")
def ledger_schema() -> bytes:
    return SCHEMA.read_bytes()


@pytest.fixture(scope="module")
def ledger_database(cluster_dsn: str) -> Iterator[str]:
    """The address (as superuser) of a new database that holds nothing but the ledger."""
    name = f"ledger_{secrets.token_hex(4)}"
    with psycopg.connect(cluster_dsn, autocommit=True) as admin:
        for role in ROLES:
            found = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            if not found:
                admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER omniwarden_owner").format(sql.Identifier(name)))
    address = make_conninfo(cluster_dsn, dbname=name)
    with psycopg.connect(address) as owner:
        owner.execute("SET ROLE omniwarden_owner")
        owner.execute(SCHEMA.read_bytes())
    yield address
    with psycopg.connect(cluster_dsn, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


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
