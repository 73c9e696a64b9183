"""A small house that takes calls: one number, one campaign, one queue, agents with SIP telephones in the place of browsers."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlmodel import select

from contactcenter import agents, lines
from contactcenter.models import AgentState, Conversation
from contactcenter.voice import numbers, phones
from contactcenter.voice.models import Call
from contactcenter.voice.site import Site
from iam.people.people import join_person
from iam.people.roles import give_role
from kernel import db
from kernel.actor import Actor, person
from kernel.db import uuid7
from tests.contactcenter.voice.telephone import Network, Peer
from tests.world import SETUP

ROOT = Path(__file__).parents[3]
_numbers = count(100)


class House:
    """The world of a test, and the process that serves its calls."""

    def __init__(
        self, url: str, process: "Process", network: Network, patch: pytest.MonkeyPatch, offer_seconds: int
    ) -> None:
        self.url, self.process, self.network, self.patch = url, process, network, patch
        self.site = process.site
        slug = f"n{next(_numbers)}-{uuid7().hex[-6:]}"  # scopes outlive a test
        self.scopes = (lines.add_site(SETUP, slug=slug, label="Cotonou").scope, f"campaign:{slug}")
        lines.add_client(SETUP, slug=slug, label="Telco")
        campaign = lines.add_campaign(SETUP, client=slug, slug=slug, label="Help")
        self.queue = lines.add_queue(
            SETUP, campaign=slug, slug="voice", label="Voice", channels=["voice"], languages=["fr", "en"], offer_seconds=offer_seconds,
            wrap_up_seconds=60,
        )  # fmt: skip
        numbers.assign_number(SETUP, digits="1000", campaign_id=campaign.id)

    def agent(self, *, languages: tuple[str, ...] = ("fr", "en")) -> "Agent":
        n = next(_numbers)
        someone = join_person(
            SETUP, given_name=f"Ama{chr(97 + n % 26)}", family_name=f"Dossou{chr(97 + n // 26 % 26)}{chr(97 + n % 26)}",
            email=f"a{n}@example.com", phone=f"+22901970{n:05d}", site=self.scopes[0],
        )  # fmt: skip
        for scope in self.scopes:
            give_role(SETUP, person_id=someone.id, role="agent", scope=scope, reason="works here")
        agents.enrol_agent(
            SETUP,
            person_id=someone.id,
            name="Ama",
            site=self.scopes[0].removeprefix("site:"),
            languages=list(languages),
        )
        return Agent(self, person(someone.id, "Ama", session=uuid7()))

    def caller(self, number: str = "+22997000001", **how: Any) -> Peer:
        """A caller who has chosen French and waits."""
        peer = self.network.call(number=number, **how)
        until(lambda: peer.handset.packets > 10, "the caller to hear something")
        for _ in range(20):
            peer.handset.press("1")
            if any(c.phase not in {"greeting", "ended"} for c in self.calls()):
                return peer
            time.sleep(0.2)
        raise AssertionError("waited in vain for the call to be queued")

    def start(self) -> None:
        self.process.start()

    def kill(self) -> None:
        self.process.kill()

    def calls(self) -> list[Call]:
        with db.read_session() as session:
            return list(session.scalars(select(Call).order_by(Call.id)))

    def call(self) -> Call:
        (only,) = self.calls()
        return only

    def conversation(self) -> Conversation:
        with db.read_session() as session:
            return session.scalars(select(Conversation)).one()

    def reaches(self, phase: str, seconds: float = 30) -> Call:
        """Wait until the one call stands in a phase."""
        until(lambda: [c.phase for c in self.calls()] == [phase], f"the call to be {phase}", seconds)
        return self.call()

    def facts(self, conversation_id: UUID) -> list[str]:
        """The actions done on a conversation by the voice clerk, oldest first."""
        with db.connect(db.AUDITOR, self.url) as conn:
            rows = conn.execute(
                "select body from ledger.entry where target = %s and outcome = 'done' order by id",
                [f"conversation:{conversation_id}"],
            )
            return [orjson.loads(r[0])["action"] for r in rows]

    def channels(self) -> list[dict[str, Any]]:
        from contactcenter.voice.ari import Address

        found: list[dict[str, Any]] = Address.of(self.site.url).ask("GET", "channels")
        return found


class Process:
    """The process that serves calls: started, killed, started again."""

    def __init__(self, url: str, site: Site) -> None:
        self.url, self.site = url, site
        self.running: subprocess.Popen[bytes] | None = None
        self.said = site.folder / "voice.log"
        self.wire = Wire(site.http_port)

    def start(self) -> None:
        """Start it, if it is not there, and wait until it holds Asterisk's application."""
        if self.running is not None and self.running.poll() is None:
            return
        environment = os.environ | {
            "OMNIWARDEN_DATABASE_URL": self.url, "OMNIWARDEN_ASTERISK_URL": self.wire.url(self.site), "OMNIWARDEN_THREADS": "4",
            "OMNIWARDEN_STATE_FOLDER": str(self.site.recordings.parent),
        }  # fmt: skip
        known = self.connections()
        with self.said.open("ab") as out:
            self.running = subprocess.Popen([sys.executable, "-m", "api.cli", "voice"], cwd=ROOT, env=environment, stdout=out,
                                            stderr=out, stdin=subprocess.DEVNULL)  # fmt: skip
        until(lambda: self.connections() > known, "the voice process", 90)

    def connections(self) -> int:
        """How often it has found Asterisk and read everything anew."""
        return self.said.read_bytes().count(b"asterisk is connected") if self.said.exists() else 0

    def kill(self) -> None:
        assert self.running is not None
        self.running.kill()
        self.running.wait()

    def stop(self) -> None:
        self.wire.close()
        if self.running is not None and self.running.poll() is None:
            self.running.send_signal(signal.SIGTERM)
            self.running.wait(10)


