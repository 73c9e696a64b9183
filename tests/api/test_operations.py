"""Started, watched, stopped, killed: the processes of the house as an operator meets them."""

import itertools
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api import demo, processes, schema
from api.app import build
from api.processes import REFUSED, Child, Supervisor
from kernel import clock, db
from kernel.errors import Conflict, Refused
from kernel.postgres import Cluster, hold, start
from tests.api.conftest import TestClient, entered, token_of
from tests.api.processes import alive, answers, children_of, environment, free_port, running, said, until
from tests.conftest import RUN, leave, use

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("processes")]


@pytest.fixture
def programs(database: str) -> Iterator[TestClient]:
    """A house of this test alone: others here have their own databases."""
    with TestClient(build(), base_url="https://testserver", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def web(database: str, tmp_path: Path) -> Iterator[tuple[int, int]]:
    """A supervisor with one web process: the supervisor's id and the port."""
    port = free_port()
    with running(["serve", "--port", str(port)], environment(database, tmp_path), tmp_path / "log") as process:
        until(lambda: answers(port), 120)
        yield process.pid, port


def test_health_readiness_and_metrics(programs: TestClient) -> None:
    assert programs.get("/healthz").text == "ok"
    ready = programs.get("/readyz")
    assert (ready.status_code, ready.text) == (200, "ready")
    told = {family.name: family for family in text_string_to_metric_families(programs.get("/metrics").text)}
    assert {"omniwarden_requests", "omniwarden_request_seconds", "omniwarden_rights_age_seconds"} <= set(told)
    assert {"omniwarden_ledger_entries", "omniwarden_ledger_unsequenced"} <= set(told)
    routes = {sample.labels["route"] for sample in told["omniwarden_requests"].samples}
    assert "/healthz" in routes
    assert not any(len(route) > 80 for route in routes), "a route's label is its pattern, never an address"


def test_not_ready_without_a_book(programs: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from kernel import fresh, gate

    monkeypatch.setattr(gate, "current", lambda: gate.EMPTY)
    assert programs.get("/readyz").status_code == 503
    monkeypatch.undo()
    monkeypatch.setattr(fresh, "age", lambda: 60.0)
    assert "rights" in programs.get("/readyz").text


@pytest.mark.timeout(400)
def test_the_database_away_for_ten_seconds_and_back(tmp_path: Path) -> None:
    """Every page and program is told so, nothing bursts, and it is over when it is over."""
    from api.house import found

    cluster, before, port = start(tmp_path / "pg", quick=True), db.settings, free_port()
    try:
        cluster.create_database("away")
        url = cluster.dsn("away")
        schema.migrate(url)
        leave()
        use(url)
        found()
        who = entered("it-admin")
        cookie = {"Cookie": f"__Host-sid={who.entered.token}"} if who.entered else {}
        with running(["serve", "--port", str(port)], environment(url, tmp_path), tmp_path / "log"):
            base = f"http://127.0.0.1:{port}"
            until(lambda: answers(port), 120)
            mine = f"{base}/api/v1/account/mine"
            assert httpx.get(mine, headers=token_of(who)).status_code == 200
            assert httpx.get(f"{base}/account", headers=cookie).status_code == 200
            leave()
            cluster.stop()
            gone = clock.monotonic()
            until(lambda: answers(port, status=503), 40)
            while clock.monotonic() - gone < 10:
                assert answers(port, "/healthz")
                for path, headers in (("/readyz", {}), ("/api/v1/account/mine", token_of(who)), ("/account", cookie)):
                    answer = httpx.get(base + path, headers=headers, timeout=60)
                    assert answer.status_code == 503, (path, answer.status_code, answer.text[:300])
                    assert "content-security-policy" in answer.headers
                assert httpx.get(f"{base}/metrics", timeout=60).status_code == 200
                threading.Event().wait(1)
            cluster = start(tmp_path / "pg", quick=True)
            until(lambda: answers(port), 60)
            assert httpx.get(mine, headers=token_of(who)).status_code == 200
            assert httpx.get(f"{base}/account", headers=cookie).status_code == 200
    finally:
        leave()
        db.settings = before
        cluster.stop()


def test_a_stop_finishes_what_runs_and_ends_what_streams(web: tuple[int, int], database: str) -> None:
    """A request whose body is still on its way gets its answer; the open event stream ends; all within eight seconds."""
    supervisor, port = web
    who = entered()
    assert who.entered is not None
    (child,) = children_of(supervisor)
    stream = socket.create_connection(("127.0.0.1", port))
    stream.sendall(b"GET /live HTTP/1.1\r\nHost: x\r\nCookie: __Host-sid=%s\r\n\r\n" % who.entered.token.encode())
    assert b"text/event-stream" in stream.recv(65_536)
    body = b'{"keep_this": true}'
    late = socket.create_connection(("127.0.0.1", port))
    head = f"POST /api/v1/session/{who.id}/end-all HTTP/1.1\r\nHost: x\r\nAuthorization: {token_of(who)['Authorization']}\r\n"
    late.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:5])
    threading.Event().wait(0.5)
    began = clock.monotonic()
    os.kill(supervisor, signal.SIGTERM)
    threading.Event().wait(1)
    late.sendall(body[5:])
    assert b"HTTP/1.1 200" in late.recv(65_536)
    stream.settimeout(8)
    while stream.recv(65_536):
        pass
    until(lambda: not alive(supervisor) and not alive(child), 8 - (clock.monotonic() - began))


