"""Our own PostgreSQL: shared, stopped by the last, found again after a kill, and closed to everybody else."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kernel import postgres, postgres_programs
from kernel.errors import Conflict, Unavailable
from kernel.postgres_life import SOCKET_NAME, processes_in
from tests.rules.sources import ROOT

pytestmark = pytest.mark.database


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of the project's, because root's server runs as another user, whom pytest's own folders do not let in."""
    place = ROOT / "var" / "test" / f"one-{secrets.token_hex(4)}" / "postgres"
    yield place
    postgres.discard(place)
    for left in (place.parent, place.parent.with_name(f"{place.parent.name}-moved")):
        if left.is_symlink():
            left.unlink()
        else:
            shutil.rmtree(left, ignore_errors=True)


def ask(cluster: postgres.Cluster, statement: str, database: str = "postgres") -> str:
    with psycopg.connect(cluster.dsn(database), autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
        return str(row[0]) if row else ""


def server_pid(cluster: postgres.Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def test_server_listens_on_a_socket_for_its_own_user_and_nothing_else(folder: Path) -> None:
    cluster = postgres.start(folder, quick=True)
    assert ask(cluster, "show listen_addresses") == ""
    assert cluster.socket.stat().st_mode & 0o777 == 0o700
    assert cluster.data.parent.stat().st_mode & 0o777 == 0o700
    assert ask(cluster, "show max_connections") == "200"
    assert ask(cluster, "show idle_in_transaction_session_timeout") == "10s"
    cluster.stop()


def test_second_start_shares_and_the_last_stop_stops(folder: Path) -> None:
    first = postgres.start(folder, quick=True)
    second = postgres.start(folder, quick=True)
    assert server_pid(first) == server_pid(second)
    first.stop()
    assert ask(second, "select 1") == "1"
    first.stop()  # once more does no harm
    assert ask(second, "select 1") == "1"
    second.stop()
    assert not (second.data / "postmaster.pid").exists()


def test_killed_server_comes_back_with_what_was_committed(folder: Path) -> None:
    first = postgres.start(folder)
    first.create_database("house")
    first.create_database("house")
    with psycopg.connect(first.dsn("house")) as connection:
        connection.execute("create table kept as select 7 as number")
    os.kill(server_pid(first), signal.SIGKILL)
    second = postgres.start(folder)
    assert ask(second, "select number from kept", "house") == "7"
    second.stop()
    first.stop()


def test_note_of_a_dead_server_whose_number_lives_again_is_no_hindrance(folder: Path) -> None:
    cluster = postgres.start(folder, quick=True)
    cluster.stop()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (cluster.data / "postmaster.pid").write_text(f"{other.pid}\n{cluster.data}\n1\n5432\n\n\n\nready\n")
        again = postgres.start(folder, quick=True)
        assert ask(again, "select 1") == "1"
        again.stop()
        other.kill()


def test_server_is_found_again_under_another_name_of_its_folder(folder: Path) -> None:
    first = postgres.start(folder, quick=True)
    other_name = folder.parent.with_name(f"{folder.parent.name}-moved")
    folder.parent.rename(other_name)
    folder.parent.symlink_to(other_name)
    second = postgres.start(folder, quick=True)
    assert server_pid(first) == server_pid(second)
    second.stop()
    first.stop()


def test_first_start_that_was_killed_half_way_is_begun_anew(folder: Path) -> None:
    half = folder / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    cluster = postgres.start(folder, quick=True)
    assert ask(cluster, "select 1") == "1"
    cluster.stop()


def test_socket_path_too_long_for_a_socket_gets_a_short_one(folder: Path) -> None:
    deep = folder.parent / ("deep" * 20) / "postgres"
    cluster = postgres.start(deep, quick=True)
    assert len(str(cluster.socket / SOCKET_NAME)) <= postgres.LONGEST_SOCKET_PATH
    assert ask(cluster, "select 1") == "1"
    cluster.stop()
    postgres.discard(deep)


def test_only_the_named_role_has_its_transactions_limited(folder: Path) -> None:
    cluster = postgres.start(folder, quick=True)
    ask_nothing = "create role clerk login"
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as connection:
        connection.execute(ask_nothing)
    cluster.limit_transactions("clerk")
    with psycopg.connect(cluster.dsn("postgres"), user="clerk") as connection:
        assert connection.execute("show transaction_timeout").fetchone() == ("1min",)
    assert ask(cluster, "show transaction_timeout") == "0"
    with pytest.raises(ValueError, match="plain name"):
        cluster.limit_transactions('clerk"; drop role clerk; --')
    cluster.stop()


def test_server_that_cannot_start_says_why(folder: Path) -> None:
    cluster = postgres.start(folder, quick=True)
    cluster.stop()
    with (cluster.data / "postgresql.auto.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(Unavailable, match="no_such_setting"):
        postgres.start(folder, quick=True)
    (cluster.data / "postgresql.auto.conf").write_text("")


def test_discarded_server_is_ended_and_gone_and_another_can_begin(folder: Path) -> None:
    first = postgres.start(folder, quick=True)
    first.create_database("house")
    assert server_pid(first) in processes_in(first.data)
    old = Path(f"/proc/{server_pid(first)}/exe")
    postgres.discard(folder)
    postgres.discard(folder)
    assert not first.data.exists()
    assert not old.exists()
    second = postgres.start(folder, quick=True)
    assert ask(second, "select count(*) from pg_database where datname = 'house'") == "0"
    second.stop()


def test_wrong_folder_of_programs_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OMNIWARDEN_PGBIN", str(tmp_path))
    with pytest.raises(Unavailable, match="no pg_ctl"):
        postgres_programs.find_programs(None)


def test_second_house_in_one_folder_is_told_who_holds_it(tmp_path: Path) -> None:
    held = postgres.hold(tmp_path, "the house at http://localhost:8080")
    with pytest.raises(Conflict, match=rf"http://localhost:8080 \(process {os.getpid()}\)"):
        postgres.hold(tmp_path, "another")
    held.close()
    postgres.hold(tmp_path, "another").close()


def test_holder_that_was_killed_holds_no_longer(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from kernel import postgres; h = postgres.hold(Path(sys.argv[1]), 'x'); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(Conflict):
            postgres.hold(tmp_path, "y")
        holder.kill()
        holder.wait()
        postgres.hold(tmp_path, "y").close()
