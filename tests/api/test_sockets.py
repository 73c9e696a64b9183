"""A real server on a real socket, and clients that lie, stall, flood, hang up, and are killed."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from kernel import clock, db
from tests.api.conftest import NOTE, Book
from tests.api.processes import alive, answers, children_of, environment, free_port, running, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("processes")]


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[tuple[int, int]]:
    """A real server: the id of its one web process, and its port."""
    port = free_port()
    with running(["serve", "--port", str(port)], environment(database, tmp_path), tmp_path / "log") as process:
        until(lambda: answers(port), 120)
        (child,) = children_of(process.pid)
        yield child, port


def dial(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=10)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def said(line: socket.socket) -> bytes:
    """All that the server says before it hangs up or falls silent."""
    heard = b""
    line.settimeout(3)
    try:
        while part := line.recv(65_536):
            heard += part
    except (TimeoutError, ConnectionResetError):
        return heard
    return heard


def test_lies_about_length_and_cut_requests(
    talk: tuple[str, dict[str, str]], server: tuple[int, int], written: Book
) -> None:
    """On a real socket: nothing hangs, nothing is done by halves, the next request is served."""
    child, port = server
    path, mine = talk
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {mine['Authorization']}\r\nContent-Type: application/json\r\n"

    def send(rest: bytes, *, hang_up: bool = False) -> bytes:
        with dial(port) as line:
            line.sendall(head.encode() + rest)
            return b"" if hang_up else said(line)

    body = b'{"text": "whole"}'
    assert b"HTTP/1.1 200" in send(b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))
    assert written.outcomes(NOTE) == ["done"]
    written.turn()
    send(b"Content-Length: 500\r\n\r\n" + body, hang_up=True)
    assert b"HTTP/1.1 4" in send(b"Content-Length: 5\r\nConnection: close\r\n\r\n" + body)
    assert b"HTTP/1.1 400" in send(b"Content-Length: -1\r\n\r\n" + body)
    assert b"HTTP/1.1 400" in send(b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n" + body)
    assert b"HTTP/1.1 400" in send(b"Content-Length: 17\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    assert b"HTTP/1.1 400" in send(b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")
    send(b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"tex', hang_up=True)
    chunks = b"".join(b"10000\r\n" + b"x" * 65_536 + b"\r\n" for _ in range(6)) + b"0\r\n\r\n"
    assert b"HTTP/1.1 422" in send(b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks)
    assert "done" not in written.outcomes(NOTE)
    assert set(written.outcomes(NOTE)) == {"malformed"}
    assert alive(child)
    assert answers(port, "/healthz")


def test_floods_of_headers_are_cut(server: tuple[int, int]) -> None:
    child, port = server
    floods: tuple[Callable[[], bytes], ...] = (
        lambda: b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)),
        lambda: b"GET / HTTP/1.1\r\nX: " + b"y" * 2_000_000,
        lambda: b"GET /" + b"a" * 2_000_000,
        lambda: b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 40_000 + b"\r\n\r\n",
        lambda: b"\x16\x03\x01" + os.urandom(2000),
        lambda: b"BREW / HTTP/1.1\r\n\r\n",
    )
    for flood in floods:
        with dial(port) as line:
            try:
                line.sendall(flood())
            except (BrokenPipeError, ConnectionResetError):
                continue
            heard = said(line)
            assert heard == b"" or b"HTTP/1.1 4" in heard, heard[:200]
    with dial(port) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: " + b"y" * 8000 + b"\r\n\r\n")
        assert b"HTTP/1.1 200" in said(line)
    assert alive(child)


def test_half_open_connections_hold_nobody_up(talk: tuple[str, dict[str, str]], server: tuple[int, int]) -> None:
    """Two hundred who begin a request and say no more: others are served meanwhile."""
    _, port = server
    head = f"POST {talk[0]} HTTP/1.1\r\nHost: x\r\nAuthorization: {talk[1]['Authorization']}\r\nContent-Length: 99\r\n"
    lines = [dial(port) for _ in range(200)]
    for number, line in enumerate(lines):
        line.sendall(head.encode() if number % 2 else head.encode() + b"\r\n{")
    began = clock.monotonic()
    assert all(answers(port) for _ in range(5))
    assert clock.monotonic() - began < 10
    for line in lines:
        line.close()


def test_who_hangs_up_in_the_middle_of_an_action_finds_it_done_and_written_down(
    talk: tuple[str, dict[str, str]], server: tuple[int, int], written: Book, database: str
) -> None:
    """The row is held, the client goes away, the row is let go: the action is whole, its entry is there, once."""
    _, port = server
    path, mine = talk
    body = orjson.dumps({"text": "said before I left"})
    with db.connect("none", database) as other:
        other.execute("begin")
        other.execute("select 1 from conversation where id = %s for update", [path.split("/")[4]])
        with dial(port) as line:
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {mine['Authorization']}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            line.sendall(head.encode() + body)
            threading.Event().wait(1)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        assert written.outcomes(NOTE) == []
        other.execute("rollback")
    until(lambda: written.outcomes(NOTE) == ["done"], 10)
    assert answers(port)


def test_a_process_killed_in_the_middle_of_an_action_leaves_nothing_by_halves(
    talk: tuple[str, dict[str, str]], server: tuple[int, int], written: Book, database: str
) -> None:
    child, port = server
    path, mine = talk
    body = orjson.dumps({"text": "never said"})
    with db.connect("none", database) as other, dial(port) as line:
        other.execute("begin")
        other.execute("select 1 from conversation where id = %s for update", [path.split("/")[4]])
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {mine['Authorization']}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        line.sendall(head.encode() + body)
        threading.Event().wait(1)
        os.kill(child, signal.SIGKILL)
        until(lambda: not alive(child), 30)
        other.execute("rollback")
    until(lambda: answers(port), 120)
    assert written.outcomes(NOTE) == []
    with db.read_session() as session:
        assert session.execute(text("select count(*) from message where text = 'never said'")).scalar_one() == 0
