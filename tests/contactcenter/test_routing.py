"""Distribution on a real database: the longest idle, the most urgent, nobody twice, nobody above capacity. [OC-2]"""

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from contactcenter import agents, conversations, sweeping
from contactcenter.fitness import fits_after, score
from contactcenter.models import AgentProfile, AgentState, Conversation, Queue, Reservation
from kernel import clock, db
from kernel.errors import Conflict, Refused
from tests.contactcenter.house import Agent, House, arrives, conversation, offers_of
from tests.iam.conftest import Hands


def waiting_of(house: House) -> list[Conversation]:
    with db.read_session() as session:
        return list(
            session.scalars(
                select(Conversation).where(Conversation.scope == house.scope, Conversation.status == "queued")
            )
        )


def test_the_longest_idle_agent_comes_first(house: House, hands: Hands) -> None:
    line = house.widget(house.queue())
    first, second, third = (house.agent() for _ in range(3))
    for agent in (second, first, third):
        agent.ready()
        hands.forward(seconds=1)
    assert [arrives(line).conversation().assignee_id for _ in range(3)] == [second.id, first.id, third.id]


def test_the_oldest_conversation_comes_first_and_keeps_its_place(house: House, hands: Hands) -> None:
    line = house.widget(house.queue())
    met = []
    for _ in range(3):
        met.append(arrives(line).conversation())
        hands.forward(seconds=2)
    ama = house.agent().ready()
    assert conversation(met[0].id).assignee_id == ama.id
    conversations.decline(ama.actor, met[0].id)
    assert conversation(met[0].id).queued_at == met[0].queued_at
    assert conversation(met[1].id).assignee_id == ama.id
    kofi = house.agent().ready()
    assert conversation(met[0].id).assignee_id == kofi.id


def test_priority_counts_as_minutes_of_waiting(house: House, hands: Hands) -> None:
    plain, urgent = house.widget(house.queue()), house.widget(house.queue(priority=2))
    old = arrives(plain).conversation()
    hands.forward(seconds=100)
    new = arrives(urgent).conversation()
    ama = house.agent(chats=2).ready()
    assert conversation(old.id).assignee_id == ama.id
    conversations.accept(ama.actor, old.id)
    assert conversation(new.id).assignee_id == ama.id
    hands.forward(seconds=1)
    older, newer = arrives(plain).conversation(), arrives(urgent).conversation()
    kofi = house.agent().ready()
    assert conversation(newer.id).assignee_id == kofi.id
    assert conversation(older.id).status == "queued"


def test_skills_relax_with_waiting(house: House, hands: Hands) -> None:
    line = house.widget(house.queue(skills={"network": 7}, relaxing=[{"after": 30, "by": 3}]))
    novice = house.agent(skills={"network": 4}).ready()
    met = arrives(line).conversation()
    assert met.status == "queued"
    hands.forward(seconds=29)
    assert sweeping.look(clock.now()) == 0
    hands.forward(seconds=2)
    sweeping._rest[0] = 0.0
    assert sweeping.look(clock.now()) == 1
    assert conversation(met.id).assignee_id == novice.id


def test_a_language_is_never_relaxed(house: House, hands: Hands) -> None:
    line = house.widget(house.queue())
    house.agent(languages=["fr"]).ready()
    met = arrives(line, "Hello", "en").conversation()
    hands.forward(seconds=3600)
    sweeping._rest[0] = 0.0
    assert sweeping.look(clock.now()) == 0
    assert conversation(met.id).status == "queued"


def test_without_the_right_nothing_is_offered(house: House) -> None:
    line = house.widget(house.queue())
    house.agent(role="agent")  # not ready
    elsewhere = House()
    elsewhere.queue()
    stranger = elsewhere.agent().ready()
    assert arrives(line).conversation().status == "queued"
    assert stranger.state().state == "ready"


def test_an_offer_that_is_not_answered_goes_on_and_the_agent_pauses(house: House, hands: Hands) -> None:
    line = house.widget(house.queue(offer_seconds=20))
    ama = house.agent().ready()
    hands.forward(seconds=1)
    kofi = house.agent().ready()
    met = arrives(line).conversation()
    assert met.assignee_id == ama.id
    hands.forward(seconds=21)
    with pytest.raises(Conflict, match="expired"):
        conversations.accept(ama.actor, met.id)
    assert sweeping.look(clock.now()) == 1
    assert (ama.state().state, ama.state().reason) == ("paused", "no-answer")
    assert conversation(met.id).assignee_id == kofi.id
    assert [offer.outcome for offer in offers_of(met.id)] == ["expired", None]


def test_a_queue_may_accept_for_the_agent(house: House) -> None:
    line = house.widget(house.queue(auto_accept=True))
    ama = house.agent(chats=2).ready()
    first, second, third = (arrives(line).conversation() for _ in range(3))
    assert [c.status for c in (first, second, third)] == ["open", "open", "queued"]
    assert ama.state().state == "busy"