def test_a_killed_web_process_is_started_again(web: tuple[int, int]) -> None:
    supervisor, port = web
    (child,) = children_of(supervisor)
    os.kill(child, signal.SIGKILL)
    until(lambda: not alive(child), 30)
    until(lambda: answers(port), 120)
    assert list(children_of(supervisor)) != [child]


def test_children_do_not_outlive_a_killed_supervisor(web: tuple[int, int]) -> None:
    supervisor, port = web
    (child,) = children_of(supervisor)
    os.kill(supervisor, signal.SIGKILL)
    until(lambda: not alive(child), 30)
    assert not answers(port, "/healthz")


def test_starting_twice_is_told(web: tuple[int, int], database: str, tmp_path: Path) -> None:
    _, port = web
    code, told = said(["serve", "--port", str(port)], environment(database, tmp_path))
    assert code == 1
    assert f"Nothing can listen on 127.0.0.1, port {port}" in told
    assert "Traceback" not in told


def test_the_demonstration_started_twice_is_told(tmp_path: Path) -> None:
    held = hold(tmp_path / "demo", "the demonstration house, http://localhost:1234")
    code, told = said(["demo"], environment("", tmp_path))
    held.close()
    assert code == 1
    assert "It runs already: the demonstration house, http://localhost:1234" in told
    assert "Traceback" not in told


@pytest.fixture
def other(cluster: Cluster) -> Iterator[str]:
    """An empty database of its own."""
    name = f"other_{RUN}"
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as conn:
        conn.execute(f"drop database if exists {name} with (force)")
        conn.execute(f"create database {name}")
    yield cluster.dsn(name)
    with psycopg.connect(cluster.dsn("postgres"), autocommit=True) as conn:
        conn.execute(f"drop database if exists {name} with (force)")


def test_a_house_is_not_served_without_a_database_of_this_release(other: str, tmp_path: Path) -> None:
    def refused(sentence: str, url: str = other, **more: str) -> None:
        code, told = said(["serve", "--port", str(free_port())], environment(url, tmp_path, **more))
        assert code == 1
        assert sentence in told
        assert "Traceback" not in told

    refused("No database is set", url="")
    refused("The database does not answer", url="postgresql://nobody@127.0.0.1:1/nothing")
    refused("The database is empty; run omniwarden migrate first")
    schema.migrate(other)
    with psycopg.connect(other, autocommit=True) as conn:
        conn.execute("update alembic_version set version_num = 'ffffffffffff'")
    refused("newer than this release")
    refused("not the demonstration house's", OMNIWARDEN_DEMO="true")