class Wire:
    """The wire between the voice process and Asterisk, which a test can cut."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.server = socket.create_server(("127.0.0.1", 0))
        self.lines: list[socket.socket] = []
        self.closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, site: Site) -> str:
        return site.url.replace(f":{site.http_port}", f":{self.server.getsockname()[1]}")

    def _accept(self) -> None:
        while not self.closed:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                near.close()
                continue
            self.lines += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        while self.lines:
            end = self.lines.pop()
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        self.closed = True
        self.server.close()
        self.cut()


class Agent:
    """An agent with a session, and a SIP telephone that answers as the test wants."""

    def __init__(self, house: House, actor: Actor) -> None:
        self.house, self.actor = house, actor
        self.ticket: phones.Ticket | None = None

    def plug(self, mode: str = "answer", **how: Any) -> Peer:
        """Plug a telephone in: known to Asterisk under a credential of the agent's session."""
        peer = self.house.network.phone(mode, **how)

        def objects(ticket: phones.Ticket) -> list[tuple[str, dict[str, Any]]]:
            name = ticket.username
            return [
                ("aor", {"contact": f"sip:agent@127.0.0.3:{peer.port}"}),
                ("endpoint", {"transport": "udp", "aors": name, "disallow": "all", "allow": "alaw", "context": "phones",
                              "media_address": "127.0.0.1", "direct_media": "no", "rtp_timeout": "3"}),
            ]  # fmt: skip

        with self.house.patch.context() as patch:
            patch.setattr(phones, "objects", objects)
            self.ticket = phones.issue_credential(self.actor)
        return peer

    def ready(self) -> None:
        agents.go_ready(self.actor)

    def state(self) -> tuple[str, str | None]:
        assert self.actor.id
        with db.read_session() as session:
            held = session.get(AgentState, self.actor.id)
            assert held is not None
            return held.state, held.reason

    def stands(self, state: str, seconds: float = 30) -> None:
        until(lambda: self.state()[0] == state, f"the agent to be {state}", seconds)


def until(true: Callable[[], bool], what: str, seconds: float = 10) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