def test_a_decision_tells_its_reasons_without_personal_data(house: House, auditor: Any) -> None:
    line = house.widget(house.queue())
    ama = house.agent().ready()
    arrives(line, "Je m'appelle Sena", name="Sena Doe")
    entry = auditor("webchat.open")[-1]
    decisions = entry["notes"]["routing"]
    assert decisions[0]["candidates"] == [{"agent": str(ama.id), "idle": decisions[0]["candidates"][0]["idle"]}]
    assert decisions[1]["agent"] == str(ama.id)
    assert "Sena" not in str(entry)
    assert "OC-2" in entry["clauses"]


def test_a_call_comes_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from contactcenter import candidates, contacts, routing
    from contactcenter.models import Campaign
    from kernel.action import ACTIONS, action

    monkeypatch.setattr(candidates, "_reach", [lambda _, people: set(people)])
    line = house.queue()
    widget = house.widget(line)
    if "conversation.test-call" not in ACTIONS:

        @action("conversation.test-call")
        def call(work, *, queue_id: str, number: str):
            """Open a call."""
            queue = work.get(Queue, __import__("uuid").UUID(queue_id))
            contact = contacts.known(
                work, work.get(Campaign, queue.campaign_id).client_id, "voice", number, phone=number
            )
            made = conversations.open_conversation(work, queue=queue, contact=contact, channel="voice", language="fr")
            work.session.flush()
            routing.enqueue(work, made)
            return made

    monkeypatch.setattr("kernel.gate.may", _lets("conversation.test-call"))
    met = ACTIONS["conversation.test-call"](house.manager, queue_id=str(line.id), number="+22901020304")
    ama = house.agent(voice=True, chats=3).ready()
    assert conversation(met.id).assignee_id == ama.id
    assert ama.state().state == "reserved"
    assert arrives(widget).conversation().status == "queued"


def _lets(name: str) -> Any:
    from kernel import gate

    real = gate.may

    def may(actor, action, *rest, **more):
        return gate.Verdict(True, "test", "test", 1) if action == name else real(actor, action, *rest, **more)

    return may


# --- properties -------------------------------------------------------------------------------------------------

QUEUES = ({}, {"skills": {"network": 6}, "relaxing": [{"after": 40, "by": 4}]}, {"priority": 1, "languages": ["fr"]})
AGENTS = (
    {"languages": ["fr"], "chats": 1},
    {"languages": ["fr", "en"], "chats": 2, "skills": {"network": 6}},
    {"languages": ["en"], "chats": 2, "skills": {"network": 2}},
)
STEP = st.one_of(
    st.tuples(st.just("arrive"), st.integers(0, 2), st.sampled_from(["fr", "en"])),
    st.tuples(
        st.sampled_from(["ready", "pause", "accept", "close", "decline", "offline"]), st.integers(0, 2), st.just("")
    ),
    st.tuples(st.just("time"), st.integers(1, 50), st.just("")),
)


