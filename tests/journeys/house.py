"""The demonstration house as its users have it: every process of it, on a database and ports of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg

from contactcenter.voice.ari import Address, AriRefusedError
from tests.journeys.authenticator import Authenticator

ROOT = Path(__file__).resolve().parents[2]


class House:
    """Web, sequencer, worker and voice, watched by the same supervisor as in `make run`."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder, self.state = url, folder, folder / "demo"
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"
        self.log = folder / "house.log"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("OMNIWARDEN_")} | {
            "OMNIWARDEN_DATABASE_URL": url,
            "OMNIWARDEN_STATE_FOLDER": str(folder),
            "OMNIWARDEN_KEY_FOLDER": str(self.state / "keys"),
            "OMNIWARDEN_LEDGER_NAME": "omniwarden.example/journeys",
            "OMNIWARDEN_PORT": str(self.port),
            "OMNIWARDEN_DEMO": "true",
        }
        self.people: dict[str, Authenticator] = {}
        self.running: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Set it up, seed it, start everything, and wait until people, calls and browsers can come."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        with self.log.open("wb") as out:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "demo", "--port", str(self.port)],
                cwd=ROOT, env=self.environment, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        until(self.answers, "the house to answer", 500, self.said)
        until(lambda: self.voice() is not None, "the telephone exchange", 180, self.said)
        told = json.loads(self.command(sys.executable, "-m", "tests.journeys.settlers", seconds=180).stdout)
        self.people = {row["role"]: Authenticator(**row) for row in told}

    def close(self) -> None:
        """End it as Ctrl-C does, and forget it; what its processes said stays."""
        if self.running is not None and self.running.poll() is None:
            self.running.send_signal(signal.SIGTERM)
            try:
                self.running.wait(30)
            except subprocess.TimeoutExpired:
                self.running.kill()
                self.running.wait()
        shutil.rmtree(self.state, ignore_errors=True)

    def answers(self) -> bool:
        assert self.running is not None
        assert self.running.poll() is None, f"the house did not open:\n{self.said()}"
        try:
            return httpx.get(f"{self.address}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def said(self) -> str:
        """The end of what its processes wrote."""
        return self.log.read_text(errors="replace")[-3000:]

    def voice(self) -> dict[str, Any] | None:
        """Asterisk's own ports, once calls are served."""
        memory = self.state / "voice" / "site.json"
        if not memory.exists():
            return None
        site = json.loads(memory.read_text())
        try:
            answer = httpx.get(
                f"http://127.0.0.1:{site['http_port']}/ari/applications",
                auth=("omniwarden", site["password"]),
                timeout=2,
            )
        except httpx.HTTPError:
            return None
        return site if answer.status_code == 200 and answer.json() else None

    def hang_up(self) -> None:
        """End every call, as the telephone network does."""
        site = self.voice()
        assert site is not None
        ask = Address.of(f"http://127.0.0.1:{site['http_port']}", "omniwarden", site["password"]).ask
        for channel in ask("GET", "channels"):
            with suppress(AriRefusedError):
                ask("DELETE", f"channels/{channel['id']}")
        until(lambda: self.rows("select 1 from call where phase <> 'ended'") == [], "the end of all calls")

    def command(
        self, *words: str, check: bool = True, offline: bool = False, seconds: float = 150
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the house's environment; `offline` is a machine that knows nothing of it."""
        environment = self.environment | {"OMNIWARDEN_STATE_FOLDER": str(self.state)}
        if offline:
            environment = {k: v for k, v in environment.items() if not k.startswith(("OMNIWARDEN_", "DATABASE_URL"))}
            environment["OMNIWARDEN_KEY_FOLDER"] = environment["OMNIWARDEN_STATE_FOLDER"] = str(
                self.folder / "elsewhere"
            )
        done = subprocess.run(
            words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def omniwarden(self, *words: str, **how: bool) -> subprocess.CompletedProcess[str]:
        """Run our own command line."""
        return self.command(sys.executable, "-m", "api.cli", *words, **how)

    def letters(self, address: str) -> list[str]:
        """What has reached a mail address or a telephone."""
        found = [json.loads(path.read_text()) for path in (self.state / "spool").glob("*.json")]
        return [letter["body"] for letter in found if letter["address"] == address]

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database, as its superuser."""
        with psycopg.connect(self.url, autocommit=True) as conn:
            return conn.execute(statement, values).fetchall()  # type: ignore[arg-type]

    def entries(self, target: str) -> list[dict[str, Any]]:
        """The ledger's entries about a thing, oldest first, each with its own id."""
        rows = self.rows("select id, body from ledger.entry where target = %s order by id", target)
        return [{"entry": row[0], **orjson.loads(row[1])} for row in rows]

    def web_processes(self) -> list[int]:
        """The processes that serve pages."""
        assert self.running is not None
        children = Path(f"/proc/{self.running.pid}/task/{self.running.pid}/children").read_text().split()
        for task in Path(f"/proc/{self.running.pid}/task").iterdir():
            children += (task / "children").read_text().split()
        words = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in set(children)}
        return [pid for pid, said in words.items() if b"web" in said]

    @contextmanager
    def without_web(self) -> Iterator[None]:
        """Kill every web process, and hold back who would start them again until the end of the block."""
        assert self.running is not None
        self.running.send_signal(signal.SIGSTOP)
        for pid in self.web_processes():
            os.kill(pid, signal.SIGKILL)
        try:
            yield
        finally:
            self.running.send_signal(signal.SIGCONT)
            until(self.answers, "the pages to be back", 30, self.said)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], bool], what: str, seconds: float = 15, said: Callable[[], str] = lambda: "") -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}\n{said()}"
        time.sleep(0.1)
