"""How agents stand: by what they want and what they have in hand, with every stretch of time kept. [OC-2, OC-14]"""

from datetime import timedelta

import pytest
from sqlmodel import select

import iam
from contactcenter import agents, conversations, indicators, sweeping
from contactcenter.fitness import Capacity, Load
from contactcenter.floor import state_of
from contactcenter.models import AgentInterval
from kernel import clock, db
from kernel.errors import Conflict, Denied, Refused
from tests import world
from tests.contactcenter.house import Agent, House, arrives, conversation
from tests.iam.conftest import Hands


@pytest.mark.parametrize(
    ("presence", "load", "state"),
    [
        ("offline", Load(chats=2), "offline"),
        ("ready", Load(), "ready"),
        ("ready", Load(chats=1), "ready"),
        ("ready", Load(chats=2), "busy"),
        ("ready", Load(offered=1, chats=1), "reserved"),
        ("ready", Load(calls=1, chats=1), "busy"),
        ("ready", Load(wrapping=1), "wrap-up"),
        ("paused", Load(), "paused"),
        ("paused", Load(chats=2), "paused"),
        ("paused", Load(calls=1), "busy"),
        ("paused", Load(wrapping=1), "wrap-up"),
    ],
)
def test_what_is_in_hand_speaks_before_what_is_wanted(presence: str, load: Load, state: str) -> None:
    assert state_of(presence, load, Capacity(voice=False, chats=2)) == state


def test_a_shift_is_kept_without_gaps(house: House, hands: Hands) -> None:
    ama = house.agent()
    for step in (
        lambda: agents.go_ready(ama.actor),
        lambda: agents.pause(ama.actor, reason="lunch"),
        lambda: agents.resume(ama.actor),
        lambda: agents.go_offline(ama.actor),
    ):
        hands.forward(minutes=10)
        step()
    with db.read_session() as session:
        spans = session.scalars(
            select(AgentInterval).where(AgentInterval.agent_id == ama.id).order_by(AgentInterval.started_at)
        ).all()
    assert [(s.state, s.reason) for s in spans] == [
        ("offline", None), ("ready", None), ("paused", "lunch"), ("ready", None),
    ]  # fmt: skip
    assert all(s.ended_at - s.started_at == timedelta(minutes=10) for s in spans[1:])


def test_what_an_agent_cannot_want_is_refused(house: House) -> None:
    ama = house.agent()
    with pytest.raises(Refused, match="go ready first"):
        agents.pause(ama.actor, reason="break")
    with pytest.raises(Refused, match="not on a pause"):
        agents.resume(ama.actor)
    assert agents.go_ready(ama.actor).state == agents.go_ready(ama.actor).state == "ready"
    stranger = world.person(role="agent", scope=house.scope)
    with pytest.raises(Refused, match="not enrolled"):
        agents.go_ready(stranger.actor)


def test_a_pause_gives_the_offer_back_at_once(house: House) -> None:
    ama, line = house.agent().ready(), house.widget(house.queue())
    met = arrives(line).conversation()
    kofi = house.agent().ready()
    agents.pause(ama.actor, reason="break")
    assert conversation(met.id).assignee_id == kofi.id
    assert ama.state().state == "paused"


def test_whoever_goes_offline_leaves_chats_to_others_after_the_grace(house: House, hands: Hands) -> None:
    ama = house.agent().ready()
    met = arrives(house.widget(house.queue())).conversation()
    conversations.accept(ama.actor, met.id)
    agents.go_offline(ama.actor)
    kofi = house.agent().ready()
    hands.forward(seconds=30)
    assert sweeping.look(clock.now()) == 0
    hands.forward(seconds=31)
    assert sweeping.look(clock.now()) == 1
    assert conversation(met.id).assignee_id == kofi.id
    assert conversation(met.id).queued_at == met.queued_at


def test_whoever_comes_back_in_time_keeps_the_chat(house: House, hands: Hands) -> None:
    ama = house.agent().ready()
    met = arrives(house.widget(house.queue())).conversation()
    conversations.accept(ama.actor, met.id)
    agents.go_offline(ama.actor)
    hands.forward(seconds=59)
    assert agents.go_ready(ama.actor).state == "busy"
    hands.forward(seconds=120)
    sweeping.look(clock.now())
    assert conversation(met.id).assignee_id == ama.id


def test_the_end_of_the_session_takes_the_agent_off_the_floor(house: House) -> None:
    who = world.activated(role="agent", scope=house.scope)
    profile = agents.enrol_agent(
        world.SETUP, person_id=who.id, name=who.name, site=house.mark, languages=["fr"], voice=False, chats=2
    )
    ama = Agent(who.actor, profile).ready()
    met = arrives(house.widget(house.queue())).conversation()
    assert met.assignee_id == ama.id
    assert who.actor.session is not None
    iam.end_session(who.actor, who.actor.session)
    assert ama.state().state == "offline"
    assert conversation(met.id).status == "queued"


