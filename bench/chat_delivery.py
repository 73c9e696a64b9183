"""From a web chat visitor's message sent to the same message shown at the agent: hint by server-sent event, then fetched and on record.

Real web processes on all cores, a real sequencer; 50 visitors write at random moments, each about every five seconds. "Shown" is
the end of the agent's watched reading of what is new, asked for when the hint arrives: what the browser has then, it paints.
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass, field
from statistics import median
from uuid import UUID, uuid4

import httpx

from bench import web
from bench.harness import Measured, Options, figure
from contactcenter import agents, conversations
from contactcenter.channels import webchat
from contactcenter.models import Visit
from kernel import db
from tests import world

VISITORS = 50
EACH = 10
"""Conversations in one agent's hands."""
MESSAGES = 6
PAUSE = 5.0
RUNS = 3
MOMENTS = secrets.SystemRandom()


@dataclass
class Talk:
    """A conversation: the visitor's token, the agent's session, what was sent when, and when it was shown."""

    id: UUID
    visitor: str
    agent: str
    seen: int = 1
    sent: dict[int, float] = field(default_factory=dict)
    hinted: dict[int, float] = field(default_factory=dict)
    shown: dict[int, float] = field(default_factory=dict)


@figure("chat_delivery", unit="ms", bar="<= 150", against="a message sent to shown at the agent, p95, 50 conversations")
def measure(options: Options) -> Measured:
    with web.house(conversations=0) as made:
        talks = floor(options.size(VISITORS))
        sequencer = subprocess.Popen([sys.executable, "-m", "api.cli", "sequencer"], env=os.environ)
        try:
            with web.serving(made) as address:
                runs = [asyncio.run(one_run(address, talks)) for _ in range(RUNS)]
        finally:
            sequencer.terminate()
            sequencer.wait(timeout=20)
    shown = [p95(run[0]) for run in runs]
    hinted = median(p95(run[1]) for run in runs)
    middle = median(median(run[0]) for run in runs)
    note = (
        f"{len(talks)} conversations, {MESSAGES} messages each about every {PAUSE:.0f} s; median {middle:.0f} ms, "
        f"p95 to the hint {hinted:.0f} ms, {sum(len(run[0]) for run in runs)} messages"
    )
    return Measured(median(shown), None, shown, note)


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def floor(count: int) -> list[Talk]:
    """Put agents on the floor, each with ten visitors in hand."""
    talks: list[Talk] = []
    for _ in range(0, count, EACH):
        who = world.activated(role="agent")
        agents.enrol_agent(
            world.SETUP, person_id=who.id, name=who.name, site="cotonou", languages=["fr"], voice=False, chats=EACH
        )
        agents.go_ready(who.actor)
        assert who.entered is not None
        for _ in range(min(EACH, count - len(talks))):
            opened = webchat.open_visit(webchat.CLERK, widget="care", language="fr", text="Bonjour", once=uuid4())
            visit = webchat.visit_of(opened.token)
            with db.read_session() as session:
                found = session.get(Visit, visit)
                assert found is not None
                assert found.conversation_id is not None
                talk = found.conversation_id
            conversations.accept(who.actor, talk)
            talks.append(Talk(talk, opened.token, who.entered.token))
    return talks


async def one_run(address: str, talks: list[Talk]) -> tuple[list[float], list[float]]:
    """Have every visitor write his messages; returns milliseconds to shown and to the hint."""
    for talk in talks:
        talk.sent, talk.hinted, talk.shown = {}, {}, {}
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=30) as client:
        desks = {talk.agent for talk in talks}
        tasks = [asyncio.create_task(desk(client, one, talks)) for one in desks]
        await asyncio.sleep(1.5)
        await asyncio.gather(*(visitor(client, talk) for talk in talks))
        for _ in range(100):
            if all(talk.sent.keys() == talk.shown.keys() for talk in talks):
                break
            await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert all(talk.sent.keys() == talk.shown.keys() for talk in talks), "a message was never shown"
    shown = [1000 * (talk.shown[n] - at) for talk in talks for n, at in talk.sent.items()]
    hinted = [1000 * (talk.hinted[n] - at) for talk in talks for n, at in talk.sent.items()]
    return shown, hinted


async def visitor(client: httpx.AsyncClient, talk: Talk) -> None:
    """Write some messages, at random moments."""
    for _ in range(MESSAGES):
        await asyncio.sleep(MOMENTS.uniform(0, 2 * PAUSE))
        at = time.perf_counter()
        answer = await client.post(
            "/chat/care/messages",
            json={"text": f"Il est {at}", "once": str(uuid4())},
            headers={"Authorization": f"Bearer {talk.visitor}"},
        )
        answer.raise_for_status()
        talk.sent[answer.json()["sequence"]] = at


async def desk(client: httpx.AsyncClient, token: str, talks: list[Talk]) -> None:
    """Listen as an agent's page does, and fetch what is new at each hint, one fetch of a conversation at a time."""
    mine = {f"conversation:{talk.id}": talk for talk in talks if talk.agent == token}
    news: dict[str, asyncio.Event] = {topic: asyncio.Event() for topic in mine}
    fetchers = [asyncio.create_task(fetch(client, token, mine[topic], news[topic])) for topic in mine]
    try:
        async with client.stream("GET", "/live", headers={"Cookie": f"__Host-sid={token}"}, timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: {"):
                    for topic in json.loads(line[6:]).get("topics", ()):
                        if topic in mine:
                            at = time.perf_counter()
                            mine[topic].hinted.setdefault(-1, at)
                            news[topic].set()
    finally:
        for task in fetchers:
            task.cancel()


async def fetch(client: httpx.AsyncClient, token: str, talk: Talk, news: asyncio.Event) -> None:
    """Read what is new in a conversation whenever there is news."""
    while True:
        await news.wait()
        news.clear()
        hinted = talk.hinted.pop(-1, time.perf_counter())
        answer = await client.get(
            f"/api/v1/conversation/{talk.id}/read",
            params={"since": talk.seen},
            headers={"Authorization": f"Bearer {token}"},
        )
        answer.raise_for_status()
        at = time.perf_counter()
        for message in answer.json()["messages"]:
            talk.shown[message["sequence"]] = at
            talk.hinted[message["sequence"]] = hinted
            talk.seen = max(talk.seen, message["sequence"])
