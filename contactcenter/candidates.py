"""Who could be given something now: ready, reachable, let by the book, with languages, levels and room. [OC-2]"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from sqlmodel import col, select

from contactcenter import floor
from contactcenter.fitness import Capacity, Load, fits_after
from contactcenter.models import READY, VOICE, AgentProfile, AgentSkill, AgentState, Queue, Skill
from kernel import gate
from kernel.actor import person

SERVE = "conversation.serve"
gate.RIGHTS.add(SERVE)
Reach = Callable[[Session, list[UUID]], set[UUID]]
_reach: list[Reach] = []


def reached_by_voice(reach: Reach) -> Reach:
    """Have a function say which agents' phones can ring now; calls are offered to nobody else."""
    _reach[:] = [reach]
    return reach


def room_of(
    session: Session, agent_id: UUID, capacity: Capacity, load: Load, reachable: set[UUID] | None = None
) -> frozenset[str]:
    """Return what more an agent can be offered: what the capacity leaves, without voice where no phone of his can ring."""
    room = capacity.room(load)
    if "voice" in room and agent_id not in (can_ring(session, [agent_id]) if reachable is None else reachable):
        room -= {"voice"}
    return room


def can_ring(session: Session, agents: list[UUID]) -> set[UUID]:
    """Return which of these agents can be reached by voice now."""
    return _reach[0](session, agents) if _reach else set(agents)


def serves(agent_id: UUID, scope: str, now: datetime, session: Session) -> bool:
    """Tell whether the book lets an agent serve in a campaign just now."""
    return gate.may(person(agent_id, "agent"), SERVE, scope, now, session).allowed


def levels_of(session: Session, profiles: list[UUID]) -> dict[UUID, dict[str, int]]:
    """Return the skill levels of agents by profile and skill."""
    found: dict[UUID, dict[str, int]] = {}
    asked = select(AgentSkill.profile_id, Skill.slug, AgentSkill.level).join(Skill)
    for profile_id, slug, level in session.execute(asked.where(col(AgentSkill.profile_id).in_(profiles))):
        found.setdefault(profile_id, {})[slug] = level
    return found


class ReadyAgent:
    """An agent who can take something now, as routing sees him."""

    __slots__ = ("id", "idle_since", "languages", "levels", "room")

    def __init__(self, state: Any, levels: dict[str, int], room: frozenset[str]) -> None:
        self.id: UUID = state.id
        self.idle_since: datetime = state.idle_since
        self.languages: list[str] = state.languages
        self.levels = levels
        self.room = room

    def fits(self, channel: str, language: str, queue: Queue, waited: float) -> bool:
        """Tell whether he may be offered a conversation of a queue that has waited so many seconds."""
        after = fits_after(queue.skills, queue.relaxing, self.levels)
        return kind_of(channel) in self.room and language in self.languages and after is not None and after <= waited


def kind_of(channel: str) -> str:
    """Return what a channel takes of an agent's capacity."""
    return "voice" if channel == VOICE else "text"


def ready_agents(session: Session) -> list[ReadyAgent]:
    """Return the agents who can take something now, the longest idle first."""
    rows = session.execute(
        select(  # type: ignore[call-overload]
            AgentState.id,
            AgentState.idle_since,
            AgentState.profile_id,
            AgentProfile.languages,
            AgentProfile.voice,
            AgentProfile.chats,
            AgentProfile.blended,
        )
        .join(AgentProfile, col(AgentProfile.id) == col(AgentState.profile_id))
        .where(AgentState.state == READY, AgentProfile.active)
        .order_by(AgentState.idle_since, AgentState.id)
    ).all()
    if not rows:
        return []
    agents = [row.id for row in rows]
    levels = levels_of(session, [row.profile_id for row in rows])
    reachable = can_ring(session, agents)
    counts: dict[UUID, floor.Counts] = {}
    for agent, channel, status, n in session.execute(floor.in_hand(agents)):
        if agent is not None:
            counts.setdefault(agent, {})[channel, status] = n
    found = []
    for row in rows:
        load = floor.load_of_counts(counts.get(row.id, {}))
        room = room_of(session, row.id, Capacity(row.voice, row.chats, row.blended), load, reachable)
        found.append(ReadyAgent(row, levels.get(row.profile_id, {}), room))
    return found


def seconds(now: datetime, since: datetime | None) -> float:
    """Return the seconds since a time; none while the clock stands before it."""
    return max((now - since).total_seconds(), 0.0) if since else 0.0