def test_an_older_database_is_refused_by_name_of_its_revision(other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    schema.migrate(other)
    schema.check(other)
    stands = schema.current(other)
    monkeypatch.setattr(schema.ScriptDirectory, "get_current_head", lambda _: "a_later_one")
    with pytest.raises(Refused, match=f"revision {stands}, this release needs a_later_one; run omniwarden migrate"):
        schema.check(other)


def test_the_web_login_may_read_the_revision(other: str) -> None:
    schema.migrate(other)
    with db.connect(db.APP, other) as conn:
        assert conn.execute("select version_num from alembic_version").fetchone() is not None


def test_a_real_house_and_the_demonstration_share_no_database(database: str, other: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="holds something already"):
        demo.check_mark(database)
    with pytest.raises(Refused, match="OMNIWARDEN_DEMO must not be set"):
        demo.require_mark(database)
    demo.check_mark(other)
    demo.check_mark(other)
    for words in (["serve", "--port", str(free_port())], ["migrate"]):
        code, told = said(words, environment(other, tmp_path))
        assert code == 1
        assert "This database is the demonstration house's; a real house needs its own." in told


def test_the_demonstration_listens_on_this_machine_only(other: str, tmp_path: Path) -> None:
    demo.check_mark(other)
    schema.migrate(other)
    for host in ("0.0.0.0", "::", "192.0.2.1"):  # noqa: S104 - what must be refused
        words = ["serve", "--host", host, "--port", str(free_port())]
        code, told = said(words, environment(other, tmp_path, OMNIWARDEN_DEMO="true"))
        assert code == 1
        assert "listens on this machine only" in told


@pytest.mark.timeout(120)
def test_a_restored_older_database_is_refused_with_a_sentence(other: str, tmp_path: Path) -> None:
    """The signer remembers more than this database holds: the process ends with 3 and says why."""
    from kernel.ledger.signer import Signed, Signer, _write_state

    schema.migrate(other)
    folder = tmp_path / "keys"
    folder.mkdir()
    name = "omniwarden.example/house"
    made = Signer.create(name, folder / "ledger.key", folder / "ledger.state")
    _write_state(folder / "ledger.state", name, Signed(5000, b"\1" * 32, "", (made.verifiers[0].vkey,)))
    code, told = said(["sequencer"], environment(other, tmp_path))
    assert code == REFUSED
    assert "5000 have been signed: an older state was restored" in told
    assert "Traceback" not in told


def test_a_refusal_is_said_once_and_asked_again_at_leisure(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ended:
        returncode = REFUSED

        def poll(self) -> int:
            return self.returncode

    started: list[float] = []
    at = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: at[0])

    def begin(_: Supervisor, child: Child) -> None:
        started.append(at[0])
        child.process, child.started = Ended(), at[0]  # type: ignore[assignment]

    monkeypatch.setattr(Supervisor, "_start", begin)
    child = Child("sequencer", ["sequencer"])
    supervisor = Supervisor([child])
    supervisor.start()
    for _ in range(700):
        at[0] += 0.2
        supervisor._watch(child)
    assert len(started) == 5
    assert all(later - sooner >= 30 for sooner, later in itertools.pairwise(started))
    assert [r.getMessage() for r in caplog.records if r.levelname == "ERROR"] == [
        "sequencer refuses to run, as it says above; it is asked again every 30 s"
    ]


def test_an_address_of_another_machine_cannot_be_listened_on() -> None:
    with pytest.raises(Conflict, match=r"192\.0\.2\.1, port 8080"):
        processes.listen("192.0.2.1", 8080)
