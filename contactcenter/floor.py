"""The floor: how agents stand, computed from what they want and what they have in hand, so that nobody can be stuck.

Locks are taken in the order conversation, then agent; whoever holds an agent takes conversations by SKIP LOCKED only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import col

from contactcenter.fitness import Capacity, Load
from contactcenter.models import (
    AFTER_WORK,
    AGENT_RESERVED,
    BUSY,
    IN_HAND,
    OFFLINE,
    OPEN,
    PAUSED,
    READY,
    RESERVED,
    VOICE,
    AgentInterval,
    AgentProfile,
    AgentState,
    Conversation,
    Reservation,
)
from kernel.action import Work
from kernel.errors import Refused

WISHES: dict[str, frozenset[str]] = {
    OFFLINE: frozenset({OFFLINE, READY}),
    READY: frozenset({READY, PAUSED, OFFLINE}),
    PAUSED: frozenset({PAUSED, READY, OFFLINE}),
}
"""What an agent may want next, by what is wanted now; everything else is refused."""

Counts = dict[tuple[str, str], int]
"""How many conversations an agent has in hand, by channel and status."""


def load_of_counts(counts: Counts) -> Load:
    """Return the load that counts by (channel, status) make."""
    calls = {status: n for (channel, status), n in counts.items() if channel == VOICE}
    return Load(
        offered=sum(n for (_, status), n in counts.items() if status == RESERVED),
        calls=calls.get(OPEN, 0),
        wrapping=sum(n for status, n in calls.items() if status not in {OPEN, RESERVED}),
        chats=sum(n for (channel, _), n in counts.items() if channel != VOICE),
    )


def state_of(presence: str, load: Load, capacity: Capacity) -> str:
    """Return how an agent stands: what is in hand speaks before what is wanted."""
    if presence == OFFLINE:
        return OFFLINE
    if load.calls:
        return BUSY
    if load.wrapping:
        return AFTER_WORK
    if load.offered:
        return AGENT_RESERVED
    if presence == PAUSED:
        return PAUSED
    return READY if capacity.room(load) else BUSY


def capacity_of(profile: AgentProfile) -> Capacity:
    """Return how much an agent takes at once."""
    return Capacity(profile.voice, profile.chats, profile.blended)


def in_hand(agents: list[UUID]) -> Select[UUID | None, str, str, int]:
    """Return the question how much these agents have in hand: (agent, channel, status, count)."""
    parts = (col(Conversation.assignee_id), col(Conversation.channel), col(Conversation.status))
    return select(*parts, func.count()).where(parts[0].in_(agents), parts[2].in_(IN_HAND)).group_by(*parts)


@contextmanager
def looking(work: Work) -> Iterator[None]:
    """Read the floor with what this action has done to conversations already in the database, and the rest written later, at once."""
    session = work.session
    if any(isinstance(record, Conversation | Reservation) for record in (*session.new, *session.dirty)):
        session.flush()
    with session.no_autoflush:
        yield


def load_of(work: Work, agent_id: UUID) -> Load:
    """Return what an agent has in hand, by the facts; exact while the agent's row is held."""
    with looking(work):
        rows = work.session.execute(in_hand([agent_id])).all()
    return load_of_counts({(channel, status): n for _, channel, status, n in rows})


def hold(work: Work, agent_id: UUID | None) -> AgentState:
    """Return an agent's row, locked; whoever gives or takes work holds it.

    Raises:
        Refused: when the person is not enrolled as an agent.

    """
    held = _locked(work, agent_id, skip=False) if agent_id else None
    if held is None:
        raise Refused("OC-2", "You are not enrolled as an agent; your supervisor can enrol you.")
    return held


def hold_if_free(work: Work, agent_id: UUID) -> AgentState | None:
    """Return an agent's row, locked, or None where somebody else holds it just now."""
    return _locked(work, agent_id, skip=True)


def _locked(work: Work, agent_id: UUID | None, *, skip: bool) -> AgentState | None:
    statement = (
        select(AgentState, AgentProfile)  # the profile comes along: who holds an agent asks for it next
        .join(AgentProfile, col(AgentProfile.id) == col(AgentState.profile_id))
        .where(col(AgentState.id) == agent_id)
        .with_for_update(of=AgentState, skip_locked=skip)
    )
    row = work.session.execute(statement.execution_options(populate_existing=True)).first()
    return row[0] if row is not None else None


def profile_of(work: Work, held: AgentState) -> AgentProfile:
    """Return the profile of an agent."""
    with work.session.no_autoflush:
        return work.get(AgentProfile, held.profile_id)


def settle(work: Work, held: AgentState, load: Load | None = None) -> Load:
    """Bring an agent's state in line with the facts, and keep the stretch of time that ends; return what is in hand.

    `load` is what is in hand where the caller, who holds the agent's row, has just counted it.
    """
    load = load or load_of(work, held.id)
    to = state_of(held.presence, load, capacity_of(profile_of(work, held)))
    reason = held.pause if to == PAUSED else None
    if (to, reason) == (held.state, held.reason):
        return load
    if held.since < work.now:
        work.add(
            AgentInterval(
                agent_id=held.id,
                scope=held.scope,
                state=held.state,
                reason=held.reason,
                session_id=held.session_id,
                started_at=held.since,
                ended_at=work.now,
            )
        )
    held.state, held.reason, held.since = to, reason, work.now
    work.fact("agent.stands", agent_id=held.id, state=to, reason=reason)
    return load


def wish(work: Work, held: AgentState, presence: str, reason: str | None = None) -> Load:
    """Have an agent want something else; the state follows. Returns what is in hand.

    Raises:
        Refused: when the table of wishes has no such step.

    """
    if presence not in WISHES[held.presence]:
        raise Refused("OC-2", f"An agent who is {held.presence} cannot become {presence}; go ready first.")
    if presence == READY and held.presence != READY:
        held.idle_since = work.now
    held.presence, held.pause = presence, reason
    return settle(work, held)