def test_a_wrap_up_ends_by_itself(house: House, hands: Hands) -> None:
    ama = house.agent().ready()
    met = arrives(house.widget(house.queue(wrap_up_seconds=60))).conversation()
    conversations.accept(ama.actor, met.id)
    conversations.close(ama.actor, met.id)
    assert ama.state().state == "busy"
    hands.forward(seconds=59)
    assert sweeping.look(clock.now()) == 0
    hands.forward(seconds=2)
    assert sweeping.look(clock.now()) == 1
    assert conversation(met.id).status == "closed"
    assert ama.state().state == "ready"


def test_a_supervisor_of_the_site_sends_an_absent_agent_off(house: House) -> None:
    ama = house.agent().ready()
    elsewhere = world.person(role="supervisor", scope=house.scope).actor
    with pytest.raises(Denied):
        agents.send_off(elsewhere, ama.profile.id)
    zoe = world.person(role="supervisor", scope=f"site:{house.mark}").actor
    agents.send_off(zoe, ama.profile.id)
    assert ama.state().state == "offline"


def test_enrolling_twice_is_a_conflict(house: House) -> None:
    ama = house.agent()
    with pytest.raises(Conflict, match="already"):
        agents.enrol_agent(world.SETUP, person_id=ama.id, name="Ama", site=house.mark, languages=["fr"])


def test_the_wall_counts_what_waits_and_what_was_answered(house: House, hands: Hands) -> None:
    # Midday, so that nothing falls into another day.
    hands.time = hands.time.replace(hour=12, minute=0)
    line = house.widget(house.queue(target=20))
    ama = house.agent(chats=2).ready()
    quick = arrives(line).conversation()
    conversations.accept(ama.actor, quick.id)
    slow = arrives(line).conversation()
    hands.forward(seconds=25)
    sweeping.look(clock.now())
    if conversation(slow.id).status == "queued":
        agents.resume(ama.actor)
    conversations.accept(ama.actor, slow.id)
    waiting = arrives(line).conversation()
    hands.forward(seconds=10)
    manager = world.person(role="manager").actor
    wall = indicators.watch_floor(manager)
    figures = next(q for q in wall.queues if q.id == waiting.queue_id)
    assert (figures.waiting, figures.oldest_seconds, figures.offered, figures.answered) == (1, 10, 3, 2)
    assert figures.service_level == 0.5
    shown = next(a for a in wall.agents if a.id == ama.id)
    assert (shown.state, shown.chats, shown.most_chats) == ("busy", 2, 2)


def test_a_state_gone_astray_is_put_right(house: House, database: str) -> None:
    ama = house.agent().ready()
    with db.connect("none", database) as conn:
        conn.execute("alter table agent_state disable trigger user")
        conn.execute("update agent_state set state = 'busy' where id = %s", [ama.id])
        conn.execute("alter table agent_state enable always trigger wall_stamp")
        conn.execute("alter table agent_state enable always trigger wall_entry")
    assert ama.state().state == "busy"
    sweeping._rest[0] = 0.0
    assert sweeping.look(clock.now()) == 1
    assert ama.state().state == "ready"


def test_a_fruitless_round_is_followed_by_a_rest(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "something_to_do", lambda *_: True)
    rounds: list[int] = []
    monkeypatch.setattr(sweeping, "sweep", lambda _: rounds.append(0) or 0)
    sweeping._rest[0] = 0.0
    for _ in range(5):
        sweeping.look(clock.now())
    assert rounds == [0]
    sweeping._rest[0] = 0.0


def test_whoever_loses_the_role_loses_the_chats(house: House, hands: Hands) -> None:
    who = world.person()
    iam.give_role(
        world.SETUP,
        person_id=who.id,
        role="agent",
        scope=house.scope,
        end=hands.time + timedelta(hours=1),
        reason="test",
    )
    profile = agents.enrol_agent(
        world.SETUP, person_id=who.id, name=who.name, site=house.mark, languages=["fr"], voice=False, chats=2
    )
    ama = Agent(who.actor, profile).ready()
    line = house.widget(house.queue())
    met = arrives(line).conversation()
    conversations.accept(ama.actor, met.id)
    offered = arrives(line).conversation()
    assert offered.assignee_id == ama.id
    assert sweeping.look_for_lost_rights(clock.now()) == 0
    hands.forward(hours=2)
    kofi = house.agent(chats=2).ready()
    assert sweeping.look_for_lost_rights(clock.now()) == 2
    assert {conversation(c.id).assignee_id for c in (met, offered)} <= {kofi.id, None}
    assert conversation(met.id).assignee_id == kofi.id
    with pytest.raises(Denied):
        conversations.reply(ama.actor, met.id, text="x")
