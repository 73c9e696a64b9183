"""Real processes of the house, on ports that were free a moment ago."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from kernel import clock
from tests.rules.sources import ROOT


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def environment(url: str, folder: Path, **more: str) -> dict[str, str]:
    """The settings of a house in a folder, and nothing of the machine's own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("OMNIWARDEN_", "DATABASE_URL"))}
    named = {
        "OMNIWARDEN_DATABASE_URL": url,
        "OMNIWARDEN_KEY_FOLDER": str(folder / "keys"),
        "OMNIWARDEN_STATE_FOLDER": str(folder),
        "OMNIWARDEN_WORKERS": "1",
        "OMNIWARDEN_DATABASE_TIMEOUT": "2",
    }
    return own | named | more


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "api.cli", *words]


def said(words: list[str], settings: dict[str, str], seconds: float = 60) -> tuple[int, str]:
    """Run a command to its end: its exit code and all it said, in one line."""
    done = subprocess.run(
        command(*words), env=settings, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


@contextmanager
def running(words: list[str], settings: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process, ended at last whatever happens."""
    with log.open("wb") as out:
        process = subprocess.Popen(command(*words), env=settings, cwd=ROOT, stdout=out, stderr=out)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def until(holds: object, seconds: float = 30, every: float = 0.1) -> None:
    """Wait until something holds.

    Raises:
        AssertionError: it does not, for so long.

    """
    assert callable(holds)
    deadline = clock.monotonic() + seconds
    while not holds():
        assert clock.monotonic() < deadline, f"not within {seconds} s"
        threading.Event().wait(every)


def answers(port: int, path: str = "/readyz", status: int = 200) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=8).status_code == status
    except httpx.HTTPError:
        return False


def children_of(pid: int) -> dict[int, str]:
    """The processes that somebody started, with their command lines."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == pid:
                found[int(folder.name)] = words
    return found


def alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
