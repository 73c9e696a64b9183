"""The processes of the house and who watches them: web workers that share one socket, the sequencer, the worker, the voice.

A child lives no longer than its parent: it holds a pipe whose other end closes when the parent is gone, killed or not.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from kernel import clock
from kernel.errors import Conflict

log = logging.getLogger("omniwarden.processes")
PARENT = "OMNIWARDEN_PARENT_FD"
GRACE = 10.0
STEADY = 30.0
MAX_WAIT = 10.0
REFUSED, REFUSED_WAIT = 3, 30.0
"""Exit code of a process that refuses to run until people put something right, and how long until it is asked again."""


@dataclass
class Child:
    """A process to keep running: `arguments` of our own command line."""

    name: str
    arguments: Sequence[str]
    descriptors: tuple[int, ...] = ()
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    wait: float = field(default=0.5)
    due: float = 0.0
    refused: bool = False


class Supervisor:
    """Starts children, starts them again when they end by themselves, and stops them all together."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self._stop = threading.Event()
        self._mine, self._theirs = os.pipe()
        os.set_inheritable(self._mine, True)

    def start(self) -> None:
        """Start every child."""
        for child in self.children:
            self._start(child)

    def stop(self, *_: object) -> None:
        """Ask the run to end; fit for a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Watch the children until `stop`, then end them: politely, and after ten seconds for good."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self.stop)
        while not self._stop.wait(0.2):
            for child in self.children:
                self._watch(child)
        self.end()

    def end(self) -> None:
        """End every child."""
        os.close(self._theirs)
        living = [c.process for c in self.children if c.process and c.process.poll() is None]
        for process in living:
            process.send_signal(signal.SIGTERM)
        deadline = clock.monotonic() + GRACE
        for process in living:
            try:
                process.wait(timeout=max(0.1, deadline - clock.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process %s did not end in time", process.pid)
                process.kill()
                process.wait()

    def _start(self, child: Child) -> None:
        environment = {**os.environ, PARENT: str(self._mine)}
        child.process = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "api.cli", *child.arguments],
            env=environment,
            pass_fds=(self._mine, *child.descriptors),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        child.started = clock.monotonic()

    def _watch(self, child: Child) -> None:
        if child.process is None:
            if clock.monotonic() >= child.due:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            return
        lived = clock.monotonic() - child.started
        if code == REFUSED:
            if not child.refused:
                log.error("%s refuses to run, as it says above; it is asked again every 30 s", child.name)
            child.wait = REFUSED_WAIT
        else:
            child.wait = 0.5 if lived > STEADY else min(MAX_WAIT, child.wait * 2)
            log.error("%s ended with code %s after %.1f s; it is started again", child.name, code, lived)
        child.refused = code == REFUSED
        child.process, child.due = None, clock.monotonic() + child.wait


def start_beside(command: str) -> "subprocess.Popen[bytes]":
    """Start a command of ours that does one piece of work and ends by itself, or when this process is gone, whichever comes first."""
    mine, _ = _kept or _kept_open()
    return subprocess.Popen(  # noqa: S603 - our own command line
        [sys.executable, "-m", "api.cli", command],
        env={**os.environ, PARENT: str(mine)},
        pass_fds=(mine,),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


_kept: list[int] = []
"""A pipe that nobody closes as long as this process lives: its reading and its writing end."""


def _kept_open() -> list[int]:
    _kept[:] = os.pipe()
    return _kept


def end_with_parent() -> None:
    """Have this process end when the one that started it is gone."""
    given = os.environ.pop(PARENT, "")
    if not given:
        return

    def wait() -> None:
        os.read(int(given), 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def listen(host: str, port: int) -> socket.socket:
    """Open the socket that all web processes share.

    Raises:
        Conflict: the address is taken, or not of this machine.

    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise Conflict(
            f"Nothing can listen on {host}, port {port} ({error.strerror}); does another house run there?"
        ) from None
    made.listen(2048)
    made.set_inheritable(True)
    return made


def stop_event() -> threading.Event:
    """Return an event that SIGTERM and Ctrl-C set."""
    event = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: event.set())
    return event


def run_module(module: str, arguments: Sequence[str]) -> int:
    """Run a module of ours to its end and return its exit code."""
    return subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode  # noqa: S603 - our own module
