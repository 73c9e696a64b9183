"""From an agent's "ready" to the INVITE at the agent's phone, while a caller waits: a real Asterisk, the real voice process.

One run takes 40 callers, one after the other. The clock starts when `agent.ready` is called and stops when the phone's socket has
the INVITE; a UDP socket in the place of the browser answers 100 and, at once, 486, so that the agent can become ready again.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

from sqlmodel import select

from bench import web
from bench.harness import Measured, Options, figure
from contactcenter import agents
from contactcenter.models import AgentState
from contactcenter.voice import board, calls, phones, server
from contactcenter.voice.models import Number
from kernel import db
from kernel.actor import Actor, clerk, person
from tests import world
from tests.contactcenter.voice.telephone import Network

VOICE = clerk("voice")
CALLERS = 40
RUNS = 3
TREE = Path(__file__).parents[1] / "var" / "asterisk" / "tree"


class Phone:
    """A SIP telephone that turns every call down, and knows when each INVITE came."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.3", 0))
        self.port = self.socket.getsockname()[1]
        self.rang: dict[str, float] = {}
        self.bell = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            data, peer = self.socket.recvfrom(65536)
            at = time.perf_counter()
            if not data.startswith(b"INVITE"):
                continue
            head = data.decode()
            call = re.search(r"(?im)^call-id: *(\S+)", head)
            if call and call[1] not in self.rang:
                self.rang[call[1]] = at
                self.bell.set()
            kept = [line for line in head.split("\r\n") if re.match(r"(?i)(via|from|call-id|cseq):", line)]
            to = re.search(r"(?im)^to: *(.*?)\r$", head)
            said = ["SIP/2.0 486 Busy Here", *kept, f"To: {to[1] if to else ''};tag=bench", "Content-Length: 0", "", ""]
            self.socket.sendto("\r\n".join(said).encode(), peer)


@figure("ring_delay", unit="ms", bar="<= 100", against="agent ready to the phone's INVITE, p95")
def measure(options: Options) -> Measured:
    count = options.size(CALLERS)
    with web.house(conversations=0) as made, voice(made.folder) as site, tempfile.TemporaryDirectory() as folder:
        agent = floor()
        phone = Phone()
        plug(agent, phone)
        network = Network(site.site.sip_port, Path(folder))
        try:
            runs = [[one(agent, phone, network) for _ in range(count)] for _ in range(RUNS)]
        finally:
            network.close()
    shown = [sorted(run)[int(len(run) * 0.95)] for run in runs]
    middle = median(median(run) for run in runs)
    return Measured(median(shown), None, shown, f"{count} callers a run, one waiting at a time; median {middle:.0f} ms")


@contextmanager
def voice(folder: Path) -> Iterator[server.Asterisk]:
    """Asterisk, and the process that serves its calls."""
    folder.chmod(0o755)
    site = server.Asterisk(server.install(folder / "site", TREE, folder / "recordings", sip_port=0))
    site.start()
    os.environ["OMNIWARDEN_ASTERISK_URL"] = site.site.url
    process = subprocess.Popen([sys.executable, "-m", "api.cli", "voice"])
    try:
        yield site
    finally:
        process.terminate()
        process.wait(timeout=20)
        del os.environ["OMNIWARDEN_ASTERISK_URL"]
        site.stop()


def floor() -> Actor:
    """One agent for calls."""
    who = world.activated(role="agent")
    agents.enrol_agent(world.SETUP, person_id=who.id, name=who.name, site="cotonou", languages=["fr", "en"])
    return person(who.id, who.name, session=uuid4())


def plug(agent: Actor, phone: Phone) -> None:
    """Have Asterisk know the phone under a credential of the agent's session."""

    def objects(ticket: phones.Ticket) -> list[tuple[str, dict[str, Any]]]:
        fields = {"transport": "udp", "aors": ticket.username, "disallow": "all", "allow": "alaw", "context": "phones"}
        contact = {"contact": f"sip:agent@127.0.0.3:{phone.port}"}
        return [("aor", contact), ("endpoint", fields)]

    known = db.settings.model_copy(update={"asterisk_url": os.environ["OMNIWARDEN_ASTERISK_URL"]})
    with patch.object(phones, "objects", objects), patch.object(server, "settings", known):
        phones.issue_credential(agent)


def one(agent: Actor, phone: Phone, network: Network) -> float:
    """One caller waits, the agent goes ready; the milliseconds until the INVITE."""
    caller = network.call(number=f"+2299{time.time_ns() % 10**8:08d}", called=number())
    waiting = until_queued()
    time.sleep(0.3)
    phone.bell.clear()
    began = time.perf_counter()
    agents.go_ready(agent) if state(agent) == "offline" else agents.resume(agent)
    assert phone.bell.wait(10), "the phone does not ring"
    took = (max(phone.rang.values()) - began) * 1000
    until_paused(agent)
    caller.kill()
    calls.end_call(VOICE, waiting, by="caller")
    return took


def until_queued() -> UUID:
    """Choose for the caller, as his key would, and wait until he waits."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for call in board.live_calls():
            if call.phase == "queued":
                return call.conversation_id
            if call.phase == "greeting":
                calls.choose_language(VOICE, call.conversation_id, language="fr", chosen=True)
                calls.queue_call(VOICE, call.conversation_id)
        time.sleep(0.05)
    raise AssertionError("the caller does not wait")


def number() -> str:
    """A number that rings for a campaign of the seeded house."""
    with db.read_session() as session:
        return session.scalars(select(Number.digits).order_by(Number.digits)).first() or "1000"


def state(agent: Actor) -> str:
    with db.read_session() as session:
        held = session.get(AgentState, agent.id)
        assert held is not None
        return held.state


def until_paused(agent: Actor) -> None:
    deadline = time.monotonic() + 10
    while state(agent) != "paused":
        assert time.monotonic() < deadline, "the agent is not paused"
        time.sleep(0.02)
