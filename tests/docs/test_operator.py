"""The operator's guide, done as it is written, on an empty PostgreSQL."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kernel import postgres
from kernel.postgres import Cluster
from tests.rules.sources import ROOT

GUIDE = (ROOT / "docs/operator.md").read_text(encoding="utf-8")
# A cluster of its own: roles are shared by all databases of one.
FOLDER = ROOT / "var" / "test" / "operator"


@pytest.fixture(scope="module")
def empty_server() -> Iterator[Cluster]:
    cluster = postgres.start(FOLDER, quick=True)
    clean(cluster)
    yield cluster
    clean(cluster)
    cluster.stop()


def clean(cluster: Cluster) -> None:
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
        connection.execute("drop database if exists omniwarden with (force)")
        for (role,) in connection.execute(
            r"select rolname from pg_roles where rolname like 'omniwarden\_%'"
        ).fetchall():
            connection.execute(f"drop role {role}")


def url(cluster: Cluster, login: str) -> str:
    return cluster.dsn("omniwarden").replace(f"//{postgres.SUPERUSER}@", f"//{login}@")


def omniwarden(cluster: Cluster, *words: str, login: str, folder: Path) -> subprocess.CompletedProcess[str]:
    settings = {
        "OMNIWARDEN_DATABASE_URL": url(cluster, login),
        "OMNIWARDEN_MIGRATE_URL": url(cluster, "omniwarden_setup"),
        "OMNIWARDEN_KEY_FOLDER": str(folder / "keys"),
        "OMNIWARDEN_STATE_FOLDER": str(folder / "state"),
    }
    command = [str(Path(sys.executable).with_name("omniwarden")), *words]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("OMNIWARDEN_", "DATABASE"))
    }
    return subprocess.run(
        command, check=False, capture_output=True, text=True, env={**environment, **settings}, cwd=ROOT, timeout=100
    )


@pytest.mark.slow
@pytest.mark.xdist_group("operator")
def test_database_made_as_the_guide_says_takes_the_house(empty_server: Cluster, tmp_path: Path) -> None:
    with psycopg.connect(empty_server.dsn("postgres"), autocommit=True) as connection:
        for block in re.findall(r"```sql\n(.*?)```", GUIDE, re.DOTALL):
            for statement in filter(str.strip, block.split(";")):
                connection.execute(statement)
    for _ in range(2):
        done = omniwarden(empty_server, "migrate", login="omniwarden_web", folder=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    for line in re.findall(r"^omniwarden first-person .*$", GUIDE, re.MULTILINE):
        first = omniwarden(empty_server, *shlex.split(line)[1:], login="omniwarden_web", folder=tmp_path)
        assert first.returncode == 0, first.stdout + first.stderr
    with psycopg.connect(empty_server.dsn("omniwarden")) as connection:
        letters = connection.execute(
            "select channel, count(*) from letter where state = 'waiting' group by 1 order by 1"
        )
        assert letters.fetchall() == [("mail", 4), ("sms", 4)]
    with psycopg.connect(url(empty_server, "omniwarden_web"), options="-c role=omniwarden_app") as web:
        assert web.execute("show transaction_timeout").fetchone() == ("1min",)
        assert web.execute("show idle_in_transaction_session_timeout").fetchone() == ("10s",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("select count(*) from ledger.entry")
    with psycopg.connect(url(empty_server, "omniwarden_seq"), options="-c role=omniwarden_sequencer") as sequencer:
        row = sequencer.execute("select count(*) from ledger.entry").fetchone()
        assert row is not None
        assert row[0] >= 1, "founding the house is on the ledger"