class Oracle:
    """What the floor looks like, and who would have to get what."""

    def __init__(self, house: House, queues: list[Queue], people: list[Agent]) -> None:
        self.house, self.people = house, people
        self.queues = {queue.id: queue for queue in queues}
        self.levels = {people[n].id: AGENTS[n].get("skills", {}) for n in range(len(people))}

    def read(self) -> tuple[dict[Any, AgentState], dict[Any, AgentProfile], list[Conversation], list[Reservation]]:
        with db.read_session() as session:
            states = {s.id: s for s in session.scalars(select(AgentState)) if s.id in self.levels}
            profiles = {p.person_id: p for p in session.scalars(select(AgentProfile)) if p.person_id in self.levels}
            talks = list(session.scalars(select(Conversation).where(Conversation.scope == self.house.scope)))
            offers = list(session.scalars(select(Reservation).where(Reservation.scope == self.house.scope)))
        return states, profiles, talks, offers

    def fits(self, agent: Any, profile: AgentProfile, talk: Conversation, offers: list[Reservation], now: Any) -> bool:
        queue = self.queues[talk.queue_id]
        after = fits_after(queue.skills, queue.relaxing, self.levels[agent])
        rested = any(
            o.agent_id == agent
            and o.conversation_id == talk.id
            and o.outcome in {"declined", "expired", "transferred"}
            and o.settled_at > now - timedelta(seconds=60)
            for o in offers
        )
        return (
            talk.language in profile.languages
            and after is not None
            and talk.queued_at <= now - timedelta(seconds=after)
            and not rested
        )

    def check(self, before: Any, now: Any, *, arrived: bool) -> None:
        states, profiles, talks, offers = self.read()
        for agent, state in states.items():
            mine = [t for t in talks if t.assignee_id == agent and t.status in {"reserved", "open", "wrap-up"}]
            assert len(mine) <= profiles[agent].chats, "above capacity"
            assert sum(t.status == "reserved" for t in mine) <= 1
            assert (state.state == "reserved") == any(t.status == "reserved" for t in mine) or state.state == "offline"
        for talk in talks:
            standing = [o for o in offers if o.conversation_id == talk.id and o.outcome is None]
            assert [o.agent_id for o in standing] == ([talk.assignee_id] if talk.status == "reserved" else [])
            if talk.status == "queued":
                idle = [
                    a for a, s in states.items() if s.state == "ready" and self.fits(a, profiles[a], talk, offers, now)
                ]
                assert not idle, "someone fit is idle while a customer waits"
        old = {o.id for o in before[3]}
        fresh = sorted((o for o in offers if o.id not in old and o.outcome != "transferred"), key=lambda o: o.id)
        for offer in fresh:
            talk = next(t for t in talks if t.id == offer.conversation_id)
            assert self.fits(offer.agent_id, profiles[offer.agent_id], talk, before[3], now)
        if arrived and len(fresh) == 1:
            talk = next(t for t in talks if t.id == fresh[0].conversation_id)
            able = [
                s for a, s in before[0].items() if s.state == "ready" and self.fits(a, profiles[a], talk, offers, now)
            ]
            assert fresh[0].agent_id == min(able, key=lambda s: (s.idle_since, s.id)).id, "not the longest idle"
        elif len(fresh) == 1 and not arrived:
            chosen = fresh[0]
            able_talks = [
                t for t in before[2]
                if t.status == "queued" and self.fits(chosen.agent_id, profiles[chosen.agent_id], t, before[3], now)
            ]  # fmt: skip
            if any(t.id == chosen.conversation_id for t in able_talks):
                ranks = {t.id: self.rank(t, now) for t in able_talks}
                assert ranks[chosen.conversation_id] >= max(ranks.values()) - 1e-3, "not the most urgent"

    def rank(self, talk: Conversation, now: Any) -> float:
        queue = self.queues[talk.queue_id]
        return score((now - talk.queued_at).total_seconds(), queue.priority + talk.priority, queue.target)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=4, max_size=18))
def test_whatever_happens_on_the_floor_the_rules_hold(database: str, steps: list[tuple[str, int, str]]) -> None:
    hands, patch = Hands(), pytest.MonkeyPatch()
    patch.setattr(clock, "now", hands.now)
    try:
        play(House(), hands, steps)
    finally:
        patch.undo()


def play(house: House, hands: Hands, steps: list[tuple[str, int, str]]) -> None:
    queues = [house.queue(**given) for given in QUEUES]
    widgets = [house.widget(queue) for queue in queues]
    people = [house.agent(**given) for given in AGENTS]  # type: ignore[arg-type]
    oracle = Oracle(house, queues, people)
    sweeping._rest[0] = 0.0
    sweeping.look(clock.now())
    for name, number, word in steps:
        before = oracle.read()
        if name == "time":
            hands.forward(seconds=number)
            sweeping._rest[0] = 0.0
            sweeping.look(clock.now())
        elif name == "arrive":
            hands.forward(milliseconds=5)
            arrives(widgets[number], "Bonjour", word)
        else:
            hands.forward(milliseconds=5)
            act(house, name, people[number], before[2])
        oracle.check(before, clock.now(), arrived=name == "arrive")


def act(house: House, name: str, agent: Agent, talks: list[Conversation]) -> None:
    mine = [t for t in talks if t.assignee_id == agent.id]
    offered = next((t for t in mine if t.status == "reserved"), None)
    open_ = next((t for t in mine if t.status == "open"), None)
    with contextlib.suppress(Refused, Conflict):
        if name == "ready":
            agents.go_ready(agent.actor)
        elif name == "pause":
            agents.pause(agent.actor, reason="break")
        elif name == "offline":
            agents.go_offline(agent.actor)
        elif name == "accept" and offered:
            conversations.accept(agent.actor, offered.id)
        elif name == "decline" and offered:
            conversations.decline(agent.actor, offered.id)
        elif name == "close" and open_:
            conversations.close(agent.actor, open_.id, disposition_id=house.dispositions()["solved"])


def test_a_declined_conversation_comes_back_to_a_lone_agent_after_a_rest(
    house: House, hands: Hands, auditor: Any
) -> None:
    ama = house.agent().ready()
    met = arrives(house.widget(house.queue())).conversation()
    conversations.decline(ama.actor, met.id)
    assert ama.state().state == "ready"
    for _ in range(5):
        hands.forward(seconds=10)
        sweeping._rest[0] = 0.0
        assert sweeping.look(clock.now()) == 0
    assert auditor("routing.sweep") == []
    hands.forward(seconds=11)
    assert sweeping.look(clock.now()) == 1
    assert conversation(met.id).assignee_id == ama.id
