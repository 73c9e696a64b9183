"""The routing clerk's round: what expired, what was left behind, what two transactions at once did not see. [OC-2]

Everything is found from the facts in the tables, so a clerk that was killed or late loses nothing. A round is an action and
leaves an entry; it is taken only when a look beforehand finds something to do.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, or_, text, tuple_
from sqlalchemy import select as sql
from sqlalchemy.orm import Session
from sqlmodel import col, select

from contactcenter import candidates, floor, offers, routing
from contactcenter.models import (
    AFTER_WORK,
    AGENT_RESERVED,
    BUSY,
    IN_HAND,
    OFFLINE,
    OPEN,
    PAUSED,
    QUEUED,
    READY,
    RESERVED,
    VOICE,
    WRAP_UP,
    AgentProfile,
    AgentState,
    Conversation,
    Queue,
    Reservation,
)
from kernel import clock, sweeps
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import Utc, read_session
from policy import book

CLERK = clerk("routing")
BATCH = 5
"""How many of each kind in one round, so that the entry stays within its bound; the next round follows at once."""
ROUNDS = 40
REST = 2.0
_rest = [0.0]
ONE_AT_A_TIME = text("select pg_try_advisory_xact_lock(hashtext('omniwarden.routing'))")
"""Two rounds at once would take the same agents in different orders."""


NOW, GONE = bindparam("now", type_=Utc), bindparam("gone", type_=Utc)
"""The time, and the time before which whoever left counts as gone. Built once: the clerk asks five times a second."""

EXPIRED = (
    select(Conversation)
    .join(Reservation, col(Reservation.conversation_id) == col(Conversation.id))
    .where(col(Reservation.outcome).is_(None), col(Reservation.expires_at) <= NOW, Conversation.status == RESERVED)
)
"""Conversations whose offer was not answered in time."""

LEFT_BEHIND = (
    select(Conversation)
    .join(AgentState, col(AgentState.id) == col(Conversation.assignee_id))
    .where(
        Conversation.status == OPEN,
        Conversation.channel != VOICE,
        AgentState.state == OFFLINE,
        col(AgentState.since) <= GONE,
    )
)
"""Chats of agents who have been away for longer than the grace."""

OVERDUE = (
    select(Conversation)
    .join(Queue, col(Queue.id) == col(Conversation.queue_id))
    .where(
        Conversation.status == WRAP_UP,
        col(Conversation.ended_at) + func.make_interval(0, 0, 0, 0, 0, 0, col(Queue.wrap_up_seconds)) <= NOW,
    )
)
"""Ended conversations whose disposition was not given in time."""

_HOLDS = select(Conversation.id).where(Conversation.assignee_id == AgentState.id, col(Conversation.status).in_(IN_HAND))
_OFFERED = select(Conversation.id).where(Conversation.assignee_id == AgentState.id, Conversation.status == RESERVED)
ASTRAY = select(AgentState).where(
    (col(AgentState.state).in_((BUSY, AFTER_WORK)) & (col(AgentState.presence) == READY) & ~_HOLDS.exists())
    | ((col(AgentState.state) == AGENT_RESERVED) & ~_OFFERED.exists())
    | (col(AgentState.state).in_((READY, PAUSED)) & _OFFERED.exists())
)
"""Agents whose state says they have something in hand, or nothing, against the facts."""

GLANCE = sql(
    or_(EXPIRED.exists(), LEFT_BEHIND.exists(), OVERDUE.exists(), ASTRAY.exists()),
    sql(col(Conversation.id)).where(col(Conversation.status) == QUEUED).exists(),
)
"""Whether there are chores, and whether anybody waits."""


def moments(now: datetime) -> dict[str, datetime]:
    """Return the times that the questions compare with."""
    return {"now": now, "gone": now - timedelta(seconds=book.number("OC-2", "grace_seconds"))}


def matches(session: Session, now: datetime) -> list[UUID]:
    """Return the agents, longest idle first, for whom something waits that they fit."""
    line = (col(Conversation.queue_id), col(Conversation.channel), col(Conversation.language))
    waiting = session.execute(
        sql(*line, func.min(col(Conversation.queued_at))).where(col(Conversation.status) == QUEUED).group_by(*line)
    ).all()
    if not waiting:
        return []
    queues = {queue.id: queue for queue in session.scalars(select(Queue))}
    return [
        agent.id
        for agent in candidates.ready_agents(session)
        if any(
            agent.fits(channel, language, queues[queue_id], candidates.seconds(now, since))
            and candidates.serves(agent.id, queues[queue_id].scope, now, session)
            for queue_id, channel, language, since in waiting
        )
        and _has_choice(session, agent, now)
    ]


def _has_choice(session: Session, agent: candidates.ReadyAgent, now: datetime) -> bool:
    """Tell whether something is left for an agent once what he has just turned down is taken away."""
    held = session.get_one(AgentState, agent.id)
    profile = session.get_one(AgentProfile, held.profile_id)
    return bool(routing.best_for(session, held, profile, agent.room, now))


def something_to_do(session: Session, now: datetime) -> bool:
    """Tell whether a round would find something; one question where nothing is going on."""
    chores, waiting = session.execute(GLANCE, moments(now)).one()
    return bool(chores) or (bool(waiting) and bool(matches(session, now)))


@action("routing.sweep")
def sweep(work: Work) -> int:
    """Give back what expired or was left behind, close what is overdue, and match who waits with who is free. [OC-2]"""
    if not work.session.execute(ONE_AT_A_TIME).scalar_one():
        return 0
    done = 0
    for conversation in _taken(work, EXPIRED):
        offers.give_back(work, conversation, "expired", pause=offers.NO_ANSWER)
        done += 1
    for conversation in _taken(work, LEFT_BEHIND):
        offers.give_back(work, conversation, "agent-gone")
        done += 1
    for conversation in _taken(work, OVERDUE):
        offers.close(work, conversation)
        done += 1
    for held in work.select(ASTRAY.limit(BATCH).with_for_update(skip_locked=True, of=AgentState)).all():
        routing.attend(work, held)
        done += 1
    for agent_id in matches(work.session, work.now)[:BATCH]:
        free = floor.hold_if_free(work, agent_id)
        if free is not None:
            done += routing.fill(work, free)
    return done


def _taken(work: Work, question: Any) -> list[Conversation]:
    locked = question.order_by(col(Conversation.queued_at)).limit(BATCH)
    return list(work.session.scalars(locked.with_for_update(skip_locked=True, of=Conversation), moments(work.now)))


@sweeps.sweep("routing", seconds=0.2)
def look(now: datetime) -> int:
    """Take rounds while there is something to do; return how much was done. After a fruitless one, rest for two seconds."""
    if clock.monotonic() < _rest[0]:
        return 0
    total = 0
    for _ in range(ROUNDS):
        with read_session() as session:
            if not something_to_do(session, now):
                return total
        done = sweep(CLERK)
        total += done
        if not done:
            _rest[0] = clock.monotonic() + REST
            break
    return total


def unserved(session: Session, now: datetime) -> list[UUID]:
    """Return the chats in the hands of agents whom the book no longer lets serve there: a role taken back, or run out."""
    held = (col(Conversation.assignee_id), col(Conversation.scope))
    pairs = session.execute(
        sql(*held).where(col(Conversation.status).in_((RESERVED, OPEN)), col(Conversation.channel) != VOICE).distinct()
    ).all()
    lost = [(agent, scope) for agent, scope in pairs if agent and not candidates.serves(agent, scope, now, session)]
    if not lost:
        return []
    asked = sql(col(Conversation.id)).where(
        col(Conversation.status).in_((RESERVED, OPEN)), col(Conversation.channel) != VOICE, tuple_(*held).in_(lost)
    )
    return list(session.scalars(asked.limit(BATCH)))


@action("routing.reclaim")
def reclaim(work: Work) -> int:
    """Give chats back whose agents may no longer serve there; other agents get them. [OC-2, OC-14]"""
    found = unserved(work.session, work.now)
    statement = select(Conversation).where(col(Conversation.id).in_(found)).order_by(col(Conversation.id))
    taken = list(work.select(statement.with_for_update(skip_locked=True)))
    for conversation in taken:
        offers.give_back(work, conversation, "agent-gone")
    return len(taken)


@sweeps.sweep("routing-rights", seconds=1)
def look_for_lost_rights(now: datetime) -> int:
    """Reclaim what is in the hands of whoever may no longer serve; return how much."""
    with read_session() as session:
        if not unserved(session, now):
            return 0
    return reclaim(CLERK)
