"""Many at once, and killed in the middle: one wins, the others are told, nothing is lost or stuck. [OC-2]"""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlmodel import select

from contactcenter import agents, conversations, sweeping
from contactcenter.models import AgentInterval, Conversation, Reservation
from kernel import clock, db
from kernel.action import LISTENERS, Work
from kernel.errors import Conflict, OmniError, Unavailable
from tests.contactcenter.house import Agent, House, arrives, conversation

SOMEBODY_ELSE = "Another agent has taken this conversation."


def test_eight_agents_take_one_conversation_and_one_wins(house: House) -> None:
    met = arrives(house.widget(house.queue())).conversation()
    people = [house.agent(languages=["en"]).ready() for _ in range(8)]
    assert conversation(met.id).status == "queued"
    start = threading.Barrier(8)

    def take(agent: Agent) -> str:
        start.wait()
        try:
            conversations.accept(agent.actor, met.id)
        except Conflict as late:
            return late.why
        return "won"

    with ThreadPoolExecutor(8) as pool:
        told = Counter(pool.map(take, people))
    assert told == {"won": 1, SOMEBODY_ELSE: 7}
    winner = conversation(met.id).assignee_id
    assert [a.id for a in people if a.state().state == "busy"] == [winner]


def test_taking_and_answering_twice_is_once(house: House) -> None:
    ama = house.agent().ready()
    met = arrives(house.widget(house.queue())).conversation()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: conversations.accept(ama.actor, met.id), range(4)))
    key = met.id
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: conversations.reply(ama.actor, met.id, text="Bonjour", key=key), range(4)))
    assert len({message.id for message in sent}) == 1
    assert conversation(met.id).last_sequence == 2


def test_a_storm_of_visitors_and_agents_leaves_nothing_wrong(house: House) -> None:
    line = house.widget(house.queue())
    people = [house.agent(chats=2) for _ in range(6)]
    code = house.dispositions()["solved"]
    oddities: list[str] = []

    def visit(_: int) -> None:
        arrives(line)

    def shift(agent: Agent) -> None:
        for _ in range(4):
            for step in (agents.go_ready, agents.resume):
                quietly(lambda step=step: step(agent.actor))
            for talk in in_hand(agent):
                quietly(lambda talk=talk: conversations.accept(agent.actor, talk))
                quietly(lambda talk=talk: conversations.close(agent.actor, talk, disposition_id=code))
            quietly(lambda: agents.pause(agent.actor, reason="break"))
        quietly(lambda: agents.go_ready(agent.actor))

    def quietly(step) -> None:
        try:
            step()
        except OmniError as refusal:
            if "repeat" in refusal.why or isinstance(refusal, Unavailable):
                oddities.append(refusal.why)

    with ThreadPoolExecutor(7) as pool:
        visits = [pool.submit(visit, n) for n in range(24)]
        shifts = [pool.submit(shift, agent) for agent in people]
        sweeps = [pool.submit(sweeping.look, clock.now()) for _ in range(4)]
        for done in (*visits, *shifts, *sweeps):
            done.result()
    assert oddities == []
    sweeping._rest[0] = 0.0
    sweeping.look(clock.now())
    check(house, people)


def in_hand(agent: Agent) -> list:
    with db.read_session() as session:
        return list(
            session.scalars(
                select(Conversation.id).where(
                    Conversation.assignee_id == agent.id, Conversation.status.in_(["reserved", "open"])
                )
            )
        )


def check(house: House, people: list[Agent]) -> None:
    with db.read_session() as session:
        talks = list(session.scalars(select(Conversation).where(Conversation.scope == house.scope)))
        offers = list(session.scalars(select(Reservation).where(Reservation.scope == house.scope)))
    assert len(talks) == 24
    free = [a for a in people if a.state().state == "ready"]
    waiting = [t for t in talks if t.status == "queued"]
    assert not (free and waiting)
    for agent in people:
        mine = [t for t in talks if t.assignee_id == agent.id and t.status in {"reserved", "open", "wrap-up"}]
        assert len(mine) <= 2
        with db.read_session() as session:
            spans = list(
                session.scalars(
                    select(AgentInterval).where(AgentInterval.agent_id == agent.id).order_by(AgentInterval.started_at)
                )
            )
        assert all(before.ended_at == after.started_at for before, after in pairwise(spans))
        assert all(span.started_at < span.ended_at for span in spans)
    for talk in talks:
        standing = [o for o in offers if o.conversation_id == talk.id and o.outcome is None]
        assert len(standing) == (talk.status == "reserved")


def test_a_backend_killed_in_the_middle_leaves_the_offer_standing(house: House, cluster_dsn: str) -> None:
    ama = house.agent().ready()
    met = arrives(house.widget(house.queue())).conversation()

    def kill(work: Work, _: object) -> None:
        pid = work.session.execute(text("select pg_backend_pid()")).scalar_one()
        with db.connect("none", cluster_dsn) as conn:
            conn.execute("select pg_terminate_backend(%s)", [pid])

    LISTENERS.setdefault("conversation.accepted", []).append(kill)
    try:
        with pytest.raises(Unavailable):
            conversations.accept(ama.actor, met.id)
    finally:
        LISTENERS["conversation.accepted"].remove(kill)
    assert conversation(met.id).status == "reserved"
    assert ama.state().state == "reserved"
    conversations.accept(ama.actor, met.id)
    assert ama.state().state == "busy"
